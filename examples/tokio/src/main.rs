//! An asynchronous client under tokio: `cargo run --manifest-path examples/tokio/Cargo.toml`
//!
//! Ada is recorded until she withdraws. The queue stands before the tap (`pipeline.rs`), what waits for the ledger's disk is on a thread of its own (`control.rs`),
//! and she is told once her withdrawal has settled. What happens is traced, and the taps' counters are polled, as a metrics exporter would.

mod control;
mod pipeline;

use std::{
    error::Error,
    time::{Duration, Instant},
};

use control::Control;
use framegate::{
    Authority, Digest, Grant, JoinOptions, Kind, Kinds, Meeting, MeetingOptions, Method, Notice,
    OutletOptions, Participant, Purposes, Scope, StreamOptions, Tap, Time,
    format::{Format, Samples},
    ledger::{FileStore, LedgerWriter},
};
use pipeline::{Captured, gate};
use tokio::{sync::mpsc, time};

const SCOPE: Scope = Scope::new(Kinds::AUDIO, Purposes::RECORD);

/// A meeting of Ada, who has agreed to be recorded, and her way into the recording. Waits for the ledger.
fn open(writer: LedgerWriter) -> Result<(Meeting, Participant, Tap), framegate::Error> {
    let mut meeting = Meeting::open(MeetingOptions::new("standup", 100).ledger(writer))?;
    let ada = meeting.join(JoinOptions::adult("ada"), Time::START)?;
    let notice = meeting.show(Notice {
        digest: Digest::of("We record what you say."),
        version: "1".into(),
        language: "en".into(),
        controller: "Example Ltd".into(),
        scope: SCOPE,
    })?;
    let grant = Grant::new(notice, SCOPE, Method::Clicked);
    meeting.grant(Authority::Participant, ada, &grant, Time::START)?;
    let sound = Format::pcm(Samples::S16, 1);
    let microphone = meeting.open_stream(StreamOptions::owned(ada, Kind::Audio, sound))?;
    let recorder = meeting.open_outlet(OutletOptions::new("recorder", Purposes::RECORD))?;
    let tap = meeting.tap(microphone, recorder)?;
    Ok((meeting, ada, tap))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().without_time().init();
    let folder = tempfile::tempdir()?;
    let store = FileStore::create(&folder.path().join("ledger.jsonl"))?;
    let opened = tokio::task::spawn_blocking(|| open(LedgerWriter::new(Box::new(store))));
    let (meeting, ada, tap) = opened.await??;
    let withdrawals = meeting.withdrawals();
    let (control, thread) = Control::of(meeting);
    let start = Instant::now();
    let now = move || Time::from_micros(i64::try_from(start.elapsed().as_micros()).unwrap_or(-1));

    // The recording, behind the gate.
    let (microphone, queue) = mpsc::channel(64);
    let recorder = tokio::spawn(async move {
        let mut recording = Vec::new();
        let tap = gate(tap, queue, now, |samples| {
            recording.extend_from_slice(samples)
        })
        .await;
        (tap, recording)
    });
    // The microphone, before it: 20 ms at a time.
    let captures = tokio::spawn(async move {
        let mut every = time::interval(Duration::from_millis(20));
        for _ in 0..50 {
            let at = now();
            every.tick().await;
            let samples = vec![0; 640];
            if microphone.send(Captured { at, samples }).await.is_err() {
                return;
            }
        }
    });
    // What an exporter of metrics would ask for.
    let polled = control.clone();
    let metrics = tokio::spawn(async move {
        let mut every = time::interval(Duration::from_millis(250));
        loop {
            every.tick().await;
            let counters = polled.call(|meeting| meeting.counters().collect::<Vec<_>>());
            let Some(counters) = counters.await else {
                return;
            };
            for (stream, outlet, counters) in counters {
                println!("frames of {stream:?} into {outlet:?}: {counters:?}");
            }
        }
    });

    time::sleep(Duration::from_millis(500)).await;
    // In force as it returns; it waits for nobody.
    let settling = withdrawals.withdraw(Authority::Participant, ada, SCOPE, now())?;
    match time::timeout(Duration::from_secs(5), settling.settled(time::sleep)).await {
        Ok(()) => println!("Ada, you are not recorded any more."),
        Err(_) => println!("Ada, your withdrawal is in force, and not yet confirmed."),
    }

    captures.await?;
    let (tap, recording) = recorder.await?;
    let counters = tap.counters();
    println!(
        "{} bytes of {} frames were recorded, {} frames were not",
        recording.len(),
        counters.whole,
        counters.dropped
    );
    metrics.abort();
    let ended = control
        .call(Meeting::end)
        .await
        .ok_or("the meeting is gone")?;
    ended.settled(time::sleep).await;
    let _ = metrics.await;
    drop(control);
    tokio::task::spawn_blocking(|| thread.join())
        .await?
        .map_err(|_| "the meeting's thread panicked")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use framegate::{Contributors, Frame};

    const FRAMES: usize = 50;

    fn at(index: usize) -> Time {
        Time::from_millis(20 * i64::try_from(index).unwrap())
    }

    fn captured(index: usize) -> Captured {
        Captured {
            at: at(index),
            samples: vec![1; 640],
        }
    }

    /// Withdraws, and waits until that has settled.
    async fn withdraw(meeting: &mut Meeting, ada: Participant) {
        let settling = meeting.withdraw(Authority::Participant, ada, SCOPE, at(FRAMES));
        let settled = time::timeout(Duration::from_secs(60), async {
            settling.unwrap().settled(time::sleep).await;
        });
        settled.await.unwrap();
    }

    #[tokio::test]
    async fn what_waits_before_the_gate_is_withheld_once_somebody_has_withdrawn() {
        let (mut meeting, ada, tap) = open(LedgerWriter::default()).unwrap();
        let (microphone, queue) = mpsc::channel(FRAMES);
        for index in 0..FRAMES {
            microphone.try_send(captured(index)).unwrap();
        }
        drop(microphone);
        withdraw(&mut meeting, ada).await;
        let mut recording = Vec::new();
        let tap = gate(
            tap,
            queue,
            || at(FRAMES),
            |samples| recording.extend_from_slice(samples),
        )
        .await;
        assert_eq!(recording.len(), 0);
        assert_eq!(tap.counters().dropped, FRAMES as u64);

        // The control: without a withdrawal all of it arrives.
        let (_meeting, _, tap) = open(LedgerWriter::default()).unwrap();
        let (microphone, queue) = mpsc::channel(FRAMES);
        for index in 0..FRAMES {
            microphone.try_send(captured(index)).unwrap();
        }
        drop(microphone);
        gate(
            tap,
            queue,
            || at(FRAMES),
            |samples| recording.extend_from_slice(samples),
        )
        .await;
        assert_eq!(recording.len(), 640 * FRAMES);
    }

    /// How it must not be done: what was handed to the queue is released, and the withdrawal settles without it.
    #[tokio::test]
    async fn a_queue_behind_the_gate_keeps_what_no_withdrawal_reaches() {
        let (mut meeting, ada, mut tap) = open(LedgerWriter::default()).unwrap();
        let (behind, mut queue) = mpsc::channel::<Vec<u8>>(FRAMES);
        for index in 0..FRAMES {
            let Captured { at, samples } = captured(index);
            let frame = Frame::new(at, Contributors::Owner);
            let admission = tap.admit(&frame, samples[..].into(), at, |cleared| {
                behind.try_send(cleared.bytes().unwrap().to_vec()).unwrap();
            });
            assert!(admission.verdict().is_released());
        }
        drop(behind);
        withdraw(&mut meeting, ada).await;
        // Ada was told, and her voice is still on its way.
        let mut after = 0;
        while let Some(samples) = queue.recv().await {
            after += samples.len();
        }
        assert_eq!(after, 640 * FRAMES);
    }

    #[tokio::test]
    async fn what_waits_for_the_ledger_does_so_on_the_meetings_own_thread() {
        let (meeting, ada, _tap) = open(LedgerWriter::default()).unwrap();
        let (control, thread) = Control::of(meeting);
        let consents = control.call(move |meeting| meeting.consents(ada)).await;
        assert_eq!(consents.unwrap().unwrap().len(), 1);
        let caller = std::thread::current().id();
        let own = control.call(|_| std::thread::current().id()).await;
        assert_ne!(own, Some(caller));
        drop(control);
        tokio::task::spawn_blocking(|| thread.join().unwrap())
            .await
            .unwrap();
    }
}
