//! A ledger in a file, with one writer at a time.

use core::fmt;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    process,
    vec::Vec,
};

use super::{
    beside::Beside,
    entry::Entry,
    file_error::FileStoreError,
    place::{self, Place, sync_folder},
    read::Ledger,
    watch::{self, WITHDRAWALS, Watch},
    writer::Store,
};
use crate::{
    control::consent::PublicKey,
    types::{digest::Digest, store_error::StoreError, wall_time::WallTime},
};

/// A ledger in a file, which has one writer at a time: the file is locked ([`File::try_lock`]) as long as this is there.
///
/// The lock goes with the open file, so that a crash lifts it. It holds off this library in any process, and others that ask for the lock.
/// Nothing is appended once the file's length shows that another program wrote to it, nor once it was renamed, replaced or deleted (noticed on Unix),
/// because withdrawals look for it by its name: its meeting then closes everything. On Windows the lock keeps others from reading, too.
/// A process that was forked from the one that opened it appends nothing, but the lock lasts until both have gone, or this is dropped.
pub struct FileStore {
    file: File,
    place: Place,
    /// How many bytes of it are the ledger; none once its content is not known.
    length: Option<u64>,
    /// Whether a torn line lies beyond that length. It stays, and the ledger torn, until a whole line has taken its place.
    is_torn: bool,
    /// The process that may write.
    process: u32,
    beside: Watch,
    /// The lines beside it that the ledger has taken up.
    taken: Vec<(WallTime, Entry)>,
}

impl FileStore {
    /// Creates a new file, which must not be there yet, and locks it.
    ///
    /// # Errors
    ///
    /// [`FileStoreError::Io`], [`FileStoreError::Held`], [`FileStoreError::NoLock`], [`FileStoreError::Leftover`].
    pub fn create(path: &Path) -> Result<Self, FileStoreError> {
        if place::beside(path, WITHDRAWALS).try_exists()? {
            return Err(FileStoreError::Leftover);
        }
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        let place = lock(&file, path)?;
        sync_folder(place.path())?;
        Ok(Self {
            file,
            beside: Watch::new(&place),
            place,
            length: Some(0),
            is_torn: false,
            process: process::id(),
            taken: Vec::new(),
        })
    }

    /// Opens the file that a ledger was read from, to append to it. A torn last line is copied to a file beside it whose name ends in `.torn`.
    ///
    /// The file is locked first and looked at then, so that what another writer has entered since the ledger was read is never taken for a torn line.
    ///
    /// # Errors
    ///
    /// Any [`FileStoreError`].
    pub fn append_after(path: &Path, ledger: &Ledger) -> Result<Self, FileStoreError> {
        Self::go_on(locked(path)?, ledger)
    }

    /// Locks a file, reads the ledger in it and what lies beside, and goes on after that.
    pub(crate) fn take(
        path: &Path,
        device: Option<&PublicKey>,
    ) -> Result<(Ledger, Self), FileStoreError> {
        let locked = locked(path)?;
        let mut ledger = Ledger::read(&locked.bytes, None, device)?;
        ledger.look_beside(&locked.place)?;
        let store = Self::go_on(locked, &ledger)?;
        Ok((ledger, store))
    }

    fn go_on(locked: Locked, ledger: &Ledger) -> Result<Self, FileStoreError> {
        let Locked { file, place, bytes } = locked;
        let torn = torn_line(&bytes, ledger)?;
        // An unreadable file is an error now, and not when it closes a meeting.
        watch::read(&place)?;
        if !torn.is_empty() {
            let aside = place.beside(".torn");
            let mut aside = OpenOptions::new().append(true).create(true).open(aside)?;
            aside.write_all(torn)?;
            aside.sync_all()?;
        }
        let taken = ledger.lines.iter();
        let taken = taken.filter_map(|line| Some((line.wall?, line.entry.clone())));
        Ok(Self {
            file,
            length: Some(ledger.length),
            is_torn: !torn.is_empty(),
            process: process::id(),
            beside: Watch::new(&place),
            place,
            taken: taken.collect(),
        })
    }

    /// Whether nobody else has cut the file, written to it, renamed or deleted it.
    fn is_as_left(&self, length: u64) -> io::Result<bool> {
        let file = self.file.metadata()?;
        let is_as_long = if self.is_torn {
            file.len() >= length
        } else {
            file.len() == length
        };
        Ok(is_as_long && self.place.is_kept()?)
    }
}

impl Drop for FileStore {
    /// Lifts the lock at once, as a process that another thread is just starting has the file open, too, until it runs another program.
    fn drop(&mut self) {
        // One that was forked has its parent's lock.
        if process::id() == self.process {
            let _ = self.file.unlock();
        }
    }
}

/// A file that nobody else writes, and what is in it.
struct Locked {
    file: File,
    place: Place,
    bytes: Vec<u8>,
}

/// Opens a file, locks it and reads it then.
fn locked(path: &Path) -> Result<Locked, FileStoreError> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let place = lock(&file, path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Locked { file, place, bytes })
}

/// Locks what stands at a path.
fn lock(file: &File, path: &Path) -> Result<Place, FileStoreError> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => FileStoreError::Held,
        TryLockError::Error(error) => FileStoreError::NoLock(error),
    })?;
    // Between opening and locking it may have been replaced by another, which others would lock.
    Place::of(path, file)?.ok_or(FileStoreError::Replaced)
}

/// What is in a file beyond the ledger that was read from it: a torn line, if that had been there, or nothing.
fn torn_line<'b>(bytes: &'b [u8], ledger: &Ledger) -> Result<&'b [u8], FileStoreError> {
    let length = usize::try_from(ledger.length).map_err(|_| FileStoreError::Shorter)?;
    let (read, beyond) = bytes
        .split_at_checked(length)
        .ok_or(FileStoreError::Shorter)?;
    // Each line has the hash of the one before, so that the last tells of all.
    let mut lines = read.split(|byte| *byte == b'\n').rev();
    let is_same = match (lines.next(), lines.next()) {
        (Some([]), Some(last)) => Digest::of_bytes(last) == ledger.head.hash,
        (Some([]), None) => ledger.head.entries == 0,
        _ => false,
    };
    if !is_same {
        return Err(FileStoreError::Replaced);
    }
    // That it was torn is entered when the meeting goes on; a line that was torn since would be passed over.
    if beyond.contains(&b'\n') || beyond.is_empty() == ledger.torn {
        return Err(FileStoreError::GoneOn);
    }
    Ok(beyond)
}

impl Store for FileStore {
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
        if process::id() != self.process {
            return Err(StoreError::new(FileStoreError::Held));
        }
        let unknown = || io::Error::other("a write failed halfway, and could not be undone");
        let length = self
            .length
            .take()
            .ok_or_else(|| StoreError::new(unknown()))?;
        if !self.is_as_left(length).map_err(StoreError::new)? {
            return Err(StoreError::new(FileStoreError::Replaced));
        }
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
        let Err(cause) = write() else {
            self.length = Some(after);
            self.is_torn = false;
            return Ok(());
        };
        // What is torn must not become whole by being cut.
        let undone = if self.is_torn {
            Ok(length)
        } else {
            self.file.set_len(length).map(|()| length)
        };
        self.length = undone.ok();
        Err(StoreError::new(cause))
    }

    fn beside(&mut self) -> Result<Vec<Beside>, StoreError> {
        // By another name somebody may have withdrawn beside that.
        if !self.place.is_kept().map_err(StoreError::new)? {
            return Err(StoreError::new(FileStoreError::Replaced));
        }
        let mut latest = self.beside.latest().map_err(StoreError::new)?;
        let is_taken = |of: &Beside| {
            let mut taken = self.taken.iter();
            taken.any(|(wall, entry)| (*wall, entry) == (of.wall, &of.entry))
        };
        latest.retain(|beside| !is_taken(beside));
        Ok(latest)
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore")
            .field("length", &self.length)
            .field("is_torn", &self.is_torn)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forked_process_appends_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let mut store = FileStore::create(&path).unwrap();
        assert_eq!(store.append(b"before\n", true), Ok(()));
        // As the child has it.
        store.process ^= 1;
        assert_eq!(store.append(b"child\n", true), Err(StoreError::default()));
        store.process ^= 1;
        assert_eq!(store.append(b"parent\n", true), Ok(()));
        assert_eq!(std::fs::read(&path).unwrap(), b"before\nparent\n");
        // Nor does it lift the parent's lock.
        let file = File::open(&path).unwrap();
        store.process ^= 1;
        let parents = store.file.try_clone().unwrap();
        drop(store);
        assert!(matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
        drop(parents);
        assert!(file.try_lock().is_ok());
    }
}
