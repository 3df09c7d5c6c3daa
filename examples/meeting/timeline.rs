//! The picture: a lane for each stream and outlet, and what happened when.
//!
//! The verdicts differ in colour (Okabe and Ito's palette, which the colour-blind can tell apart)
//! and in height and texture, so that they can be told apart in black and white too.

use std::path::Path;

use framegate::{Reason, Time, Verdict};
use plotters::{
    coord::{
        Shift,
        ranged1d::{BoldPoints, Ranged},
        types::RangedCoordf64,
    },
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use crate::{
    layout::Millis,
    outcome::{Lane, Outcome},
    quoted::quoted,
    story::{self, Mark},
};

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

const BLUE: RGBColor = RGBColor(0, 114, 178);
const ORANGE: RGBColor = RGBColor(230, 159, 0);
const SKY_BLUE: RGBColor = RGBColor(86, 180, 233);
const VERMILLION: RGBColor = RGBColor(213, 94, 0);
const INK: RGBColor = RGBColor(34, 34, 34);
const GREY: RGBColor = RGBColor(110, 110, 110);
const GRID: RGBColor = RGBColor(216, 216, 216);
const SHADE: RGBColor = RGBColor(245, 245, 245);

const WIDTH: i32 = 1200;
const MARGIN: i32 = 24;
const TITLE: i32 = 30;
const LEGEND: i32 = 62;
const BADGES: i32 = 96;
/// From one row of badges to the next, and the least distance of two in a row.
const BADGE: i32 = 20;
/// From the start of the meeting to its end.
const LANES: (i32, i32) = (256, WIDTH - MARGIN);
const LANE: i32 = 16;
const GAP: i32 = 8;
/// The narrowest bar: a chat message takes no time, yet is to be seen.
const SLIVER: i32 = 5;
/// From one line of the list to the next, where in its column its text begins, also of what goes on with the line above, and how many characters fit.
const LINE: i32 = 18;
const TEXT: i32 = 92;
const FURTHER: i32 = 116;
const COLUMN: usize = 74;
/// How many characters of a name fit beside the lanes.
const NAME: usize = 15;

/// Draws `timeline.svg`.
pub fn write(outcome: &Outcome, path: &Path) -> Drawn {
    let marks = story::marks(outcome);
    let time = Scale::new(outcome);
    let badges = badges(&marks, &time);
    let list = list(&marks);

    let rows = badges.iter().map(|badge| badge.row + 1).max().unwrap_or(0);
    let mut top = BADGES + rows * BADGE;
    let groups: Vec<_> = outcome
        .lanes
        .chunk_by(|a, b| a.stream == b.stream)
        .map(|lanes| {
            let group = Group { top, lanes };
            top = group.bottom() + GAP;
            group
        })
        .collect();
    let bottom = top;
    let first_line = bottom + 64;
    let (left, right) = list.split_at(middle(&list));
    let longer = if left.len() < right.len() {
        right
    } else {
        left
    };
    let height = longer.iter().fold(first_line, |y, _| y + LINE) + MARGIN;

    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let canvas = SVGBackend::new(path, size).into_drawing_area();
    canvas.fill(&WHITE)?;
    let title = format!("{}: what reached each outlet", quoted(&outcome.meeting));
    canvas.draw_text(&title, &bold(20, INK, HPos::Left), (MARGIN, TITLE))?;
    legend(&canvas)?;
    for group in &groups {
        group.shade(&canvas)?;
    }
    time.grid(&canvas, BADGES + rows * BADGE, bottom)?;
    for group in &groups {
        group.draw(&canvas, outcome, &time)?;
    }
    for badge in &badges {
        badge.draw(&canvas, bottom)?;
    }
    for (lines, x) in [(left, MARGIN), (right, WIDTH / 2 + MARGIN / 2)] {
        let ys = (0..).map(|line| first_line + line * LINE);
        for (line, y) in lines.iter().zip(ys) {
            line.draw(&canvas, (x, y))?;
        }
    }
    canvas.present()
}

/// Where on the picture a time is.
struct Scale(RangedCoordf64);

impl Scale {
    fn new(outcome: &Outcome) -> Self {
        // A meeting without any duration still needs an axis.
        let end = outcome.end.max(Time::from_millis(1));
        Self(RangedCoordf64::from(0.0..seconds(end)))
    }

    fn x(&self, time: Time) -> i32 {
        self.0.map(&seconds(time), LANES)
    }

    fn grid(&self, canvas: &Canvas<'_>, top: i32, bottom: i32) -> Drawn {
        for tick in self.0.key_points(BoldPoints(15)) {
            let x = self.0.map(&tick, LANES);
            canvas.draw(&PathElement::new([(x, top), (x, bottom)], GRID))?;
            let label = f64::round(tick * 1e6) / 1e6;
            let below = (x, bottom + 12);
            canvas.draw_text(&label.to_string(), &plain(12, GREY, HPos::Center), below)?;
        }
        let middle = (i32::midpoint(LANES.0, LANES.1), bottom + 30);
        let title = "seconds since the meeting's start";
        canvas.draw_text(title, &plain(12, GREY, HPos::Center), middle)
    }
}

fn seconds(time: Time) -> f64 {
    std::time::Duration::from_micros(time.as_micros().unsigned_abs()).as_secs_f64()
}

/// The lanes of one stream.
struct Group<'a> {
    top: i32,
    lanes: &'a [Lane],
}

impl Group<'_> {
    fn bottom(&self) -> i32 {
        self.lanes.iter().fold(self.top, |y, _| y + LANE)
    }

    fn shade(&self, canvas: &Canvas<'_>) -> Drawn {
        let corners = [(MARGIN - 8, self.top - 2), (LANES.1, self.bottom() + 2)];
        canvas.draw(&Rectangle::new(corners, SHADE.filled()))
    }

    fn draw(&self, canvas: &Canvas<'_>, outcome: &Outcome, time: &Scale) -> Drawn {
        for (lane, top) in self
            .lanes
            .iter()
            .zip((0..).map(|lane| self.top + lane * LANE))
        {
            let middle = top + LANE / 2;
            if top == self.top {
                let name = shortened(&lane.stream);
                canvas.draw_text(&name, &bold(13, INK, HPos::Left), (MARGIN, middle))?;
            }
            let outlet = shortened(&outcome.outlets[lane.outlet]);
            let beside = (LANES.0 - 10, middle);
            canvas.draw_text(&outlet, &plain(13, INK, HPos::Right), beside)?;
            for run in &lane.runs {
                let from = time.x(run.times.start);
                let to = time.x(run.times.end).max(from + SLIVER);
                bar(canvas, run.verdict, (from, to), middle)?;
            }
        }
        Ok(())
    }
}

/// A stretch of frames with the same verdict.
fn bar(canvas: &Canvas<'_>, verdict: Verdict, (from, to): (i32, i32), middle: i32) -> Drawn {
    let filled = |color: RGBColor, half: i32| {
        Rectangle::new([(from, middle - half), (to, middle + half)], color.filled())
    };
    match verdict {
        Verdict::Whole => canvas.draw(&filled(BLUE, 6)),
        Verdict::Redacted(_) => {
            canvas.draw(&filled(ORANGE, 6))?;
            let teeth = [middle + 5, middle - 5].into_iter().cycle();
            let zigzag: Vec<_> = (from..=to).step_by(4).zip(teeth).collect();
            canvas.draw(&PathElement::new(zigzag, INK))
        }
        Verdict::Blanked(_) => canvas.draw(&filled(SKY_BLUE, 3)),
        Verdict::Dropped(_) => canvas.draw(&filled(VERMILLION, 1)),
    }
}

fn legend(canvas: &Canvas<'_>) -> Drawn {
    // Only the outcome is drawn, so any reason will do.
    let reason = Reason::NotGranted;
    let entries = [
        (Verdict::Whole, "whole", 0),
        (
            Verdict::Redacted(reason),
            "redacted: without the parts of those who do not agree",
            120,
        ),
        (
            Verdict::Blanked(reason),
            "blanked: an empty frame instead",
            550,
        ),
        (Verdict::Dropped(reason), "dropped: nothing", 836),
    ];
    for (verdict, label, x) in entries {
        let x = MARGIN + x;
        bar(canvas, verdict, (x, x + 36), LEGEND)?;
        canvas.draw_text(label, &plain(13, INK, HPos::Left), (x + 44, LEGEND))?;
    }
    Ok(())
}

/// The number of everything that happened at one time.
struct Badge {
    number: usize,
    x: i32,
    /// From 0, downwards.
    row: i32,
}

/// Numbers the times of marks, in as many rows as it takes for the numbers not to overlap.
fn badges(marks: &[Mark], time: &Scale) -> Vec<Badge> {
    let mut badges = Vec::<Badge>::new();
    for (number, marks) in (1..).zip(at_once(marks)) {
        let x = time.x(marks[0].at.time());
        let is_free = |row: &i32| {
            let last = badges.iter().rfind(|badge| badge.row == *row);
            last.is_none_or(|badge| badge.x + BADGE <= x)
        };
        let row = (0..).take(badges.len() + 1).find(is_free).unwrap_or(0);
        badges.push(Badge { number, x, row });
    }
    badges
}

/// Marks by time.
fn at_once(marks: &[Mark]) -> impl Iterator<Item = &[Mark]> {
    marks.chunk_by(|a, b| a.at == b.at)
}

impl Badge {
    fn draw(&self, canvas: &Canvas<'_>, bottom: i32) -> Drawn {
        let middle = (self.x, BADGES + self.row * BADGE);
        canvas.draw(&PathElement::new([middle, (self.x, bottom)], INK.mix(0.6)))?;
        canvas.draw(&Circle::new(middle, 8, INK.filled()))?;
        let number = self.number.to_string();
        canvas.draw_text(&number, &bold(11, WHITE, HPos::Center), middle)
    }
}

/// A line of the list of marks.
struct Line {
    /// Number and time, where they are not those of the line above.
    head: Option<(usize, Millis)>,
    text: String,
    /// Whether it goes on with the line above, which may have been broken within a name.
    goes_on: bool,
}

fn list(marks: &[Mark]) -> Vec<Line> {
    let mut list = Vec::new();
    for (number, marks) in (1..).zip(at_once(marks)) {
        let mut head = Some((number, marks[0].at));
        for mark in marks {
            for (at, text) in wrapped(&mark.text).into_iter().enumerate() {
                list.push(Line {
                    head: head.take(),
                    text,
                    goes_on: at > 0,
                });
            }
        }
    }
    list
}

/// Where to break the list into two columns: near the middle, but not between what happened at one time.
fn middle(list: &[Line]) -> usize {
    let is_break = |at: &usize| list.get(*at).is_none_or(|line| line.head.is_some());
    let breaks = (0..=list.len()).filter(is_break);
    breaks
        .min_by_key(|at| at.abs_diff(list.len().div_ceil(2)))
        .unwrap_or(0)
}

impl Line {
    fn draw(&self, canvas: &Canvas<'_>, (x, y): (i32, i32)) -> Drawn {
        if let Some((number, at)) = self.head {
            let number = number.to_string();
            canvas.draw_text(&number, &bold(11, INK, HPos::Right), (x + 14, y))?;
            let at = format!("{} s", story::seconds(at));
            canvas.draw_text(&at, &plain(11, GREY, HPos::Right), (x + 84, y))?;
        }
        let x = x + if self.goes_on { FURTHER } else { TEXT };
        canvas.draw_text(&self.text, &plain(11, INK, HPos::Left), (x, y))
    }
}

/// Breaks a text into lines that fit into a column.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().filter(|line| {
            line.is_empty() || line.chars().count() + 1 + word.chars().count() <= COLUMN
        });
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A name, cut where it would not fit. Nothing but names stands where it does, so that it needs no quotes.
fn shortened(name: &str) -> String {
    let quoted = quoted(name);
    let name = &quoted[1..quoted.len() - 1];
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    name.chars().take(NAME - 1).chain(['…']).collect()
}

fn plain(size: u8, color: RGBColor, anchor: HPos) -> TextStyle<'static> {
    // The SVG backend divides a font's size by this.
    let font = ("sans-serif", f64::from(size) * 1.24).into_font();
    font.color(&color).pos(Pos::new(anchor, VPos::Center))
}

fn bold(size: u8, color: RGBColor, anchor: HPos) -> TextStyle<'static> {
    let TextStyle {
        font, color, pos, ..
    } = plain(size, color, anchor);
    TextStyle {
        font: font.style(FontStyle::Bold),
        color,
        pos,
    }
}
