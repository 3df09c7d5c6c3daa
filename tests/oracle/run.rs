//! A meeting through the gate and the oracle side by side.

use std::{collections::BTreeMap, fmt::Debug, mem};

use framegate::{
    Contributors, Counters, Decision, Digest, Error, Frame, Grant, Instance, JoinOptions, Kind,
    Kinds, Meeting, MeetingOptions, Notice, OutletOptions, Participant, PublicKey, Purposes,
    Reason, ReasonCounters, Region, Signed, StreamOptions, Tag, Tap, Time, Verdict, WallTime,
    ledger::Device,
};
use proptest::test_runner::TestCaseError;

use crate::{
    common::Memory,
    content::{Content, Format},
    derived,
    doors::pass,
    groups::{Grouped, Others},
    keys::DEVICE,
    ledger,
    recall::Kept,
    resume::resumed,
    rules::{self, About, Door, Expected, Fault, Oracle, Person, Refusal, Whose},
    scripts::{
        CONTROLLER, Damage, EVERYTHING, GUARDIAN, IDS, LANGUAGE, MEETING, NEWEST, OUTLET,
        RECIPIENT, RENEWED, STARTED, Script, ScriptedContributors, ScriptedFrame, ScriptedKey,
        ScriptedOwner, ScriptedSource, Step, THIRD, VERSION, When, Who, notice_scope,
    },
    sources::{self, Pair},
};

/// People for whom there is room at a time.
pub const ROOM: usize = 3;

/// What the gate and the oracle do not agree about.
#[derive(Debug)]
pub struct Disagreement(pub String);

impl From<Disagreement> for TestCaseError {
    fn from(Disagreement(what): Disagreement) -> Self {
        Self::fail(what)
    }
}

pub fn agree<T: PartialEq + Debug>(what: &str, gate: &T, oracle: &T) -> Result<(), Disagreement> {
    if gate == oracle {
        Ok(())
    } else {
        Err(Disagreement(format!(
            "{what}:\n  gate   {gate:?}\n  oracle {oracle:?}"
        )))
    }
}

/// What became of one frame of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub verdict: Verdict,
    /// None for a bare decision.
    pub door: Option<Door>,
    /// The purposes of the tag.
    pub cleared: Purposes,
    /// Whether each byte of the frame reached the outlet.
    pub shown: Vec<bool>,
    /// The earliest time at which anything in it was captured, or in what it was made from, hidden there or not.
    pub captured: i64,
    /// What must have been agreed to, and since when, because it was made from other frames.
    pub inherited: Option<(Vec<(Person, Kind)>, i64)>,
}

impl Outcome {
    /// Whether it cleared no more than another, unless other people are in what it was made from:
    /// of what was hidden there, nobody needs to agree.
    /// Nor can be compared with what another record took the place of.
    pub fn is_within(&self, other: &Self) -> bool {
        if other.verdict == Verdict::Dropped(Reason::OverBudget) {
            return true;
        }
        if let (Some((these, captured)), Some((others, earlier))) =
            (&self.inherited, &other.inherited)
            && (others.iter().any(|other| !these.contains(other)) || captured > earlier)
        {
            return true;
        }
        let mut bytes = self.shown.iter().zip(&other.shown);
        other.cleared.contains(self.cleared) && bytes.all(|(this, other)| this <= other)
    }
}

/// A meeting under way.
pub struct Run {
    pub meeting: Meeting,
    pub ledger: Memory,
    pub oracle: Oracle,
    pub present: i64,
    /// By the number of the stay.
    people: Vec<Participant>,
    streams: Vec<(framegate::Stream, rules::Stream)>,
    outlets: Vec<(framegate::Outlet, rules::Outlet)>,
    taps: Vec<TapRun>,
    /// Of each frame, in the order of the script; none of frames that could not come to a tap.
    pub outcomes: Vec<Option<Outcome>>,
    /// Of each frame, what others can be made from.
    kept: Vec<Option<Pair>>,
    /// What came of agreeing and joining, and how often.
    pub answers: BTreeMap<String, usize>,
    /// Those that frames came with.
    groups: Vec<Grouped>,
    others: Option<Others>,
    /// What the outlets keep of the frames that they received.
    pub archive: Vec<Kept>,
    /// Of each frame of a group: how many are listed in it, whether somebody is listed twice, and what was done with the frame.
    pub of_groups: Vec<(usize, bool, Verdict)>,
}

struct TapRun {
    between: (usize, usize),
    tap: Tap,
    /// The times that it was passed.
    seen: Vec<i64>,
    counters: Counters,
    /// How many frames had each verdict.
    reasons: Vec<(Verdict, u64)>,
}

/// Runs a script through the gate and the oracle.
pub fn run(script: &Script, fault: Option<Fault>) -> Result<Run, Disagreement> {
    let mut run = Run::open(ROOM, fault);
    run.prepare(script)?;
    for step in &script.steps {
        run.step(step)?;
    }
    run.check_counters()?;
    run.check_ledger()?;
    Ok(run)
}

impl Run {
    pub fn open(room: usize, fault: Option<Fault>) -> Self {
        let (ledger, oracle) = (Memory::default(), Oracle::open(room, fault));
        let instance = Instance::from_bytes(oracle.instance).expect("an instance");
        let writer = ledger.writer().device(Device::new(&DEVICE).unwrap());
        let meeting = Meeting::open(
            MeetingOptions::new(MEETING, room)
                .instance(instance)
                .started(WallTime::from_micros(STARTED).expect("a time of day"))
                .ledger(writer),
        );
        Self {
            meeting: meeting.expect("a meeting"),
            ledger,
            oracle,
            present: 5000,
            people: Vec::new(),
            streams: Vec::new(),
            outlets: Vec::new(),
            taps: Vec::new(),
            outcomes: Vec::new(),
            kept: Vec::new(),
            answers: BTreeMap::new(),
            groups: Vec::new(),
            others: None,
            archive: Vec::new(),
            of_groups: Vec::new(),
        }
    }

    /// Three people, notices, a third party, the script's streams and outlets.
    pub fn prepare(&mut self, script: &Script) -> Result<(), Disagreement> {
        for (id, key) in IDS.iter().zip(script.keys) {
            self.step(&Step::Join(id, key, When::Later(0)))?;
        }
        self.step(&Step::ThirdParty(Purposes::RECORD))?;
        self.step(&Step::ThirdParty(Purposes::IDENTIFY))?;
        self.step(&Step::Show(EVERYTHING))?;
        self.step(&Step::Show(RENEWED))?;
        for &(owner, kind, format) in &script.streams {
            self.step(&Step::OpenStream(owner, kind, format))?;
        }
        for &(purposes, blanks) in &script.outlets {
            self.step(&Step::OpenOutlet(purposes, blanks))?;
        }
        Ok(())
    }

    pub fn step(&mut self, step: &Step) -> Result<(), Disagreement> {
        self.act(step)?;
        self.check_state()?;
        match step {
            Step::Frame(_) | Step::Pass(_) => Ok(()),
            _ => self.check_challenges(),
        }
    }

    /// What is asked for is done by both or by neither, and frames become the same.
    pub fn act(&mut self, step: &Step) -> Result<(), Disagreement> {
        match step {
            Step::Pass(now) => {
                self.time(*now);
            }
            Step::Join(id, key, now) => self.join(id, *key, *now)?,
            Step::Leave(who, now) => {
                let (now, who) = (self.time(*now), self.person(*who));
                let participant = self.participant(who);
                let left = self
                    .meeting
                    .leave(participant, Time::from_micros(now))
                    .unwrap();
                self.oracle.leave(who, now);
                agree("a leave has settled", &left.is_settled(), &true)?;
            }
            Step::Show(text) => self.show(text)?,
            Step::Grant { .. } => self.grant(step)?,
            Step::Supersede(text, now) => {
                let now = self.time(*now);
                let superseded = self
                    .meeting
                    .supersede(Digest::of(text), Time::from_micros(now));
                agree_result("supersede", &superseded, self.oracle.supersede(text, now))?;
            }
            Step::Tick(now) => self.tick(*now),
            Step::Advance(now) => self.advance(*now)?,
            Step::Count(now) => {
                let now = self.time(*now);
                let counted = self.meeting.count(Time::from_micros(now));
                let counts = self.counts();
                agree_result("count", &counted, self.oracle.count(counts, now))?;
            }
            Step::Withdraw(by, who, scope, now) => {
                let (now, who) = (self.time(*now), self.person(*who));
                let participant = self.participant(who);
                let cut = self
                    .meeting
                    .withdraw(*by, participant, *scope, Time::from_micros(now))
                    .unwrap();
                self.oracle.withdraw(*by, who, *scope, now);
                agree("a withdrawal has settled", &cut.is_settled(), &true)?;
            }
            Step::Restrict(by, whom, scope, now) => {
                let now = self.time(*now);
                let whom = whom.map(|who| self.person(who));
                let participant = whom.map(|who| self.participant(who));
                let restricted =
                    self.meeting
                        .restrict(*by, participant, *scope, Time::from_micros(now));
                agree_result(
                    "restrict",
                    &restricted,
                    self.oracle.restrict(*by, whom, *scope, now),
                )?;
            }
            Step::Lift(by, whom, scope, now) => {
                let now = self.time(*now);
                let whom = whom.map(|who| self.person(who));
                let participant = whom.map(|who| self.participant(who));
                let lifted = self
                    .meeting
                    .lift(*by, participant, *scope, Time::from_micros(now));
                agree_result("lift", &lifted, self.oracle.lift(*by, whom, *scope, now))?;
            }
            Step::ThirdParty(purpose) => {
                let named = self.meeting.third_party(*purpose, RECIPIENT);
                let expected = self.oracle.third_party(*purpose, RECIPIENT);
                agree_result("third_party", &named, expected)?;
            }
            Step::OpenStream(owner, kind, format) => self.open_stream(*owner, *kind, *format)?,
            Step::OpenOutlet(purposes, blanks) => self.open_outlet(*purposes, *blanks)?,
            Step::Frame(frame) => {
                let outcome = self.frame(frame)?;
                let (outcome, kept) = outcome.unzip();
                self.outcomes.push(outcome);
                self.kept.push(kept.flatten());
            }
            Step::Resume { torn } => self.resume(*torn)?,
            Step::End => {
                let end = self.meeting.end();
                let counts = self.counts();
                self.oracle.end(counts);
                agree("an end has settled", &end.is_settled(), &true)?;
            }
        }
        Ok(())
    }

    /// What both say of how things stand.
    pub fn check_state(&self) -> Result<(), Disagreement> {
        let deadline = self.oracle.next_end().map(Time::from_millis);
        agree("next_deadline", &self.meeting.next_deadline(), &deadline)?;
        let clock = self.oracle.clock(&About::Everybody);
        agree("clock", &self.meeting.clock().as_micros(), &clock)?;
        let entries = self.oracle.generation() as u64;
        agree("generation", &self.meeting.generation(), &entries)
    }

    fn tick(&mut self, now: When) {
        let now = self.time(now);
        self.meeting.tick(Time::from_micros(now));
        self.oracle.tick(now);
    }

    fn advance(&mut self, now: When) -> Result<(), Disagreement> {
        let now = self.time(now);
        let advanced = self.meeting.advance(Time::from_micros(now));
        agree_result("advance", &advanced, self.oracle.advance(now))
    }

    fn join(&mut self, id: &str, key: ScriptedKey, now: When) -> Result<(), Disagreement> {
        let now = self.time(now);
        let guarded = Some(&id) == IDS.last();
        let key = self.oracle.scripted_key(id, key);
        let mut join = if guarded {
            JoinOptions::with_guardian(id, GUARDIAN)
        } else {
            JoinOptions::adult(id)
        };
        if let Some(key) = key {
            join = join.key(PublicKey(key));
        }
        let joined = self.meeting.join(join, Time::from_micros(now));
        let expected = self.oracle.join(id, guarded, key, now);
        agree_result("join", &joined, expected)?;
        self.note(format!("joining, {}, {expected:?}", keyed(key.is_some())));
        self.people.extend(joined.ok());
        Ok(())
    }

    fn grant(&mut self, step: &Step) -> Result<(), Disagreement> {
        let Step::Grant {
            by,
            who,
            notice,
            scope,
            method,
            at,
            until,
            signing,
            now,
        } = step
        else {
            unreachable!("{step:?}");
        };
        let (now, who) = (self.time(*now), self.person(*who));
        let mut asked = rules::Grant {
            notice: (*notice).to_owned(),
            scope: *scope,
            method: *method,
            at: at.map(|at| self.time(at)),
            until: until.map(|until| self.time(until)),
            signed: None,
        };
        asked.signed = self.oracle.signed(who, &asked, *signing);
        let signed = asked.signed.clone().map(|signed| Signed {
            instance: Instance::from_bytes(signed.instance).expect("an instance"),
            meeting: signed.meeting,
            challenge: Digest(signed.challenge),
            signature: signed.signature,
        });
        let grant = Grant {
            at: asked.at.map(Time::from_micros),
            until: asked.until.map(Time::from_micros),
            signed,
            ..Grant::new(Digest::of(notice), *scope, *method)
        };
        let participant = self.participant(who);
        let time = Time::from_micros(now);
        let granted = self.meeting.grant(*by, participant, &grant, time);
        if let Err(Error::Refused(_, told)) = granted {
            agree("who is refused", &told, by)?;
        }
        let has_key = who.is_some_and(|stay| self.oracle.has_key(stay));
        let expected = self.oracle.grant(*by, who, asked, now);
        agree_result("grant", &granted, expected)?;
        self.note(format!("{by:?}, {}, {expected:?}", keyed(has_key)));
        Ok(())
    }

    fn note(&mut self, answer: String) {
        *self.answers.entry(answer).or_default() += 1;
    }

    /// What everybody is to sign over.
    fn check_challenges(&mut self) -> Result<(), Disagreement> {
        self.oracle.read_on(&self.ledger.bytes());
        for (stay, &who) in self.people.iter().enumerate() {
            let challenge = self.meeting.challenge(who).map(|challenge| challenge.0);
            agree("a challenge", &challenge, &self.oracle.challenge(stay))?;
        }
        Ok(())
    }

    /// In microseconds since the meeting's start.
    fn time(&mut self, when: When) -> i64 {
        when.at(&mut self.present)
    }

    /// How many stays there were.
    #[cfg(feature = "std")]
    pub fn stays(&self) -> usize {
        self.people.len()
    }

    /// Everybody who ever joined, as far as their handles are of this life.
    pub fn people(&self) -> Vec<Participant> {
        self.people.clone()
    }

    fn person(&self, who: Who) -> Person {
        who.map(|who| one_of(self.people.len(), who))
    }

    fn participant(&self, who: Person) -> Participant {
        who.map_or(Participant::UNKNOWN, |stay| self.people[stay])
    }

    fn listed(&self, contributors: &rules::Contributors) -> Vec<Participant> {
        let listed = match contributors {
            rules::Contributors::Complete(list) | rules::Contributors::Partial(list) => &list[..],
            _ => &[],
        };
        listed.iter().map(|&who| self.participant(who)).collect()
    }

    fn show(&mut self, text: &str) -> Result<(), Disagreement> {
        let scope = notice_scope(text);
        let notice = Notice {
            digest: Digest::of(text),
            version: VERSION.to_owned(),
            language: LANGUAGE.to_owned(),
            controller: CONTROLLER.to_owned(),
            scope,
        };
        let shown = self.meeting.show(notice);
        agree_result("show", &shown, self.oracle.show(text, scope))
    }

    fn open_stream(
        &mut self,
        owner: ScriptedOwner,
        kind: Kind,
        format: Format,
    ) -> Result<(), Disagreement> {
        let gate_format = match format {
            // It is said by the schema.
            Format::Record(_) | Format::Opaque => framegate::format::Format::OPAQUE,
            Format::Sound(samples) => framegate::format::Format::pcm(samples, 2),
            Format::PlanarSound(samples) => framegate::format::Format::planar_pcm(samples, 2),
            Format::Text => framegate::format::Format::UTF8,
            Format::Json => framegate::format::Format::JSON,
            Format::Picture {
                width,
                height,
                pixels,
                range,
            } => framegate::format::Format::picture(pixels, range, width, height),
        };
        let (whose, stream) = match owner {
            ScriptedOwner::Stay(stay) | ScriptedOwner::Alone(stay) => {
                let stay = one_of(self.people.len(), stay);
                let whose = owner.whose(stay, format);
                let owner = self.people[stay];
                let stream = match (format, whose) {
                    (Format::Record(declared), _) => {
                        StreamOptions::records(owner, kind, declared.schema())
                    }
                    (_, Whose::Alone(_)) => StreamOptions::alone(owner, kind, gate_format),
                    _ => StreamOptions::owned(owner, kind, gate_format),
                };
                (whose, stream)
            }
            ScriptedOwner::Mix => (Whose::Mix, StreamOptions::mix(kind, gate_format)),
            ScriptedOwner::Composite => (
                Whose::Composite,
                StreamOptions::composite(kind, gate_format),
            ),
            ScriptedOwner::Derived => (Whose::Derived, StreamOptions::derived(kind, gate_format)),
        };
        let opened = self.meeting.open_stream(stream);
        agree_result(
            "open_stream",
            &opened,
            self.oracle.open_stream(whose, kind, format),
        )?;
        if let Ok(id) = opened {
            let stream = rules::Stream {
                number: id.id().number(),
                whose,
                kind,
                format,
            };
            self.streams.push((id, stream));
        }
        Ok(())
    }

    fn open_outlet(&mut self, purposes: Purposes, blanks: Kinds) -> Result<(), Disagreement> {
        let recipient = (purposes == THIRD).then_some(RECIPIENT);
        let mut outlet = OutletOptions::new(OUTLET, purposes).blank(blanks);
        if let Some(recipient) = recipient {
            outlet = outlet.recipient(recipient);
        }
        let opened = self.meeting.open_outlet(outlet);
        let outlet = rules::Outlet {
            number: opened.as_ref().map_or(0, |id| id.id().number()),
            purposes,
            blanks,
            recipient,
        };
        agree_result("open_outlet", &opened, self.oracle.open_outlet(outlet))?;
        self.outlets.extend(opened.map(|id| (id, outlet)));
        Ok(())
    }

    /// Goes on from the ledger, with the same streams and outlets opened again.
    fn resume(&mut self, torn: bool) -> Result<(), Disagreement> {
        let resumed = resumed(&self.ledger.bytes(), torn, &self.ledger);
        agree(
            "a meeting can be resumed",
            &resumed.is_ok(),
            &self.oracle.resume(torn).is_ok(),
        )?;
        let Ok(meeting) = resumed else {
            return Ok(());
        };
        self.meeting = meeting;
        self.taps.clear();
        // Handles from before are good no more, nor is what was kept with them to make something of.
        self.people = self.meeting.stays().map(|(_, who)| who).collect();
        self.groups.iter_mut().for_each(Grouped::estrange);
        for pair in self.kept.iter_mut().flatten() {
            pair.estrange();
        }
        for (_, stream) in mem::take(&mut self.streams) {
            let (owner, format) = match (stream.whose, stream.format) {
                (Whose::Owned(stay), format) if self.oracle.is_there(stay) => {
                    (ScriptedOwner::Stay(stay), format)
                }
                (Whose::Alone(stay), format) if self.oracle.is_there(stay) => {
                    (ScriptedOwner::Alone(stay), format)
                }
                // Without its owner it cannot be opened again, and what several people send is no record.
                (Whose::Alone(_), Format::Record(_)) => (ScriptedOwner::Mix, Format::Text),
                (Whose::Owned(_) | Whose::Alone(_) | Whose::Mix, format) => {
                    (ScriptedOwner::Mix, format)
                }
                (Whose::Composite, format) => (ScriptedOwner::Composite, format),
                (Whose::Derived, format) => (ScriptedOwner::Derived, format),
            };
            self.open_stream(owner, stream.kind, format)?;
        }
        for (_, outlet) in mem::take(&mut self.outlets) {
            self.open_outlet(outlet.purposes, outlet.blanks)?;
        }
        Ok(())
    }

    fn tap(&mut self, between: (usize, usize)) -> Option<&mut TapRun> {
        let known = self.taps.iter().position(|tap| tap.between == between);
        if known.is_none() {
            let (stream, outlet) = (self.streams[between.0].0, self.outlets[between.1].0);
            self.taps.push(TapRun {
                between,
                tap: self.meeting.tap(stream, outlet).ok()?,
                seen: Vec::new(),
                counters: Counters::default(),
                reasons: Vec::new(),
            });
            self.oracle.open_tap(self.streams[between.0].1.whose);
        }
        let at = known.unwrap_or(self.taps.len() - 1);
        Some(&mut self.taps[at])
    }

    /// Tells the oracle of a tap's time; whether the meeting has noticed that one of its times leapt.
    fn pass(&mut self, between: (usize, usize), now: i64) -> bool {
        let before = self.taps.iter().take_while(|tap| tap.between != between);
        self.oracle.pass(before.count(), now)
    }

    /// One frame through a tap. None if the meeting is over and the tap was not opened before.
    #[expect(
        clippy::too_many_lines,
        reason = "what is said of a frame, in both's words"
    )]
    fn frame(
        &mut self,
        scripted: &ScriptedFrame,
    ) -> Result<Option<(Outcome, Option<Pair>)>, Disagreement> {
        let now = self.time(scripted.now);
        let stream_at = one_of(self.streams.len(), scripted.stream);
        let outlet_at = scripted.outlet % self.outlets.len();
        let stream = self.streams[stream_at].1.clone();
        let outlet = self.outlets[outlet_at].1;
        let content = scripted.content(stream.format);
        let pairs = self.pairs(&scripted.sources)?;
        let group = self.group(&scripted.contributors)?;
        let said = self.said(scripted, &stream, &content, &pairs, group.as_ref());

        let captured = earliest(&said, &pairs);
        let participants = self.listed(&said.contributors);
        let group = group.and_then(|group| group.gate);
        let contributors = match said.contributors {
            rules::Contributors::Group(_) | rules::Contributors::ForeignGroup(_) => {
                Contributors::Group(group.as_ref().expect("a group"))
            }
            rules::Contributors::Complete(_) => Contributors::Complete(&participants),
            rules::Contributors::Partial(_) => Contributors::Partial(&participants),
            rules::Contributors::Owner | rules::Contributors::Sources(_) => Contributors::Owner,
        };
        let regions = said
            .regions
            .iter()
            .map(|region| self.region(region))
            .collect::<Vec<_>>();
        let sources = pairs
            .iter()
            .map(|pair| pair.gate.source.as_source())
            .collect::<Vec<_>>();
        let frame = match said.contributors {
            rules::Contributors::Sources(_) => Frame::derived(&sources),
            _ => Frame::new(Time::from_micros(said.captured), contributors),
        };
        let frame = frame.regions(&regions);

        if self.tap((stream_at, outlet_at)).is_none() {
            return Ok(None);
        }
        let has_leapt = self.pass((stream_at, outlet_at), now);
        let TapRun { tap, seen, .. } = self.tap((stream_at, outlet_at)).expect("it is there");
        seen.push(now);
        let seen = seen.clone();
        let rules_tap = rules::Tap {
            stream: &stream,
            outlet,
            seen: &seen,
            has_leapt,
        };
        let Some(door) = scripted.door else {
            let tag = tap.decide(&frame, Time::from_micros(now));
            let expected = self.oracle.bare(&rules_tap, &said);
            agree_decision(tag, expected.tag)?;
            let outcome = Outcome {
                verdict: tag.verdict(),
                door: None,
                cleared: tag.purposes(),
                shown: Vec::new(),
                captured,
                inherited: inherited(&said),
            };
            return Ok(Some((outcome, None)));
        };

        let room = door != Door::Into || scripted.damage != Damage::Buffer;
        let expected = self.oracle.judge(&rules_tap, &said, &content, room, door);
        let forgets_why = self.oracle.has(Fault::CountsEveryFrameAsNotGranted);
        let tap_run = self.tap((stream_at, outlet_at)).expect("it is there");
        let (received, source) = pass(
            &mut tap_run.tap,
            door,
            &frame,
            (&content, stream.format),
            scripted.gap,
            room,
            Time::from_micros(now),
        )?;
        agree("what a frame became", &received, &expected)?;
        tap_run.count(expected.verdict, forgets_why)?;
        self.note_group(&said.contributors, received.verdict);
        let kept = self.oracle.source(&rules_tap, &said, &expected);
        self.check_source(source.as_ref(), &kept)?;
        if let Some(source) = &source {
            let people = self.oracle.people(&said, &stream, &kept, &source.hidden);
            self.archive.push(Kept::new(
                source.source.as_source().tag(),
                people,
                &self.oracle,
            ));
        }
        let kept = source.map(|gate| Pair {
            gate,
            oracle: kept,
            captured,
        });

        let outcome = Outcome {
            verdict: received.verdict,
            door: Some(door),
            cleared: rules::purposes_of(received.tag),
            shown: shown(&received, &content),
            captured,
            inherited: inherited(&said),
        };
        Ok(Some((outcome, kept)))
    }

    fn note_group(&mut self, contributors: &rules::Contributors, verdict: Verdict) {
        if let rules::Contributors::Group(people) = contributors {
            let once = derived::everybody_once(people.iter().copied()).len();
            let is_twice = once < people.len();
            self.of_groups.push((people.len(), is_twice, verdict));
        }
    }

    /// What a frame is made from, of the frames that came before.
    fn pairs(&mut self, sources: &[ScriptedSource]) -> Result<Vec<Pair>, Disagreement> {
        let mut pairs = Vec::new();
        for ScriptedSource { back, also } in sources {
            let kept = |back: usize| {
                let kept = self.kept.iter().rev().nth(back);
                kept.cloned().flatten()
            };
            let Some(mut pair) = kept(*back) else {
                // Nothing is made from what never came, was withheld or only decided about.
                return Ok(Vec::new());
            };
            if let Some(other) = also.and_then(kept) {
                pair = pair.joined(&other)?;
            }
            pairs.push(pair);
        }
        Ok(pairs)
    }

    /// R8: an empty frame is no source, and of another the gate names who and what is in it.
    fn check_source(
        &self,
        gate: Option<&sources::Kept>,
        oracle: &derived::Source,
    ) -> Result<(), Disagreement> {
        let person = |who| self.people.iter().position(|known| known == who);
        let told = gate.map(|kept| {
            let kept = kept.source.as_source();
            (
                kept.tag().to_bytes(),
                derived::everybody_once(kept.people().iter().map(person)),
                kept.kinds(),
                kept.captured().as_micros(),
            )
        });
        let expected = oracle.verdict.is_released().then(|| {
            let people = oracle.people.clone();
            (oracle.tag, people, oracle.kinds, oracle.captured)
        });
        agree("what it is as a source", &told, &expected)
    }

    /// The group that a frame comes with, if it comes with one.
    fn group(
        &mut self,
        contributors: &ScriptedContributors,
    ) -> Result<Option<Grouped>, Disagreement> {
        match contributors {
            ScriptedContributors::Group(list) => {
                let people = list.iter().map(|&who| self.person(who)).collect::<Vec<_>>();
                let participants = people.iter().map(|&who| self.participant(who));
                let group = self.meeting.group(&participants.collect::<Vec<_>>());
                let told = match &group {
                    Ok(_) => Ok(()),
                    Err(Error::Empty(_)) => Err(Refusal::Nobody),
                    Err(Error::UnknownParticipant) => Err(Refusal::NobodyThere),
                    Err(Error::Ended) => Err(Refusal::Ended),
                    Err(other) => return Err(Disagreement(format!("group: {other}"))),
                };
                agree("group", &told, &self.oracle.group(&people))?;
                self.groups.push(Grouped::new(group.ok(), people));
                Ok(self.groups.last().cloned())
            }
            ScriptedContributors::SameGroup(_) if self.groups.is_empty() => Ok(None),
            ScriptedContributors::SameGroup(number) => {
                let at = one_of(self.groups.len(), *number);
                Ok(Some(self.groups[at].clone()))
            }
            ScriptedContributors::ForeignGroup(list) => {
                let others = self.others.get_or_insert_with(Others::gather);
                Ok(Some(others.group(list)))
            }
            ScriptedContributors::Owner
            | ScriptedContributors::Complete(_)
            | ScriptedContributors::Partial(_)
            | ScriptedContributors::Csrcs(_) => Ok(None),
        }
    }

    /// What is said of a frame, in the oracle's words.
    fn said(
        &mut self,
        scripted: &ScriptedFrame,
        stream: &rules::Stream,
        content: &Content,
        sources: &[Pair],
        group: Option<&Grouped>,
    ) -> rules::Frame {
        let people = |list: &[Who]| list.iter().map(|&who| self.person(who)).collect();
        let is_derived = (stream.whose == Whose::Derived) != scripted.misplaced;
        let contributors = match &scripted.contributors {
            _ if is_derived => {
                let sources = sources.iter().map(|pair| pair.oracle.clone());
                rules::Contributors::Sources(sources.collect())
            }
            ScriptedContributors::Owner => rules::Contributors::Owner,
            ScriptedContributors::Complete(list) => rules::Contributors::Complete(people(list)),
            ScriptedContributors::Partial(list) => rules::Contributors::Partial(people(list)),
            ScriptedContributors::Csrcs(list) => rules::Contributors::csrcs(people(list)),
            ScriptedContributors::Group(_)
            | ScriptedContributors::SameGroup(_)
            | ScriptedContributors::ForeignGroup(_) => {
                let said = group.map(|group| group.said.clone());
                // There was none before.
                said.unwrap_or(rules::Contributors::Owner)
            }
        };
        // Colour that two areas share belongs to both, so those of a composite begin and end between samples of colour.
        let even = stream.whose == Whose::Composite;
        let regions = scripted
            .regions
            .iter()
            .map(|region| rules::Region {
                owner: self.person(region.owner),
                area: region.area(content, even),
                kind: region.kind,
                captured: region.captured.map(|captured| self.time(captured)),
            })
            .collect();
        let captured = match &contributors {
            rules::Contributors::Sources(sources) => self.oracle.captured_with(sources),
            _ => self.time(scripted.captured),
        };
        rules::Frame {
            captured,
            contributors,
            regions,
        }
    }

    fn region(&self, region: &rules::Region) -> Region {
        let mut gate_region = Region::new(self.participant(region.owner), region.area);
        if let Some(kind) = region.kind {
            gate_region = gate_region.kind(kind);
        }
        if let Some(captured) = region.captured {
            gate_region = gate_region.captured(Time::from_micros(captured));
        }
        gate_region
    }

    /// What should have been counted, in the order in which the taps were opened.
    fn counts(&self) -> Vec<rules::Count> {
        let count = |tap: &TapRun| rules::Count {
            stream: self.streams[tap.between.0].1.number,
            outlet: self.outlets[tap.between.1].0.id().number(),
            frames: tap.counters,
        };
        self.taps.iter().map(count).collect()
    }

    /// Entry for entry.
    pub fn check_ledger(&mut self) -> Result<(), Disagreement> {
        let ledger = self.ledger.bytes();
        self.oracle.read_on(&ledger);
        let (told, head) = ledger::read(&ledger)?;
        // What the oracle expects of the device is over the lines before.
        let lines = self.oracle.lines.len();
        agree("lines that were read", &lines, &told.len())?;
        let expected = self.oracle.entries();
        for (told, expected) in told.iter().zip(&expected) {
            agree("an entry of the ledger", told, expected)?;
        }
        agree("the ledger's length", &told.len(), &expected.len())?;
        agree(
            "the ledger's head",
            &self.meeting.head().hash.to_string(),
            &head,
        )
    }

    /// R10, as the meeting tells it.
    pub fn check_counters(&self) -> Result<(), Disagreement> {
        let told = self.meeting.counters().map(|(_, _, counters)| counters);
        let expected = self.taps.iter().map(|tap| tap.counters);
        agree(
            "all counters",
            &told.collect::<Vec<_>>(),
            &expected.collect::<Vec<_>>(),
        )?;
        let told = self.meeting.reasons().map(|(_, _, reasons)| reasons);
        told.zip(&self.taps)
            .try_for_each(|(told, tap)| agree_reasons(&told, tap))
    }

    /// What all taps counted together.
    pub fn totals(&self) -> Counters {
        let mut totals = Counters::default();
        for (_, _, counters) in self.meeting.counters() {
            totals.seen += counters.seen;
            totals.whole += counters.whole;
            totals.redacted += counters.redacted;
            totals.blanked += counters.blanked;
            totals.dropped += counters.dropped;
        }
        totals
    }

    /// The meeting is gone, its taps are still there.
    pub fn drop_meeting(self) -> Vec<Tap> {
        self.taps.into_iter().map(|tap| tap.tap).collect()
    }
}

fn keyed(has_key: bool) -> &'static str {
    if has_key { "with a key" } else { "without" }
}

/// One of so many: the newest, or one by its number.
pub fn one_of(count: usize, number: usize) -> usize {
    if number == NEWEST {
        count - 1
    } else {
        number % count
    }
}

/// Which bytes of a frame reached the outlet.
fn shown(received: &Expected, sent: &Content) -> Vec<bool> {
    let sent = sent.bytes();
    match &received.content {
        Some(content) if received.verdict.is_released() => {
            let pairs = content.bytes().into_iter().zip(sent);
            pairs.map(|(received, sent)| received == sent).collect()
        }
        _ => vec![false; sent.len()],
    }
}

/// When the earliest of what is in a frame was captured, or of what is in its sources, hidden there or not.
fn earliest(said: &rules::Frame, pairs: &[Pair]) -> i64 {
    let of_regions = said.regions.iter().filter_map(|region| region.captured);
    let pairs = match said.contributors {
        rules::Contributors::Sources(_) => pairs,
        _ => &[],
    };
    let of_sources = pairs.iter().map(|pair| pair.captured);
    let captures = of_regions.chain(of_sources);
    captures.fold(said.captured, i64::min)
}

/// Whoever is in its sources, and the earliest of them.
fn inherited(said: &rules::Frame) -> Option<(Vec<(Person, Kind)>, i64)> {
    let rules::Contributors::Sources(sources) = &said.contributors else {
        return None;
    };
    Some((
        sources.iter().flat_map(derived::Source::cells).collect(),
        said.captured,
    ))
}

/// Counts one frame more.
pub fn counted(counters: &mut Counters, verdict: Verdict) {
    counters.seen += 1;
    match verdict {
        Verdict::Whole => counters.whole += 1,
        Verdict::Redacted(_) => counters.redacted += 1,
        Verdict::Blanked(_) => counters.blanked += 1,
        Verdict::Dropped(_) => counters.dropped += 1,
    }
}

impl TapRun {
    /// Counts a frame, as the tap must have.
    fn count(&mut self, verdict: Verdict, forgets_why: bool) -> Result<(), Disagreement> {
        counted(&mut self.counters, verdict);
        let counted = match verdict {
            Verdict::Dropped(_) if forgets_why => Verdict::Dropped(Reason::NotGranted),
            verdict => verdict,
        };
        match self.reasons.iter_mut().find(|(of, _)| *of == counted) {
            Some((_, count)) => *count += 1,
            None => self.reasons.push((counted, 1)),
        }
        agree("counters", &self.tap.counters(), &self.counters)?;
        agree_reasons(&self.tap.reasons(), self)
    }
}

/// Each frame is counted once, by what was done with it and why, and the counts add up to the counters.
fn agree_reasons(told: &ReasonCounters, tap: &TapRun) -> Result<(), Disagreement> {
    let place = |verdict: Verdict| (verdict.name(), verdict.reason());
    let sorted = |mut counts: Vec<(Verdict, u64)>| {
        counts.sort_by_key(|(verdict, _)| place(*verdict));
        counts
    };
    let by_iterator = sorted(told.counts().collect());
    agree(
        "counts by reason",
        &by_iterator,
        &sorted(tap.reasons.clone()),
    )?;
    for (verdict, count) in &by_iterator {
        agree("a count by reason", &told.get(*verdict), count)?;
    }
    let all: u64 = by_iterator.iter().map(|(_, count)| count).sum();
    agree("the sum of all counts", &all, &tap.counters.seen)?;
    agree("the counters by reason", &told.totals(), &tap.counters)
}

/// Both did what was asked, or neither did. Of several errors either may be given, but each refusal of consent (R2) has its own, and so has a wrong key.
/// A decision has no bytes of its own, but says what those of its tag would.
fn agree_decision(decision: Decision, expected: [u8; 16]) -> Result<(), Disagreement> {
    let tag = Tag::from_bytes(expected).expect("a tag");
    let said = (decision.verdict(), decision.purposes());
    agree("bare decision", &said, &(tag.verdict(), tag.purposes()))?;
    let said = (decision.captured(), decision.generation());
    agree("bare decision", &said, &(tag.captured(), tag.generation()))
}

fn agree_result<T>(
    what: &str,
    gate: &Result<T, Error>,
    oracle: Result<(), Refusal>,
) -> Result<(), Disagreement> {
    // For the bindings of this repository a refusal is exhaustive.
    #[allow(unreachable_patterns)]
    let own = match gate {
        Err(Error::Refused(why, _)) => Some(match why {
            framegate::Refusal::Overreach => Refusal::Overreach,
            framegate::Refusal::AgreedEarlier => Refusal::AgreedEarlier,
            framegate::Refusal::Unsigned => Refusal::Unsigned,
            framegate::Refusal::Keyless => Refusal::Keyless,
            framegate::Refusal::ForeignMeeting => Refusal::ForeignMeeting,
            framegate::Refusal::Replayed => Refusal::Replayed,
            framegate::Refusal::WrongSignature => Refusal::WrongSignature,
            why => unreachable!("a refusal that the oracle does not know: {why}"),
        }),
        Err(Error::WrongKey) => Some(Refusal::WrongKey),
        Err(Error::Format) => Some(Refusal::WrongFormat),
        _ => None,
    };
    let expected = oracle.err().filter(|why| {
        matches!(
            why,
            Refusal::Overreach
                | Refusal::AgreedEarlier
                | Refusal::Unsigned
                | Refusal::Keyless
                | Refusal::ForeignMeeting
                | Refusal::Replayed
                | Refusal::WrongSignature
                | Refusal::WrongKey
                | Refusal::WrongFormat
        )
    });
    agree(
        &format!("{what}: {:?}, {oracle:?}", gate.as_ref().err()),
        &(gate.is_ok(), own),
        &(oracle.is_ok(), expected),
    )
}
