//! A store that refuses for a while, and of which a crash leaves a part.

use std::sync::{Arc, Mutex, MutexGuard};

use framegate::ledger::{Device, LedgerWriter, Store, StoreError};

use super::chance::Chance;

#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
    /// How many of them survive a crash of the machine.
    synced: usize,
    refuses: bool,
    /// The process dies while it writes the next lines, when so many of a thousand of their bytes are there.
    dies_at: Option<usize>,
}

impl Disk {
    /// With a ledger on it, that goes on.
    pub fn with(bytes: &[u8]) -> Self {
        let disk = Self::default();
        disk.content().bytes = bytes.to_vec();
        disk.content().synced = bytes.len();
        disk
    }

    pub fn writer(&self) -> LedgerWriter {
        LedgerWriter::new(Box::new(self.clone())).device(device())
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.content().bytes.clone()
    }

    pub fn refuse(&self, refuses: bool) {
        self.content().refuses = refuses;
    }

    pub fn die_while_writing(&self, thousandths: usize) {
        self.content().dies_at = Some(thousandths);
    }

    /// What is left when the process dies now; when the machine does, what was not synced may be lost from any byte on.
    pub fn after_crash(&self, of_machine: bool, chance: &mut Chance) -> Vec<u8> {
        let Content { bytes, synced, .. } = &*self.content();
        let left = match (of_machine, bytes.len() - synced) {
            (false, _) | (true, 0) => bytes.len(),
            (true, _) if chance.one_in(2) => *synced,
            (true, unsynced) => synced + chance.below(unsynced + 1),
        };
        bytes[..left].to_vec()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().expect("nobody panics with it")
    }
}

impl Store for Disk {
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
        let mut content = self.content();
        if content.refuses {
            return Err(StoreError::default());
        }
        if let Some(thousandths) = content.dies_at.take() {
            content.refuses = true;
            let written = lines.len() * thousandths / 1000;
            content.bytes.extend_from_slice(&lines[..written]);
            return Err(StoreError::default());
        }
        content.bytes.extend_from_slice(lines);
        if durable {
            content.synced = content.bytes.len();
        }
        Ok(())
    }
}

/// Which signs the ledger.
pub fn device() -> Device {
    Device::new(&[77; 32]).expect("a key")
}
