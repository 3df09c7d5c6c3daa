//! Reading a ledger: every line must follow from the one before.

use alloc::vec::Vec;

use serde::Deserialize;

use super::{
    beside::Beside,
    entry::{Entry, FORMAT, Head, Line},
    fault::{LedgerError, LedgerFault, of_format},
    form::is_written_so,
};
#[cfg(feature = "std")]
use super::{file_error::FileStoreError, place::Place, watch};
use crate::{
    control::consent::PublicKey,
    types::{digest::Digest, time::Time},
};

/// A ledger that was read and in which every line follows from the one before.
///
/// `schema/ledger.md` describes the format for readers without this library: what each line means, which may follow, and what the whole proves.
/// Lines are read only byte for byte as they are written, so that nobody reads another ledger in them.
///
/// # Examples
///
/// ```
/// use framegate::{JoinOptions, Meeting, MeetingOptions, Time, ledger::{FileStore, Ledger, LedgerWriter}};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("ledger.jsonl");
/// let writer = LedgerWriter::new(Box::new(FileStore::create(&path)?));
/// let mut meeting = Meeting::open(MeetingOptions::new("standup", 100).ledger(writer))?;
/// meeting.join(JoinOptions::adult("ada"), Time::START)?;
/// let head = meeting.head(); // to be kept apart from the ledger
/// drop(meeting);
///
/// let ledger = Ledger::read_file(&path, Some(&head), None)?;
/// assert_eq!((ledger.lines().len(), ledger.anchored()), (2, 2));
/// let ledger = ledger.verify()?; // from which receipts are made, and all else
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// What is kept apart from ledgers, as heads are, and what is made of them, as receipts, has no such rule: it is compared by its values, and bound by no hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// Its lines.
    pub(crate) lines: Vec<Line>,
    /// How far it goes.
    pub(crate) head: Head,
    /// Its length in bytes, without a torn last line.
    pub(crate) length: u64,
    /// Whether there is a torn last line, as a crash leaves one behind.
    pub(crate) torn: bool,
    /// How many of its first entries an anchor or a device's signature vouches for.
    pub(crate) anchored: u64,
    /// The withdrawals in the file beside it that it has not taken up.
    pub(crate) beside: Vec<Beside>,
}

impl Ledger {
    /// The format of ledgers as the first line has it: 4. Those of 1 named no instance, those of 2 no date, and those of 3 not which taps can carry whom.
    pub const FORMAT: u16 = FORMAT;

    /// Returns the ledger's lines, in their order.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Returns how far the ledger goes: the number of its entries, and the hash of the last.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Returns the ledger's length in bytes, without a torn last line.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Returns whether there is a torn last line, as a crash leaves one behind.
    #[must_use]
    pub const fn torn(&self) -> bool {
        self.torn
    }

    /// Returns how many of its first entries an anchor or a device's signature vouches for. The entries after those are consistent; nothing else vouches for them.
    #[must_use]
    pub const fn anchored(&self) -> u64 {
        self.anchored
    }

    /// Returns the withdrawals in the file that lies beside the ledger's, as far as the ledger has not taken them up. They hold all the same.
    #[must_use]
    pub fn beside(&self) -> &[Beside] {
        &self.beside
    }

    /// Reads a ledger and checks it, against a head that was kept apart if there is one, and a device's key if that is known.
    ///
    /// Both may be given, and neither excuses the other: the ledger must have the head, whatever the device signed, and
    /// [`Ledger::anchored`] says how far either vouches for it. A device vouches for no more than it signed, so that no signature is no error.
    ///
    /// # Errors
    ///
    /// [`LedgerError`] for the first line that does not verify. A last line without a line feed is torn, not an error, and is left out.
    pub fn read(
        bytes: &[u8],
        anchor: Option<&Head>,
        device: Option<&PublicKey>,
    ) -> Result<Self, LedgerError> {
        let mut ledger = Self {
            lines: Vec::new(),
            head: Head::NONE,
            length: 0,
            torn: false,
            anchored: 0,
            beside: Vec::new(),
        };
        // Of no entries, as before a meeting began: that is in every ledger.
        let mut has_anchor =
            anchor.is_none_or(|anchor| anchor.entries == 0 && anchor.hash == Head::NONE.hash);
        let mut rest = bytes;
        while !rest.is_empty() {
            let Some(length) = rest.iter().position(|byte| *byte == b'\n') else {
                ledger.torn = true;
                break;
            };
            let (line, after) = rest.split_at(length);
            ledger.take(line, device).map_err(|what| LedgerError {
                line: ledger.head.entries + 1,
                what,
            })?;
            if anchor == Some(&ledger.head) {
                has_anchor = true;
                ledger.anchored = ledger.head.entries;
            }
            rest = after.split_first().map_or(&[][..], |(_, rest)| rest);
        }
        match anchor {
            Some(anchor) if ledger.head.entries > 0 && anchor.instance != ledger.head.instance => {
                Err(LedgerError {
                    line: 1,
                    what: LedgerFault::OtherMeeting,
                })
            }
            Some(anchor) if !has_anchor => Err(LedgerError {
                line: anchor.entries,
                what: LedgerFault::Anchor,
            }),
            _ => Ok(ledger),
        }
    }

    /// Reads a ledger in a file as [`Ledger::read`] does, and what lies [beside](Ledger::beside) it.
    ///
    /// # Errors
    ///
    /// [`FileStoreError::Io`], [`FileStoreError::Ledger`], [`FileStoreError::Beside`].
    #[cfg(feature = "std")]
    pub fn read_file(
        path: &std::path::Path,
        anchor: Option<&Head>,
        device: Option<&PublicKey>,
    ) -> Result<Self, FileStoreError> {
        let file = std::fs::File::open(path)?;
        let place = Place::of(path, &file)?.ok_or(FileStoreError::Replaced)?;
        Self::read_at(&place, anchor, device)
    }

    #[cfg(feature = "std")]
    pub(crate) fn read_at(
        place: &Place,
        anchor: Option<&Head>,
        device: Option<&PublicKey>,
    ) -> Result<Self, FileStoreError> {
        let mut ledger = Self::read(&std::fs::read(place.path())?, anchor, device)?;
        // Later than the ledger: what it had taken up by then stays here.
        ledger.look_beside(place)?;
        Ok(ledger)
    }

    #[cfg(feature = "std")]
    pub(super) fn look_beside(&mut self, place: &Place) -> Result<(), FileStoreError> {
        let mut beside = watch::read(place)?;
        beside.retain(|beside| self.lacks(beside));
        self.beside = beside;
        Ok(())
    }

    #[cfg(feature = "std")]
    /// Whether it has not taken something up yet.
    pub(crate) fn lacks(&self, beside: &Beside) -> bool {
        let mut lines = self.lines.iter().rev();
        !lines.any(|line| line.wall == Some(beside.wall) && line.entry == beside.entry)
    }

    /// What lies beside it, as the lines that would be entered next.
    pub(crate) fn lines_beside(&self) -> impl Iterator<Item = Line> {
        let at = self.lines.last().map_or(Time::START, |line| line.at);
        self.beside.iter().map(move |beside| Line {
            n: self.head.entries,
            prev: self.head.hash,
            at,
            wall: Some(beside.wall),
            entry: beside.entry.clone(),
        })
    }

    /// How many of the last entries nothing vouches for.
    pub(crate) fn unanchored(&self) -> u64 {
        self.head.entries.saturating_sub(self.anchored)
    }

    /// The hash of the line of this index.
    pub(crate) fn hash(&self, index: usize) -> Digest {
        self.lines
            .get(index + 1)
            .map_or(self.head.hash, |next| next.prev)
    }

    /// Takes the next line, without its line feed.
    pub(crate) fn take(
        &mut self,
        line: &[u8],
        device: Option<&PublicKey>,
    ) -> Result<(), LedgerFault> {
        let read: Line = serde_json::from_slice(line)
            .map_err(|_| self.unreadable(line, LedgerFault::NotAnEntry))?;
        if !is_written_so(&read, line) {
            return Err(self.unreadable(line, LedgerFault::NotCanonical));
        }
        read.form()?;
        if read.n != self.head.entries || read.prev != self.head.hash {
            return Err(LedgerFault::Broken);
        }
        let before = self.lines.last().map_or(Time::START, |line| line.at);
        if read.at < before {
            return Err(LedgerFault::Time);
        }
        match read.entry {
            Entry::Opened { instance, .. } if self.lines.is_empty() => {
                self.head.instance = instance;
            }
            Entry::Opened { .. } => return Err(LedgerFault::Impossible),
            _ if self.lines.is_empty() => return Err(LedgerFault::Impossible),
            _ => {}
        }
        if let Entry::Signed {
            device: by,
            signature,
        } = &read.entry
        {
            if !by.has_signed(&self.head.message(), signature) {
                return Err(LedgerFault::Signature);
            }
            if device == Some(by) {
                self.anchored = self.head.entries;
            }
        }
        self.head = Head {
            entries: self.head.entries + 1,
            hash: Digest::of_bytes(line),
            ..self.head
        };
        self.length += line.len() as u64 + 1;
        self.lines.push(read);
        Ok(())
    }

    /// What is wrong with a line that cannot be read: as the first one it may be another format's, otherwise it is `what`.
    fn unreadable(&self, line: &[u8], what: LedgerFault) -> LedgerFault {
        match serde_json::from_slice(line) {
            Ok(First {
                entry: Opened::Opened { format },
            }) if self.lines.is_empty() && format != Some(Self::FORMAT.into()) => of_format(format),
            _ => what,
        }
    }
}

/// As much of a first line as all formats have.
#[derive(Deserialize)]
struct First {
    entry: Opened,
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Opened {
    Opened {
        #[serde(default)]
        format: Option<u64>,
    },
}
