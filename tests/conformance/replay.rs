//! Replays a script through the library's public items: each step is a call, and its answer is compared with what the script expects.

use std::{
    array,
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use framegate::{
    Admission, Area, Authority, Cleared, Contributors, Digest, Error, Frame, Grant, Group,
    Instance, JoinOptions, KeptSource, Kind, Kinds, Meeting, MeetingOptions, Method, Notice,
    Outlet, OutletOptions, Participant, Payload, PayloadMut, Plane, PlaneMut, PublicKey, Purposes,
    Region, Scope, Signed, Source, Stream, StreamOptions, Tag, Tap, Time, Verdict, WallTime,
    archive::{MeetingKey, Subject, Subjects},
    export::Receipt,
    format::{ColorRange, Field, Format, PixelFormat, Samples, Schema},
    ledger::{Device, Ledger, LedgerWriter, Store, StoreError, VerifiedLedger},
};
use serde_json::{Value, json};

/// A fault planted in the replay, to see that the comparison finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A bit of a tag is another.
    Tag,
    /// Another reason is told.
    Reason,
    /// Withdrawals are passed over.
    Withdrawal,
    /// The ledger's last line is another.
    Ledger,
}

impl Fault {
    pub const ALL: [Self; 4] = [Self::Tag, Self::Reason, Self::Withdrawal, Self::Ledger];
}

/// How much was compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compared {
    pub steps: usize,
    pub frames: usize,
    pub lines: usize,
}

type Answer = Result<Value, Error>;

type Call = fn(&mut Replay, &Value) -> Answer;

/// What each step calls.
const STEPS: [(&str, Call); 26] = [
    ("join", Replay::join),
    ("leave", Replay::leave),
    ("show", Replay::show),
    ("supersede", Replay::supersede),
    ("grant", Replay::grant),
    ("withdraw", Replay::withdraw),
    ("restrict", Replay::restrict),
    ("lift", Replay::lift),
    ("advance", Replay::advance),
    ("tick", Replay::tick),
    ("count", Replay::count),
    ("third_party", Replay::third_party),
    ("stream", Replay::stream),
    ("outlet", Replay::outlet),
    ("tap", Replay::tap),
    ("group", Replay::group),
    ("meet", Replay::meet),
    ("decide", Replay::decide),
    ("admit", Replay::admit),
    ("admit_into", Replay::admit_into),
    ("admit_in_place", Replay::admit_in_place),
    ("resume", Replay::resume),
    ("end", Replay::end),
    ("state", Replay::state),
    ("seal", Replay::seal),
    ("receipt", Replay::receipt),
];

struct Replay {
    meeting: Meeting,
    store: Kept,
    device: [u8; 32],
    people: BTreeMap<u64, Participant>,
    streams: BTreeMap<u64, Stream>,
    outlets: BTreeMap<u64, Outlet>,
    taps: BTreeMap<u64, Tap>,
    groups: BTreeMap<u64, Group>,
    sources: BTreeMap<u64, KeptSource>,
}

/// Replays a script. The error says which step differed, and how.
pub fn replay(script: &Value, fault: Option<Fault>) -> Result<Compared, String> {
    assert_eq!(script["format"], 1, "a format that is not known here");
    let mut replay = Replay::open(&script["meeting"]);
    let mut compared = Compared::default();
    for (number, step) in list(&script["steps"]).iter().enumerate() {
        let name = text(&step["step"]);
        if fault == Some(Fault::Withdrawal) && name == "withdraw" {
            continue;
        }
        let call = STEPS.iter().find(|(known, _)| *known == name);
        let (_, call) = call.unwrap_or_else(|| panic!("a step that is not known here: {name}"));
        let mut answer =
            call(&mut replay, step).unwrap_or_else(|why| json!({ "error": error(&why) }));
        plant(&mut answer, fault);
        let expected = step.get("expect").cloned().unwrap_or_else(|| json!({}));
        if answer != expected {
            return Err(format!(
                "step {number}, {name}:\n  is       {answer}\n  expected {expected}\n  of {step}"
            ));
        }
        compared.steps += 1;
        compared.frames += step["frames"].as_array().map_or(0, Vec::len);
    }
    let mut written = replay.store.bytes();
    if fault == Some(Fault::Ledger) {
        let digit = written
            .iter()
            .rposition(u8::is_ascii_digit)
            .expect("a digit");
        written[digit] ^= 1;
    }
    let written = String::from_utf8(written).expect("text");
    let expected = list(&script["ledger"]);
    for (number, line) in written.lines().enumerate() {
        let line = serde_json::from_str::<Value>(line).expect("JSON");
        if Some(&line) != expected.get(number) {
            return Err(format!(
                "line {number} of the ledger:\n  is       {line}\n  expected {:?}",
                expected.get(number)
            ));
        }
        compared.lines += 1;
    }
    if compared.lines < expected.len() {
        return Err(format!(
            "the ledger has {} lines, not {}",
            compared.lines,
            expected.len()
        ));
    }
    Ok(compared)
}

/// Changes an answer, if it has what is to be changed.
fn plant(answer: &mut Value, fault: Option<Fault>) {
    for frame in answer["frames"].as_array_mut().into_iter().flatten() {
        if let (Some(Fault::Tag), Some(tag)) = (fault, frame.get_mut("tag")) {
            let flipped = if text(tag).ends_with('0') { '1' } else { '0' };
            *tag = json!(format!("{}{flipped}", &text(tag)[..31]));
        }
        if let (Some(Fault::Reason), Some(reason)) = (fault, frame.get_mut("reason")) {
            *reason = json!(if reason == "withdrawn" {
                "absent"
            } else {
                "withdrawn"
            });
        }
    }
    if answer["frames"].is_null() {
        answer.as_object_mut().map(|answer| answer.remove("frames"));
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every step has the same form")]
impl Replay {
    fn open(meeting: &Value) -> Self {
        let (store, device) = (Kept::default(), bytes(&meeting["device"]));
        let instance = Instance::from_bytes(bytes(&meeting["instance"])).expect("an instance");
        let room = meeting["participants"].as_u64().expect("a number");
        let options = MeetingOptions::new(text(&meeting["id"]), room.try_into().expect("few"))
            .instance(instance)
            .started(
                WallTime::from_micros(meeting["started"].as_u64().expect("a number"))
                    .expect("a time of day"),
            )
            .ledger(store.writer(&device));
        Self {
            meeting: Meeting::open(options).expect("a meeting"),
            store,
            device,
            people: BTreeMap::new(),
            streams: BTreeMap::new(),
            outlets: BTreeMap::new(),
            taps: BTreeMap::new(),
            groups: BTreeMap::new(),
            sources: BTreeMap::new(),
        }
    }

    // -----------------------------------------------------------------------------------------------------------------
    // People

    fn join(&mut self, step: &Value) -> Answer {
        let (id, guardian) = (text(&step["id"]), step["guardian"].as_str());
        let mut options = match guardian {
            Some(guardian) => JoinOptions::with_guardian(id, guardian),
            None => JoinOptions::adult(id),
        };
        if let Some(key) = there(&step["key"]) {
            options = options.key(PublicKey(bytes(key)));
        }
        let who = self.meeting.join(options, at(step))?;
        self.people.insert(number(&step["as"]), who);
        done()
    }

    fn leave(&mut self, step: &Value) -> Answer {
        let settling = self.meeting.leave(self.person(&step["who"]), at(step))?;
        settled(settling.is_settled())
    }

    fn show(&mut self, step: &Value) -> Answer {
        self.meeting.show(Notice {
            digest: Digest::of(text(&step["notice"])),
            version: text(&step["version"]).into(),
            language: text(&step["language"]).into(),
            controller: text(&step["controller"]).into(),
            scope: scope(step),
        })?;
        done()
    }

    fn supersede(&mut self, step: &Value) -> Answer {
        let settling = self
            .meeting
            .supersede(Digest::of(text(&step["notice"])), at(step))?;
        settled(settling.is_settled())
    }

    fn grant(&mut self, step: &Value) -> Answer {
        let method = match text(&step["method"]) {
            "clicked" => Method::Clicked,
            "typed" => Method::Typed,
            "spoken" => Method::Spoken,
            "signed" => Method::Signed,
            other => panic!("no method: {other}"),
        };
        let mut grant = Grant::new(Digest::of(text(&step["notice"])), scope(step), method);
        if let Some(agreed) = there(&step["agreed"]) {
            grant = grant.at(time(agreed));
        }
        if let Some(until) = there(&step["until"]) {
            grant = grant.until(time(until));
        }
        if let Some(signed) = there(&step["signed"]) {
            grant = grant.signed(Signed {
                instance: Instance::from_bytes(bytes(&signed["instance"]))?,
                meeting: text(&signed["meeting"]).into(),
                challenge: Digest(bytes(&signed["challenge"])),
                signature: bytes(&signed["signature"]),
            });
        }
        let who = self.person(&step["who"]);
        self.meeting.grant(authority(step), who, &grant, at(step))?;
        done()
    }

    fn withdraw(&mut self, step: &Value) -> Answer {
        let who = self.person(&step["who"]);
        let settling = self
            .meeting
            .withdraw(authority(step), who, scope(step), at(step))?;
        settled(settling.is_settled())
    }

    fn restrict(&mut self, step: &Value) -> Answer {
        let whom = step.get("who").map(|who| self.person(who));
        let settling = self
            .meeting
            .restrict(authority(step), whom, scope(step), at(step))?;
        settled(settling.is_settled())
    }

    fn lift(&mut self, step: &Value) -> Answer {
        let whom = step.get("who").map(|who| self.person(who));
        self.meeting
            .lift(authority(step), whom, scope(step), at(step))?;
        done()
    }

    fn group(&mut self, step: &Value) -> Answer {
        let group = self.meeting.group(&self.listed(&step["people"]))?;
        self.groups.insert(number(&step["as"]), group);
        done()
    }

    // -----------------------------------------------------------------------------------------------------------------
    // The meeting

    fn advance(&mut self, step: &Value) -> Answer {
        self.meeting.advance(at(step))?;
        done()
    }

    fn tick(&mut self, step: &Value) -> Answer {
        self.meeting.tick(at(step));
        done()
    }

    fn count(&mut self, step: &Value) -> Answer {
        self.meeting.count(at(step))?;
        done()
    }

    fn end(&mut self, _: &Value) -> Answer {
        settled(self.meeting.end().is_settled())
    }

    fn resume(&mut self, step: &Value) -> Answer {
        let torn: &[u8] = if step["torn"] == true {
            b"{\"n\":"
        } else {
            b""
        };
        let writer = self.store.writer(&self.device);
        self.meeting = Meeting::resume(&self.verified(torn), writer).expect("a meeting");
        self.taps.clear();
        self.people = BTreeMap::new();
        for who in list(&step["people"]) {
            let found = self
                .meeting
                .find(text(&who[0]))
                .expect("somebody of this id");
            self.people.insert(number(&who[1]), found);
        }
        done()
    }

    fn state(&mut self, _: &Value) -> Answer {
        let challenges = self.people.iter().filter_map(|(number, &who)| {
            let challenge = self.meeting.challenge(who)?;
            Some(json!([number, hexadecimal(&challenge.0)]))
        });
        let deadline = self.meeting.next_deadline().map(Time::as_micros);
        let taps = self.taps.iter().map(|(number, tap)| {
            let counters = tap.counters();
            json!([
                number,
                counters.seen,
                counters.whole,
                counters.redacted,
                counters.blanked,
                counters.dropped
            ])
        });
        Ok(json!({
            "entries": self.meeting.generation(), "deadline": deadline,
            "challenges": challenges.collect::<Vec<_>>(), "counters": taps.collect::<Vec<_>>(),
        }))
    }

    /// Seals, and looks whether the seal holds.
    fn seal(&mut self, step: &Value) -> Answer {
        let key = MeetingKey::new(&bytes(&step["secret"]), self.meeting.instance())?;
        let tag = Tag::from_bytes(bytes(&step["tag"])).expect("a tag");
        let subjects = list(&step["subjects"]).iter().map(|subject| Subject {
            id: text(&subject[0]),
            kinds: Kinds::from_bits_retain(short(&subject[1])),
        });
        let subjects: Vec<_> = subjects.collect();
        let subjects = Subjects::new(&subjects).expect("in the order of their ids");
        let pieces: Vec<_> = list(&step["pieces"]).iter().map(unhexadecimal).collect();
        let key = key.stream(tag);
        let digest = match &pieces[..] {
            [payload] => key.digest(format(&step["format"]), payload),
            _ => key.digest_pieces(pieces.iter().map(Vec::as_slice)),
        };
        let seal = key.seal(tag, subjects, digest);
        Ok(if key.verify(seal, tag, subjects, digest) {
            json!({ "digest": hexadecimal(&digest.to_bytes()), "seal": hexadecimal(&seal.to_bytes()) })
        } else {
            json!({ "holds": false })
        })
    }

    fn receipt(&mut self, step: &Value) -> Answer {
        let receipt =
            Receipt::of(&self.verified(&[]), text(&step["id"])).expect("somebody who joined");
        let agreed = receipt.agreed.iter().map(|act| {
            json!([
                act.entry,
                hexadecimal(&act.hash.0),
                act.at.micros,
                act.by,
                act.method,
                act.signed
            ])
        });
        let refused = receipt.refused.iter();
        let refused = refused.map(|act| json!([act.entry, act.at.micros, act.by, act.why]));
        let withdrawn = receipt.withdrawn.iter();
        let withdrawn = withdrawn.map(|act| json!([act.entry, act.at.micros, act.by]));
        Ok(json!({
            "agreed": agreed.collect::<Vec<_>>(), "refused": refused.collect::<Vec<_>>(),
            "withdrawn": withdrawn.collect::<Vec<_>>(),
        }))
    }

    /// The ledger with some more bytes at its end.
    fn verified(&self, more: &[u8]) -> VerifiedLedger {
        let ledger = [&self.store.bytes(), more].concat();
        let read = Ledger::read(&ledger, None, None).expect("a ledger");
        read.verify().expect("a ledger of what happened")
    }

    fn third_party(&mut self, step: &Value) -> Answer {
        let pair = self
            .meeting
            .third_party(purposes(&step["purpose"]), text(&step["recipient"]))?;
        Ok(json!({ "pair": pair.bits() }))
    }

    fn stream(&mut self, step: &Value) -> Answer {
        let (kind, of) = (kind(&step["kind"]), &step["format"]);
        let owner = self.person(&step["owner"]);
        let options = match text(&step["type"]) {
            "alone" if of["name"] == "record" => StreamOptions::records(owner, kind, schema(of)?),
            "alone" => StreamOptions::alone(owner, kind, format(of)),
            "owned" => StreamOptions::owned(owner, kind, format(of)),
            "mix" => StreamOptions::mix(kind, format(of)),
            "composite" => StreamOptions::composite(kind, format(of)),
            "derived" => StreamOptions::derived(kind, format(of)),
            other => panic!("no type of a stream: {other}"),
        };
        let stream = self.meeting.open_stream(options)?;
        assert_eq!(u64::from(stream.id().number()), number(&step["as"]));
        self.streams.insert(number(&step["as"]), stream);
        done()
    }

    fn outlet(&mut self, step: &Value) -> Answer {
        let mut options = OutletOptions::new(text(&step["name"]), purposes(&step["purposes"]))
            .blank(Kinds::from_bits_retain(short(&step["blanks"])));
        if let Some(recipient) = step["recipient"].as_str() {
            options = options.recipient(recipient);
        }
        let outlet = self.meeting.open_outlet(options)?;
        assert_eq!(u64::from(outlet.id().number()), number(&step["as"]));
        self.outlets.insert(number(&step["as"]), outlet);
        done()
    }

    fn tap(&mut self, step: &Value) -> Answer {
        let (stream, outlet) = (number(&step["stream"]), number(&step["outlet"]));
        let tap = self
            .meeting
            .tap(self.streams[&stream], self.outlets[&outlet])?;
        self.taps.insert(number(&step["as"]), tap);
        done()
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Frames

    fn decide(&mut self, step: &Value) -> Answer {
        let told = self.on_tap(step, |replay, tap| {
            let given = replay.given(step);
            let frames: Vec<_> = given.iter().map(Given::frame).collect();
            let mut room = vec![tap.decide(&frames[0], at(step)); frames.len()];
            let decisions = match &frames[..] {
                [_] => &room[..],
                _ => tap.decide_batch(&frames, at(step), &mut room),
            };
            let told = decisions.iter().map(|decision| {
                let mut told = judged(decision.verdict());
                told["purposes"] = json!(decision.purposes().bits());
                told["generation"] = json!(decision.generation());
                told
            });
            told.collect::<Vec<_>>()
        });
        Ok(json!({ "frames": told }))
    }

    fn admit(&mut self, step: &Value) -> Answer {
        self.admitted(step, Door::Admit)
    }

    fn admit_into(&mut self, step: &Value) -> Answer {
        self.admitted(step, Door::Into)
    }

    fn admit_in_place(&mut self, step: &Value) -> Answer {
        self.admitted(step, Door::InPlace)
    }

    fn admitted(&mut self, step: &Value, door: Door) -> Answer {
        let told = self.on_tap(step, |replay, tap| {
            let given = replay.given(step);
            let memory = list(&step["frames"]).iter().map(|said| {
                let payload = Memory::of(&said["payload"]);
                let buffer = payload.buffer(said["short"] == true);
                (payload, buffer)
            });
            let mut memory: Vec<_> = memory.collect();
            let admissions = pass(tap, &given, &mut memory, at(step), door);
            let frames = admissions.into_iter().zip(&given).zip(&memory);
            let told = frames.map(|((admission, given), (payload, buffer))| {
                let is_wiped = match door {
                    Door::Admit => true,
                    Door::Into => buffer.is_zero(),
                    Door::InPlace => payload.is_zero(),
                };
                replay.told(admission, given.said, is_wiped)
            });
            told.collect::<Vec<_>>()
        });
        let (told, kept): (Vec<_>, Vec<_>) = told.into_iter().unzip();
        self.sources.extend(kept.into_iter().flatten());
        let mut answer = json!({ "frames": told });
        if self.on_tap(step, |_, tap| {
            tap.keyframe_request(time(&step["at"]), Duration::ZERO)
        }) {
            answer["keyframe_request"] = json!(true);
        }
        Ok(answer)
    }

    /// The answer about a frame, and what is kept of it as a source under which number.
    fn told(
        &self,
        admission: Admission<Received>,
        said: &Value,
        is_wiped: bool,
    ) -> (Value, Option<(u64, KeptSource)>) {
        let mut told = judged(admission.verdict());
        told["tag"] = json!(hexadecimal(&admission.tag.to_bytes()));
        let Some(received) = admission.output else {
            if !is_wiped {
                told["wiped"] = json!(false);
            }
            return (told, None);
        };
        told["output"] = received.without_gaps(&said["payload"]);
        let kept = there(&said["as"]).map(number).zip(received.source);
        if let Some((_, source)) = &kept {
            told["source"] = self.source(source);
        }
        (told, kept)
    }

    fn source(&self, source: &KeptSource) -> Value {
        let source = source.as_source();
        let stay = |who| {
            self.people
                .iter()
                .find(|(_, known)| *known == who)
                .map(|(stay, _)| *stay)
        };
        let mut people: Vec<_> = source.people().iter().map(stay).collect();
        people.sort_unstable();
        json!({ "people": people, "kinds": source.kinds().bits(), "captured": source.captured().as_micros() })
    }

    fn meet(&mut self, step: &Value) -> Answer {
        let mut room = [Participant::UNKNOWN; ROOM];
        let [one, other] = [0, 1].map(|at| self.sources[&number(&step["sources"][at])].as_source());
        let joined = one.meet(&other, &mut room).expect("room");
        let (told, kept) = (
            json!({ "tag": hexadecimal(&joined.tag().to_bytes()) }),
            joined.keep(),
        );
        self.sources.insert(number(&step["as"]), kept);
        Ok(told)
    }

    // -----------------------------------------------------------------------------------------------------------------

    /// Somebody by number; nobody who is known, without one.
    fn person(&self, who: &Value) -> Participant {
        who.as_u64()
            .map_or(Participant::UNKNOWN, |who| self.people[&who])
    }

    fn listed(&self, people: &Value) -> Vec<Participant> {
        list(people).iter().map(|who| self.person(who)).collect()
    }

    fn on_tap<R>(&mut self, step: &Value, call: impl FnOnce(&Self, &mut Tap) -> R) -> R {
        let number = number(&step["tap"]);
        let mut tap = self.taps.remove(&number).expect("a tap");
        let answer = call(self, &mut tap);
        self.taps.insert(number, tap);
        answer
    }

    fn given<'a>(&'a self, step: &'a Value) -> Vec<Given<'a>> {
        let frames = list(&step["frames"]).iter().map(|said| {
            let who = &said["contributors"];
            let form = who.as_object().and_then(|who| who.iter().next());
            let (form, who) = form.map_or(("owner", who), |(form, who)| (form.as_str(), who));
            let (mut people, mut group, mut sources) = (Vec::new(), None, Vec::new());
            match form {
                "owner" => {}
                "group" => group = Some(&self.groups[&number(who)]),
                "sources" => {
                    let named = list(who)
                        .iter()
                        .map(|source| &self.sources[&number(source)]);
                    sources = named.map(KeptSource::as_source).collect();
                }
                _ => people = self.listed(who),
            }
            let regions = said["regions"].as_array().into_iter().flatten();
            let regions = regions.map(|region| self.region(region)).collect();
            Given {
                said,
                form,
                people,
                group,
                sources,
                regions,
            }
        });
        frames.collect()
    }

    fn region(&self, said: &Value) -> Region {
        let whole = |value: &Value| u32::try_from(number(value)).expect("32 bits");
        let area = if let Some(rectangle) = there(&said["rectangle"]) {
            let [x, y, width, height] = array::from_fn(|at| whole(&rectangle[at]));
            Area::Rectangle {
                x,
                y,
                width,
                height,
            }
        } else if let Some(span) = there(&said["span"]) {
            Area::Span {
                start: whole(&span[0]),
                end: whole(&span[1]),
            }
        } else {
            Area::Channel(short(&said["channel"]))
        };
        let mut region = Region::new(self.person(&said["owner"]), area);
        if let Some(of) = there(&said["kind"]) {
            region = region.kind(kind(of));
        }
        if let Some(captured) = there(&said["captured"]) {
            region = region.captured(time(captured));
        }
        region
    }
}

/// More than anybody is in a meeting.
const ROOM: usize = 64;

#[derive(Clone, Copy)]
enum Door {
    Admit,
    Into,
    InPlace,
}

/// Frames through a door: one by itself, several in one release.
fn pass(
    tap: &mut Tap,
    given: &[Given<'_>],
    memory: &mut [(Memory, Memory)],
    now: Time,
    door: Door,
) -> Vec<Admission<Received>> {
    if let ([given], [(payload, buffer)]) = (given, &mut *memory) {
        let frame = given.frame();
        let (from, get) = (payload, Received::of);
        return vec![match door {
            Door::Admit => tap.admit(&frame, from.payload(), now, get),
            Door::Into => tap.admit_into(&frame, from.payload(), buffer.payload_mut(), now, get),
            Door::InPlace => tap.admit_in_place(&frame, from.payload_mut(), now, get),
        }];
    }
    tap.batch(now, |batch| {
        let frames = given.iter().zip(memory);
        let admitted = frames.map(|(given, (from, buffer))| {
            let (frame, get) = (given.frame(), Received::of);
            match door {
                Door::Admit => batch.admit(&frame, from.payload(), get),
                Door::Into => batch.admit_into(&frame, from.payload(), buffer.payload_mut(), get),
                Door::InPlace => batch.admit_in_place(&frame, from.payload_mut(), get),
            }
        });
        admitted.collect()
    })
}

/// What is said of a frame.
struct Given<'a> {
    said: &'a Value,
    form: &'a str,
    people: Vec<Participant>,
    group: Option<&'a Group>,
    sources: Vec<Source<'a>>,
    regions: Vec<Region>,
}

impl Given<'_> {
    fn frame(&self) -> Frame<'_> {
        let contributors = match (self.form, self.group) {
            ("sources", _) => return Frame::derived(&self.sources).regions(&self.regions),
            ("owner", _) => Contributors::Owner,
            ("complete", _) => Contributors::Complete(&self.people),
            ("partial", _) => Contributors::Partial(&self.people),
            ("csrcs", _) => Contributors::from_csrcs(&self.people),
            ("group", Some(group)) => Contributors::Group(group),
            (other, _) => panic!("no form of contributors: {other}"),
        };
        let frame = Frame::new(time(&self.said["captured"]), contributors).regions(&self.regions);
        match self.said["keyframe"].as_bool() {
            Some(keyframe) => frame.keyframe(keyframe),
            None => frame,
        }
    }
}

/// What an outlet got.
struct Received {
    planes: Vec<(Vec<u8>, usize)>,
    source: Option<KeptSource>,
}

impl Received {
    #[expect(clippy::needless_pass_by_value, reason = "the form of a release")]
    fn of(cleared: Cleared<'_>) -> Self {
        let mut room = [Participant::UNKNOWN; ROOM];
        let planes = match cleared.payload() {
            Payload::Bytes(bytes) => vec![(bytes.to_vec(), 0)],
            Payload::Planes(planes) => {
                let planes = planes
                    .iter()
                    .map(|plane| (plane.data.to_vec(), plane.stride));
                planes.collect()
            }
        };
        Self {
            planes,
            source: cleared.source(&mut room).map(|source| source.keep()),
        }
    }

    /// Of each plane the rows, as long as they are in what was sent.
    fn without_gaps(&self, sent: &Value) -> Value {
        let Some(sent) = sent.as_array() else {
            return json!(hexadecimal(&self.planes[0].0));
        };
        let planes = self.planes.iter().zip(sent).map(|((bytes, stride), sent)| {
            let row = usize::try_from(number(&sent["row"])).expect("a row");
            let rows = bytes.chunks(*stride);
            let rows = rows.map(|bytes| &bytes[..row.min(bytes.len())]);
            json!(hexadecimal(&rows.collect::<Vec<_>>().concat()))
        });
        planes.collect()
    }
}

/// A payload: bytes, or planes with the bytes from one row to the next.
enum Memory {
    Bytes(Vec<u8>),
    Planes(Vec<(Vec<u8>, usize)>),
}

impl Memory {
    fn of(said: &Value) -> Self {
        let Some(planes) = said.as_array() else {
            return Self::Bytes(unhexadecimal(said));
        };
        let plane = |plane: &Value| {
            let stride = usize::try_from(number(&plane["stride"])).expect("a stride");
            (unhexadecimal(&plane["bytes"]), stride)
        };
        Self::Planes(planes.iter().map(plane).collect())
    }

    /// One of the same form, full of something else; a byte shorter in each plane if it is to be too short.
    fn buffer(&self, short: bool) -> Self {
        let like = |bytes: &Vec<u8>| vec![0xEE; bytes.len() - usize::from(short)];
        match self {
            Self::Bytes(bytes) => Self::Bytes(like(bytes)),
            Self::Planes(planes) => {
                let planes = planes.iter().map(|(bytes, stride)| (like(bytes), *stride));
                Self::Planes(planes.collect())
            }
        }
    }

    fn is_zero(&self) -> bool {
        let is_zero = |bytes: &Vec<u8>| bytes.iter().all(|byte| *byte == 0);
        match self {
            Self::Bytes(bytes) => is_zero(bytes),
            Self::Planes(planes) => planes.iter().all(|(bytes, _)| is_zero(bytes)),
        }
    }

    fn payload(&self) -> Payload<'_> {
        match self {
            Self::Bytes(bytes) => Payload::Bytes(bytes),
            Self::Planes(planes) => {
                let mut all = [Plane::default(); 4];
                for (plane, (data, stride)) in all.iter_mut().zip(planes) {
                    let stride = *stride;
                    *plane = Plane { data, stride };
                }
                Payload::Planes(all)
            }
        }
    }

    fn payload_mut(&mut self) -> PayloadMut<'_> {
        match self {
            Self::Bytes(bytes) => PayloadMut::Bytes(bytes),
            Self::Planes(planes) => {
                let mut all: [PlaneMut<'_>; 4] = array::from_fn(|_| PlaneMut::default());
                for (plane, (data, stride)) in all.iter_mut().zip(planes) {
                    let stride = *stride;
                    *plane = PlaneMut { data, stride };
                }
                PayloadMut::Planes(all)
            }
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Words and numbers

#[expect(clippy::unnecessary_wraps, reason = "what a step ends with")]
fn done() -> Answer {
    Ok(json!({}))
}

/// A narrowing that has not settled is told of.
#[expect(clippy::unnecessary_wraps, reason = "what a step ends with")]
fn settled(is_settled: bool) -> Answer {
    Ok(if is_settled {
        json!({})
    } else {
        json!({ "settled": false })
    })
}

fn judged(verdict: Verdict) -> Value {
    let mut told = json!({ "verdict": verdict.name() });
    if let Some(reason) = verdict.reason() {
        told["reason"] = json!(reason.name());
    }
    told
}

fn error(why: &Error) -> &'static str {
    match why {
        Error::Refused(why, _) => why.name(),
        Error::BeyondNotice => "beyond_notice",
        Error::UnknownNotice => "unknown_notice",
        Error::StaleNotice => "stale_notice",
        Error::NotExplicit => "not_explicit",
        Error::WrongKey => "wrong_key",
        Error::ConflictingNotice => "conflicting_notice",
        Error::UnknownParticipant => "unknown_participant",
        Error::AlreadyJoined => "already_joined",
        Error::NotARestrainer(_) => "not_a_restrainer",
        Error::Empty(_) => "empty",
        Error::Time => "time",
        Error::Format => "format",
        Error::Full(_) => "full",
        Error::Ended => "ended",
        other => panic!("no error of a script: {other}"),
    }
}

fn there(value: &Value) -> Option<&Value> {
    (!value.is_null()).then_some(value)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

fn short(value: &Value) -> u16 {
    number(value).try_into().expect("16 bits")
}

fn at(step: &Value) -> Time {
    time(&step["at"])
}

fn time(value: &Value) -> Time {
    Time::from_micros(value.as_i64().expect("a time"))
}

fn purposes(value: &Value) -> Purposes {
    Purposes::from_bits_retain(short(value))
}

fn scope(step: &Value) -> Scope {
    let [kinds, of] = array::from_fn(|at| &step["scope"][at]);
    Scope::new(Kinds::from_bits_retain(short(kinds)), purposes(of))
}

fn authority(step: &Value) -> Authority {
    text(&step["by"]).parse().expect("an authority")
}

fn kind(value: &Value) -> Kind {
    text(value).parse().expect("a kind")
}

fn format(of: &Value) -> Format {
    let pcm = |samples| {
        let channels = short(&of["channels"]);
        if of["planar"] == true {
            Format::planar_pcm(samples, channels)
        } else {
            Format::pcm(samples, channels)
        }
    };
    let picture = |pixels| {
        let range = if of["full_range"] == true {
            ColorRange::Full
        } else {
            ColorRange::Limited
        };
        let [width, height] = ["width", "height"].map(|side| u32::from(short(&of[side])));
        Format::picture(pixels, range, width, height)
    };
    match text(&of["name"]) {
        "pcm_u8" => pcm(Samples::U8),
        "pcm_s16" => pcm(Samples::S16),
        "pcm_s32" => pcm(Samples::S32),
        "pcm_f32" => pcm(Samples::F32),
        "pcm_mu_law" => pcm(Samples::MuLaw),
        "pcm_a_law" => pcm(Samples::ALaw),
        "utf8" => Format::UTF8,
        "json" => Format::JSON,
        "opaque" => Format::OPAQUE,
        "i420" => picture(PixelFormat::I420),
        "i422" => picture(PixelFormat::I422),
        "i444" => picture(PixelFormat::I444),
        "nv12" => picture(PixelFormat::Nv12),
        "nv21" => picture(PixelFormat::Nv21),
        "yuy2" => picture(PixelFormat::Yuy2),
        "uyvy" => picture(PixelFormat::Uyvy),
        "p010" => picture(PixelFormat::P010),
        "rgba" => picture(PixelFormat::Rgba),
        "bgra" => picture(PixelFormat::Bgra),
        "rgb24" => picture(PixelFormat::Rgb24),
        "gray8" => picture(PixelFormat::Gray8),
        "opus" => Format::OPUS,
        "opus_red" => Format::OPUS_RED,
        "h264" => Format::H264,
        "hevc" => Format::HEVC,
        "vp8" => Format::VP8,
        "vp9" => Format::VP9,
        "av1" => Format::AV1,
        other => panic!("no format: {other}"),
    }
}

fn schema(of: &Value) -> Result<Schema, Error> {
    let whole = |value: &Value| value.as_i64().expect("a number");
    let field = |field: &Value| Field {
        name: text(&field[0]).into(),
        unit: text(&field[1]).into(),
        range: whole(&field[2])..=whole(&field[3]),
    };
    let bits = number(&of["bits_per_minute"]).try_into().expect("32 bits");
    Schema::new(list(&of["fields"]).iter().map(field).collect(), bits)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhexadecimal(value: &Value) -> Vec<u8> {
    let digits = text(value);
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits");
    (0..digits.len()).step_by(2).map(byte).collect()
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    unhexadecimal(value).try_into().expect("as many bytes")
}

/// Where the ledger goes.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn writer(&self, device: &[u8; 32]) -> LedgerWriter {
        LedgerWriter::new(Box::new(self.clone())).device(Device::new(device).expect("a secret"))
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().expect("no panic").clone()
    }
}

impl Store for Kept {
    fn append(&mut self, lines: &[u8], _durable: bool) -> Result<(), StoreError> {
        self.0.lock().expect("no panic").extend_from_slice(lines);
        Ok(())
    }
}
