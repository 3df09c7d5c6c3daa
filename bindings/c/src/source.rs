//! Sources: what something was derived from, with the proof that it came out of a release (R8).
//!
//! In Rust nothing else makes a [`Source`]; a struct of C anybody can fill. So the library proves what it tells of a source by a key of its own,
//! and takes no other. Whoever reads this process's memory could prove one, too; a tag from elsewhere, a changed one, fewer people cannot pass.

use std::sync::{Mutex, MutexGuard, PoisonError};

use alloc::boxed::Box;
use core::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{
    answer::{Array, Each, Struct, answer},
    fork::{Held, Table, watch},
    memory::{In, Out, size, sized},
    status::Status,
    tag::TagOut,
    words::{Person, participants},
};
use framegate::{
    Kinds, Source, Time,
    binding::{SourceParts, participant_numbers},
};

/// What something was derived from.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct SourceIn<'c> {
    pub(super) size: u32,
    pub(super) kinds: u32,
    pub(super) tag: TagOut,
    pub(super) people: In<'c, Person>,
    pub(super) people_count: usize,
    pub(super) captured: i64,
    pub(super) proof: Proof,
}

/// That a source is one: the first half of an HMAC-SHA-256 over everything that is said about it.
type Proof = [u8; 16];

sized!(SourceIn<'_>);

/// As many as a block of SHA-256 has, so that the key need not be hashed or padded (RFC 2104 §2).
const WORDS: usize = 8;

/// What sources are proved by: drawn once in a process, so that those of another, or of another copy of the library, are none here.
pub(super) struct ProvingKey {
    drawing: Mutex<()>,
    /// Whether the words are all there, and no longer change.
    is_drawn: AtomicBool,
    words: [AtomicU64; WORDS],
}

pub(super) static PROVING_KEY: ProvingKey = ProvingKey::new();

impl ProvingKey {
    const fn new() -> Self {
        Self {
            drawing: Mutex::new(()),
            is_drawn: AtomicBool::new(false),
            words: [const { AtomicU64::new(0) }; WORDS],
        }
    }

    fn drawing(&self) -> MutexGuard<'_, ()> {
        self.drawing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws it, if it was not yet: before there is a tap, as on a media thread nothing is drawn.
    pub(super) fn draw(&'static self) -> Result<(), Status> {
        watch(self)?;
        let _drawing = self.drawing();
        if self.is_drawn.load(Relaxed) {
            return Ok(());
        }
        for word in &self.words {
            let drawn = getrandom::u64().map_err(|_| Status::Random)?;
            word.store(drawn, Relaxed);
        }
        self.is_drawn.store(true, Release);
        Ok(())
    }

    /// The proof of a source; none before a tap was opened, when there is no source either.
    fn prove(&self, source: &SourceParts<'_>) -> Option<Proof> {
        if !self.is_drawn.load(Acquire) {
            return None;
        }
        let mut key = [0; WORDS * 8];
        for (bytes, word) in key.as_chunks_mut().0.iter_mut().zip(&self.words) {
            *bytes = word.load(Relaxed).to_ne_bytes();
        }
        let mut mac = Hmac::<Sha256>::new((&key).into());
        mac.update(&source.tag.to_bytes());
        mac.update(&source.kinds.bits().to_ne_bytes());
        mac.update(&source.captured.as_micros().to_ne_bytes());
        // Their number follows from the length: all else has a fixed one.
        for who in source.people {
            let (stay, slot, meeting) = participant_numbers(*who);
            mac.update(&stay.to_ne_bytes());
            mac.update(&slot.to_ne_bytes());
            mac.update(&meeting.to_ne_bytes());
        }
        mac.finalize().into_bytes().first_chunk().copied()
    }
}

impl Table for ProvingKey {
    fn hold(&'static self) -> Box<dyn Held> {
        Box::new(HeldKey {
            key: self,
            _drawing: self.drawing(),
        })
    }
}

/// A key that nobody draws meanwhile.
struct HeldKey {
    key: &'static ProvingKey,
    _drawing: MutexGuard<'static, ()>,
}

impl Held for HeldKey {
    fn leave(&mut self) {
        self.key.is_drawn.store(false, Relaxed);
    }
}

impl<'c> SourceIn<'c> {
    /// What came out of a release, or of joining such, for the caller: its people are in `room`. None if there is no proof to give.
    pub(super) fn of(source: Source<'_>, room: Out<'c, Person>) -> Option<Self> {
        let source = SourceParts::from(source);
        Some(Self {
            size: size::<Self>(),
            kinds: source.kinds.bits().into(),
            tag: source.tag.into(),
            people: room.read_only(),
            people_count: source.people.len(),
            captured: source.captured.as_micros(),
            proof: PROVING_KEY.prove(&source)?,
        })
    }

    /// The source that the library gave out, wherever its people are now.
    #[inline(never)]
    pub(super) fn get(&self) -> Result<Source<'c>, Status> {
        let source = self.unproved()?;
        let proof = PROVING_KEY.prove(&source).ok_or(Status::NoSource)?;
        let is_ours = bool::from(proof.ct_eq(&self.proof));
        is_ours
            .then(|| source.into_source())
            .ok_or(Status::NoSource)
    }

    /// What is said about it, by anybody.
    fn unproved(&self) -> Result<SourceParts<'c>, Status> {
        let kinds = u16::try_from(self.kinds).map_err(|_| Status::NoSource)?;
        Ok(SourceParts {
            tag: self.tag.get().map_err(|_| Status::NoSource)?,
            people: participants(self.people, self.people_count)?,
            kinds: Kinds::from_bits_retain(kinds),
            captured: Time::from_micros(self.captured),
        })
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_source_meet<'c>(
    a: In<'_, SourceIn<'_>>,
    b: In<'_, SourceIn<'_>>,
    room: Out<'c, Person>,
    capacity: usize,
    source: Out<'c, SourceIn<'c>>,
) -> i32 {
    let outs = (Each(Array(room, capacity)), Each(Struct(source)));
    answer(outs, |(_, out)| {
        let (a, b) = (a.sized()?.get()?, b.sized()?.get()?);
        let Some(met) = a.meet(&b, room.array(capacity)?) else {
            // So many are enough, whoever is in both.
            out.people_count = a.people().len() + b.people().len();
            return Err(Status::ShortBuffer);
        };
        let met = SourceIn::of(met, room).ok_or(Status::NoSource)?;
        // A later header's is longer, and keeps its size.
        *out = SourceIn {
            size: out.size,
            ..met
        };
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use framegate::{Participant, binding::withheld_tag};

    fn source(people: &[Participant]) -> SourceParts<'_> {
        SourceParts {
            tag: withheld_tag(u16::MAX),
            people,
            kinds: Kinds::AUDIO,
            captured: Time::START,
        }
    }

    #[test]
    fn a_key_is_drawn_once_and_proves_nothing_before() {
        static KEY: ProvingKey = ProvingKey::new();
        static OTHER: ProvingKey = ProvingKey::new();
        let (key, other) = (&KEY, &OTHER);
        let people = [Participant::UNKNOWN; 2];
        assert_eq!(key.prove(&source(&people)), None);
        key.draw().unwrap();
        let proof = key.prove(&source(&people)).unwrap();
        key.draw().unwrap();
        assert_eq!(key.prove(&source(&people)), Some(proof));
        // One list's end is not another's beginning.
        assert_ne!(key.prove(&source(&people[..1])), Some(proof));
        other.draw().unwrap();
        assert_ne!(other.prove(&source(&people)), Some(proof));

        // Planted: keys that are drawn alike.
        for (word, of) in other.words.iter().zip(&key.words) {
            word.store(of.load(Relaxed), Relaxed);
        }
        assert_eq!(other.prove(&source(&people)), Some(proof));
    }

    #[cfg(unix)]
    #[test]
    fn a_child_draws_a_key_of_its_own() {
        static KEY: ProvingKey = ProvingKey::new();
        KEY.draw().unwrap();
        let proof = KEY.prove(&source(&[])).unwrap();
        let mut held = KEY.hold();
        // In the parent nothing changes.
        assert_eq!(KEY.prove(&source(&[])), Some(proof));
        held.leave();
        drop(held);
        assert_eq!(KEY.prove(&source(&[])), None);
        KEY.draw().unwrap();
        assert_ne!(KEY.prove(&source(&[])), Some(proof));
    }
}
