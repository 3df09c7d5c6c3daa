//! Which frames may be used: exactly those that can have been released, and of which nobody has withdrawn anything since.

use framegate::{Kind, Kinds, Purposes, Tag};

use super::{
    faults::Fault,
    law::{Held, Law, NEVER},
    meetings::People,
};

/// The kinds that random meetings have.
pub const KINDS: [Kind; 4] = [Kind::Audio, Kind::Video, Kind::Chat, Kind::Caption];

pub fn each_kind(kinds: Kinds) -> impl Iterator<Item = Kind> {
    Kind::ALL
        .into_iter()
        .filter(move |kind| kinds.contains((*kind).into()))
}

pub fn each_purpose(purposes: Purposes) -> impl Iterator<Item = Purposes> {
    let bits = (0..16).map(|bit| Purposes::from_bits_retain(1 << bit));
    bits.filter(move |bit| purposes.contains(*bit))
}

/// One consent: whose, to which kind, for which purpose.
type Cell<'a> = (&'a str, Kind, Purposes);

/// A frame's tag, and who is in it as what.
pub struct Frame<'a> {
    pub tag: Tag,
    pub people: &'a People,
}

impl Frame<'_> {
    fn captured(&self) -> i64 {
        self.tag.captured().as_micros() / 1000
    }

    fn generation(&self) -> usize {
        usize::try_from(self.tag.generation()).expect("a number")
    }

    fn is_derived(&self) -> bool {
        self.tag.stream().is_none()
    }

    /// Everybody in it, with each kind under which they must have agreed.
    pub fn cells(&self) -> impl Iterator<Item = (&str, Kind)> {
        let own = self.tag.kind().map_or(Kinds::empty(), Kinds::from);
        let people = self.people.iter();
        people.flat_map(move |(who, kinds)| {
            each_kind(*kinds | own).map(move |kind| (who.as_str(), kind))
        })
    }
}

impl Law {
    /// How many lines a frame had surely seen. A stream is one process's: what came of it saw none of those that another one wrote after a crash,
    /// though lines that were lost with it had their numbers.
    pub fn generation(&self, frame: &Frame<'_>) -> usize {
        let stream = frame.tag.stream();
        let opened = stream.and_then(|stream| self.streams().nth(stream.number().into()));
        let gone = opened.and_then(|(line, ..)| self.next_resumed(line));
        gone.map_or(frame.generation(), |gone| gone.min(frame.generation()))
    }

    fn next_resumed(&self, after: usize) -> Option<usize> {
        let later = self.lines.iter().enumerate().skip(after);
        later
            .filter(|(_, line)| line.is_resumed())
            .map(|(at, _)| at)
            .next()
    }

    /// Whether a derived frame, which does not tell its stream, may have been released before a crash under a consent that was withdrawn since.
    fn may_be_former(&self, frame: &Frame<'_>, (who, kind): (&str, Kind)) -> bool {
        let captured = frame.captured();
        let crashes = self.lines.iter().enumerate().take(frame.generation());
        let mut crashes = crashes.filter(|(_, line)| line.is_resumed());
        crashes.any(|(crash, _)| {
            each_purpose(frame.tag.purposes()).any(|purpose| {
                let held = self.story(who, kind, purpose)[crash];
                let covers = |held: Held| held.since <= captured && captured < held.until;
                let mut later = self.lines.iter().skip(crash);
                held.is_some_and(covers) && later.any(|line| line.withdraws(who, kind, purpose))
            })
        })
    }

    /// Whether somebody in a frame has withdrawn anything of it since the ledger had so many lines.
    pub fn is_withdrawn(&self, frame: &Frame<'_>, after: usize, fault: Option<Fault>) -> bool {
        let after = after + usize::from(fault == Some(Fault::NextLineForgotten));
        let mut cells = frame.cells();
        cells.any(|own| {
            self.is_withdrawn_of(frame, own, after)
                || frame.is_derived() && self.may_be_former(frame, own)
        })
    }

    /// The same of what is one person's in it, as one kind.
    pub fn is_withdrawn_of(&self, frame: &Frame<'_>, own: (&str, Kind), after: usize) -> bool {
        let (who, kind) = own;
        each_purpose(frame.tag.purposes()).any(|purpose| {
            let begun = self.began(
                (who, kind, purpose),
                self.generation(frame),
                frame.captured(),
            );
            // What was made of something by a consent of since then goes by that one.
            let since = begun.filter(|_| frame.is_derived()).unwrap_or(after);
            let mut later = self.lines.iter().skip(since);
            later.any(|line| line.withdraws(who, kind, purpose))
        })
    }

    /// Whether a meeting with this ledger can have released such a frame.
    pub fn can_have_released(&self, frame: &Frame<'_>, fault: Option<Fault>) -> bool {
        if frame.generation() == 0 || frame.generation() > self.lines.len() {
            return false;
        }
        let (tag, generation) = (frame.tag, self.generation(frame));
        let has_outlet = self.outlets().any(|(line, purposes)| {
            let fits = match tag.stream() {
                Some(_) => purposes == tag.purposes(),
                // What was made of several things was in an outlet of each of them.
                None => purposes.contains(tag.purposes()),
            };
            line < generation && fits
        });
        has_outlet
            && self.has_stream(frame)
            && self.all_agreed(frame, fault)
            && (!frame.is_derived() || self.somebody_agreed(frame, fault))
    }

    fn has_stream(&self, frame: &Frame<'_>) -> bool {
        let Some(stream) = frame.tag.stream() else {
            return true;
        };
        let opened = self.streams().nth(stream.number().into());
        opened.is_some_and(|(line, kind, owner)| {
            line < frame.generation()
                && frame.tag.kind() == Some(kind)
                && owner.is_none_or(|owner| frame.people.contains_key(owner))
        })
    }

    /// Whether everybody in it agreed to all of it.
    fn all_agreed(&self, frame: &Frame<'_>, fault: Option<Fault>) -> bool {
        let mut cells = frame.cells().flat_map(|(who, kind)| {
            each_purpose(frame.tag.purposes()).map(move |purpose| (who, kind, purpose))
        });
        let (generation, captured) = (self.generation(frame), frame.captured());
        cells.all(|(who, kind, purpose)| {
            let cell = (who, kind, purpose);
            self.covered(cell, generation, captured, fault)
                || frame.is_derived() && self.began(cell, generation, captured).is_some()
        })
    }

    /// With how many lines somebody's consent began in a millisecond, after so many and before a crash: what is made of something has the generation
    /// of its earliest source, and its own kind may have been agreed to since, but only in the millisecond in which that was captured and released.
    fn began(
        &self,
        (who, kind, purpose): Cell<'_>,
        generation: usize,
        millis: i64,
    ) -> Option<usize> {
        let story = self.story(who, kind, purpose);
        let later = self
            .lines
            .iter()
            .zip(story.iter().enumerate().skip(1))
            .skip(generation);
        let mut of_process = later.take_while(|(line, _)| !line.is_resumed());
        let begins = |held: &Option<Held>| held.is_some_and(|held| held.since == millis);
        let stood = story.get(generation).is_some_and(begins);
        let (line, (lines, _)) = of_process.find(|(_, (_, held))| begins(held))?;
        (!stood && line.floor() == millis).then_some(lines)
    }

    /// Whether somebody's consent covered what was captured in a millisecond and released when the ledger had so many lines, or had just got some more.
    fn covered(
        &self,
        (who, kind, purpose): Cell<'_>,
        generation: usize,
        captured: i64,
        fault: Option<Fault>,
    ) -> bool {
        let has = |of: Fault| i64::from(fault == Some(of));
        let story = self.story(who, kind, purpose);
        let Some(held) = story[generation] else {
            return false;
        };
        // Half-open: the millisecond in which it ends is no longer covered.
        let ends = held
            .until
            .saturating_add(has(Fault::ClearedAtTheEnd))
            .min(NEVER);
        if captured < held.since - has(Fault::ClearedBefore) || captured >= ends {
            return false;
        }
        for (line, after) in self.lines.iter().zip(story.iter().skip(1)).skip(generation) {
            // After a crash nobody knows how long the process had gone on.
            if line.is_resumed() || line.past {
                return true;
            }
            // An end that comes earlier now, as a notice was superseded, is still to come.
            if after.is_some_and(|after| after.since == held.since && after.until <= captured) {
                return false;
            }
            // What was released before the cut was captured no later than that.
            if after.is_none_or(|after| after.since != held.since) {
                let last =
                    line.floor() + has(Fault::ClearedAfterTheCut) - has(Fault::NotClearedInTheCut);
                return captured <= last;
            }
        }
        true
    }

    /// Whether somebody in it had agreed to some kind of it by then: the source that gives it its generation was theirs.
    fn somebody_agreed(&self, frame: &Frame<'_>, fault: Option<Fault>) -> bool {
        frame.cells().any(|(who, kind)| {
            let mut purposes = each_purpose(frame.tag.purposes());
            purposes.all(|purpose| {
                let cell = (who, kind, purpose);
                self.covered(cell, self.generation(frame), frame.captured(), fault)
            })
        })
    }
}
