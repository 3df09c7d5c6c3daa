//! Evidence: append-only, each line bound to the one before.
//!
//! A ledger is JSON Lines. Each line is an object of `n`, counted from 0, `prev`, the SHA-256 of the line before in hexadecimal digits
//! (over its bytes without the line feed; of the first line 64 zeros), `at`, in microseconds since the meeting's start, and `entry`.
//! Whoever changes a line changes its hash, and so must change all that follow; against a [`Head`] that was kept apart, that shows.

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};
use core::sync::atomic::{AtomicU64, Ordering::Release};

use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};

use crate::{
    consent::{Authority, Digest, Grant, Notice, PublicKey, Refusal, Scope},
    error::Error,
    frame::{OutletId, StreamId},
    kind::{Kind, Kinds},
    purpose::Purposes,
    release::{Counters, Durable},
    time::Time,
};

/// What happened. People are named by their ids, which are unique among those present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry {
    /// The meeting began: always the first entry.
    Opened {
        /// Its id.
        meeting: String,
        /// For how many participants at a time there is room.
        participants: u16,
    },
    /// The meeting went on after a crash. If the ledger's last line was torn, everybody's consent ended, as that line may have been a withdrawal.
    Resumed {
        /// Whether it was.
        torn: bool,
    },
    /// Somebody came in.
    Joined {
        /// Their id.
        who: String,
        /// The id of who agrees for them, if they have a guardian.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        guardian: Option<String>,
        /// The key of whoever agrees, if they use one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<PublicKey>,
    },
    /// Somebody went, and everything of theirs closed.
    Left {
        /// Their id.
        who: String,
    },
    /// A notice was shown.
    Shown {
        /// It.
        notice: Notice,
    },
    /// A notice stopped covering.
    Superseded {
        /// The digest of its text.
        notice: Digest,
    },
    /// Somebody agreed.
    Granted {
        /// Whose consent it is.
        who: String,
        /// Who agreed: they, or their guardian.
        by: Authority,
        /// To what.
        grant: Grant,
    },
    /// Somebody tried to agree who could not, or not so. Nothing changed.
    Refused {
        /// Whose consent it would have been; none if nobody of the meeting's.
        who: Option<String>,
        /// Who tried.
        by: Authority,
        /// To what.
        grant: Grant,
        /// Why not.
        why: Refusal,
    },
    /// Somebody refused, or withdrew.
    Withdrew {
        /// Whose consent it is.
        who: String,
        /// Who withdrew.
        by: Authority,
        /// What.
        scope: Scope,
    },
    /// A restriction began.
    Restricted {
        /// Over whom; none for everybody.
        who: Option<String>,
        /// Whose restriction it is.
        by: Authority,
        /// Of what.
        scope: Scope,
    },
    /// A restriction was taken back.
    Lifted {
        /// Over whom; none for everybody.
        who: Option<String>,
        /// Whose restriction it was.
        by: Authority,
        /// Of what.
        scope: Scope,
    },
    /// What somebody had agreed to came to its end by itself.
    Expired {
        /// Whose consent it was.
        who: String,
        /// To what.
        scopes: Vec<Scope>,
    },
    /// A pair of a purpose and a third party got its bit.
    Named {
        /// The purpose.
        purpose: Purposes,
        /// The third party.
        recipient: String,
        /// The bit.
        pair: Purposes,
    },
    /// A stream was registered.
    StreamOpened {
        /// Its number.
        stream: StreamId,
        /// Its kind.
        kind: Kind,
        /// Its owner's id; none for a mix or a composite.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
    },
    /// A destination was declared.
    OutletOpened {
        /// Its number.
        outlet: OutletId,
        /// Its name.
        name: String,
        /// The third party to whom it leads; none for the controller's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recipient: Option<String>,
        /// Its purposes.
        purposes: Purposes,
        /// The kinds whose withheld frames it takes as empty ones.
        blanks: Kinds,
    },
    /// What went through each tap so far.
    Counted {
        /// The taps, in the order of opening.
        taps: Vec<TapCount>,
    },
    /// The client's device vouches for all entries before this one.
    Signed {
        /// The device's key.
        device: PublicKey,
        /// Its Ed25519 signature over [`Head::message`] of the entries before.
        #[serde(with = "crate::hex")]
        signature: [u8; 64],
    },
    /// The meeting ended, and everything closed for good.
    Ended,
}

/// The counters of one tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TapCount {
    /// From which stream.
    pub stream: StreamId,
    /// Into which outlet.
    pub outlet: OutletId,
    /// How much.
    pub frames: Counters,
}

/// How far a ledger goes: what must be kept apart from it to see later that nothing was changed or cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// How many entries there are.
    pub entries: u64,
    /// The hash of the last one's line.
    pub hash: Digest,
}

impl Head {
    const NONE: Self = Self {
        entries: 0,
        hash: Digest([0; 32]),
    };

    /// What a device signs to vouch for it: `framegate head 1`, the number of entries as 64 bits big-endian, the 32 bytes of the hash.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        let entries = self.entries.to_be_bytes();
        [&b"framegate head 1"[..], &entries, &self.hash.0].concat()
    }
}

/// One line of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its number, from 0.
    pub n: u64,
    /// The hash of the line before.
    pub prev: Digest,
    /// When it happened.
    pub at: Time,
    /// What happened.
    pub entry: Entry,
}

/// Where a meeting's ledger is kept.
pub trait Store: Send {
    /// Appends whole lines; if `durable`, so that they outlast a crash of the machine.
    ///
    /// # Errors
    ///
    /// [`StoreError`], and then nothing of the lines is there.
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError>;
}

/// A store did not take what it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the ledger could not be written")]
pub struct StoreError;

/// Which entries are made durable at once. Grants and everything that narrows always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Each.
    Each,
    /// Grants and what narrows; the others when one of these comes.
    Batched,
}

/// A ledger that a meeting writes.
///
/// Without a store only its head is kept.
pub struct LedgerWriter {
    store: Option<Box<dyn Store>>,
    durability: Durability,
    device: Option<SigningKey>,
    head: Head,
    /// Lines that the store has not taken yet: of narrowings, which do not wait for it.
    pending: Vec<u8>,
    /// How many entries are durable.
    durable: Arc<AtomicU64>,
}

impl Default for LedgerWriter {
    fn default() -> Self {
        Self {
            store: None,
            durability: Durability::Each,
            device: None,
            head: Head::NONE,
            pending: Vec::new(),
            durable: Arc::default(),
        }
    }
}

impl LedgerWriter {
    /// Into a store, each entry durable at once.
    #[must_use]
    pub fn new(store: Box<dyn Store>) -> Self {
        Self {
            store: Some(store),
            ..Self::default()
        }
    }

    /// With another durability.
    #[must_use]
    pub fn durability(self, durability: Durability) -> Self {
        Self { durability, ..self }
    }

    /// With the device's Ed25519 secret key (RFC 8032 §5.1.5), which vouches for the entries whenever taps are counted.
    #[must_use]
    pub fn device(self, secret: &[u8; 32]) -> Self {
        Self {
            device: Some(SigningKey::from_bytes(secret)),
            ..self
        }
    }

    /// Goes on after the entries of a ledger.
    pub(crate) fn after(self, head: Head) -> Self {
        Self {
            head,
            durable: Arc::new(AtomicU64::new(head.entries)),
            ..self
        }
    }

    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// The device's signature over all entries so far; none without its key.
    pub(crate) fn signed(&self) -> Option<Entry> {
        let key = self.device.as_ref()?;
        Some(Entry::Signed {
            device: PublicKey(key.verifying_key().to_bytes()),
            signature: key.sign(&self.head.message()).to_bytes(),
        })
    }

    /// Enters something that must be in the ledger before it holds.
    pub(crate) fn enter_first(&mut self, at: Time, entry: &Entry) -> Result<Digest, Error> {
        self.flush()?;
        let (line, head) = self.line(at, entry).ok_or(Error::Ledger)?;
        let durable = self.durability == Durability::Each
            || matches!(entry, Entry::Granted { .. } | Entry::Resumed { .. });
        if let Some(store) = &mut self.store {
            store.append(&line, durable).map_err(|_| Error::Ledger)?;
        }
        self.head = head;
        if durable {
            self.durable.store(head.entries, Release);
        }
        Ok(head.hash)
    }

    /// Enters something that holds already, whether the store takes it now or later.
    pub(crate) fn enter(&mut self, at: Time, entry: &Entry) -> Digest {
        if let Some((line, head)) = self.line(at, entry) {
            self.pending.extend_from_slice(&line);
            self.head = head;
            // What the store does not take now it gets again before the next entry.
            let _ = self.flush();
        }
        self.head.hash
    }

    /// A mark that is passed when all entries so far are durable.
    pub(crate) fn durable(&self) -> Durable {
        Durable::new(self.head.entries, Arc::clone(&self.durable))
    }

    /// Gives the store what it has not taken yet.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if let Some(store) = &mut self.store {
            store
                .append(&self.pending, true)
                .map_err(|_| Error::Ledger)?;
        }
        self.pending.clear();
        self.durable.store(self.head.entries, Release);
        Ok(())
    }

    fn line(&self, at: Time, entry: &Entry) -> Option<(Vec<u8>, Head)> {
        let Head { entries, hash } = self.head;
        let line = Line {
            n: entries,
            prev: hash,
            at,
            entry: entry.clone(),
        };
        let mut line = serde_json::to_vec(&line).ok()?;
        let head = Head {
            entries: entries + 1,
            hash: Digest::of_bytes(&line),
        };
        line.push(b'\n');
        Some((line, head))
    }
}

/// A ledger that was read and in which every line follows from the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ledger {
    /// Its lines.
    pub lines: Vec<Line>,
    /// How far it goes.
    pub head: Head,
    /// Its length in bytes, without a torn last line.
    pub length: u64,
    /// Whether there is a torn last line, as a crash leaves one behind.
    pub torn: bool,
    /// Up to how many entries an anchor or a device's signature vouches for it. What comes after is consistent, and no more can be said of it.
    pub anchored: u64,
}

/// A ledger that was changed, cut or put together, or is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct LedgerError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub what: LedgerFault,
}

/// What can be wrong with a line of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerFault {
    /// Not one of the entries.
    #[error("not an entry")]
    NotAnEntry,
    /// Its number or hash does not follow.
    #[error("does not follow from the line before")]
    Broken,
    /// Earlier than the line before, or out of range.
    #[error("the time is earlier than that of the line before, or out of range")]
    Time,
    /// A device's signature that does not hold.
    #[error("the device's signature does not hold")]
    Signature,
    /// The meeting has ended, and cannot be resumed.
    #[error("the meeting has ended")]
    Ended,
    /// The ledger cannot be written on.
    #[error("cannot be written on")]
    Unwritable,
    /// Something that could not happen there.
    #[error("cannot have happened here")]
    Impossible,
    /// Not what the head that was kept apart says, or too short for it.
    #[error("not the ledger that the head is of")]
    Anchor,
}

impl Ledger {
    /// Reads a ledger and checks it, against a head that was kept apart if there is one, and a device's key if that is known.
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
        };
        let mut rest = bytes;
        while !rest.is_empty() {
            let Some(length) = rest.iter().position(|byte| *byte == b'\n') else {
                ledger.torn = true;
                break;
            };
            let (line, after) = rest.split_at(length);
            ledger.read_line(line, device).map_err(|what| LedgerError {
                line: ledger.head.entries + 1,
                what,
            })?;
            if anchor == Some(&ledger.head) {
                ledger.anchored = ledger.head.entries;
            }
            ledger.length += line.len() as u64 + 1;
            rest = after.split_first().map_or(&[][..], |(_, rest)| rest);
        }
        match anchor {
            Some(anchor)
                if ledger.anchored < anchor.entries
                    || anchor.entries == 0 && anchor.hash != Head::NONE.hash =>
            {
                Err(LedgerError {
                    line: anchor.entries,
                    what: LedgerFault::Anchor,
                })
            }
            _ => Ok(ledger),
        }
    }

    /// The hash of the line of this index.
    pub(crate) fn hash(&self, index: usize) -> Digest {
        self.lines
            .get(index + 1)
            .map_or(self.head.hash, |next| next.prev)
    }

    fn read_line(&mut self, line: &[u8], device: Option<&PublicKey>) -> Result<(), LedgerFault> {
        let read: Line = serde_json::from_slice(line).map_err(|_| LedgerFault::NotAnEntry)?;
        if read.n != self.head.entries || read.prev != self.head.hash {
            return Err(LedgerFault::Broken);
        }
        let before = self.lines.last().map_or(Time::START, |line| line.at);
        if !read.at.in_range() || read.at < before {
            return Err(LedgerFault::Time);
        }
        if matches!(read.entry, Entry::Opened { .. }) != self.lines.is_empty() {
            return Err(LedgerFault::Impossible);
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
        };
        self.lines.push(read);
        Ok(())
    }
}

#[cfg(feature = "std")]
pub use file::FileStore;

#[cfg(feature = "std")]
mod file {
    use std::{
        fs::{File, OpenOptions},
        io::{self, Read, Seek, SeekFrom, Write},
        path::Path,
        vec::Vec,
    };

    use super::{Store, StoreError};

    /// A ledger in a file.
    pub struct FileStore {
        file: File,
        /// Its length; none once it is not known what is in it.
        length: Option<u64>,
        /// Whether a torn line lies beyond that length. It stays, and the ledger torn, until a whole line has taken its place.
        is_torn: bool,
    }

    impl FileStore {
        /// A new file, which must not be there yet.
        ///
        /// # Errors
        ///
        /// What the file system says.
        pub fn create(path: &Path) -> io::Result<Self> {
            let file = OpenOptions::new().write(true).create_new(true).open(path)?;
            // The name must outlast a crash, too.
            #[cfg(unix)]
            if let Some(folder) = path.parent() {
                let folder = if folder.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    folder
                };
                File::open(folder)?.sync_all()?;
            }
            Ok(Self {
                file,
                length: Some(0),
                is_torn: false,
            })
        }

        /// Goes on after the first `length` bytes of a file. What is beyond them, a torn line, is set aside in a file beside it, whose name ends in `.torn`.
        ///
        /// # Errors
        ///
        /// What the file system says.
        pub fn append_after(path: &Path, length: u64) -> io::Result<Self> {
            let mut file = OpenOptions::new().read(true).write(true).open(path)?;
            file.seek(SeekFrom::Start(length))?;
            let mut torn = Vec::new();
            file.read_to_end(&mut torn)?;
            if !torn.is_empty() {
                let mut aside = std::ffi::OsString::from(path);
                aside.push(".torn");
                let mut aside = OpenOptions::new().append(true).create(true).open(aside)?;
                aside.write_all(&torn)?;
                aside.sync_all()?;
            }
            Ok(Self {
                file,
                length: Some(length),
                is_torn: !torn.is_empty(),
            })
        }
    }

    impl Store for FileStore {
        fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
            let length = self.length.take().ok_or(StoreError)?;
            let after = length + lines.len() as u64;
            let mut write = || {
                self.file.seek(SeekFrom::Start(length))?;
                self.file.write_all(lines)?;
                if self.is_torn {
                    self.file.set_len(after)?;
                }
                if durable {
                    self.file.sync_data()
                } else {
                    Ok(())
                }
            };
            if write().is_ok() {
                self.length = Some(after);
                self.is_torn = false;
                return Ok(());
            }
            // What is torn must not become whole by being cut.
            let undone = if self.is_torn {
                Ok(length)
            } else {
                self.file.set_len(length).map(|()| length)
            };
            self.length = undone.ok();
            Err(StoreError)
        }
    }
}
