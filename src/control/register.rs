//! Who is in a meeting, what they were shown, agreed to and are restricted in: all that a ledger's entries come to.
//!
//! A live meeting and one that is resumed from its ledger go through the same two steps: whether an entry may be, and what it changes.

use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};

use crate::{
    control::{
        consent::{
            self, Act, Challenge, Consent, Grant, Method, Notice, PublicKey, Restrainer,
            Restrictions, Scope, Shown,
        },
        ledger::{Entry, Queued},
        seats::{Joining, Seats, Stay},
        serial::Stays,
    },
    shared::table::Table,
    types::{
        argument::{Argument, Object, Resource},
        authority::Authority,
        digest::Digest,
        error::Error,
        ids::{OutletId, Participant, StreamId},
        instance::Instance,
        kind::Kinds,
        purpose::{Purposes, is_recipient},
        refusal::Refusal,
        time::{Millis, Time},
    },
};

pub(crate) struct Register {
    instance: Instance,
    meeting: String,
    pub(super) seats: Seats,
    /// The keys of ids that ever joined with one.
    keys: BTreeMap<String, PublicKey>,
    /// The guardians of ids that ever joined with one.
    guardians: BTreeMap<String, String>,
    notices: Vec<Shown>,
    restrictions: Restrictions,
    /// The pairs of a purpose and a third party, in the order of their bits.
    third_parties: Vec<(Purposes, String)>,
    /// How many streams and outlets were opened; their numbers are not used again.
    streams: u16,
    outlets: u16,
    /// The times at which the meeting went on from its ledger, each with the first later one that the ledger has.
    resumed: Vec<(Time, Option<Time>)>,
    has_ended: bool,
}

impl Register {
    pub(crate) fn new(instance: Instance, meeting: &str, table: &Arc<Table>, stays: Stays) -> Self {
        Self {
            instance,
            meeting: meeting.into(),
            seats: Seats::new(table, stays),
            keys: BTreeMap::new(),
            guardians: BTreeMap::new(),
            notices: Vec::new(),
            restrictions: Restrictions::default(),
            third_parties: Vec::new(),
            streams: 0,
            outlets: 0,
            resumed: Vec::new(),
            has_ended: false,
        }
    }

    pub(crate) fn instance(&self) -> Instance {
        self.instance
    }

    pub(crate) fn meeting(&self) -> &str {
        &self.meeting
    }

    /// The id of a stay, present or past.
    pub(crate) fn id(&self, who: Participant) -> Option<&str> {
        self.seats.id(who)
    }

    pub(crate) fn is_present(&self, who: Participant) -> bool {
        self.seats.stay(who).is_some()
    }

    /// The stay of somebody who is there, by id, and which of its seat's stays it is, from 1.
    pub(crate) fn stay(&self, id: &str) -> Option<(u32, &Stay)> {
        self.seats.stay_of(id)
    }

    pub(crate) fn challenge(&self, who: Participant) -> Option<Challenge> {
        self.seats.stay(who).map(|stay| stay.challenge)
    }

    /// What somebody's consent comes to at a time; nothing of one who has left.
    pub(crate) fn consents(&self, who: Participant, now: Millis) -> Vec<Consent> {
        let stay = self.seats.stay(who);
        stay.map_or_else(Vec::new, |stay| stay.consents.in_force(now))
    }

    /// Which of somebody's consents have come to their end.
    pub(super) fn expired(&self, at: Time, who: &str) -> Vec<Scope> {
        let stay = self.stay(who);
        stay.map_or_else(Vec::new, |(_, stay)| stay.consents.expired(at.floor()))
    }

    /// Whether what an entry makes of somebody's consent can be published.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] for a grant if the consent table has no room for one more beginning or end of theirs.
    pub(super) fn has_room_for(&self, at: Time, entry: &Entry) -> Result<(), Error> {
        let Entry::Granted { who, grant, .. } = entry else {
            return Ok(());
        };
        let scope = self.specific(grant.scope);
        if self.seats.has_room_for(at, who, scope, granting(grant)) {
            Ok(())
        } else {
            Err(Error::Full(Resource::Consents))
        }
    }

    /// Who is there, by id.
    pub(crate) fn people(&self) -> impl Iterator<Item = (&str, &Stay)> {
        self.seats.present().map(|stay| (&*stay.id, stay))
    }

    /// The number of the next stream; none if there are no more.
    pub(crate) fn next_stream(&self) -> Option<StreamId> {
        Some(StreamId(self.streams)).filter(|id| id.is_valid())
    }

    /// The number of the next outlet; none if there are no more.
    pub(crate) fn next_outlet(&self) -> Option<OutletId> {
        Some(OutletId(self.outlets)).filter(|id| id.is_valid())
    }

    /// The part of a scope that can be agreed to: of a third party that has no name yet nobody can have been informed (R3).
    fn specific(&self, scope: Scope) -> Scope {
        let pairs = (0..self.third_parties.len()).filter_map(Purposes::third_party);
        let named = pairs.fold(Purposes::FIRST_PARTY, Purposes::union);
        Scope::new(scope.kinds, scope.purposes & named)
    }

    /// Whether a purpose in a set is to recognise who somebody is, whoever does it.
    fn identifies(&self, purposes: Purposes) -> bool {
        let named = self.third_parties.iter().enumerate();
        let pairs = named.filter(|(_, (purpose, _))| *purpose == Purposes::IDENTIFY);
        let mut pairs = pairs.filter_map(|(index, _)| Purposes::third_party(index));
        purposes.contains(Purposes::IDENTIFY) || pairs.any(|pair| purposes.contains(pair))
    }

    /// All purposes of the controller itself, or of a third party.
    fn purposes_of(&self, recipient: Option<&str>) -> Purposes {
        let Some(recipient) = recipient else {
            return Purposes::FIRST_PARTY;
        };
        let theirs = self
            .third_parties
            .iter()
            .enumerate()
            .filter(|(_, (_, name))| name == recipient);
        theirs
            .filter_map(|(index, _)| Purposes::third_party(index))
            .collect()
    }

    /// The pair of a purpose and a third party, and whether it has its bit already.
    pub(crate) fn pair(
        &self,
        purpose: Purposes,
        recipient: &str,
    ) -> Result<(Purposes, bool), Error> {
        if !purpose.is_single() || !Purposes::FIRST_PARTY.contains(purpose) {
            return Err(Error::NotOnePurpose);
        }
        if recipient.is_empty() {
            return Err(Error::Empty(Argument::Recipient));
        }
        if !is_recipient(recipient) {
            return Err(Error::ControlCharacter);
        }
        let known = self
            .third_parties
            .iter()
            .position(|(of, name)| *of == purpose && name == recipient);
        let index = known.unwrap_or(self.third_parties.len());
        let pair = Purposes::third_party(index).ok_or(Error::Full(Resource::ThirdPartyPurposes))?;
        Ok((pair, known.is_some()))
    }

    /// The names of the third parties' purposes in a set, as signatures and people read them.
    pub(crate) fn recipients(&self, purposes: Purposes) -> Vec<String> {
        let named = self.third_parties.iter().enumerate();
        let contained = named.filter(|(index, _)| {
            Purposes::third_party(*index).is_some_and(|pair| purposes.contains(pair))
        });
        contained
            .map(|(_, (purpose, recipient))| purpose.with_recipient(recipient))
            .collect()
    }

    /// Checks an entry against the rules, signatures included: once, before it is applied.
    pub(crate) fn check(&self, at: Time, entry: &Entry) -> Result<(), Error> {
        let present = |who: &str| self.stay(who).is_some();
        match entry {
            Entry::Withdrew { scope, .. } if scope.is_empty() => {
                Err(Error::Empty(Argument::WithdrawalScope))
            }
            Entry::Restricted { scope, .. } | Entry::Lifted { scope, .. } if scope.is_empty() => {
                Err(Error::Empty(Argument::RestrictionScope))
            }
            // After the end what was released can still be withdrawn, and the device vouches for it all.
            entry if self.has_ended => match entry {
                Entry::Withdrew { who, .. } if self.seats.has_been(who) => Ok(()),
                Entry::Withdrew { .. } => Err(Error::UnknownParticipant),
                Entry::Restricted { who, by, .. } => self.check_restrict(who.as_deref(), *by),
                // Somebody withdraws from a ledger whose meeting is over, or whose last line was torn after that.
                Entry::Resumed { .. } | Entry::Settled { .. } | Entry::Signed { .. } => Ok(()),
                _ => Err(Error::Ended),
            },
            Entry::Opened { meeting, .. } if meeting.is_empty() => Err(Error::Empty(Argument::Id)),
            Entry::Opened {
                participants: 0, ..
            } => Err(Error::Empty(Argument::Room)),
            Entry::Opened { started, .. } if started.is_forgotten() => {
                Err(Error::Empty(Argument::Started))
            }
            Entry::Joined { who, guardian, key } => {
                self.check_join(who, guardian.as_deref(), key.as_ref())
            }
            Entry::Left { who } if !present(who) => Err(Error::UnknownParticipant),
            Entry::Expired { who, scopes } => self.check_expire(at, who, scopes),
            Entry::Withdrew { who, .. } if !self.seats.has_been(who) => {
                Err(Error::UnknownParticipant)
            }
            Entry::Restricted { who, by, .. } => self.check_restrict(who.as_deref(), *by),
            Entry::Lifted { who, by, .. } => {
                Restrainer::new(*by, who.is_none()).ok_or(Error::NotARestrainer(*by))?;
                match who {
                    Some(who) if !present(who) => Err(Error::UnknownParticipant),
                    _ => Ok(()),
                }
            }
            Entry::Shown { notice } => self.check_show(notice),
            Entry::Superseded { notice } => {
                let mut notices = self.notices.iter();
                let is_current =
                    |shown: &Shown| shown.notice.digest == *notice && !shown.is_superseded;
                if notices.any(is_current) {
                    Ok(())
                } else {
                    Err(Error::UnknownNotice)
                }
            }
            Entry::Granted { who, by, grant } => self.check_grant(at, who, *by, grant),
            Entry::Refused {
                who,
                by,
                grant,
                why,
            } => self.check_refuse(at, who.as_deref(), (*by, *why), grant),
            Entry::Named {
                purpose,
                recipient,
                pair,
            } => match self.pair(*purpose, recipient)? {
                (bit, false) if bit == *pair => Ok(()),
                _ => Err(Error::NotOnePurpose),
            },
            Entry::StreamOpened { stream, owner, .. } => match owner {
                Some(owner) if !present(owner) => Err(Error::UnknownParticipant),
                _ if self.next_stream() != Some(*stream) => Err(Error::Full(Resource::Streams)),
                _ => Ok(()),
            },
            Entry::OutletOpened {
                outlet,
                name,
                recipient,
                purposes,
                ..
            } => self.check_open_outlet(*outlet, name, recipient.as_deref(), *purposes),
            _ => Ok(()),
        }
    }

    /// Over whoever ever joined, for later stays; over everybody.
    fn check_restrict(&self, who: Option<&str>, by: Authority) -> Result<(), Error> {
        Restrainer::new(by, who.is_none()).ok_or(Error::NotARestrainer(by))?;
        match who {
            Some(who) if !self.seats.has_been(who) => Err(Error::UnknownParticipant),
            _ => Ok(()),
        }
    }

    fn check_join(
        &self,
        who: &str,
        guardian: Option<&str>,
        key: Option<&PublicKey>,
    ) -> Result<(), Error> {
        if who.is_empty() || guardian.is_some_and(str::is_empty) {
            return Err(Error::Empty(Argument::Id));
        }
        if guardian == Some(who) {
            return Err(Error::OwnGuardian);
        }
        if self.stay(who).is_some() {
            return Err(Error::AlreadyJoined);
        }
        if key.is_some_and(|key| !key.is_valid())
            || self.keys.get(who).is_some_and(|known| key != Some(known))
        {
            return Err(Error::WrongKey);
        }
        let known = self.guardians.get(who).map(String::as_str);
        if known.is_some() && guardian != known {
            return Err(Error::WrongGuardian);
        }
        if self.seats.has_room() {
            Ok(())
        } else {
            Err(Error::Full(Resource::Participants))
        }
    }

    fn check_open_outlet(
        &self,
        outlet: OutletId,
        name: &str,
        recipient: Option<&str>,
        purposes: Purposes,
    ) -> Result<(), Error> {
        if name.is_empty() {
            return Err(Error::Empty(Argument::OutletName));
        }
        if purposes.is_empty() {
            return Err(Error::Empty(Argument::OutletPurposes));
        }
        if !self.purposes_of(recipient).contains(purposes) {
            return Err(Error::ForeignPurpose);
        }
        if self.next_outlet() == Some(outlet) {
            Ok(())
        } else {
            Err(Error::Full(Resource::Outlets))
        }
    }

    fn check_show(&self, notice: &Notice) -> Result<(), Error> {
        // Who has no name yet is nobody that it could describe.
        if self.specific(notice.scope).is_empty() {
            return Err(Error::Empty(Argument::NoticeScope));
        }
        let mut notices = self.notices.iter();
        match notices.find(|shown| shown.notice.digest == notice.digest) {
            Some(shown) if shown.notice != *notice || shown.is_superseded => {
                Err(Error::ConflictingNotice)
            }
            _ => Ok(()),
        }
    }

    fn check_grant(&self, at: Time, who: &str, by: Authority, grant: &Grant) -> Result<(), Error> {
        let (_, stay) = self.stay(who).ok_or(Error::UnknownParticipant)?;
        let refused = |why| Error::Refused(why, by);
        if stay.who_consents() != by {
            return Err(refused(Refusal::Overreach));
        }
        let mut notices = self.notices.iter();
        let shown = notices.find(|shown| shown.notice.digest == grant.notice);
        let scope = self.specific(grant.scope);
        consent::check_notice(shown, grant, (scope, self.identifies(scope.purposes)), at)?;
        if scope.is_empty() {
            return Err(Error::Empty(Argument::GrantScope));
        }
        // A grant without a time of its own is of now, whatever else has this time.
        if let Some(agreed) = grant.at.filter(|agreed| *agreed < at) {
            let withdrew = stay.withdrew.iter().filter(|(of, _)| of.meets(scope));
            let mut withdrew = withdrew.map(|(_, withdrew)| self.latest(*withdrew, at));
            let begun = shown.map_or(stay.joined, |shown| shown.at.max(stay.joined));
            if agreed < self.latest(begun, at) || withdrew.any(|withdrew| agreed <= withdrew) {
                return Err(refused(Refusal::AgreedEarlier));
            }
        }
        let recipients = self.recipients(grant.scope.purposes);
        match (&stay.key, &grant.signed) {
            // Nobody could check what nobody signed, whatever it is called.
            (None, None) if grant.method == Method::Signed => Err(Refusal::Unsigned),
            (None, None) => Ok(()),
            (None, Some(_)) => Err(Refusal::Keyless),
            (Some(_), None) => Err(Refusal::Unsigned),
            (Some(key), Some(signed)) => {
                let (instance, meeting) = (self.instance, &self.meeting);
                let message = grant.message(instance, meeting, who, &recipients, stay.challenge);
                signed.check(key, (instance, meeting), stay.challenge, &message)
            }
        }
        .map_err(refused)
    }

    /// No more and no less than what has come to its end.
    fn check_expire(&self, at: Time, who: &str, scopes: &[Scope]) -> Result<(), Error> {
        self.stay(who).ok_or(Error::UnknownParticipant)?;
        let expired = self.expired(at, who);
        if expired.is_empty() || expired != scopes {
            return Err(Error::Time);
        }
        Ok(())
    }

    /// Only what would be refused, and for no other reason. For somebody who is not there nobody but they and a guardian could even try to agree.
    fn check_refuse(
        &self,
        at: Time,
        who: Option<&str>,
        (by, why): (Authority, Refusal),
        grant: &Grant,
    ) -> Result<(), Error> {
        let refused = match who {
            Some(who) => self.check_grant(at, who, by, grant),
            None if matches!(by, Authority::Participant | Authority::Guardian) => {
                Err(Error::UnknownParticipant)
            }
            None => Err(Error::Refused(Refusal::Overreach, by)),
        };
        match refused {
            Err(Error::Refused(for_what, _)) if for_what == why => Ok(()),
            Err(other) => Err(other),
            Ok(()) => Err(Error::Unknown(Object::Refusal)),
        }
    }

    /// When something of a time happened at the latest. The clock of a meeting that went on stood at its ledger's last time, whatever had
    /// happened since: also by [`PastMeeting`](crate::PastMeeting), or in a torn line. It was over by the next time that the ledger has, or by `now`.
    fn latest(&self, time: Time, now: Time) -> Time {
        // Of several at that time only the last one saw the next.
        let mut resumed = self.resumed.iter().rev();
        let resumed = resumed.find(|(stood, _)| *stood == time);
        resumed.map_or(time, |(_, next)| next.unwrap_or(now))
    }

    /// The ledger has a line of this time.
    pub(crate) fn pass(&mut self, at: Time) {
        if let Some((stood, next)) = self.resumed.last_mut()
            && *stood < at
        {
            *next = Some(next.map_or(at, |next| next.min(at)));
        }
    }

    /// Applies an entry that may be, and publishes what it makes of people's consent.
    pub(crate) fn apply(&mut self, at: Time, entry: &Entry) {
        self.pass(at);
        if matches!(entry, Entry::Resumed { .. }) {
            self.resumed.push((at, None));
        }
        match entry {
            Entry::Joined { who, guardian, key } => self.join(at, who, guardian.clone(), *key),
            Entry::Left { who } => self.seats.leave(at, who),
            Entry::Shown { notice } => {
                if !self
                    .notices
                    .iter()
                    .any(|shown| shown.notice.digest == notice.digest)
                {
                    let describes = self.specific(notice.scope);
                    self.notices.push(Shown {
                        notice: notice.clone(),
                        describes,
                        at,
                        is_superseded: false,
                    });
                }
            }
            Entry::Superseded { notice } => self.supersede(at, *notice),
            Entry::Granted { who, grant, .. } => {
                let scope = self.specific(grant.scope);
                self.act(at, Some(who), scope, granting(grant));
            }
            Entry::Withdrew { who, by, scope } => self.seats.change(Some(who), |stay| {
                stay.withdraw(at, *by, *scope);
                scope.kinds
            }),
            Entry::Restricted { who, by, scope } => {
                if let Some(by) = Restrainer::new(*by, who.is_none()) {
                    let who = who.as_deref();
                    self.restrictions.restrict(by, who, *scope);
                    self.act(at, who, *scope, Act::Restricted(by));
                }
            }
            Entry::Lifted { who, by, scope } => {
                if let Some(by) = Restrainer::new(*by, who.is_none()) {
                    let who = who.as_deref();
                    self.restrictions.lift(by, who, *scope);
                    self.act(at, who, *scope, Act::Lifted(by));
                }
            }
            Entry::Expired { who, scopes } => self.seats.change(Some(who), |stay| {
                for scope in scopes {
                    stay.consents.apply(at, *scope, Act::Expired);
                }
                Kinds::all()
            }),
            Entry::Named {
                purpose, recipient, ..
            } => {
                self.third_parties.push((*purpose, recipient.clone()));
            }
            Entry::StreamOpened { .. } => self.streams = self.streams.saturating_add(1),
            Entry::OutletOpened { .. } => self.outlets = self.outlets.saturating_add(1),
            // The torn line may have been anybody's withdrawal.
            Entry::Resumed { torn: true } => self.seats.change(None, |stay| {
                stay.withdraw(at, stay.who_consents(), Scope::ALL);
                Kinds::all()
            }),
            Entry::Ended {} => self.close(),
            Entry::Opened { .. }
            | Entry::Resumed { torn: false }
            | Entry::Refused { .. }
            | Entry::Settled { .. }
            | Entry::Counted { .. }
            | Entry::Signed { .. } => {}
        }
    }

    /// Applies an entry that widens as if those of `since`, which narrowed while it was being written, had come after it.
    /// Nothing is published in between.
    ///
    /// # Errors
    ///
    /// [`Error::Overtaken`] if these left nothing of it.
    pub(crate) fn apply_beneath(
        &mut self,
        at: Time,
        entry: &Entry,
        since: &[Queued],
    ) -> Result<(), Error> {
        let whom = match entry {
            // Also of an earlier stay somebody may have withdrawn meanwhile, which then goes for this one.
            Entry::Granted { who, .. } | Entry::Joined { who, .. } => Some(&**who),
            Entry::Lifted { who, .. } => who.as_deref(),
            _ => None,
        };
        let is_narrowed = matches!(
            entry,
            Entry::Granted { .. } | Entry::Lifted { .. } | Entry::Joined { .. }
        );
        if !is_narrowed || since.is_empty() {
            self.apply(at, entry);
            return Ok(());
        }
        self.seats.hold(whom);
        self.apply(at, entry);
        for Queued { at, entry, .. } in since {
            self.apply(*at, entry);
        }
        self.seats.release();
        if self.is_overtaken(entry, since) {
            Err(Error::Overtaken)
        } else {
            Ok(())
        }
    }

    /// Whether nothing is left of an entry since others narrowed the same.
    fn is_overtaken(&self, entry: &Entry, since: &[Queued]) -> bool {
        match entry {
            Entry::Granted { who, grant, .. } => {
                let scope = self.specific(grant.scope);
                let is_held = self
                    .stay(who)
                    .is_some_and(|(_, stay)| stay.consents.holds(scope));
                !is_held && since.iter().any(|other| other.entry.narrows(who))
            }
            Entry::Lifted { who, by, scope } => since.iter().any(|other| {
                let Entry::Restricted {
                    who: whom,
                    by: whose,
                    scope: of,
                } = &other.entry
                else {
                    return false;
                };
                whom == who && whose == by && of.contains(*scope)
            }),
            _ => false,
        }
    }

    /// Applies an act to a person's consents, or to everybody's.
    fn act(&mut self, at: Time, who: Option<&str>, scope: Scope, act: Act) {
        self.seats.change(who, |stay| {
            stay.consents.apply(at, scope, act);
            scope.kinds
        });
    }

    /// Closes everything for good.
    pub(crate) fn close(&mut self) {
        self.has_ended = true;
        self.seats.close();
    }

    /// Renews the challenges of those whom an entry concerns, from the hash of its line.
    pub(crate) fn rotate_challenges(&mut self, entry: &Entry, line: Digest) {
        let who = match entry {
            Entry::Joined { who, .. } | Entry::Withdrew { who, .. } => Some(&**who),
            Entry::Resumed { torn: true } => None,
            _ => return,
        };
        for stay in self.seats.stays_mut(who) {
            let parts = [b"framegate challenge 1", &line.0[..], stay.id.as_bytes()];
            stay.challenge = Digest::of_bytes(&parts.concat());
        }
    }

    fn join(&mut self, at: Time, id: &str, guardian: Option<String>, key: Option<PublicKey>) {
        if let Some(guardian) = &guardian {
            self.guardians.insert(id.into(), guardian.clone());
        }
        if let Some(key) = key {
            self.keys.insert(id.into(), key);
        }
        let joining = Joining {
            at,
            id,
            guardian,
            key,
        };
        self.seats.join(joining, &self.restrictions);
    }

    fn supersede(&mut self, at: Time, notice: Digest) {
        for shown in &mut self.notices {
            shown.is_superseded |= shown.notice.digest == notice;
        }
        self.seats
            .change(None, |stay| stay.consents.supersede(at, notice));
    }
}

fn granting(grant: &Grant) -> Act {
    let Grant { notice, until, .. } = *grant;
    Act::Granted { notice, until }
}
