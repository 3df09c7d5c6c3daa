//! What is to be shown of a gated stream, and whether two decoders show that.

use std::{collections::BTreeMap, ops::Range};

use framegate::Verdict;

use crate::{
    gate::{Gated, gate},
    shown::{Picture, by_ffmpeg, second_shows},
    stream::Stream,
};

#[derive(Default)]
pub struct Outcome {
    pub whole: usize,
    pub dropped: usize,
    pub blanked: usize,
    /// Whether this has black pictures, as the tap says.
    pub can_blank: bool,
    /// Whether both decoders show what is ungated alike.
    pub by_two: bool,
    pub deviations: Vec<String>,
}

/// A fault that is planted, and must be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    Leak,
    WrongBlack,
}

/// A stream and what is shown of it ungated: pictures, each with the frame it is of.
struct Ungated<'a> {
    stream: &'a Stream,
    frames: Vec<&'a [u8]>,
    pictures: Vec<(usize, Picture)>,
    complains: bool,
    by_two: bool,
}

pub fn judge(stream: &Stream) -> Outcome {
    let mut outcome = Outcome::default();
    let frames: Vec<_> = stream.frames.iter().map(|frame| &frame[..]).collect();
    all_agreed(stream, &frames, &mut outcome);
    let ungated = match ungated(stream, frames, &mut outcome) {
        Ok(ungated) => ungated,
        Err(error) => {
            outcome.deviations.push(format!("ungated: {error}"));
            return outcome;
        }
    };
    outcome.by_two = ungated.by_two;
    for blanks in [false, true] {
        ungated.gated(blanks, None, &mut outcome);
    }
    outcome
}

/// The faults of these that are not seen in a stream that has no deviation.
pub fn unseen(stream: &Stream) -> Vec<Plant> {
    let mut unseen = Vec::new();
    for (plant, blanks) in [(Plant::Leak, false), (Plant::WrongBlack, true)] {
        let mut outcome = Outcome::default();
        let frames = stream.frames.iter().map(|frame| &frame[..]).collect();
        let ungated = ungated(stream, frames, &mut outcome).unwrap();
        ungated.gated(blanks, Some(plant), &mut outcome);
        // By both decoders.
        let named = |name: &str| outcome.deviations.iter().any(|kind| kind.contains(name));
        if !named("ffmpeg") || !named(stream.codec.second()) {
            unseen.push(plant);
        }
    }
    unseen
}

fn all_agreed(stream: &Stream, frames: &[&[u8]], outcome: &mut Outcome) {
    let mut withheld = BTreeMap::new();
    for (gated, frame) in gate(stream.codec, frames, &(0..0), true).iter().zip(frames) {
        match gated.verdict {
            Verdict::Whole if gated.bytes.as_deref() == Some(frame) => {}
            Verdict::Whole => outcome.deviations.push("agreed: changed".into()),
            verdict => {
                let reason = format!("agreed: withheld: {:?}", verdict.reason().unwrap());
                *withheld.entry(reason).or_insert(0) += 1;
            }
        }
    }
    outcome.deviations.extend(withheld.into_keys());
}

fn ungated<'a>(
    stream: &'a Stream,
    frames: Vec<&'a [u8]>,
    outcome: &mut Outcome,
) -> Result<Ungated<'a>, String> {
    let shown = by_ffmpeg(stream.codec, &frames)?;
    let places = stream.codec.places(&frames);
    let mut pictures = Vec::new();
    for (place, picture) in shown.pictures {
        let frame = place.and_then(|place| places.iter().rposition(|at| *at <= place));
        pictures.push((frame.ok_or("a picture of no frame")?, picture));
    }
    if pictures.is_empty() {
        return Err("no pictures".into());
    }
    let expected: Vec<_> = pictures
        .iter()
        .map(|(_, picture)| picture.clone())
        .collect();
    let second = second_shows(stream.codec, &frames, &expected);
    if second.is_err() {
        let second = stream.codec.second();
        outcome
            .deviations
            .push(format!("ungated: {second} shows something else"));
    }
    Ok(Ungated {
        stream,
        frames,
        pictures,
        complains: shown.complains,
        by_two: second.is_ok(),
    })
}

impl Ungated<'_> {
    /// The middle third.
    fn withheld(&self) -> Range<usize> {
        let count = self.frames.len();
        count / 3..count - count / 3
    }

    fn gated(&self, blanks: bool, plant: Option<Plant>, outcome: &mut Outcome) {
        let withheld = self.withheld();
        if withheld.start == 0 {
            return;
        }
        let mode = if blanks { "blanked" } else { "dropped" };
        let mut gated = gate(self.stream.codec, &self.frames, &withheld, blanks);
        for kind in self.verdicts(&gated, blanks, outcome) {
            outcome.deviations.push(format!("{mode}: {kind}"));
        }
        let expected = self.expected(&gated);
        match plant {
            Some(Plant::Leak) => {
                gated[withheld.start].bytes = Some(self.frames[withheld.start].to_vec());
            }
            Some(Plant::WrongBlack) => {
                gated[withheld.start].bytes = Some(self.frames[0].to_vec());
            }
            None => {}
        }
        let received = gated.iter().filter_map(|gated| gated.bytes.as_deref());
        let received: Vec<_> = received.collect();
        if let Err(kind) = self.by_ffmpeg(&received, &expected, &withheld) {
            outcome.deviations.push(format!("{mode}: ffmpeg: {kind}"));
        }
        if self.by_two {
            let pictures: Vec<_> = expected.into_iter().map(|(_, picture)| picture).collect();
            if second_shows(self.stream.codec, &received, &pictures).is_err() {
                let second = self.stream.codec.second();
                outcome
                    .deviations
                    .push(format!("{mode}: {second}: other pictures"));
            }
        }
    }

    /// What is wrong with the verdicts. Counts them.
    fn verdicts(&self, gated: &[Gated], blanks: bool, outcome: &mut Outcome) -> Vec<String> {
        let withheld = self.withheld();
        let mut kinds = Vec::new();
        let mut kind = |kind: &str| {
            if !kinds.iter().any(|known| known == kind) {
                kinds.push(kind.into());
            }
        };
        for (at, gated) in gated.iter().enumerate() {
            match gated.verdict {
                Verdict::Whole if withheld.contains(&at) => kind("WITHHELD FRAME RELEASED"),
                Verdict::Whole if gated.bytes.as_deref() != Some(self.frames[at]) => {
                    kind("FRAME CHANGED");
                }
                Verdict::Whole => outcome.whole += 1,
                Verdict::Dropped(_) => {
                    outcome.dropped += 1;
                    if blanks && gated.can_blank == Some(true) && withheld.contains(&at) {
                        kind("dropped though the stream can be blanked");
                    }
                }
                Verdict::Blanked(_) => outcome.blanked += 1,
                Verdict::Redacted(_) => kind("REDACTED"),
            }
        }
        if blanks {
            outcome.can_blank = gated[withheld.start].can_blank == Some(true);
        }
        let resumes = (withheld.end..gated.len()).find(|at| gated[*at].verdict == Verdict::Whole);
        let first = (withheld.end..gated.len()).find(|at| self.stream.keys[*at]);
        match (resumes, first) {
            (Some(at), _) if !self.stream.keys[at] => kind("RESUMES AT NO KEYFRAME"),
            (Some(at), Some(first)) if at > first => kind("passes over a keyframe of ffprobe's"),
            (None, Some(_)) => kind("never resumes"),
            _ => {}
        }
        kinds
    }

    /// The pictures that are to be shown, and whether each is a blank.
    fn expected(&self, gated: &[Gated]) -> Vec<(bool, Picture)> {
        let is_whole = |at: usize| gated[at].verdict == Verdict::Whole;
        let mut expected = Vec::new();
        let mut at = 0;
        while at < gated.len() {
            let end = (at..gated.len()).find(|end| is_whole(*end) != is_whole(at));
            let end = end.unwrap_or(gated.len());
            if is_whole(at) {
                // In the order in which they are shown.
                let run = self.pictures.iter();
                let run = run.filter(|(frame, _)| (at..end).contains(frame));
                expected.extend(run.map(|(_, picture)| (false, picture.clone())));
            } else {
                let before = self.pictures.iter().rev().find(|(frame, _)| *frame < at);
                let black = before.unwrap_or(&self.pictures[0]).1.as_black();
                let blanked = gated[at..end].iter();
                let blanked = blanked.filter(|gated| gated.bytes.is_some()).count();
                expected.extend(vec![(true, black); blanked]);
            }
            at = end;
        }
        expected
    }

    fn by_ffmpeg(
        &self,
        received: &[&[u8]],
        expected: &[(bool, Picture)],
        withheld: &Range<usize>,
    ) -> Result<(), String> {
        if received.is_empty() {
            return Ok(());
        }
        let shown = by_ffmpeg(self.stream.codec, received)?;
        for (_, picture) in &shown.pictures {
            let is_shown = |agreed: bool| {
                self.pictures.iter().any(|(frame, ungated)| {
                    withheld.contains(frame) != agreed && ungated == picture
                })
            };
            // Pictures that are all of one colour are told apart by nothing.
            if is_shown(false) && !is_shown(true) && !picture.is_black() {
                return Err("A WITHHELD PICTURE IS SHOWN".into());
            }
        }
        for ((is_blank, expected), (_, picture)) in expected.iter().zip(&shown.pictures) {
            if picture == expected {
                continue;
            }
            return Err(match (is_blank, picture.has_form_of(expected)) {
                (true, false) if picture.is_black() => "a blank of another size",
                (true, _) => "a blank is not black",
                (false, _) => "a released picture is another",
            }
            .into());
        }
        match shown.pictures.len().cmp(&expected.len()) {
            std::cmp::Ordering::Less => Err("fewer pictures".into()),
            std::cmp::Ordering::Greater => Err("more pictures".into()),
            std::cmp::Ordering::Equal if shown.complains && !self.complains => {
                Err("it complains".into())
            }
            std::cmp::Ordering::Equal => Ok(()),
        }
    }
}
