//! Who is in a meeting, what they were shown, agreed to and are restricted in: all that a ledger's entries come to.
//!
//! A live meeting and one that is resumed from its ledger go through the same two steps: whether an entry may be, and what it changes.

use alloc::{boxed::Box, collections::BTreeMap, string::String, sync::Arc, vec::Vec};

use crate::{
    consent::{
        Act, Authority, Challenge, Consents, Digest, Effective, Grant, Notice, PublicKey, Refusal,
        Restrainer, Restrictions, Scope,
    },
    error::Error,
    frame::{OutletId, Participant, StreamId},
    kind::Kind,
    kind::Kinds,
    ledger::Entry,
    purpose::Purposes,
    table::Slot,
    time::{Millis, NEVER, Time},
};

pub(crate) struct Register {
    meeting: String,
    seats: Vec<Seat>,
    /// The ids of all stays that there were, in the order of joining.
    ids: Vec<(Participant, String)>,
    /// The keys of ids that ever joined with one.
    keys: BTreeMap<String, PublicKey>,
    notices: Vec<Known>,
    restrictions: Restrictions,
    /// The pairs of a purpose and a third party, in the order of their bits.
    third_parties: Vec<(Purposes, String)>,
    /// How many streams and outlets were opened; their numbers are not used again.
    streams: u16,
    outlets: u16,
}

/// Where a participant's consent is published, and who has it.
struct Seat {
    slot: Arc<Slot>,
    /// How many stays it has had.
    stays: u32,
    stay: Option<Stay>,
}

/// A person who is in the meeting.
pub(crate) struct Stay {
    id: String,
    guardian: Option<String>,
    key: Option<PublicKey>,
    challenge: Challenge,
    /// What they agreed to and did not withdraw, as long as it has not been superseded.
    grants: Vec<Standing>,
    consents: Box<Consents>,
}

struct Standing {
    notice: Digest,
    scope: Scope,
    since: Millis,
    until: Millis,
}

struct Known {
    notice: Notice,
    is_superseded: bool,
}

impl Stay {
    /// The only one who can agree for them (R2).
    fn agrees(&self) -> Authority {
        match self.guardian {
            Some(_) => Authority::Guardian,
            None => Authority::Participant,
        }
    }

    /// Each kind, and what its purposes come to in the order of their bits.
    pub(crate) fn effective(&self) -> impl Iterator<Item = (Kind, [Effective; 16])> {
        self.consents.effective()
    }

    /// The notices under which they agreed to a kind for a purpose beyond `at`, if they have not withdrawn it.
    pub(crate) fn notices(
        &self,
        kind: Kind,
        purpose: Purposes,
        at: Millis,
    ) -> impl Iterator<Item = Digest> {
        let covering =
            move |grant: &&Standing| grant.scope.covers(kind, purpose) && at < grant.until;
        self.grants
            .iter()
            .filter(covering)
            .map(|grant| grant.notice)
    }
}

impl Seat {
    fn is_of(&self, id: &str) -> bool {
        self.stay.as_ref().is_some_and(|stay| stay.id == id)
    }

    /// Applies an act of, or over, who sits here, and publishes what it makes of their consent.
    fn change(&mut self, at: Time, scope: Scope, act: Act) {
        if let Some(stay) = &mut self.stay {
            stay.consents.apply(at, scope, act);
        }
        self.publish(scope);
    }

    fn publish(&self, scope: Scope) {
        if let Some(stay) = &self.stay {
            for (kind, effective) in stay.consents.effective() {
                if scope.kinds.contains(kind.into()) {
                    self.slot.publish(kind, effective);
                }
            }
        }
    }
}

impl Register {
    pub(crate) fn new(meeting: &str, slots: &[Arc<Slot>]) -> Self {
        let seat = |slot: &Arc<Slot>| Seat {
            slot: Arc::clone(slot),
            stays: 0,
            stay: None,
        };
        Self {
            meeting: meeting.into(),
            seats: slots.iter().map(seat).collect(),
            ids: Vec::new(),
            keys: BTreeMap::new(),
            notices: Vec::new(),
            restrictions: Restrictions::default(),
            third_parties: Vec::new(),
            streams: 0,
            outlets: 0,
        }
    }

    pub(crate) fn meeting(&self) -> &str {
        &self.meeting
    }

    /// The id of a stay, present or past.
    pub(crate) fn id(&self, who: Participant) -> Option<&str> {
        let mut ids = self.ids.iter();
        Some(&*ids.find(|(participant, _)| *participant == who)?.1)
    }

    /// The ids of who is there, and which stay it is.
    pub(crate) fn present(&self) -> impl Iterator<Item = (&str, Participant)> {
        (0..).zip(&self.seats).filter_map(|(slot, seat)| {
            let stay = seat.stay.as_ref()?;
            Some((
                &*stay.id,
                Participant {
                    slot,
                    stay: seat.stays,
                },
            ))
        })
    }

    pub(crate) fn is_present(&self, who: Participant) -> bool {
        self.slot(who).is_some()
    }

    /// Where the consent of somebody who is there is published.
    pub(crate) fn slot(&self, who: Participant) -> Option<&Arc<Slot>> {
        let seat = self.seats.get(usize::from(who.slot))?;
        (seat.stays == who.stay && seat.stay.is_some()).then_some(&seat.slot)
    }

    /// The stay of somebody who is there, by id, and which of its seat's stays it is, from 1.
    pub(crate) fn stay(&self, id: &str) -> Option<(u32, &Stay)> {
        let seat = self.seats.iter().find(|seat| seat.is_of(id))?;
        Some((seat.stays, seat.stay.as_ref()?))
    }

    pub(crate) fn challenge(&self, who: Participant) -> Option<Challenge> {
        let seat = self.seats.get(usize::from(who.slot))?;
        let stay = seat.stay.as_ref()?;
        (seat.stays == who.stay).then_some(stay.challenge)
    }

    /// The number of the next stream; none if there are no more.
    pub(crate) fn next_stream(&self) -> Option<StreamId> {
        Some(StreamId(self.streams)).filter(|id| id.is_valid())
    }

    /// The number of the next outlet; none if there are no more.
    pub(crate) fn next_outlet(&self) -> Option<OutletId> {
        (self.outlets < u16::MAX).then_some(OutletId(self.outlets))
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

    /// All purposes of the controller itself, or of a third party.
    pub(crate) fn purposes_of(&self, recipient: Option<&str>) -> Purposes {
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
            return Err(Error::Empty("recipient"));
        }
        let known = self
            .third_parties
            .iter()
            .position(|(of, name)| *of == purpose && name == recipient);
        let index = known.unwrap_or(self.third_parties.len());
        let pair = Purposes::third_party(index).ok_or(Error::Full("third-party purposes"))?;
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

    /// Whether an entry may be: what the rules ask of it.
    pub(crate) fn may(&self, at: Time, entry: &Entry) -> Result<(), Error> {
        let present = |who: &str| self.seats.iter().any(|seat| seat.is_of(who));
        match entry {
            Entry::Joined { who, guardian, key } => {
                self.may_join(who, guardian.as_deref(), key.as_ref())
            }
            Entry::Left { who } | Entry::Expired { who, .. } if !present(who) => {
                Err(Error::UnknownParticipant)
            }
            Entry::Withdrew { who, .. } if !self.ids.iter().any(|(_, id)| id == who) => {
                Err(Error::UnknownParticipant)
            }
            Entry::Restricted { who, by, .. } | Entry::Lifted { who, by, .. } => {
                Restrainer::new(*by, who.is_none()).ok_or(Error::NotARestrainer(*by))?;
                match who {
                    Some(who) if !present(who) => Err(Error::UnknownParticipant),
                    _ => Ok(()),
                }
            }
            Entry::Shown { notice } => self.may_show(notice),
            Entry::Superseded { notice } => {
                let mut notices = self.notices.iter();
                let is_current =
                    |known: &Known| known.notice.digest == *notice && !known.is_superseded;
                if notices.any(is_current) {
                    Ok(())
                } else {
                    Err(Error::UnknownNotice)
                }
            }
            Entry::Granted { who, by, grant } => self.may_grant(at, who, *by, grant),
            Entry::Named {
                purpose,
                recipient,
                pair,
            } => match self.pair(*purpose, recipient)? {
                (bit, false) if bit == *pair => Ok(()),
                _ => Err(Error::NotOnePurpose),
            },
            Entry::StreamOpened { stream, .. } if self.next_stream() != Some(*stream) => {
                Err(Error::Full("streams"))
            }
            Entry::OutletOpened { outlet, .. } if self.next_outlet() != Some(*outlet) => {
                Err(Error::Full("outlets"))
            }
            _ => Ok(()),
        }
    }

    fn may_join(
        &self,
        who: &str,
        guardian: Option<&str>,
        key: Option<&PublicKey>,
    ) -> Result<(), Error> {
        if who.is_empty() || guardian.is_some_and(str::is_empty) {
            return Err(Error::Empty("id"));
        }
        if guardian == Some(who) {
            return Err(Error::OwnGuardian);
        }
        if self.seats.iter().any(|seat| seat.is_of(who)) {
            return Err(Error::AlreadyJoined);
        }
        if key.is_some_and(|key| !key.is_valid())
            || self.keys.get(who).is_some_and(|known| key != Some(known))
        {
            return Err(Error::WrongKey);
        }
        self.free_seat()
            .map(|_| ())
            .ok_or(Error::Full("participants"))
    }

    fn may_show(&self, notice: &Notice) -> Result<(), Error> {
        if notice.scope.is_empty() {
            return Err(Error::Empty("notice's scope"));
        }
        let mut notices = self.notices.iter();
        match notices.find(|known| known.notice.digest == notice.digest) {
            Some(known) if known.notice != *notice || known.is_superseded => {
                Err(Error::ConflictingNotice)
            }
            _ => Ok(()),
        }
    }

    /// R2 and R3: who agrees, under what, to what, how and for how long.
    fn may_grant(&self, at: Time, who: &str, by: Authority, grant: &Grant) -> Result<(), Error> {
        let stays = self.seats.iter().filter_map(|seat| seat.stay.as_ref());
        let stay = stays
            .into_iter()
            .find(|stay| stay.id == who)
            .ok_or(Error::UnknownParticipant)?;
        if stay.agrees() != by {
            return Err(Error::Refused(Refusal::Overreach, by));
        }
        let mut notices = self.notices.iter();
        let known = notices
            .find(|known| known.notice.digest == grant.notice)
            .ok_or(Error::UnknownNotice)?;
        if known.is_superseded {
            return Err(Error::StaleNotice);
        }
        if !known.notice.scope.contains(grant.scope) {
            return Err(Error::BeyondNotice);
        }
        if grant.scope.is_empty() {
            return Err(Error::Empty("grant's scope"));
        }
        if grant.scope.purposes.contains(Purposes::IDENTIFY) && !grant.method.is_explicit() {
            return Err(Error::NotExplicit);
        }
        let in_future = |end: Time| end.in_range() && at < end;
        let in_past = |time: Time| time.in_range() && time <= at;
        if !grant.until.is_none_or(in_future) || !grant.at.is_none_or(in_past) {
            return Err(Error::Time);
        }
        match &stay.key {
            Some(key) => self
                .check_signature(stay, key, grant)
                .map_err(|why| Error::Refused(why, by)),
            None => Ok(()),
        }
    }

    fn check_signature(&self, stay: &Stay, key: &PublicKey, grant: &Grant) -> Result<(), Refusal> {
        let signed = grant.signed.as_ref().ok_or(Refusal::Unsigned)?;
        if signed.meeting != self.meeting {
            return Err(Refusal::ForeignMeeting);
        }
        if signed.challenge != stay.challenge {
            return Err(Refusal::Replayed);
        }
        let recipients = self.recipients(grant.scope.purposes);
        let message = grant.message(&self.meeting, &stay.id, &recipients, stay.challenge);
        if key.has_signed(&message, &signed.signature) {
            Ok(())
        } else {
            Err(Refusal::WrongSignature)
        }
    }

    fn free_seat(&self) -> Option<usize> {
        self.seats
            .iter()
            .position(|seat| seat.stay.is_none() && seat.stays < u32::MAX)
    }

    /// Applies an entry that may be, and publishes what it makes of people's consent.
    pub(crate) fn apply(&mut self, at: Time, entry: &Entry) {
        match entry {
            Entry::Joined { who, guardian, key } => self.join(at, who, guardian.clone(), *key),
            Entry::Left { who } => {
                for seat in self.seats_of(Some(who)) {
                    seat.change(at, Scope::ALL, Act::Left);
                    seat.stay = None;
                }
            }
            Entry::Shown { notice } => {
                if !self
                    .notices
                    .iter()
                    .any(|known| known.notice.digest == notice.digest)
                {
                    self.notices.push(Known {
                        notice: notice.clone(),
                        is_superseded: false,
                    });
                }
            }
            Entry::Superseded { notice } => self.supersede(at, *notice),
            Entry::Granted { who, grant, .. } => {
                for seat in self.seats_of(Some(who)) {
                    if let Some(stay) = &mut seat.stay {
                        stay.stand(at, grant);
                    }
                    seat.change(at, grant.scope, Act::Granted { until: grant.until });
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
                        .map_or(Authority::Participant, Stay::agrees);
                    seat.withdraw(at, by, Scope::ALL);
                }
            }
            Entry::Ended => {
                for seat in &mut self.seats {
                    seat.stay = None;
                }
            }
            Entry::Opened { .. }
            | Entry::Resumed { torn: false }
            | Entry::Refused { .. }
            | Entry::Counted { .. }
            | Entry::Signed { .. } => {}
        }
    }

    /// Renews the challenges of those whom an entry concerns, from the hash of its line.
    pub(crate) fn renew(&mut self, entry: &Entry, line: Digest) {
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
        self.seats
            .iter_mut()
            .filter(move |seat| who.is_none_or(|who| seat.is_of(who)))
    }

    fn join(&mut self, at: Time, who: &str, guardian: Option<String>, key: Option<PublicKey>) {
        let Some(index) = self.free_seat() else {
            return;
        };
        let (Some(seat), Ok(slot)) = (self.seats.get_mut(index), u16::try_from(index)) else {
            return;
        };
        seat.stays += 1;
        let participant = Participant {
            slot,
            stay: seat.stays,
        };
        seat.stay = Some(Stay {
            id: who.into(),
            guardian,
            key,
            challenge: Digest([0; 32]),
            grants: Vec::new(),
            consents: Box::new(Consents::NONE),
        });
        seat.slot.occupy(participant);
        seat.change(at, Scope::ALL, Act::Joined);
        for (by, scope) in self.restrictions.of(who) {
            seat.change(at, scope, Act::Restricted(by));
        }
        self.ids.push((participant, who.into()));
        if let Some(key) = key {
            self.keys.insert(who.into(), key);
        }
    }

    /// What was agreed to under a notice goes on only as far as what was agreed to under others covers it.
    fn supersede(&mut self, at: Time, notice: Digest) {
        for known in &mut self.notices {
            known.is_superseded |= known.notice.digest == notice;
        }
        for seat in &mut self.seats {
            let Some(stay) = &mut seat.stay else { continue };
            let of_notice = |standing: &mut Standing| standing.notice == notice;
            let stale: Vec<_> = stay.grants.extract_if(.., of_notice).collect();
            let mut kinds = Kinds::empty();
            for Standing { scope, .. } in stale {
                for (kind, purpose) in scope.cells() {
                    let covering = |other: &&Standing| {
                        other.scope.covers(kind, purpose) && other.since < other.until
                    };
                    let covering = || stay.grants.iter().filter(covering);
                    let goes_on = Act::Superseded {
                        begun: covering().map(|other| other.since).min().unwrap_or(NEVER),
                        rest: covering().map(|other| other.until).max().unwrap_or(0),
                    };
                    let cell = Scope::new(kind.into(), purpose);
                    stay.consents.apply(at, cell, goes_on);
                }
                kinds |= scope.kinds;
            }
            seat.publish(Scope::new(kinds, Purposes::all()));
        }
    }
}

impl Seat {
    fn withdraw(&mut self, at: Time, by: Authority, scope: Scope) {
        let Some(stay) = &mut self.stay else { return };
        let standing = core::mem::take(&mut stay.grants);
        for Standing {
            notice,
            scope: of,
            since,
            until,
        } in standing
        {
            let rest = of
                .without(scope)
                .into_iter()
                .filter(|scope| !scope.is_empty());
            stay.grants.extend(rest.map(|scope| Standing {
                notice,
                scope,
                since,
                until,
            }));
        }
        if (stay.agrees(), by) == (Authority::Guardian, Authority::Participant) {
            stay.consents.apply(at, scope, Act::Refused);
        }
        self.change(at, scope, Act::Withdrew);
    }
}

impl Stay {
    fn stand(&mut self, at: Time, grant: &Grant) {
        let until = grant.until.map_or(NEVER, Time::floor);
        let new = Standing {
            notice: grant.notice,
            scope: grant.scope,
            since: at.ceil(),
            until,
        };
        // What the old one says as well need not be kept twice; a beginning that is earlier is worth keeping.
        let says_no_more = |old: &Standing| {
            old.notice == new.notice && old.scope.contains(new.scope) && old.until >= new.until
        };
        self.grants.retain(|old| at.floor() < old.until);
        if !self.grants.iter().any(says_no_more) {
            self.grants.push(new);
        }
    }
}
