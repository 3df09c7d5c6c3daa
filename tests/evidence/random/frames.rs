//! Frames that random meetings release, and what is kept of them.

use framegate::{
    Area, Cleared, Contributors, Frame, KeptSource, Kind, Kinds, Participant, Payload, PayloadMut,
    Purposes, Region, Tag, Time, Verdict,
};

use super::{
    clearing,
    law::Law,
    meetings::{CHILD, People, Run, Shape},
};

/// A frame that went into an outlet, whole or in part.
pub struct Released {
    pub tag: Tag,
    pub people: People,
    /// The outlet's number; none if the line that declared it was lost.
    pub outlet: Option<u16>,
    /// How many lines of the ledger as it is in the end were there before it was released, or before the first of what it was made from was.
    pub after: usize,
    /// Whether lines were lost that had been there by then.
    pub is_lost: bool,
    /// How many of them there were when it was released itself, and with which of them its outlet was declared.
    pub had_lines: usize,
    pub declared: usize,
}

impl Released {
    /// What is seldom of it.
    pub fn traits(&self, law: &Law) -> Vec<&'static str> {
        let frame = clearing::Frame {
            tag: self.tag,
            people: &self.people,
        };
        let captured = self.tag.captured().as_micros() / 1000;
        let last = self
            .after
            .checked_sub(1)
            .map_or(0, |last| law.lines[last].floor());
        let traits = [
            ("a frame", true),
            ("a frame in part", self.tag.verdict() != Verdict::Whole),
            ("a frame made of others", self.tag.stream().is_none()),
            ("a frame of several people", self.people.len() > 1),
            ("a frame of lines that were lost", self.is_lost),
            (
                "a frame that was withdrawn",
                law.is_withdrawn(&frame, self.after, None),
            ),
            (
                "a frame captured before the line before it",
                captured < last - 1000,
            ),
            (
                "a frame captured after the line before it",
                last + 1000 < captured,
            ),
            (
                "a frame to a third party",
                !Purposes::FIRST_PARTY.contains(self.tag.purposes()),
            ),
            ("a child's frame", self.people.contains_key(CHILD)),
        ];
        traits
            .into_iter()
            .filter_map(|(what, is)| is.then_some(what))
            .collect()
    }
}

/// What captions can be made of, and who is in it as what.
pub struct Kept {
    source: KeptSource,
    people: People,
}

/// A frame that is offered.
struct Offer<'a> {
    frame: Frame<'a>,
    /// Whose voice its region quotes.
    quoted: Option<Participant>,
    /// Who is in its sources.
    derived: Option<People>,
}

impl<'a> Offer<'a> {
    fn of(frame: Frame<'a>) -> Self {
        Self {
            frame,
            quoted: None,
            derived: None,
        }
    }
}

const BYTES: [u8; 12] = *b"hello you...";

impl Run {
    pub fn frame(&mut self) {
        let Some(tap) = self.chance.index(&self.taps) else {
            return;
        };
        let stream = &self.streams[self.taps[tap].stream];
        let (kind, shape) = (stream.kind, stream.shape);
        let captured = self.captured();
        let mut others: Vec<Participant> = Vec::new();
        for _ in 0..=self.chance.below(2) {
            others.extend(self.present().map(|(_, who)| who));
        }
        let [first, last] = match others[..] {
            [] => [Participant::UNKNOWN; 2],
            [first, .., last] => [first, last],
            [one] => [one; 2],
        };
        let (owner, all) = (Contributors::Owner, Contributors::Complete(&others));
        match shape {
            Shape::Captions => self.caption(tap),
            Shape::Composite => {
                let regions = [(first, 0), (last, 1)];
                let regions =
                    regions.map(|(who, channel)| Region::new(who, Area::Channel(channel)));
                let frame = Frame::new(captured, all).regions(&regions);
                self.admit(tap, Offer::of(frame));
            }
            Shape::Owned if kind == Kind::Chat && self.chance.one_in(2) => {
                let words = Area::Span { start: 0, end: 5 };
                let since = self.captured().min(captured);
                let mut region = Region::new(first, words).captured(since);
                let quoted = self.chance.one_in(2).then_some(first);
                if quoted.is_some() {
                    region = region.kind(Kind::Audio);
                }
                let regions = [region];
                let frame = Frame::new(captured, owner).regions(&regions);
                self.admit(
                    tap,
                    Offer {
                        quoted,
                        ..Offer::of(frame)
                    },
                );
            }
            Shape::Owned if !self.chance.one_in(5) => {
                self.admit(tap, Offer::of(Frame::new(captured, owner)));
            }
            Shape::Owned | Shape::Mix if self.chance.one_in(4) => {
                if let Ok(group) = self.meeting.group(&others) {
                    let of_group = Contributors::Group(&group);
                    self.admit(tap, Offer::of(Frame::new(captured, of_group)));
                }
            }
            Shape::Owned | Shape::Mix => self.admit(tap, Offer::of(Frame::new(captured, all))),
        }
    }

    fn captured(&mut self) -> Time {
        Time::from_micros(self.near())
    }

    /// A caption of one thing that was released, or of two.
    fn caption(&mut self, tap: usize) {
        let mut named = People::new();
        let mut sources = Vec::new();
        for _ in 0..=self.chance.below(2) {
            if let Some(index) = self.chance.index(&self.kept) {
                let kept = &self.kept[index];
                for (who, kinds) in &kept.people {
                    *named.entry(who.clone()).or_insert(Kinds::CAPTION) |= *kinds;
                }
                sources.push(kept.source.clone());
            }
        }
        let sources: Vec<_> = sources.iter().map(KeptSource::as_source).collect();
        let derived = Some(named);
        self.admit(
            tap,
            Offer {
                derived,
                ..Offer::of(Frame::derived(&sources))
            },
        );
    }

    /// Offers a frame, and notes what is released of it.
    fn admit(&mut self, tap: usize, offer: Offer<'_>) {
        let behind = if self.chance.one_in(8) {
            self.chance.of(&[1, 1000, 3000])
        } else {
            0
        };
        let now = Time::from_micros((self.now - behind).max(0));
        let into = self.chance.one_in(2);
        let had_lines = self.entries();
        let open = &mut self.taps[tap];
        let take = |cleared: Cleared<'_>| {
            let mut room = [Participant::UNKNOWN; 16];
            let source = cleared.source(&mut room)?.keep();
            Some((source, cleared.hides(0)))
        };
        let (mut copy, payload) = ([0; 12], Payload::from(&BYTES[..]));
        let admitted = if into {
            let copy = PayloadMut::from(&mut copy[..]);
            open.tap.admit_into(&offer.frame, payload, copy, now, take)
        } else {
            open.tap.admit(&offer.frame, payload, now, take)
        };
        // What was blanked was not released.
        let Some((source, is_hidden)) = admitted.output.flatten() else {
            return;
        };
        let tag = admitted.tag;
        let own = Kinds::from(self.streams[open.stream].kind);
        let (outlet, declared) = (Some(open.outlet), open.declared);
        let ids: Vec<_> = self.meeting.stays().collect();
        let id = |who: Participant| {
            let (id, _) = ids.iter().find(|(_, of)| *of == who).expect("who joined");
            id.clone()
        };
        let view = source.as_source();
        // Whatever is made of it needs everybody's consent to each kind in it.
        let everything = view
            .people()
            .iter()
            .map(|who| (id(*who), view.kinds() | own))
            .collect();
        let people = offer.derived.unwrap_or_else(|| {
            let mut people: People = view.people().iter().map(|who| (id(*who), own)).collect();
            if let (Some(quoted), false) = (offer.quoted, is_hidden) {
                *people.entry(id(quoted)).or_insert(own) |= Kinds::AUDIO;
            }
            people
        });
        let after = usize::try_from(tag.generation()).expect("not so many");
        self.kept.push(Kept {
            source,
            people: everything,
        });
        self.frames.push(Released {
            tag,
            people,
            outlet,
            after,
            is_lost: false,
            had_lines,
            declared,
        });
    }
}
