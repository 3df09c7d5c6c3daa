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

    /// Continues after the first `length` bytes of a file. Anything beyond them, a torn line, is copied to a file beside it whose name ends in `.torn`.
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
