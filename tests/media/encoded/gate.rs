//! Frames through a tap, while somebody changes their mind.

use std::time::Duration;

use framegate::{
    Authority, Cleared, Contributors, Frame, Kind, Kinds, Meeting, OutletOptions, Purposes, Scope,
    StreamOptions, Tap, Time, Verdict, format::Format,
};

use crate::common::{self, agree, meeting};

/// By which call.
#[derive(Clone, Copy, Debug)]
pub enum Door {
    Admit,
    Into,
    InPlace,
}

pub const DOORS: [Door; 3] = [Door::Admit, Door::Into, Door::InPlace];

/// A frame as it is sent: its bytes, when it was captured, and what the client says of it.
pub struct Sent<'a> {
    pub bytes: &'a [u8],
    pub captured: Time,
    pub keyframe: Option<bool>,
}

/// What became of a frame, and what the outlet received of it.
pub struct Gated {
    pub verdict: Verdict,
    pub bytes: Option<Vec<u8>>,
    pub wants_keyframe: bool,
    pub can_blank: Option<bool>,
}

/// One person's stream into an outlet, which blanks or drops.
pub fn tap(meeting: &mut Meeting, stream: StreamOptions, blanks: bool) -> Tap {
    let stream = meeting.open_stream(stream).unwrap();
    let kinds = if blanks { Kinds::all() } else { Kinds::empty() };
    let outlet = OutletOptions::new("outlet", Purposes::RECORD).blank(kinds);
    let outlet = meeting.open_outlet(outlet).unwrap();
    meeting.tap(stream, outlet).unwrap()
}

/// Sends a stream whose owner changes their mind just before each of these frames; at first they do not agree.
pub fn gate(
    kind: Kind,
    format: Format,
    frames: &[Sent<'_>],
    changes: &[bool],
    blanks: bool,
    door: Door,
) -> Vec<Gated> {
    gate_with(None, kind, format, frames, changes, blanks, door)
}

/// The same of a stream with a decoder configuration.
pub fn gate_with(
    config: Option<&[u8]>,
    kind: Kind,
    format: Format,
    frames: &[Sent<'_>],
    changes: &[bool],
    blanks: bool,
    door: Door,
) -> Vec<Gated> {
    let (mut meeting, notice, [who]) = meeting();
    let mut stream = StreamOptions::owned(who, kind, format);
    if let Some(config) = config {
        stream = stream.decoder_config(config);
    }
    let mut tap = tap(&mut meeting, stream, blanks);
    let mut agrees = false;
    let mut gated = Vec::new();
    for (frame, changes) in frames.iter().zip(changes) {
        let now = frame.captured;
        if *changes {
            agrees = !agrees;
            if agrees {
                agree(&mut meeting, notice, who, common::SCOPE, now);
            } else {
                let scope = Scope::new(Kinds::all(), Purposes::RECORD);
                let _ = meeting
                    .withdraw(Authority::Participant, who, scope, now)
                    .unwrap();
            }
        }
        gated.push(send(&mut tap, Contributors::Owner, frame, now, door));
    }
    gated
}

/// Whether a keyframe is asked for, however lately one was.
pub fn wants_keyframe(tap: &mut Tap) -> bool {
    tap.keyframe_request(Time::START, Duration::ZERO)
}

/// Sends one frame.
pub fn send(
    tap: &mut Tap,
    contributors: Contributors<'_>,
    sent: &Sent<'_>,
    now: Time,
    door: Door,
) -> Gated {
    let mut frame = Frame::new(sent.captured, contributors);
    if let Some(keyframe) = sent.keyframe {
        frame = frame.keyframe(keyframe);
    }
    let received = |cleared: Cleared<'_>| cleared.bytes().unwrap().to_vec();
    let mut buffer = sent.bytes.to_vec();
    let admission = match door {
        Door::Admit => tap.admit(&frame, sent.bytes.into(), now, received),
        Door::Into => {
            buffer.fill(0xAA);
            let into = buffer[..].as_mut().into();
            tap.admit_into(&frame, sent.bytes.into(), into, now, received)
        }
        Door::InPlace => tap.admit_in_place(&frame, buffer[..].as_mut().into(), now, received),
    };
    let verdict = admission.verdict();
    if !matches!(door, Door::Admit) {
        // Of what is withheld nothing is left.
        let left = if verdict.is_released() {
            sent.bytes.to_vec()
        } else {
            vec![0; buffer.len()]
        };
        assert_eq!(buffer, left);
    }
    let can_blank = tap.can_blank();
    let is_blanked = matches!(verdict, Verdict::Blanked(_));
    assert!(
        !is_blanked || can_blank == Some(true),
        "{verdict} {can_blank:?}"
    );
    Gated {
        verdict,
        bytes: admission.output,
        wants_keyframe: wants_keyframe(tap),
        can_blank,
    }
}
