//! Plays a made-up meeting by the oracle alone, and writes down each step with what must come of it.
//!
//! Nothing here calls the gate. `tests/conformance/README.md` has the form of what is written.

use std::mem;

use framegate::{Authority, Kinds, Purposes, Scope, Verdict};
use serde_json::{Map, Value, json};

use super::{
    form::{answer, contributors, error, format, kind, left, payload, person, region, scope, time},
    seal::{SECRET, sealed},
};
use crate::{
    content::{Content, Format},
    derived::Source,
    keys::DEVICE,
    ledger::{authority, hexadecimal, method_name},
    rules::{self, Contributors, Count, Door, Fault, Oracle, Outlet, Person, Refusal, Whose},
    run::{ROOM, counted, one_of},
    scripts::{
        CONTROLLER, Damage, EVERYTHING, GUARDIAN, IDS, LANGUAGE, MEETING, OUTLET, RECIPIENT,
        RENEWED, STARTED, Script, ScriptedContributors, ScriptedFrame, ScriptedOwner,
        ScriptedSource, Step, THIRD, VERSION, When, Who, notice_scope,
    },
};

/// What was written down of a meeting.
pub struct Written {
    pub meeting: Value,
    pub steps: Vec<Value>,
    /// The ledger's lines, as they are.
    pub ledger: Vec<String>,
}

struct Tap {
    between: (usize, usize),
    number: usize,
    seen: Vec<i64>,
    counters: framegate::Counters,
}

/// What something can be made from: of a frame that is in a step, or joined.
#[derive(Clone)]
struct Kept {
    source: Source,
    /// Its step, which frame of it, and what the answer says of the source; none if it has its number already.
    frame: Option<(usize, usize, Value)>,
    number: Option<usize>,
}

pub struct Player {
    oracle: Oracle,
    pub present: i64,
    stays: usize,
    /// So many stays began before the meeting last went on: of these only the last of each person has a handle.
    former: usize,
    streams: Vec<rules::Stream>,
    opened_streams: u16,
    outlets: Vec<Outlet>,
    opened_outlets: u16,
    taps: Vec<Tap>,
    opened_taps: usize,
    /// Of each frame.
    kept: Vec<Option<Kept>>,
    sources: usize,
    groups: Vec<(Option<usize>, Contributors)>,
    registered: usize,
    steps: Vec<Value>,
    ledger: Vec<String>,
    /// So many more frames that an outlet gets are sealed.
    seals: usize,
}

/// Plays a script. None if what it says leaves something open: in which order several people's consents end that end together.
pub fn play(
    script: &Script,
    instance: [u8; 16],
    batches: bool,
    seals: usize,
    fault: Option<Fault>,
) -> Option<Written> {
    let mut player = Player::open(instance, fault);
    player.seals = seals;
    player.prepare(script);
    let mut steps = script.steps.iter().peekable();
    while let Some(step) = steps.next() {
        let Step::Frame(first) = step else {
            player.step(step);
            continue;
        };
        let mut frames = vec![first.clone()];
        // Frames that follow each other, as if they came together.
        while let (true, Some(Step::Frame(next))) = (batches, steps.peek()) {
            frames.push(next.clone());
            steps.next();
        }
        player.frames(&frames);
    }
    let written = player.written(instance);
    let is_open = written.ledger.windows(2).any(|lines| {
        let is_expiry = |line: &String| line.contains("\"event\":\"expired\"");
        lines.iter().all(is_expiry)
    });
    (!is_open).then_some(written)
}

pub fn door_name(door: Option<Door>) -> &'static str {
    match door {
        None => "decide",
        Some(Door::Admit) => "admit",
        Some(Door::Into) => "admit_into",
        Some(Door::InPlace) => "admit_in_place",
    }
}

/// A step with a name and what is said in it.
fn called(step: &str, said: Value) -> Value {
    let mut fields = Map::from_iter([("step".to_owned(), json!(step))]);
    if let Value::Object(said) = said {
        fields.extend(
            said.into_iter()
                .filter(|(_, value)| *value != json!("none")),
        );
    }
    Value::Object(fields)
}

/// In the place of what is left out.
fn none() -> Value {
    json!("none")
}

impl Player {
    pub fn open(instance: [u8; 16], fault: Option<Fault>) -> Self {
        let mut oracle = Oracle::open(ROOM, fault);
        oracle.instance = instance;
        Self {
            oracle,
            present: 5000,
            stays: 0,
            former: 0,
            streams: Vec::new(),
            opened_streams: 0,
            outlets: Vec::new(),
            opened_outlets: 0,
            taps: Vec::new(),
            opened_taps: 0,
            kept: Vec::new(),
            sources: 0,
            groups: Vec::new(),
            registered: 0,
            steps: Vec::new(),
            ledger: Vec::new(),
            seals: 0,
        }
    }

    /// What was written down, with how it stands at the end.
    pub fn written(mut self, instance: [u8; 16]) -> Written {
        self.state();
        let told = self.oracle.receipt(IDS[0]);
        self.write("receipt", json!({ "id": IDS[0] }), told);
        Written {
            meeting: json!({
                "id": MEETING, "instance": hexadecimal(&instance), "started": STARTED, "participants": ROOM, "device": hexadecimal(&DEVICE),
            }),
            steps: self.steps,
            ledger: self.ledger,
        }
    }

    /// Names the format of the first stream, which is bytes to the rules.
    pub fn name_format(&mut self, like: Value) {
        let mut streams = self
            .steps
            .iter_mut()
            .filter(|step| step["step"] == "stream");
        streams.next().expect("a stream")["format"] = like;
    }

    /// What is asked of the tap between the first stream and the first outlet at a time.
    pub fn on_tap<R>(&mut self, now: i64, ask: impl FnOnce(&mut Oracle, &rules::Tap) -> R) -> R {
        let at = self.tap((0, 0)).expect("a tap");
        let has_leapt = self.oracle.pass(at, now);
        self.taps[at].seen.push(now);
        let (stream, outlet) = (self.streams[0].clone(), self.outlets[0]);
        let seen = self.taps[at].seen.clone();
        let tap = rules::Tap {
            stream: &stream,
            outlet,
            seen: &seen,
            has_leapt,
        };
        ask(&mut self.oracle, &tap)
    }

    /// A frame that came to that tap.
    pub fn write_frames(
        &mut self,
        door: &str,
        now: i64,
        frames: &[Value],
        answers: Value,
        verdict: Verdict,
    ) {
        counted(&mut self.taps[0].counters, verdict);
        let said = json!({ "at": time(now), "tap": self.taps[0].number, "frames": frames });
        self.write(door, said, answers);
    }

    pub fn prepare(&mut self, script: &Script) {
        for (id, key) in IDS.iter().zip(script.keys) {
            self.step(&Step::Join(id, key, When::Later(0)));
        }
        self.step(&Step::ThirdParty(Purposes::RECORD));
        self.step(&Step::ThirdParty(Purposes::IDENTIFY));
        self.step(&Step::Show(EVERYTHING));
        self.step(&Step::Show(RENEWED));
        for &(owner, kind, format) in &script.streams {
            self.step(&Step::OpenStream(owner, kind, format));
        }
        for &(purposes, blanks) in &script.outlets {
            self.step(&Step::OpenOutlet(purposes, blanks));
        }
    }

    /// Writes a step down, and what it adds to the ledger.
    fn write(&mut self, name: &str, said: Value, answer: Value) {
        let mut step = called(name, said);
        if answer != json!({}) {
            step["expect"] = answer;
        }
        self.steps.push(step);
        self.oracle.write_on(&mut self.ledger);
    }

    /// The same of a call that is done or refused.
    fn write_call(&mut self, name: &str, said: Value, answer: Result<(), Refusal>) -> bool {
        let told = match answer {
            Ok(()) => json!({}),
            Err(why) => json!({ "error": error(name, why) }),
        };
        self.write(name, said, told);
        answer.is_ok()
    }

    pub fn step(&mut self, step: &Step) {
        match step {
            Step::Pass(now) => {
                self.time(*now);
            }
            Step::Join(id, key, now) => {
                let now = self.time(*now);
                let guarded = Some(id) == IDS.last();
                let key = self.oracle.scripted_key(id, *key);
                let joined = self.oracle.join(id, guarded, key, now);
                let said = json!({
                    "at": time(now), "id": id,
                    "guardian": if guarded { json!(GUARDIAN) } else { none() },
                    "key": key.map_or_else(none, |key| json!(hexadecimal(&key))),
                    "as": if joined.is_ok() { json!(self.stays) } else { none() },
                });
                self.stays += usize::from(joined.is_ok());
                self.write_call("join", said, joined);
            }
            Step::Leave(who, now) => {
                let (now, who) = (self.time(*now), self.person(*who));
                self.oracle.leave(who, now);
                let said = json!({ "at": time(now), "who": person(who) });
                self.write("leave", said, json!({}));
            }
            Step::Show(text) => {
                let what = notice_scope(text);
                let shown = self.oracle.show(text, what);
                let said = json!({
                    "notice": text, "version": VERSION, "language": LANGUAGE, "controller": CONTROLLER,
                    "scope": scope(what),
                });
                self.write_call("show", said, shown);
            }
            Step::Grant { .. } => self.grant(step),
            Step::Supersede(text, now) => {
                let now = self.time(*now);
                let superseded = self.oracle.supersede(text, now);
                let said = json!({ "at": time(now), "notice": text });
                self.write_call("supersede", said, superseded);
            }
            Step::Tick(now) => {
                let now = self.time(*now);
                self.oracle.tick(now);
                self.write("tick", json!({ "at": time(now) }), json!({}));
            }
            Step::Advance(now) => {
                let now = self.time(*now);
                let advanced = self.oracle.advance(now);
                self.write_call("advance", json!({ "at": time(now) }), advanced);
            }
            Step::Count(now) => {
                let now = self.time(*now);
                let counts = self.counts();
                let counted = self.oracle.count(counts, now);
                self.write_call("count", json!({ "at": time(now) }), counted);
            }
            Step::Withdraw(by, who, what, now) => {
                let (now, who) = (self.time(*now), self.person(*who));
                self.oracle.withdraw(*by, who, *what, now);
                let said = json!({
                    "at": time(now), "by": authority(*by), "who": person(who), "scope": scope(*what),
                });
                self.write("withdraw", said, json!({}));
            }
            Step::Restrict(by, whom, what, now) => {
                let (now, whom) = (self.time(*now), whom.map(|who| self.person(who)));
                let restricted = self.oracle.restrict(*by, whom, *what, now);
                self.write_call("restrict", restraint(*by, whom, *what, now), restricted);
            }
            Step::Lift(by, whom, what, now) => {
                let (now, whom) = (self.time(*now), whom.map(|who| self.person(who)));
                let lifted = self.oracle.lift(*by, whom, *what, now);
                self.write_call("lift", restraint(*by, whom, *what, now), lifted);
            }
            Step::ThirdParty(purpose) => {
                let named = self.oracle.third_party(*purpose, RECIPIENT);
                let said = json!({ "purpose": purpose.bits(), "recipient": RECIPIENT });
                let told = match named {
                    Ok(()) => json!({ "pair": self.oracle.pair(*purpose, RECIPIENT).bits() }),
                    Err(why) => json!({ "error": error("third_party", why) }),
                };
                self.write("third_party", said, told);
            }
            Step::OpenStream(owner, kind, format) => self.open_stream(*owner, *kind, *format),
            Step::OpenOutlet(purposes, blanks) => self.open_outlet(*purposes, *blanks),
            Step::Frame(frame) => self.frames(std::slice::from_ref(frame)),
            Step::Resume { torn } => self.resume(*torn),
            Step::End => {
                let counts = self.counts();
                self.oracle.end(counts);
                self.write("end", json!({}), json!({}));
            }
        }
    }

    fn grant(&mut self, step: &Step) {
        let Step::Grant {
            by,
            who,
            notice,
            scope: what,
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
            scope: *what,
            method: *method,
            at: at.map(|at| self.time(at)),
            until: until.map(|until| self.time(until)),
            signed: None,
        };
        asked.signed = self.oracle.signed(who, &asked, *signing);
        let signed = asked.signed.as_ref().map_or_else(none, |signed| {
            json!({
                "instance": hexadecimal(&signed.instance), "meeting": signed.meeting,
                "challenge": hexadecimal(&signed.challenge), "signature": hexadecimal(&signed.signature),
            })
        });
        let said = json!({
            "at": time(now), "by": authority(*by), "who": person(who), "notice": notice,
            "scope": scope(*what), "method": method_name(*method),
            "agreed": asked.at.map_or_else(none, time), "until": asked.until.map_or_else(none, time), "signed": signed,
        });
        let granted = self.oracle.grant(*by, who, asked, now);
        self.write_call("grant", said, granted);
    }

    fn open_stream(&mut self, owner: ScriptedOwner, of: framegate::Kind, like: Format) {
        let whose = match owner {
            ScriptedOwner::Stay(stay) | ScriptedOwner::Alone(stay) => {
                let stay = self.person(Some(stay)).expect("a stay that began");
                owner.whose(stay, like)
            }
            ScriptedOwner::Mix => Whose::Mix,
            ScriptedOwner::Composite => Whose::Composite,
            ScriptedOwner::Derived => Whose::Derived,
        };
        let (name, owner) = match whose {
            Whose::Owned(stay) => ("owned", json!(stay)),
            Whose::Alone(stay) => ("alone", json!(stay)),
            Whose::Mix => ("mix", none()),
            Whose::Composite => ("composite", none()),
            Whose::Derived => ("derived", none()),
        };
        let opened = self.oracle.open_stream(whose, of, like);
        let said = json!({
            "type": name, "owner": owner, "kind": kind(of), "format": format(like),
            "as": if opened.is_ok() { json!(self.opened_streams) } else { none() },
        });
        if self.write_call("stream", said, opened) {
            self.streams.push(rules::Stream {
                number: self.opened_streams,
                whose,
                kind: of,
                format: like,
            });
            self.opened_streams += 1;
        }
    }

    fn open_outlet(&mut self, purposes: Purposes, blanks: Kinds) {
        let outlet = Outlet {
            number: self.opened_outlets,
            purposes,
            blanks,
            recipient: (purposes == THIRD).then_some(RECIPIENT),
        };
        let opened = self.oracle.open_outlet(outlet);
        let said = json!({
            "name": OUTLET, "purposes": purposes.bits(), "blanks": blanks.bits(),
            "recipient": outlet.recipient.map_or_else(none, |name| json!(name)),
            "as": if opened.is_ok() { json!(self.opened_outlets) } else { none() },
        });
        if self.write_call("outlet", said, opened) {
            self.outlets.push(outlet);
            self.opened_outlets += 1;
        }
    }

    /// Goes on from the ledger, with the same streams and outlets opened again. A meeting that has ended does not.
    fn resume(&mut self, torn: bool) {
        if self.oracle.is_over() {
            return;
        }
        self.state();
        let resumed = self.oracle.resume(torn);
        // Of each id the stay that it was last seen in.
        self.former = self.stays;
        let last = (0..self.stays).filter(|&stay| self.handle(stay) == stay);
        let people = last.map(|stay| json!([self.oracle.id(stay), stay]));
        let said = json!({ "torn": torn, "people": people.collect::<Vec<_>>() });
        self.write_call("resume", said, resumed);
        self.taps.clear();
        for (_, said) in &mut self.groups {
            match said {
                Contributors::Group(people) => {
                    *said = Contributors::ForeignGroup(mem::take(people));
                }
                // One that could not be registered is a list.
                Contributors::Complete(people) => {
                    for who in people.iter_mut() {
                        *who = who.map(|stay| last_of(&self.oracle, self.stays, stay));
                    }
                }
                _ => {}
            }
        }
        for kept in self.kept.iter_mut().flatten() {
            kept.source.people.fill(None);
        }
        for stream in mem::take(&mut self.streams) {
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
            self.open_stream(owner, stream.kind, format);
        }
        for outlet in mem::take(&mut self.outlets) {
            self.open_outlet(outlet.purposes, outlet.blanks);
        }
    }

    /// Looks at the meeting and at each tap, before they go.
    fn state(&mut self) {
        let challenges = (0..self.stays)
            .filter_map(|stay| Some(json!([stay, hexadecimal(&self.oracle.challenge(stay)?)])));
        let counters = self.taps.iter().map(|tap| {
            let frames = tap.counters;
            json!([
                tap.number,
                frames.seen,
                frames.whole,
                frames.redacted,
                frames.blanked,
                frames.dropped
            ])
        });
        let told = json!({
            "entries": self.oracle.generation(), "deadline": self.oracle.next_end().map(|end| 1000 * end),
            "challenges": challenges.collect::<Vec<_>>(), "counters": counters.collect::<Vec<_>>(),
        });
        self.write("state", json!({}), told);
    }

    /// In microseconds since the meeting's start.
    fn time(&mut self, when: When) -> i64 {
        when.at(&mut self.present)
    }

    fn person(&self, who: Who) -> Person {
        who.map(|who| self.handle(one_of(self.stays, who)))
    }

    /// The stay whose handle stands for one: after the meeting went on only the last of each person's can be had.
    fn handle(&self, stay: usize) -> usize {
        if stay >= self.former {
            return stay;
        }
        last_of(&self.oracle, self.former, stay)
    }

    fn counts(&self) -> Vec<Count> {
        let count = |tap: &Tap| Count {
            stream: self.streams[tap.between.0].number,
            outlet: self.outlets[tap.between.1].number,
            frames: tap.counters,
        };
        self.taps.iter().map(count).collect()
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Frames

    /// Frames that come to the tap of the first, at one time, through one door.
    fn frames(&mut self, scripted: &[ScriptedFrame]) {
        let first = &scripted[0];
        let now = self.time(first.now);
        let between = (
            one_of(self.streams.len(), first.stream),
            first.outlet % self.outlets.len(),
        );
        let (stream, outlet) = (self.streams[between.0].clone(), self.outlets[between.1]);
        let mut said = Vec::new();
        for frame in scripted {
            let content = frame.content(stream.format);
            let pairs = self.sources(&frame.sources);
            let group = self.group(&frame.contributors);
            let is_derived = (stream.whose == Whose::Derived) != frame.misplaced;
            let told = self.said(frame, &stream, &content, &pairs, group, is_derived);
            said.push((content, told));
        }
        let Some(tap_at) = self.tap(between) else {
            self.kept.extend(scripted.iter().map(|_| None));
            return;
        };
        let has_leapt = self.oracle.pass(tap_at, now);
        self.taps[tap_at].seen.push(now);
        let seen = self.taps[tap_at].seen.clone();
        let tap = rules::Tap {
            stream: &stream,
            outlet,
            seen: &seen,
            has_leapt,
        };
        let (mut frames, mut answers, mut released) = (Vec::new(), Vec::new(), Vec::new());
        let like = stream.format;
        for (at, (scripted, (content, (said, mut frame)))) in scripted.iter().zip(said).enumerate()
        {
            frame["payload"] = payload(&content, scripted.gap, stream.format);
            let Some(door) = first.door else {
                let expected = self.oracle.bare(&tap, &said);
                frame.as_object_mut().expect("fields").remove("payload");
                frames.push(frame);
                answers.push(answer(&expected, false));
                self.kept.push(None);
                continue;
            };
            let room = door != Door::Into || scripted.damage != Damage::Buffer;
            if !room {
                frame["short"] = json!(true);
            }
            let expected = self.oracle.judge(&tap, &said, &content, room, door);
            counted(&mut self.taps[tap_at].counters, expected.verdict);
            let mut told = answer(&expected, true);
            if let Some(content) = &expected.content {
                told["output"] = left(content, stream.format);
            }
            let source = self.oracle.source(&tap, &said, &expected);
            if expected.verdict.is_released() {
                released.push((expected.tag, source.clone(), told["output"].clone()));
            }
            frames.push(frame);
            answers.push(told);
            let told = json!({
                "people": source.people.iter().copied().map(person).collect::<Vec<_>>(),
                "kinds": source.kinds.bits(), "captured": time(source.captured),
            });
            self.kept.push(source.verdict.is_released().then_some(Kept {
                source,
                frame: Some((self.steps.len(), at, told)),
                number: None,
            }));
        }
        let said = json!({ "at": time(now), "tap": self.taps[tap_at].number, "frames": frames });
        self.write(door_name(first.door), said, json!({ "frames": answers }));
        for (tag, source, output) in released {
            self.seal(like, tag, &source, output);
        }
    }

    /// Somebody seals what an outlet got.
    fn seal(&mut self, like: Format, tag: [u8; 16], source: &Source, output: Value) {
        if self.seals == 0 {
            return;
        }
        self.seals -= 1;
        let people = source.people.iter().flatten();
        let mut subjects: Vec<_> = people
            .map(|&stay| (self.oracle.id(stay), source.kinds.bits()))
            .collect();
        subjects.sort_unstable();
        let pieces = if output.is_array() {
            output
        } else {
            json!([output])
        };
        let payload = pieces.as_array().expect("pieces").iter();
        let payload = payload.map(|piece| unhexadecimal(piece.as_str().expect("digits")));
        let payload = payload.collect::<Vec<_>>().concat();
        let (digest, seal) = sealed(self.oracle.instance, tag, &subjects, &payload);
        let said = json!({
            "secret": hexadecimal(&SECRET), "tag": hexadecimal(&tag), "format": format(like), "pieces": pieces,
            "subjects": subjects.iter().map(|(id, kinds)| json!([id, kinds])).collect::<Vec<_>>(),
        });
        let told = json!({ "digest": hexadecimal(&digest), "seal": hexadecimal(&seal) });
        self.write("seal", said, told);
    }

    /// The number of a tap; none if there is none, and none can be opened any more.
    fn tap(&mut self, between: (usize, usize)) -> Option<usize> {
        let known = self.taps.iter().position(|tap| tap.between == between);
        if known.is_some() {
            return known;
        }
        let (stream, outlet) = (
            self.streams[between.0].number,
            self.outlets[between.1].number,
        );
        let opened = if self.oracle.is_over() {
            Err(Refusal::Ended)
        } else {
            Ok(())
        };
        let said = json!({
            "stream": stream, "outlet": outlet,
            "as": if opened.is_ok() { json!(self.opened_taps) } else { none() },
        });
        if !self.write_call("tap", said, opened) {
            return None;
        }
        self.taps.push(Tap {
            between,
            number: self.opened_taps,
            seen: Vec::new(),
            counters: framegate::Counters::default(),
        });
        self.opened_taps += 1;
        self.oracle.open_tap(self.streams[between.0].whose);
        Some(self.taps.len() - 1)
    }

    /// What a frame is made from, of the frames that came before.
    fn sources(&mut self, sources: &[ScriptedSource]) -> Vec<(usize, Source)> {
        let mut made = Vec::new();
        for ScriptedSource { back, also } in sources {
            let at = |back: usize| self.kept.len().checked_sub(1 + back);
            let also = also.and_then(at);
            // Nothing is made from what never came, was withheld or only decided about.
            let Some(one) = at(*back).and_then(|at| self.numbered(at)) else {
                return Vec::new();
            };
            made.push(match also.and_then(|at| self.numbered(at)) {
                Some(other) => self.joined(&one, &other),
                None => one,
            });
        }
        made
    }

    fn joined(
        &mut self,
        (a, one): &(usize, Source),
        (b, other): &(usize, Source),
    ) -> (usize, Source) {
        let joined = one.joined(other);
        let number = self.sources;
        self.sources += 1;
        let said = json!({ "sources": [a, b], "as": number });
        self.write("meet", said, json!({ "tag": hexadecimal(&joined.tag) }));
        (number, joined)
    }

    /// A frame that something is made from, under a number that its own step gives it.
    fn numbered(&mut self, at: usize) -> Option<(usize, Source)> {
        let kept = self.kept[at].as_mut()?;
        let number = *kept.number.get_or_insert(self.sources);
        if let Some((step, frame, told)) = kept.frame.take() {
            self.sources += 1;
            let step = &mut self.steps[step];
            step["frames"][frame]["as"] = json!(number);
            step["expect"]["frames"][frame]["source"] = told;
        }
        Some((number, kept.source.clone()))
    }

    /// The group that a frame comes with, if it comes with one.
    fn group(&mut self, scripted: &ScriptedContributors) -> Option<(Option<usize>, Contributors)> {
        match scripted {
            ScriptedContributors::Group(list) => {
                let people = list.iter().map(|&who| self.person(who)).collect::<Vec<_>>();
                let registered = self.oracle.group(&people);
                let number = registered.is_ok().then_some(self.registered);
                let listed = people.iter().copied().map(person).collect::<Vec<_>>();
                let said = json!({ "people": listed, "as": number.map_or_else(none, |number| json!(number)) });
                let group = if self.write_call("group", said, registered) {
                    self.registered += 1;
                    (number, Contributors::Group(people))
                } else {
                    (None, Contributors::Complete(people))
                };
                self.groups.push(group);
                self.groups.last().cloned()
            }
            ScriptedContributors::SameGroup(_) if self.groups.is_empty() => None,
            ScriptedContributors::SameGroup(number) => {
                Some(self.groups[one_of(self.groups.len(), *number)].clone())
            }
            // There is no other meeting in a script.
            ScriptedContributors::ForeignGroup(_)
            | ScriptedContributors::Owner
            | ScriptedContributors::Complete(_)
            | ScriptedContributors::Partial(_)
            | ScriptedContributors::Csrcs(_) => None,
        }
    }

    /// What is said of a frame, in the oracle's words and in the script's.
    fn said(
        &mut self,
        scripted: &ScriptedFrame,
        stream: &rules::Stream,
        content: &Content,
        sources: &[(usize, Source)],
        group: Option<(Option<usize>, Contributors)>,
        is_derived: bool,
    ) -> (rules::Frame, Value) {
        let people = |list: &[Who]| list.iter().map(|&who| self.person(who)).collect();
        let (number, who) = match &scripted.contributors {
            _ if is_derived => {
                let sources = sources.iter().map(|(_, source)| source.clone());
                (None, Contributors::Sources(sources.collect()))
            }
            ScriptedContributors::Owner | ScriptedContributors::ForeignGroup(_) => {
                (None, Contributors::Owner)
            }
            ScriptedContributors::Complete(list) => (None, Contributors::Complete(people(list))),
            ScriptedContributors::Partial(list) => (None, Contributors::Partial(people(list))),
            ScriptedContributors::Csrcs(list) => (None, Contributors::csrcs(people(list))),
            ScriptedContributors::Group(_) | ScriptedContributors::SameGroup(_) => {
                group.unwrap_or((None, Contributors::Owner))
            }
        };
        let numbers = sources
            .iter()
            .map(|(number, _)| *number)
            .collect::<Vec<_>>();
        let mut named = contributors(&who, number, &numbers);
        if let (ScriptedContributors::Csrcs(list), false) = (&scripted.contributors, is_derived) {
            let people = list.iter().map(|&who| person(self.person(who)));
            named = json!({ "csrcs": people.collect::<Vec<_>>() });
        }
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
            .collect::<Vec<_>>();
        let captured = match &who {
            Contributors::Sources(sources) => self.oracle.captured_with(sources),
            _ => self.time(scripted.captured),
        };
        let mut told = json!({ "captured": time(captured), "contributors": named });
        if matches!(who, Contributors::Sources(_)) {
            told.as_object_mut().expect("fields").remove("captured");
        }
        if !regions.is_empty() {
            told["regions"] = regions.iter().map(region).collect();
        }
        let frame = rules::Frame {
            captured,
            contributors: who,
            regions,
        };
        (frame, told)
    }
}

fn unhexadecimal(digits: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits");
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// Of the first stays the last of the same person.
fn last_of(oracle: &Oracle, stays: usize, stay: usize) -> usize {
    let is_theirs = |&other: &usize| oracle.id(other) == oracle.id(stay);
    (0..stays).rev().find(is_theirs).expect("it is one of them")
}

fn restraint(by: Authority, whom: Option<Person>, what: Scope, now: i64) -> Value {
    let who = whom.map_or_else(none, person);
    json!({ "at": time(now), "by": authority(by), "who": who, "scope": scope(what) })
}
