//! The file beside a ledger in which withdrawals lie that its writer has not entered yet.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    thread,
    time::Duration,
    vec::Vec,
};

use super::{
    beside::Beside,
    file_error::FileStoreError,
    form::is_written_so,
    place::{Place, sync_folder},
};

/// After the ledger's name, that of the file in which withdrawals from it lie.
pub(super) const WITHDRAWALS: &str = ".withdrawals";

/// All that ever lay beside a ledger.
pub(super) fn read(place: &Place) -> Result<Vec<Beside>, FileStoreError> {
    Watch::new(place).latest()
}

/// Leaves something beside a ledger. Once this has returned it outlasts a crash of the machine.
pub(crate) fn leave(place: &Place, beside: &Beside) -> Result<(), FileStoreError> {
    // By another name its writer would not find it.
    if !place.is_kept()? {
        return Err(FileStoreError::Replaced);
    }
    let mut line = serde_json::to_vec(beside).map_err(io::Error::other)?;
    line.push(b'\n');
    let path = place.beside(WITHDRAWALS);
    let mut options = OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).open(&path)?;
    lock(&file)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    // Whoever wrote half a line never said that it was done. Cut off, it cannot make this one unreadable.
    let whole = whole_lines(&bytes).len();
    if whole < bytes.len() {
        file.set_len(whole as u64)?;
    }
    file.write_all(&line)?;
    file.sync_data()?;
    if whole == 0 {
        sync_folder(&path)?;
    }
    Ok(())
}

/// Waits for others who leave something, a while.
fn lock(file: &File) -> Result<(), FileStoreError> {
    for _ in 0..500 {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(error)) => return Err(FileStoreError::NoLock(error)),
        }
    }
    Err(FileStoreError::Held)
}

fn whole_lines(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    end.and_then(|end| bytes.get(..=end)).unwrap_or_default()
}

/// Looks for what is new beside a ledger.
pub(super) struct Watch {
    path: PathBuf,
    /// How much was looked at, in bytes and in lines.
    seen: u64,
    lines: u64,
}

impl Watch {
    pub(super) fn new(ledger: &Place) -> Self {
        Self {
            path: ledger.beside(WITHDRAWALS),
            seen: 0,
            lines: 0,
        }
    }

    /// What has come since this was last asked: a look at the file's length if nothing has. Each line is given once.
    pub(super) fn latest(&mut self) -> Result<Vec<Beside>, FileStoreError> {
        match fs::metadata(&self.path) {
            Ok(file) if file.len() == self.seen => return Ok(Vec::new()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.seen == 0 => {
                return Ok(Vec::new());
            }
            // Lines are never taken away.
            Ok(file) if file.len() < self.seen => return Err(FileStoreError::Shorter),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.seen))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = whole_lines(&bytes);
        self.seen += whole.len() as u64;
        let mut found = Vec::new();
        let mut unreadable = None;
        for line in whole.split_inclusive(|byte| *byte == b'\n') {
            self.lines += 1;
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            match serde_json::from_slice::<Beside>(line) {
                Ok(beside) if is_written_so(&beside, line) && beside.has_form() => {
                    found.push(beside);
                }
                _ => unreadable = Some(self.lines),
            }
        }
        match unreadable {
            Some(line) => Err(FileStoreError::Beside { line }),
            None => Ok(found),
        }
    }
}
