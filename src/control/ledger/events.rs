//! Tells a caller, and whoever traces, each line that the store has taken.

use alloc::{boxed::Box, vec::Vec};

use super::{caught::caught, entry::Line};

/// Is called with each line.
pub(super) type Listener = Box<dyn FnMut(&Line) + Send>;

/// Who is told of what the store takes.
pub(crate) struct Events(Option<Listener>);

impl Events {
    pub(super) fn to(listener: Option<Listener>) -> Self {
        Self(listener)
    }

    /// Whether there is anybody.
    pub(super) fn are_wanted(&self) -> bool {
        self.0.is_some() || cfg!(feature = "tracing")
    }

    /// Tells of lines, one after the other. A listener that panics has been told.
    pub(crate) fn tell(&mut self, untold: &Untold) {
        #[cfg(feature = "tracing")]
        for fault in &untold.faults {
            tracing::warn!(target: "framegate", ?fault, "did not take a line, or sign");
        }
        for line in untold.lines.split(|byte| *byte == b'\n') {
            if let Ok(line) = serde_json::from_slice::<Line>(line) {
                #[cfg(feature = "tracing")]
                trace(&line);
                if let Some(listener) = &mut self.0 {
                    let _: Result<(), ()> = caught(|| {
                        listener(&line);
                        Ok(())
                    });
                }
            }
        }
    }
}

/// What happened, its number and its time: nothing that says whom it is about, or to what they agreed.
#[cfg(feature = "tracing")]
fn trace(line: &Line) {
    let (entry, n, at) = (line.entry.name(), line.n, line.at.as_micros());
    tracing::info!(target: "framegate", entry, n, at, "entered");
}

/// What is to be told, as long as somebody wants it.
pub(crate) struct Untold {
    is_wanted: bool,
    lines: Vec<u8>,
    faults: Vec<Fault>,
}

/// What a caller provides and that failed. Its own words stay out, since they may be anything.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Store,
    Signer,
}

impl Untold {
    pub(super) fn new(is_wanted: bool) -> Self {
        Self {
            is_wanted,
            lines: Vec::new(),
            faults: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, lines: &[u8]) {
        if self.is_wanted {
            self.lines.extend_from_slice(lines);
        }
    }

    pub(crate) fn fail(&mut self, fault: Fault) {
        if self.is_wanted {
            self.faults.push(fault);
        }
    }

    /// Takes over what another has.
    pub(crate) fn append(&mut self, other: &mut Self) {
        self.lines.append(&mut other.lines);
        self.faults.append(&mut other.faults);
    }

    pub(crate) fn take(&mut self) -> Self {
        core::mem::replace(self, Self::new(self.is_wanted))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.faults.is_empty()
    }
}
