//! The example `meeting` over encoded recordings in Ogg, `WebM`, Matroska, MP4 and IVF, with `FFmpeg` as judge: made by it, read by it, decoded by it.

mod recordings;

use std::{
    collections::BTreeMap,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::{Value, json};

use recordings::{RECORDINGS, Recording, ivf_frames, judge, make, packets};

use crate::common::{
    judges::needs,
    program::{Folder as Files, gate, program, read_folder, succeeded},
    tools::{Folder, run, standup, words},
};

/// When their owner agrees, in milliseconds.
const AGREED: [Range<u64>; 3] = [500..3300, 5500..9100, 10_900..11_500];

struct Gated {
    folder: Folder,
    results: Files,
}

/// All of them gated once, into an outlet that blanks and one that drops.
static GATED: LazyLock<Gated> = LazyLock::new(|| {
    let folder = Folder::new();
    let [input, out] = ["in", "out"].map(|name| folder.path(name));
    fs::create_dir(&input).unwrap();
    for recording in &RECORDINGS {
        make(recording, &input);
    }
    fs::write(input.join("meeting.json"), meeting().to_string()).unwrap();
    let secret = folder.file("secret", "ab".repeat(32).as_bytes());
    let gated = program()
        .args(["--input".as_ref(), &*input, "--out".as_ref(), &*out])
        .args(["--seal".as_ref(), &*secret])
        .output();
    succeeded(&gated.unwrap());
    let results = read_folder(&out);
    Gated { folder, results }
});

fn meeting() -> Value {
    let streams = RECORDINGS.iter().map(|recording| {
        let kind = if recording.is_sound() { "audio" } else { "video" };
        json!({"name": recording.name, "kind": kind, "file": recording.file, "codec": recording.codec, "owner": "ann"})
    });
    let opened = RECORDINGS
        .iter()
        .map(|recording| json!({"at": 0, "event": "open", "stream": recording.name}));
    let changes = AGREED.into_iter().flat_map(|Range { start, end }| {
        [
            json!({"at": start, "event": "grant", "who": "ann", "notice": "it", "kinds": "all", "purposes": ["RECORD"], "method": "clicked"}),
            json!({"at": end, "event": "withdraw", "who": "ann"}),
        ]
    });
    let joined = [json!({"at": 0, "event": "join", "who": "ann"})];
    json!({
        "meeting": "encoded",
        "people": ["ann"],
        "notices": [{
            "id": "it", "version": "1", "language": "en", "controller": "Example Conferencing",
            "text": "We record you.", "kinds": "all", "purposes": ["RECORD"],
        }],
        "outlets": [
            {"name": "keeper", "purposes": ["RECORD"], "blank": "all"},
            {"name": "shop", "purposes": ["RECORD"]},
        ],
        "streams": streams.collect::<Vec<_>>(),
        "timeline": joined.into_iter().chain(opened).chain(changes).collect::<Vec<_>>(),
    })
}

/// What is to become of each packet: whole, or why not.
fn expected(recording: &Recording) -> Vec<Option<&'static str>> {
    let path = source(recording);
    let mut goes_on = false;
    let packets = packets(&path, recording.is_sound()).into_iter();
    let reasons = packets.map(|(times, is_key)| {
        let held = AGREED
            .iter()
            .any(|agreed| agreed.start <= times.start && times.end < agreed.end);
        let now = AGREED.iter().any(|agreed| agreed.contains(&times.end));
        goes_on = held && (goes_on || is_key);
        match (held, now) {
            (true, _) if goes_on => None,
            (true, _) => Some("awaits keyframe"),
            (false, true) => Some("captured earlier"),
            (false, false) if times.end < AGREED[0].start => Some("not granted"),
            (false, false) => Some("withdrawn"),
        }
    });
    reasons.collect()
}

/// What tags.jsonl says of a recording and an outlet: each verdict, and why.
fn verdicts(results: &Files, recording: &Recording, outlet: &str) -> Vec<(String, Option<String>)> {
    let lines = str::from_utf8(&results["tags.jsonl"]).unwrap().lines();
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let own = lines.filter(|line| line["stream"] == recording.name && line["outlet"] == outlet);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    own.map(|line| (text(&line["verdict"]).unwrap(), text(&line["reason"])))
        .collect()
}

fn source(recording: &Recording) -> PathBuf {
    GATED.folder.path("in").join(recording.file)
}

fn copy(recording: &Recording, outlet: &str) -> PathBuf {
    GATED.folder.path("out").join(outlet).join(recording.copy)
}

fn said(recording: &Recording, outlet: &str) -> Vec<String> {
    let said = verdicts(&GATED.results, recording, outlet).into_iter();
    said.map(|(verdict, _)| verdict).collect()
}

#[test]
fn each_frame_becomes_what_consent_and_keyframes_make_of_it() {
    needs!("ffmpeg", "ffprobe");
    for recording in &RECORDINGS {
        let expected = expected(recording);
        assert!(expected.contains(&None) && expected.len() >= 60);
        for (outlet, withheld) in [("keeper", "blanked"), ("shop", "dropped")] {
            let expected = expected.iter().map(|reason| match reason {
                None => ("whole".to_owned(), None),
                Some(reason) => (withheld.to_owned(), Some((*reason).to_owned())),
            });
            let said = verdicts(&GATED.results, recording, outlet);
            let expected: Vec<_> = expected.collect();
            assert_eq!(said, expected, "{} in {outlet}", recording.name);
        }
    }
}

#[test]
fn what_is_released_decodes_as_it_was_and_what_is_withheld_is_black_or_silent_or_missing() {
    needs!("ffmpeg", "ffprobe");
    for recording in &RECORDINGS {
        for outlet in ["keeper", "shop"] {
            let judged = judge(
                recording,
                &source(recording),
                &copy(recording, outlet),
                &said(recording, outlet),
            );
            judged.unwrap_or_else(|error| panic!("{} in {outlet}: {error}", recording.name));
        }
    }
}

#[test]
fn control_a_planted_leak_is_seen_and_heard() {
    needs!("ffmpeg", "ffprobe");
    let folder = Folder::new();
    for recording in &RECORDINGS {
        let path = copy(recording, "keeper");
        let file = fs::read(&path).unwrap();
        let verdicts = said(recording, "keeper");
        let leak = if recording.is_sound() {
            // All of it, in an Ogg of the same name.
            let from = source(recording);
            let to = folder.path("all.ogg");
            run(
                "ffmpeg",
                words("-v error -y -i {} -c copy {}", &[&from, &to]),
            );
            fs::read(to).unwrap()
        } else {
            // The first blank picture after some that were released is the keyframe that these began with.
            let is_whole = |verdict: &String| verdict == "whole";
            let at = verdicts.iter().position(is_whole).unwrap();
            let after = verdicts[at..].iter().position(|it| !is_whole(it)).unwrap();
            let mut frames = ivf_frames(&file);
            frames[at + after] = frames[at].clone();
            [&file[..32], &frames.concat()].concat()
        };
        let leaked = folder.file(recording.copy, &leak);
        assert!(
            judge(recording, &source(recording), &leaked, &verdicts).is_err(),
            "{}",
            recording.name
        );
    }
}

#[test]
fn an_outlet_has_frames_at_the_times_at_which_they_were_captured() {
    needs!("ffmpeg", "ffprobe");
    for recording in RECORDINGS.iter().filter(|it| !it.is_sound()) {
        let source = packets(&source(recording), false);
        for outlet in ["keeper", "shop"] {
            let received = packets(&copy(recording, outlet), false);
            let verdicts = said(recording, outlet).into_iter();
            let left = source.iter().zip(verdicts);
            let left = left.filter(|(_, verdict)| verdict != "dropped");
            let times = left.map(|((times, _), _)| times.start);
            let received = received.iter().map(|(times, _)| times.start);
            assert!(times.eq(received), "{} in {outlet}", recording.name);
        }
    }
}

#[test]
fn the_report_counts_frames_and_keyframes_wanted() {
    needs!("ffmpeg", "ffprobe");
    let report: Value = serde_json::from_slice(&GATED.results["report.json"]).unwrap();
    for tap in report["taps"].as_array().unwrap() {
        let mut recordings = RECORDINGS.iter();
        let recording = recordings.find(|it| tap["stream"] == it.name).unwrap();
        let outlet = tap["outlet"].as_str().unwrap();
        let said = verdicts(&GATED.results, recording, outlet);
        let mut counts = BTreeMap::<&str, u64>::new();
        for (verdict, _) in &said {
            *counts.entry(verdict).or_default() += 1;
        }
        for verdict in ["whole", "redacted", "blanked", "dropped"] {
            let count = counts.get(verdict).copied().unwrap_or_default();
            assert_eq!(tap[verdict], count, "{tap}");
        }
        assert_eq!(tap["seen"], said.len());
        let awaits =
            |(_, reason): &(String, Option<String>)| reason.as_deref() == Some("awaits keyframe");
        let times = packets(&source(recording), recording.is_sound());
        let (mut wanted, mut last) = (0, None);
        for (said, (times, _)) in said.iter().zip(times) {
            let is_due = last.is_none_or(|last| times.start >= last + 500);
            if awaits(said) && is_due {
                (wanted, last) = (wanted + 1, Some(times.start));
            }
        }
        assert_eq!(tap["keyframes_wanted"], wanted, "{tap}");
        assert_eq!(wanted > 0, !recording.is_sound());
    }
}

/// Where the archive says that a frame is, there is the frame as it went in.
#[test]
fn archives_say_where_a_frame_is() {
    needs!("ffmpeg", "ffprobe");
    for recording in &RECORDINGS {
        if recording.file != recording.copy {
            continue;
        }
        let source = fs::read(source(recording)).unwrap();
        let frames: Vec<_> = if recording.is_sound() {
            let mut ogg = ogg::PacketReader::new(std::io::Cursor::new(&source));
            let packets = std::iter::from_fn(|| ogg.read_packet().unwrap());
            packets.skip(2).map(|packet| packet.data).collect()
        } else {
            let frames = ivf_frames(&source).into_iter();
            frames.map(|frame| frame[12..].to_vec()).collect()
        };
        for outlet in ["keeper", "shop"] {
            let file = &GATED.results[&format!("{outlet}/{}", recording.copy)];
            let archive =
                str::from_utf8(&GATED.results[&format!("{outlet}/archive.jsonl")]).unwrap();
            let rows = archive
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap());
            let rows: Vec<_> = rows.filter(|row| row["stream"] == recording.name).collect();
            assert!(rows.len() > 10);
            for row in rows {
                let number = |key: &str| usize::try_from(row[key].as_u64().unwrap()).unwrap();
                assert_eq!(row["file"], recording.copy);
                let bytes = &file[number("start")..number("end")];
                assert!(bytes == frames[number("frame")], "{row}");
            }
        }
    }
}

/// What is wrong, how to make it so, and the file that is to be named for it.
type Bad = (&'static str, fn(&mut Value, &Path), &'static str);

const BAD: [Bad; 9] = [
    (
        "no codec",
        |meeting, _| {
            let stream = meeting["streams"][2].as_object_mut().unwrap();
            stream.remove("codec");
        },
        "first.ivf",
    ),
    (
        "another codec in IVF",
        |meeting, _| meeting["streams"][2]["codec"] = "av1".into(),
        "first.ivf",
    ),
    (
        "another codec in WebM",
        |meeting, _| meeting["streams"][3]["codec"] = "vp8".into(),
        "second.webm",
    ),
    (
        "another codec in MP4",
        |meeting, _| meeting["streams"][4]["codec"] = "av1".into(),
        "third.mp4",
    ),
    (
        "video in Ogg",
        |meeting, _| meeting["streams"][0]["codec"] = "vp8".into(),
        "voice.ogg",
    ),
    (
        "an unknown codec",
        |meeting, _| meeting["streams"][0]["codec"] = "mp3".into(),
        "meeting.json",
    ),
    (
        "a codec of a WAV",
        |meeting, folder| {
            fs::copy(standup("reader.wav"), folder.join("reader.wav")).unwrap();
            meeting["streams"][0]["file"] = "reader.wav".into();
        },
        "reader.wav",
    ),
    (
        "two copies of one name",
        |meeting, folder| {
            fs::copy(folder.join("first.ivf"), folder.join("second.webm.ivf")).unwrap();
            meeting["streams"][2]["file"] = "second.webm.ivf".into();
        },
        "meeting.json",
    ),
    (
        "a rectangle of an encoded picture",
        |meeting, _| {
            let stream = meeting["streams"][2].as_object_mut().unwrap();
            stream.remove("owner");
            stream.insert(
                "composite".into(),
                json!([{"owner": "ann", "rect": [0, 0, 80, 60]}]),
            );
        },
        "meeting.json",
    ),
];

/// Gates a meeting that was spoilt; whether it was refused in one line that names the file, with nothing left behind.
fn is_refused(spoil: impl FnOnce(&mut Value, &Path), file: &str) -> bool {
    let folder = Folder::new();
    let [input, out] = ["in", "out"].map(|name| folder.path(name));
    fs::create_dir(&input).unwrap();
    for recording in &RECORDINGS {
        let from = source(recording);
        fs::copy(from, input.join(recording.file)).unwrap();
    }
    let mut meeting = meeting();
    spoil(&mut meeting, &input);
    fs::write(input.join("meeting.json"), meeting.to_string()).unwrap();
    let output = gate(&input, &out);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    output.status.code() == Some(2)
        && said.lines().count() == 1
        && said.starts_with(&*input.join(file).to_string_lossy())
        && !out.exists()
}

#[test]
fn bad_recordings_are_refused() {
    needs!("ffmpeg", "ffprobe");
    for (what, spoil, file) in BAD {
        assert!(is_refused(spoil, file), "{what}");
    }
    for recording in &RECORDINGS {
        let file = recording.file;
        let spoilt = |spoil: &dyn Fn(Vec<u8>) -> Vec<u8>| {
            let spoil = |_: &mut Value, folder: &Path| {
                let path = folder.join(file);
                fs::write(&path, spoil(fs::read(&path).unwrap())).unwrap();
            };
            is_refused(spoil, file)
        };
        assert!(
            is_refused(
                |_, folder| fs::remove_file(folder.join(file)).unwrap(),
                file
            ),
            "{file} is missing"
        );
        assert!(spoilt(&|_| Vec::new()), "{file} is empty");
        assert!(
            spoilt(&|bytes| vec![7; bytes.len()]),
            "{file} is something else"
        );
        for cut in [20, 1000, 20_001] {
            assert!(
                spoilt(&|mut bytes| {
                    bytes.truncate(cut);
                    bytes
                }),
                "{file} ends after {cut} bytes"
            );
        }
    }
}

#[test]
fn control_what_is_not_refused_is_found() {
    needs!("ffmpeg", "ffprobe");
    assert!(!is_refused(|_, _| {}, "meeting.json"));
    assert!(!is_refused(BAD[0].1, "meeting.json"));
}
