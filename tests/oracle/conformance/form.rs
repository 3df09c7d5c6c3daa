//! The words and numbers of the scripts: `tests/conformance/README.md` says what each means.

use framegate::{Area, Kind, Scope};
use serde_json::{Value, json};

use crate::{
    content::{Content, Format, plane_size},
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
        Format::Sound => json!({ "name": "pcm_s16", "channels": 2 }),
        Format::PlanarSound => json!({ "name": "pcm_s16", "channels": 2, "planar": true }),
        Format::Text => json!({ "name": "utf8" }),
        Format::Json => json!({ "name": "json" }),
        Format::Picture {
            width,
            height,
            is_nv12,
        } => {
            let name = if is_nv12 { "nv12" } else { "i420" };
            json!({ "name": name, "width": width, "height": height })
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
    match content {
        Content::Sound(bytes) if format == Format::PlanarSound => (vec![planar(bytes)], None),
        Content::Sound(bytes)
        | Content::Text(bytes)
        | Content::Json(bytes)
        | Content::Record(bytes) => (vec![bytes.clone()], None),
        Content::Picture {
            width,
            height,
            planes: [y, u, v],
        } => {
            let across = |plane| plane_size(plane, *width, *height).0;
            if let Format::Picture { is_nv12: true, .. } = format {
                let both = u.iter().zip(v).flat_map(|(u, v)| [*u, *v]).collect();
                (vec![y.clone(), both], Some(vec![across(0), 2 * across(1)]))
            } else {
                (
                    vec![y.clone(), u.clone(), v.clone()],
                    Some([0, 1, 2].map(across).to_vec()),
                )
            }
        }
    }
}
