//! Frames of any form through taps, against what the people in them agreed to.
//!
//! What the gate may show is told here once more, sample by sample and as plainly as it can be. The gate may show less, never more.

use arbitrary::{Arbitrary, Result, Unstructured};
use framegate::{
    Admission, Area, Authority, Cleared, Contributors, Counters, Digest, Frame, Grant, JoinOptions,
    Kind, Kinds, MAX_REGIONS, Meeting, MeetingOptions, Method, Notice, OutletOptions, Participant,
    Payload, PayloadMut, Plane, PlaneMut, Purposes, Region, Scope, StreamOptions, Tag, Tap, Time,
    Verdict,
    format::{ColorRange, Format, PixelFormat, Samples},
};

/// Who there is.
const IDS: [&str; 4] = ["ana", "ben", "eva", "olu"];
/// From this on a time is out of range.
const LIMIT: i64 = 4_294_967_295_000;

/// A meeting that the bytes make up. What became of each frame.
pub fn check(bytes: &[u8]) -> Vec<Verdict> {
    let mut seen = Vec::new();
    // One that is cut short is one, too.
    let _ = run(&mut Unstructured::new(bytes), &mut seen);
    seen
}

fn run(from: &mut Unstructured<'_>, seen: &mut Vec<Verdict>) -> Result<()> {
    let mut meeting = Meeting::open(MeetingOptions::new("frame", IDS.len())).unwrap();
    let notice = meeting.show(Notice {
        digest: Digest::of("everything"),
        version: "1".into(),
        language: "en".into(),
        controller: "Example Conferencing".into(),
        scope: Scope::ALL,
    });
    let notice = notice.unwrap();
    let mut room = Room {
        people: IDS.map(|id| meeting.join(JoinOptions::adult(id), Time::START).unwrap()),
        acts: Vec::new(),
        present: 0,
        ended: false,
    };
    let mut taps: Vec<Told> = Vec::new();
    for _ in 0..from.int_in_range(1..=3)? {
        taps.extend(told(from, &mut meeting, &room)?);
    }
    for _ in 0..32 {
        if from.is_empty() || taps.is_empty() {
            break;
        }
        match from.int_in_range(0..=9_u8)? {
            0..=2 => agree(from, &mut meeting, &mut room, notice)?,
            3 => {
                let (at, scope) = (time(from, &room)?, scope(from)?);
                let who = from.choose_index(IDS.len())?;
                let by = *from.choose(&[Authority::Participant, Authority::Host])?;
                let _ = meeting
                    .withdraw(by, room.people[who], scope, Time::from_micros(at))
                    .unwrap();
                room.look_at_the_clock(at);
                room.acts.push((who, Act::Withdrew(scope)));
            }
            4 => {
                let (at, who) = (time(from, &room)?, from.choose_index(IDS.len())?);
                let _ = meeting
                    .leave(room.people[who], Time::from_micros(at))
                    .unwrap();
                room.look_at_the_clock(at);
                room.acts.push((who, Act::Left));
            }
            5 if from.ratio(1, 8)? => {
                let _ = meeting.end();
                room.ended = true;
            }
            _ => {
                let at = from.choose_index(taps.len())?;
                seen.push(pass(from, &mut taps[at], &mut room)?);
            }
        }
    }
    for ((.., counters), tap) in meeting.counters().zip(&taps) {
        assert_eq!(counters, tap.counters);
        let Counters {
            seen,
            whole,
            redacted,
            blanked,
            dropped,
        } = counters;
        assert_eq!(seen, whole + redacted + blanked + dropped);
    }
    Ok(())
}

// ---------------------------------------------------------------------------------------------------------------------
// What people agreed to

struct Room {
    people: [Participant; IDS.len()],
    /// Whose, in the order in which they came.
    acts: Vec<(usize, Act)>,
    /// The largest time that anything was given.
    present: i64,
    ended: bool,
}

enum Act {
    /// In milliseconds, to before the end.
    Granted(Scope, i64, i64),
    Withdrew(Scope),
    Left,
}

impl Room {
    fn look_at_the_clock(&mut self, now: i64) {
        if in_range(now) {
            self.present = self.present.max(now);
        }
    }

    /// Whether somebody's consent to a kind for all of some purposes held from capture to release. Nobody's does who is not there.
    fn held(&self, who: Option<usize>, kind: Kind, all: Purposes, passage: (i64, i64)) -> bool {
        let each = (0..16).map(|bit| Purposes::from_bits_retain(1 << bit));
        let mut wanted = each.filter(|purpose| all.contains(*purpose));
        let (captured, released) = passage;
        in_range(captured)
            && in_range(released)
            && captured <= released
            && who.is_some_and(|who| wanted.all(|purpose| self.holds(who, kind, purpose, passage)))
    }

    fn holds(&self, who: usize, kind: Kind, purpose: Purposes, passage: (i64, i64)) -> bool {
        let covers =
            |scope: &Scope| scope.kinds.contains(kind.into()) && scope.purposes.contains(purpose);
        let mut spans = Vec::new();
        for (_, act) in self.acts.iter().filter(|(whose, _)| *whose == who) {
            match act {
                Act::Granted(scope, since, until) if covers(scope) => spans.push((*since, *until)),
                Act::Withdrew(scope) if covers(scope) => spans.clear(),
                Act::Left => spans.clear(),
                Act::Granted(..) | Act::Withdrew(_) => {}
            }
        }
        let (mut reached, released) = (passage.0 / 1000, passage.1 / 1000);
        // From one span to the next without a break.
        while let Some((_, until)) = spans
            .iter()
            .find(|(since, until)| *since <= reached && reached < *until)
        {
            if released < *until {
                return true;
            }
            reached = *until;
        }
        false
    }
}

fn in_range(time: i64) -> bool {
    (0..LIMIT).contains(&time)
}

fn agree(
    from: &mut Unstructured<'_>,
    meeting: &mut Meeting,
    room: &mut Room,
    notice: Digest,
) -> Result<()> {
    let (at, scope) = (time(from, room)?, scope(from)?);
    let who = from.choose_index(IDS.len())?;
    let by = match from.int_in_range(0..=15_u8)? {
        0 => Authority::Host,
        1 => Authority::Guardian,
        _ => Authority::Participant,
    };
    let mut grant = Grant::new(notice, scope, Method::Typed);
    let until = if from.ratio(1, 4)? {
        Some(time(from, room)?)
    } else {
        None
    };
    if let Some(until) = until {
        grant = grant.until(Time::from_micros(until));
    }
    let granted = meeting.grant(by, room.people[who], &grant, Time::from_micros(at));
    room.look_at_the_clock(at);
    if granted.is_ok() {
        // Nobody else agrees for an adult.
        assert_eq!(by, Authority::Participant);
        let since = room.present.div_euclid(1000) + i64::from(room.present % 1000 != 0);
        let until = until.map_or(i64::MAX, |until| until.div_euclid(1000));
        room.acts.push((who, Act::Granted(scope, since, until)));
    }
    Ok(())
}

/// Around the present, mostly; in microseconds.
fn time(from: &mut Unstructured<'_>, room: &Room) -> Result<i64> {
    let time = match from.int_in_range(0..=15_u8)? {
        0..=7 => room.present,
        8..=10 => room.present + i64::from(u16::arbitrary(from)?),
        11..=13 => room.present - i64::from(u16::arbitrary(from)?),
        14 => *from.choose(&[-1, 0, LIMIT, i64::MIN, i64::MAX])?,
        _ => i64::arbitrary(from)?,
    };
    // More than a day ahead the meeting's clock does not follow: that is the oracle's, as nothing here knows which tap was closed by it.
    let leaps = in_range(time) && time > room.present + i64::from(u16::MAX);
    Ok(if leaps { i64::MAX } else { time })
}

fn scope(from: &mut Unstructured<'_>) -> Result<Scope> {
    if from.ratio(1, 2)? {
        return Ok(Scope::ALL);
    }
    let kinds = Kinds::from_bits_retain(u16::arbitrary(from)?);
    let purposes = Purposes::from_bits_retain(u16::arbitrary(from)?);
    Ok(Scope::new(kinds, purposes))
}

// ---------------------------------------------------------------------------------------------------------------------
// Streams

/// A tap, and what its stream and outlet are.
struct Told {
    tap: Tap,
    owner: Owner,
    kind: Kind,
    form: Form,
    purposes: Purposes,
    blanks: Kinds,
    /// The largest time that it was given.
    latest: i64,
    counters: Counters,
}

#[derive(Clone, Copy)]
enum Owner {
    One(usize),
    Mix,
    Composite,
}

#[derive(Clone, Copy)]
enum Form {
    Sound {
        samples: Samples,
        channels: u16,
        is_planar: bool,
    },
    Picture {
        pixels: PixelFormat,
        range: ColorRange,
        width: u32,
        height: u32,
    },
    Text,
    Json,
    Opaque,
}

/// None where no such stream or outlet can be opened.
fn told(from: &mut Unstructured<'_>, meeting: &mut Meeting, room: &Room) -> Result<Option<Told>> {
    let form = match from.int_in_range(0..=6_u8)? {
        0 | 1 => Form::Sound {
            samples: *from.choose(&SAMPLES)?,
            channels: size(from, 4)?.try_into().unwrap_or(u16::MAX),
            is_planar: bool::arbitrary(from)?,
        },
        2 | 3 => Form::Picture {
            pixels: *from.choose(&PIXELS)?,
            range: *from.choose(&[ColorRange::Limited, ColorRange::Full])?,
            width: size(from, 64)?,
            height: size(from, 64)?,
        },
        4 => Form::Text,
        5 => Form::Json,
        _ => Form::Opaque,
    };
    let format = match form {
        Form::Sound {
            samples,
            channels,
            is_planar: false,
        } => Format::pcm(samples, channels),
        Form::Sound {
            samples, channels, ..
        } => Format::planar_pcm(samples, channels),
        Form::Picture {
            pixels,
            range,
            width,
            height,
        } => Format::picture(pixels, range, width, height),
        Form::Text => Format::UTF8,
        Form::Json => Format::JSON,
        Form::Opaque => Format::OPAQUE,
    };
    let kind = *from.choose(&Kind::ALL)?;
    // A file can be of anything.
    let kind = if format.fits(kind) { kind } else { Kind::File };
    let (owner, stream) = match from.int_in_range(0..=4_u8)? {
        0 => (Owner::Mix, StreamOptions::mix(kind, format)),
        1 | 2 => (Owner::Composite, StreamOptions::composite(kind, format)),
        _ => {
            let who = from.choose_index(IDS.len())?;
            let stream = StreamOptions::owned(room.people[who], kind, format);
            (Owner::One(who), stream)
        }
    };
    let purposes = if from.ratio(1, 2)? {
        Purposes::RECORD
    } else {
        Purposes::from_bits_retain(u16::arbitrary(from)?)
    };
    let blanks = Kinds::from_bits_retain(u16::arbitrary(from)?);
    let outlet = OutletOptions::new("outlet", purposes).blank(blanks);
    let (Ok(stream), Ok(outlet)) = (meeting.open_stream(stream), meeting.open_outlet(outlet))
    else {
        return Ok(None);
    };
    Ok(Some(Told {
        tap: meeting.tap(stream, outlet).unwrap(),
        owner,
        kind,
        form,
        purposes,
        blanks,
        latest: 0,
        counters: Counters::default(),
    }))
}

/// Small, mostly.
fn size(from: &mut Unstructured<'_>, most: u32) -> Result<u32> {
    if from.ratio(15, 16)? {
        from.int_in_range(1..=most)
    } else {
        u32::arbitrary(from)
    }
}

const SAMPLES: [Samples; 6] = [
    Samples::U8,
    Samples::S16,
    Samples::S32,
    Samples::F32,
    Samples::MuLaw,
    Samples::ALaw,
];

const PIXELS: [PixelFormat; 12] = [
    PixelFormat::I420,
    PixelFormat::I422,
    PixelFormat::I444,
    PixelFormat::Nv12,
    PixelFormat::Nv21,
    PixelFormat::Yuy2,
    PixelFormat::Uyvy,
    PixelFormat::P010,
    PixelFormat::Rgba,
    PixelFormat::Bgra,
    PixelFormat::Rgb24,
    PixelFormat::Gray8,
];

/// How many points across and down are in the same bytes of a plane, and what these are in black, in limited range.
type Shared = (u32, u32, &'static [u8]);

fn planes(pixels: PixelFormat) -> &'static [Shared] {
    match pixels {
        PixelFormat::I420 => &[(1, 1, &[16]), (2, 2, &[128]), (2, 2, &[128])],
        PixelFormat::I422 => &[(1, 1, &[16]), (2, 1, &[128]), (2, 1, &[128])],
        PixelFormat::I444 => &[(1, 1, &[16]), (1, 1, &[128]), (1, 1, &[128])],
        PixelFormat::Nv12 | PixelFormat::Nv21 => &[(1, 1, &[16]), (2, 2, &[128, 128])],
        PixelFormat::Yuy2 => &[(2, 1, &[16, 128, 16, 128])],
        PixelFormat::Uyvy => &[(2, 1, &[128, 16, 128, 16])],
        PixelFormat::P010 => &[(1, 1, &[0, 16]), (2, 2, &[0, 128, 0, 128])],
        PixelFormat::Rgba | PixelFormat::Bgra => &[(1, 1, &[0, 0, 0, 255])],
        PixelFormat::Rgb24 => &[(1, 1, &[0, 0, 0])],
        PixelFormat::Gray8 => &[(1, 1, &[16])],
        _ => unreachable!("a format that is not told of here"),
    }
}

impl Form {
    /// Its planes.
    fn planes(self) -> &'static [Shared] {
        match self {
            Self::Picture { pixels, .. } => planes(pixels),
            _ => &[],
        }
    }

    /// How many bytes the rows of a plane have, and how many there are.
    fn plane(self, (across, down, black): Shared) -> (usize, usize) {
        let Self::Picture { width, height, .. } = self else {
            return (0, 0);
        };
        let groups = width.div_ceil(across) as usize;
        (
            groups.saturating_mul(black.len()),
            height.div_ceil(down) as usize,
        )
    }

    /// Whether a payload is of this form.
    fn is_of(self, memory: &Memory) -> bool {
        match (self, memory) {
            (_, Memory::Bytes(bytes)) if bytes.is_empty() => false,
            (
                Self::Sound {
                    samples, channels, ..
                },
                Memory::Bytes(bytes),
            ) => bytes.len() % (sample_bytes(samples) * usize::from(channels)) == 0,
            (Self::Text, Memory::Bytes(bytes)) => str::from_utf8(bytes).is_ok(),
            (Self::Json, Memory::Bytes(bytes)) => {
                str::from_utf8(bytes).is_ok()
                    && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
            }
            (Self::Opaque, Memory::Bytes(_)) => true,
            (Self::Picture { .. }, Memory::Planes(planes)) => {
                let holds = |(shared, rows): (&Shared, &Rows)| {
                    let (width, height) = self.plane(*shared);
                    let needed = (height as u128 - 1) * rows.stride as u128 + width as u128;
                    rows.stride >= width && rows.data.len() as u128 >= needed
                };
                let mut others = planes[self.planes().len()..].iter();
                self.planes().iter().zip(planes).all(holds)
                    && others.all(|rows| rows.data.is_empty())
            }
            _ => false,
        }
    }
}

/// Each byte of a value or a key, with the points of all of it. What is neither is of no point, and stays.
fn json(text: &[u8], mut each: impl FnMut(&[(u32, u32)], u8, u8)) {
    let mut at = 0;
    while let Some(first) = text.get(at) {
        let rest = &text[at..];
        let length = match first {
            b'"' => {
                let mut is_escaped = false;
                let mut ends = |byte: &u8| {
                    let is_end = *byte == b'"' && !is_escaped;
                    is_escaped = *byte == b'\\' && !is_escaped;
                    is_end
                };
                rest[1..].iter().position(&mut ends).unwrap() + 2
            }
            byte if b"{}[]:, \t\r\n".contains(byte) => {
                at += 1;
                continue;
            }
            _ => {
                let ends = |byte: &u8| b",]} \t\r\n".contains(byte);
                rest.iter().position(ends).unwrap_or(rest.len())
            }
        };
        let points: Vec<_> = (at..at + length)
            .map(|at| (at.try_into().unwrap(), 0))
            .collect();
        for (index, byte) in rest[..length].iter().enumerate() {
            let mask = match (first, index) {
                (b'"', index) if index == 0 || index == length - 1 => b'"',
                (b'"', _) => b'*',
                (_, 1) if length > 15 => b'.',
                _ if length > 15 => b'0',
                _ => b'1',
            };
            each(&points, *byte, mask);
        }
        at += length;
    }
}

fn sample_bytes(samples: Samples) -> usize {
    match samples {
        Samples::U8 | Samples::MuLaw | Samples::ALaw => 1,
        Samples::S16 => 2,
        Samples::S32 | Samples::F32 => 4,
        _ => unreachable!("a format that is not told of here"),
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Payloads

/// A payload as it lies in memory.
#[derive(Clone, PartialEq)]
enum Memory {
    Bytes(Vec<u8>),
    Planes([Rows; 4]),
}

#[derive(Clone, PartialEq)]
struct Rows {
    data: Vec<u8>,
    stride: usize,
}

impl Memory {
    /// Of a form, mostly, and full of what is not in the place of anything withheld.
    fn new(from: &mut Unstructured<'_>, form: Form) -> Result<Self> {
        let is_amiss = from.ratio(1, 16)?;
        let count = from.int_in_range(1..=12_usize)?;
        Ok(match form {
            _ if is_amiss && from.ratio(1, 2)? => {
                let data = vec![200; count];
                match form {
                    Form::Picture { .. } => Self::Bytes(data),
                    _ => Self::Planes(std::array::from_fn(|_| Rows {
                        data: data.clone(),
                        stride: count,
                    })),
                }
            }
            Form::Sound {
                samples, channels, ..
            } if !is_amiss => Self::Bytes(pattern(
                count * sample_bytes(samples) * usize::from(channels).min(64),
            )),
            Form::Text if !is_amiss => {
                let mut text = String::new();
                for _ in 0..count {
                    text.push(*from.choose(&['a', 'ß', '日', '🙂'])?);
                }
                Self::Bytes(text.into_bytes())
            }
            Form::Json if !is_amiss => {
                let pieces = [
                    "{\"k\":", "[", ",", "7", "\"v\"", "-2.5e3", "null", "}", "]", " ",
                ];
                let mut text = String::new();
                for _ in 0..count {
                    text += from.choose(&pieces)?;
                }
                // Mostly no JSON, so one that surely is, around some.
                let around = [text.clone(), format!("[\"{}\",9]", text.replace('"', "ß"))];
                Self::Bytes(from.choose(&around)?.clone().into_bytes())
            }
            Form::Picture { .. } => {
                let mut planes = std::array::from_fn(|_| Rows {
                    data: Vec::new(),
                    stride: 0,
                });
                for (rows, shared) in planes.iter_mut().zip(form.planes()) {
                    *rows = Rows::new(from, form.plane(*shared), is_amiss)?;
                }
                if is_amiss && from.ratio(1, 4)? {
                    planes[3].data = vec![200];
                }
                Self::Planes(planes)
            }
            Form::Opaque if !is_amiss => Self::Bytes(pattern(count)),
            Form::Sound { .. } | Form::Text | Form::Json | Form::Opaque => {
                let length = from.int_in_range(0..=count)?;
                Self::Bytes(from.bytes(length.min(from.len()))?.to_vec())
            }
        })
    }

    /// To be copied to: as large mostly, and full of something else.
    fn buffer(&self, from: &mut Unstructured<'_>) -> Result<Self> {
        let mut buffer = self.clone();
        if from.ratio(1, 16)? {
            return Ok(Self::Bytes(vec![0xEE; from.int_in_range(0..=16)?]));
        }
        for bytes in buffer.all_bytes_mut() {
            bytes.fill(0xEE);
            if from.ratio(1, 32)? {
                bytes.pop();
            }
        }
        if let Self::Planes(planes) = &mut buffer
            && from.ratio(1, 8)?
        {
            // Rows that lie otherwise in it.
            for rows in planes.iter_mut().take(3) {
                rows.stride = rows.stride.saturating_add(1);
                rows.data.resize(2 * rows.data.len(), 0xEE);
            }
        }
        Ok(buffer)
    }

    fn all_bytes_mut(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Bytes(bytes) => vec![bytes],
            Self::Planes(planes) => planes.iter_mut().map(|rows| &mut rows.data).collect(),
        }
    }

    fn is_zero(&mut self) -> bool {
        let bytes = self.all_bytes_mut();
        bytes.into_iter().flatten().all(|byte| *byte == 0)
    }

    fn payload(&self) -> Payload<'_> {
        match self {
            Self::Bytes(bytes) => Payload::Bytes(bytes),
            Self::Planes(planes) => Payload::Planes(planes.each_ref().map(|rows| Plane {
                data: &rows.data,
                stride: rows.stride,
            })),
        }
    }

    fn payload_mut(&mut self) -> PayloadMut<'_> {
        match self {
            Self::Bytes(bytes) => PayloadMut::Bytes(bytes),
            Self::Planes(planes) => PayloadMut::Planes(planes.each_mut().map(|rows| PlaneMut {
                data: &mut rows.data,
                stride: rows.stride,
            })),
        }
    }

    fn of(payload: &Payload<'_>) -> Self {
        match payload {
            Payload::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            Payload::Planes(planes) => Self::Planes(planes.map(|plane| Rows {
                data: plane.data.to_vec(),
                stride: plane.stride,
            })),
        }
    }
}

impl Rows {
    fn new(
        from: &mut Unstructured<'_>,
        (width, height): (usize, usize),
        is_amiss: bool,
    ) -> Result<Self> {
        let gap = from.int_in_range(0..=3)?;
        let mut stride = width.saturating_add(gap);
        if is_amiss && from.ratio(1, 2)? {
            stride = usize::arbitrary(from)?;
        }
        // What does not fit here is of no form.
        let needed = (height.wrapping_sub(1)).saturating_mul(stride);
        let mut length = needed.saturating_add(width).min(1 << 15);
        if is_amiss && from.ratio(1, 2)? {
            length = from.int_in_range(0..=length)?;
        }
        let data = pattern(length).iter().map(|byte| byte | 0xC0).collect();
        Ok(Self { data, stride })
    }
}

/// No zeros, no asterisks, and what lies beside each other differs.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| 0x40 | at.to_le_bytes()[0]).collect()
}

// ---------------------------------------------------------------------------------------------------------------------
// Frames

/// A region, in the words of this check.
struct Part {
    owner: Option<usize>,
    area: Area,
    kind: Option<Kind>,
    captured: Option<i64>,
}

/// What may be shown of a frame.
struct Allowed {
    /// Whether all who are named for all of it agree.
    named: bool,
    /// Whether each region's owner does.
    regions: Vec<bool>,
    is_composite: bool,
}

impl Allowed {
    /// Whether what is seen in some points may be shown.
    fn at(&self, parts: &[Part], points: &[(u32, u32)]) -> bool {
        points.iter().all(|point| {
            let over = parts.iter().zip(&self.regions);
            let mut over = over
                .filter(|(part, _)| covers(part.area, *point))
                .peekable();
            let is_covered = over.peek().is_some();
            let owners = over.all(|(_, agrees)| *agrees);
            owners && (self.named || self.is_composite && is_covered)
        })
    }
}

fn covers(area: Area, (x, y): (u32, u32)) -> bool {
    let within = |at: u32, from: u32, length: u32| at >= from && at - from < length;
    match area {
        Area::Channel(channel) => u32::from(channel) == x,
        Area::Span { start, end } => start <= x && x < end,
        Area::Rectangle {
            x: left,
            y: top,
            width,
            height,
        } => within(x, left, width) && within(y, top, height),
    }
}

/// Nothing of these is released but as a record.
fn never_cleared(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Unclassified | Kind::Telemetry | Kind::Diagnostic | Kind::Usage
    )
}

fn person(from: &mut Unstructured<'_>) -> Result<Option<usize>> {
    let at = from.int_in_range(0..=4_usize)?;
    Ok((at < IDS.len()).then_some(at))
}

fn part(from: &mut Unstructured<'_>, room: &Room, form: Form, memory: &Memory) -> Result<Part> {
    let form_of_area = if from.ratio(1, 16)? {
        from.int_in_range(0..=2_u8)?
    } else {
        match form {
            Form::Sound { .. } => 0,
            Form::Text | Form::Json | Form::Opaque => 1,
            Form::Picture { .. } => 2,
        }
    };
    let area = match form_of_area {
        0 => Area::Channel(from.int_in_range(0..=4)?),
        1 => {
            let length = match memory {
                Memory::Bytes(bytes) => bytes.len().try_into().unwrap_or(u32::MAX),
                Memory::Planes(_) => 1,
            };
            let (start, end) = (from.int_in_range(0..=length)?, size(from, length.max(1))?);
            Area::Span { start, end }
        }
        _ => Area::Rectangle {
            x: size(from, 64)?.wrapping_sub(1),
            y: size(from, 64)?.wrapping_sub(1),
            width: size(from, 64)?,
            height: size(from, 64)?,
        },
    };
    Ok(Part {
        owner: person(from)?,
        area,
        kind: if from.ratio(1, 8)? {
            Some(*from.choose(&Kind::ALL)?)
        } else {
            None
        },
        captured: if from.ratio(1, 8)? {
            Some(time(from, room)?)
        } else {
            None
        },
    })
}

/// What is said of a frame.
struct Said {
    captured: i64,
    parts: Vec<Part>,
    list: List,
    listed: Vec<Option<usize>>,
}

#[derive(Clone, Copy, PartialEq)]
enum List {
    Owner,
    Complete,
    Partial,
}

fn said(
    from: &mut Unstructured<'_>,
    room: &Room,
    form: Form,
    memory: &Memory,
    captured: i64,
) -> Result<Said> {
    let count = if from.ratio(1, 64)? {
        MAX_REGIONS + from.int_in_range(0..=1)?
    } else {
        from.int_in_range(0..=4)?
    };
    let mut parts = Vec::new();
    for _ in 0..count {
        parts.push(part(from, room, form, memory)?);
    }
    let mut listed = Vec::new();
    for _ in 0..from.int_in_range(0..=3)? {
        listed.push(person(from)?);
    }
    let list = match from.int_in_range(0..=8_u8)? {
        0 => List::Partial,
        1..=4 => List::Complete,
        _ => List::Owner,
    };
    Ok(Said {
        captured,
        parts,
        list,
        listed,
    })
}

impl Said {
    /// What may be shown of the frame for all of some purposes.
    fn allowed(&self, told: &Told, room: &Room, purposes: Purposes, released: i64) -> Allowed {
        let owner = match told.owner {
            Owner::One(owner) => Some(owner),
            Owner::Mix | Owner::Composite => None,
        };
        let is_complete = match self.list {
            List::Owner => owner.is_some(),
            List::Complete => !self.listed.is_empty(),
            List::Partial => false,
        };
        let mut times = self.parts.iter().filter_map(|part| part.captured);
        let is_fault = room.ended
            || !is_complete
            || self.parts.len() > MAX_REGIONS
            || never_cleared(told.kind)
            || !times.all(in_range);
        let held = |who, kind, captured| {
            let passage = (captured, released);
            !is_fault && !never_cleared(kind) && room.held(who, kind, purposes, passage)
        };
        let agrees = |part: &Part| {
            let earlier = part.captured.unwrap_or(self.captured).min(self.captured);
            held(part.owner, told.kind, earlier)
                && held(part.owner, part.kind.unwrap_or(told.kind), earlier)
        };
        let mut named: Vec<_> = owner.map(Some).into_iter().collect();
        if self.list == List::Complete {
            named.extend(&self.listed);
        }
        let mut named = named.into_iter();
        Allowed {
            named: !is_fault && named.all(|who| held(who, told.kind, self.captured)),
            regions: self.parts.iter().map(agrees).collect(),
            is_composite: matches!(told.owner, Owner::Composite),
        }
    }
}

/// What the outlet got to see.
struct Shown {
    memory: Memory,
    tag: Tag,
    is_same_memory: bool,
    hidden: Vec<bool>,
    /// Who is in it, as it would be told to what is derived from it.
    people: Vec<Participant>,
}

fn pass(from: &mut Unstructured<'_>, told: &mut Told, room: &mut Room) -> Result<Verdict> {
    let (now, captured) = (time(from, room)?, time(from, room)?);
    let memory = Memory::new(from, told.form)?;
    let said = said(from, room, told.form, &memory, captured)?;
    let participant = |who: Option<usize>| who.map_or(Participant::UNKNOWN, |who| room.people[who]);
    let listed: Vec<_> = said.listed.iter().map(|who| participant(*who)).collect();
    let contributors = match said.list {
        List::Owner => Contributors::Owner,
        List::Complete => Contributors::Complete(&listed),
        List::Partial => Contributors::Partial(&listed),
    };
    let region = |part: &Part| {
        let mut region = Region::new(participant(part.owner), part.area);
        if let Some(kind) = part.kind {
            region = region.kind(kind);
        }
        if let Some(captured) = part.captured {
            region = region.captured(Time::from_micros(captured));
        }
        region
    };
    let regions: Vec<_> = said.parts.iter().map(region).collect();
    let frame = Frame::new(Time::from_micros(said.captured), contributors).regions(&regions);

    room.look_at_the_clock(now);
    if in_range(now) {
        told.latest = told.latest.max(now);
    }
    let released = if in_range(now) { told.latest } else { now };
    let now = Time::from_micros(now);
    let bare = told.tap.decide(&frame, now);
    for purpose in (0..16).map(|bit| Purposes::from_bits_retain(1 << bit)) {
        if bare.purposes().contains(purpose) {
            let allowed = said.allowed(told, room, purpose, released);
            assert!(allowed.named && !allowed.regions.contains(&false));
        }
    }

    let release = |cleared: Cleared<'_>| {
        let mut people = [Participant::UNKNOWN; 2 * MAX_REGIONS];
        let source = cleared.source(&mut people);
        Shown {
            memory: Memory::of(cleared.payload()),
            tag: cleared.tag(),
            is_same_memory: is_same(cleared.payload(), &memory.payload()),
            hidden: (0..regions.len())
                .map(|index| cleared.hides(index))
                .collect(),
            people: source.map_or(Vec::new(), |source| source.people().to_vec()),
        }
    };
    let mut buffer = memory.buffer(from)?;
    let door = from.int_in_range(0..=2_u8)?;
    let Admission { tag, output } = match door {
        0 => told.tap.admit(&frame, memory.payload(), now, release),
        1 => told
            .tap
            .admit_into(&frame, memory.payload(), buffer.payload_mut(), now, release),
        _ => {
            buffer = memory.clone();
            told.tap
                .admit_in_place(&frame, buffer.payload_mut(), now, release)
        }
    };
    let verdict = tag.verdict();
    assert_eq!(Tag::from_bytes(tag.to_bytes()), Ok(tag));
    told.count(verdict);
    assert_eq!(told.tap.counters(), told.counters);
    let Some(shown) = output else {
        assert!(matches!(verdict, Verdict::Dropped(_)));
        assert!(door == 0 || buffer.is_zero());
        return Ok(verdict);
    };
    assert_eq!(shown.tag, tag);
    // Text that consent withholds is not looked through before it is masked.
    let is_masked_text = matches!(told.form, Form::Text | Form::Json) && !verdict.is_released();
    assert!(told.form.is_of(&shown.memory) && (is_masked_text || told.form.is_of(&memory)));
    assert!(door != 0 || verdict == Verdict::Whole && shown.is_same_memory);
    if verdict.is_released() {
        let allowed = said.allowed(told, room, told.purposes, released);
        is_within(&shown, &memory, told.form, &said.parts, &allowed);
        assert_eq!(tag.purposes(), told.purposes);
        for who in &shown.people {
            let who = room.people.iter().position(|other| other == who);
            assert!(room.held(who, told.kind, told.purposes, (released, released)));
        }
    } else {
        assert!(matches!(verdict, Verdict::Blanked(_)));
        assert!(told.blanks.contains(told.kind.into()));
        assert!(!shown.hidden.contains(&false) && shown.people.is_empty());
        told.form
            .samples(&shown.memory, |_, sample, mask| assert_eq!(sample, mask));
    }
    Ok(verdict)
}

/// Each sample is as it was sent, if it may be shown, or hidden.
fn is_within(shown: &Shown, sent: &Memory, form: Form, parts: &[Part], allowed: &Allowed) {
    let is_whole = shown.tag.verdict() == Verdict::Whole;
    let mut samples = Vec::new();
    form.samples(sent, |_, sample, _| samples.push(sample));
    let mut samples = samples.into_iter();
    form.samples(&shown.memory, |points, sample, mask| {
        let sent = samples.next();
        let may = allowed.at(parts, points);
        assert!(may || !is_whole, "shown whole against consent");
        assert!(may || sample == mask, "shown against consent at {points:?}");
        assert!(sample == mask || Some(sample) == sent);
        assert!(!is_whole || Some(sample) == sent);
    });
    for (agrees, is_hidden) in allowed.regions.iter().zip(&shown.hidden) {
        assert!(agrees | is_hidden);
    }
}

fn is_same(a: &Payload<'_>, b: &Payload<'_>) -> bool {
    match (a, b) {
        (Payload::Bytes(a), Payload::Bytes(b)) => std::ptr::eq(*a, *b),
        (Payload::Planes(a), Payload::Planes(b)) => {
            let mut planes = a.iter().zip(b);
            planes.all(|(a, b)| std::ptr::eq(a.data, b.data))
        }
        _ => false,
    }
}

impl Told {
    fn count(&mut self, verdict: Verdict) {
        self.counters.seen += 1;
        match verdict {
            Verdict::Whole => self.counters.whole += 1,
            Verdict::Redacted(_) => self.counters.redacted += 1,
            Verdict::Blanked(_) => self.counters.blanked += 1,
            Verdict::Dropped(_) => self.counters.dropped += 1,
        }
    }
}

impl Form {
    /// Each byte that is part of a payload of this form, with the points in which it is seen and what it is when it is hidden.
    fn samples(self, memory: &Memory, mut each: impl FnMut(&[(u32, u32)], u8, u8)) {
        match (self, memory) {
            (
                Self::Sound {
                    samples,
                    channels,
                    is_planar,
                },
                Memory::Bytes(bytes),
            ) => {
                let silence = match samples {
                    Samples::U8 => 0x80,
                    Samples::MuLaw => 0xFF,
                    Samples::ALaw => 0xD5,
                    Samples::S16 | Samples::S32 | Samples::F32 => 0,
                    _ => unreachable!("a format that is not told of here"),
                };
                let (size, channels) = (sample_bytes(samples), usize::from(channels));
                for (at, byte) in bytes.iter().enumerate() {
                    let channel = if is_planar {
                        at * channels / bytes.len()
                    } else {
                        at / size % channels
                    };
                    each(&[(channel.try_into().unwrap(), 0)], *byte, silence);
                }
            }
            (Self::Json, Memory::Bytes(bytes)) => json(bytes, each),
            (Self::Text, Memory::Bytes(bytes)) => {
                for (at, byte) in (0..).zip(bytes) {
                    each(&[(at, 0)], *byte, b'*');
                }
            }
            (
                Self::Picture {
                    pixels,
                    range,
                    width,
                    height,
                },
                Memory::Planes(memory),
            ) => {
                for (&(across, down, black), rows) in planes(pixels).iter().zip(memory) {
                    let (bytes, height_of) = self.plane((across, down, black));
                    let rows = rows.data.chunks(rows.stride).take(height_of);
                    for (y, row) in (0..).map(|y| y * down).zip(rows) {
                        for (at, byte) in row[..bytes].iter().enumerate() {
                            let x = u32::try_from(at / black.len()).unwrap() * across;
                            let (right, bottom) = (width.min(x + across), height.min(y + down));
                            // No more than four; a list for each byte would take longer than all else.
                            let (mut points, mut count) = ([(0, 0); 4], 0);
                            for point in (y..bottom).flat_map(|y| (x..right).map(move |x| (x, y))) {
                                points[count] = point;
                                count += 1;
                            }
                            // Luma is 0, in what is not RGB.
                            let black = match (black[at % black.len()], range) {
                                (16, ColorRange::Full) => 0,
                                (black, _) => black,
                            };
                            each(&points[..count], *byte, black);
                        }
                    }
                }
            }
            // Whole or not at all.
            (_, Memory::Bytes(bytes)) => {
                for byte in bytes {
                    each(&[(0, 0)], *byte, 0);
                }
            }
            _ => {}
        }
    }
}
