//! framegate: a tap for each run, as each stream has one for each outlet.

use std::hint::black_box;

use framegate::{
    Authority, Contributors, Decision, Digest, Frame, Grant, JoinOptions, Kind, Meeting,
    MeetingOptions, Method, Notice, OutletOptions, Participant, Payload, Purposes, Scope,
    StreamOptions, Tap, Time, Verdict, format::Format,
};

use crate::{
    contender::{Contender, Shared, Writer},
    scene::{Consents, NOW, OUTLETS, PEOPLE, PURPOSES, RUN, Run, Scene, What},
};

/// By [`Tap::decide`].
pub struct Single;

/// By [`Tap::decide_batch`], a run at a time.
pub struct Batched;

/// By [`Tap::admit`].
pub struct Admitted;

pub struct SingleReader(Vec<Tap>);

pub struct BatchedReader {
    taps: Vec<Tap>,
    room: [Decision; RUN],
}

pub struct AdmittedReader(Vec<Tap>);

pub struct Control {
    meeting: Meeting,
    notice: Digest,
    people: Vec<Participant>,
}

/// Opus at 48 kbit/s, 20 ms.
pub const OPUS_FRAME: [u8; 120] = [0x5A; 120];

impl Shared for Single {
    type Reader = SingleReader;
    type Writer = Control;

    fn open(scene: &Scene, _: &Consents) -> (SingleReader, Control) {
        let (taps, control) = open(scene);
        (SingleReader(taps), control)
    }
}

impl Contender for SingleReader {
    fn decide(&mut self, run: &Run) -> u64 {
        let tap = &mut self.0[run.number];
        run.bits(|run, captured| {
            let frame = Frame::new(captured, Contributors::Owner);
            let decision = tap.decide(&frame, run.released);
            black_box(decision).purposes().contains(run.purposes)
        })
    }
}

impl Shared for Batched {
    type Reader = BatchedReader;
    type Writer = Control;

    fn open(scene: &Scene, _: &Consents) -> (BatchedReader, Control) {
        let (taps, control) = open(scene);
        let room = [Decision::default(); RUN];
        (BatchedReader { taps, room }, control)
    }
}

impl Contender for BatchedReader {
    fn decide(&mut self, run: &Run) -> u64 {
        let frames = run
            .captured
            .map(|captured| Frame::new(captured, Contributors::Owner));
        let tap = &mut self.taps[run.number];
        let decisions = tap.decide_batch(black_box(&frames), run.released, &mut self.room);
        let decisions = (0..).zip(black_box(decisions));
        decisions.fold(0, |bits, (place, decision)| {
            bits | u64::from(decision.purposes().contains(run.purposes)) << place
        })
    }
}

impl Shared for Admitted {
    type Reader = AdmittedReader;
    type Writer = Control;

    fn open(scene: &Scene, _: &Consents) -> (AdmittedReader, Control) {
        let (taps, control) = open(scene);
        (AdmittedReader(taps), control)
    }
}

impl Contender for AdmittedReader {
    fn decide(&mut self, run: &Run) -> u64 {
        let tap = &mut self.0[run.number];
        run.bits(|run, captured| {
            let frame = Frame::new(captured, Contributors::Owner);
            let payload = Payload::Bytes(black_box(&OPUS_FRAME));
            let admission = tap.admit(&frame, payload, run.released, |cleared| {
                black_box(cleared.bytes()).map(<[u8]>::len)
            });
            black_box(admission).verdict() == Verdict::Whole
        })
    }
}

impl Writer for Control {
    fn change(&mut self, who: u16, kind: Kind, purpose: usize, agrees: bool) {
        let scope = Scope::new(kind.into(), PURPOSES[purpose].0);
        let who = self.people[usize::from(who)];
        if agrees {
            self.agree(who, &Grant::new(self.notice, scope, Method::Clicked), NOW);
        } else {
            self.withdraw(who, scope, NOW);
        }
    }
}

impl Control {
    fn agree(&mut self, who: Participant, grant: &Grant, at: Time) {
        let granted = self.meeting.grant(Authority::Participant, who, grant, at);
        granted.expect("a person may agree");
    }

    fn withdraw(&mut self, who: Participant, scope: Scope, at: Time) {
        // Nothing is being released, so there is nothing to wait for.
        let _ = self
            .meeting
            .withdraw(Authority::Participant, who, scope, at);
    }
}

fn open(scene: &Scene) -> (Vec<Tap>, Control) {
    let mut meeting =
        Meeting::open(MeetingOptions::new("peers", PEOPLE.into())).expect("there is room");
    let notice = meeting
        .show(Notice {
            digest: Digest::of("We record, transcribe, assist and train."),
            version: "1".into(),
            language: "en".into(),
            controller: "Example Conferencing".into(),
            scope: Scope::ALL,
        })
        .expect("the notice is new");
    let people = (0..PEOPLE).map(|who| {
        let joined = meeting.join(JoinOptions::adult(&who.to_string()), Time::START);
        joined.expect("there is room")
    });
    let people = people.collect();
    let mut control = Control {
        meeting,
        notice,
        people,
    };
    for act in &scene.acts {
        let scope = Scope::new(act.kinds, act.purposes);
        let who = control.people[usize::from(act.who)];
        let grant = Grant::new(notice, scope, Method::Clicked);
        match act.what {
            What::Agrees => control.agree(who, &grant, act.at),
            What::AgreesUntil(end) => control.agree(who, &grant.until(end), act.at),
            What::Withdraws => control.withdraw(who, scope, act.at),
        }
    }
    control.meeting.tick(NOW);
    (taps(scene, &mut control), control)
}

fn taps(scene: &Scene, control: &mut Control) -> Vec<Tap> {
    let meeting = &mut control.meeting;
    let mut outlet = |purposes: &Purposes| {
        let outlet = OutletOptions::new(&format!("{purposes:?}"), *purposes);
        meeting.open_outlet(outlet).expect("its name is new")
    };
    let outlets: Vec<_> = OUTLETS.iter().map(&mut outlet).collect();
    let tap = |run: &Run| {
        let owner = control.people[usize::from(run.owner)];
        let stream = StreamOptions::owned(owner, run.kind, Format::OPAQUE);
        let stream = meeting.open_stream(stream).expect("its owner is there");
        let tap = meeting.tap(stream, outlets[run.outlet]);
        tap.expect("both are open")
    };
    scene.runs.iter().map(tap).collect()
}
