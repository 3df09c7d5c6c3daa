//! The control half: who is there, what they agreed to, and what is published and entered of it.

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};
use core::{cell::RefCell, marker::PhantomData};

use crate::{
    authority::Authority,
    codec::Coded,
    consent::{Challenge, Digest, Grant, Notice, Scope},
    error::Error,
    group::Group,
    ids::{OutletId, Participant, StreamId},
    join::Join,
    json::{self, Keys},
    kind::{Kind, Kinds},
    ledger::{Entry, Head, Ledger, LedgerError, LedgerFault, LedgerWriter, Line, TapCount},
    outlet::Outlet,
    payload::{Format, Layout},
    purpose::Purposes,
    records::Registry,
    refusal::Refusal,
    register::Register,
    release::{Counters, Settling, TapState},
    replay::replay,
    stream::{Owner, Stream},
    table::Table,
    tag::Template,
    tap::{Source, Tap},
    time::Time,
};

/// One meeting's control half.
///
/// Every call that takes `now` counts as made at the largest time that any such call, or any tap, has been given.
/// Ending or dropping the meeting closes every tap for good.
///
/// A call that may widen is entered in the ledger before it takes effect; if the ledger cannot be written, it fails with [`Error::Ledger`].
/// A call that narrows takes effect at once, and has not settled until it is in the ledger, too.
pub struct Meeting {
    table: Arc<Table>,
    register: Register,
    ledger: LedgerWriter,
    streams: Vec<OpenStream>,
    records: Registry,
    outlets: Vec<(OutletId, Outlet)>,
    taps: Vec<Arc<TapState>>,
    groups: Vec<Group>,
    latest: Time,
}

struct OpenStream {
    id: StreamId,
    source: Source,
    kind: Kind,
    format: Format,
    keys: Keys,
}

impl Meeting {
    /// Opens a meeting with this id and room for `participants` people at a time. Everything is closed. Of the ledger only the head is kept.
    ///
    /// All memory for the consent table is allocated here, about 2.5 KB for each participant.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for an empty id or no room, [`Error::Full`] for room for more than 65,535.
    pub fn open(id: &str, participants: usize) -> Result<Self, Error> {
        Self::open_with(id, participants, LedgerWriter::default())
    }

    /// As [`Meeting::open`], with a ledger that `ledger` writes.
    ///
    /// # Errors
    ///
    /// As [`Meeting::open`], and [`Error::Ledger`].
    pub fn open_with(id: &str, participants: usize, ledger: LedgerWriter) -> Result<Self, Error> {
        let room = u16::try_from(participants).map_err(|_| Error::Full("participants"))?;
        let table = Arc::new(Table::new(room));
        let register = Register::new(id, &table);
        let mut meeting = Self::new(table, register, ledger);
        let opened = Entry::Opened {
            meeting: id.into(),
            participants: room,
        };
        meeting.enter_first(Time::START, &opened)?;
        Ok(meeting)
    }

    /// Resumes a meeting from its ledger, with exactly the consents that were in force. Streams, outlets and taps must be opened again.
    ///
    /// If the ledger's last line was torn, nobody's consent is left, since that line may have been a withdrawal; everybody must agree again.
    ///
    /// # Errors
    ///
    /// [`LedgerError`] for an entry that could not have been made, for a meeting that has ended, and if the ledger cannot be gone on with.
    pub fn resume(ledger: &Ledger, writer: LedgerWriter) -> Result<Self, LedgerError> {
        let fault = |line: usize, what| LedgerError {
            line: line as u64 + 1,
            what,
        };
        let is_end = |line: &Line| matches!(line.entry, Entry::Ended {});
        if let Some(end) = ledger.lines.iter().position(is_end) {
            return Err(fault(end, LedgerFault::Ended));
        }
        let (table, register) = replay(ledger)?;
        let latest = ledger.lines.last().map_or(Time::START, |line| line.at);
        let mut resumed = Self::new(table, register, writer.after(ledger.head));
        resumed.latest = latest;
        resumed.records = Registry::resumed_at(latest);
        let entry = Entry::Resumed { torn: ledger.torn };
        let entered = resumed.enter_first(latest, &entry);
        entered.map_err(|_| fault(ledger.lines.len(), LedgerFault::Unwritable))?;
        Ok(resumed)
    }

    fn new(table: Arc<Table>, register: Register, ledger: LedgerWriter) -> Self {
        Self {
            table,
            register,
            ledger,
            streams: Vec::new(),
            records: Registry::default(),
            outlets: Vec::new(),
            taps: Vec::new(),
            groups: Vec::new(),
            latest: Time::START,
        }
    }

    /// The meeting's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.register.meeting()
    }

    /// Who is there, by id.
    pub fn participants(&self) -> impl Iterator<Item = (&str, Participant)> {
        self.register.present()
    }

    /// Somebody comes in. They have agreed to nothing, whatever they agreed to in an earlier stay.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyJoined`], [`Error::OwnGuardian`], [`Error::WrongKey`], [`Error::Empty`] for an empty id, [`Error::Full`],
    /// [`Error::Time`], [`Error::Ledger`], [`Error::Ended`].
    pub fn join(&mut self, join: Join<'_>, now: Time) -> Result<Participant, Error> {
        let at = self.advance(now)?;
        let entry = Entry::Joined {
            who: join.id.into(),
            guardian: join.guardian.map(String::from),
            key: join.key,
        };
        self.enter_first(at, &entry)?;
        let mut present = self.register.present();
        let joined = present.find(|(id, _)| *id == join.id);
        joined
            .map(|(_, participant)| participant)
            .ok_or(Error::Full("participants"))
    }

    /// Somebody goes. Everything of theirs is closed, what is still in a buffer too.
    ///
    /// Never fails: of somebody who is not there everything is closed already, and a time out of range counts as now.
    pub fn leave(&mut self, who: Participant, now: Time) -> Settling {
        let at = self.narrow(now);
        if self.register.is_present(who)
            && let Some(id) = self.register.id(who).map(String::from)
        {
            self.enter(at, &Entry::Left { who: id });
        }
        self.settle()
    }

    /// Registers what people are shown. Without a notice nothing can be granted.
    ///
    /// # Errors
    ///
    /// [`Error::ConflictingNotice`], [`Error::Empty`] for an empty scope, [`Error::Ledger`], [`Error::Ended`].
    pub fn show(&mut self, notice: Notice) -> Result<Digest, Error> {
        let digest = notice.digest;
        let at = self.narrow(self.latest);
        self.enter_first(at, &Entry::Shown { notice })?;
        Ok(digest)
    }

    /// A notice stops covering: what was agreed to under it is stale until people agree under another (R3).
    ///
    /// # Errors
    ///
    /// [`Error::UnknownNotice`] if there is none such, or it is superseded already, [`Error::Ended`]. A time out of range counts as now.
    pub fn supersede(&mut self, notice: Digest, now: Time) -> Result<Settling, Error> {
        let at = self.narrow(now);
        self.running()?;
        let entry = Entry::Superseded { notice };
        self.register.may(at, &entry)?;
        self.enter(at, &entry);
        Ok(self.settle())
    }

    /// Records that somebody agrees. The grant holds from now on, for what is captured from now on.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] for anybody but the person, or their guardian if they have one, and for a grant that is not signed as it must be;
    /// [`Error::UnknownParticipant`], [`Error::UnknownNotice`], [`Error::StaleNotice`], [`Error::BeyondNotice`], [`Error::NotExplicit`],
    /// [`Error::Empty`] for a scope that is empty or only of third parties not yet named, [`Error::Time`], [`Error::Ledger`], [`Error::Ended`].
    pub fn grant(
        &mut self,
        by: Authority,
        who: Participant,
        grant: &Grant,
        now: Time,
    ) -> Result<(), Error> {
        let at = self.narrow(now);
        self.running()?;
        let id = self
            .register
            .is_present(who)
            .then(|| self.register.id(who))
            .flatten();
        let id = id.map(String::from);
        let may = match &id {
            // Nobody but a person or a guardian can ever agree, whoever it is about.
            None if !matches!(by, Authority::Participant | Authority::Guardian) => {
                Err(Error::Refused(Refusal::Overreach, by))
            }
            None => Err(Error::UnknownParticipant),
            Some(id) => {
                let entry = Entry::Granted {
                    who: id.clone(),
                    by,
                    grant: grant.clone(),
                };
                match self.register.may(at, &entry) {
                    Ok(()) if !now.in_range() => Err(Error::Time),
                    Ok(()) => self.enter_first(at, &entry),
                    refused => refused,
                }
            }
        };
        if let Err(Error::Refused(why, by)) = may {
            let grant = grant.clone();
            self.enter(
                at,
                &Entry::Refused {
                    who: id,
                    by,
                    grant,
                    why,
                },
            );
        }
        may
    }

    /// What somebody's signature must be over: see [`Grant::message`]. None of one who is not there.
    #[must_use]
    pub fn challenge(&self, who: Participant) -> Option<Challenge> {
        self.register.challenge(who)
    }

    /// The names of the third parties' purposes in a set, as [`Grant::message`] takes them.
    #[must_use]
    pub fn recipients(&self, purposes: Purposes) -> Vec<String> {
        self.register.recipients(purposes)
    }

    /// Refuses, or withdraws what was agreed to (GDPR Art. 7(3)). The scope is closed whoever asks for it.
    ///
    /// Never fails: a time out of range counts as now. It also works after the person has left and after the end, when nothing is left to close
    /// but what was released is to be recalled; for somebody who was never there, it does nothing.
    pub fn withdraw(
        &mut self,
        by: Authority,
        who: Participant,
        scope: Scope,
        now: Time,
    ) -> Settling {
        let at = self.narrow(now);
        if let Some(id) = self.register.id(who).map(String::from) {
            self.enter(at, &Entry::Withdrew { who: id, by, scope });
        }
        self.settle()
    }

    /// Restricts consent in the name of the host, an administrator or the vendor: for one person, later stays included, or for everybody, later joiners included.
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
        let who = self.id_of(whom)?;
        let entry = Entry::Restricted { who, by, scope };
        self.register.may(at, &entry)?;
        self.enter(at, &entry);
        Ok(self.settle())
    }

    /// Takes back what the same authority restricted, for the same person or for everybody; no other restriction, and nobody's refusal.
    ///
    /// # Errors
    ///
    /// [`Error::NotARestrainer`], [`Error::UnknownParticipant`], [`Error::Time`], [`Error::Ledger`], [`Error::Ended`].
    pub fn lift(
        &mut self,
        by: Authority,
        whom: Option<Participant>,
        scope: Scope,
        now: Time,
    ) -> Result<(), Error> {
        let at = self.advance(now)?;
        let who = self.id_of(whom)?;
        self.enter_first(at, &Entry::Lifted { who, by, scope })
    }

    /// When the next consent ends by itself: the time to call [`Meeting::tick`] at. None if none does.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.register
            .next_end()
            .map(|end| Time::from_millis(end.into()))
    }

    /// Enters in the ledger the consents that have come to their end. They end without this call, to the millisecond,
    /// but only after it does the ledger say so, and taps then decide faster. A time out of range counts as now.
    pub fn tick(&mut self, now: Time) {
        let at = self.narrow(now);
        for (who, scopes) in self.register.expired(at) {
            self.enter(at, &Entry::Expired { who, scopes });
        }
        // What the ledger's store did not take before it may take now.
        let _ = self.ledger.flush();
    }

    /// Names the pair of a purpose and a third party, as a purpose of its own that nothing implies.
    ///
    /// # Errors
    ///
    /// [`Error::NotOnePurpose`], [`Error::Empty`] for an empty recipient, [`Error::Full`] after seven pairs, [`Error::Ledger`], [`Error::Ended`].
    pub fn third_party(&mut self, purpose: Purposes, recipient: &str) -> Result<Purposes, Error> {
        self.running()?;
        let (pair, is_known) = self.register.pair(purpose, recipient)?;
        if !is_known {
            let recipient = recipient.into();
            let at = self.narrow(self.latest);
            self.enter_first(
                at,
                &Entry::Named {
                    purpose,
                    recipient,
                    pair,
                },
            )?;
        }
        Ok(pair)
    }

    /// Registers people who are in many frames together, so that those frames are decided as fast as one person's, however many people there are.
    ///
    /// A group counts the same as a list of its people, by their consent when a frame is released. If anybody in it leaves, it is closed.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for nobody, [`Error::UnknownParticipant`] for somebody who is not there, [`Error::Ended`].
    pub fn group(&mut self, people: &[Participant]) -> Result<Group, Error> {
        self.running()?;
        if people.is_empty() {
            return Err(Error::Empty("group"));
        }
        if !people.iter().all(|who| self.register.is_present(*who)) {
            return Err(Error::UnknownParticipant);
        }
        let group = Group::new(&self.table, people);
        self.groups.retain(|group| !group.is_unused());
        self.groups.push(group.clone());
        Ok(group)
    }

    /// Registers a source of frames.
    ///
    /// # Errors
    ///
    /// [`Error::Format`], [`Error::UnknownParticipant`] for an owner who is not there, [`Error::Full`], [`Error::Ledger`], [`Error::Ended`].
    pub fn open_stream(&mut self, stream: Stream) -> Result<StreamId, Error> {
        self.running()?;
        let has_keys_in_vain = !stream.keys.is_empty() && stream.format != Format::JSON;
        if !stream.format.is_valid() || !stream.format.fits(stream.kind) || has_keys_in_vain {
            return Err(Error::Format);
        }
        let (source, owner) = match stream.owner {
            Owner::One(owner) if !self.register.is_present(owner) => {
                return Err(Error::UnknownParticipant);
            }
            Owner::One(owner) => (Source::Owned(owner), Some(owner)),
            Owner::Mix => (Source::Mix, None),
            Owner::Composite => (Source::Composite, None),
            Owner::Derived => (Source::Derived, None),
        };
        let id = self.register.next_stream().ok_or(Error::Full("streams"))?;
        let owner = self.id_of(owner)?;
        let entry = Entry::StreamOpened {
            stream: id,
            kind: stream.kind,
            owner: owner.clone(),
        };
        let at = self.narrow(self.latest);
        self.enter_first(at, &entry)?;
        if let (Some(person), Some(schema)) = (&owner, stream.schema) {
            self.records.register(id, person, schema);
        }
        self.streams.push(OpenStream {
            id,
            source,
            kind: stream.kind,
            format: stream.format,
            keys: json::keys(stream.keys),
        });
        Ok(id)
    }

    /// Declares a destination of frames.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for an empty name or no purpose, [`Error::ForeignPurpose`], [`Error::Full`], [`Error::Ledger`], [`Error::Ended`].
    pub fn open_outlet(&mut self, outlet: Outlet) -> Result<OutletId, Error> {
        self.running()?;
        let id = self.register.next_outlet().ok_or(Error::Full("outlets"))?;
        let entry = Entry::OutletOpened {
            outlet: id,
            name: outlet.name.clone(),
            recipient: outlet.recipient.clone(),
            purposes: outlet.purposes,
            blanks: outlet.blanks,
        };
        let at = self.narrow(self.latest);
        self.enter_first(at, &entry)?;
        self.outlets.push((id, outlet));
        Ok(id)
    }

    /// Leads a stream into an outlet.
    ///
    /// Where encoded pictures are to be blanked, the tap takes some 40 KB for black ones.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] for a stream or an outlet of another meeting, or from before it was resumed; [`Error::Ended`].
    pub fn tap(&mut self, stream: StreamId, outlet: OutletId) -> Result<Tap, Error> {
        self.running()?;
        let from = self
            .streams
            .iter()
            .find(|open| open.id == stream)
            .ok_or(Error::Unknown("stream"))?;
        let to = self
            .outlets
            .iter()
            .find(|(id, _)| *id == outlet)
            .ok_or(Error::Unknown("outlet"))?;
        let state = Arc::new(TapState::new(stream, outlet));
        self.taps.push(Arc::clone(&state));
        let source = match (from.source.clone(), self.records.of(stream, outlet)) {
            (Source::Owned(owner), Some(records)) => Source::Records(owner, records),
            (_, None) if from.kind.never_cleared_as_bytes().is_some() => Source::Never,
            (source, _) => source,
        };
        if let Source::Owned(owner) = source {
            self.register.publish_to(&state, owner, from.kind);
        }
        let blanks = to.1.blanks.contains(from.kind.into());
        let encoded = match from.format.0 {
            Layout::Encoded(codec) => Some(Box::new(RefCell::new(Coded::new(codec, blanks)))),
            _ => None,
        };
        Ok(Tap {
            table: Arc::clone(&self.table),
            state,
            source,
            kind: from.kind,
            format: from.format,
            is_text: from.format.is_text(),
            keys: Arc::clone(&from.keys),
            purposes: to.1.purposes,
            blanks,
            encoded,
            template: Template::new(from.kind, stream),
            not_sync: PhantomData,
        })
    }

    /// The counters of every tap that was opened, in that order, whether it is still there or not.
    pub fn counters(&self) -> impl Iterator<Item = (StreamId, OutletId, Counters)> {
        self.taps
            .iter()
            .map(|tap| (tap.stream, tap.outlet, tap.counters()))
    }

    /// Enters the counters of every tap in the ledger, and the device's signature if it has a key. [`Meeting::end`] does the same by itself.
    ///
    /// # Errors
    ///
    /// [`Error::Ledger`], [`Error::Ended`].
    pub fn count(&mut self, now: Time) -> Result<(), Error> {
        let at = self.narrow(now);
        self.enter_first(at, &self.counted())?;
        match self.ledger.signed() {
            Some(signed) => self.enter_first(at, &signed),
            None => Ok(()),
        }
    }

    /// Enters in the ledger how far each tap had come when a narrowing settled, or that it has not settled; returns whether it has.
    ///
    /// What was released up to then counts as released before the narrowing, and is to be recalled if that was a withdrawal (R6).
    /// Nothing is entered for another meeting's narrowing. Never fails: a ledger that cannot be written now gets the entry later.
    pub fn settled(&mut self, settling: &Settling, now: Time) -> bool {
        let at = self.narrow(now);
        if !settling.entered().is_beside(&self.ledger.durable()) {
            return false;
        }
        let is_settled = settling.is_settled();
        let entry = Entry::Settled {
            narrowing: settling.entered().entries(),
            taps: settling.taps().collect(),
        };
        self.enter(at, &entry);
        is_settled
    }

    fn counted(&self) -> Entry {
        let count = |(stream, outlet, frames)| TapCount {
            stream,
            outlet,
            frames,
        };
        Entry::Counted {
            taps: self.counters().map(count).collect(),
        }
    }

    /// How many entries the ledger has, with and without a store: what tags call the generation.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.table.generation().into()
    }

    /// How far the ledger goes: kept apart from it, this shows later that nothing was changed.
    #[must_use]
    pub fn head(&self) -> Head {
        self.ledger.head()
    }

    /// Ends the meeting: everything is closed for good, and the final counters are entered. Never fails; a second end changes nothing.
    pub fn end(&mut self) -> Settling {
        if !self.table.has_ended() {
            self.close();
            let at = self.narrow(self.latest);
            self.enter(at, &self.counted());
            self.enter(at, &Entry::Ended {});
            if let Some(signed) = self.ledger.signed() {
                self.enter(at, &signed);
            }
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
        let at = self.narrow(now);
        self.running()?;
        if now.in_range() {
            Ok(at)
        } else {
            Err(Error::Time)
        }
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

    /// The id of somebody who is there; none for everybody.
    fn id_of(&self, whom: Option<Participant>) -> Result<Option<String>, Error> {
        match whom {
            Some(who) if !self.register.is_present(who) => Err(Error::UnknownParticipant),
            Some(who) => Ok(self.register.id(who).map(String::from)),
            None => Ok(None),
        }
    }

    /// Does what must be in the ledger before it holds.
    fn enter_first(&mut self, at: Time, entry: &Entry) -> Result<(), Error> {
        self.running()?;
        self.register.may(at, entry)?;
        let line = self.ledger.enter_first(at, entry)?;
        self.apply(at, entry);
        self.register.renew(entry, line);
        Ok(())
    }

    /// Does what holds before it is in the ledger.
    fn enter(&mut self, at: Time, entry: &Entry) {
        self.apply(at, entry);
        let line = self.ledger.enter(at, entry);
        self.register.renew(entry, line);
    }

    /// Publishes what an entry makes of everybody's consent, and then that it has.
    fn apply(&mut self, at: Time, entry: &Entry) {
        self.register.apply(at, entry);
        let kinds = entry.touches();
        for group in &self.groups {
            group.publish(kinds);
        }
        if !self.table.advance() {
            self.close();
        }
    }

    /// Closes everything for good.
    fn close(&mut self) {
        self.table.end();
        self.register.close();
        for group in &self.groups {
            group.publish(Kinds::all());
        }
    }

    fn settle(&self) -> Settling {
        Settling::begin(&self.taps, self.ledger.durable())
    }
}

impl Drop for Meeting {
    /// Closes every tap. The ledger does not say that the meeting ended, so that it can be resumed.
    fn drop(&mut self) {
        self.close();
    }
}
