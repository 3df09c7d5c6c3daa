//! From the microphone to the recording: the queue stands before the gate, and the recording is written within the release.

use framegate::{Contributors, Frame, Tap, Time};
use tokio::sync::mpsc;

/// Samples as they were captured.
pub struct Captured {
    pub at: Time,
    pub samples: Vec<u8>,
}

/// Takes frames from a queue and gates each as it leaves it, until there are no more. Returns the tap, with its counters.
///
/// A withdrawal reaches whatever still waits in the queue. `sink` is called within the release: what it writes is written before the withdrawal settles,
/// and whatever it only queues would be behind the gate, where no withdrawal reaches it.
pub async fn gate(
    mut tap: Tap,
    mut queue: mpsc::Receiver<Captured>,
    now: impl Fn() -> Time,
    mut sink: impl FnMut(&[u8]),
) -> Tap {
    while let Some(Captured { at, samples }) = queue.recv().await {
        let frame = Frame::new(at, Contributors::Owner);
        let _ = tap.admit(&frame, samples[..].into(), now(), |cleared| {
            sink(cleared.bytes().unwrap_or_default());
        });
    }
    tap
}
