//! Who is in a packet, beside a plain list of all that was said.

use framegate::{Contributors, Error, Participant, Time, receive::SourceMap};
use proptest::prelude::*;

use super::cases;
use crate::common;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Person(usize),
    Mixer,
    Nobody,
}

/// What was said of a number: whose it is from a time on.
#[derive(Clone, Copy, Debug)]
struct Said {
    ssrc: u32,
    holder: Holder,
    from: i64,
}

#[derive(Clone, Debug)]
struct Packet {
    ssrc: u32,
    csrcs: Vec<u32>,
    captured: i64,
    arrival: i64,
}

#[derive(Clone, Debug)]
struct Case {
    said: Vec<Said>,
    packet: Packet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    TheFormerSpeaker,
    OnlyWhenCaptured,
    OnlyOnArrival,
    LeftOut,
    GapsAreFilled,
    EndIgnored,
    MixerIsSomebody,
    MixerWithoutAListIsComplete,
    MixerContributes,
    OwnSourceLeftOut,
    FifteenAreAll,
    AfterTheEnd,
}

const FAULTS: [Fault; 12] = [
    Fault::TheFormerSpeaker,
    Fault::OnlyWhenCaptured,
    Fault::OnlyOnArrival,
    Fault::LeftOut,
    Fault::GapsAreFilled,
    Fault::EndIgnored,
    Fault::MixerIsSomebody,
    Fault::MixerWithoutAListIsComplete,
    Fault::MixerContributes,
    Fault::OwnSourceLeftOut,
    Fault::FifteenAreAll,
    Fault::AfterTheEnd,
];

const PEOPLE: usize = 4;

fn people() -> [Participant; PEOPLE] {
    common::meeting().2
}

impl Case {
    fn map(&self, people: &[Participant], capacity: u16) -> SourceMap {
        let mut map = SourceMap::new(capacity);
        for said in &self.said {
            let from = Time::from_millis(said.from);
            let _ = match said.holder {
                Holder::Person(who) => map.assign(said.ssrc, people[who], from),
                Holder::Mixer => map.assign_mixer(said.ssrc, from),
                Holder::Nobody => {
                    map.end(said.ssrc, from);
                    Ok(())
                }
            };
        }
        map
    }

    /// Who is in the packet, in the order of their numbers, the unknown last, and whether these are all.
    fn by_library(&self, people: &[Participant], capacity: u16) -> (Vec<usize>, bool) {
        let map = self.map(people, capacity);
        let mut room = SourceMap::ROOM;
        let Packet {
            ssrc,
            csrcs,
            captured,
            arrival,
        } = &self.packet;
        let contributors = map.contributors(
            *ssrc,
            csrcs.iter().copied(),
            Time::from_millis(*captured),
            Time::from_millis(*arrival),
            &mut room,
        );
        let (listed, is_complete) = match contributors {
            Contributors::Complete(listed) => (listed, true),
            Contributors::Partial(listed) => (listed, false),
            other => panic!("{other:?}"),
        };
        let number = |who: &Participant| {
            let known = people.iter().position(|known| known == who);
            assert!(known.is_some() || *who == Participant::UNKNOWN);
            known.unwrap_or(PEOPLE)
        };
        let mut numbers: Vec<_> = listed.iter().map(number).collect();
        numbers.sort_unstable();
        let named = numbers.len();
        numbers.dedup();
        assert_eq!(numbers.len(), named, "each once");
        (numbers, is_complete)
    }

    /// What was said last of a number at a time.
    fn holder(&self, ssrc: u32, at: i64, fault: Fault) -> Holder {
        let mut of = self.said.iter().filter(|said| {
            let is_end = said.holder == Holder::Nobody && fault == Fault::EndIgnored;
            let from = said.from + i64::from(fault == Fault::AfterTheEnd);
            said.ssrc == ssrc && from <= at && !is_end
        });
        let last = if fault == Fault::TheFormerSpeaker {
            of.clone().rev().nth(1).or(of.next_back())
        } else {
            of.next_back()
        };
        last.map_or(Holder::Nobody, |said| said.holder)
    }

    fn by_hand(&self, fault: Fault) -> (Vec<usize>, bool) {
        let Packet {
            ssrc,
            csrcs,
            captured,
            arrival,
        } = &self.packet;
        let times = match fault {
            Fault::OnlyWhenCaptured => *captured..=*captured,
            Fault::OnlyOnArrival => *arrival..=*arrival,
            _ => *captured..=*arrival,
        };
        let mut named = Vec::new();
        let mut is_mixed = false;
        if times.is_empty() {
            named.push(PEOPLE);
        }
        for at in times {
            let is_between = at != *captured && at != *arrival;
            for (index, source) in std::iter::once(ssrc).chain(csrcs).enumerate() {
                let is_own = index == 0;
                match self.holder(*source, at, fault) {
                    _ if is_own && !csrcs.is_empty() && fault == Fault::OwnSourceLeftOut => (),
                    Holder::Person(who) => named.push(who),
                    Holder::Mixer if is_own => {
                        is_mixed = true;
                        if fault == Fault::MixerIsSomebody {
                            named.push(PEOPLE);
                        }
                    }
                    Holder::Mixer if fault == Fault::MixerContributes => (),
                    Holder::Nobody if fault == Fault::LeftOut => (),
                    Holder::Nobody if fault == Fault::GapsAreFilled && is_between => (),
                    Holder::Mixer | Holder::Nobody => named.push(PEOPLE),
                }
            }
        }
        named.sort_unstable();
        named.dedup();
        let is_unnamed =
            is_mixed && csrcs.is_empty() && fault != Fault::MixerWithoutAListIsComplete;
        let most = if fault == Fault::FifteenAreAll {
            16
        } else {
            15
        };
        (named, csrcs.len() < most && !is_unnamed)
    }
}

fn case() -> impl Strategy<Value = Case> {
    let holder = prop_oneof![
        6 => (0..PEOPLE).prop_map(Holder::Person),
        2 => Just(Holder::Mixer),
        2 => Just(Holder::Nobody),
    ];
    let said =
        (1..5_u32, holder, 0..20_i64).prop_map(|(ssrc, holder, from)| Said { ssrc, holder, from });
    let csrcs = prop_oneof![
        4 => prop::collection::vec(1..5_u32, 0..4),
        1 => prop::collection::vec(1..6_u32, 13..=15),
    ];
    let packet =
        (1..6_u32, csrcs, 0..24_i64, -1..10_i64).prop_map(|(ssrc, csrcs, captured, way)| Packet {
            ssrc,
            csrcs,
            captured,
            arrival: captured + way,
        });
    let said =
        (prop::collection::vec(said, 0..12), any::<bool>()).prop_map(|(mut said, in_order)| {
            if in_order {
                said.sort_by_key(|said| said.from);
            }
            said
        });
    (said, packet).prop_map(|(said, packet)| Case { said, packet })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5000) })]

    #[test]
    fn r4_everybody_is_named_who_may_be_in_it(case in case()) {
        let people = people();
        prop_assert_eq!(case.by_library(&people, 100), case.by_hand(Fault::None));
    }

    /// Nobody is taken for another: what was forgotten is unknown.
    #[test]
    fn r1_what_there_is_no_room_for_is_unknown(case in case(), capacity in 0..4_u16) {
        let people = people();
        let (named, is_complete) = case.by_library(&people, capacity);
        let (all, are_all) = case.by_hand(Fault::None);
        prop_assert!(!is_complete || are_all || named.contains(&PEOPLE));
        prop_assert!(named.iter().all(|who| *who == PEOPLE || all.contains(who)), "{:?} {:?}", named, all);
        prop_assert!(named == all || named.contains(&PEOPLE));
    }
}

#[test]
fn control_each_planted_fault_is_found() {
    let (cases, people) = (cases(&case(), 5000), people());
    for fault in FAULTS {
        let found = cases
            .iter()
            .any(|case| case.by_library(&people, 100) != case.by_hand(fault));
        assert!(found, "{fault:?}");
    }
}

const fn at(millis: i64) -> Time {
    Time::from_millis(millis)
}

/// The people in a packet of this number that was captured and arrived then.
fn holders(map: &SourceMap, ssrc: u32, when: i64) -> Vec<Participant> {
    let mut room = SourceMap::ROOM;
    match map.contributors(ssrc, [], at(when), at(when), &mut room) {
        Contributors::Complete(people) => people.to_vec(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn r1_a_full_map_forgets_what_has_ended_and_nothing_else() {
    let [a, b, c, _] = people();
    let mut map = SourceMap::new(2);
    map.assign(1, a, at(0)).unwrap();
    map.assign(2, b, at(0)).unwrap();
    let full = map.assign(3, c, at(5));
    assert!(matches!(full, Err(Error::Full(_))), "{full:?}");
    assert_eq!(holders(&map, 3, 6), [Participant::UNKNOWN]);
    assert_eq!(holders(&map, 1, 6), [a]);
    // A number that changes hands needs room for both holders: the former makes it.
    map.assign(1, b, at(7)).unwrap();
    assert_eq!(holders(&map, 1, 8), [b]);
    assert_eq!(holders(&map, 1, 6), [Participant::UNKNOWN]);
    map.end(2, at(9));
    map.assign(3, c, at(10)).unwrap();
    assert_eq!(holders(&map, 3, 10), [c]);
    assert_eq!(holders(&map, 2, 8), [Participant::UNKNOWN]);
    // Of two that have ended, the first goes.
    map.end(1, at(20));
    map.end(3, at(15));
    map.assign(4, a, at(30)).unwrap();
    assert_eq!(holders(&map, 1, 12), [b]);
    assert_eq!(holders(&map, 3, 12), [Participant::UNKNOWN]);
    let mut none = SourceMap::new(0);
    assert!(none.assign(1, a, at(0)).is_err());
    assert_eq!(holders(&none, 1, 1), [Participant::UNKNOWN]);
}

#[test]
fn r1_with_a_time_out_of_range_a_number_is_nobodys() {
    let [a, b, ..] = people();
    let bad = Time::from_millis(-1);
    let mut map = SourceMap::new(4);
    map.assign(1, a, at(0)).unwrap();
    assert_eq!(map.assign(1, b, bad), Err(Error::Time));
    assert_eq!(holders(&map, 1, 5), [Participant::UNKNOWN]);
    map.assign(1, a, at(0)).unwrap();
    map.end(1, bad);
    assert_eq!(holders(&map, 1, 5), [Participant::UNKNOWN]);
    map.assign(1, a, at(0)).unwrap();
    for (captured, arrival) in [(bad, at(5)), (at(5), bad), (bad, bad), (at(5), at(4))] {
        let mut room = SourceMap::ROOM;
        let contributors = map.contributors(1, [], captured, arrival, &mut room);
        assert!(
            matches!(contributors, Contributors::Complete([Participant::UNKNOWN])),
            "{contributors:?}"
        );
    }
}

#[test]
fn r4_more_people_than_there_is_room_for_are_a_partial_list() {
    let (mut meeting, _, people) = common::meeting::<24>();
    let mut map = SourceMap::new(100);
    // Each number changes hands while the packet may be on its way.
    for (index, who) in (0..12).zip(people.chunks(2)) {
        map.assign(index, who[0], at(0)).unwrap();
        map.assign(index, who[1], at(10)).unwrap();
    }
    let mut room = SourceMap::ROOM;
    let contributors = map.contributors(0, 1..12, at(5), at(15), &mut room);
    assert!(matches!(contributors, Contributors::Partial(people) if people.len() == 16));
    let contributors = map.contributors(0, 1..12, at(11), at(15), &mut room);
    assert!(matches!(contributors, Contributors::Complete(people) if people.len() == 12));
    let _ = meeting.end();
}
