//! Withdrawing when the meeting is over, or its process has gone (GDPR Art. 7(3)).

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;
use std::{fs::File, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    control::{
        consent::{PublicKey, Scope},
        ledger::{
            self, Beside, Entry, FileStore, FileStoreError, Ledger, LedgerError, Place, Signer,
            Store, Voucher,
        },
        register::Register,
        serial::Stays,
        verified::VerifiedLedger,
    },
    types::{
        authority::Authority, error::Error, ids::Life, store_error::StoreError, time::Time,
        wall_time::WallTime,
    },
};

/// A meeting's ledger in which people can still withdraw, whether the meeting has ended, its process has gone, or it goes on elsewhere.
///
/// People are named by their ids: what one withdraws goes for all of their stays, whether they have left or not. Nobody joins, agrees or is released here.
/// Verify a copy of its [`ledger`](Self::ledger) afterwards: [`Receipt::of`](crate::evidence::export::Receipt::of) that says what was withdrawn,
/// [`ErasureList::of`](crate::evidence::export::ErasureList::of) it what must go, and [`Verifier::recheck`](crate::archive::Verifier::recheck) which frames.
///
/// What is entered carries the time of day, and what the device's signature before vouched for goes no further;
/// with the device each withdrawal is signed. One that does not sign keeps nobody from withdrawing: its signature stays due, and [`sign`](Self::sign) asks again.
///
/// # Examples
///
/// ```
/// use framegate::{Authority, PastMeeting, Scope, WallTime};
/// # use framegate::{JoinOptions, Meeting, MeetingOptions, Time, ledger::{FileStore, LedgerWriter}};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("ledger.jsonl");
/// # let store = FileStore::create(&path)?;
/// # let mut meeting = Meeting::open(MeetingOptions::new("standup", 100).ledger(LedgerWriter::new(Box::new(store))))?;
/// # meeting.join(JoinOptions::adult("ada"), Time::START)?;
/// # drop(meeting);
/// let mut past = PastMeeting::open(&path, None)?;
/// past.withdraw(Authority::Participant, "ada", Scope::ALL, WallTime::now())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PastMeeting {
    ledger: Ledger,
    register: Register,
    way: Way,
    device: Option<Voucher>,
    /// Whether something was entered that the device has not signed.
    is_unsigned: bool,
    /// Whether the ledger says already that it was gone on with.
    has_begun: bool,
}

/// How something gets into the ledger.
enum Way {
    Store(Box<dyn Store>),
    /// Past the meeting that writes it.
    Beside(Place),
}

/// Where something was entered. It holds either way, and outlasts a crash of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is no third place")]
pub enum Entered {
    /// In the ledger.
    InLedger,
    /// In the file beside it, because a running meeting has the ledger. That meeting takes it up at its next [`Meeting::tick`](crate::Meeting::tick),
    /// or other call but those that narrow or only look; [`Ledger::read_file`] reads both files.
    Beside,
}

impl PastMeeting {
    /// Opens the ledger in a file. If a running meeting has that file locked, withdrawals go to a file beside it.
    ///
    /// `device` is the key of the device that signed the ledger, if it is there to sign again.
    ///
    /// # Errors
    ///
    /// [`FileStoreError::Io`], [`FileStoreError::NoLock`], [`FileStoreError::Replaced`], [`FileStoreError::Ledger`] for a ledger that does not verify,
    /// [`FileStoreError::Beside`], [`FileStoreError::SeveralNames`].
    pub fn open(path: &Path, device: Option<Box<dyn Signer>>) -> Result<Self, FileStoreError> {
        let device = device.map(Voucher::new);
        let (ledger, way) = match FileStore::take(path, public(device.as_ref()).as_ref()) {
            Ok((ledger, store)) => (ledger, Way::Store(Box::new(store))),
            Err(FileStoreError::Held) => {
                let file = File::open(path)?;
                let place = Place::of(path, &file)?.ok_or(FileStoreError::Replaced)?;
                if place.has_others()? {
                    return Err(FileStoreError::SeveralNames);
                }
                let ledger = Ledger::read_at(&place, None, public(device.as_ref()).as_ref())?;
                (ledger, Way::Beside(place))
            }
            Err(error) => return Err(error),
        };
        Ok(Self::new(ledger.verify()?, way, device)?)
    }

    /// Opens a ledger that is kept elsewhere than in a file, and to which `store` appends. Nobody else may append to it meanwhile.
    ///
    /// # Errors
    ///
    /// [`LedgerError`] for an entry that could not have been made.
    pub fn of(
        ledger: VerifiedLedger,
        store: Box<dyn Store>,
        device: Option<Box<dyn Signer>>,
    ) -> Result<Self, LedgerError> {
        Self::new(ledger, Way::Store(store), device.map(Voucher::new))
    }

    fn new(ledger: VerifiedLedger, way: Way, device: Option<Voucher>) -> Result<Self, LedgerError> {
        let (_, register) = ledger.register(Life(0), Stays::OfReplay(0))?;
        Ok(Self {
            ledger: ledger.into_ledger(),
            register,
            way,
            device,
            is_unsigned: false,
            has_begun: false,
        })
    }

    /// Returns the ledger as it is now.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Refuses, or withdraws consent (GDPR Art. 7(3)), in all stays of one person, by id. If they have a guardian, [`Authority::Participant`] enters their own refusal.
    /// An empty set in the scope means everything. `now` is the time of day.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownParticipant`] for somebody who never joined; [`Error::Ledger`] if it could not be written; the withdrawal then does not hold.
    pub fn withdraw(
        &mut self,
        by: Authority,
        id: &str,
        scope: Scope,
        now: WallTime,
    ) -> Result<Entered, Error> {
        let (who, scope) = (id.into(), scope.or_everything());
        self.enter(Entry::Withdrew { who, by, scope }, now)
    }

    /// Restricts consent in the name of the host, an administrator or the vendor, for one person or everybody.
    /// It holds for all that a running meeting, or one resumed from the ledger, releases from then on; earlier releases stay as they were.
    /// `now` is the time of day.
    ///
    /// # Errors
    ///
    /// [`Error::NotARestrainer`] for any other authority, [`Error::Empty`] for an empty scope, [`Error::UnknownParticipant`] for somebody who never joined,
    /// [`Error::Ledger`] if it could not be written; the restriction then does not hold.
    pub fn restrict(
        &mut self,
        by: Authority,
        id: Option<&str>,
        scope: Scope,
        now: WallTime,
    ) -> Result<Entered, Error> {
        let who = id.map(String::from);
        self.enter(Entry::Restricted { who, by, scope }, now)
    }

    fn at(&self) -> Time {
        self.ledger.lines.last().map_or(Time::START, |line| line.at)
    }

    fn enter(&mut self, entry: Entry, wall: WallTime) -> Result<Entered, Error> {
        self.register.check(self.at(), &entry)?;
        if let Way::Beside(place) = &self.way {
            let head = self.ledger.head;
            let beside = Beside { wall, head, entry };
            ledger::leave(place, &beside).map_err(|error| Error::Ledger(StoreError::new(error)))?;
            self.ledger.beside.push(beside);
            return Ok(Entered::Beside);
        }
        if !self.has_begun {
            // Also that a line was torn, which may have been a withdrawal.
            let torn = self.ledger.torn;
            self.append(wall, &Entry::Resumed { torn })?;
            self.has_begun = true;
        }
        self.take_up()?;
        self.append(wall, &entry)?;
        // It is asked again with the next one, or by `sign`.
        let _ = self.sign(wall);
        Ok(Entered::InLedger)
    }

    /// Has the device sign all entries, if it has not signed the last of them: it may have refused. `now` is the time of day.
    ///
    /// What was entered beside the ledger is signed by whoever enters it there.
    ///
    /// # Errors
    ///
    /// [`Error::Signer`], [`Error::Ledger`].
    pub fn sign(&mut self, now: WallTime) -> Result<(), Error> {
        if let (Some(device), true) = (&mut self.device, self.is_unsigned) {
            let signed = device.signed(self.ledger.head).map_err(Error::Signer)?;
            self.append(now, &signed)?;
        }
        Ok(())
    }

    /// Enters what was left beside the ledger, while it was read or since.
    fn take_up(&mut self) -> Result<(), Error> {
        let mut beside = core::mem::take(&mut self.ledger.beside);
        if let Way::Store(store) = &mut self.way {
            beside.extend(store.beside().map_err(Error::Ledger)?);
        }
        let mut left = Vec::new();
        for beside in beside {
            let may = self.register.check(self.at(), &beside.entry).is_ok();
            if self.ledger.lacks(&beside)
                && (!may || self.append(beside.wall, &beside.entry).is_err())
            {
                left.push(beside);
            }
        }
        self.ledger.beside = left;
        Ok(())
    }

    /// Enters something, durably, and only then lets it hold.
    fn append(&mut self, wall: WallTime, entry: &Entry) -> Result<(), Error> {
        let Way::Store(store) = &mut self.way else {
            return Err(Error::Ledger(StoreError::default()));
        };
        let at = self.ledger.lines.last().map_or(Time::START, |line| line.at);
        let line = ledger::line_after(self.ledger.head, at, Some(wall), entry);
        let (line, _) = line.ok_or_else(|| Error::Ledger(StoreError::default()))?;
        store.append(&line, true).map_err(Error::Ledger)?;
        let device = public(self.device.as_ref());
        let taken = self.ledger.take(line.trim_ascii_end(), device.as_ref());
        taken.map_err(|fault| Error::Ledger(StoreError::new(fault)))?;
        self.ledger.torn = false;
        self.is_unsigned = self.device.is_some() && !matches!(entry, Entry::Signed { .. });
        self.register.apply(at, entry);
        self.register
            .rotate_challenges(entry, self.ledger.head.hash);
        Ok(())
    }
}

fn public(device: Option<&Voucher>) -> Option<PublicKey> {
    device.map(Voucher::public_key)
}

impl fmt::Debug for PastMeeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PastMeeting").finish_non_exhaustive()
    }
}
