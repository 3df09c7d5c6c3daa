//! Runs one function of the hot half so many times, or tells the names of them all: `hot [NAME COUNT]`.
//!
//! Each is a symbol of its own and never inlined, so that its instructions can be read and counted.
//!
//! `hot room PEOPLE COUNT` does each act of the control half so many times in a room of so many, and tells their names.

#[path = "../../../benches/rooms/src/acts.rs"]
#[allow(dead_code, reason = "not all of it is counted")]
mod acts;
mod doing;
#[path = "../../../benches/gate/frames.rs"]
mod frames;
mod functions;
#[path = "../../../benches/rooms/src/library.rs"]
mod library;
mod pictures;
#[path = "../../../benches/rooms/src/room.rs"]
#[allow(dead_code, reason = "not all of it is counted")]
mod room;

use std::{env, hint::black_box, process::ExitCode, time::Duration};

use PixelFormat::{I420, Nv12, Rgba};
use framegate::{
    Area, Authority, Contributors, Digest, Frame, Grant, Group, JoinOptions, Kind, Kinds, Meeting,
    MeetingOptions, Method, Notice, OutletOptions, Participant, Payload, Purposes, Region, Scope,
    StreamOptions, Tap, Time, Verdict,
    format::{Field, Format, PixelFormat, Samples, Schema},
    receive::{CaptureClock, SenderClock, SourceMap},
};
use functions::{
    hot_admit, hot_admit_frame, hot_batch, hot_decide, hot_decide_group, hot_decide_list,
    hot_decide_many, hot_in_place, hot_into, hot_received, own,
};

const NAMES: [&str; 30] = [
    "decide",
    "decide_list",
    "decide_group",
    "decide_many",
    "decide_exactly",
    "admit",
    "admit_list",
    "admit_group",
    "admit_exactly",
    "drop",
    "batch",
    "record",
    "admit_opus",
    "admit_vp8",
    "admit_h264",
    "admit_h264_of_many",
    "blank_pcm",
    "blank_i420",
    "blank_nv12",
    "blank_rgba",
    "blank_text",
    "blank_json",
    "redact_channel",
    "redact_rectangle",
    "redact_rectangle_nv12",
    "redact_span",
    "redact_json",
    "copy_channel",
    "copy_rectangle",
    "received",
];

const LISTED: usize = 15;
const GROUPED: usize = 1000;
const BATCH: usize = 64;

/// A minute after everybody agreed.
const NOW: Time = Time::from_millis(60_000);

struct House {
    meeting: Meeting,
    notice: Digest,
    /// All agree but the last.
    people: Vec<Participant>,
}

impl House {
    fn open() -> Self {
        let mut meeting =
            Meeting::open(MeetingOptions::new("hot", GROUPED + 1)).expect("a meeting");
        let notice = Notice {
            digest: Digest::of("We record."),
            version: "1".into(),
            language: "en".into(),
            controller: "Example Conferencing".into(),
            scope: Scope::ALL,
        };
        let notice = meeting.show(notice).expect("a notice");
        let join = |at: usize| meeting.join(JoinOptions::adult(&at.to_string()), Time::START);
        let people = (0..=GROUPED).map(join).collect::<Result<_, _>>();
        let mut house = Self {
            meeting,
            notice,
            people: people.expect("everybody"),
        };
        for at in 0..GROUPED {
            house.agree(at, Time::START);
        }
        house
    }

    fn agree(&mut self, at: usize, now: Time) {
        let scope = Scope::new(Kinds::all(), Purposes::RECORD);
        let grant = Grant::new(self.notice, scope, Method::Clicked);
        let who = self.people[at];
        let agreed = self.meeting.grant(Authority::Participant, who, &grant, now);
        agreed.expect("a grant");
    }

    /// Just now, so that one load cannot tell.
    fn agree_anew(&mut self) {
        let by = Authority::Participant;
        let _ = self
            .meeting
            .withdraw(by, self.people[0], Scope::ALL, NOW)
            .unwrap();
        self.agree(0, NOW);
    }

    /// Whoever agrees, and whoever does not.
    fn owner(&self, agrees: bool) -> Participant {
        self.people[if agrees { 0 } else { GROUPED }]
    }

    fn tap(&mut self, stream: StreamOptions) -> Tap {
        let stream = self.meeting.open_stream(stream).expect("a stream");
        let outlet = OutletOptions::new("recorder", Purposes::RECORD).blank(Kinds::all());
        let outlet = self.meeting.open_outlet(outlet).expect("an outlet");
        self.meeting.tap(stream, outlet).expect("a tap")
    }

    fn audio(&mut self, agrees: bool) -> Tap {
        let stream = StreamOptions::owned(
            self.owner(agrees),
            Kind::Audio,
            Format::pcm(Samples::S16, 2),
        );
        self.tap(stream)
    }

    fn video(&mut self, agrees: bool, pixels: PixelFormat) -> Tap {
        let format = pictures::format(pixels);
        self.tap(StreamOptions::owned(
            self.owner(agrees),
            Kind::Video,
            format,
        ))
    }

    fn chat(&mut self, agrees: bool) -> Tap {
        self.tap(StreamOptions::owned(
            self.owner(agrees),
            Kind::Chat,
            Format::UTF8,
        ))
    }

    fn poll(&mut self, agrees: bool) -> Tap {
        let stream = StreamOptions::owned(self.owner(agrees), Kind::Poll, Format::JSON);
        self.tap(stream.structural_keys(["choice", "time"]))
    }

    fn mix(&mut self) -> Tap {
        self.tap(StreamOptions::mix(Kind::Audio, Format::OPAQUE))
    }

    fn encoded(&mut self, agrees: bool) -> Tap {
        self.tap(StreamOptions::owned(
            self.owner(agrees),
            Kind::Audio,
            Format::OPAQUE,
        ))
    }

    /// Of a stream that goes on.
    fn coded(&mut self, format: Format, keyframe: &[u8]) -> Tap {
        // Which fits sound and pictures.
        let mut tap = self.tap(StreamOptions::owned(self.owner(true), Kind::File, format));
        let first = tap.admit(&own(NOW), Payload::Bytes(keyframe), NOW, |_| ());
        assert_eq!(first.verdict(), Verdict::Whole);
        tap
    }

    fn records(&mut self) -> Tap {
        let fields = ["lost", "late"].map(|name| Field {
            name: name.into(),
            unit: "packets".into(),
            range: 0..=1,
        });
        let schema = Schema::new(fields.into(), u32::MAX).expect("a schema");
        self.tap(StreamOptions::records(
            self.owner(true),
            Kind::Telemetry,
            schema,
        ))
    }

    fn group(&mut self) -> Group {
        let group = self.meeting.group(&self.people[..GROUPED]);
        group.expect("a group")
    }

    /// What is to be done so many times, once.
    fn once(&mut self, name: &str) -> Option<Once> {
        let opus = [0; 80];
        let region = |area| [Region::new(self.people[GROUPED], area)];
        let channel = region(Area::Channel(1));
        let rectangle = region(Area::Rectangle {
            x: 160,
            y: 90,
            width: 320,
            height: 180,
        });
        let span = region(Area::Span { start: 0, end: 32 });
        let list = self.people[..LISTED].to_vec();
        let frames = vec![own(NOW); BATCH];
        Some(match name {
            "decide" => {
                let mut tap = self.audio(true);
                Box::new(move || Some(hot_decide(&mut tap, NOW, NOW).verdict()))
            }
            "decide_list" => {
                let mut tap = self.mix();
                Box::new(move || Some(hot_decide_list(&mut tap, &list, NOW, NOW).verdict()))
            }
            "decide_group" => {
                let (mut tap, group) = (self.mix(), self.group());
                Box::new(move || Some(hot_decide_group(&mut tap, &group, NOW, NOW).verdict()))
            }
            "decide_many" => {
                let mut tap = self.audio(true);
                let mut tags = vec![hot_decide(&mut tap, NOW, NOW); BATCH];
                Box::new(move || {
                    hot_decide_many(&mut tap, &frames, NOW, &mut tags)
                        .map(framegate::Decision::verdict)
                })
            }
            "decide_exactly" => {
                self.agree_anew();
                let mut tap = self.audio(true);
                Box::new(move || Some(hot_decide(&mut tap, NOW, NOW).verdict()))
            }
            "admit" => {
                let mut tap = self.encoded(true);
                Box::new(move || Some(hot_admit(&mut tap, &opus, NOW, NOW).verdict()))
            }
            "admit_list" => {
                let mut tap = self.mix();
                Box::new(move || {
                    let frame = Frame::new(NOW, Contributors::Complete(&list));
                    Some(hot_admit_frame(&mut tap, &frame, &opus, NOW).verdict())
                })
            }
            "admit_group" => {
                let (mut tap, group) = (self.mix(), self.group());
                Box::new(move || {
                    let frame = Frame::new(NOW, Contributors::Group(&group));
                    Some(hot_admit_frame(&mut tap, &frame, &opus, NOW).verdict())
                })
            }
            "admit_exactly" => {
                self.agree_anew();
                let mut tap = self.encoded(true);
                Box::new(move || Some(hot_admit(&mut tap, &opus, NOW, NOW).verdict()))
            }
            "drop" => {
                let mut tap = self.encoded(false);
                Box::new(move || Some(hot_admit(&mut tap, &opus, NOW, NOW).verdict()))
            }
            "batch" => {
                let mut tap = self.encoded(true);
                Box::new(move || {
                    hot_batch(&mut tap, &frames, &opus, NOW).map(framegate::Tag::verdict)
                })
            }
            "record" => admit(self.records(), vec![0; 16]),
            "admit_opus" => admit(self.coded(Format::OPUS, &frames::opus()), frames::opus()),
            "admit_vp8" => {
                let [key, inner] = frames::vp8();
                admit(self.coded(Format::VP8, &key), inner)
            }
            "admit_h264" => {
                let [key, inner] = frames::h264();
                admit(self.coded(Format::H264, &key), inner)
            }
            "admit_h264_of_many" => {
                let [key, _] = frames::h264();
                admit(self.coded(Format::H264, &key), frames::h264_of_many())
            }
            "blank_pcm" => in_place(self.audio(false), pcm(), []),
            "blank_i420" => picture_in_place(self.video(false, I420), I420, []),
            "blank_nv12" => picture_in_place(self.video(false, Nv12), Nv12, []),
            "blank_rgba" => picture_in_place(self.video(false, Rgba), Rgba, []),
            "blank_text" => in_place(self.chat(false), text(), []),
            "blank_json" => in_place(self.poll(false), json(), []),
            "redact_channel" => in_place(self.audio(true), pcm(), channel),
            "redact_rectangle" => picture_in_place(self.video(true, I420), I420, rectangle),
            "redact_rectangle_nv12" => picture_in_place(self.video(true, Nv12), Nv12, rectangle),
            "redact_span" => in_place(self.chat(true), text(), span),
            "redact_json" => in_place(self.poll(true), json(), span),
            "copy_channel" => {
                let (mut tap, pcm) = (self.audio(true), pcm());
                let mut buffer = pcm.clone();
                Box::new(move || {
                    let frame = own(NOW).regions(&channel);
                    let (from, to) = (Payload::Bytes(&pcm), (&mut buffer[..]).into());
                    Some(hot_into(&mut tap, &frame, from, to, NOW).verdict())
                })
            }
            "copy_rectangle" => {
                let (mut tap, picture) = (self.video(true, I420), pictures::picture(I420));
                let mut buffer = picture.clone();
                Box::new(move || {
                    let frame = own(NOW).regions(&rectangle);
                    let from = pictures::payload(I420, &picture);
                    let to = pictures::payload_mut(I420, &mut buffer);
                    Some(hot_into(&mut tap, &frame, from, to, NOW).verdict())
                })
            }
            "received" => received(&self.people),
            _ => return None,
        })
    }
}

type Once = Box<dyn FnMut() -> Option<Verdict>>;

/// A packet of a mix of three, dated by two reports and by itself; one of the three changed hands while it was on its way.
fn received(people: &[Participant]) -> Once {
    let sender = SenderClock::Unrelated;
    let worst = Duration::from_millis(500);
    let mut clock = CaptureClock::new(48_000, sender, worst).expect("a clock");
    let mut sources = SourceMap::new(100);
    for (ssrc, who) in (0..90).zip(people) {
        sources.assign(ssrc, *who, Time::START).expect("room");
    }
    let other = people.first().copied().unwrap_or(Participant::UNKNOWN);
    sources.assign(7, other, NOW).expect("room");
    sources.assign_mixer(99, Time::START).expect("room");
    let mut report = vec![0x80, 200, 0, 6, 0, 0, 0, 99, 0xEE];
    report.resize(28, 7);
    let mut packet = vec![0x93, 96, 0, 1, 7, 7, 7, 9, 0, 0, 0, 99];
    packet.extend([0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0xBE, 0xDE, 0, 5, 0x3F]);
    packet.extend([0xEE, 0, 0, 0, 7, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    packet.extend([1; 60]);
    Box::new(move || {
        let captured = hot_received(&mut clock, &sources, [&report, &packet], NOW);
        captured.map(|_| Verdict::Whole)
    })
}

fn pcm() -> Vec<u8> {
    vec![1; 960 * 2 * 2]
}

fn text() -> Vec<u8> {
    "Zwölf Boxkämpfer jagen Viktor. ".repeat(128).into_bytes()
}

fn json() -> Vec<u8> {
    let vote = r#"{"choice":"Zwölf","time":60000,"by":{"name":"Eva"},"again":false}"#;
    format!("[{}]", [vote; 64].join(",")).into_bytes()
}

fn admit(mut tap: Tap, bytes: Vec<u8>) -> Once {
    Box::new(move || Some(hot_admit(&mut tap, &bytes, NOW, NOW).verdict()))
}

fn in_place<const N: usize>(mut tap: Tap, mut bytes: Vec<u8>, regions: [Region; N]) -> Once {
    Box::new(move || {
        let frame = own(NOW).regions(&regions);
        Some(hot_in_place(&mut tap, &frame, (&mut bytes[..]).into(), NOW).verdict())
    })
}

fn picture_in_place<const N: usize>(
    mut tap: Tap,
    pixels: PixelFormat,
    regions: [Region; N],
) -> Once {
    let mut bytes = pictures::picture(pixels);
    Box::new(move || {
        let frame = own(NOW).regions(&regions);
        let payload = pictures::payload_mut(pixels, &mut bytes);
        Some(hot_in_place(&mut tap, &frame, payload, NOW).verdict())
    })
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    if let [first, people, count] = &arguments[..]
        && first == "room"
        && let (Ok(people), Ok(count)) = (people.parse(), count.parse())
    {
        doing::all(people, count);
        return ExitCode::SUCCESS;
    }
    let [name, count] = &arguments[..] else {
        println!("{}", NAMES.join("\n"));
        return ExitCode::SUCCESS;
    };
    let mut house = House::open();
    let (Some(mut once), Ok(count)) = (house.once(name), count.parse::<u32>()) else {
        eprintln!("hot [NAME COUNT]");
        return ExitCode::from(2);
    };
    for _ in 0..count {
        black_box(once());
    }
    let verdict = once();
    let is_meant = match name.split('_').next() {
        Some("blank") => matches!(verdict, Some(Verdict::Blanked(_))),
        Some("drop") => matches!(verdict, Some(Verdict::Dropped(_))),
        Some("redact" | "copy") => matches!(verdict, Some(Verdict::Redacted(_))),
        _ => verdict == Some(Verdict::Whole),
    };
    if is_meant {
        ExitCode::SUCCESS
    } else {
        eprintln!("{name}: {verdict:?}");
        ExitCode::FAILURE
    }
}
