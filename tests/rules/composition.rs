//! What is composed of several people, and changes from frame to frame: galleries, mixes, shared screens (R4).

use framegate::{
    Area, ColorRange, Contributors, Format, Frame, Kind, Kinds, Participant, Payload, PixelFormat,
    Purposes, Reason, Region, Samples, Scope, StreamOptions, Time, Verdict,
};
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{RngSeed, TestCaseResult, TestError, TestRunner},
};

use crate::common::{
    SCOPE, agree,
    layout::{Memory, parts},
    meeting, millis, tap,
};

const SIZE: [usize; 2] = [24, 16];
const PIXELS: [PixelFormat; 5] = [
    PixelFormat::I420,
    PixelFormat::Nv12,
    PixelFormat::Yuy2,
    PixelFormat::P010,
    PixelFormat::Rgba,
];

/// Whose a tile is, and where it begins and how large it is, in pairs of pixels.
type Tile = (usize, [u32; 4]);

fn rectangle([x, y, width, height]: [u32; 4]) -> Area {
    Area::Rectangle {
        x: 2 * x,
        y: 2 * y,
        width: 2 * width,
        height: 2 * height,
    }
}

fn is_in([x, y, width, height]: [u32; 4], at: (usize, usize)) -> bool {
    let within = |at: usize, from: u32, length: u32| {
        (from as usize..(from + length) as usize).contains(&(at / 2))
    };
    within(at.0, x, width) && within(at.1, y, height)
}

/// What a plain telling may get wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    StrangersAgree,
    OneOwnerIsEnough,
    TheUncoveredIsTheMembers,
    TheUncoveredIsNobodys,
    NothingGoesBlack,
    OneVoiceIsEnough,
    NobodyAgrees,
    FifteenAreAll,
}

/// Which of three agree, and of each frame its tiles and its members, or its voices. A fourth person never joined.
type Agreed = [bool; 3];
type Gallery = Vec<(Vec<Tile>, Vec<usize>)>;
type Mix = Vec<Vec<usize>>;

fn galleries() -> impl Strategy<Value = (PixelFormat, Agreed, Gallery)> {
    let tile = (0_usize..4, [0_u32..12, 0_u32..8, 1_u32..8, 1_u32..8]);
    let frame = (
        prop::collection::vec(tile, 0..6),
        prop::collection::vec(0_usize..4, 1..4),
    );
    let frames = prop::collection::vec(frame, 1..12);
    (select(&PIXELS[..]), any::<Agreed>(), frames)
}

fn mixes() -> impl Strategy<Value = (Agreed, Mix)> {
    let packets = prop::collection::vec(prop::collection::vec(0_usize..4, 0..17), 1..12);
    (any::<Agreed>(), packets)
}

fn has_agreed(who: usize, agreed: Agreed, fault: Option<Fault>) -> bool {
    let strangers = fault == Some(Fault::StrangersAgree);
    agreed.get(who).map_or(strangers, |agreed| *agreed)
}

/// A gallery through a tap, against a plain telling.
fn check_gallery(
    (pixels, agreed, frames): (PixelFormat, Agreed, Gallery),
    fault: Option<Fault>,
) -> TestCaseResult {
    let (mut meeting, notice, people) = meeting::<3>();
    for (who, _) in people.into_iter().zip(agreed).filter(|(_, agreed)| *agreed) {
        agree(&mut meeting, notice, who, SCOPE, Time::START);
    }
    let may = |who: usize| has_agreed(who, agreed, fault);
    let person = |who: usize| people.get(who).copied().unwrap_or(Participant::UNKNOWN);
    let format = Format::picture(pixels, ColorRange::Limited, 24, 16);
    let stream = StreamOptions::composite(Kind::Video, format);
    let mut tap = tap(&mut meeting, stream, Purposes::RECORD);
    let parts = parts(pixels, ColorRange::Limited);
    let sent = Memory::picture(&parts, SIZE, 0, 0, 0);
    for (at, (tiles, members)) in (1..).zip(frames) {
        let regions: Vec<_> = tiles
            .iter()
            .map(|(who, place)| Region::new(person(*who), rectangle(*place)))
            .collect();
        let listed: Vec<_> = members.iter().map(|who| person(*who)).collect();
        // A point under tiles is theirs whose they are, any other is everybody's.
        let stays = |point: (usize, usize)| {
            let over = tiles.iter().filter(|(_, place)| is_in(*place, point));
            let mut owners = over.map(|(who, _)| *who).peekable();
            let all_members = members.iter().all(|who| may(*who));
            match (owners.peek(), fault) {
                (Some(_), Some(Fault::OneOwnerIsEnough)) => owners.any(may),
                (Some(_), _) => owners.all(may),
                (None, Some(Fault::TheUncoveredIsNobodys)) => true,
                (None, Some(Fault::TheUncoveredIsTheMembers)) => all_members,
                (None, _) => all_members && tiles.iter().all(|(who, _)| may(*who)),
            }
        };
        let mut expected = sent.clone();
        let (mut some, mut all) = (false, true);
        for (index, part) in parts.iter().enumerate() {
            let (bytes, rows) = part.size(SIZE[0], SIZE[1]);
            for (row, byte) in (0..rows).flat_map(|row| (0..bytes).map(move |byte| (row, byte))) {
                let stays = part.pixels(byte, row, SIZE).into_iter().all(stays);
                (some, all) = (some | stays, all & stays);
                if !stays && fault != Some(Fault::NothingGoesBlack) {
                    expected.planes()[index].memory[row * bytes + byte] = part.black(byte);
                }
            }
        }
        let now = millis(at);
        let mut place = sent.clone();
        let frame = Frame::new(now, Contributors::Complete(&listed)).regions(&regions);
        let admission = tap.admit_in_place(&frame, place.payload_mut(), now, |_| ());
        let verdict = admission.verdict();
        prop_assert_eq!(matches!(verdict, Verdict::Blanked(_)), !some);
        let everybody = members.iter().chain(tiles.iter().map(|(who, _)| who));
        let is_whole = everybody.copied().all(may);
        prop_assert!(all || !is_whole);
        prop_assert_eq!(verdict == Verdict::Whole, is_whole);
        prop_assert_eq!(place, expected);
    }
    Ok(())
}

/// A mix likewise: as active speakers come and go, each packet names its voices; with 15 there may be more.
fn check_mix((agreed, packets): (Agreed, Mix), fault: Option<Fault>) -> TestCaseResult {
    let (mut meeting, notice, people) = meeting::<3>();
    for (who, _) in people.into_iter().zip(agreed).filter(|(_, agreed)| *agreed) {
        agree(&mut meeting, notice, who, SCOPE, Time::START);
    }
    let stream = StreamOptions::mix(Kind::Audio, Format::pcm(Samples::MuLaw, 1));
    let mut tap = tap(&mut meeting, stream, Purposes::RECORD);
    for (at, voices) in (1..).zip(packets) {
        let mut agreeing = voices.iter().map(|who| has_agreed(*who, agreed, fault));
        let counts = match fault {
            Some(Fault::NobodyAgrees) => 0..15,
            Some(Fault::FifteenAreAll) => 1..16,
            _ => 1..15,
        };
        let is_cleared = counts.contains(&voices.len())
            && if fault == Some(Fault::OneVoiceIsEnough) {
                agreeing.any(|agrees| agrees)
            } else {
                agreeing.all(|agrees| agrees)
            };
        let person = |who: &usize| people.get(*who).copied().unwrap_or(Participant::UNKNOWN);
        let sources: Vec<_> = voices.iter().map(person).collect();
        let mut packet = [3; 160];
        let (now, voices) = (millis(at), Contributors::from_csrcs(&sources));
        let frame = Frame::new(now, voices);
        let admission = tap.admit_in_place(&frame, (&mut packet[..]).into(), now, |_| ());
        prop_assert_eq!(admission.verdict() == Verdict::Whole, is_cleared);
        // Nobody's time or person is amiss but the stranger's: what is withheld is silence, or wiped.
        let left = if is_cleared { [3; 160] } else { [0xFF; 160] };
        prop_assert!(packet == left || !is_cleared && packet == [0; 160]);
    }
    Ok(())
}

const CASES: u32 = 256;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    /// Whoever has a tile is a member, and some have none.
    #[test]
    fn r4_a_gallery_shows_the_tiles_of_who_agrees_wherever_they_are_in_each_frame(given in galleries()) {
        check_gallery(given, None)?;
    }

    #[test]
    fn r4_a_mix_is_cleared_while_all_its_voices_agree(given in mixes()) {
        check_mix(given, None)?;
    }
}

/// Whether a check finds out what a telling got wrong.
fn is_found<T: std::fmt::Debug>(
    given: &impl Strategy<Value = T>,
    check: impl Fn(T) -> TestCaseResult,
) -> bool {
    let config = ProptestConfig {
        max_shrink_iters: 0,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        // Packets of which all fifteen voices agree are few.
        ..ProptestConfig::with_cases(16 * CASES)
    };
    matches!(
        TestRunner::new(config).run(given, check),
        Err(TestError::Fail(..))
    )
}

#[test]
fn control_faulty_tellings_are_found() {
    let of_galleries = [
        Fault::StrangersAgree,
        Fault::OneOwnerIsEnough,
        Fault::TheUncoveredIsTheMembers,
        Fault::TheUncoveredIsNobodys,
        Fault::NothingGoesBlack,
    ];
    for fault in of_galleries {
        assert!(
            is_found(&galleries(), |given| check_gallery(given, Some(fault))),
            "{fault:?}"
        );
    }
    let of_mixes = [
        Fault::StrangersAgree,
        Fault::OneVoiceIsEnough,
        Fault::NobodyAgrees,
        Fault::FifteenAreAll,
    ];
    for fault in of_mixes {
        assert!(
            is_found(&mixes(), |given| check_mix(given, Some(fault))),
            "{fault:?}"
        );
    }
}

/// Ana shares her screen. On it are Ben's picture, who agrees to being recorded on screens but not on video,
/// and a message of Eva's, who agrees since a second after the beginning.
#[test]
fn r4_a_shared_screen_loses_what_is_somebody_elses_and_not_cleared() {
    const FACE: [u32; 4] = [0, 0, 4, 4];
    const MESSAGE: [u32; 4] = [6, 0, 4, 4];
    const REST: [u32; 4] = [4, 6, 1, 1];

    let (mut meeting, notice, people) = meeting::<3>();
    let [ana, ben, eva] = people;
    let of = |kinds| Scope::new(kinds, Purposes::RECORD);
    agree(&mut meeting, notice, ana, of(Kinds::all()), Time::START);
    agree(&mut meeting, notice, ben, of(Kinds::SCREEN), Time::START);
    agree(&mut meeting, notice, eva, of(Kinds::all()), millis(1000));
    let pixels = PixelFormat::Bgra;
    let format = Format::picture(pixels, ColorRange::Full, 24, 16);
    let mut screen = tap(
        &mut meeting,
        StreamOptions::owned(ana, Kind::Screen, format),
        Purposes::RECORD,
    );
    let parts = parts(pixels, ColorRange::Full);
    let sent = Memory::picture(&parts, SIZE, 0, 0, 0);
    let mut pass = |regions: &[Region], at| {
        let mut place = sent.clone();
        let frame = Frame::new(at, Contributors::Owner).regions(regions);
        let admission = screen.admit_in_place(&frame, place.payload_mut(), at, |_| ());
        let bytes = place.bytes();
        let hidden = |[x, y, ..]: [u32; 4]| {
            let at = (2 * y as usize * SIZE[0] + 2 * x as usize) * 4;
            bytes[at..at + 4] == [0, 0, 0, 255]
        };
        (admission.verdict(), [FACE, MESSAGE, REST].map(hidden))
    };
    let (face, message) = (rectangle(FACE), rectangle(MESSAGE));
    let not_granted = Verdict::Redacted(Reason::NotGranted);
    let later = millis(5000);

    // Her screen without anybody else on it, and with what is Ben's said to be no more than a part of a screen.
    assert_eq!(pass(&[], later), (Verdict::Whole, [false; 3]));
    assert_eq!(
        pass(&[Region::new(ben, face)], later),
        (Verdict::Whole, [false; 3])
    );
    // His picture is video as well, and both must clear.
    let ben = Region::new(ben, face).kind(Kind::Video);
    assert_eq!(pass(&[ben], later), (not_granted, [true, false, false]));
    // What Eva wrote after she agreed may be shown, what she wrote before may not, whenever it is shown.
    let written = |at| {
        Region::new(eva, message)
            .kind(Kind::Chat)
            .captured(millis(at))
    };
    assert_eq!(pass(&[written(1000)], later), (Verdict::Whole, [false; 3]));
    let earlier = Verdict::Redacted(Reason::CapturedEarlier);
    assert_eq!(
        pass(&[written(999)], later),
        (earlier, [false, true, false])
    );
    let (_, both) = pass(&[ben, written(999)], later);
    assert_eq!(both, [true, true, false]);
    // What is quoted cannot be from later than the frame: then the frame's own time counts.
    assert_eq!(pass(&[written(9000)], later), (Verdict::Whole, [false; 3]));
    // Somebody who never joined.
    let stranger = Region::new(Participant::UNKNOWN, message);
    let unknown = Verdict::Redacted(Reason::Unknown);
    assert_eq!(pass(&[stranger], later), (unknown, [false, true, false]));
    // Where what is Eva's lies over what is Ben's, both must agree.
    let over = Region::new(eva, face)
        .kind(Kind::Chat)
        .captured(millis(1000));
    assert_eq!(
        pass(&[over, ben], later),
        (not_granted, [true, false, false])
    );
    // A kind that can never be cleared hides its part, too.
    let usage = Region::new(ana, message).kind(Kind::Usage);
    let (verdict, hidden) = pass(&[usage], later);
    assert!(matches!(verdict, Verdict::Redacted(_)) && hidden == [false, true, false]);
    // If all of it is theirs, nothing is left.
    let all = Region::new(Participant::UNKNOWN, rectangle([0, 0, 12, 8]));
    assert_eq!(
        pass(&[all], later),
        (Verdict::Blanked(Reason::Unknown), [true; 3])
    );
}

/// Regions add people to what is somebody's, and never take the owner out.
#[test]
fn r4_who_shares_a_screen_must_agree_to_all_of_it() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ben, SCOPE, Time::START);
    let stream = StreamOptions::owned(ana, Kind::Whiteboard, Format::JSON);
    let mut board = tap(&mut meeting, stream, Purposes::RECORD);
    let strokes = br#"[{"by":"ben","x":[1,2,3]}]"#;
    let all = Area::Span {
        start: 0,
        end: u32::try_from(strokes.len()).unwrap(),
    };
    let regions = [Region::new(ben, all)];
    let mut admit = |at| {
        let frame = Frame::new(at, Contributors::Owner).regions(&regions);
        board
            .admit(&frame, Payload::Bytes(strokes), at, |_| ())
            .verdict()
    };
    assert_eq!(admit(millis(1)), Verdict::Dropped(Reason::NotGranted));
    agree(&mut meeting, notice, ana, SCOPE, millis(2));
    assert_eq!(admit(millis(2)), Verdict::Whole);
}
