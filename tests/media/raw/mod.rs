//! Every raw format: what is left of it, against a plain telling of what its bytes are, and what decoders make of what is hidden.

mod decoders;

use framegate::{
    Area, Contributors, Error, Frame, Kind, Kinds, Meeting, OutletOptions, Participant, Purposes,
    Reason, Region, StreamOptions, Tap, Time, Verdict,
    format::{ColorRange, Format, PixelFormat, Samples},
};
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{RngSeed, TestRunner},
};

use crate::common::{
    SCOPE, agree,
    judges::needs,
    layout::{self, Memory, PIXELS, RANGES, SAMPLES, parts},
    meeting, own, tap,
};

const NOW: Time = Time::from_millis(1);
/// What is in a buffer that nothing was copied to yet.
const OLD: u8 = 0xAA;

/// A stream of one who agrees, or of her and one who does not, into an outlet that takes blanks.
fn room(format: Format, kind: Kind, is_composite: bool) -> (Meeting, Tap, [Participant; 2]) {
    let (mut meeting, notice, people) = meeting();
    agree(&mut meeting, notice, people[0], SCOPE, Time::START);
    let stream = if is_composite {
        StreamOptions::composite(kind, format)
    } else {
        StreamOptions::owned(people[0], kind, format)
    };
    let tap = tap(&mut meeting, stream, Purposes::RECORD);
    (meeting, tap, people)
}

/// Areas, and of each whether its owner agrees.
type Areas = Vec<(Area, bool)>;

/// Whether what lies under these areas stays.
fn stays(areas: &Areas, is_composite: bool, covers: impl Fn(Area) -> bool) -> bool {
    let over: Vec<_> = areas.iter().filter(|(area, _)| covers(*area)).collect();
    over.iter().all(|(_, agrees)| *agrees) && !(is_composite && over.is_empty())
}

/// What the gate made of a frame in place, and of a copy of it.
fn treat(
    (format, kind): (Format, Kind),
    is_composite: bool,
    areas: &Areas,
    sent: Memory,
    mut old: Memory,
) -> (Verdict, Memory, Memory) {
    let (_meeting, mut tap, people) = room(format, kind, is_composite);
    let [agrees, refuses] = people;
    let owner = |is_agreed: &bool| if *is_agreed { agrees } else { refuses };
    let regions = areas.iter().map(|(area, is)| Region::new(owner(is), *area));
    let regions: Vec<_> = regions.collect();
    let who = if is_composite {
        Contributors::Complete(&people)
    } else {
        Contributors::Owner
    };
    let frame = Frame::new(NOW, who).regions(&regions);
    let into = tap.admit_into(&frame, sent.payload(), old.payload_mut(), NOW, |_| ());
    let whole = tap.admit(&frame, sent.payload(), NOW, |_| ());
    let mut changed = sent;
    let in_place = tap.admit_in_place(&frame, changed.payload_mut(), NOW, |_| ());
    assert_eq!(into.verdict(), in_place.verdict());
    match in_place.verdict() {
        Verdict::Whole => assert_eq!(whole.verdict(), Verdict::Whole),
        Verdict::Redacted(reason) | Verdict::Blanked(reason) => {
            assert_eq!(whole.verdict(), Verdict::Dropped(reason));
        }
        Verdict::Dropped(_) => unreachable!("nothing is amiss, and the outlet takes blanks"),
    }
    (in_place.verdict(), changed, old)
}

const WITHOUT: Verdict = Verdict::Redacted(Reason::NotGranted);
const EMPTY: Verdict = Verdict::Blanked(Reason::NotGranted);

// ---------------------------------------------------------------------------------------------------------------------
// The table of the guide: src/guide/limits.rs

/// A format, a payload of it, and an area that is half of that.
type Row = (Format, Memory, Area);

/// Each format once.
fn formats() -> Vec<Row> {
    let sound = SAMPLES.into_iter().flat_map(|(samples, size, _)| {
        [Format::pcm(samples, 2), Format::planar_pcm(samples, 2)]
            .map(|format| (format, Memory::Bytes(vec![7; 4 * size]), Area::Channel(1)))
    });
    let upper = Area::Rectangle {
        x: 0,
        y: 0,
        width: 4,
        height: 2,
    };
    let pictures = PIXELS.into_iter().flat_map(|pixels| {
        RANGES.map(|range| {
            let memory = Memory::picture(&parts(pixels, range), [4, 4], 0, 0, 0);
            (Format::picture(pixels, range, 4, 4), memory, upper)
        })
    });
    let text = (
        Format::UTF8,
        Memory::Bytes(b"good morning".to_vec()),
        Area::Span { start: 0, end: 4 },
    );
    let json = (
        Format::JSON,
        Memory::Bytes(br#"["good morning","good evening"]"#.to_vec()),
        Area::Span { start: 3, end: 9 },
    );
    sound.chain(pictures).chain([text, json]).collect()
}

#[test]
fn each_format_of_each_kind_is_dropped_blanked_and_redacted() {
    let content = Kind::ALL.into_iter().filter(|kind| {
        let service = Kinds::TELEMETRY | Kinds::DIAGNOSTIC | Kinds::USAGE | Kinds::UNCLASSIFIED;
        !service.contains((*kind).into())
    });
    for (kind, row) in content.flat_map(|kind| formats().into_iter().map(move |row| (kind, row))) {
        let (format, sent, half) = row;
        if !format.fits(kind) {
            continue;
        }
        let (mut meeting, notice, [agrees, refuses]) = meeting();
        agree(&mut meeting, notice, agrees, SCOPE, Time::START);
        let mut open = |owner: Participant, blanks| {
            let stream = meeting
                .open_stream(StreamOptions::owned(owner, kind, format))
                .unwrap();
            let outlet = OutletOptions::new("outlet", Purposes::RECORD).blank(blanks);
            let outlet = meeting.open_outlet(outlet).unwrap();
            meeting.tap(stream, outlet).unwrap()
        };
        let pass = |tap: &mut Tap, regions: &[Region]| {
            let mut left = sent.clone();
            let frame = own(NOW).regions(regions);
            let admission = tap.admit_in_place(&frame, left.payload_mut(), NOW, |_| ());
            (admission.verdict(), left.bytes())
        };
        let count = |left: &[u8]| {
            let changed = sent
                .bytes()
                .into_iter()
                .zip(left)
                .filter(|(sent, left)| sent != *left);
            changed.count()
        };
        let all = sent.bytes().len();

        let mut withheld = open(refuses, Kinds::empty());
        let dropped = (Verdict::Dropped(Reason::NotGranted), vec![0; all]);
        assert_eq!(pass(&mut withheld, &[]), dropped, "{format:?}");

        let (verdict, empty) = pass(&mut open(refuses, Kinds::all()), &[]);
        assert_eq!(verdict, EMPTY, "{format:?}");
        assert!(count(&empty) > all * 3 / 4, "{format:?}");

        let quoting = [Region::new(refuses, half)];
        let (verdict, rest) = pass(&mut open(agrees, Kinds::all()), &quoting);
        assert_eq!(verdict, WITHOUT, "{format:?}");
        let changed = count(&rest);
        assert!(
            (all / 4..=all / 2).contains(&changed),
            "{format:?}: {changed} of {all}"
        );

        let whole = (Verdict::Whole, sent.bytes());
        assert_eq!(
            pass(&mut open(agrees, Kinds::all()), &[]),
            whole,
            "{format:?}"
        );
    }
}

#[test]
fn what_is_hidden_is_black_to_a_decoder() {
    needs!("ffmpeg");
    for (pixels, range) in PIXELS
        .into_iter()
        .flat_map(|pixels| RANGES.map(|range| (pixels, range)))
    {
        let size = [6, 4];
        let mut sent = Memory::picture(&parts(pixels, range), size, 0, 0, 0);
        sent.fill(OLD);
        let (_meeting, mut tap, [_, refuses]) =
            room(Format::picture(pixels, range, 6, 4), Kind::Video, false);
        let all = Area::Rectangle {
            x: 0,
            y: 0,
            width: 6,
            height: 4,
        };
        let regions = [Region::new(refuses, all)];
        let mut left = sent.clone();
        let frame = own(NOW).regions(&regions);
        let admission = tap.admit_in_place(&frame, left.payload_mut(), NOW, |_| ());
        assert_eq!(admission.verdict(), EMPTY);
        let seen = decoders::brightest(&left.bytes(), pixels, range, size);
        // It takes gray for full range, whatever is said.
        let is_limited_gray = (pixels, range) == (PixelFormat::Gray8, ColorRange::Limited);
        let black = if is_limited_gray { 16 } else { 0 };
        assert_eq!(seen, black, "{pixels:?} {range:?}");
        // What was sent is not black, and the other range's black is not this one's.
        assert!(decoders::brightest(&sent.bytes(), pixels, range, size) > 64);
        let other = if range == ColorRange::Limited {
            ColorRange::Full
        } else {
            ColorRange::Limited
        };
        let is_rgb = [PixelFormat::Rgba, PixelFormat::Bgra, PixelFormat::Rgb24].contains(&pixels);
        if range == ColorRange::Limited && !is_rgb {
            assert!(
                decoders::brightest(&left.bytes(), pixels, other, size) > 8,
                "{pixels:?}"
            );
        }
    }
}

#[test]
fn what_is_hidden_is_silent_to_a_decoder() {
    needs!("ffmpeg");
    for (samples, size, _) in SAMPLES {
        let sent = vec![0x35; 96 * size];
        let (_meeting, mut tap, [_, refuses]) = room(Format::pcm(samples, 1), Kind::Audio, false);
        let regions = [Region::new(refuses, Area::Channel(0))];
        let mut left = sent.clone();
        let frame = own(NOW).regions(&regions);
        let admission = tap.admit_in_place(&frame, (&mut left[..]).into(), NOW, |_| ());
        assert_eq!(admission.verdict(), EMPTY);
        // A-law has no 0 but the least there is on either side of it.
        let least = if samples == Samples::ALaw { 8 } else { 0 };
        assert!(decoders::loudest(&left, samples) <= least, "{samples:?}");
        if samples != Samples::F32 {
            assert!(decoders::loudest(&sent, samples) > 64, "{samples:?}");
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Bad input

const MALFORMED: Verdict = Verdict::Dropped(Reason::Malformed);

#[test]
fn r1_pictures_with_planes_that_are_too_small() {
    const SIZE: [usize; 2] = [5, 3];
    for (pixels, range) in PIXELS
        .into_iter()
        .flat_map(|pixels| RANGES.map(|range| (pixels, range)))
    {
        let parts = parts(pixels, range);
        let (_meeting, mut tap, people) =
            room(Format::picture(pixels, range, 5, 3), Kind::Video, false);
        let mut verdict = |memory: &Memory, areas: &[Area]| {
            let regions: Vec<_> = areas
                .iter()
                .map(|area| Region::new(people[0], *area))
                .collect();
            let frame = own(NOW).regions(&regions);
            let mut place = memory.clone();
            let got = tap.admit(&frame, memory.payload(), NOW, |_| ()).verdict();
            let in_place = tap.admit_in_place(&frame, place.payload_mut(), NOW, |_| ());
            assert_eq!(got, in_place.verdict());
            got
        };
        let good = Memory::picture(&parts, SIZE, 0, 2, 0);
        assert_eq!(verdict(&good, &[]), Verdict::Whole);
        for (plane, part) in parts.iter().enumerate() {
            let (bytes, rows) = part.size(SIZE[0], SIZE[1]);
            let with = |length: usize, stride| {
                let mut memory = good.clone();
                let rows = &mut memory.planes()[plane];
                (rows.memory, rows.stride) = (vec![1; length], stride);
                memory
            };
            for (length, stride, fits) in [
                (rows * bytes, bytes, true),
                (rows * bytes - 1, bytes, false),
                ((rows - 1) * 100 + bytes, 100, true),
                ((rows - 1) * 100 + bytes - 1, 100, false),
                (rows * bytes, bytes - 1, false),
                (rows * bytes, 0, false),
                (rows * bytes, usize::MAX, false),
                (0, bytes, false),
            ] {
                let expected = if fits { Verdict::Whole } else { MALFORMED };
                let got = verdict(&with(length, stride), &[]);
                assert_eq!(
                    got, expected,
                    "{pixels:?} {plane}: {length}, stride {stride}"
                );
            }
        }
        // One plane more than there are, and one less.
        let Memory::Planes(planes) = &good else {
            unreachable!()
        };
        let more = [&planes[..], &planes[..1]].concat();
        assert_eq!(verdict(&Memory::Planes(more), &[]), MALFORMED, "{pixels:?}");
        let mut less = good.clone();
        less.planes()[parts.len() - 1].memory.clear();
        assert_eq!(verdict(&less, &[]), MALFORMED, "{pixels:?}");
        assert_eq!(verdict(&Memory::Bytes(vec![1; 600]), &[]), MALFORMED);

        for (x, y, width, height, fits) in [
            (4, 2, 1, 1, true),
            (4, 2, u32::MAX, u32::MAX, true),
            (5, 0, 1, 1, false),
            (0, 3, 1, 1, false),
            (u32::MAX, u32::MAX, u32::MAX, u32::MAX, false),
            (0, 0, 0, 1, false),
            (0, 0, 1, 0, false),
        ] {
            let area = Area::Rectangle {
                x,
                y,
                width,
                height,
            };
            let expected = if fits { Verdict::Whole } else { MALFORMED };
            assert_eq!(verdict(&good, &[area]), expected, "{pixels:?} {area:?}");
        }
        for area in [Area::Channel(0), Area::Span { start: 0, end: 1 }] {
            assert_eq!(verdict(&good, &[area]), MALFORMED);
        }
    }
}

#[test]
fn r1_sound_that_is_no_whole_number_of_samples() {
    for (samples, size, _) in SAMPLES {
        for format in [Format::pcm(samples, 3), Format::planar_pcm(samples, 3)] {
            let (_meeting, mut tap, people) = room(format, Kind::Audio, false);
            for length in 0..=24 {
                let sent = Memory::Bytes(vec![1; length]);
                let got = tap.admit(&own(NOW), sent.payload(), NOW, |_| ()).verdict();
                let is_whole = length > 0 && length % (3 * size) == 0;
                assert_eq!(
                    got,
                    if is_whole { Verdict::Whole } else { MALFORMED },
                    "{format:?}"
                );
            }
            let sent = Memory::Bytes(vec![1; 3 * size]);
            let areas = [
                (Area::Channel(2), true),
                (Area::Channel(3), false),
                (Area::Channel(u16::MAX), false),
                (Area::Span { start: 0, end: 1 }, false),
            ];
            for (area, fits) in areas {
                let regions = [Region::new(people[0], area)];
                let frame = own(NOW).regions(&regions);
                let got = tap.admit(&frame, sent.payload(), NOW, |_| ()).verdict();
                assert_eq!(
                    got,
                    if fits { Verdict::Whole } else { MALFORMED },
                    "{area:?}"
                );
            }
            let picture = Memory::picture(
                &parts(PixelFormat::Gray8, ColorRange::Full),
                [3, 2],
                0,
                0,
                0,
            );
            let got = tap
                .admit(&own(NOW), picture.payload(), NOW, |_| ())
                .verdict();
            assert_eq!(got, MALFORMED);
        }
    }
}

#[test]
fn formats_that_cannot_be_are_errors() {
    let (mut meeting, _, [who]) = meeting();
    let mut open = |format| {
        meeting
            .open_stream(StreamOptions::owned(who, Kind::File, format))
            .err()
    };
    for pixels in PIXELS {
        for (width, height) in [
            (0, 1),
            (1, 0),
            (32_769, 1),
            (1, 32_769),
            (u32::MAX, u32::MAX),
        ] {
            let format = Format::picture(pixels, ColorRange::Full, width, height);
            assert_eq!(open(format), Some(Error::Format));
        }
        assert_eq!(
            open(Format::picture(pixels, ColorRange::Full, 32_768, 32_768)),
            None
        );
    }
    for (samples, ..) in SAMPLES {
        for format in [Format::pcm(samples, 0), Format::planar_pcm(samples, 0)] {
            assert_eq!(open(format), Some(Error::Format));
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Pictures

fn rectangles(is_composite: bool) -> impl Strategy<Value = Areas> {
    // What two regions of a composite share a sample of colour for goes, though either would let it stay.
    let grid = move |at: u32| if is_composite { at / 2 * 2 } else { at };
    let size = prop_oneof![4 => 1_u32..14, 1 => Just(u32::MAX)];
    let place = (0_u32..20, 0_u32..20, size.clone(), size);
    let area = (place, any::<bool>()).prop_map(move |((x, y, width, height), agrees)| {
        let least = if is_composite { 2 } else { 1 };
        let area = Area::Rectangle {
            x: grid(x),
            y: grid(y),
            width: grid(width).max(least),
            height: grid(height).max(least),
        };
        (area, agrees)
    });
    prop::collection::vec(area, 0..8)
}

fn is_in(area: Area, (x, y): (usize, usize)) -> bool {
    let Area::Rectangle {
        x: left,
        y: top,
        width,
        height,
    } = area
    else {
        return false;
    };
    let within = |at: usize, from: u32, length: u32| {
        at >= from as usize && at - (from as usize) < length as usize
    };
    within(x, left, width) && within(y, top, height)
}

/// A picture as it is sent, and its areas.
#[derive(Clone, Debug)]
struct Case {
    pixels: PixelFormat,
    range: ColorRange,
    size: [usize; 2],
    before: usize,
    gaps: [usize; 2],
    after: usize,
    is_composite: bool,
    areas: Areas,
}

fn cases() -> impl Strategy<Value = Case> {
    (
        (select(&PIXELS[..]), select(&RANGES[..])),
        [1_usize..20, 1_usize..20],
        (
            0_usize..5,
            [0_usize..7, 0_usize..7],
            prop_oneof![0_usize..7, 0_usize..100],
        ),
        any::<bool>().prop_flat_map(|is| (Just(is), rectangles(is))),
    )
        .prop_map(
            |((pixels, range), size, memory, (is_composite, mut areas))| {
                let [width, height] = size;
                // One that lies outside altogether would be malformed.
                areas.retain(|(area, _)| {
                    (0..height).any(|y| (0..width).any(|x| is_in(*area, (x, y))))
                });
                let (before, gaps, after) = memory;
                Case {
                    pixels,
                    range,
                    size,
                    before,
                    gaps,
                    after,
                    is_composite,
                    areas,
                }
            },
        )
}

/// What could be told wrongly.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    RoundsInwards,
    HidesSlackOfWholes,
    KeepsSlackOfParts,
    KeepsSlackOfBlanks,
    KeepsWhatIsBelow,
    OtherRange,
}

fn picture_agrees(case: Case, fault: Option<Fault>) -> Result<(), TestCaseError> {
    let Case {
        pixels,
        range,
        size,
        before,
        gaps,
        after,
        is_composite,
        areas,
    } = case;
    let has = |planted| fault == Some(planted);
    let goes = |&(x, y): &(usize, usize)| !stays(&areas, is_composite, |area| is_in(area, (x, y)));
    let told_range = match range {
        ColorRange::Limited if has(Fault::OtherRange) => ColorRange::Full,
        range => range,
    };
    let parts = parts(pixels, told_range);
    let sent = Memory::picture(&parts, size, before, gaps[0], after);
    let mut old = Memory::picture(&parts, size, 4 - before, gaps[1], after);
    old.fill(OLD);

    let (mut hidden, mut copied) = (sent.clone(), old.clone());
    let (mut all, mut none) = (true, true);
    for (part, index) in parts.iter().zip(0..) {
        let (bytes, rows) = part.size(size[0], size[1]);
        for (row, byte) in (0..rows).flat_map(|row| (0..bytes).map(move |byte| (row, byte))) {
            let seen = part.pixels(byte, row, size);
            let goes = if has(Fault::RoundsInwards) {
                seen.iter().all(goes)
            } else {
                seen.iter().any(goes)
            };
            let at = |rows: &layout::Rows| rows.before + row * rows.stride + byte;
            let [from, to] = [&mut hidden.planes()[index], &mut copied.planes()[index]];
            let (here, there) = (at(from), at(to));
            if goes {
                from.memory[here] = part.black(byte);
            }
            to.memory[there] = from.memory[here];
            // In the first plane is what is seen most sharply.
            all &= goes || index > 0;
            none &= !goes || index > 0;
        }
    }
    let expected = match (all, none) {
        (true, _) => EMPTY,
        (_, true) if !is_composite => Verdict::Whole,
        _ => WITHOUT,
    };
    // What lies between the rows and below the last.
    let hides_slack = match expected {
        Verdict::Whole => has(Fault::HidesSlackOfWholes),
        Verdict::Redacted(_) => !has(Fault::KeepsSlackOfParts),
        _ => !has(Fault::KeepsSlackOfBlanks),
    };
    if hides_slack {
        for picture in [&mut hidden, &mut copied] {
            for (rows, part) in picture.planes().iter_mut().zip(&parts) {
                let (bytes, count) = part.size(size[0], size[1]);
                let (before, stride) = (rows.before, rows.stride);
                for (at, byte) in rows.memory[before..].iter_mut().enumerate() {
                    let is_below = at / stride >= count;
                    if at % stride >= bytes || is_below && !has(Fault::KeepsWhatIsBelow) {
                        *byte = part.black(at % stride);
                    }
                }
            }
        }
    }
    let [width, height] = size.map(|side| side.try_into().unwrap());
    let format = (Format::picture(pixels, range, width, height), Kind::Video);
    let got = treat(format, is_composite, &areas, sent, old);
    prop_assert_eq!(got, (expected, hidden, copied));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn r4_pictures_agree_byte_by_byte(case in cases()) {
        picture_agrees(case, None)?;
    }
}

#[test]
fn control_what_is_told_wrongly_is_found() {
    for fault in [
        Fault::RoundsInwards,
        Fault::HidesSlackOfWholes,
        Fault::KeepsSlackOfParts,
        Fault::KeepsSlackOfBlanks,
        Fault::KeepsWhatIsBelow,
        Fault::OtherRange,
    ] {
        let mut runner = TestRunner::new(ProptestConfig {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(1),
            ..ProptestConfig::with_cases(2048)
        });
        let found = runner.run(&cases(), |case| picture_agrees(case, Some(fault)));
        assert!(found.is_err());
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Sound

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn r4_sound_agrees_byte_by_byte(
        (samples, size, silence) in select(&SAMPLES[..]),
        is_planar in any::<bool>(),
        channels in prop_oneof![1_u16..9, 60_u16..70, 120_u16..140, 250_u16..300],
        length in 1_usize..200,
        places in prop::collection::vec((any::<u16>(), any::<bool>()), 0..64),
        is_composite in any::<bool>(),
    ) {
        let areas: Areas = places.iter().map(|(at, agrees)| (Area::Channel(at % channels), *agrees)).collect();
        let stays = |channel: usize| stays(&areas, is_composite, |area| {
            matches!(area, Area::Channel(at) if usize::from(at) == channel)
        });
        let count = usize::from(channels);
        let sent: Vec<u8> = (1..=251).cycle().take(length * count * size).collect();
        let channel = |at: usize| if is_planar { at / size / length } else { at / size % count };
        let left = sent.iter().enumerate();
        let left: Vec<_> = left.map(|(at, byte)| if stays(channel(at)) { *byte } else { silence }).collect();
        let format = if is_planar {
            Format::planar_pcm(samples, channels)
        } else {
            Format::pcm(samples, channels)
        };
        let old = Memory::Bytes(vec![OLD; sent.len()]);
        let (verdict, hidden, copied) = treat(
            (format, Kind::Audio),
            is_composite,
            &areas,
            Memory::Bytes(sent),
            old,
        );
        let left = Memory::Bytes(left);
        prop_assert_eq!(&hidden, &left);
        prop_assert_eq!(&copied, &left);
        let kept = (0..count).filter(|channel| stays(*channel)).count();
        let expected = match kept {
            0 => EMPTY,
            _ if kept == count && !is_composite => Verdict::Whole,
            _ => WITHOUT,
        };
        prop_assert_eq!(verdict, expected);
    }

    #[test]
    fn r4_text_agrees_byte_by_byte(
        chars in prop::collection::vec(select(vec!['a', 'ß', '日', '🙂']), 1..300),
        places in prop::collection::vec((any::<prop::sample::Index>(), 1_usize..40, any::<bool>()), 0..32),
        is_composite in any::<bool>(),
    ) {
        let text: String = chars.iter().collect();
        let boundaries: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let span = |(at, length, agrees): &(prop::sample::Index, usize, bool)| {
            let start = at.index(chars.len());
            let end = (start + length).min(chars.len());
            let [start, end] = [start, end].map(|at| boundaries[at].try_into().unwrap());
            (Area::Span { start, end }, *agrees)
        };
        let areas: Areas = places.iter().map(span).collect();
        let stays = |at: usize| stays(&areas, is_composite, |area| {
            matches!(area, Area::Span { start, end } if (start as usize..end as usize).contains(&at))
        });
        let left = text.bytes().enumerate();
        let left: Vec<_> = left.map(|(at, byte)| if stays(at) { byte } else { b'*' }).collect();
        let (verdict, hidden, copied) = treat(
            (Format::UTF8, Kind::Chat),
            is_composite,
            &areas,
            Memory::Bytes(text.clone().into_bytes()),
            Memory::Bytes(vec![OLD; text.len()]),
        );
        let left = Memory::Bytes(left);
        prop_assert_eq!(&hidden, &left);
        prop_assert_eq!(&copied, &left);
        let kept = (0..text.len()).filter(|at| stays(*at)).count();
        let expected = match kept {
            0 => EMPTY,
            _ if kept == text.len() && !is_composite => Verdict::Whole,
            _ => WITHOUT,
        };
        prop_assert_eq!(verdict, expected);
    }
}
