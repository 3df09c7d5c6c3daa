use alloc::{boxed::Box, sync::Arc, vec::Vec};

use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

use super::{Beside, Entry, Head, Line};
use crate::{
    consent::Digest,
    error::Error,
    release::Durable,
    sync::{AtomicU64, Ordering::Release},
    time::Time,
};

/// Where a meeting's ledger is kept.
pub trait Store: Send {
    /// Appends whole lines; if `durable`, they must survive a crash of the machine.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing of the lines may be there any more when the next ones are appended.
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError>;

    /// What was left beside the ledger, by [`PastMeeting`](crate::PastMeeting), since this was last asked, so that the meeting enters it.
    /// It is asked at each call on a meeting that may enter something; what the ledger has already is not given.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if something lies there that cannot be read, as it may be anybody's withdrawal: the meeting then closes everything.
    fn beside(&mut self) -> Result<Vec<Beside>, StoreError> {
        Ok(Vec::new())
    }
}

/// A store did not take what it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the ledger could not be written")]
pub struct StoreError;

/// Which entries are made durable at once. Grants, everything that narrows, and resuming always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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

    /// Sets the device's Ed25519 secret key (RFC 8032 §5.1.5), which signs all entries so far whenever taps are counted.
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
        Some(self.head.signed(self.device.as_ref()?))
    }

    /// What was left beside the ledger since this was last asked.
    pub(crate) fn beside(&mut self) -> Result<Vec<Beside>, StoreError> {
        self.store
            .as_mut()
            .map_or(Ok(Vec::new()), |store| store.beside())
    }

    /// Enters something that must be in the ledger before it holds.
    pub(crate) fn enter_first(&mut self, at: Time, entry: &Entry) -> Result<Digest, Error> {
        self.flush()?;
        let (line, head) = self.line(at, None, entry).ok_or(Error::Ledger)?;
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
        self.enter_at(at, None, entry)
    }

    /// The same of what was left beside the ledger at a time of day.
    pub(crate) fn enter_at(&mut self, at: Time, wall: Option<u64>, entry: &Entry) -> Digest {
        if let Some((line, head)) = self.line(at, wall, entry) {
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

    fn line(&self, at: Time, wall: Option<u64>, entry: &Entry) -> Option<(Vec<u8>, Head)> {
        let Head { entries, hash } = self.head;
        let line = Line {
            n: entries,
            prev: hash,
            at,
            wall,
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
