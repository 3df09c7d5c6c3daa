//! Encoded frames of any form through a tap, while their owner changes their mind.
//!
//! Where a stream goes on after a frame was withheld is told here once more, as plainly as it can be: the gate may be stricter, never wider.

use std::time::Duration;

use framegate::{
    Authority, Cleared, Contributors, Digest, Error, Frame, Grant, JoinOptions, Kind, Kinds,
    Meeting, MeetingOptions, Method, Notice, OutletOptions, Purposes, Reason, Scope, StreamOptions,
    Tap, Time, Verdict, format::Format,
};

const FORMATS: [Format; 8] = [
    Format::OPUS,
    Format::OPUS_RED,
    Format::opus_multistream(3),
    Format::H264,
    Format::HEVC,
    Format::VP8,
    Format::VP9,
    Format::AV1,
];
/// The format from this number on is AAC.
const AAC: u8 = 0x80;
/// Of longer streams it would make fewer.
const MOST_FRAMES: usize = 32;
const SCOPE: Scope = Scope::new(Kinds::FILE, Purposes::RECORD);

/// The frames that the bytes make up: the format, from its number of formats on with a decoder configuration behind its length in two bytes, as is AAC of an odd number;
/// and of each frame
/// what happens, its length in two bytes, and itself. What became of each.
pub fn check(bytes: &[u8]) -> Vec<Verdict> {
    let mut seen = Vec::new();
    let Some((format, mut rest)) = bytes.split_first() else {
        return seen;
    };
    let (format, has_config) = if *format >= AAC {
        (Format::AAC, format % 2 == 1)
    } else {
        let number = usize::from(*format);
        (FORMATS[number % FORMATS.len()], number >= FORMATS.len())
    };
    let mut config = None;
    if has_config {
        let Some(found) = behind_its_length(&mut rest) else {
            return seen;
        };
        config = Some(found);
    }
    let Some(mut sender) = Sender::new(format, config) else {
        return seen;
    };
    for _ in 0..MOST_FRAMES {
        let Some(happens) = rest.split_off_first() else {
            break;
        };
        let Some(frame) = behind_its_length(&mut rest) else {
            break;
        };
        seen.push(sender.send(*happens, frame));
    }
    seen
}

/// As many bytes as the two before them say, or all.
fn behind_its_length<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk()?;
    let length = usize::from(u16::from_le_bytes(*length)).min(after.len());
    let found;
    (found, *rest) = after.split_at(length);
    Some(found)
}

struct Sender<'c> {
    format: Format,
    config: Option<&'c [u8]>,
    meeting: Meeting,
    notice: Digest,
    who: framegate::Participant,
    tap: Tap,
    /// Of an outlet to which blank frames are sent, to see whether they are frames.
    sink: Tap,
    millis: i64,
    agrees: bool,
    /// Whether the last frame was released.
    goes_on: bool,
}

impl<'c> Sender<'c> {
    /// None if the stream cannot be opened with the configuration.
    fn new(format: Format, config: Option<&'c [u8]>) -> Option<Self> {
        let mut meeting = Meeting::open(MeetingOptions::new("encoded", 2)).unwrap();
        let notice = meeting.show(Notice {
            digest: Digest::of("everything"),
            version: "1".into(),
            language: "en".into(),
            controller: "Example Conferencing".into(),
            scope: Scope::ALL,
        });
        let notice = notice.unwrap();
        let mut tap = |id| {
            let who = meeting.join(JoinOptions::adult(id), Time::START).unwrap();
            let mut stream = StreamOptions::owned(who, Kind::File, format);
            if let Some(config) = config {
                stream = stream.decoder_config(config);
            }
            let stream = match meeting.open_stream(stream) {
                Err(Error::Format) if config.is_some() => return None,
                stream => stream.unwrap(),
            };
            let outlet = OutletOptions::new(id, Purposes::RECORD).blank(Kinds::all());
            let outlet = meeting.open_outlet(outlet).unwrap();
            Some((who, meeting.tap(stream, outlet).unwrap()))
        };
        let (who, tap, (other, sink)) = {
            let (who, first) = tap("ana")?;
            (who, first, tap("ben")?)
        };
        let grant = Grant::new(notice, SCOPE, Method::Typed);
        let by = Authority::Participant;
        meeting.grant(by, other, &grant, Time::START).unwrap();
        Some(Self {
            format,
            config,
            meeting,
            notice,
            who,
            tap,
            sink,
            millis: 5000,
            agrees: false,
            goes_on: false,
        })
    }

    fn send(&mut self, happens: u8, bytes: &[u8]) -> Verdict {
        self.millis += 20;
        let now = Time::from_millis(self.millis);
        if happens & 1 != 0 {
            self.agrees = !self.agrees;
            let by = Authority::Participant;
            if self.agrees {
                let grant = Grant::new(self.notice, SCOPE, Method::Typed);
                self.meeting.grant(by, self.who, &grant, now).unwrap();
            } else {
                let _ = self.meeting.withdraw(by, self.who, SCOPE, now).unwrap();
            }
        }
        let mut frame = Frame::new(now, Contributors::Owner);
        if happens & 2 != 0 {
            frame = frame.keyframe(happens & 4 != 0);
        }
        let mut buffer = bytes.to_vec();
        let received = |cleared: Cleared<'_>| cleared.bytes().unwrap().to_vec();
        let in_place = happens & 8 != 0;
        let before = self.tap.counters();
        let admission = if in_place {
            let buffer = buffer[..].as_mut().into();
            self.tap.admit_in_place(&frame, buffer, now, received)
        } else {
            self.tap.admit(&frame, bytes.into(), now, received)
        };
        let verdict = admission.verdict();
        if bytes.is_empty() {
            // No frame, as if it had not been sent.
            assert!(admission.output.is_none() && !verdict.is_released());
            assert_eq!(self.tap.counters(), before);
            // But a mind that changed meanwhile may have changed twice by the next.
            self.goes_on &= happens & 1 == 0;
            return verdict;
        }
        let is_sound = matches!(self.format, Format::OPUS | Format::OPUS_RED | Format::AAC)
            || self.format == Format::opus_multistream(3);
        if verdict.is_released() {
            assert!(self.agrees && verdict == Verdict::Whole);
            assert_eq!(admission.output.as_deref(), Some(bytes));
            let may_start = happens & 6 != 2 && may_start(self.format, self.config, bytes);
            assert!(is_sound || self.goes_on || may_start, "went on");
        } else {
            assert!(!in_place || buffer.iter().all(|byte| *byte == 0));
            if let Some(blank) = &admission.output {
                assert!(matches!(verdict, Verdict::Blanked(_)));
                let whole = self
                    .sink
                    .admit(&frame_of(now), blank[..].into(), now, |_| ());
                assert_eq!(whole.verdict(), Verdict::Whole);
            }
        }
        // What only leads a picture is withheld for itself alone.
        let alone = self.goes_on && verdict == Verdict::Dropped(Reason::AwaitsKeyframe);
        assert!(!alone || self.format == Format::HEVC);
        self.goes_on = verdict.is_released() || alone;
        assert!(!self.tap.keyframe_request(now, Duration::ZERO) || self.agrees && !is_sound);
        let counters = self.tap.counters();
        let treated = [
            counters.whole,
            counters.redacted,
            counters.blanked,
            counters.dropped,
        ];
        assert_eq!(counters.seen, treated.iter().sum::<u64>());
        verdict
    }
}

fn frame_of(now: Time) -> Frame<'static> {
    Frame::new(now, Contributors::Owner)
}

/// Whether a stream can go on from a frame, looked at from afar.
fn may_start(format: Format, config: Option<&[u8]>, bytes: &[u8]) -> bool {
    let has_units = |kinds: &[&[u8]], kind: fn(u8) -> u8| {
        let headers: Vec<_> = if let Some(config) = config {
            // Behind lengths a unit may begin anywhere, and the configuration has any sets.
            [config, bytes].concat()
        } else {
            let codes = bytes.windows(4).filter(|bytes| bytes[..3] == [0, 0, 1]);
            codes.map(|bytes| bytes[3]).collect()
        };
        let found: Vec<_> = headers.into_iter().map(kind).collect();
        let has = |kinds: &&[u8]| kinds.iter().any(|kind| found.contains(kind));
        kinds.iter().all(has)
    };
    let has_at = |at: usize, code: &[u8]| {
        let rest = bytes.get(at..);
        rest.is_some_and(|rest| rest.starts_with(code))
    };
    match format {
        Format::H264 => has_units(&[&[7], &[8], &[5]], |first| first & 0x1F),
        Format::HEVC => {
            let kinds: [&[u8]; 4] = [&[32], &[33], &[34], &[16, 17, 18, 19, 20]];
            has_units(&kinds, |first| first >> 1 & 0x3F)
        }
        Format::VP8 => bytes[0] & 1 == 0 && has_at(3, &[0x9D, 0x01, 0x2A]),
        // Of the last profile what follows is shifted by a bit.
        Format::VP9 => {
            bytes[0] & 0x30 == 0x30 || bytes[0] & 4 == 0 && has_at(1, &[0x49, 0x83, 0x42])
        }
        // A sequence header somewhere.
        Format::AV1 => bytes.iter().any(|byte| byte >> 3 & 0xF == 1),
        _ => true,
    }
}
