//! Tags that were never written, an edge away from those that were.

use std::collections::BTreeSet;

use framegate::{Kinds, Purposes, Tag};

use super::{
    chance::Chance,
    clearing::{KINDS, each_purpose},
    frames::Released,
    law::Law,
    meetings::People,
};

/// A tag, and who is said to be in it.
pub struct Probe {
    pub tag: Tag,
    pub people: People,
}

/// The fields of a tag by their place (`Tag` has the table).
#[derive(Clone, Copy)]
struct Fields([u8; 16]);

impl Fields {
    fn kind(&mut self, kind: u8) {
        self.0[1] = kind;
    }

    fn purposes(&mut self, purposes: Purposes) {
        self.0[4..6].copy_from_slice(&purposes.bits().to_be_bytes());
    }

    fn stream(&mut self, stream: u16) {
        self.0[6..8].copy_from_slice(&stream.to_be_bytes());
    }

    fn captured(&mut self, millis: i64) {
        let millis = u32::try_from(millis.max(0)).unwrap_or(u32::MAX);
        self.0[8..12].copy_from_slice(&millis.to_be_bytes());
    }

    fn generation(&mut self, lines: usize) {
        let lines = u32::try_from(lines).expect("not so many");
        self.0[12..].copy_from_slice(&lines.to_be_bytes());
    }
}

/// Milliseconds at which somebody's consent began or ended, and those beside them.
fn edges(law: &Law, people: &People, purposes: Purposes) -> Vec<i64> {
    let mut edges = BTreeSet::new();
    for line in &law.lines {
        edges.extend([line.floor(), line.ceil()]);
    }
    for who in people.keys() {
        for kind in KINDS {
            for purpose in each_purpose(purposes) {
                for held in law.story(who, kind, purpose).iter().flatten() {
                    edges.extend([held.since, held.until]);
                }
            }
        }
    }
    let beside = edges.iter().flat_map(|edge| edge - 1..=edge + 1);
    let all: BTreeSet<i64> = beside
        .filter(|edge| (0..i64::from(u32::MAX)).contains(edge))
        .collect();
    all.into_iter().collect()
}

/// Some for each of some frames, and some of nobody's.
pub fn probes(law: &Law, frames: &[Released], chance: &mut Chance) -> Vec<Probe> {
    let mut probes = Vec::new();
    for _ in 0..8 {
        if let Some(index) = chance.index(frames) {
            let Released { tag, people, .. } = &frames[index];
            moved(law, *tag, people, chance, &mut probes);
        }
    }
    for _ in 0..60 {
        made_up(law, chance, &mut probes);
    }
    probes
}

/// One that was released, with one thing changed.
fn moved(law: &Law, tag: Tag, people: &People, chance: &mut Chance, probes: &mut Vec<Probe>) {
    let mut put = |people: &People, change: &dyn Fn(&mut Fields)| {
        let mut fields = Fields(tag.to_bytes());
        change(&mut fields);
        if let Ok(tag) = Tag::from_bytes(fields.0) {
            probes.push(Probe {
                tag,
                people: people.clone(),
            });
        }
    };
    let captured = tag.captured().as_micros() / 1000;
    for off in [-1000, -1, 1, 1000] {
        put(people, &|fields| fields.captured(captured + off));
    }
    let edges = edges(law, people, tag.purposes());
    for _ in 0..16 {
        let edge = chance.of(&edges);
        put(people, &|fields| fields.captured(edge));
    }
    let generation = tag.generation() as usize;
    let any = 1 + chance.below(law.lines.len());
    for lines in [
        generation - 1,
        generation + 1,
        any,
        law.lines.len(),
        law.lines.len() + 1,
    ] {
        put(people, &|fields| fields.generation(lines));
        let edge = chance.of(&edges);
        put(people, &|fields| {
            fields.generation(lines);
            fields.captured(edge);
        });
    }
    let others = [
        Purposes::RECORD,
        Purposes::TRAIN,
        Purposes::RECORD | Purposes::TRAIN,
        Purposes::ASSIST,
        Purposes::from_bits_retain(1 << 9),
    ];
    for purposes in others {
        put(people, &|fields| fields.purposes(purposes));
    }
    put(people, &|fields| fields.stream(u16::MAX));
    put(people, &|fields| fields.stream(chance_stream(tag)));
    for kind in KINDS {
        put(people, &|fields| fields.kind(kind as u8));
    }
    for other in law.people() {
        let kinds = people
            .values()
            .fold(Kinds::empty(), |all, kinds| all | *kinds);
        let alone = People::from([(other.to_owned(), kinds)]);
        put(&alone, &|_| ());
        let mut with = people.clone();
        with.entry(other.to_owned()).or_insert(kinds);
        put(&with, &|_| ());
    }
    let stranger = People::from([("nobody".to_owned(), Kinds::AUDIO)]);
    put(&stranger, &|_| ());
}

fn chance_stream(tag: Tag) -> u16 {
    tag.stream().map_or(0, |stream| stream.number() + 1)
}

/// Of any stream of the ledger, for any of its outlets, at any edge.
fn made_up(law: &Law, chance: &mut Chance, probes: &mut Vec<Probe>) {
    let streams: Vec<_> = law.streams().collect();
    let outlets: Vec<_> = law.outlets().collect();
    let all = law.people();
    let (Some(stream), Some(outlet), Some(person)) = (
        chance.index(&streams),
        chance.index(&outlets),
        chance.index(&all),
    ) else {
        return;
    };
    let (_, kind, owner) = streams[stream];
    let (_, purposes) = outlets[outlet];
    let mut people = People::from([(owner.unwrap_or(all[person]).to_owned(), Kinds::from(kind))]);
    if chance.one_in(3) {
        people.entry(all[person].to_owned()).or_insert(kind.into());
    }
    let is_derived = chance.one_in(4);
    if is_derived {
        for kinds in people.values_mut() {
            *kinds |= Kinds::CAPTION;
        }
    }
    let edges = edges(law, &people, purposes);
    let mut fields = Fields([0; 16]);
    fields.0[0] = 1;
    fields.0[2] = 1;
    fields.kind(if is_derived { u8::MAX } else { kind as u8 });
    fields.stream(if is_derived {
        u16::MAX
    } else {
        u16::try_from(stream).expect("not so many")
    });
    fields.purposes(purposes);
    fields.captured(chance.of(&edges));
    fields.generation(1 + chance.below(law.lines.len()));
    if let Ok(tag) = Tag::from_bytes(fields.0) {
        probes.push(Probe { tag, people });
    }
}
