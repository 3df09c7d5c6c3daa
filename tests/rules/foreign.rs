//! Every handle of another meeting, and of another life of the same one, at every call that takes one: refused at setup, unknown on the hot half.

use framegate::{
    Area, Authority, Contributors, Digest, Error, Frame, Grant, Group, JoinOptions, Kind, Meeting,
    MeetingOptions, Method, Object, Outlet, OutletOptions, Participant, Payload, Purposes, Reason,
    Region, Scope, Settling, Stream, StreamOptions, Tap, Time, Verdict, format::Format,
};

use crate::common::{self, Memory, SCOPE, agree, millis, notice, own};

const BY: Authority = Authority::Participant;

/// A meeting in which somebody agreed to everything, with a handle of each kind.
struct Room {
    meeting: Meeting,
    memory: Memory,
    notice: Digest,
    who: Participant,
    stream: Stream,
    outlet: Outlet,
    group: Group,
    settling: Settling,
    tap: Tap,
}

impl Room {
    fn open(id: &str, text: &str) -> Self {
        let memory = Memory::default();
        let mut meeting =
            Meeting::open(MeetingOptions::new(id, 4).ledger(memory.writer())).unwrap();
        let notice = meeting
            .show(framegate::Notice {
                digest: Digest::of(text),
                ..notice()
            })
            .unwrap();
        meeting
            .join(JoinOptions::adult("ana"), Time::START)
            .unwrap();
        Self::of(meeting, memory, notice)
    }

    fn of(mut meeting: Meeting, memory: Memory, notice: Digest) -> Self {
        let (_, who) = meeting.participants().next().unwrap();
        agree(&mut meeting, notice, who, SCOPE, millis(1));
        let mix = StreamOptions::mix(Kind::Audio, Format::OPAQUE);
        let stream = meeting.open_stream(mix).unwrap();
        let outlet = OutletOptions::new("outlet", Purposes::RECORD);
        let outlet = meeting.open_outlet(outlet).unwrap();
        let group = meeting.group(&[who]).unwrap();
        let tap = meeting.tap(stream, outlet).unwrap();
        let host = Authority::Host;
        let nothing_of_theirs = Scope::new(Kind::Screen.into(), Purposes::REVIEW);
        let settling = meeting.restrict(host, None, nothing_of_theirs, millis(2));
        Self {
            settling: settling.unwrap(),
            meeting,
            memory,
            notice,
            who,
            stream,
            outlet,
            group,
            tap,
        }
    }

    /// The same meeting after a crash.
    fn resumed(self) -> Self {
        drop(self.meeting);
        let meeting =
            Meeting::resume(&common::verified(&self.memory.read()), self.memory.writer()).unwrap();
        Self::of(meeting, self.memory, self.notice)
    }

    fn admit(&mut self, contributors: Contributors<'_>, regions: &[Region]) -> Verdict {
        let frame = Frame::new(millis(5), contributors).regions(regions);
        let payload = Payload::Bytes(&[1; 4]);
        self.tap.admit(&frame, payload, millis(6), |_| ()).verdict()
    }

    /// The calls that take handles, each with those of another room: what comes of them, and what of those that succeed with its own.
    fn answers(&mut self, of: &Handles) -> Vec<(&'static str, Result<(), Error>)> {
        let grant = Grant::new(self.notice, SCOPE, Method::Typed);
        let under = Grant::new(of.notice, SCOPE, Method::Typed);
        let (meeting, now, who) = (&mut self.meeting, millis(7), of.who);
        let owned = StreamOptions::owned(who, Kind::Audio, Format::OPAQUE);
        let handle = meeting.withdrawals();
        let host = Authority::Host;
        let mut answers = vec![
            ("grant", meeting.grant(BY, who, &grant, now)),
            (
                "restrict",
                meeting.restrict(host, Some(who), SCOPE, now).map(drop),
            ),
            ("lift", meeting.lift(host, Some(who), SCOPE, now)),
            ("group", meeting.group(&[who]).map(drop)),
            ("open_stream", meeting.open_stream(owned).map(drop)),
            (
                "tap of a stream",
                meeting.tap(of.stream, self.outlet).map(drop),
            ),
            (
                "tap into an outlet",
                meeting.tap(self.stream, of.outlet).map(drop),
            ),
            ("settled", meeting.settled(&of.settling, now).map(drop)),
            (
                "challenge",
                meeting
                    .challenge(who)
                    .map(drop)
                    .ok_or(Error::UnknownParticipant),
            ),
            (
                "restrict beside it",
                handle.restrict(host, Some(who), SCOPE, now).map(drop),
            ),
            (
                "withdraw",
                meeting.withdraw(BY, who, Scope::ALL, now).map(drop),
            ),
            (
                "withdraw beside it",
                handle.withdraw(BY, who, Scope::ALL, now).map(drop),
            ),
            ("leave", meeting.leave(who, now).map(drop)),
            ("leave beside it", handle.leave(who, now).map(drop)),
        ];
        if of.notice != self.notice {
            answers.push((
                "grant under a notice",
                meeting.grant(BY, self.who, &under, now),
            ));
            let superseded = meeting.supersede(of.notice, now).map(drop);
            answers.push(("supersede", superseded));
        }
        answers
    }

    fn handles(self) -> Handles {
        Handles {
            _meeting: self.meeting,
            notice: self.notice,
            who: self.who,
            stream: self.stream,
            outlet: self.outlet,
            group: self.group,
            settling: self.settling,
        }
    }
}

/// Those of a meeting that goes on, or of one that is over.
struct Handles {
    _meeting: Meeting,
    notice: Digest,
    who: Participant,
    stream: Stream,
    outlet: Outlet,
    group: Group,
    settling: Settling,
}

/// A room, and the handles of another: opened in the same order, so that every slot and number is the same.
fn pairs() -> Vec<(&'static str, Room, Handles)> {
    let other = Room::open("another", "another text").handles();
    let namesake = Room::open("room", "text").handles();
    // Of a room that goes on after a crash, what was there before it.
    let mut before = Room::open("room", "text");
    let earlier = Handles {
        _meeting: Meeting::open(MeetingOptions::new("none", 1)).unwrap(),
        notice: before.notice,
        who: before.who,
        stream: before.stream,
        outlet: before.outlet,
        group: before.group.clone(),
        settling: before
            .meeting
            .restrict(Authority::Host, None, SCOPE, millis(3))
            .unwrap(),
    };
    before
        .meeting
        .lift(Authority::Host, None, SCOPE, millis(3))
        .unwrap();
    vec![
        ("another meeting", Room::open("room", "text"), other),
        (
            "a meeting of the same id",
            Room::open("room", "text"),
            namesake,
        ),
        ("an earlier life", before.resumed(), earlier),
    ]
}

#[test]
fn handles_of_another_meeting_are_refused_at_setup() {
    for (whose, mut room, of) in pairs() {
        let entries = room.meeting.head().entries;
        for (call, answer) in room.answers(&of) {
            let expected = match call {
                "tap of a stream" => Error::Unknown(Object::Stream),
                "tap into an outlet" => Error::Unknown(Object::Outlet),
                "settled" => Error::Unknown(Object::Settling),
                "grant under a notice" | "supersede" => Error::UnknownNotice,
                _ => Error::UnknownParticipant,
            };
            assert_eq!(answer, Err(expected), "{call} of {whose}");
        }
        assert_eq!(
            room.meeting.head().entries,
            entries,
            "nothing is entered, {whose}"
        );
        let own = [room.who];
        assert_eq!(
            room.admit(Contributors::Complete(&own), &[]),
            Verdict::Whole,
            "{whose}"
        );
        assert!(of.settling.is_settled() || whose == "an earlier life");
    }
    // The control: with its own handles every call does something.
    let mut room = Room::open("room", "text");
    let own = Handles {
        _meeting: Meeting::open(MeetingOptions::new("none", 1)).unwrap(),
        notice: room.notice,
        who: room.who,
        stream: room.stream,
        outlet: room.outlet,
        group: room.group.clone(),
        settling: room
            .meeting
            .restrict(Authority::Host, None, SCOPE, millis(3))
            .unwrap(),
    };
    for (call, answer) in room.answers(&own) {
        assert_eq!(answer, Ok(()), "{call}");
    }
}

#[test]
fn r1_handles_of_another_meeting_are_unknown_on_the_hot_half() {
    let unknown = Verdict::Dropped(Reason::Unknown);
    for (whose, mut room, of) in pairs() {
        let (own, foreign) = (room.who, of.who);
        for list in [&[foreign][..], &[own, foreign], &[foreign, own]] {
            let verdict = room.admit(Contributors::Complete(list), &[]);
            assert_eq!(verdict, unknown, "a list of {whose}");
        }
        let group = of.group.clone();
        let verdict = room.admit(Contributors::Group(&group), &[]);
        assert_eq!(verdict, unknown, "a group of {whose}");
        let region = [Region::new(foreign, Area::Channel(0))];
        let verdict = room.admit(Contributors::Complete(&[own]), &region);
        assert!(
            !verdict.is_released(),
            "a region's owner of {whose}: {verdict:?}"
        );
    }
    let mut room = Room::open("room", "text");
    let own = [room.who];
    assert_eq!(
        room.admit(Contributors::Complete(&own), &[]),
        Verdict::Whole
    );
    let group = room.group.clone();
    assert_eq!(room.admit(Contributors::Group(&group), &[]), Verdict::Whole);
}

/// The control: a region of one's own clears, one of another meeting's person is withheld for that reason alone.
#[test]
fn r4_a_regions_owner_of_another_meeting_is_unknown() {
    for (whose, mut room, of) in pairs() {
        let kind = Kind::Video;
        let format = Format::picture(
            framegate::format::PixelFormat::Gray8,
            framegate::format::ColorRange::Full,
            2,
            2,
        );
        let stream = room
            .meeting
            .open_stream(StreamOptions::owned(room.who, kind, format));
        let mut tap = room.meeting.tap(stream.unwrap(), room.outlet).unwrap();
        let mut verdict = |who| {
            let area = Area::Rectangle {
                x: 0,
                y: 0,
                width: 2,
                height: 2,
            };
            let regions = [Region::new(who, area)];
            let frame = own(millis(5)).regions(&regions);
            let plane = framegate::Plane {
                data: &[1; 4],
                stride: 2,
            };
            let payload = Payload::packed(plane);
            tap.admit(&frame, payload, millis(6), |_| ()).verdict()
        };
        assert_eq!(verdict(room.who), Verdict::Whole);
        assert_eq!(
            verdict(of.who),
            Verdict::Dropped(Reason::Unknown),
            "{whose}"
        );
        assert_eq!(
            verdict(Participant::UNKNOWN),
            Verdict::Dropped(Reason::Unknown)
        );
    }
}

#[test]
fn somebody_is_found_by_id_in_their_present_stay_or_their_last_one() {
    let mut meeting = Meeting::open(MeetingOptions::new("room", 1)).unwrap();
    let join = |meeting: &mut Meeting, id: &str, at| {
        let joined = meeting.join(JoinOptions::adult(id), millis(at));
        joined.unwrap()
    };
    assert_eq!(meeting.find("ana"), None, "nobody has joined");
    let first = join(&mut meeting, "ana", 1);
    assert_eq!(meeting.find("ana"), Some(first));
    for other in ["", "an", "ana ", "Ana", "ben"] {
        assert_eq!(meeting.find(other), None, "{other:?}");
    }
    let _ = meeting.leave(first, millis(2)).unwrap();
    assert_eq!(meeting.find("ana"), Some(first), "her last stay");
    // There is one slot, so each of them has it in turn.
    let ben = join(&mut meeting, "ben", 3);
    assert_eq!(meeting.find("ben"), Some(ben));
    assert_eq!(meeting.find("ana"), Some(first), "not whoever is there now");
    let _ = meeting.leave(ben, millis(4)).unwrap();
    let second = join(&mut meeting, "ana", 5);
    assert_ne!(first, second);
    assert_eq!(meeting.find("ana"), Some(second), "her present stay");
    // Whoever was found can withdraw, also when they have left and when the meeting is over.
    let _ = meeting.leave(second, millis(6)).unwrap();
    assert!(meeting.end().is_settled());
    for id in ["ana", "ben"] {
        let who = meeting.find(id).unwrap();
        let withdrawn = meeting.withdraw(BY, who, Scope::ALL, millis(7));
        assert!(withdrawn.unwrap().is_settled(), "{id}");
    }
}

#[test]
fn an_id_is_had_of_those_who_are_in_the_meeting_alone() {
    let mut meeting = Meeting::open(MeetingOptions::new("room", 1)).unwrap();
    let first = meeting.join(JoinOptions::adult("ana"), millis(1)).unwrap();
    assert_eq!(meeting.id_of(first).as_deref(), Some("ana"));
    assert_eq!(meeting.id_of(Participant::UNKNOWN), None);
    let _ = meeting.leave(first, millis(2)).unwrap();
    assert_eq!(meeting.id_of(first), None, "she has left");
    // The control: the slot is somebody else's now, who is not taken for her.
    let ben = meeting.join(JoinOptions::adult("ben"), millis(3)).unwrap();
    assert_eq!(meeting.id_of(ben).as_deref(), Some("ben"));
    assert_eq!(meeting.id_of(first), None, "ben has her slot");
    let _ = meeting.leave(ben, millis(4)).unwrap();
    let second = meeting.join(JoinOptions::adult("ana"), millis(5)).unwrap();
    assert_eq!(meeting.id_of(second).as_deref(), Some("ana"));
    assert_eq!(meeting.id_of(first), None, "an earlier stay");
    assert!(meeting.end().is_settled());
    assert_eq!(meeting.id_of(second), None, "the meeting is over");
}

#[test]
fn handles_of_another_meeting_have_no_id_and_are_not_found() {
    for (whose, room, of) in pairs() {
        assert_eq!(room.meeting.id_of(of.who), None, "{whose}");
        let found = room.meeting.find("ana");
        assert_eq!(found, Some(room.who), "{whose}");
        assert_ne!(found, Some(of.who), "{whose}");
        assert_eq!(
            room.meeting.id_of(room.who).as_deref(),
            Some("ana"),
            "{whose}"
        );
    }
}

#[test]
fn somebody_who_had_left_is_found_after_a_crash() {
    let mut room = Room::open("room", "text");
    let before = room.who;
    let _ = room.meeting.leave(before, millis(7)).unwrap();
    drop(room.meeting);
    let ledger = common::verified(&room.memory.read());
    let meeting = Meeting::resume(&ledger, room.memory.writer()).unwrap();
    let found = meeting.find("ana").unwrap();
    assert_ne!(found, before, "earlier handles are unknown");
    assert_eq!((meeting.id_of(before), meeting.id_of(found)), (None, None));
    assert!(meeting.stays().any(|(id, who)| id == "ana" && who == found));
}
