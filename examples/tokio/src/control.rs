//! The meeting on a thread of its own, as what widens waits for the ledger's disk, and no executor's thread may.

use std::thread::{self, JoinHandle};

use framegate::Meeting;
use tokio::sync::{mpsc, oneshot};

type Call = Box<dyn FnOnce(&mut Meeting) + Send>;

/// Asks the thread that has the meeting.
#[derive(Clone)]
pub struct Control(mpsc::UnboundedSender<Call>);

impl Control {
    /// Gives a meeting to a thread, which drops it once nobody can ask any more.
    pub fn of(mut meeting: Meeting) -> (Self, JoinHandle<()>) {
        let (sender, mut calls) = mpsc::unbounded_channel::<Call>();
        let thread = thread::spawn(move || {
            while let Some(call) = calls.blocking_recv() {
                call(&mut meeting);
            }
        });
        (Self(sender), thread)
    }

    /// Returns what a call on the meeting returned, however long it waited; none if the thread is gone.
    pub async fn call<R: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Meeting) -> R + Send + 'static,
    ) -> Option<R> {
        let (answer, answered) = oneshot::channel();
        let call = Box::new(move |meeting: &mut Meeting| {
            let _ = answer.send(call(meeting));
        });
        self.0.send(call).ok()?;
        answered.await.ok()
    }
}
