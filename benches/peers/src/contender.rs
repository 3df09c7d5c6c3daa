//! What a contender is.

use std::hint::black_box;

use framegate::Kind;

use crate::scene::{Consents, Run, Scene};

/// One way to the decision.
pub trait Contender {
    /// Which of a run's frames are cleared, as bits from the lowest.
    fn decide(&mut self, run: &Run) -> u64;
}

/// One whose state is read on one thread while it changes on another.
pub trait Shared {
    type Reader: Contender + 'static;
    type Writer: Writer + 'static;

    fn open(scene: &Scene, consents: &Consents) -> (Self::Reader, Self::Writer);
}

pub trait Writer: Send {
    /// Somebody agrees to one kind for one purpose, or withdraws.
    fn change(&mut self, who: u16, kind: Kind, purpose: usize, agrees: bool);
}

/// A reader, and its writer, without which some close.
pub struct Kept<S: Shared> {
    reader: S::Reader,
    _writer: S::Writer,
}

impl<S: Shared> Kept<S> {
    pub fn open(scene: &Scene, consents: &Consents) -> Self {
        let (reader, writer) = S::open(scene, consents);
        Self {
            reader,
            _writer: writer,
        }
    }
}

impl<S: Shared> Contender for Kept<S> {
    fn decide(&mut self, run: &Run) -> u64 {
        self.reader.decide(run)
    }
}

/// Decides nothing: what the measuring itself takes, which is part of everybody's time.
pub struct Floor;

impl Contender for Floor {
    fn decide(&mut self, run: &Run) -> u64 {
        run.bits(|run, captured| black_box(captured) <= run.released)
    }
}
