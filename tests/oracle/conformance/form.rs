//! The words and numbers of the scripts: `tests/conformance/README.md` says what each means.

use framegate::{
    Area, Kind, Scope,
    format::{ColorRange, Samples},
};
use serde_json::{Value, json};

use crate::{
    content::{Content, Format, plane_sizes},
    doors::planar,
    ledger::hexadecimal,
    rules::{Contributors, Expected, Person, Refusal, Region, in_range, purposes_of},
};

/// What a call answers that is not done.
pub fn error(step: &str, why: Refusal) -> &'static str {
    match why {
        Refusal::Ended => "ended",
        Refusal::Overreach => "overreach",
        Refusal::AgreedEarlier => "agreed_earlier",
        Refusal::Unsigned => "unsigned",
        Refusal::Keyless => "keyless",
        Refusal::ForeignMeeting => "foreign_meeting",
        Refusal::Replayed => "replayed",
        Refusal::WrongSignature => "wrong_signature",
        Refusal::WrongKey => "wrong_key",
        Refusal::NotARestrainer => "not_a_restrainer",
        Refusal::Time => "time",
        Refusal::NobodyThere => "unknown_participant",
        Refusal::AlreadyThere => "already_joined",
        Refusal::Nobody => "empty",
        Refusal::UnknownNotice => "unknown_notice",
        Refusal::StaleNotice if step == "show" => "conflicting_notice",
        Refusal::StaleNotice => "stale_notice",
        Refusal::NotExplicit => "not_explicit",
        Refusal::BeyondNotice => "beyond_notice",
        Refusal::NoRoom => "full",
        Refusal::WrongFormat => "format",
    }
}

/// Of a time out of range is not kept which it was.
pub fn time(micros: i64) -> Value {
    json!(if in_range(micros) { micros } else { -1 })
}

/// Of somebody unknown there is no number.
pub fn person(who: Person) -> Value {
    json!(who)
}

pub fn scope(scope: Scope) -> Value {
    json!([scope.kinds.bits(), scope.purposes.bits()])
}

pub fn kind(kind: Kind) -> Value {
    json!(kind.name())
}

pub fn format(format: Format) -> Value {
    match format {
        Format::Sound(samples) => json!({ "name": pcm(samples), "channels": 2 }),
        Format::PlanarSound(samples) => {
            json!({ "name": pcm(samples), "channels": 2, "planar": true })
        }
        Format::Opaque => json!({ "name": "opaque" }),
        Format::Text => json!({ "name": "utf8" }),
        Format::Json => json!({ "name": "json" }),
        Format::Picture {
            width,
            height,
            pixels,
            range,
        } => {
            let mut told = json!({ "name": pixels, "width": width, "height": height });
            if range == ColorRange::Full {
                told["full_range"] = json!(true);
            }
            told
        }
        Format::Record(declared) => {
            let fields = declared.ranges.iter().enumerate();
            let fields =
                fields.map(|(at, (start, end))| json!([at.to_string(), "times", start, end]));
            json!({
                "name": "record", "fields": fields.collect::<Vec<_>>(), "bits_per_minute": declared.bits_per_minute,
            })
        }
    }
}

/// The library's word for samples is without what they are samples of.
fn pcm(samples: Samples) -> String {
    let word = json!(samples);
    std::format!("pcm_{}", word.as_str().expect("a word"))
}

/// With what tells it from others of the same word.
pub fn format_name(like: Format) -> String {
    let told = format(like);
    let more = match told {
        _ if told["planar"] == true => "-planar",
        _ if told["full_range"] == true => "-full",
        _ => "",
    };
    std::format!("format-{}{more}", told["name"].as_str().expect("a word"))
}

pub fn contributors(who: &Contributors, group: Option<usize>, sources: &[usize]) -> Value {
    let people = |list: &[Person]| list.iter().copied().map(person).collect::<Vec<_>>();
    match who {
        Contributors::Owner => json!("owner"),
        Contributors::Complete(list) => json!({ "complete": people(list) }),
        Contributors::Partial(list) => json!({ "partial": people(list) }),
        Contributors::Group(_) | Contributors::ForeignGroup(_) => json!({ "group": group }),
        Contributors::Sources(_) => json!({ "sources": sources }),
    }
}

pub fn region(region: &Region) -> Value {
    let mut told = match region.area {
        Area::Rectangle {
            x,
            y,
            width,
            height,
        } => json!({ "rectangle": [x, y, width, height] }),
        Area::Channel(channel) => json!({ "channel": channel }),
        Area::Span { start, end } => json!({ "span": [start, end] }),
    };
    told["owner"] = person(region.owner);
    if let Some(of) = region.kind {
        told["kind"] = kind(of);
    }
    if let Some(captured) = region.captured {
        told["captured"] = time(captured);
    }
    told
}

/// What comes of a frame; or, of a bare decision, for what it is cleared.
pub fn answer(expected: &Expected, is_admitted: bool) -> Value {
    let mut told = json!({ "verdict": expected.verdict.name() });
    if let Some(reason) = expected.verdict.reason() {
        told["reason"] = json!(reason.name());
    }
    if is_admitted {
        told["tag"] = json!(hexadecimal(&expected.tag));
    } else {
        let [.., a, b, c, d] = expected.tag;
        told["purposes"] = json!(purposes_of(expected.tag).bits());
        told["generation"] = json!(u32::from_be_bytes([a, b, c, d]));
    }
    told
}

/// Bytes, or planes of rows with a gap after each but the last.
pub fn payload(content: &Content, gap: usize, format: Format) -> Value {
    match bytes(content, format) {
        (bytes, None) => json!(hexadecimal(&bytes[0])),
        (planes, Some(rows)) => {
            let plane = |(bytes, row): (Vec<u8>, usize)| {
                let rows = bytes.chunks(row).collect::<Vec<_>>();
                json!({ "row": row, "stride": row + gap, "bytes": hexadecimal(&rows.join(&vec![7; gap][..])) })
            };
            planes.into_iter().zip(rows).map(plane).collect()
        }
    }
}

/// What an outlet gets: of each plane the rows without gaps.
pub fn left(content: &Content, format: Format) -> Value {
    match bytes(content, format) {
        (bytes, None) => json!(hexadecimal(&bytes[0])),
        (planes, Some(_)) => planes
            .iter()
            .map(|plane| json!(hexadecimal(plane)))
            .collect(),
    }
}

/// The bytes of each plane, and of a picture how many there are in a row of each.
fn bytes(content: &Content, format: Format) -> (Vec<Vec<u8>>, Option<Vec<usize>>) {
    match (content, format) {
        (Content::Sound(samples, bytes), Format::PlanarSound(_)) => {
            (vec![planar(*samples, bytes)], None)
        }
        (
            Content::Picture {
                width,
                height,
                pixels,
                range,
                planes,
            },
            _,
        ) => {
            let sizes = plane_sizes(*pixels, *range, *width, *height);
            (
                planes.clone(),
                Some(sizes.into_iter().map(|(row, _)| row).collect()),
            )
        }
        _ => (vec![content.bytes()], None),
    }
}
