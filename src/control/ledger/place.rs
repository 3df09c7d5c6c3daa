//! Where a ledger's file is, by whatever name it was opened, so that its writer and whoever withdraws beside it mean the same.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// A file at its path from the root, without links; what stands there later may be another.
pub(crate) struct Place {
    path: PathBuf,
    #[cfg(unix)]
    file: (u64, u64),
}

impl Place {
    /// Of what a path leads to now, which is this open file.
    ///
    /// None if it leads to another by now.
    pub(crate) fn of(path: &Path, file: &File) -> io::Result<Option<Self>> {
        let place = Self {
            path: path.canonicalize()?,
            #[cfg(unix)]
            file: number(&file.metadata()?),
        };
        #[cfg(not(unix))]
        let _ = file;
        Ok(place.is_kept()?.then_some(place))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file beside it, whose name goes on after the ledger's.
    pub(crate) fn beside(&self, more: &str) -> PathBuf {
        beside(&self.path, more)
    }

    /// Whether the same file stands there still: it was not renamed, replaced or deleted. On systems other than Unix that cannot be known.
    pub(crate) fn is_kept(&self) -> io::Result<bool> {
        #[cfg(unix)]
        match fs::metadata(&self.path) {
            Ok(there) => Ok(number(&there) == self.file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
        #[cfg(not(unix))]
        self.path.try_exists()
    }

    /// Whether the file has other names than this one, by any of which another may have opened it. On systems other than Unix that cannot be known.
    pub(crate) fn has_others(&self) -> io::Result<bool> {
        #[cfg(unix)]
        {
            let there = fs::metadata(&self.path)?;
            Ok(std::os::unix::fs::MetadataExt::nlink(&there) > 1)
        }
        #[cfg(not(unix))]
        Ok(false)
    }
}

/// The path of a file beside another, whose name goes on after that one's.
pub(super) fn beside(ledger: &Path, more: &str) -> PathBuf {
    let mut path = OsString::from(ledger);
    path.push(more);
    path.into()
}

#[cfg(unix)]
fn number(file: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (file.dev(), file.ino())
}

/// Makes the name of a new file outlast a crash, too.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
