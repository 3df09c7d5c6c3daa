//! Who is in a meeting, what they were shown, agreed to and are restricted in: all that a ledger's entries come to.
//!
//! A live meeting and one that is resumed from its ledger go through the same two steps: whether an entry may be, and what it changes.

use alloc::{boxed::Box, collections::BTreeMap, string::String, sync::Arc, vec::Vec};

use crate::{
    control::{
        consent::{
            self, Act, Challenge, Consent, Consents, Grant, Method, Notice, PublicKey, Restrainer,
            Restrictions, Scope, Shown,
        },
        ledger::{Entry, Queued},
        serial::Stays,
    },
    shared::{
        table::{Effective, Table},
        tap_state::TapState,
    },
    types::{
        argument::{Argument, Object, Resource},
        authority::Authority,
        digest::Digest,
        error::Error,
        ids::{OutletId, Participant, StreamId},
        instance::Instance,
        kind::{Kind, Kinds},
        purpose::{Purposes, is_recipient},
        refusal::Refusal,
        time::{Millis, Time},
        verdict::Reason,
    },
};

pub(crate) struct Register {
    instance: Instance,
    meeting: String,
    seats: Vec<Seat>,
    stays: Stays,
    /// The ids of all stays that there were, in the order of joining, which is that of their numbers.
    ids: Vec<(Participant, String)>,
    /// All who ever joined, and in which seat those are who are there.
    people: BTreeMap<String, Option<usize>>,
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

/// Where a participant's consent is published, and who has it.
struct Seat {
    table: Arc<Table>,
    slot: u16,
    /// How many stays it has had.
    stays: u32,
    stay: Option<Stay>,
    /// Whether what changes is not to be published yet.
    is_held: bool,
}

/// A person who is in the meeting.
pub(crate) struct Stay {
    /// Which no other has.
    number: u32,
    id: String,
    guardian: Option<String>,
    key: Option<PublicKey>,
    challenge: Challenge,
    joined: Time,
    /// What was withdrawn last, and when.
    withdrew: Vec<(Scope, Time)>,
    pub(crate) consents: Box<Consents>,
    /// The taps of their streams, each with the kind that it is of.
    taps: Vec<(Kind, Arc<TapState>)>,
}

impl Stay {
    /// The only one who can agree for them (R2).
    fn who_consents(&self) -> Authority {
        consent::who_consents(self.guardian.is_some())
    }
}

impl Seat {
    fn is_taken_by(&self, who: Participant) -> bool {
        self.stay
            .as_ref()
            .is_some_and(|stay| stay.number == who.stay)
    }

    /// Applies an act of, or over, who sits here, and publishes what it makes of their consent.
    fn change(&mut self, at: Time, scope: Scope, act: Act) {
        if let Some(stay) = &mut self.stay {
            stay.consents.apply(at, scope, act);
        }
        self.publish(scope.kinds);
    }

    /// Whoever withdraws, it is closed; by a child's own refusal until they leave.
    fn withdraw(&mut self, at: Time, by: Authority, scope: Scope) {
        let who_consents = self.stay.as_ref().map(Stay::who_consents);
        if let Some(stay) = &mut self.stay {
            stay.withdrew.retain(|(of, _)| !scope.contains(*of));
            stay.withdrew.push((scope, at));
        }
        if (who_consents, by) == (Some(Authority::Guardian), Authority::Participant) {
            self.change(at, scope, Act::Refused);
        }
        self.change(at, scope, Act::Withdrew);
    }

    fn publish(&self, kinds: Kinds) {
        if let (Some(stay), false) = (&self.stay, self.is_held) {
            for (kind, effective) in stay.consents.effective() {
                if kinds.contains(kind.into()) {
                    self.publish_one(stay, kind, effective);
                }
            }
        }
    }

    fn publish_one(&self, stay: &Stay, kind: Kind, effective: [Effective; Purposes::COUNT]) {
        let word = self.table.publish(self.slot, kind, effective);
        let taps = stay.taps.iter().filter(|(of, _)| *of == kind);
        taps.for_each(|(_, tap)| tap.publish(word));
    }

    /// The meeting is over: everything is closed for good.
    fn close(&mut self) {
        if let Some(stay) = self.stay.take() {
            for kind in Kind::ALL {
                self.publish_one(
                    &stay,
                    kind,
                    [Effective::Closed(Reason::Ended); Purposes::COUNT],
                );
            }
        }
    }
}

impl Register {
    pub(crate) fn new(instance: Instance, meeting: &str, table: &Arc<Table>, stays: Stays) -> Self {
        let seat = |slot| Seat {
            table: Arc::clone(table),
            slot,
            stays: 0,
            stay: None,
            is_held: false,
        };
        Self {
            instance,
            meeting: meeting.into(),
            seats: (0..table.room()).map(seat).collect(),
            stays,
            ids: Vec::new(),
            people: BTreeMap::new(),
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
        let ids = &self.ids;
        let index = ids.binary_search_by_key(&who.stay, |(participant, _)| participant.stay);
        let (participant, id) = ids.get(index.ok()?)?;
        (*participant == who).then_some(id)
    }

    /// The ids of who is there, and which stay it is.
    pub(crate) fn present(&self) -> impl Iterator<Item = (&str, Participant)> {
        self.seats.iter().filter_map(|seat| {
            let stay = seat.stay.as_ref()?;
            Some((&*stay.id, seat.table.participant(seat.slot, stay.number)))
        })
    }

    /// The ids of all stays, and which stay it is, in the order of joining.
    pub(crate) fn stays(&self) -> impl Iterator<Item = (&str, Participant)> {
        self.ids.iter().map(|(who, id)| (&**id, *who))
    }

    /// Whether somebody of this id ever joined.
    fn has_been(&self, id: &str) -> bool {
        self.people.contains_key(id)
    }

    pub(crate) fn is_present(&self, who: Participant) -> bool {
        let seat = self.seats.get(usize::from(who.slot));
        seat.is_some_and(|seat| seat.is_taken_by(who))
    }

    /// Publishes to a tap what somebody agrees to, from now until they leave. Of one who has left it stays closed.
    pub(crate) fn publish_to(&mut self, tap: &Arc<TapState>, who: Participant, kind: Kind) {
        if self.is_present(who)
            && let Some(seat) = self.seats.get_mut(usize::from(who.slot))
            && let Some(stay) = &mut seat.stay
        {
            stay.taps.push((kind, Arc::clone(tap)));
            seat.publish(kind.into());
        }
    }

    /// The stay of somebody who is there, by id, and which of its seat's stays it is, from 1.
    pub(crate) fn stay(&self, id: &str) -> Option<(u32, &Stay)> {
        let seat = self.seats.get((*self.people.get(id)?)?)?;
        Some((seat.stays, seat.stay.as_ref()?))
    }

    pub(crate) fn challenge(&self, who: Participant) -> Option<Challenge> {
        let seat = self.seats.get(usize::from(who.slot))?;
        let stay = seat.stay.as_ref()?;
        (stay.number == who.stay).then_some(stay.challenge)
    }

    /// What somebody's consent comes to at a time; nothing of one who has left.
    pub(crate) fn consents(&self, who: Participant, now: Millis) -> Vec<Consent> {
        let seat = self.seats.get(usize::from(who.slot));
        let stay = seat.and_then(|seat| seat.stay.as_ref());
        let stay = stay.filter(|stay| stay.number == who.stay);
        stay.map_or_else(Vec::new, |stay| stay.consents.in_force(now))
    }

    /// Who is there, by id.
    pub(crate) fn people(&self) -> impl Iterator<Item = (&str, &Stay)> {
        let stays = self.seats.iter().filter_map(|seat| seat.stay.as_ref());
        stays.map(|stay| (&*stay.id, stay))
    }

    /// The number of the next stream; none if there are no more.
    pub(crate) fn next_stream(&self) -> Option<StreamId> {
        Some(StreamId(self.streams)).filter(|id| id.is_valid())
    }

    /// The number of the next outlet; none if there are no more.
    pub(crate) fn next_outlet(&self) -> Option<OutletId> {
        Some(OutletId(self.outlets)).filter(|id| id.is_valid())
    }

    /// When the first consent ends by itself of those that have not ended yet.
    pub(crate) fn next_end(&self) -> Option<Millis> {
        let stays = self.seats.iter().filter_map(|seat| seat.stay.as_ref());
        stays.filter_map(|stay| stay.consents.next_end()).min()
    }

    /// Who has consents that came to their end by themselves, and which.
    pub(crate) fn expired(&self, at: Time) -> Vec<(String, Vec<Scope>)> {
        let stays = self.seats.iter().filter_map(|seat| seat.stay.as_ref());
        let expired = stays.map(|stay| (stay.id.clone(), stay.consents.expired(at.floor())));
        expired.filter(|(_, scopes)| !scopes.is_empty()).collect()
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
                Entry::Withdrew { who, .. } if self.has_been(who) => Ok(()),
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
            Entry::Withdrew { who, .. } if !self.has_been(who) => Err(Error::UnknownParticipant),
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
            Some(who) if !self.has_been(who) => Err(Error::UnknownParticipant),
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
        self.free_seat()
            .map(|_| ())
            .ok_or(Error::Full(Resource::Participants))
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
        let (_, stay) = self.stay(who).ok_or(Error::UnknownParticipant)?;
        let expired = stay.consents.expired(at.floor());
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

    fn free_seat(&self) -> Option<usize> {
        let is_free = |seat: &Seat| seat.stay.is_none() && seat.stays < u32::MAX;
        let seat = self.seats.iter().position(is_free);
        seat.filter(|_| !self.stays.is_exhausted())
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
            Entry::Left { who } => {
                for seat in self.seats_of(Some(who)) {
                    seat.change(at, Scope::ALL, Act::Left);
                    seat.stay = None;
                }
                if let Some(seat) = self.people.get_mut(who) {
                    *seat = None;
                }
            }
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
                for seat in self.seats_of(Some(who)) {
                    let Grant { notice, until, .. } = *grant;
                    seat.change(at, scope, Act::Granted { notice, until });
                }
            }
            Entry::Withdrew { who, by, scope } => {
                for seat in self.seats_of(Some(who)) {
                    seat.withdraw(at, *by, *scope);
                }
            }
            Entry::Restricted { who, by, scope } => {
                if let Some(by) = Restrainer::new(*by, who.is_none()) {
                    self.restrictions.restrict(by, who.as_deref(), *scope);
                    for seat in self.seats_of(who.as_deref()) {
                        seat.change(at, *scope, Act::Restricted(by));
                    }
                }
            }
            Entry::Lifted { who, by, scope } => {
                if let Some(by) = Restrainer::new(*by, who.is_none()) {
                    self.restrictions.lift(by, who.as_deref(), *scope);
                    for seat in self.seats_of(who.as_deref()) {
                        seat.change(at, *scope, Act::Lifted(by));
                    }
                }
            }
            Entry::Expired { who, scopes } => {
                for seat in self.seats_of(Some(who)) {
                    for scope in scopes {
                        seat.change(at, *scope, Act::Expired);
                    }
                }
            }
            Entry::Named {
                purpose, recipient, ..
            } => {
                self.third_parties.push((*purpose, recipient.clone()));
            }
            Entry::StreamOpened { .. } => self.streams = self.streams.saturating_add(1),
            Entry::OutletOpened { .. } => self.outlets = self.outlets.saturating_add(1),
            // The torn line may have been anybody's withdrawal.
            Entry::Resumed { torn: true } => {
                for seat in self.seats_of(None) {
                    let by = seat
                        .stay
                        .as_ref()
                        .map_or(Authority::Participant, Stay::who_consents);
                    seat.withdraw(at, by, Scope::ALL);
                }
            }
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
        self.seats_of(whom).for_each(|seat| seat.is_held = true);
        self.apply(at, entry);
        for Queued { at, entry, .. } in since {
            self.apply(*at, entry);
        }
        for seat in &mut self.seats {
            if core::mem::take(&mut seat.is_held) {
                seat.publish(Kinds::all());
            }
        }
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

    /// Closes everything for good.
    pub(crate) fn close(&mut self) {
        self.has_ended = true;
        self.seats.iter_mut().for_each(Seat::close);
        self.people.values_mut().for_each(|seat| *seat = None);
    }

    /// Renews the challenges of those whom an entry concerns, from the hash of its line.
    pub(crate) fn rotate_challenges(&mut self, entry: &Entry, line: Digest) {
        let who = match entry {
            Entry::Joined { who, .. } | Entry::Withdrew { who, .. } => Some(&**who),
            Entry::Resumed { torn: true } => None,
            _ => return,
        };
        for seat in self.seats_of(who) {
            if let Some(stay) = &mut seat.stay {
                let parts = [b"framegate challenge 1", &line.0[..], stay.id.as_bytes()];
                stay.challenge = Digest::of_bytes(&parts.concat());
            }
        }
    }

    /// The seats of a person, or of everybody.
    fn seats_of(&mut self, who: Option<&str>) -> impl Iterator<Item = &mut Seat> {
        let theirs = match who {
            Some(who) => {
                let index = self.people.get(who).copied().flatten();
                index.and_then(|index| self.seats.get_mut(index..=index))
            }
            None => Some(self.seats.as_mut_slice()),
        };
        theirs.unwrap_or_default().iter_mut()
    }

    fn join(&mut self, at: Time, who: &str, guardian: Option<String>, key: Option<PublicKey>) {
        let Some(index) = self.free_seat() else {
            return;
        };
        let (Some(seat), Some(number)) = (self.seats.get_mut(index), self.stays.next()) else {
            return;
        };
        seat.stays += 1;
        if let Some(guardian) = &guardian {
            self.guardians.insert(who.into(), guardian.clone());
        }
        let participant = seat.table.participant(seat.slot, number);
        seat.stay = Some(Stay {
            number,
            id: who.into(),
            guardian,
            key,
            challenge: Digest([0; 32]),
            joined: at,
            withdrew: Vec::new(),
            consents: Box::new(Consents::NONE),
            taps: Vec::new(),
        });
        seat.table.occupy(participant);
        seat.publish(Kinds::all());
        for (by, scope) in self.restrictions.of(who) {
            seat.change(at, scope, Act::Restricted(by));
        }
        self.ids.push((participant, who.into()));
        self.people.insert(who.into(), Some(index));
        if let Some(key) = key {
            self.keys.insert(who.into(), key);
        }
    }

    fn supersede(&mut self, at: Time, notice: Digest) {
        for shown in &mut self.notices {
            shown.is_superseded |= shown.notice.digest == notice;
        }
        for seat in &mut self.seats {
            if let Some(stay) = &mut seat.stay {
                let kinds = stay.consents.supersede(at, notice);
                seat.publish(kinds);
            }
        }
    }
}
