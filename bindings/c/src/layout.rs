//! The header beside this: sizes, offsets and constants as a C compiler has them, and as Rust does.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::mem::offset_of;
use std::{fs, path::Path, process::Command};

use super::{
    ABI_VERSION, archive, archived, export, format as formats, frame, grant, ledger, meeting,
    memory, outlet, past, people, receive, sdp, seal, settling, source, status, stream, tag, tap,
    words,
};
use framegate::{
    Fault, Kind, MAX_REGIONS, MAX_SOURCES, Purposes, Reason, Verdict,
    binding::{self, PARTICIPANT},
    wire::sdp::{ALLOW_MIXED, URI},
};

/// What has a number, by the C expression for it.
type Numbers = BTreeMap<String, i128>;

const HEADER: &str = include_str!("../include/framegate.h");

/// The members of a struct, all of them: their offsets and sizes, and its own size.
macro_rules! layout {
    ($numbers:ident: $($c:literal = $rust:path { $($member:ident),* $(,)? })*) => {$(
        {
            let value: $rust = memory::zeroed();
            let $rust { $($member),* } = value;
            let name = |member: &str| member.trim_start_matches("r#").to_string();
            $(
                let member = name(stringify!($member));
                let at = offset_of!($rust, $member);
                $numbers.insert(format!("offsetof({}, {member})", $c), at as i128);
                let size = size_of_val(&$member);
                $numbers.insert(format!("sizeof((({} *)0)->{member})", $c), size as i128);
            )*
            $numbers.insert(format!("sizeof({})", $c), size_of::<$rust>() as i128);
        }
    )*};
}

/// `BeyondNotice` as `BEYOND_NOTICE`; and so `FreeBytes`, `Utf8` and `TagVersion`.
fn in_capitals(name: &str) -> String {
    let mut capitals = String::new();
    for (at, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && at > 0 {
            capitals.push('_');
        }
        capitals.extend(letter.to_uppercase());
    }
    capitals
}

fn structs() -> Numbers {
    let mut all = Numbers::new();
    layout! { all:
        "framegate_string" = memory::Text { data, length }
        "framegate_scope" = words::ScopeIn { kinds, purposes }
        "framegate_digest" = words::DigestOut { bytes }
        "framegate_stream" = stream::StreamOut { meeting, number, reserved }
        "framegate_outlet" = outlet::OutletOut { meeting, number, reserved }
        "framegate_instance" = words::InstanceInOut { bytes }
        "framegate_meeting_options" = meeting::MeetingOptions {
            size, participants, id, ledger, append, append_user, event, event_user, device_secret, durability, reserved,
            instance, started, sign, sign_user, device_key,
        }
        "framegate_head" = words::HeadOut { instance, entries, hash }
        "framegate_consent" = people::ConsentOut { scope, reserved, since, until }
        "framegate_join_options" = people::JoinOptions { size, agrees, id, guardian, key }
        "framegate_notice" = grant::NoticeIn { size, scope, digest, version, language, controller }
        "framegate_signed" = grant::SignedIn { size, reserved, instance, meeting, challenge, signature }
        "framegate_grant" = grant::GrantIn { size, scope, notice, method, reserved, at, until, signature }
        "framegate_tap_release" = settling::TapReleaseOut { tap, stream, outlet, releasing, closed, released, last }
        "framegate_field" = stream::FieldIn { size, reserved, name, unit, minimum, maximum }
        "framegate_stream_options" = stream::StreamOptions {
            size, r#type, owner, kind, format, channels, layout, full_range, width, height, bits_per_minute, fields, field_count,
            structural_keys, structural_key_count, decoder_config, decoder_config_length,
        }
        "framegate_outlet_options" = outlet::OutletOptions { size, purposes, blanks, name, recipient }
        "framegate_region" = frame::RegionIn {
            size, area, owner, x, y, width, height, channel, start, end, kind, captured,
        }
        "framegate_tag" = tag::TagOut { bytes }
        "framegate_source" = source::SourceIn { size, kinds, tag, people, people_count, captured, proof }
        "framegate_frame" = frame::FrameIn {
            size, contributors, captured, people, people_count, group, regions, region_count, sources, source_count, keyframe,
            reserved,
        }
        "framegate_plane" = frame::PlaneIn { data, length, stride }
        "framegate_payload" = frame::PayloadIn { size, planes, plane }
        "framegate_plane_mut" = frame::PlaneInOut { data, length, stride }
        "framegate_payload_mut" = frame::PayloadInOut { size, planes, plane }
        "framegate_cleared" = tap::ClearedOut { size, verdict, tag, payload, hidden, room, capacity, source }
        "framegate_decision" = tap::DecisionOut { verdict, reason, purposes, reserved, generation }
        "framegate_reason_count" = tap::ReasonCountOut { verdict, reason, count }
        "framegate_counters" = tap::CountersOut { size, stream, outlet, seen, whole, redacted, blanked, dropped }
        "framegate_tag_fields" = tag::TagFields {
            size, verdict, reason, kind, purposes, stream, generation, captured,
        }
        "framegate_ledger_info" = ledger::LedgerInfo { size, torn, length, anchored, head, started }
        "framegate_particulars" = export::ParticularsIn {
            size, reserved, address, contact, storage_locations, storage_location_count, retention_period, jurisdiction,
            withdrawal_method,
        }
        "framegate_dialog" = export::DialogIn { size, party, dialog, outlet }
        "framegate_seal" = archived::SealOut { bytes }
        "framegate_payload_digest" = archived::PayloadDigestOut { bytes }
        "framegate_carried" = archived::CarriedInOut { size, sealed, tag, seal }
        "framegate_subject" = archived::SubjectIn { size, kinds, id }
        "framegate_piece" = seal::PieceIn { data, length }
        "framegate_packet" = receive::PacketInOut {
            size, ssrc, timestamp, csrc_count, csrcs, sequence_number, payload_type, marker, capture_time, clock_offset, has_clock_offset,
            reserved, payload, payload_length,
        }
        "framegate_sender_report" = receive::SenderReportInOut { ntp, ssrc, rtp_timestamp }
        "framegate_capture_clock_options" = receive::CaptureClockOptions { size, rate, sender, reserved, start, error, worst_delay }
        "framegate_archived" = archived::ArchivedIn {
            size, reserved, instance, carried, subjects, subject_count, digest,
        }
    }
    // A handle is a number alone, and its member is private to its type.
    for handle in [
        "meeting",
        "settling",
        "ledger",
        "past_meeting",
        "tap",
        "group",
        "meeting_key",
        "stream_key",
        "capture_clock",
        "source_map",
        "verifier",
    ] {
        all.insert(format!("sizeof(framegate_{handle})"), 8);
        all.insert(format!("offsetof(framegate_{handle}, handle)"), 0);
        all.insert(format!("sizeof(((framegate_{handle} *)0)->handle)"), 8);
    }
    for (member, at, size) in PARTICIPANT {
        let c = "framegate_participant";
        all.insert(format!("offsetof({c}, {member})"), at as i128);
        all.insert(format!("sizeof((({c} *)0)->{member})"), size as i128);
        all.insert(format!("sizeof({c})"), size_of::<words::Person>() as i128);
    }
    all
}

/// Constants that only C has.
const NUMBERS: &[(&str, u32)] = &[
    ("FORMAT_OPUS_MULTISTREAM", formats::OPUS_MULTISTREAM),
    ("FORMAT_AAC", formats::AAC),
    ("LAYOUT_INTERLEAVED", formats::INTERLEAVED),
    ("LAYOUT_PLANAR", formats::PLANAR),
    ("STREAM_OWNED", stream::OWNED),
    ("STREAM_MIX", stream::MIX),
    ("STREAM_COMPOSITE", stream::COMPOSITE),
    ("STREAM_DERIVED", stream::DERIVED),
    ("STREAM_RECORDS", stream::RECORDS),
    ("STREAM_ALONE", stream::ALONE),
    ("FORMAT_UTF8", formats::UTF8),
    ("FORMAT_JSON", formats::JSON),
    ("FORMAT_OPAQUE", formats::OPAQUE),
    ("CONTRIBUTORS_OWNER", frame::OWNER),
    ("CONTRIBUTORS_COMPLETE", frame::COMPLETE),
    ("CONTRIBUTORS_GROUP", frame::GROUP),
    ("CONTRIBUTORS_PARTIAL", frame::PARTIAL),
    ("CONTRIBUTORS_CSRCS", frame::CSRCS),
    ("CONTRIBUTORS_SOURCES", frame::SOURCES),
    ("SENDER_CLOCK_SYNCHRONIZED", receive::SYNCHRONIZED),
    ("SENDER_CLOCK_UNRELATED", receive::UNRELATED),
    ("KEYFRAME_UNSAID", frame::UNSAID),
    ("KEYFRAME_YES", frame::YES),
    ("KEYFRAME_NO", frame::NO),
    ("CAN_BLANK_UNKNOWN", tap::CAN_BLANK_UNKNOWN),
    ("CAN_BLANK_YES", tap::CAN_BLANK_YES),
    ("CAN_BLANK_NO", tap::CAN_BLANK_NO),
    ("AREA_RECTANGLE", frame::RECTANGLE),
    ("AREA_CHANNEL", frame::CHANNEL),
    ("AREA_SPAN", frame::SPAN),
    ("NO_KIND", tag::NO_KIND),
    ("RECORDING_UNSAID", 0),
    ("RECORDING_ON", sdp::ON),
    ("RECORDING_OFF", sdp::OFF),
    ("RECORDING_PAUSED", sdp::PAUSED),
    ("PREFERENCE_ON", sdp::ON),
    ("PREFERENCE_OFF", sdp::OFF),
    ("PREFERENCE_PAUSE", sdp::PAUSED),
    ("PREFERENCE_NO_PREFERENCE", sdp::NO_PREFERENCE),
    ("ENTERED_IN_LEDGER", past::IN_LEDGER),
    ("ENTERED_BESIDE", past::BESIDE),
    ("DURABILITY_EACH", 0),
    ("DURABILITY_BATCHED", 1),
];

fn constants() -> Numbers {
    let mut all = Numbers::new();
    let mut put = |name: String, number: i128| {
        assert_eq!(all.insert(format!("FRAMEGATE_{name}"), number), None);
    };
    put("ABI_VERSION".into(), ABI_VERSION.into());
    put("OK".into(), 0);
    for (name, number) in status::ALL {
        put(format!("ERROR_{}", in_capitals(name)), (*number).into());
    }
    for kind in Kind::ALL {
        put(
            format!("KIND_{}", in_capitals(&format!("{kind:?}"))),
            words::kind_number(kind).into(),
        );
    }
    for (name, purpose) in Purposes::all().iter_names() {
        put(format!("PURPOSE_{name}"), purpose.bits().into());
    }
    put("REASON_NONE".into(), 0);
    for reason in (0..=u8::MAX).filter_map(binding::reason) {
        put(
            format!("REASON_{}", in_capitals(&format!("{reason:?}"))),
            reason as i128,
        );
    }
    put("FAULT_NONE".into(), 0);
    for fault in Fault::ALL {
        let name = in_capitals(&format!("{fault:?}"));
        put(format!("FAULT_{name}"), *fault as i128);
    }
    let because = Reason::Time;
    let verdicts = [
        Verdict::Whole,
        Verdict::Redacted(because),
        Verdict::Blanked(because),
        Verdict::Dropped(because),
    ];
    for verdict in verdicts {
        put(
            format!("VERDICT_{}", verdict.name().to_uppercase()),
            tag::verdict(verdict).into(),
        );
    }
    for finding in archive::FINDINGS {
        let name = in_capitals(&format!("{finding:?}"));
        put(format!("FINDING_{name}"), archive::number(finding).into());
    }
    for number in 0..100 {
        if let Some(by) = words::authority(number) {
            put(
                format!("AUTHORITY_{}", by.name().to_uppercase()),
                number.into(),
            );
        }
        if let Some(method) = words::method(number) {
            put(
                format!("METHOD_{}", method.name().to_uppercase()),
                number.into(),
            );
        }
    }
    for (number, samples) in (1..).zip(formats::SAMPLES) {
        put(
            format!("FORMAT_PCM_{}", in_capitals(&format!("{samples:?}"))),
            number,
        );
    }
    for (number, pixels) in (formats::PICTURES.into()..).zip(formats::PIXELS) {
        put(format!("FORMAT_{pixels:?}").to_uppercase(), number);
    }
    for (number, (name, _)) in (formats::ENCODED.into()..).zip(formats::CODECS) {
        put(format!("FORMAT_{name}"), number);
    }
    for (name, number) in NUMBERS {
        put((*name).into(), (*number).into());
    }
    for (name, number) in [
        ("MAX_REGIONS", MAX_REGIONS),
        ("MAX_SOURCES", MAX_SOURCES),
        ("MAX_FRAMES", tap::MAX_FRAMES),
        ("MAX_CONTRIBUTORS", receive::MAX_CONTRIBUTORS),
    ] {
        put(name.into(), number as i128);
    }
    put("NO_TIME".into(), i64::MAX.into());
    all
}

/// The same as a C compiler has them.
fn compiled(of: &Numbers, header: &str) -> Numbers {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("framegate.h"), header).unwrap();
    let prints = of
        .keys()
        .map(|name| format!("  printf(\"{name}=%lld\\n\", (long long)({name}));\n"));
    let program = format!(
        "#include <stdio.h>\n#include \"framegate.h\"\nint main(void) {{\n{}  return 0;\n}}\n",
        prints.collect::<String>()
    );
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    };
    let at = |name: &str| folder.path().join(name);
    fs::write(at("layout.c"), program).unwrap();
    run(Command::new("cc")
        .arg("-o")
        .args([at("layout"), at("layout.c")]));
    let lines = run(&mut Command::new(at("layout")));
    let number = |line: &str| {
        let (name, number) = line.split_once('=').unwrap();
        (name.to_string(), number.parse().unwrap())
    };
    lines.lines().map(number).collect()
}

#[test]
fn the_header_is_laid_out_as_this_is() {
    let ours: Numbers = structs().into_iter().chain(constants()).collect();
    assert_eq!(compiled(&ours, HEADER), ours);
}

#[test]
fn nothing_in_the_header_is_left_out() {
    let ours: Numbers = structs().into_iter().chain(constants()).collect();
    for line in HEADER.lines() {
        let words = line.trim_start();
        let constant = words
            .split_once(" = ")
            .filter(|(name, _)| name.starts_with("FRAMEGATE_"));
        if let Some((name, _)) = constant {
            assert!(ours.contains_key(name), "{name}");
        }
        if let Some(name) = words
            .strip_prefix("} ")
            .and_then(|rest| rest.strip_suffix(';'))
        {
            let is_enum = HEADER.contains(&format!("typedef enum {name} {{"));
            assert!(
                is_enum || ours.contains_key(&format!("sizeof({name})")),
                "{name}"
            );
        }
    }
    assert!(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("include/framegate.h")
            .is_file()
    );
}

/// What the SAFETY comments quote, and is not in the header.
fn misquoted(header: &str, comments: &str) -> Vec<String> {
    let words = |text: &str| {
        let text = text.replace("//", " ").replace(" * ", " ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let header = words(header).to_lowercase();
    let comments = comments
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("//") && !line.starts_with("//!"))
        .collect::<Vec<_>>()
        .join("\n");
    let comments = words(&comments);
    let quotes = comments.split('"').skip(1).step_by(2);
    let missing = quotes.filter(|quote| !header.contains(&quote.to_lowercase()));
    missing.map(Into::into).collect()
}

#[test]
fn what_unsafe_code_relies_on_is_in_the_header() {
    let files = [
        include_str!("memory/callback.rs"),
        include_str!("memory/place.rs"),
        include_str!("memory/read.rs"),
        include_str!("memory/write.rs"),
    ];
    for file in files {
        assert!(file.contains("// SAFETY: "));
        assert_eq!(misquoted(HEADER, file), [""; 0]);
    }
    // Control.
    assert_eq!(
        misquoted(HEADER, "// SAFETY: \"nobody looks\"."),
        ["nobody looks"]
    );
}

#[test]
fn texts_in_the_header_are_those_of_the_library() {
    for (name, text) in [("URI", URI), ("ALLOW_MIXED", ALLOW_MIXED)] {
        assert!(HEADER.contains(&format!("#define FRAMEGATE_SDP_{name} \"{text}\"\n")));
    }
}

/// The comment before the constant of this number, of those of statuses.
fn comment(header: &str, number: i32) -> Option<String> {
    let (before, _) = header.split_once("} framegate_status_code;")?;
    let words: Vec<_> = before.split_whitespace().collect();
    let before = words.join(" ") + ",";
    let (before, _) = before.rsplit_once(&format!(" = {number},"))?;
    let (_, comment) = before.rsplit_once("/* ")?;
    Some(comment.split_once(" */")?.0.into())
}

#[test]
fn the_header_says_of_each_status_what_its_message_says() {
    for (name, number) in status::ALL {
        let message = status::message(*number);
        assert_eq!(comment(HEADER, *number).as_deref(), Some(message), "{name}");
    }
}

#[test]
fn control_a_header_that_differs_is_found() {
    let ours: Numbers = structs().into_iter().chain(constants()).collect();
    for (right, wrong) in [
        ("FRAMEGATE_REASON_ENDED = 1,", "FRAMEGATE_REASON_ENDED = 9,"),
        ("  int64_t captured;", "  int32_t captured;"),
        (
            "  uint32_t x;\n  uint32_t y;",
            "  uint32_t y;\n  uint32_t x;",
        ),
        ("  uint64_t hidden;", "  uint64_t extra; uint64_t hidden;"),
    ] {
        assert!(HEADER.contains(right), "{right}");
        let header = HEADER.replace(right, wrong);
        assert_ne!(compiled(&ours, &header), ours, "{wrong}");
    }
    let header = HEADER.replace("null pointer: ", "no pointer: ");
    assert_ne!(comment(&header, -1).as_deref(), Some(status::message(-1)));
}
