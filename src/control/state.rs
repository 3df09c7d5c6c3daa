//! What a meeting knows, publishes and enters in its ledger, behind one lock that is never held while a store, a signer or a callback is under way; `core.rs` has that lock.

use alloc::{string::String, sync::Arc, vec::Vec};

use crate::{
    control::{
        consent::Scope,
        groups::Groups,
        ledger::{Beside, Entry, Head, Queue, Queued, Reservation, Untold},
        register::Register,
        taps::{Taps, Whom},
    },
    shared::{
        group::Group,
        settling::{Entered, Settling},
        sync::{AtomicU64, Ordering::SeqCst, fence},
        table::Table,
        tap_state::TapState,
    },
    types::{
        authority::Authority,
        digest::Digest,
        error::Error,
        ids::{OutletId, Participant, StreamId},
        kind::Kinds,
        store_error::StoreError,
        time::Time,
    },
};

/// How far a time may be ahead of the meeting's clock: a day. What is further ahead is a mistake, unless it was announced.
const LEAP: i64 = 24 * 60 * 60 * 1000;

pub(crate) struct State {
    pub(crate) table: Arc<Table>,
    pub(crate) register: Register,
    /// Up to which ticket entries are durable.
    pub(super) durable: Arc<AtomicU64>,
    pub(crate) taps: Taps,
    groups: Groups,
    pub(super) queue: Queue,
    latest: Time,
    pub(super) signature: Signature,
    pub(super) untold: Untold,
    /// Whether the meeting was dropped, and nothing can be entered any more.
    pub(super) is_gone: bool,
}

/// The device's signature over all that is entered.
#[derive(PartialEq)]
pub(super) enum Signature {
    /// There is no device.
    None,
    Given,
    /// There are new counters, and whoever had them entered is about to ask. One that was due before, and is given meanwhile, is over them, too:
    /// there is one at most for each count.
    Wanted,
    Due,
}

impl State {
    pub(super) fn new(
        table: Arc<Table>,
        register: Register,
        (queue, untold, has_device): (Queue, Untold, bool),
        (durable, latest): (Arc<AtomicU64>, Time),
    ) -> Self {
        let signature = if has_device {
            Signature::Given
        } else {
            Signature::None
        };
        Self {
            table,
            register,
            durable,
            taps: Taps::default(),
            groups: Groups::default(),
            queue,
            latest,
            signature,
            untold,
            is_gone: false,
        }
    }

    pub(crate) fn head(&self) -> Head {
        self.queue.head()
    }

    /// # Errors
    ///
    /// [`Error::Ended`] after the end.
    pub(crate) fn running(&self) -> Result<(), Error> {
        if self.table.has_ended() {
            Err(Error::Ended)
        } else {
            Ok(())
        }
    }

    /// The time up to which what is asked for may be ahead.
    fn limit(&self) -> Time {
        let limit = self.latest.as_micros().saturating_add(LEAP * 1000);
        let limit = Time::from_micros(limit);
        if limit.in_range() { limit } else { Time::LAST }
    }

    /// Whether a call at this time would leap.
    pub(crate) fn leaps(&self, now: Time) -> bool {
        now > self.limit()
    }

    /// The largest time that any call was given, or any tap that can carry somebody, those aside that leapt.
    pub(crate) fn clock(&self, whom: Whom<'_>) -> Time {
        let limit = self.limit();
        let taps = self.taps_of(whom).map(|tap| tap.latest());
        taps.filter(|latest| *latest <= limit)
            .fold(self.latest, Time::max)
    }

    /// The time at which a call about somebody counts as made: the largest that any call was given, or any tap that was looked at so far,
    /// those aside that leapt. Looks at the taps that can carry them; those that leapt are closed.
    pub(crate) fn observe(&mut self, now: Time, whom: Whom<'_>) -> Time {
        if !self.leaps(now) {
            self.latest = self.latest.max(now);
        }
        let limit = self.limit();
        self.latest = observed(self.taps_of(whom), self.latest, limit);
        self.latest
    }

    /// The taps that can carry whoever something is about.
    fn taps_of<'t>(&'t self, whom: Whom<'_>) -> impl Iterator<Item = &'t Arc<TapState>> + use<'t> {
        let alone = match whom {
            Whom::One(id) => self.register.seats.alone_of(id),
            Whom::Nobody | Whom::Everybody => &[],
        };
        self.taps.of(whom, alone)
    }

    /// Opens a tap: of its owner alone, or one that can carry anybody.
    pub(crate) fn open_tap(
        &mut self,
        stream: StreamId,
        outlet: OutletId,
        alone: Option<Participant>,
    ) -> Result<Arc<TapState>, Error> {
        let owner = alone.and_then(|owner| self.register.id(owner));
        let owner: Option<Arc<str>> = owner.map(Arc::from);
        let state = self.taps.open(stream, outlet, owner.clone())?;
        if let Some(owner) = owner
            && let Some(numbers) = self.register.seats.alone_of_mut(&owner)
        {
            numbers.push(state.number);
        }
        Ok(state)
    }

    /// The time at which a call without one, and about nobody, counts as made.
    pub(crate) fn present(&mut self) -> Time {
        self.observe(self.latest, Whom::Nobody)
    }

    /// Moves the clock to a time that is announced.
    pub(crate) fn advance(&mut self, now: Time) {
        if now.in_range() {
            self.latest = self.latest.max(now);
        }
        self.present();
    }

    /// The id of somebody who is there; none for everybody.
    pub(crate) fn id_of(&self, whom: Option<Participant>) -> Result<Option<String>, Error> {
        match whom {
            Some(who) if !self.register.is_present(who) => Err(Error::UnknownParticipant),
            Some(who) => Ok(self.register.id(who).map(String::from)),
            None => Ok(None),
        }
    }

    /// Does what holds before it is in the ledger.
    pub(crate) fn enter(&mut self, at: Time, entry: Entry) {
        self.enter_queued(&Queued {
            at,
            wall: None,
            entry,
        });
    }

    fn enter_queued(&mut self, queued: &Queued) {
        self.publish(queued.at, &queued.entry);
        if let Some(line) = self.queue.push(queued) {
            self.register.rotate_challenges(&queued.entry, line);
        }
        self.complete();
    }

    /// Enters what was left beside the ledger, and what was read there before; takes the lines that the store does not have yet.
    pub(super) fn take_up(
        &mut self,
        beside: Result<Vec<Beside>, Error>,
        read: &[Beside],
    ) -> (Vec<u8>, u64) {
        match beside {
            Ok(beside) => {
                let more = read.iter().filter(|one| !beside.contains(one));
                for Beside { wall, entry, .. } in beside.iter().chain(more) {
                    // No earlier than what taps have released.
                    let at = self.observe(self.latest, Whom::of(entry));
                    if self.register.check(at, entry).is_ok() {
                        self.enter_queued(&Queued {
                            at,
                            wall: Some(*wall),
                            entry: entry.clone(),
                        });
                    }
                }
            }
            // It may have been anybody's withdrawal.
            Err(_) => self.close(),
        }
        self.queue.take()
    }

    /// What an entry makes of everybody's consent.
    fn publish(&mut self, at: Time, entry: &Entry) {
        let changed = self.seated(entry);
        self.register.apply(at, entry);
        self.regroup(changed, entry.touches());
    }

    /// Whose consent alone an entry can change, if they are there before it is applied.
    fn seated(&self, entry: &Entry) -> Changed {
        match Whom::of(entry) {
            Whom::Nobody => Changed::Nobody,
            Whom::One(id) => {
                let stay = self.register.stay(id);
                stay.map_or(Changed::Nobody, |(_, stay)| Changed::One(stay.participant))
            }
            Whom::Everybody => Changed::Everybody,
        }
    }

    /// Brings the words of groups up to date with their people's.
    fn regroup(&mut self, changed: Changed, kinds: Kinds) {
        match changed {
            Changed::Nobody => {}
            Changed::One(who) => {
                for place in self.register.seats.groups_of(who) {
                    self.groups.update(*place, kinds);
                }
            }
            Changed::Everybody => self.groups.update_all(kinds),
        }
    }

    /// Takes up a group of people who are there.
    pub(crate) fn group(&mut self, people: &[Participant]) -> Group {
        for (number, group) in self.groups.let_go() {
            for who in group.people() {
                self.register.seats.leave_group(*who, number);
            }
        }
        let (number, group) = self.groups.add(&self.table, people);
        for (place, who) in (0..).zip(people) {
            self.register.seats.enter_group(*who, number, place);
        }
        group
    }

    /// Says that an event is over.
    fn complete(&mut self) {
        if !self.table.complete(self.queue.head().entries) {
            self.close();
        }
    }

    /// Closes everything for good.
    pub(crate) fn close(&mut self) {
        self.table.end();
        self.register.close();
        self.groups.update_all(Kinds::all());
    }

    /// Closes everything for good, as the meeting is dropped.
    pub(super) fn go(&mut self) {
        self.close();
        self.is_gone = true;
    }

    /// Reserves a line for what must be in the ledger before it holds; none for nothing.
    pub(super) fn reserve(
        &mut self,
        at: Time,
        entry: impl FnOnce(&Self) -> Option<Entry>,
    ) -> Result<Option<(Time, Entry, Reservation)>, Error> {
        // By a call that ended in a panic.
        self.give_up();
        self.running()?;
        let Some(entry) = entry(self) else {
            return Ok(None);
        };
        // Others may have narrowed since, and taps gone on: no line is earlier than those before it, nor than what it counts.
        let at = self.observe(at, Whom::of(&entry));
        self.judge(at, &entry)?;
        self.register.has_room_for(at, &entry)?;
        let reservation = self.queue.reserve(at, &entry)?;
        Ok(Some((at, entry, reservation)))
    }

    /// Whether an entry may be. If it is somebody's try to agree who could not, that is entered at once (R2).
    pub(crate) fn judge(&mut self, at: Time, entry: &Entry) -> Result<(), Error> {
        let may = self.register.check(at, entry);
        if let (Err(Error::Refused(why, by)), Entry::Granted { who, grant, .. }) = (&may, entry) {
            let (who, grant) = (Some(who.clone()), grant.clone());
            let refused = Entry::Refused {
                who,
                by: *by,
                grant,
                why: *why,
            };
            self.enter(at, refused);
        }
        may
    }

    /// The store has the line reserved for a time: what it says is published, beneath what narrowed meanwhile.
    pub(super) fn keep(&mut self, at: Time, entry: &Entry) -> Result<(), Error> {
        let (line, since) = self
            .queue
            .keep()
            .ok_or_else(|| Error::Ledger(StoreError::default()))?;
        if matches!(entry, Entry::Counted { .. }) && self.signature == Signature::Given {
            self.signature = Signature::Wanted;
        }
        let result = if self.table.has_ended() {
            Err(Error::Ended)
        } else {
            self.register.pass(at);
            // R5: what begins, begins when it is published. All else is of the line's time, for whoever reads it later, too.
            let at = match entry {
                Entry::Granted { .. } | Entry::Lifted { .. } => self.observe(at, Whom::of(entry)),
                _ => at,
            };
            let changed = self.seated(entry);
            let published = self.register.apply_beneath(at, entry, &since);
            self.regroup(changed, entry.touches());
            published
        };
        self.register.rotate_challenges(entry, line);
        self.renumber(&since);
        result
    }

    /// The store does not have it: nothing is changed by it.
    pub(super) fn give_up(&mut self) {
        let since = self.queue.give_up();
        if !since.is_empty() {
            self.renumber(&since);
        }
    }

    fn renumber(&mut self, since: &[Queued]) {
        for queued in since {
            if let Some(line) = self.queue.renumber(queued) {
                self.register.rotate_challenges(&queued.entry, line);
            }
        }
        self.complete();
    }
}

/// Those whose words have changed.
#[derive(Clone, Copy)]
enum Changed {
    Nobody,
    One(Participant),
    Everybody,
}

/// The largest time that taps were given, or this one. Closes those that leapt.
fn observed<'t>(taps: impl Iterator<Item = &'t Arc<TapState>>, latest: Time, limit: Time) -> Time {
    taps.fold(latest, |latest, tap| match tap.latest() {
        time if time <= limit => latest.max(time),
        _ => {
            tap.close_by_clock();
            latest
        }
    })
}

/// What narrows.
impl State {
    /// What was entered so far, and the releases under way of taps that can carry somebody.
    fn settling(&self, whom: Whom<'_>, has_entered: bool) -> Settling {
        let ticket = self.queue.last_narrowing();
        let entered = Entered::new(ticket, has_entered, Arc::clone(&self.durable));
        Settling::begin(self.taps_of(whom), entered)
    }

    pub(crate) fn leave(&mut self, who: Participant, now: Time) -> Result<Settling, Error> {
        let id = self.known(who)?;
        let whom = id.as_deref().map_or(Whom::Nobody, Whom::One);
        let at = self.observe(now, whom);
        let leaves = id.clone().filter(|_| self.register.is_present(who));
        let has_entered = leaves.is_some();
        if let Some(who) = leaves {
            self.enter(at, Entry::Left { who });
        }
        Ok(self.settling(whom, has_entered))
    }

    pub(crate) fn withdraw(
        &mut self,
        by: Authority,
        who: Participant,
        scope: Scope,
        now: Time,
    ) -> Result<Settling, Error> {
        let id = self.known(who)?;
        let whom = id.as_deref().map_or(Whom::Nobody, Whom::One);
        let at = self.observe(now, whom);
        let scope = scope.or_everything();
        if let Some(who) = id.clone() {
            self.enter(at, Entry::Withdrew { who, by, scope });
        }
        Ok(self.settling(whom, id.is_some()))
    }

    pub(crate) fn restrict(
        &mut self,
        by: Authority,
        whom: Option<Participant>,
        scope: Scope,
        now: Time,
    ) -> Result<Settling, Error> {
        let id = self.id_of(whom);
        let whom = match &id {
            Ok(id) => id.as_deref().map_or(Whom::Everybody, Whom::One),
            Err(_) => Whom::Nobody,
        };
        let at = self.observe(now, whom);
        self.running()?;
        let who = id.clone()?;
        let entry = Entry::Restricted { who, by, scope };
        self.register.check(at, &entry)?;
        self.enter(at, entry);
        Ok(self.settling(whom, true))
    }

    pub(crate) fn supersede(&mut self, notice: Digest, now: Time) -> Result<Settling, Error> {
        let at = self.observe(now, Whom::Everybody);
        self.running()?;
        let entry = Entry::Superseded { notice };
        self.register.check(at, &entry)?;
        self.enter(at, entry);
        Ok(self.settling(Whom::Everybody, true))
    }

    pub(crate) fn end(&mut self) -> Settling {
        let ends = !self.table.has_ended();
        if ends {
            self.close();
            let counted = self.counted();
            let at = self.observe(self.latest, Whom::Everybody);
            self.enter(at, counted);
            self.enter(at, Entry::Ended {});
            self.owe_signature();
        }
        self.settling(Whom::Everybody, ends)
    }

    /// Enters the consents that have come to their end, and recounts a part of a group.
    pub(crate) fn tick(&mut self, now: Time) {
        let at = self.observe(now, Whom::Nobody);
        for who in self.register.seats.expired(at) {
            // Their own taps may have gone further.
            let at = self.observe(self.latest, Whom::One(&who));
            let scopes = self.register.expired(at, &who);
            self.enter(at, Entry::Expired { who, scopes });
        }
        self.groups.recount();
    }

    /// The counters of every tap. The time is to be observed afterwards, so that it is no earlier than what was counted.
    pub(crate) fn counted(&self) -> Entry {
        let taps = self.taps.counts();
        // Between counters and time: "Counting" in `shared/mod.rs`.
        fence(SeqCst);
        Entry::Counted { taps }
    }

    /// Enters how far each tap has come by now, as far as a narrowing knows it; nothing if that entered nothing.
    pub(crate) fn settled(&mut self, settling: &Settling) {
        let Some(ticket) = settling.entered().own_ticket() else {
            return;
        };
        // Behind the lock, so that no line has smaller counters than one before it.
        let taps = settling.taps().filter(|tap| !self.taps.is_told(tap.tap));
        let taps: Vec<_> = taps.collect();
        // Between counters and time: "Counting" in `shared/mod.rs`.
        fence(SeqCst);
        self.latest = observed(settling.states(), self.latest, self.limit());
        let at = self.present();
        let taps: Vec<_> = taps.into_iter().map(|tap| tap.by(at)).collect();
        for (owner, number) in self.taps.tell(&taps) {
            if let Some(numbers) = self.register.seats.alone_of_mut(&owner) {
                numbers.retain(|other| *other != number);
            }
        }
        let settled = Entry::Settled {
            narrowing: self.queue.entries_up_to(ticket),
            taps,
        };
        self.enter(at, settled);
    }

    /// The device, if there is one, is to sign all that is entered, as soon as somebody asks it who may wait.
    pub(super) fn owe_signature(&mut self) {
        if self.signature != Signature::None {
            self.signature = Signature::Due;
        }
    }

    /// What the device is to sign now; none if it need not, or if it is not known yet which lines come before a reserved one.
    pub(super) fn to_sign(&self) -> Option<Head> {
        let is_due = self.signature == Signature::Due && !self.queue.has_reserved();
        is_due.then(|| self.head())
    }

    /// Enters a signature over all up to a head. Returns whether that is still all that there is.
    pub(super) fn enter_signature(&mut self, of: Head, signed: Entry) -> bool {
        let is_all = self.to_sign() == Some(of);
        if is_all {
            self.signature = Signature::Given;
            let at = self.present();
            self.enter(at, signed);
        }
        is_all
    }

    /// The id of somebody who is or was there; none of one who is unknown to every meeting, of whom nothing is ever cleared.
    fn known(&self, who: Participant) -> Result<Option<String>, Error> {
        match self.register.id(who) {
            None if who == Participant::UNKNOWN => Ok(None),
            None => Err(Error::UnknownParticipant),
            id => Ok(id.map(String::from)),
        }
    }
}
