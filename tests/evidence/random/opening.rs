//! Outlets, streams, and taps between them.

use framegate::{
    Kind, OutletOptions, Purposes, StreamOptions,
    format::{Format, Samples},
};

use super::meetings::{OpenTap, Run, Shape, Stream};

impl Run {
    pub fn open_outlet(&mut self) {
        let options = match self.chance.index(&self.pairs) {
            Some(at) if self.chance.one_in(3) => {
                let pair = self.pairs[at];
                let both = ["ACME Ltd", "Umbrella"];
                let to = |to: &&&str| {
                    let purposes = [Purposes::RECORD, Purposes::TRAIN];
                    purposes
                        .iter()
                        .any(|of| self.meeting.third_party(*of, to) == Ok(pair))
                };
                let name = both.iter().find(to).copied().unwrap_or("ACME Ltd");
                OutletOptions::new("partner", pair).recipient(name)
            }
            _ => {
                let two = Purposes::RECORD | Purposes::TRAIN;
                let mixed = Purposes::ASSIST | Purposes::ANALYTICS;
                let all = [
                    Purposes::RECORD,
                    Purposes::TRAIN,
                    Purposes::TRAIN,
                    two,
                    mixed,
                ];
                OutletOptions::new("own", self.chance.of(&all))
            }
        };
        if let Ok(outlet) = self.meeting.open_outlet(options) {
            self.outlets.push((outlet, self.entries() - 1));
        }
    }

    pub fn open_stream(&mut self) {
        let Some((_, owner)) = self.present() else {
            return;
        };
        let (mono, stereo) = (Format::pcm(Samples::S16, 1), Format::pcm(Samples::S16, 2));
        let is_alone = self.chance.one_in(4);
        let of_one = |kind, format| {
            let options = if is_alone {
                StreamOptions::alone(owner, kind, format)
            } else {
                StreamOptions::owned(owner, kind, format)
            };
            (options, Shape::Owned, kind)
        };
        let (options, shape, kind) = match self.chance.below(7) {
            0..2 => of_one(Kind::Audio, mono),
            2 => of_one(Kind::Video, Format::OPAQUE),
            3 => of_one(Kind::Chat, Format::UTF8),
            4 => (
                StreamOptions::mix(Kind::Audio, mono),
                Shape::Mix,
                Kind::Audio,
            ),
            5 => (
                StreamOptions::composite(Kind::Audio, stereo),
                Shape::Composite,
                Kind::Audio,
            ),
            _ => (
                StreamOptions::derived(Kind::Caption, Format::UTF8),
                Shape::Captions,
                Kind::Caption,
            ),
        };
        if let Ok(handle) = self.meeting.open_stream(options) {
            self.streams.push(Stream {
                handle,
                kind,
                shape,
            });
        }
    }

    /// Opens one, and perhaps closes another.
    pub fn open_tap(&mut self) {
        if let (true, Some(closed)) = (self.chance.one_in(6), self.chance.index(&self.taps)) {
            self.taps.swap_remove(closed);
        }
        let (Some(stream), Some(outlet)) = (
            self.chance.index(&self.streams),
            self.chance.index(&self.outlets),
        ) else {
            return;
        };
        let (outlet, declared) = self.outlets[outlet];
        if let Ok(tap) = self.meeting.tap(self.streams[stream].handle, outlet) {
            self.taps.push(OpenTap {
                tap,
                stream,
                outlet: outlet.id().number(),
                declared,
            });
        }
    }
}
