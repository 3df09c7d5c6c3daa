//! The control half: who is there, what they agreed to, what is published and entered.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;

#[cfg(feature = "std")]
use crate::control::withdrawals::Withdrawals;
use crate::{
    control::{
        consent::{Challenge, Consent, Grant, Notice, Scope},
        core::Core,
        join::JoinOptions,
        ledger::{Entry, Head, Ledger, LedgerError, LedgerFault, LedgerWriter, Line},
        options::MeetingOptions,
        outlet::OutletOptions,
        register::Register,
        registry::Registry,
        serial::Stays,
        state::State,
        stream::{Owner, StreamOptions},
        taps::Whom,
        verified::VerifiedLedger,
    },
    gate::tap::{StreamSource, Tap, TapParts},
    media::{
        codec::DecoderConfig,
        format::Format,
        json::{self, Keys},
    },
    shared::{
        group::Group,
        settling::Settling,
        table::Table,
        tap_state::{Counters, ReasonCounters},
    },
    types::{
        argument::{Argument, Object, Resource},
        authority::Authority,
        digest::Digest,
        error::Error,
        ids::{Life, Outlet, OutletId, Participant, Stream, StreamId},
        instance::Instance,
        kind::Kind,
        masked,
        purpose::Purposes,
        refusal::Refusal,
        time::Time,
        wall_time::WallTime,
    },
};

/// One meeting's control half.
///
/// A call about somebody counts as made at the largest time that any call was given, or any tap that it looked at: it looks at all that can carry that person.
/// Those of other people's streams that were opened as their owners' [alone](StreamOptions::alone) it passes over, so that no call takes longer because the room is larger.
/// The largest of all is the meeting's [clock](Self::clock).
///
/// A time more than a day ahead counts as a mistake: a withdrawal then takes effect at the meeting's time, a grant fails with [`Error::Time`], and a tap withholds from then on ([`Reason::Clock`](crate::Reason::Clock)).
/// If so much time has truly passed, call [`Meeting::advance`] first.
/// Ending or dropping the meeting closes every tap for good.
///
/// A call that may widen waits until the ledger has it, and only then takes effect; if the ledger cannot be written, it fails with [`Error::Ledger`].
/// A call that narrows takes effect at once and waits for nobody. It has settled only once the ledger has it, too; asking its [`Settling`] writes the ledger.
/// Under `std`, [`Meeting::withdrawals`] narrows from any thread, also while a call that widens waits for the ledger.
///
/// # Examples
///
/// ```
/// use framegate::{Authority, JoinOptions, Meeting, MeetingOptions, Scope, Time};
///
/// let mut meeting = Meeting::open(MeetingOptions::new("standup", 100))?;
/// let ada = meeting.join(JoinOptions::adult("ada"), Time::START)?;
///
/// // Ada refuses everything, before anybody asked her.
/// let settling = meeting.withdraw(Authority::Participant, ada, Scope::ALL, Time::from_millis(500))?;
/// assert!(settling.is_settled());
///
/// // The host may narrow for everybody, and lift that again.
/// let settling = meeting.restrict(Authority::Host, None, Scope::ALL, Time::from_millis(600))?;
/// assert!(settling.is_settled());
/// meeting.lift(Authority::Host, None, Scope::ALL, Time::from_millis(700))?;
///
/// assert!(meeting.end().is_settled());
/// # Ok::<(), framegate::Error>(())
/// ```
pub struct Meeting {
    id: String,
    started: WallTime,
    /// When it began in this process: at its start, or where it was resumed.
    began: Time,
    life: Life,
    table: Arc<Table>,
    pub(crate) core: Core,
    streams: Vec<OpenStream>,
    records: Registry,
    outlets: Vec<(OutletId, OutletOptions)>,
}

struct OpenStream {
    id: StreamId,
    source: StreamSource,
    kind: Kind,
    format: Format,
    keys: Keys,
    config: Option<DecoderConfig>,
}

impl Meeting {
    /// Opens a meeting. Nothing is released before somebody grants it.
    ///
    /// All memory for the consent table is allocated here, about 0.7 KB for each participant. Of one person's consents there is room for 15 different
    /// beginnings and ends at a time, and for 64 if few need more than 15: for everybody in a room of up to 64, else for one in eight, and for 64 people at least.
    /// Consents that were agreed to together count once.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for an empty id, no room or a start at 1970's first microsecond, and without `std` if no start was given,
    /// [`Error::Full`] for room for more than 65,535, [`Error::Ledger`], [`Error::Random`] if no instance was given and none can be drawn, [`Error::RepeatedInstance`].
    pub fn open(options: MeetingOptions<'_>) -> Result<Self, Error> {
        let MeetingOptions {
            id,
            participants,
            instance,
            started,
            ledger,
        } = options;
        #[cfg(feature = "std")]
        let instance = instance.map_or_else(Instance::draw, Ok)?;
        #[cfg(not(feature = "std"))]
        let instance = instance.ok_or(Error::Random)?;
        #[cfg(feature = "std")]
        let started = started.unwrap_or_else(WallTime::now);
        #[cfg(not(feature = "std"))]
        let started = started.ok_or(Error::Empty(Argument::Started))?;
        let room = u16::try_from(participants).map_err(|_| Error::Full(Resource::Participants))?;
        let life = Life::next();
        let table = Arc::new(Table::new(room, life));
        let register = Register::new(instance, id, &table, Stays::OfProcess);
        let begin = (Head::before(instance), Time::START);
        let mut meeting = Self::new((life, started), table, register, ledger, begin);
        let opened = Entry::Opened {
            format: Ledger::FORMAT,
            instance,
            meeting: id.into(),
            started,
            participants: room,
        };
        let may = meeting
            .core
            .state
            .lock()
            .register
            .check(Time::START, &opened);
        may?;
        if !instance.take() {
            return Err(Error::RepeatedInstance);
        }
        meeting.core.enter_first(Time::START, opened)?;
        Ok(meeting)
    }

    /// Resumes a meeting from its ledger, with exactly the consents that were in force. Streams, outlets and taps must be opened again.
    ///
    /// If the ledger's last line was torn, nobody's consent is left, since that line may have been a withdrawal; everybody must agree again.
    ///
    /// Its [clock](Self::clock) goes on from the ledger's last line, and what a tap is given earlier counts as that. A steady clock that begins anew with the process
    /// must not begin at 0: let it go on from [`Meeting::time_at`], and announce that by [`Meeting::advance`].
    ///
    /// # Errors
    ///
    /// [`LedgerError`] with [`LedgerFault::Ended`] for a meeting that has ended, and with [`LedgerFault::Unwritable`] if `writer` cannot write.
    pub fn resume(verified: &VerifiedLedger, writer: LedgerWriter) -> Result<Self, LedgerError> {
        let ledger = verified.ledger();
        let fault = |line: usize, what| LedgerError {
            line: line as u64 + 1,
            what,
        };
        let is_end = |line: &Line| matches!(line.entry, Entry::Ended {});
        if let Some(end) = ledger.lines.iter().position(is_end) {
            return Err(fault(end, LedgerFault::Ended));
        }
        let life = Life::next();
        let (table, register) = verified.register(life, Stays::OfProcess)?;
        // It goes on as the same; no other may be opened as it.
        register.instance().take();
        let latest = ledger.lines.last().map_or(Time::START, |line| line.at);
        let begin = (ledger.head, latest);
        let mut resumed = Self::new((life, verified.started()), table, register, writer, begin);
        resumed.records = Registry::resumed_at(latest);
        let entry = Entry::Resumed { torn: ledger.torn };
        let entered = resumed.core.enter_first(latest, entry);
        let entered = entered.and_then(|()| resumed.core.take_up(&ledger.beside));
        entered.map_err(|_| fault(ledger.lines.len(), LedgerFault::Unwritable))?;
        Ok(resumed)
    }

    fn new(
        (life, started): (Life, WallTime),
        table: Arc<Table>,
        register: Register,
        ledger: LedgerWriter,
        begin: (Head, Time),
    ) -> Self {
        let id = register.meeting().into();
        let core = Core::new(Arc::clone(&table), register, ledger, begin);
        Self {
            id,
            started,
            began: begin.1,
            life,
            table,
            core,
            streams: Vec::new(),
            records: Registry::default(),
            outlets: Vec::new(),
        }
    }

    /// Returns the meeting's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the 128 bits that tell this meeting from all others: seals, archives and the ledger are bound to them.
    #[must_use]
    pub fn instance(&self) -> Instance {
        self.core.state.read().register.instance()
    }

    /// Returns the time of day at the meeting's start: [`MeetingOptions::started`].
    #[must_use]
    pub const fn started(&self) -> WallTime {
        self.started
    }

    /// Returns the meeting's clock: the largest time that any call on it or on its [`Withdrawals`](crate::Withdrawals), or any tap, was given,
    /// those aside that were out of range or more than a day ahead.
    ///
    /// Of a meeting that was just [resumed](Self::resume) it is the time of the ledger's last line; frames may have gone through later than that.
    #[must_use]
    pub fn clock(&self) -> Time {
        self.core.state.read().clock(Whom::Everybody)
    }

    /// Returns the meeting's time at a time of day, and no less than its [clock](Self::clock), however far the time of day was set back.
    ///
    /// A process that [resumed](Self::resume) the meeting goes on from there with its steady clock, which begins anew:
    /// so the time in which no process was there counts, and what was agreed to until then has ended.
    /// If the meeting started 49.7 days ago it is out of range, as every time is from then on, and [`Meeting::advance`] fails with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use framegate::{JoinOptions, Meeting, MeetingOptions, Time};
    ///
    /// let options = MeetingOptions::new("standup", 100).started("2026-11-30T09:00:00Z".parse()?);
    /// let mut meeting = Meeting::open(options)?;
    /// meeting.join(JoinOptions::adult("ada"), Time::from_millis(5_000))?;
    ///
    /// assert_eq!(meeting.time_at("2026-11-30T09:01:00Z".parse()?), Time::from_millis(60_000));
    /// // Somebody set the time of day back.
    /// assert_eq!(meeting.time_at("2026-11-30T08:00:00Z".parse()?), Time::from_millis(5_000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn time_at(&self, wall: WallTime) -> Time {
        self.started.until(wall).max(self.clock())
    }

    /// Returns whether handles of a life are this meeting's.
    #[cfg(feature = "binding")]
    pub(crate) fn is_of(&self, life: Life) -> bool {
        self.life == life
    }

    /// Returns everybody who is in the meeting, by id.
    pub fn participants(&self) -> impl Iterator<Item = (String, Participant)> + use<> {
        let state = self.core.state.read();
        let present = state.register.seats.present();
        let present: Vec<_> = present
            .map(|stay| ((*stay.id).into(), stay.participant))
            .collect();
        present.into_iter()
    }

    /// Returns everybody who is or was in the meeting, by id, with a handle for each stay, in the order of joining.
    ///
    /// After [`Meeting::resume`] earlier handles are unknown; these are the new ones, also for withdrawing in the name of somebody who had left.
    pub fn stays(&self) -> impl Iterator<Item = (String, Participant)> + use<> {
        let state = self.core.state.read();
        let stays = state.register.seats.stays();
        let stays: Vec<_> = stays.map(|(id, who)| (id.into(), who)).collect();
        stays.into_iter()
    }

    /// Returns the participant of this id: their present stay or, if they have left, their last one; `None` for somebody who never joined.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Participant> {
        self.core.state.read().register.seats.last(id)
    }

    /// Returns the id of a participant who is in the meeting; `None` for everybody else, also for somebody who has left.
    #[must_use]
    pub fn id_of(&self, who: Participant) -> Option<String> {
        let state = self.core.state.read();
        let stay = state.register.seats.stay(who);
        stay.map(|stay| (*stay.id).into())
    }

    /// Returns what a participant consents to now, such as for "recorded with Ada's consent": grants, less what was withdrawn, restricted, superseded or has ended.
    /// Kinds and purposes that are in force equally long are one item. Empty of one who has left, and after the end.
    ///
    /// Now is the largest time that any call was given, or any tap that can carry them, rounded up to the millisecond.
    /// A frame of theirs alone that is captured and released at that time is cleared for these purposes and no others;
    /// one with other people in it needs theirs, too.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownParticipant`] for a handle of another meeting, or from before this one was resumed.
    ///
    /// # Examples
    ///
    /// ```
    /// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
    /// use framegate::{Authority, Kind, Purposes, Time};
    ///
    /// # let scene::Scene { mut meeting, ada, scope, .. } = scene::scene();
    /// let consents = meeting.consents(ada)?;
    /// let is_recorded = |of: Kind| {
    ///     let mut scopes = consents.iter().map(|consent| consent.scope);
    ///     scopes.any(|scope| scope.kinds.contains(of.into()) && scope.purposes.contains(Purposes::RECORD))
    /// };
    /// assert!(is_recorded(Kind::Audio) && !is_recorded(Kind::Video));
    ///
    /// let settling = meeting.withdraw(Authority::Participant, ada, scope, Time::from_millis(5_000))?;
    /// assert!(meeting.consents(ada)?.is_empty());
    /// # drop(settling);
    /// # Ok::<(), framegate::Error>(())
    /// ```
    pub fn consents(&self, who: Participant) -> Result<Vec<Consent>, Error> {
        let state = self.core.state.read();
        let id = state.register.id(who).ok_or(Error::UnknownParticipant)?;
        let now = state.clock(Whom::One(id)).ceil();
        Ok(state.register.consents(who, now))
    }

    /// Returns a handle with which any thread narrows, without the meeting and without waiting for a call on it.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn withdrawals(&self) -> Withdrawals {
        Withdrawals::new(self.core.clone())
    }

    /// Moves the meeting's clock on to `now`, even if that is more than a day ahead.
    ///
    /// # Errors
    ///
    /// [`Error::Time`] for a time out of range, [`Error::Ended`].
    pub fn advance(&mut self, now: Time) -> Result<(), Error> {
        self.core.flush();
        let mut state = self.core.state.lock();
        state.running()?;
        if now.in_range() {
            state.advance(now);
            Ok(())
        } else {
            Err(Error::Time)
        }
    }

    /// Enters that somebody joins, and returns their handle. They have agreed to nothing, whatever they agreed to in an earlier stay.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyJoined`], [`Error::OwnGuardian`], [`Error::WrongGuardian`], [`Error::WrongKey`], [`Error::Empty`] for an empty id,
    /// [`Error::Full`] if there is no room for one more, [`Error::Time`], [`Error::Ledger`], [`Error::Ended`].
    pub fn join(&mut self, join: JoinOptions<'_>, now: Time) -> Result<Participant, Error> {
        let at = self.widen(now, Whom::One(join.id))?;
        let entry = Entry::Joined {
            who: join.id.into(),
            guardian: join.guardian.map(String::from),
            key: join.key,
        };
        self.core.enter_first(at, entry)?;
        let state = self.core.state.read();
        let joined = state.register.stay(join.id);
        joined
            .map(|(_, stay)| stay.participant)
            .ok_or(Error::Full(Resource::Participants))
    }

    /// Closes everything of somebody who leaves, their frames that are still in a buffer included.
    ///
    /// It never fails for somebody of this meeting: if they have left already it changes nothing, and a time out of range counts as now.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownParticipant`] for a handle of another meeting, or from before this one was resumed.
    pub fn leave(&mut self, who: Participant, now: Time) -> Result<Settling, Error> {
        self.core.narrow(|state| state.leave(who, now))
    }

    /// Registers a notice that people are shown, and returns its digest. Without a notice nothing can be granted.
    ///
    /// # Errors
    ///
    /// [`Error::ConflictingNotice`], [`Error::Empty`] for a scope that is empty or only of third parties not yet named,
    /// [`Error::Ledger`], [`Error::Ended`].
    pub fn show(&mut self, notice: Notice) -> Result<Digest, Error> {
        let digest = notice.digest;
        let at = self.present();
        self.core.enter_first(at, Entry::Shown { notice })?;
        Ok(digest)
    }

    /// Supersedes a notice: consent under it is stale until people agree under another (R3). A time out of range counts as now.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownNotice`] for a notice that was never shown or is superseded already, [`Error::Ended`].
    pub fn supersede(&mut self, notice: Digest, now: Time) -> Result<Settling, Error> {
        self.core.narrow(|state| state.supersede(notice, now))
    }

    /// Records that somebody agrees (GDPR Art. 4(11), 6(1)(a), 7(1)). The grant holds from now on, for frames captured from now on.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] for anybody but the person, or their guardian if they have one, for a grant without the signature that it needs,
    /// and for one made in an earlier stay, before its notice was shown, or before its scope was last withdrawn;
    /// [`Error::Full`] if there is no room for consents of one more beginning or end: [`Meeting::open`] says of how many;
    /// [`Error::UnknownParticipant`], [`Error::UnknownNotice`], [`Error::StaleNotice`], [`Error::BeyondNotice`], [`Error::NotExplicit`],
    /// [`Error::Empty`] for a scope that is empty or only of third parties not yet named, [`Error::Overtaken`], [`Error::Time`], [`Error::Ledger`],
    /// [`Error::Ended`].
    pub fn grant(
        &mut self,
        by: Authority,
        who: Participant,
        grant: &Grant,
        now: Time,
    ) -> Result<(), Error> {
        self.core.flush();
        let asked = {
            let mut state = self.core.state.lock();
            let leaps = state.leaps(now);
            let id = state.id_of(Some(who)).ok().flatten();
            let whom = id.as_deref().map_or(Whom::Nobody, Whom::One);
            let at = state.observe(now, whom);
            state.running()?;
            let grant = grant.clone();
            match id {
                Some(who) => {
                    let entry = Entry::Granted { who, by, grant };
                    if leaps {
                        state.judge(at, &entry).and(Err(Error::Time))
                    } else {
                        Ok((at, entry))
                    }
                }
                None if matches!(by, Authority::Participant | Authority::Guardian) => {
                    Err(Error::UnknownParticipant)
                }
                // Nobody but a person or a guardian can ever agree, whoever it is about.
                None => {
                    let (who, why) = (None, Refusal::Overreach);
                    let refused = Entry::Refused {
                        who,
                        by,
                        grant,
                        why,
                    };
                    state.enter(at, refused);
                    Err(Error::Refused(why, by))
                }
            }
        };
        let granted = asked.and_then(|(at, entry)| self.core.enter_first(at, entry));
        if let Err(Error::Refused(..)) = granted {
            self.core.flush();
        }
        granted
    }

    /// Returns the challenge that somebody's next signature must be over, for [`Grant::message`]; `None` for somebody who is not in the meeting.
    #[must_use]
    pub fn challenge(&self, who: Participant) -> Option<Challenge> {
        self.core.state.read().register.challenge(who)
    }

    /// Returns the names of the third parties' purposes in a set, for [`Grant::message`].
    #[must_use]
    pub fn recipients(&self, purposes: Purposes) -> Vec<String> {
        self.core.state.read().register.recipients(purposes)
    }

    /// Refuses, or withdraws consent (GDPR Art. 7(3)). The scope is closed whoever asks for it; an empty set in it means everything.
    ///
    /// It never fails for somebody of this meeting: a time out of range counts as now. After the person has left, and after the end,
    /// it still recalls their released frames. For [`Participant::UNKNOWN`], for whom nothing is ever cleared, it does nothing.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownParticipant`] for a handle of another meeting, or from before this one was resumed: [`Meeting::stays`] has the new ones.
    pub fn withdraw(
        &mut self,
        by: Authority,
        who: Participant,
        scope: Scope,
        now: Time,
    ) -> Result<Settling, Error> {
        self.core
            .narrow(|state| state.withdraw(by, who, scope, now))
    }

    /// Restricts consent in the name of the host, an administrator or the vendor: for one person, later stays included, or for everybody, later joiners included.
    /// A time out of range counts as now.
    ///
    /// # Errors
    ///
    /// [`Error::NotARestrainer`] for any other authority, [`Error::Empty`] for an empty scope, [`Error::UnknownParticipant`], [`Error::Ended`].
    pub fn restrict(
        &mut self,
        by: Authority,
        whom: Option<Participant>,
        scope: Scope,
        now: Time,
    ) -> Result<Settling, Error> {
        self.core
            .narrow(|state| state.restrict(by, whom, scope, now))
    }

    /// Lifts the restriction that the same authority made, for the same person or for everybody; no other restriction, and nobody's refusal.
    ///
    /// Consents of somebody with more beginnings and ends than there is room for, which [`Meeting::open`] has, stay closed as far as these go beyond it.
    ///
    /// # Errors
    ///
    /// [`Error::NotARestrainer`] for any other authority, [`Error::Empty`] for an empty scope, [`Error::UnknownParticipant`], [`Error::Overtaken`], [`Error::Time`],
    /// [`Error::Ledger`], [`Error::Ended`].
    pub fn lift(
        &mut self,
        by: Authority,
        whom: Option<Participant>,
        scope: Scope,
        now: Time,
    ) -> Result<(), Error> {
        let who = self.core.state.lock().id_of(whom);
        let about = match &who {
            Ok(who) => who.as_deref().map_or(Whom::Everybody, Whom::One),
            Err(_) => Whom::Nobody,
        };
        let at = self.widen(now, about)?;
        let who = who?;
        self.core.enter_first(at, Entry::Lifted { who, by, scope })
    }

    /// Returns when the next consent ends by itself, in whole milliseconds: call [`Meeting::tick`] then. `None` if none does.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        let end = self.core.state.read().register.seats.next_end();
        end.map(|end| Time::from_millis(end.into()))
    }

    /// Enters in the ledger the consents that have come to their end. They end without this call, to the millisecond;
    /// it brings that into the ledger and makes taps decide faster. A time out of range counts as now.
    ///
    /// It also enters withdrawals made beside the ledger ([`PastMeeting`](crate::PastMeeting)), as does every call but those that narrow or only look.
    /// If another process may withdraw there, call it about once a second.
    pub fn tick(&mut self, now: Time) {
        self.core.state.lock().tick(now);
        // What the ledger's store did not take before it may take now.
        self.core.flush();
    }

    /// Names the pair of a purpose and a third party, and returns it as a purpose of its own, which no other implies. A known pair is returned again.
    ///
    /// # Errors
    ///
    /// [`Error::NotOnePurpose`], [`Error::Empty`] for an empty recipient, [`Error::ControlCharacter`], [`Error::Full`] after seven pairs,
    /// [`Error::Ledger`], [`Error::Ended`].
    pub fn third_party(&mut self, purpose: Purposes, recipient: &str) -> Result<Purposes, Error> {
        self.core.flush();
        let (pair, is_known) = {
            let state = self.core.state.lock();
            state.running()?;
            state.register.pair(purpose, recipient)?
        };
        if !is_known {
            let named = Entry::Named {
                purpose,
                recipient: recipient.into(),
                pair,
            };
            let at = self.present();
            self.core.enter_first(at, named)?;
        }
        Ok(pair)
    }

    /// Registers people who are in many frames together, so that those frames are decided as fast as one person's, however many people there are.
    ///
    /// A group counts as a list of its people does, by their consent when a frame is released. It closes if anybody in it leaves.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for nobody, [`Error::UnknownParticipant`] for somebody who is not there, [`Error::Ended`].
    pub fn group(&mut self, people: &[Participant]) -> Result<Group, Error> {
        self.core.flush();
        let mut state = self.core.state.lock();
        state.running()?;
        if people.is_empty() {
            return Err(Error::Empty(Argument::Group));
        }
        if !people.iter().all(|who| state.register.is_present(*who)) {
            return Err(Error::UnknownParticipant);
        }
        Ok(state.group(people))
    }

    /// Opens a stream: a source of frames.
    ///
    /// # Errors
    ///
    /// [`Error::Format`] for a format that is invalid or does not [fit](Format::fits) the kind, for structural keys without JSON,
    /// and for a decoder configuration that cannot be read, or is of another profile of AAC than AAC-LC;
    /// [`Error::UnknownParticipant`] for an owner who is not there, [`Error::Full`], [`Error::Ledger`], [`Error::Ended`].
    pub fn open_stream(&mut self, stream: StreamOptions) -> Result<Stream, Error> {
        let state = self.core.state.lock();
        state.running()?;
        let has_keys_in_vain = !stream.keys.is_empty() && stream.format != Format::JSON;
        if !stream.format.is_valid() || !stream.format.fits(stream.kind) || has_keys_in_vain {
            return Err(Error::Format);
        }
        let (format, config) = match &stream.decoder_config {
            None => (stream.format, None),
            Some(config) => stream.format.configured(config).ok_or(Error::Format)?,
        };
        let (source, owner) = match stream.owner {
            Owner::One { owner, .. } if !state.register.is_present(owner) => {
                return Err(Error::UnknownParticipant);
            }
            Owner::One { owner, alone } => (StreamSource::Owned { owner, alone }, Some(owner)),
            Owner::Mix => (StreamSource::Mix, None),
            Owner::Composite => (StreamSource::Composite, None),
            Owner::Derived => (StreamSource::Derived, None),
        };
        let id = state
            .register
            .next_stream()
            .ok_or(Error::Full(Resource::Streams))?;
        let owner = state.id_of(owner)?;
        drop(state);
        let entry = Entry::StreamOpened {
            stream: id,
            kind: stream.kind,
            owner: owner.clone(),
            alone: matches!(stream.owner, Owner::One { alone: true, .. }),
        };
        let at = self.present();
        self.core.enter_first(at, entry)?;
        if let (Some(person), Some(schema)) = (&owner, stream.schema) {
            self.records.register(id, person, schema);
        }
        self.streams.push(OpenStream {
            id,
            source,
            kind: stream.kind,
            format,
            keys: json::keys(stream.keys),
            config,
        });
        Ok(Stream {
            life: self.life,
            id,
        })
    }

    /// Opens an outlet: a destination of frames.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for an empty name or no purpose, [`Error::ForeignPurpose`], [`Error::Full`], [`Error::Ledger`], [`Error::Ended`].
    pub fn open_outlet(&mut self, outlet: OutletOptions) -> Result<Outlet, Error> {
        let id = {
            let state = self.core.state.lock();
            state.running()?;
            state
                .register
                .next_outlet()
                .ok_or(Error::Full(Resource::Outlets))?
        };
        let entry = Entry::OutletOpened {
            outlet: id,
            name: outlet.name.clone(),
            recipient: outlet.recipient.clone(),
            purposes: outlet.purposes,
            blanks: outlet.blanks,
        };
        let at = self.present();
        self.core.enter_first(at, entry)?;
        self.outlets.push((id, outlet));
        Ok(Outlet {
            life: self.life,
            id,
        })
    }

    /// Opens a tap, the gate between a stream and an outlet.
    ///
    /// If the outlet blanks encoded pictures, the tap takes some 40 KB for black ones.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] for a stream or an outlet of another meeting, or from before it was resumed; [`Error::Ended`].
    pub fn tap(&mut self, stream: Stream, outlet: Outlet) -> Result<Tap, Error> {
        self.core.flush();
        let mut shared = self.core.state.lock();
        shared.running()?;
        if stream.life != self.life {
            return Err(Error::Unknown(Object::Stream));
        }
        if outlet.life != self.life {
            return Err(Error::Unknown(Object::Outlet));
        }
        let (stream, outlet) = (stream.id, outlet.id);
        // In the order of their ids.
        let from = self.streams.binary_search_by_key(&stream, |open| open.id);
        let from = from.ok().and_then(|index| self.streams.get(index));
        let from = from.ok_or(Error::Unknown(Object::Stream))?;
        let to = self.outlets.binary_search_by_key(&outlet, |(id, _)| *id);
        let to = to.ok().and_then(|index| self.outlets.get(index));
        let to = to.ok_or(Error::Unknown(Object::Outlet))?;
        let alone = match from.source {
            StreamSource::Owned { owner, alone: true } => Some(owner),
            _ => None,
        };
        let state = shared.open_tap(stream, outlet, alone)?;
        // Consent that had ended before the meeting was resumed has ended, also for a clock that begins anew (R5).
        state.set_latest(self.began);
        let source = match (from.source.clone(), self.records.of(stream, outlet)) {
            (StreamSource::Owned { owner, .. }, Some(records)) => {
                StreamSource::Records(owner, records)
            }
            (_, None) if from.kind.never_cleared_as_bytes().is_some() => StreamSource::Never,
            (source, _) => source,
        };
        if let StreamSource::Owned { owner, .. } = source {
            shared.register.seats.publish_to(&state, owner, from.kind);
        }
        let blanks = to.1.blanks.contains(from.kind.into());
        Ok(Tap::new(TapParts {
            table: Arc::clone(&self.table),
            state,
            source,
            kind: from.kind,
            format: from.format,
            keys: Arc::clone(&from.keys),
            config: from.config.clone(),
            purposes: to.1.purposes,
            blanks,
        }))
    }

    /// Returns the counters of every tap that was opened, in that order, dropped taps included.
    pub fn counters(&self) -> impl Iterator<Item = (StreamId, OutletId, Counters)> + use<> {
        let state = self.core.state.read();
        let taps = state.taps.iter();
        let counters: Vec<_> = taps
            .map(|tap| (tap.stream, tap.outlet, tap.counters()))
            .collect();
        counters.into_iter()
    }

    /// Returns the counters of every tap by verdict and reason, in the order of [`Meeting::counters`], each tap's read when the iterator comes to it.
    pub fn reasons(&self) -> impl Iterator<Item = (StreamId, OutletId, ReasonCounters)> + use<> {
        let taps: Vec<_> = self.core.state.read().taps.iter().cloned().collect();
        taps.into_iter()
            .map(|tap| (tap.stream, tap.outlet, tap.reasons()))
    }

    /// Enters the counters of every tap in the ledger, and the signature of its [device](crate::ledger::Signer) if it has one. [`Meeting::end`] does the same by itself.
    ///
    /// # Errors
    ///
    /// [`Error::Ledger`], [`Error::Ended`]; [`Error::Signer`] if the counters are entered and the device did not sign.
    pub fn count(&mut self, now: Time) -> Result<(), Error> {
        self.core.flush();
        let at = self.core.state.lock().observe(now, Whom::Everybody);
        let counted = |state: &State| Some(state.counted());
        self.core.enter_first_of(at, counted)?;
        self.core.have_signed()
    }

    /// Enters in the ledger how far each tap had come when a narrowing settled, or that it has not settled; returns whether it has.
    ///
    /// Frames released up to then count as released before the narrowing, and are to be recalled if it was a withdrawal (R6).
    /// Only the taps are in it that can carry whoever it is about. There is no entry if the call narrowed nothing, because that person had left already.
    /// A ledger that cannot be written now gets the entry later.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] for another meeting's narrowing, or one from before this meeting was resumed.
    pub fn settled(&mut self, settling: &Settling, now: Time) -> Result<bool, Error> {
        self.core.state.lock().observe(now, Whom::Nobody);
        if !self.core.has(settling) {
            return Err(Error::Unknown(Object::Settling));
        }
        let is_settled = settling.is_settled();
        self.core.state.lock().settled(settling);
        self.core.flush();
        Ok(is_settled)
    }

    /// Returns how many entries the ledger has, also without a store: the generation that [tags](crate::Tag::generation) carry.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.table.generation().into()
    }

    /// Returns how far the ledger goes. A head that is kept apart from the ledger shows later that nothing was changed: [`Ledger::read`].
    #[must_use]
    pub fn head(&self) -> Head {
        self.core.state.read().head()
    }

    /// Ends the meeting: closes every tap for good, and enters the final counters. It never fails; a second end changes nothing.
    pub fn end(&mut self) -> Settling {
        self.core.narrow_surely(State::end)
    }

    /// Returns the time at which a call that may widen counts as made.
    fn widen(&mut self, now: Time, whom: Whom<'_>) -> Result<Time, Error> {
        self.core.flush();
        let mut state = self.core.state.lock();
        let leaps = state.leaps(now);
        let at = state.observe(now, whom);
        state.running()?;
        if leaps { Err(Error::Time) } else { Ok(at) }
    }

    /// Returns the time at which a call without one counts as made.
    fn present(&mut self) -> Time {
        self.core.flush();
        self.core.state.lock().present()
    }
}

impl Drop for Meeting {
    /// Closes every tap, and offers the ledger's store the lines that it does not have yet. No end is entered, so that the meeting can be resumed.
    fn drop(&mut self) {
        self.core.close();
    }
}

impl fmt::Debug for Meeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meeting")
            .field("instance", &self.instance())
            .field("id", &masked::Bytes(self.id.len()))
            .field("streams", &self.streams.len())
            .field("outlets", &self.outlets.len())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, not(feature = "std")))]
mod tests {
    use super::*;

    #[test]
    fn without_a_clock_a_start_is_given() {
        let instance = Instance::from_bytes([1; 16]).unwrap();
        let options = || MeetingOptions::new("m", 1).instance(instance);
        let error = Meeting::open(options()).err();
        assert_eq!(error, Some(Error::Empty(Argument::Started)));
        let started = WallTime::from_micros(1).unwrap();
        let meeting = Meeting::open(options().started(started)).unwrap();
        assert_eq!(meeting.started(), started);
    }
}
