//! The control half: who is there, what they agreed to, and what is published of it.

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};
use core::marker::PhantomData;

use crate::{
    consent::{Act, Authority, Consents, Digest, Grant, Notice, Restrainer, Restrictions, Scope},
    error::Error,
    frame::{Participant, StreamId},
    kind::{Kind, Kinds},
    payload::{Format, Layout},
    purpose::Purposes,
    records::Registry,
    release::{Counters, Settling, TapState},
    schema::Schema,
    table::{Slot, Table},
    tag::Template,
    tap::{Source, Tap},
    time::Time,
};

/// One meeting's control half.
///
/// Every call that takes `now` counts as made at the largest time that any of them, or any tap, was given.
/// Ending or dropping the meeting closes every tap for good.
pub struct Meeting {
    id: String,
    table: Arc<Table>,
    seats: Vec<Seat>,
    notices: Vec<Notice>,
    restrictions: Restrictions,
    /// The pairs of a purpose and a third party, in the order of their bits.
    third_parties: Vec<(Purposes, String)>,
    streams: Vec<(Source, Kind, Format)>,
    records: Registry,
    outlets: Vec<Outlet>,
    taps: Vec<Arc<TapState>>,
    latest: Time,
}

/// Where a participant's consent is published, and who has it.
struct Seat {
    slot: Arc<Slot>,
    /// How many stays it has had.
    stays: u32,
    stay: Option<Stay>,
}

/// A person who is in the meeting.
struct Stay {
    id: String,
    guardian: Option<String>,
    consents: Box<Consents>,
}

impl Stay {
    /// The only one who can agree for them.
    fn agrees(&self) -> Authority {
        match self.guardian {
            Some(_) => Authority::Guardian,
            None => Authority::Participant,
        }
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
            for (kind, effective) in stay.consents.effective() {
                if scope.kinds.contains(kind.into()) {
                    self.slot.publish(kind, effective);
                }
            }
        }
    }
}

/// Somebody who comes into a meeting, and who agrees for them: there is no default.
///
/// Ids are the client's names for people, unique in the meeting. That an id is who it says is the client's to make sure.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Join<'a> {
    id: &'a str,
    guardian: Option<&'a str>,
}

impl<'a> Join<'a> {
    /// An adult, who agrees for themselves.
    pub const fn adult(id: &'a str) -> Self {
        Self { id, guardian: None }
    }

    /// Somebody for whom `guardian`, another person's id, agrees (GDPR Art. 8).
    /// Either withdraws, and what the person themselves refuses stays closed while they stay.
    pub const fn with_guardian(id: &'a str, guardian: &'a str) -> Self {
        Self {
            id,
            guardian: Some(guardian),
        }
    }
}

/// A registered source of frames.
#[derive(Clone, Debug)]
#[must_use]
pub struct Stream {
    owner: Owner,
    kind: Kind,
    format: Format,
    schema: Option<Schema>,
}

#[derive(Clone, Copy, Debug)]
enum Owner {
    One(Participant),
    Mix,
    Composite,
    Derived,
}

impl Stream {
    /// One person's; they count in every frame of it.
    pub const fn owned(owner: Participant, kind: Kind, format: Format) -> Self {
        Self::new(Owner::One(owner), kind, format)
    }

    /// Service data about one person: records of integers (R9). It is the only form in which telemetry, diagnostics and usage are released.
    ///
    /// Its frames name nobody else and have no regions.
    pub fn records(owner: Participant, kind: Kind, schema: Schema) -> Self {
        let fields = schema.fields().len();
        Self {
            schema: Some(schema),
            ..Self::owned(owner, kind, Format(Layout::Record { fields }))
        }
    }

    /// Several people's, inseparably: each frame says whose.
    pub const fn mix(kind: Kind, format: Format) -> Self {
        Self::new(Owner::Mix, kind, format)
    }

    /// Several people's, side by side: a gallery, a channel for each person. Each frame says who its members are and, by regions, what is whose.
    ///
    /// What regions cover belongs to the owners of all regions over it, the rest to all members.
    pub const fn composite(kind: Kind, format: Format) -> Self {
        Self::new(Owner::Composite, kind, format)
    }

    /// Made of frames of other streams: captions, embeddings, summaries, statistics (R8). Each frame of it says of which: [`Frame::derived`](crate::Frame::derived).
    ///
    /// It clears no more than each of its sources did, and asks for consent to its own kind beside theirs.
    pub const fn derived(kind: Kind, format: Format) -> Self {
        Self::new(Owner::Derived, kind, format)
    }

    const fn new(owner: Owner, kind: Kind, format: Format) -> Self {
        Self {
            owner,
            kind,
            format,
            schema: None,
        }
    }
}

/// A declared destination of frames.
#[derive(Clone, Debug)]
#[must_use]
pub struct Outlet {
    name: String,
    recipient: Option<String>,
    purposes: Purposes,
    blanks: Kinds,
}

impl Outlet {
    /// The controller's own; it gets what is cleared for *all* of `purposes`.
    pub fn new(name: &str, purposes: Purposes) -> Self {
        Self {
            name: name.into(),
            recipient: None,
            purposes,
            blanks: Kinds::empty(),
        }
    }

    /// A third party's; its purposes are pairs with this recipient, as [`Meeting::third_party`] names them.
    pub fn recipient(mut self, recipient: &str) -> Self {
        self.recipient = Some(recipient.into());
        self
    }

    /// Withheld frames of these kinds are replaced by empty ones of the same form; those of other kinds are dropped.
    pub const fn blank(mut self, kinds: Kinds) -> Self {
        self.blanks = kinds;
        self
    }
}

/// An outlet's number in its meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutletId(u16);

impl OutletId {
    /// The number, from 0 in the order of opening.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl Meeting {
    /// A meeting of this id that has room for so many participants at a time. Everything is closed.
    ///
    /// All memory of the consent table is taken here, about 2.2 KB for each participant.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for an empty id or no room, [`Error::Full`] for room for more than 65,535.
    pub fn open(id: &str, participants: usize) -> Result<Self, Error> {
        let room = u16::try_from(participants).map_err(|_| Error::Full("participants"))?;
        if room == 0 {
            return Err(Error::Empty("room for participants"));
        }
        if id.is_empty() {
            return Err(Error::Empty("id"));
        }
        let table = Table::new(room);
        let seat = |slot: &Arc<Slot>| Seat {
            slot: Arc::clone(slot),
            stays: 0,
            stay: None,
        };
        Ok(Self {
            id: id.into(),
            seats: table.slots().iter().map(seat).collect(),
            table: Arc::new(table),
            notices: Vec::new(),
            restrictions: Restrictions::default(),
            third_parties: Vec::new(),
            streams: Vec::new(),
            records: Registry::default(),
            outlets: Vec::new(),
            taps: Vec::new(),
            latest: Time::START,
        })
    }

    /// The meeting's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Somebody comes in. They have agreed to nothing, whatever they agreed to in an earlier stay.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyJoined`], [`Error::OwnGuardian`], [`Error::Empty`] for an empty id, [`Error::Full`], [`Error::Time`], [`Error::Ended`].
    pub fn join(&mut self, join: Join<'_>, now: Time) -> Result<Participant, Error> {
        let now = self.advance(now)?;
        if join.id.is_empty() || join.guardian.is_some_and(str::is_empty) {
            return Err(Error::Empty("id"));
        }
        if join.guardian == Some(join.id) {
            return Err(Error::OwnGuardian);
        }
        if self.seats.iter().any(|seat| seat.is_of(join.id)) {
            return Err(Error::AlreadyJoined);
        }
        let mut seats = (0..).zip(&mut self.seats);
        let free = |(_, seat): &(u16, &mut Seat)| seat.stay.is_none() && seat.stays < u32::MAX;
        let (slot, seat) = seats.find(free).ok_or(Error::Full("participants"))?;
        seat.stays += 1;
        let participant = Participant {
            slot,
            stay: seat.stays,
        };
        seat.stay = Some(Stay {
            id: join.id.into(),
            guardian: join.guardian.map(String::from),
            consents: Box::new(Consents::NONE),
        });
        seat.slot.occupy(participant);
        seat.change(now, Scope::ALL, Act::Joined);
        for (by, scope) in self.restrictions.of(join.id) {
            seat.change(now, scope, Act::Restricted(by));
        }
        self.table.advance();
        Ok(participant)
    }

    /// Somebody goes. Everything of theirs is closed, what is still in a buffer too.
    ///
    /// Never fails: of somebody who is not there everything is closed already, and a time out of range counts as now.
    pub fn leave(&mut self, who: Participant, now: Time) -> Settling {
        let now = self.narrow(now);
        if let Some(seat) = self.seat(who) {
            seat.change(now, Scope::ALL, Act::Left);
            seat.stay = None;
            self.table.advance();
        }
        self.settle()
    }

    /// Registers what people are shown. Without a notice nothing can be granted.
    ///
    /// # Errors
    ///
    /// [`Error::ConflictingNotice`], [`Error::Empty`] for an empty scope, [`Error::Ended`].
    pub fn show(&mut self, notice: Notice) -> Result<Digest, Error> {
        self.running()?;
        if notice.scope.is_empty() {
            return Err(Error::Empty("notice's scope"));
        }
        let digest = notice.digest;
        match self.notices.iter().find(|other| other.digest == digest) {
            Some(other) if *other != notice => return Err(Error::ConflictingNotice),
            Some(_) => {}
            None => self.notices.push(notice),
        }
        self.table.advance();
        Ok(digest)
    }

    /// Somebody agrees. It holds from now on, for what is captured from now on.
    ///
    /// # Errors
    ///
    /// [`Error::Overreach`] for anybody but the person, or their guardian if they have one, [`Error::UnknownParticipant`], [`Error::UnknownNotice`], [`Error::BeyondNotice`],
    /// [`Error::Empty`] for an empty scope, [`Error::Time`], [`Error::Ended`].
    pub fn grant(
        &mut self,
        by: Authority,
        who: Participant,
        grant: &Grant,
        now: Time,
    ) -> Result<(), Error> {
        let at = self.narrow(now);
        self.running()?;
        let agrees = self.stay(who).map(Stay::agrees);
        let may_be = matches!(by, Authority::Participant | Authority::Guardian);
        if agrees.is_some_and(|agrees| agrees != by) || !may_be {
            self.table.advance();
            return Err(Error::Overreach(by));
        }
        if !now.in_range() {
            return Err(Error::Time);
        }
        let mut notices = self.notices.iter();
        let notice = notices.find(|notice| notice.digest == grant.notice);
        if !notice
            .ok_or(Error::UnknownNotice)?
            .scope
            .contains(grant.scope)
        {
            return Err(Error::BeyondNotice);
        }
        if grant.scope.is_empty() {
            return Err(Error::Empty("grant's scope"));
        }
        let in_future = |end: Time| end.in_range() && at < end;
        if !grant.until.is_none_or(in_future) {
            return Err(Error::Time);
        }
        let seat = self.seat(who).ok_or(Error::UnknownParticipant)?;
        seat.change(at, grant.scope, Act::Granted { until: grant.until });
        self.table.advance();
        Ok(())
    }

    /// Somebody refuses, or withdraws what was agreed to (GDPR Art. 7(3)). Whoever asks for it, it is closed.
    ///
    /// Never fails: a time out of range counts as now, and of somebody who has left or was never there everything is closed already.
    pub fn withdraw(
        &mut self,
        by: Authority,
        who: Participant,
        scope: Scope,
        now: Time,
    ) -> Settling {
        let now = self.narrow(now);
        if let Some(seat) = self.seat(who) {
            let agrees = seat.stay.as_ref().map(Stay::agrees);
            if (agrees, by) == (Some(Authority::Guardian), Authority::Participant) {
                seat.change(now, scope, Act::Refused);
            }
            seat.change(now, scope, Act::Withdrew);
            self.table.advance();
        }
        self.settle()
    }

    /// The host, an administrator or the vendor narrows: for one person, in later stays too, or for everybody, later joiners too.
    ///
    /// # Errors
    ///
    /// [`Error::NotARestrainer`], [`Error::UnknownParticipant`], [`Error::Ended`]. A time out of range counts as now.
    pub fn restrict(
        &mut self,
        by: Authority,
        whom: Option<Participant>,
        scope: Scope,
        now: Time,
    ) -> Result<Settling, Error> {
        let at = self.narrow(now);
        self.running()?;
        let restrainer = Restrainer::new(by, whom.is_none()).ok_or(Error::NotARestrainer(by))?;
        let id = self.id_of(whom)?;
        self.restrictions.restrict(restrainer, id.as_deref(), scope);
        self.change(at, id.as_deref(), scope, Act::Restricted(restrainer));
        Ok(self.settle())
    }

    /// Takes back what the same authority restricted, for the same person or for everybody; no other restriction, and nobody's refusal.
    ///
    /// # Errors
    ///
    /// [`Error::NotARestrainer`], [`Error::UnknownParticipant`], [`Error::Time`], [`Error::Ended`].
    pub fn lift(
        &mut self,
        by: Authority,
        whom: Option<Participant>,
        scope: Scope,
        now: Time,
    ) -> Result<(), Error> {
        let at = self.advance(now)?;
        let restrainer = Restrainer::new(by, whom.is_none()).ok_or(Error::NotARestrainer(by))?;
        let id = self.id_of(whom)?;
        self.restrictions.lift(restrainer, id.as_deref(), scope);
        self.change(at, id.as_deref(), scope, Act::Lifted(restrainer));
        Ok(())
    }

    /// Names the pair of a purpose and a third party, as a purpose of its own that nothing implies.
    ///
    /// # Errors
    ///
    /// [`Error::NotOnePurpose`], [`Error::Empty`] for an empty recipient, [`Error::Full`] after seven pairs, [`Error::Ended`].
    pub fn third_party(&mut self, purpose: Purposes, recipient: &str) -> Result<Purposes, Error> {
        self.running()?;
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
        if known.is_none() {
            self.third_parties.push((purpose, recipient.into()));
            self.table.advance();
        }
        Ok(pair)
    }

    /// Registers a source of frames.
    ///
    /// # Errors
    ///
    /// [`Error::Format`], [`Error::UnknownParticipant`] for an owner who is not there, [`Error::Full`], [`Error::Ended`].
    pub fn open_stream(&mut self, stream: Stream) -> Result<StreamId, Error> {
        self.running()?;
        if !stream.format.is_valid() {
            return Err(Error::Format);
        }
        let source = match stream.owner {
            Owner::One(owner) => {
                let seat = self.seat(owner).ok_or(Error::UnknownParticipant)?;
                Source::Owned(owner, Arc::clone(&seat.slot))
            }
            Owner::Mix => Source::Mix,
            Owner::Composite => Source::Composite,
            Owner::Derived => Source::Derived,
        };
        let id = u16::try_from(self.streams.len()).map(StreamId);
        let id = id
            .ok()
            .filter(|id| id.is_valid())
            .ok_or(Error::Full("streams"))?;
        if let (Source::Owned(owner, _), Some(schema)) = (&source, stream.schema)
            && let Some(person) = self.id_of(Some(*owner))?
        {
            self.records.register(id, &person, schema);
        }
        self.streams.push((source, stream.kind, stream.format));
        self.table.advance();
        Ok(id)
    }

    /// Declares a destination of frames.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for an empty name or no purpose, [`Error::ForeignPurpose`], [`Error::Full`], [`Error::Ended`].
    pub fn open_outlet(&mut self, outlet: Outlet) -> Result<OutletId, Error> {
        self.running()?;
        if outlet.name.is_empty() {
            return Err(Error::Empty("outlet's name"));
        }
        if outlet.purposes.is_empty() {
            return Err(Error::Empty("outlet's purposes"));
        }
        if !self
            .purposes_of(outlet.recipient.as_deref())
            .contains(outlet.purposes)
        {
            return Err(Error::ForeignPurpose);
        }
        let id = u16::try_from(self.outlets.len()).map_err(|_| Error::Full("outlets"))?;
        self.outlets.push(outlet);
        self.table.advance();
        Ok(OutletId(id))
    }

    /// Leads a stream into an outlet.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] for a stream or an outlet of another meeting, [`Error::Ended`].
    pub fn tap(&mut self, stream: StreamId, outlet: OutletId) -> Result<Tap, Error> {
        self.running()?;
        let (source, kind, format) = self
            .streams
            .get(usize::from(stream.0))
            .ok_or(Error::Unknown("stream"))?;
        let to = self
            .outlets
            .get(usize::from(outlet.0))
            .ok_or(Error::Unknown("outlet"))?;
        let state = Arc::new(TapState::new(stream, outlet));
        self.taps.push(Arc::clone(&state));
        Ok(Tap {
            table: Arc::clone(&self.table),
            state,
            source: match (source.clone(), self.records.of(stream, outlet)) {
                (Source::Owned(owner, _), Some(records)) => Source::Records(owner, records),
                (source, _) => source,
            },
            kind: *kind,
            format: *format,
            purposes: to.purposes,
            blanks: to.blanks.contains((*kind).into()),
            template: Template::new(*kind, stream),
            not_sync: PhantomData,
        })
    }

    /// The counters of every tap that was opened, in that order, whether it is still there or not.
    pub fn counters(&self) -> impl Iterator<Item = (StreamId, OutletId, Counters)> {
        self.taps
            .iter()
            .map(|tap| (tap.stream, tap.outlet, tap.counters()))
    }

    /// How many entries there have been: changes, and attempts to agree on another's behalf.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.table.generation()
    }

    /// Ends the meeting: everything is closed for good. Never fails; a second end changes nothing.
    pub fn end(&mut self) -> Settling {
        if !self.table.has_ended() {
            for seat in &mut self.seats {
                seat.stay = None;
            }
            self.table.end();
            self.table.advance();
        }
        self.settle()
    }

    fn running(&self) -> Result<(), Error> {
        if self.table.has_ended() {
            Err(Error::Ended)
        } else {
            Ok(())
        }
    }

    /// The time at which a call that may widen counts as made.
    fn advance(&mut self, now: Time) -> Result<Time, Error> {
        self.running()?;
        if !now.in_range() {
            return Err(Error::Time);
        }
        Ok(self.narrow(now))
    }

    /// The time at which a call that can only narrow counts as made.
    fn narrow(&mut self, now: Time) -> Time {
        if now.in_range() {
            self.latest = self.latest.max(now);
        }
        let latest_of_taps = self.taps.iter().map(|tap| tap.latest());
        self.latest = latest_of_taps.fold(self.latest, Time::max);
        self.latest
    }

    /// The seat of somebody who is there.
    fn seat(&mut self, who: Participant) -> Option<&mut Seat> {
        let seat = self.seats.get_mut(usize::from(who.slot))?;
        (seat.stays == who.stay && seat.stay.is_some()).then_some(seat)
    }

    fn stay(&mut self, who: Participant) -> Option<&Stay> {
        self.seat(who)?.stay.as_ref()
    }

    /// The id of somebody who is there; none for everybody.
    fn id_of(&mut self, whom: Option<Participant>) -> Result<Option<String>, Error> {
        let Some(who) = whom else { return Ok(None) };
        let stay = self.stay(who).ok_or(Error::UnknownParticipant)?;
        Ok(Some(stay.id.clone()))
    }

    /// Applies an act over one person, or over everybody who is there.
    fn change(&mut self, at: Time, id: Option<&str>, scope: Scope, act: Act) {
        let concerned = |seat: &&mut Seat| id.is_none_or(|id| seat.is_of(id));
        for seat in self.seats.iter_mut().filter(concerned) {
            seat.change(at, scope, act);
        }
        self.table.advance();
    }

    fn settle(&self) -> Settling {
        Settling::begin(&self.taps)
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
}

impl Drop for Meeting {
    fn drop(&mut self) {
        let _ = self.end();
    }
}
