//! Every way in which consent can have a hole, in everything that can name the person: after it no predicted picture goes on,
//! though each is cleared by its own time, and whether or not pictures were offered in the hole.

use framegate::{
    Area, Authority, Cleared, Contributors, Digest, Frame, Grant, Group, JoinOptions, Kind, Kinds,
    Meeting, MeetingOptions, Method, Notice, OutletOptions, Participant, PayloadMut, Purposes,
    Reason, Region, Scope, Stream, StreamOptions, Tag, Tap, Verdict,
    format::{Format, Samples},
};

use super::frames::{Made, Nature, all};
use crate::{
    common::{self, millis, notice},
    encoded::gate::wants_keyframe,
};

/// How consent comes to have a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    Withdrawn,
    Restricted,
    RestrictedForAll,
    Expired,
    Superseded,
    /// They leave, and join again.
    Left,
    /// Of another purpose, another kind, and somebody else's: of no concern to the frame. The control.
    Elsewhere,
}

const HOLES: [Hole; 7] = [
    Hole::Withdrawn,
    Hole::Restricted,
    Hole::RestrictedForAll,
    Hole::Expired,
    Hole::Superseded,
    Hole::Left,
    Hole::Elsewhere,
];

/// As what somebody is in the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Owner,
    ListedWithTheOwner,
    GroupedWithTheOwner,
    InARegionOfTheOwners,
    InAMix,
    InAGroup,
    InAComposite,
    InTheSource,
}

const ROLES: [Role; 8] = [
    Role::Owner,
    Role::ListedWithTheOwner,
    Role::GroupedWithTheOwner,
    Role::InARegionOfTheOwners,
    Role::InAMix,
    Role::InAGroup,
    Role::InAComposite,
    Role::InTheSource,
];

#[derive(Clone, Copy, Debug)]
enum Door {
    Admit,
    Into,
    InPlace,
}

const DOORS: [Door; 3] = [Door::Admit, Door::Into, Door::InPlace];

const AREA: Area = Area::Rectangle {
    x: 0,
    y: 0,
    width: 2,
    height: 2,
};
const VIDEO: Scope = Scope::new(
    Kinds::VIDEO.union(Kinds::AUDIO),
    Purposes::RECORD.union(Purposes::TRAIN),
);

/// A meeting, and two people of whom the second one's consent will have a hole.
struct Stage {
    meeting: Meeting,
    notice: Digest,
    steady: Participant,
    wavering: Participant,
    group: Option<Group>,
}

impl Stage {
    fn new(hole: Hole) -> Self {
        let mut meeting = Meeting::open(MeetingOptions::new("test", 6)).unwrap();
        let notice = meeting.show(notice()).unwrap();
        let [steady, wavering] = ["steady", "wavering"]
            .map(|id| meeting.join(JoinOptions::adult(id), millis(0)).unwrap());
        let mut stage = Self {
            meeting,
            notice,
            steady,
            wavering,
            group: None,
        };
        stage.agree(steady, 0, None);
        let until = (hole == Hole::Expired).then_some(30);
        stage.agree(wavering, 0, until);
        stage
    }

    fn agree(&mut self, who: Participant, at: i64, until: Option<i64>) {
        let mut grant = Grant::new(self.notice, VIDEO, Method::Clicked);
        if let Some(until) = until {
            grant = grant.until(millis(until));
        }
        let by = Authority::Participant;
        self.meeting.grant(by, who, &grant, millis(at)).unwrap();
    }

    /// Consent to it is gone from 30 ms on.
    fn begin(&mut self, hole: Hole) {
        let (at, who) = (millis(30), self.wavering);
        match hole {
            Hole::Withdrawn => {
                let by = Authority::Participant;
                assert!(
                    self.meeting
                        .withdraw(by, who, VIDEO, at)
                        .unwrap()
                        .is_settled()
                );
            }
            Hole::Restricted | Hole::RestrictedForAll => {
                let whom = (hole == Hole::Restricted).then_some(who);
                let settling = self.meeting.restrict(Authority::Host, whom, VIDEO, at);
                assert!(settling.unwrap().is_settled());
            }
            Hole::Expired => {}
            Hole::Superseded => {
                assert!(
                    self.meeting
                        .supersede(self.notice, at)
                        .unwrap()
                        .is_settled()
                );
            }
            Hole::Left => assert!(self.meeting.leave(who, at).unwrap().is_settled()),
            Hole::Elsewhere => {
                let elsewhere = [
                    Scope::new(Kinds::VIDEO, Purposes::TRAIN),
                    Scope::new(Kinds::SCREEN, Purposes::all()),
                ];
                for scope in elsewhere {
                    let settling = self
                        .meeting
                        .withdraw(Authority::Participant, who, scope, at);
                    assert!(settling.unwrap().is_settled());
                }
                let other = self.meeting.join(JoinOptions::adult("other"), at).unwrap();
                self.agree(other, 30, None);
                assert!(self.meeting.leave(other, at).unwrap().is_settled());
            }
        }
    }

    /// It is there again from 40 ms on.
    fn end(&mut self, hole: Hole) {
        let (at, who) = (millis(40), self.wavering);
        match hole {
            Hole::Withdrawn | Hole::Expired => self.agree(who, 40, None),
            Hole::Restricted | Hole::RestrictedForAll => {
                let whom = (hole == Hole::Restricted).then_some(who);
                self.meeting.lift(Authority::Host, whom, VIDEO, at).unwrap();
            }
            Hole::Superseded => {
                let digest = Digest::of("Once more.");
                let renewed = Notice { digest, ..notice() };
                self.notice = self.meeting.show(renewed).unwrap();
                self.agree(self.steady, 40, None);
                self.agree(who, 40, None);
            }
            Hole::Left => {
                self.wavering = self
                    .meeting
                    .join(JoinOptions::adult("wavering"), at)
                    .unwrap();
                self.group = None;
                self.agree(self.wavering, 40, None);
            }
            Hole::Elsewhere => {
                let scope = Scope::new(Kinds::VIDEO, Purposes::TRAIN);
                common::agree(&mut self.meeting, self.notice, who, scope, at);
            }
        }
    }

    fn stream(&mut self, role: Role, format: Format) -> Stream {
        let kind = if format.fits(Kind::Audio) {
            Kind::Audio
        } else {
            Kind::Video
        };
        let stream = match role {
            Role::Owner => StreamOptions::owned(self.wavering, kind, format),
            Role::ListedWithTheOwner | Role::GroupedWithTheOwner | Role::InARegionOfTheOwners => {
                StreamOptions::owned(self.steady, kind, format)
            }
            Role::InAMix | Role::InAGroup => StreamOptions::mix(kind, format),
            Role::InAComposite => StreamOptions::composite(kind, format),
            Role::InTheSource => StreamOptions::derived(kind, format),
        };
        self.meeting.open_stream(stream).unwrap()
    }

    /// Calls `offer` with a frame in which somebody has this role.
    fn with_frame<R>(&mut self, role: Role, at: i64, offer: impl FnOnce(&Frame<'_>) -> R) -> R {
        let captured = millis(at);
        let people = [self.steady, self.wavering];
        let regions = people.map(|who| Region::new(who, AREA));
        let listed = Contributors::Complete(&people);
        match role {
            Role::Owner => offer(&Frame::new(captured, Contributors::Owner)),
            Role::ListedWithTheOwner | Role::InAMix => offer(&Frame::new(captured, listed)),
            Role::InARegionOfTheOwners => {
                offer(&Frame::new(captured, Contributors::Owner).regions(&regions[1..]))
            }
            Role::InAComposite => offer(&Frame::new(captured, listed).regions(&regions)),
            Role::GroupedWithTheOwner | Role::InAGroup => {
                let group = self.group.take();
                let group = group.unwrap_or_else(|| self.meeting.group(&people).unwrap());
                let answer = offer(&Frame::new(captured, Contributors::Group(&group)));
                self.group = Some(group);
                answer
            }
            Role::InTheSource => {
                let voice =
                    StreamOptions::owned(self.wavering, Kind::Audio, Format::pcm(Samples::S16, 1));
                let outlet = Purposes::RECORD;
                let mut voice = common::tap(&mut self.meeting, voice, outlet);
                let heard = common::own(captured);
                let admission = voice.admit(&heard, [7; 64][..].into(), captured, |cleared| {
                    let mut room = [Participant::UNKNOWN; 1];
                    cleared
                        .source(&mut room)
                        .map(|source| offer(&Frame::derived(&[source])))
                });
                admission.output.flatten().unwrap()
            }
        }
    }

    /// Offers a picture at a time to a tap.
    fn offer(&mut self, tap: &mut Tap, role: Role, made: &Made, at: i64, door: Door) -> Tag {
        let now = millis(at);
        let bytes = &made.bytes[..];
        let mut buffer = bytes.to_vec();
        self.with_frame(role, at, |frame| {
            let received = |cleared: Cleared<'_>| {
                if cleared.tag().verdict().is_released() {
                    assert_eq!(cleared.bytes(), Some(bytes));
                }
            };
            match door {
                Door::Admit => tap.admit(frame, bytes.into(), now, received).tag,
                Door::Into => {
                    let to = PayloadMut::Bytes(&mut buffer);
                    tap.admit_into(frame, bytes.into(), to, now, received).tag
                }
                Door::InPlace => {
                    let payload = PayloadMut::Bytes(&mut buffer);
                    tap.admit_in_place(frame, payload, now, received).tag
                }
            }
        })
    }
}

/// A keyframe of each format of video, and each frame that is predicted from others.
fn pictures() -> impl Iterator<Item = (Format, Made, Vec<Made>)> {
    all().into_iter().filter_map(|(format, frames)| {
        let starts = |made: &Made| made.nature == Nature::Fresh && made.is_shown;
        let key = frames.iter().find(|made| starts(made))?.clone();
        let predicted = |made: &Made| {
            matches!(
                made.nature,
                Nature::Inner | Nature::Renewal | Nature::Leading
            )
        };
        let mut predicted: Vec<_> = frames.into_iter().filter(predicted).collect();
        predicted.dedup_by(|a, b| a.bytes == b.bytes);
        Some((format, key, predicted))
    })
}

/// How a stream comes to a tap.
#[derive(Clone, Copy, Debug)]
struct Way {
    hole: Hole,
    role: Role,
    door: Door,
    blanks: bool,
    /// Whether a picture is offered in the hole.
    is_offered: bool,
}

/// One stream with a hole in it.
fn check(way: Way, format: Format, key: &Made, inner: &Made) {
    let what = format!("{way:?} {format:?} {inner:?}");
    let Way {
        hole,
        role,
        door,
        blanks,
        is_offered,
    } = way;
    let mut stage = Stage::new(hole);
    let stream = stage.stream(role, format);
    let kinds = if blanks { Kinds::all() } else { Kinds::empty() };
    let outlet = OutletOptions::new("outlet", Purposes::RECORD).blank(kinds);
    let outlet = stage.meeting.open_outlet(outlet).unwrap();
    let mut tap = stage.meeting.tap(stream, outlet).unwrap();
    for (at, made) in [(10, key), (20, inner)] {
        let tag = stage.offer(&mut tap, role, made, at, door);
        assert_eq!(tag.verdict(), Verdict::Whole, "{what}");
    }
    stage.begin(hole);
    if is_offered && role != Role::InTheSource && hole != Hole::Left {
        let verdict = stage.offer(&mut tap, role, inner, 35, door).verdict();
        assert_eq!(verdict.is_released(), hole == Hole::Elsewhere, "{what}");
    }
    stage.end(hole);
    let goes_on = hole == Hole::Elsewhere;
    for at in [50, 60] {
        let tag = stage.offer(&mut tap, role, inner, at, door);
        let awaits = tag.verdict().reason() == Some(Reason::AwaitsKeyframe);
        assert_eq!(tag.verdict().is_released(), goes_on, "{what}: {tag:?}");
        assert_eq!(
            (awaits, wants_keyframe(&mut tap)),
            (!goes_on, !goes_on),
            "{what}: {tag:?}"
        );
        let blanked = matches!(tag.verdict(), Verdict::Blanked(_));
        let can_be_blanked = blanks
            && inner.is_shown
            && inner.can_be_black != Some(false)
            && inner.nature != Nature::Leading;
        assert_eq!(blanked, can_be_blanked && !goes_on, "{what}: {tag:?}");
        assert_eq!(tag.captured(), millis(at), "its own capture: {what}");
    }
    for (at, made) in [(70, key), (80, inner)] {
        let tag = stage.offer(&mut tap, role, made, at, door);
        assert_eq!(tag.verdict(), Verdict::Whole, "{what}");
        assert!(!wants_keyframe(&mut tap));
    }
}

#[test]
fn r5_a_predicted_picture_reaches_back_to_the_last_one_that_went_through() {
    for (format, key, predicted) in pictures() {
        assert!(!predicted.is_empty());
        for (hole, role) in HOLES
            .iter()
            .flat_map(|hole| ROLES.map(|role| (*hole, role)))
        {
            // Whoever owns a stream takes it with them.
            if hole == Hole::Left && role == Role::Owner {
                continue;
            }
            for (at, inner) in predicted.iter().enumerate() {
                let door = DOORS[at % 3];
                for (blanks, is_offered) in [(false, false), (true, true), (true, false)] {
                    let way = Way {
                        hole,
                        role,
                        door,
                        blanks,
                        is_offered,
                    };
                    check(way, format, &key, inner);
                }
            }
            for door in DOORS {
                let (blanks, is_offered) = (false, false);
                let way = Way {
                    hole,
                    role,
                    door,
                    blanks,
                    is_offered,
                };
                check(way, format, &key, &predicted[0]);
            }
        }
    }
}

/// Sound depends on no packet before it, so its consent needs to hold for itself alone.
#[test]
fn r5_sound_does_not_reach_back_over_a_hole() {
    for (format, frames) in all() {
        let sound = |made: &&Made| made.nature == Nature::Sound(Some(0));
        let Some(sound) = frames.iter().find(sound) else {
            continue;
        };
        let mut stage = Stage::new(Hole::Withdrawn);
        let stream = stage.stream(Role::Owner, format);
        let outlet = OutletOptions::new("outlet", Purposes::RECORD);
        let outlet = stage.meeting.open_outlet(outlet).unwrap();
        let mut tap = stage.meeting.tap(stream, outlet).unwrap();
        for at in [10, 20, 50, 60] {
            if at == 50 {
                stage.begin(Hole::Withdrawn);
                stage.end(Hole::Withdrawn);
            }
            let tag = stage.offer(&mut tap, Role::Owner, sound, at, Door::Admit);
            assert_eq!(tag.verdict(), Verdict::Whole, "{format:?} at {at}");
        }
    }
}

/// A hole between two frames of one batch, which is released at 60 ms.
#[test]
fn r5_a_predicted_picture_reaches_back_within_a_batch() {
    for (format, key, predicted) in pictures() {
        let mut stage = Stage::new(Hole::Restricted);
        let stream = stage.stream(Role::Owner, format);
        let outlet = OutletOptions::new("outlet", Purposes::RECORD);
        let outlet = stage.meeting.open_outlet(outlet).unwrap();
        let mut tap = stage.meeting.tap(stream, outlet).unwrap();
        let inner = &predicted[0];
        let verdicts = tap.batch(millis(60), |batch| {
            let mut offer = |at, made: &Made| {
                let frame = common::own(millis(at));
                let admission = batch.admit(&frame, made.bytes[..].into(), |_| ());
                admission.verdict()
            };
            let before = [offer(10, &key), offer(20, inner)];
            let (host, at) = (Authority::Host, millis(60));
            // It cannot settle while the batch is open.
            let _ = stage.meeting.restrict(host, None, VIDEO, at).unwrap();
            stage.meeting.lift(host, None, VIDEO, at).unwrap();
            [before, [offer(60, inner), offer(60, &key)]].concat()
        });
        let (whole, awaits) = (Verdict::Whole, Verdict::Dropped(Reason::AwaitsKeyframe));
        assert_eq!(verdicts, [whole, whole, awaits, whole], "{format:?}");
    }
}

/// What is out of range, or captured after its release, is withheld for that; it does not go as if it were captured with the last one.
#[test]
fn r1_reaching_back_clears_no_bad_time() {
    for (format, key, predicted) in pictures() {
        for bad in [millis(-1), millis(i64::MAX), millis(41)] {
            let mut stage = Stage::new(Hole::Withdrawn);
            let stream = stage.stream(Role::Owner, format);
            let outlet = OutletOptions::new("outlet", Purposes::RECORD);
            let outlet = stage.meeting.open_outlet(outlet).unwrap();
            let mut tap = stage.meeting.tap(stream, outlet).unwrap();
            let _ = stage.offer(&mut tap, Role::Owner, &key, 10, Door::Admit);
            let bytes = || predicted[0].bytes[..].into();
            let frame = common::own(bad);
            let verdict = tap.admit(&frame, bytes(), millis(40), |_| ()).verdict();
            assert_eq!(
                verdict,
                Verdict::Dropped(Reason::Time),
                "{format:?} {bad:?}"
            );
            let frame = common::own(millis(40));
            let verdict = tap.admit(&frame, bytes(), millis(-1), |_| ()).verdict();
            assert!(!verdict.is_released(), "{format:?}");
        }
    }
}
