//! Serde for all that is plain data: each such type goes to JSON and comes back, no public type is left out, and nothing comes that could not have been made.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    fs,
    path::Path,
};

use framegate::{
    Area, Authority, Consent, Counters, Digest, Entered, Grant, Instance, JoinOptions, Kind, Kinds,
    Meeting, MeetingOptions, Method, Notice, OutletId, OutletOptions, PublicKey, Purposes, Reason,
    Refusal, Scope, Signed, StreamId, Tag, TapRelease, Time, Verdict, WallTime,
    archive::{Carried, Finding, PayloadDigest, Seal},
    export::{
        Agreement, Attempt, Ending, Erasure, ErasureList, Frames, Held, Moment, Range, Recalled,
        Receipt, Released, Restriction, Withdrawal, cawg,
        ts27560::{self, Particulars},
        vcon::{self, Dialog},
    },
    format::{ColorRange, Field, Format, MAX_FIELDS, PixelFormat, Samples, Schema},
    ledger::{Beside, Durability, Entry, Head, Line, TapCount},
    wire::{
        sdp::{Preference, Recording},
        sei::Codec,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::common::{
    self, Memory, SCOPE,
    layout::{PIXELS, SAMPLES},
    millis,
};

/// What is written comes back as it was.
fn returns<T: Serialize + DeserializeOwned + Debug + PartialEq>(value: &T) {
    let written = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&written).unwrap(), value);
}

fn returns_all<T: Serialize + DeserializeOwned + Debug + PartialEq>(values: &[T]) {
    assert!(!values.is_empty());
    for value in values {
        returns(value);
    }
}

const fn is_written<T: Serialize>() {}

/// The public types that are written and read, by the files that define them, with values of each.
macro_rules! data {
    ($($place:literal $name:ident: $values:expr;)*) => {
        const DATA: &[&str] = &[$(concat!($place, " ", stringify!($name)),)*];

        #[test]
        fn all_data_comes_back_as_it_was() {
            $(returns_all::<$name>(&$values);)*
        }
    };
}

/// Those that are written for others, in their vocabularies.
macro_rules! written {
    ($($place:literal $module:ident: $($name:ident),*;)*) => {
        const WRITTEN: &[&str] = &[$($(concat!($place, " ", stringify!($name)),)*)*];
        const _: () = {
            $($(is_written::<$module::$name>();)*)*
        };
    };
}

data! {
    "types/authority.rs" Authority: [Authority::Participant, Authority::Guardian, Authority::Host, Authority::Administrator, Authority::Vendor];
    "control/consent/consents.rs" Consent: consents();
    "control/consent/grant.rs" Grant: [grant(), Grant { signed: Some(signed()), ..grant() }];
    "control/consent/grant.rs" Method: [Method::Clicked, Method::Typed, Method::Spoken, Method::Signed];
    "control/consent/scope.rs" Scope: [SCOPE, Scope::ALL, Scope::new(Kinds::empty(), Purposes::empty())];
    "types/digest.rs" Digest: [Digest::of("")];
    "control/consent/notice.rs" Notice: [common::notice()];
    "types/refusal.rs" Refusal: [Refusal::Overreach, Refusal::AgreedEarlier, Refusal::Unsigned, Refusal::Keyless, Refusal::ForeignMeeting, Refusal::Replayed, Refusal::WrongSignature];
    "control/consent/signature.rs" PublicKey: [PublicKey([7; 32])];
    "control/consent/signature.rs" Signed: [signed()];
    "evidence/export/erasure.rs" Erasure: erasure().outlets;
    "evidence/export/erasure.rs" ErasureList: [erasure()];
    "evidence/export/erasure.rs" Recalled: erasure().outlets.remove(0).ranges;
    "control/history.rs" Ending: [
        Ending::Expired, Ending::Withdrawn, Ending::Superseded, Ending::Restricted, Ending::Left, Ending::Torn, Ending::MeetingEnded,
    ];
    "evidence/export/moment.rs" Moment: [receipt().agreed[0].at];
    "evidence/export/outlet.rs" Range: receipt().released.remove(0).ranges;
    "evidence/export/receipt.rs" Agreement: receipt().agreed;
    "evidence/export/receipt.rs" Attempt: receipt().refused;
    "evidence/export/receipt.rs" Frames: [receipt().released.remove(0).frames.unwrap()];
    "evidence/export/receipt.rs" Held: receipt().held;
    "evidence/export/receipt.rs" Receipt: [receipt()];
    "evidence/export/receipt.rs" Released: receipt().released;
    "evidence/export/receipt.rs" Restriction: receipt().restricted;
    "evidence/export/receipt.rs" Withdrawal: receipt().withdrawn;
    "evidence/export/ts27560.rs" Particulars: [particulars()];
    "evidence/export/vcon.rs" Dialog: [Dialog { party: 1, dialog: 2, outlet: outlet() }];
    "types/region.rs" Area: [Area::Rectangle { x: 0, y: u32::MAX, width: 2, height: 3 }, Area::Channel(u16::MAX), Area::Span { start: 4, end: 5 }];
    "types/ids.rs" OutletId: [outlet()];
    "types/ids.rs" StreamId: [stream()];
    "media/format/raw.rs" ColorRange: [ColorRange::Limited, ColorRange::Full];
    "media/format/raw.rs" PixelFormat: PIXELS;
    "media/format/raw.rs" Samples: SAMPLES.map(|(samples, ..)| samples);
    "types/kind.rs" Kind: Kind::ALL;
    "types/kind.rs" Kinds: [Kinds::empty(), Kinds::AUDIO | Kinds::CHAT, Kinds::all()];
    "control/ledger/beside.rs" Beside: [beside()];
    "control/ledger/entry.rs" Entry: memory().read().lines().iter().map(|line| line.entry.clone()).collect::<Vec<_>>();
    "control/ledger/entry.rs" Head: [memory().read().head()];
    "control/ledger/entry.rs" Line: memory().read().lines();
    "control/ledger/entry.rs" TapCount: counts();
    "control/ledger/writer.rs" Durability: [Durability::Each, Durability::Batched];
    "control/outlet.rs" OutletOptions: [OutletOptions::new("a", Purposes::RECORD), OutletOptions::new("b", Purposes::TRAIN).recipient("ACME Ltd").blank(Kinds::VIDEO)];
    "control/past.rs" Entered: [Entered::InLedger, Entered::Beside];
    "media/format/mod.rs" Format: formats();
    "types/purpose.rs" Purposes: [Purposes::empty(), Purposes::TRAIN | Purposes::RECORD, Purposes::from_bits_retain(1 << 9), Purposes::from_bits_retain(u16::MAX)];
    "shared/tap_state.rs" Counters: counts().iter().map(|count| count.frames).collect::<Vec<_>>();
    "shared/settling.rs" TapRelease: [TapRelease { tap: 2, stream: stream(), outlet: outlet(), released: 3, last: Some(millis(4)), is_releasing: true, is_closed: false }];
    "media/format/schema.rs" Field: Vec::from(schema().fields());
    "media/format/schema.rs" Schema: [schema()];
    "evidence/archive.rs" Carried: [tag().into(), Carried { tag: tag(), seal: Some(Seal::from_bytes([9; 16])) }];
    "evidence/archive.rs" Seal: [Seal::from_bytes([9; 16])];
    "evidence/archive.rs" PayloadDigest: [PayloadDigest::from_bytes([9; 32])];
    "types/instance.rs" Instance: [Instance::from_bytes([9; 16]).unwrap()];
    "types/tag.rs" Tag: [tag(), tag().meet(tag())];
    "types/wall_time.rs" WallTime: [wall(), WallTime::from_micros(0).unwrap(), WallTime::from_micros(253_402_300_799_999_999).unwrap()];
    "types/time.rs" Time: [Time::START, millis(1), Time::from_micros(-1), Time::from_micros(i64::MAX)];
    "types/verdict.rs" Reason: [Reason::Ended, Reason::NotGranted, Reason::ReachesBack, Reason::Disjoint];
    "types/verdict.rs" Verdict: [Verdict::Whole, Verdict::Redacted(Reason::Absent), Verdict::Blanked(Reason::Time), Verdict::Dropped(Reason::Malformed)];
    "evidence/verify.rs" Finding: [
        Finding::Cleared, Finding::NoTag, Finding::Withheld, Finding::OtherPurpose, Finding::Unnamed, Finding::Unsealed, Finding::Forged,
        Finding::Inconsistent, Finding::Recalled,
    ];
    "evidence/wire/sdp.rs" Preference: [Preference::On, Preference::Off, Preference::Pause, Preference::NoPreference];
    "evidence/wire/sdp.rs" Recording: [Recording::On, Recording::Off, Recording::Paused];
    "evidence/wire/sei.rs" Codec: [Codec::H264, Codec::Hevc];
}

written! {
    "evidence/export/cawg.rs" cawg: Data, Entries, Entry, Permission, TrainingMining;
    "evidence/export/ts27560.rs" ts27560: ConsentRecord, Event, Party, PiiInformation, PiiProcessing, Purpose, State;
    "evidence/export/vcon.rs" vcon: Body, Consent, LawfulBasis, Proof, ProofData, ProofMechanism, Purpose, PurposeGrant, Status;
}

/// Those that are no data, and why.
const NO_DATA: &[(&str, &[&str])] = &[
    (
        "stands for something in this process, and whoever could read one from a file would have made it up",
        &[
            "gate/decide.rs Decision",
            "gate/source.rs KeptSource",
            "types/ids.rs Outlet",
            "types/ids.rs Participant",
            "types/ids.rs Stream",
            "types/region.rs Region",
            "control/stream.rs StreamOptions",
        ],
    ),
    (
        "only reading and checking makes one",
        &[
            "control/ledger/read.rs Ledger",
            "control/verified.rs VerifiedLedger",
            "evidence/verify.rs Verifier",
        ],
    ),
    (
        "a key is not written",
        &[
            "control/ledger/signer.rs Device",
            "evidence/seal.rs MeetingKey",
            "evidence/seal.rs StreamKey",
            "evidence/verify.rs Seals",
        ],
    ),
    (
        "does something",
        &[
            "gate/cleared.rs Admission",
            "gate/admission.rs Batch",
            "gate/decide.rs Decisions",
            "shared/group.rs Group",
            "gate/lineage.rs Lineage",
            "control/ledger/file.rs FileStore",
            "control/ledger/writer.rs LedgerWriter",
            "control/meeting.rs Meeting",
            "control/past.rs PastMeeting",
            "shared/settling.rs Settling",
            "gate/tap.rs Tap",
            "gate/receive/clock.rs CaptureClock",
            "gate/receive/sources.rs SourceMap",
            "control/withdrawals.rs Withdrawals",
        ],
    ),
    (
        "is of one stream's clocks, and means nothing to another's",
        &[
            "gate/receive/clock.rs SenderClock",
            "media/ntp.rs NtpTime",
            "media/rtcp.rs SenderReport",
            "media/rtp.rs AbsoluteCaptureTime",
        ],
    ),
    (
        "borrows what is somebody else's, for one call",
        &[
            "gate/cleared.rs Cleared",
            "gate/source.rs Source",
            "gate/frame.rs Contributors",
            "gate/frame.rs Frame",
            "control/join.rs JoinOptions",
            "control/options.rs MeetingOptions",
            "media/payload.rs Payload",
            "media/payload.rs PayloadMut",
            "media/payload.rs Plane",
            "media/payload.rs PlaneMut",
            "media/rtcp.rs Compound",
            "media/rtp.rs Packet",
            "evidence/archive.rs Archived",
            "evidence/archive.rs Subject",
            "evidence/archive.rs Subjects",
        ],
    ),
    (
        "its counts are read one by one, into whatever measures the client has",
        &["shared/tap_state.rs ReasonCounters"],
    ),
    (
        "an error",
        &[
            "types/error.rs Error",
            "types/fault.rs Fault",
            "control/ledger/file_error.rs FileStoreError",
            "control/ledger/fault.rs LedgerError",
            "control/ledger/fault.rs LedgerFault",
            "media/rtp.rs Malformed",
            "types/signer_error.rs SignerError",
            "types/store_error.rs StoreError",
            "types/tag.rs TagError",
            "types/wall_time.rs WallTimeError",
            "types/word.rs UnknownWord",
            "evidence/wire/mod.rs WireError",
        ],
    ),
];

fn formats() -> Vec<Format> {
    let pcm =
        SAMPLES.map(|(samples, ..)| [Format::pcm(samples, 1), Format::planar_pcm(samples, 8)]);
    let pictures = PIXELS.map(|pixels| {
        [ColorRange::Limited, ColorRange::Full]
            .map(|range| Format::picture(pixels, range, 1, 32_768))
    });
    let others = [
        Format::UTF8,
        Format::JSON,
        Format::OPAQUE,
        Format::OPUS,
        Format::OPUS_RED,
        Format::opus_multistream(2),
        Format::AAC,
        Format::H264,
        Format::HEVC,
        Format::VP8,
        Format::VP9,
        Format::AV1,
    ];
    [pcm.concat(), pictures.concat(), others.to_vec()].concat()
}

fn consents() -> Vec<Consent> {
    let (mut meeting, notice, [ana]) = common::meeting();
    common::agree(&mut meeting, notice, ana, SCOPE, Time::START);
    let until = Grant::new(
        notice,
        Scope::new(Kinds::CHAT, Purposes::REVIEW),
        Method::Typed,
    )
    .until(millis(9));
    let granted = meeting.grant(Authority::Participant, ana, &until, millis(1));
    granted.unwrap();
    meeting.consents(ana).unwrap()
}

fn grant() -> Grant {
    Grant::new(common::notice().digest, SCOPE, Method::Clicked)
}

fn signed() -> Signed {
    Signed {
        instance: Instance::from_bytes([3; 16]).unwrap(),
        meeting: "test".into(),
        challenge: Digest::of("a challenge"),
        signature: [5; 64],
    }
}

fn particulars() -> Particulars {
    Particulars {
        address: "1 Main Street".into(),
        contact: "privacy@example.com".into(),
        storage_locations: vec!["EU".into(), "on the device".into()],
        retention_period: "30 days".into(),
        jurisdiction: "EU".into(),
        withdrawal_method: "in the menu".into(),
    }
}

fn schema() -> Schema {
    let field = |name: &str, range| Field {
        name: name.into(),
        unit: "ms".into(),
        range,
    };
    let fields = vec![field("a", 0..=9), field("b", i64::MIN..=i64::MAX)];
    Schema::new(fields, 100).unwrap()
}

fn tag() -> Tag {
    let bytes = [1, 0, 1, 0, 0, 1, 0, 3, 0, 0, 0, 7, 0, 0, 0, 9];
    Tag::from_bytes(bytes).unwrap()
}

/// The ledger of a meeting in which there is something of everything.
fn memory() -> Memory {
    let memory = Memory::default();
    let mut meeting =
        Meeting::open(MeetingOptions::new("test", 3).ledger(memory.writer())).unwrap();
    let notice = meeting.show(common::notice()).unwrap();
    let who = meeting.join(JoinOptions::adult("who"), millis(0)).unwrap();
    let mut tap = common::tap(&mut meeting, common::microphone(who), Purposes::RECORD);
    let agreed = Grant::new(notice, SCOPE, Method::Clicked);
    let host = meeting.grant(Authority::Host, who, &agreed, millis(1));
    assert!(host.is_err());
    meeting
        .grant(Authority::Participant, who, &agreed, millis(1))
        .unwrap();
    let admitted = tap.admit(
        &common::own(millis(10)),
        (&[0; 2][..]).into(),
        millis(10),
        |_| (),
    );
    assert_eq!(admitted.verdict(), Verdict::Whole);
    let _ = meeting
        .restrict(Authority::Host, None, SCOPE, millis(20))
        .unwrap();
    meeting
        .lift(Authority::Host, None, SCOPE, millis(30))
        .unwrap();
    let settling = meeting
        .withdraw(Authority::Participant, who, SCOPE, millis(40))
        .unwrap();
    assert!(meeting.settled(&settling, millis(40)).unwrap());
    meeting.count(millis(50)).unwrap();
    let _ = meeting.end();
    memory
}

fn receipt() -> Receipt {
    Receipt::of(&common::verified(&memory().read()), "who").unwrap()
}

fn wall() -> WallTime {
    WallTime::from_micros(1_700_000_000_000_001).unwrap()
}

fn beside() -> Beside {
    Beside {
        wall: wall(),
        head: memory().read().head(),
        entry: Entry::Withdrew {
            who: "who".into(),
            by: Authority::Participant,
            scope: SCOPE,
        },
    }
}

fn erasure() -> ErasureList {
    ErasureList::of(&common::verified(&memory().read()), "who").unwrap()
}

fn counts() -> Vec<TapCount> {
    let ledger = memory().read();
    let counted = ledger.lines().iter().find_map(|line| match &line.entry {
        Entry::Counted { taps } => Some(taps.clone()),
        _ => None,
    });
    counted.unwrap()
}

fn stream() -> StreamId {
    counts()[0].stream
}

fn outlet() -> OutletId {
    counts()[0].outlet
}

/// The public types that the files of a folder define, each with its file.
fn defined(folder: &Path, under: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // What bindings are made of is theirs, the models are tests, and the guide is text.
        if name == "guide" {
            continue;
        }
        if path.is_dir() {
            found.extend(defined(&path, &format!("{under}{name}/")));
        } else if !["binding.rs", "lib.rs", "models.rs"].contains(&name) {
            let place = format!("{under}{name}");
            found.extend(types(&place, &fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

fn types(place: &str, text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter_map(|line| {
        let line = line.trim_start();
        let rest = ["pub struct ", "pub enum ", "pub union "]
            .iter()
            .find_map(|begin| line.strip_prefix(begin))?;
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        // Of a macro, whose types say only where it is called what they are: lists of names, without a form of their own.
        let name = Some(&rest[..end.unwrap_or(rest.len())]).filter(|name| !name.is_empty())?;
        Some((format!("{place} {name}"), line.into()))
    });
    lines.collect()
}

/// Which types are in no list, which that are listed are not there, and which are listed twice.
fn wrong(defined: &BTreeMap<String, String>) -> Vec<String> {
    let others = NO_DATA.iter().flat_map(|(_, types)| types.iter());
    let listed = DATA.iter().chain(WRITTEN).chain(others);
    let mut known = BTreeSet::new();
    let mut wrong = Vec::new();
    for name in listed {
        // By another name in its module.
        if !known.insert((*name).to_owned()) || !defined.contains_key(*name) {
            wrong.push((*name).to_owned());
        }
    }
    let unlisted = defined.keys().filter(|name| !known.contains(*name));
    wrong.extend(unlisted.cloned());
    wrong
}

#[test]
fn no_public_type_is_left_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = defined(&root, "");
    assert!(all.len() > 100);
    assert_eq!(wrong(&all), Vec::<String>::new());
    // Controls.
    all.extend(types("frame.rs", "    pub struct Planted(u8);"));
    assert_eq!(wrong(&all), ["frame.rs Planted"]);
    all.remove("frame.rs Planted");
    all.remove("types/region.rs Area");
    assert_eq!(wrong(&all), ["types/region.rs Area"]);
}

fn refused<T: DeserializeOwned + Debug>(bad: &[Value]) {
    for value in bad {
        let read = serde_json::from_value::<T>(value.clone());
        assert!(read.is_err(), "{value}: {read:?}");
    }
}

#[test]
fn nothing_comes_that_could_not_have_been_made() {
    let picture = |width: u64, height: u64| json!({"picture": {"pixels": "i420", "width": width, "height": height}});
    let read: Format = serde_json::from_value(picture(4, 2)).unwrap();
    assert_eq!(read, Format::i420(4, 2));
    refused::<Format>(&[
        picture(0, 2),
        picture(4, 32_769),
        json!({"pcm": {"samples": "s16", "channels": 0}}),
        json!({"pcm": {"samples": "s16", "channels": 1, "planer": true}}),
        json!({"pcm": {"samples": "s24", "channels": 1}}),
        json!({"opus_multistream": {"streams": 0}}),
        json!({"record": {"fields": 1}}),
        json!("he_aac"),
    ]);
    let field = |name: &str, minimum: i64, maximum: i64| json!({"name": name, "unit": "", "minimum": minimum, "maximum": maximum});
    let schema = |fields: Value, bits: u32| json!({"fields": fields, "bits_per_minute": bits});
    refused::<Field>(&[field("", 0, 1), field("a", 1, 0), json!({"name": "a"})]);
    refused::<Schema>(&[
        schema(json!([]), 1),
        schema(json!([field("a", 0, 1)]), 0),
        schema(json!([field("a", 0, 1), field("a", 0, 1)]), 1),
        schema(json!(vec![field("a", 0, 1); MAX_FIELDS + 1]), 1),
    ]);
    refused::<StreamId>(&[json!(65_535), json!(-1), json!("3")]);
    refused::<OutletId>(&[json!(65_536)]);
    refused::<Area>(&[
        json!({"channel": 65_536}),
        json!({"rectangle": {"x": 0, "y": 0, "width": 1}}),
        json!({"span": {"start": 0, "end": 1, "owner": 3}}),
    ]);
    refused::<OutletOptions>(&[
        json!({"name": "a"}),
        json!({"name": "a", "purposes": "RECORD", "recipients": "ACME Ltd"}),
        json!({"name": "a", "purposes": "EVERYTHING"}),
    ]);
    refused::<Instance>(&[
        json!("0".repeat(32)),
        json!("09"),
        json!(vec![9; 16]),
        json!(9),
    ]);
    refused::<PayloadDigest>(&[json!("09".repeat(16)), json!(vec![9; 32])]);
    refused::<Seal>(&[json!("09"), json!("0G".repeat(16)), json!(vec![9; 16])]);
    refused::<Tag>(&[json!("00".repeat(16)), json!("01".repeat(15))]);
    refused::<Verdict>(&[json!("redacted"), json!("released")]);
    refused::<Finding>(&[json!("clear"), json!(0)]);
    refused::<Preference>(&[json!("paused"), json!("ON")]);
    refused::<Receipt>(&[json!({}), {
        let mut receipt = serde_json::to_value(receipt()).unwrap();
        receipt["agreed"][0]["until_further_notice"] = json!(true);
        receipt
    }]);
}
