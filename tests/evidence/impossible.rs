//! Ledgers by a forger who computes every hash and every signature anew, and tells of what could not have happened.
//!
//! From a meeting in which all kinds of entries come about, each field of each line is changed a little, whatever fields there are:
//! what still verifies is in a list, with the reason why it could have happened.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use ed25519_dalek::{Signer, SigningKey};
use framegate::{
    Authority, Contributors, Digest, Frame, Grant, JoinOptions, Kind, Kinds, Meeting, Method,
    Notice, OutletOptions, Participant, PastMeeting, Payload, PayloadMut, PublicKey, Purposes,
    Reason, Scope, Signed, StreamOptions, Tap, Verdict, WallTime,
    format::Format,
    ledger::{Device, Head, Ledger, LedgerError, LedgerFault, LedgerWriter},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, from_value, json, to_value};
use sha2::{Digest as _, Sha256};

use crate::common::{self, Memory, microphone, millis, own};

const DEVICE: [u8; 32] = [7; 32];
const KEY: [u8; 32] = [9; 32];
const BY: Authority = Authority::Participant;

fn public(secret: [u8; 32]) -> PublicKey {
    PublicKey(SigningKey::from_bytes(&secret).verifying_key().to_bytes())
}

fn scope(kinds: Kinds, purposes: Purposes) -> Scope {
    Scope::new(kinds, purposes)
}

fn day(seconds: u64) -> WallTime {
    WallTime::from_micros((1_800_000_000 + seconds) * 1_000_000).unwrap()
}

fn signed(meeting: &Meeting, who: Participant, id: &str, grant: Grant) -> Grant {
    let (instance, challenge) = (meeting.instance(), meeting.challenge(who).unwrap());
    let recipients = meeting.recipients(grant.scope.purposes);
    let message = grant.message(instance, meeting.id(), id, &recipients, challenge);
    let signature = SigningKey::from_bytes(&KEY).sign(&message).to_bytes();
    grant.signed(Signed {
        instance,
        meeting: meeting.id().into(),
        challenge,
        signature,
    })
}

fn admit(tap: &mut Tap, at: i64) -> Verdict {
    let at = millis(at);
    tap.admit(&own(at), Payload::Bytes(&[0; 4]), at, |_| ())
        .verdict()
}

fn other_notice() -> Notice {
    Notice {
        digest: Digest::of("We record."),
        version: "2".into(),
        scope: scope(Kinds::all(), Purposes::RECORD),
        ..common::notice()
    }
}

/// A meeting in which everything happens that a ledger tells of.
fn honest() -> Vec<u8> {
    let memory = Memory::default();
    let mut bytes = first_life(&memory);
    bytes.extend_from_slice(b"{");
    bytes = second_life(&bytes);
    bytes
}

fn writer(memory: &Memory) -> LedgerWriter {
    memory.writer().device(Device::new(&DEVICE).unwrap())
}

#[expect(clippy::too_many_lines, reason = "one story")]
fn first_life(memory: &Memory) -> Vec<u8> {
    let mut meeting = common::open("m", 5, writer(memory));
    let pair = meeting.third_party(Purposes::RECORD, "ACME").unwrap();
    let notice = meeting.show(common::notice()).unwrap();
    let other = meeting.show(other_notice()).unwrap();
    let ann = JoinOptions::adult("ann").key(public(KEY));
    let ann = meeting.join(ann, millis(1)).unwrap();
    let bo = meeting.join(JoinOptions::adult("bo"), millis(2)).unwrap();
    let kid = JoinOptions::with_guardian("kid", "mum");
    let kid = meeting.join(kid, millis(3)).unwrap();
    let _ = meeting
        .withdraw(BY, bo, scope(Kinds::CHAT, Purposes::all()), millis(4))
        .unwrap();
    // Nobody else agrees, nobody before they came, nobody who only says that they signed.
    let audio = scope(Kinds::AUDIO, Purposes::RECORD);
    let click = Grant::new(notice, audio, Method::Clicked);
    meeting
        .grant(Authority::Host, ann, &click, millis(5))
        .unwrap_err();
    meeting
        .grant(BY, bo, &click.clone().at(millis(1)), millis(5))
        .unwrap_err();
    meeting.grant(BY, ann, &click, millis(5)).unwrap_err();
    let own_word = signed(
        &meeting,
        ann,
        "ann",
        Grant::new(notice, audio, Method::Spoken),
    );
    meeting
        .grant(Authority::Vendor, ann, &own_word, millis(5))
        .unwrap_err();
    meeting.grant(BY, kid, &click, millis(5)).unwrap_err();
    let wanted = scope(
        Kinds::AUDIO | Kinds::CAPTION,
        Purposes::RECORD | Purposes::TRAIN,
    );
    let wanted = Grant::new(notice, wanted, Method::Typed)
        .at(millis(6))
        .until(millis(100));
    let wanted = signed(&meeting, ann, "ann", wanted);
    meeting.grant(BY, ann, &wanted, millis(8)).unwrap();
    let all = Grant::new(
        notice,
        scope(Kinds::all(), Purposes::RECORD | pair),
        Method::Typed,
    );
    meeting.grant(BY, bo, &all, millis(9)).unwrap();
    let of_kid = Grant::new(other, audio, Method::Clicked);
    meeting
        .grant(Authority::Guardian, kid, &of_kid, millis(9))
        .unwrap();

    let anns = meeting.open_stream(microphone(ann)).unwrap();
    let mix = StreamOptions::mix(Kind::Video, Format::OPAQUE);
    let mix = meeting.open_stream(mix).unwrap();
    let kids = meeting.open_stream(microphone(kid)).unwrap();
    let recorder = OutletOptions::new("recorder", Purposes::RECORD);
    let recorder = meeting.open_outlet(recorder.blank(Kinds::AUDIO)).unwrap();
    let acme = OutletOptions::new("cloud", pair).recipient("ACME");
    let acme = meeting.open_outlet(acme).unwrap();
    let mut first = meeting.tap(anns, recorder).unwrap();
    let mut pictures = meeting.tap(mix, acme).unwrap();
    let mut third = meeting.tap(kids, recorder).unwrap();
    let closed = meeting.tap(anns, acme).unwrap();
    assert_eq!(admit(&mut third, 10), Verdict::Whole);
    let mut early = [0; 4];
    let blanked = third.admit_in_place(
        &own(millis(8)),
        PayloadMut::Bytes(&mut early),
        millis(10),
        |_| (),
    );
    assert!(matches!(blanked.verdict(), Verdict::Blanked(_)));
    for at in 10..13 {
        assert_eq!(admit(&mut first, at), Verdict::Whole);
        let people = [bo];
        let frame = Frame::new(millis(at), Contributors::Complete(&people));
        let admission = pictures.admit(&frame, Payload::Bytes(&[0; 4]), millis(at), |_| ());
        assert_eq!(admission.verdict(), Verdict::Whole);
    }
    meeting.count(millis(13)).unwrap();

    let video = scope(Kinds::VIDEO, Purposes::RECORD);
    let (host, vendor) = (Authority::Host, Authority::Vendor);
    let _ = meeting.restrict(host, None, video, millis(14)).unwrap();
    meeting.lift(host, None, video, millis(15)).unwrap();
    let _ = meeting
        .restrict(vendor, Some(bo), video, millis(16))
        .unwrap();
    meeting.lift(vendor, Some(bo), video, millis(17)).unwrap();
    let superseded = meeting.supersede(other, millis(18)).unwrap();
    assert!(meeting.settled(&superseded, millis(19)).unwrap());
    assert!(matches!(admit(&mut third, 20), Verdict::Dropped(_)));
    meeting.tick(millis(101));
    assert_eq!(admit(&mut first, 102), Verdict::Dropped(Reason::Expired));
    let renewed = signed(
        &meeting,
        ann,
        "ann",
        Grant::new(notice, audio, Method::Spoken),
    );
    meeting.grant(BY, ann, &renewed, millis(103)).unwrap();
    assert_eq!(admit(&mut first, 104), Verdict::Whole);
    let withdrew = meeting.withdraw(BY, ann, audio, millis(105)).unwrap();
    assert!(meeting.settled(&withdrew, millis(106)).unwrap());
    meeting.count(millis(107)).unwrap();
    let bos = StreamOptions::alone(bo, Kind::Audio, Format::OPAQUE);
    let bos = meeting.open_stream(bos).unwrap();
    let mut alone = meeting.tap(bos, recorder).unwrap();
    assert_eq!(admit(&mut alone, 107), Verdict::Whole);
    let left = meeting.leave(bo, millis(108)).unwrap();
    // Nobody who has left agrees.
    meeting
        .grant(Authority::Administrator, bo, &all, millis(109))
        .unwrap_err();
    drop(closed);
    assert!(meeting.settled(&left, millis(110)).unwrap());
    meeting.count(millis(111)).unwrap();
    drop((first, pictures, third, alone));
    drop(meeting);
    memory.bytes()
}

/// It goes on after a torn line, is gone, has withdrawals, goes on again and ends, and people withdraw then and later.
fn second_life(before: &[u8]) -> Vec<u8> {
    let memory = Memory::default();
    let kept = |bytes: &[u8], more: &Memory| {
        let end = bytes.iter().rposition(|byte| *byte == b'\n').unwrap();
        [&bytes[..=end], &more.bytes()[..]].concat()
    };
    let ledger = Ledger::read(before, None, None).unwrap();
    drop(Meeting::resume(&common::verified(&ledger), writer(&memory)).unwrap());
    let bytes = kept(before, &memory);

    let (memory, ledger) = (Memory::default(), Ledger::read(&bytes, None, None).unwrap());
    let store = Box::new(memory.clone());
    let device = Box::new(Device::new(&DEVICE).unwrap());
    let mut past = PastMeeting::of(common::verified(&ledger), store, Some(device)).unwrap();
    past.withdraw(BY, "bo", Scope::ALL, day(1)).unwrap();
    let video = scope(Kinds::VIDEO, Purposes::RECORD);
    past.restrict(Authority::Host, Some("bo"), video, day(2))
        .unwrap();
    past.restrict(Authority::Host, None, video, day(3)).unwrap();
    let bytes = kept(&bytes, &memory);

    let (memory, ledger) = (Memory::default(), Ledger::read(&bytes, None, None).unwrap());
    let mut meeting = Meeting::resume(&common::verified(&ledger), writer(&memory)).unwrap();
    let kid = meeting.participants().find(|(id, _)| id == "kid").unwrap();
    let bo = meeting.join(JoinOptions::adult("bo"), millis(120)).unwrap();
    let audio = scope(Kinds::AUDIO, Purposes::RECORD);
    let grant = Grant::new(common::notice().digest, audio, Method::Clicked);
    meeting
        .grant(Authority::Guardian, kid.1, &grant, millis(121))
        .unwrap();
    meeting.grant(BY, bo, &grant, millis(122)).unwrap();
    let mut taps =
        [kid.1, bo].map(|who| common::tap(&mut meeting, microphone(who), audio.purposes));
    for tap in &mut taps {
        assert_eq!(admit(tap, 123), Verdict::Whole);
    }
    let ended = meeting.end();
    assert!(meeting.settled(&ended, millis(125)).unwrap());
    let withdrew = meeting.withdraw(BY, bo, audio, millis(126)).unwrap();
    assert!(meeting.settled(&withdrew, millis(127)).unwrap());
    drop(meeting);
    let bytes = kept(&bytes, &memory);

    let (memory, ledger) = (Memory::default(), Ledger::read(&bytes, None, None).unwrap());
    let store = Box::new(memory.clone());
    let mut past = PastMeeting::of(common::verified(&ledger), store, None).unwrap();
    past.withdraw(BY, "ann", Scope::ALL, day(4)).unwrap();
    kept(&bytes, &memory)
}

fn values(bytes: &[u8]) -> Vec<Value> {
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// Lines whose numbers, hashes and signatures follow from each other; those of the line `as_is` are left as they are.
fn rechained(lines: &[Value], as_is: Option<usize>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut last = Digest([0; 32]);
    // The lines that renewed people's challenges, and the names of third parties.
    let mut renewed: BTreeMap<String, Digest> = BTreeMap::new();
    let mut named: Vec<String> = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let mut line = line.clone();
        if as_is != Some(n) {
            sign(&mut line, (&lines[0], n, last), (&renewed, &named));
        }
        line["n"] = n.into();
        line["prev"] = to_value(last).unwrap();
        let text = common::canonical(&line);
        last = Digest::of(&text);
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(b'\n');
        let entry = &line["entry"];
        match (entry["event"].as_str(), entry["who"].as_str()) {
            (Some("joined" | "withdrew"), Some(who)) => {
                renewed.insert(who.into(), last);
            }
            (Some("resumed"), _) if entry["torn"] == true => {
                for line in renewed.values_mut() {
                    *line = last;
                }
            }
            (Some("named"), _) => named.push(format!("RECORD@{}", entry["recipient"])),
            _ => {}
        }
    }
    bytes
}

/// Signs a line anew: the person their grant, the device its lines.
fn sign(
    line: &mut Value,
    (opened, n, last): (&Value, usize, Digest),
    (renewed, named): (&BTreeMap<String, Digest>, &[String]),
) {
    let opened = &opened["entry"];
    let Ok(instance) = from_value(opened["instance"].clone()) else {
        return;
    };
    let entry = &mut line["entry"];
    if entry["event"] == "signed" {
        let head = Head {
            instance,
            entries: n as u64,
            hash: last,
        };
        let is_other = entry["device"] == to_value(public(KEY)).unwrap();
        let secret = if is_other { KEY } else { DEVICE };
        let signature = SigningKey::from_bytes(&secret).sign(&head.message());
        entry["signature"] = hex(&signature.to_bytes());
    }
    let who = entry["who"].as_str().unwrap_or_default().to_owned();
    let Some(grant) = entry.get_mut("grant") else {
        return;
    };
    let (Some(line), Ok(parsed)) = (renewed.get(&who), from_value::<Grant>(grant.clone())) else {
        return;
    };
    if grant.get("signed").is_none_or(Value::is_null) {
        return;
    }
    let bits = parsed.scope.purposes.bits() >> 9;
    let recipients = named.iter().enumerate();
    let recipients: Vec<_> = recipients
        .filter(|(index, _)| bits >> index & 1 == 1)
        .map(|(_, name)| name.replace('"', ""))
        .collect();
    let parts = [b"framegate challenge 1", &line.0[..], who.as_bytes()].concat();
    let challenge = Digest(Sha256::digest(&parts).into());
    let meeting = opened["meeting"].as_str().unwrap_or_default();
    let message = parsed.message(instance, meeting, &who, &recipients, challenge);
    let signature = SigningKey::from_bytes(&KEY).sign(&message);
    grant["signed"] = json!({
        "instance": instance, "meeting": meeting, "challenge": challenge,
        "signature": hex(&signature.to_bytes()),
    });
}

fn hex(bytes: &[u8]) -> Value {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    digits.collect::<String>().into()
}

/// A line with one thing in it changed.
struct Forgery {
    line: usize,
    /// Which field of which entry, and how it was changed.
    what: String,
    value: Value,
}

/// What there is in the lines to put in the place of something else.
#[derive(Default)]
struct Stock {
    /// The values of each field.
    values: BTreeMap<String, Vec<Value>>,
    /// The fields that objects have, by the event or by the field that they are in.
    fields: BTreeMap<String, Map<String, Value>>,
}

impl Stock {
    fn of(lines: &[Value]) -> Self {
        let mut stock = Self::default();
        for line in lines {
            stock.put("line", line);
        }
        stock
    }

    fn put(&mut self, field: &str, value: &Value) {
        match value {
            Value::Object(object) => {
                let known = self.fields.entry(shape(field, value)).or_default();
                for (name, value) in object {
                    known.entry(name).or_insert(value.clone());
                }
                object
                    .iter()
                    .for_each(|(name, value)| self.put(name, value));
            }
            Value::Array(list) => list.iter().for_each(|value| self.put(field, value)),
            _ => {}
        }
        let known = self.values.entry(field.into()).or_default();
        if !known.contains(value) {
            known.push(value.clone());
        }
    }
}

/// Which fields an object can have.
fn shape(field: &str, value: &Value) -> String {
    value["event"].as_str().map_or(field, |event| event).into()
}

/// The names of an enumeration.
fn names<T: Serialize>(all: impl IntoIterator<Item = T>) -> Vec<Value> {
    all.into_iter().map(|one| to_value(one).unwrap()).collect()
}

/// All that a field can be, if it is one of an enumeration.
fn enumerated(field: &str, stock: &Stock) -> Vec<Value> {
    match field {
        "by" => names([
            Authority::Participant,
            Authority::Guardian,
            Authority::Host,
            Authority::Administrator,
            Authority::Vendor,
        ]),
        "method" => names([
            Method::Clicked,
            Method::Typed,
            Method::Spoken,
            Method::Signed,
        ]),
        "kind" => names(Kind::ALL),
        "why" => [
            "overreach",
            "agreed_earlier",
            "unsigned",
            "keyless",
            "foreign_meeting",
            "replayed",
            "wrong_signature",
        ]
        .map(Value::from)
        .into(),
        "event" => stock.values["event"].clone(),
        _ => Vec::new(),
    }
}

/// A set with one thing more or less.
fn toggled<S>(set: &Value, by: impl Fn(S, u16) -> S) -> Vec<(&'static str, Value)>
where
    S: DeserializeOwned + Serialize,
{
    let bits = (0..16).map(|bit| by(from_value(set.clone()).unwrap(), 1 << bit));
    bits.map(|set| ("toggled", to_value(set).unwrap()))
        .collect()
}

/// Everything that is only a little different.
fn near(field: &str, value: &Value, stock: &Stock) -> Vec<(&'static str, Value)> {
    let mut near = Vec::new();
    match value {
        Value::Number(number) => {
            let number = number.as_i64().unwrap();
            near.push(("+1", (number + 1).into()));
            near.push(("-1", (number - 1).into()));
        }
        Value::Bool(is) => near.push(("flipped", (!is).into())),
        Value::String(_) if matches!(field, "kinds" | "blanks") => {
            return toggled(value, |set: Kinds, bit| set ^ Kinds::from_bits_retain(bit));
        }
        Value::String(_) if matches!(field, "purposes" | "purpose" | "pair") => {
            return toggled(value, |set: Purposes, bit| {
                set ^ Purposes::from_bits_retain(bit)
            });
        }
        Value::String(text) if enumerated(field, stock).is_empty() => {
            let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            near.push((
                "unknown",
                if digits && text.len() >= 32 {
                    let other = if text.starts_with('a') { "b" } else { "a" };
                    [other, &text[1..]].concat().into()
                } else {
                    format!("{text}x").into()
                },
            ));
            near.push(("empty", "".into()));
        }
        Value::Array(list) => {
            for index in 0..list.len() {
                let mut less = list.clone();
                less.remove(index);
                near.push(("less", less.into()));
                let mut doubled = list.clone();
                doubled.insert(index, list[index].clone());
                near.push(("doubled", doubled.into()));
            }
            for other in stock.values[field].iter().filter(|other| !other.is_array()) {
                let mut more = list.clone();
                more.push(other.clone());
                near.push(("more", more.into()));
            }
        }
        Value::Object(object) => {
            for name in object.keys() {
                let mut less = object.clone();
                less.remove(name);
                near.push(("less", less.into()));
            }
            for (name, other) in &stock.fields[&shape(field, value)] {
                let mut more = object.clone();
                if more.insert(name.clone(), other.clone()).is_none() {
                    near.push(("more", more.into()));
                }
            }
        }
        _ => {}
    }
    if !value.is_number() && !value.is_array() && !value.is_object() {
        let others = stock.values[field].iter().cloned();
        let others = others.chain(enumerated(field, stock));
        near.extend(others.map(|other| ("other", other)));
    }
    // What is the same by several ways is tried once.
    let mut once = vec![value.clone()];
    near.retain(|(_, other)| {
        let is_new = !once.contains(other);
        once.push(other.clone());
        is_new
    });
    near
}

/// Everything in which one thing is a little different, and where.
fn around(field: &str, value: &Value, stock: &Stock) -> Vec<(String, Value)> {
    let near = near(field, value, stock).into_iter();
    let mut found: Vec<_> = near
        .map(|(how, other)| {
            let name = match (value, &other) {
                (Value::Object(from), Value::Object(to)) => {
                    let names: BTreeSet<_> = from.keys().chain(to.keys()).collect();
                    let mut changed = names
                        .iter()
                        .filter(|name| from.get(**name) != to.get(**name));
                    format!(".{}", changed.next().unwrap())
                }
                _ => String::new(),
            };
            (format!("{name} {how}"), other)
        })
        .collect();
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                for (what, other) in around(name, inner, stock) {
                    let mut changed = object.clone();
                    changed.insert(name.clone(), other);
                    found.push((format!(".{name}{what}"), changed.into()));
                }
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                for (what, other) in around(field, inner, stock) {
                    let mut changed = list.clone();
                    changed[index] = other;
                    found.push((what, changed.into()));
                }
            }
        }
        _ => {}
    }
    found
}

fn forgeries(lines: &[Value]) -> Vec<Forgery> {
    let stock = Stock::of(lines);
    let mut found = Vec::new();
    for (line, value) in lines.iter().enumerate() {
        let event = value["entry"]["event"].as_str().unwrap();
        for (what, value) in around("line", value, &stock) {
            let what = what.trim_start_matches('.');
            let what = what.strip_prefix("entry.").unwrap_or(what);
            // They say which line it is, and are made anew.
            if !what.starts_with("n ") && !what.starts_with("prev ") {
                let what = format!("{event} {what}");
                found.push(Forgery { line, what, value });
            }
        }
    }
    found
}

fn forged(lines: &[Value], forgery: &Forgery) -> Vec<u8> {
    let mut lines = lines.to_vec();
    lines[forgery.line] = forgery.value.clone();
    let is_signature = [".signed", "signature", "device"];
    let is_signature = is_signature
        .iter()
        .any(|field| forgery.what.contains(field));
    rechained(&lines, is_signature.then_some(forgery.line))
}

fn verify(bytes: &[u8]) -> Result<(), LedgerError> {
    Ledger::read(bytes, None, None)?.verify().map(drop)
}

/// What can have been otherwise: of which entries, which field, how it was changed, and why nobody can tell.
const POSSIBLE: &[(&str, &str, &str, &str)] = &[
    (
        "counted expired granted joined left lifted refused restricted settled superseded withdrew",
        "at",
        "+1 -1",
        "it was a microsecond earlier or later, and nothing happened in between",
    ),
    (
        "outlet_opened shown signed stream_opened",
        "at",
        "+1",
        "nothing happened in between",
    ),
    (
        "opened",
        "instance meeting",
        "unknown",
        "another meeting, whose lines are all otherwise",
    ),
    (
        "opened",
        "started",
        "+1 -1",
        "when it started is the client's word",
    ),
    (
        "opened",
        "participants",
        "+1 -1",
        "the room is what one asks for, and there is enough",
    ),
    (
        "shown",
        "notice.controller notice.language",
        "unknown empty",
        "whatever the client says of its notice",
    ),
    (
        "shown",
        "notice.version",
        "unknown other empty",
        "whatever the client says of its notice",
    ),
    (
        "shown",
        "notice.scope.kinds notice.scope.purposes",
        "toggled",
        "nobody agreed to that by this notice",
    ),
    (
        "joined",
        "guardian",
        "unknown",
        "whoever runs the client names the guardian",
    ),
    (
        "granted",
        "grant.method",
        "other",
        "people agree in any of these ways",
    ),
    (
        "granted",
        "grant.notice",
        "other",
        "the other notice described as much",
    ),
    (
        "granted",
        "grant.scope.kinds grant.scope.purposes",
        "toggled",
        "people agree to what they like",
    ),
    (
        "granted",
        "grant.at",
        "+1 -1 less more",
        "the person agreed then, in this stay",
    ),
    (
        "granted",
        "grant.until",
        "+1 -1 more",
        "it ends in the same millisecond, or another way",
    ),
    ("refused", "by", "other", "nobody else can agree either"),
    (
        "refused",
        "grant.method grant.notice grant.scope.kinds grant.scope.purposes grant.at grant.until grant.signed \
         grant.signed.instance grant.signed.meeting grant.signed.challenge grant.signed.signature",
        "+1 -1 less more other unknown toggled empty",
        "what somebody tried who cannot agree is not judged any further",
    ),
    (
        "refused",
        "who",
        "less other",
        "whoever they tried it for was there, or it was for somebody who was not",
    ),
    (
        "withdrew restricted lifted",
        "scope.kinds scope.purposes",
        "toggled",
        "people narrow what they like",
    ),
    (
        "withdrew",
        "by",
        "other",
        "whoever withdraws for somebody, it is withdrawn",
    ),
    ("withdrew", "who", "other", "somebody else withdrew"),
    (
        "restricted lifted",
        "by",
        "other",
        "another of those who can",
    ),
    (
        "restricted lifted",
        "who",
        "other less",
        "over others, or over everybody",
    ),
    (
        "restricted lifted",
        "event",
        "other",
        "there is not always a restriction to lift, and one may withdraw instead of restricting",
    ),
    (
        "withdrew restricted",
        "wall",
        "more",
        "left beside the ledger",
    ),
    (
        "withdrew resumed restricted signed",
        "wall",
        "+1 -1",
        "the time of day has no order",
    ),
    (
        "resumed",
        "wall",
        "more",
        "nobody wrote then but who withdrew later",
    ),
    (
        "signed",
        "at",
        "-1",
        "a device may have taken less time after the end",
    ),
    ("resumed", "torn", "flipped", "what was torn is gone"),
    (
        "stream_opened",
        "kind",
        "other",
        "a kind to which they agreed as well",
    ),
    (
        "stream_opened",
        "owner",
        "other less",
        "another who agreed, or several people's",
    ),
    (
        "stream_opened",
        "alone",
        "less more",
        "later lines name the same taps for a stream of several people",
    ),
    (
        "outlet_opened",
        "name",
        "other unknown",
        "whatever the client calls it",
    ),
    (
        "outlet_opened",
        "blanks",
        "toggled",
        "nothing of this kind was blanked",
    ),
    (
        "counted",
        "taps",
        "less",
        "the last tap may have been opened only afterwards",
    ),
    (
        "counted",
        "taps",
        "more",
        "a tap may have been opened before the last count",
    ),
    (
        "settled",
        "taps.is_closed",
        "less more",
        "it may have been dropped by then, as no later line tells of it otherwise",
    ),
    (
        "settled",
        "taps.is_releasing",
        "flipped",
        "a release may take as long as it likes",
    ),
    (
        "settled",
        "taps.last",
        "+1 -1",
        "any frame before may have been the last",
    ),
    (
        "settled",
        "taps.released",
        "+1",
        "one more may have been counted late, or by then",
    ),
];

/// The row of the list that a forgery is in.
fn row(what: &str) -> Option<usize> {
    let [event, field, how] = what.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{what}");
    };
    let has = |list: &str, one| list.split(' ').any(|other| other == one);
    POSSIBLE.iter().position(|(events, fields, hows, _)| {
        has(events, event) && has(fields, field) && has(hows, how)
    })
}

/// What passes and is in no row, how many forgeries of each event do not pass, and the rows in which nothing passes.
type Found = (Vec<String>, BTreeMap<String, usize>, Vec<usize>);

/// Of all forgeries, what passes as a ledger that verifies, and what as one that can be read.
static FOUND: LazyLock<[Found; 2]> = LazyLock::new(|| {
    let lines = values(&honest());
    let forgeries = forgeries(&lines);
    let passes = forgeries.iter().map(|forgery| {
        let read = Ledger::read(&forged(&lines, forgery), None, None);
        [
            read.as_ref()
                .is_ok_and(|ledger| ledger.clone().verify().is_ok()),
            read.is_ok(),
        ]
    });
    let passes: Vec<_> = passes.collect();
    [0, 1].map(|which| found(&forgeries, |at| passes[at][which]))
});

fn found(forgeries: &[Forgery], passes: impl Fn(usize) -> bool) -> Found {
    let (mut unlisted, mut refused) = (Vec::new(), BTreeMap::new());
    let mut unused: BTreeSet<_> = (0..POSSIBLE.len()).collect();
    for (at, forgery) in forgeries.iter().enumerate() {
        if !passes(at) {
            let event = forgery.what.split(' ').next().unwrap();
            *refused.entry(event.into()).or_default() += 1;
        } else if let Some(row) = row(&forgery.what) {
            unused.remove(&row);
        } else {
            unlisted.push(format!("{}: {}", forgery.line, forgery.what));
        }
    }
    (unlisted, refused, unused.into_iter().collect())
}

/// The names of all entries, as the schema has them.
fn events() -> BTreeSet<String> {
    fn look(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                let event = object
                    .get("event")
                    .and_then(|event| event["const"].as_str());
                found.extend(event.map(String::from));
                object.values().for_each(|value| look(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| look(value, found)),
            _ => {}
        }
    }
    let schema = include_str!("../../schema/ledger.schema.json");
    let mut found = BTreeSet::new();
    look(&serde_json::from_str(schema).unwrap(), &mut found);
    found
}

#[test]
fn whatever_is_changed_could_have_been_so_or_is_refused() {
    let honest = honest();
    assert_eq!(verify(&honest), Ok(()));
    let lines = values(&honest);
    assert_eq!(verify(&rechained(&lines, None)), Ok(()));
    let told: BTreeSet<_> = lines
        .iter()
        .map(|line| line["entry"]["event"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(told, events());

    let [(unlisted, refused, unused), _] = &*FOUND;
    assert_eq!(*unlisted, [""; 0]);
    assert_eq!(*unused, [0; 0], "rows of what is never possible");
    let seldom: Vec<_> = told
        .iter()
        .filter(|event| refused.get(*event).is_none_or(|count| *count < 3))
        .collect();
    assert_eq!(seldom, [""; 0]);
}

/// The control: a verifier that looks at hashes, signatures and the order of times alone passes what could not have been, of every entry.
#[test]
fn what_only_follows_from_the_line_before_is_found() {
    let [_, (unlisted, ..)] = &*FOUND;
    // An end has no field but its time, which the lines before and after have, too; and what cannot be in a first line can be in none.
    let events = events();
    for event in events
        .iter()
        .filter(|event| !["ended", "opened"].contains(&event.as_str()))
    {
        let event = format!(": {event} ");
        let passed = unlisted.iter().filter(|what| what.contains(&event));
        assert!(passed.count() > 0, "{event}");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// What was made up once

/// Somebody with a microphone and a recorder, and then these entries at these times in microseconds, and of the day if they have `wall`.
fn book(more: &[(i64, Value)]) -> Vec<u8> {
    let begun = [
        json!({ "event": "opened", "format": 4, "instance": "0b".repeat(16), "meeting": "m", "started": 1, "participants": 10 }),
        json!({ "event": "shown", "notice": common::notice() }),
        json!({ "event": "joined", "who": "ann" }),
        json!({ "event": "stream_opened", "stream": 0, "kind": "audio", "owner": "ann" }),
        json!({ "event": "outlet_opened", "outlet": 0, "name": "o", "purposes": "RECORD", "blanks": "" }),
    ];
    let begun = begun.into_iter().map(|entry| (0, entry));
    let all = begun.chain(more.iter().cloned());
    let lines: Vec<_> = all
        .map(
            |(at, mut entry)| match entry.as_object_mut().unwrap().remove("wall") {
                Some(wall) => json!({ "at": at, "wall": wall, "entry": entry }),
                None => json!({ "at": at, "entry": entry }),
            },
        )
        .collect();
    rechained(&lines, None)
}

fn granted(until: Option<i64>) -> Value {
    let audio = scope(Kinds::AUDIO, Purposes::RECORD);
    let mut grant = Grant::new(common::notice().digest, audio, Method::Clicked);
    if let Some(until) = until {
        grant = grant.until(framegate::Time::from_micros(until));
    }
    json!({ "event": "granted", "who": "ann", "by": "participant", "grant": grant })
}

fn refused(who: &str, by: &str) -> Value {
    let mut refused = granted(None);
    refused["event"] = "refused".into();
    refused["who"] = who.into();
    refused["by"] = by.into();
    refused["why"] = "overreach".into();
    refused
}

fn expired() -> Value {
    let scopes = [scope(Kinds::AUDIO, Purposes::RECORD)];
    json!({ "event": "expired", "who": "ann", "scopes": scopes })
}

fn withdrew() -> Value {
    let audio = scope(Kinds::AUDIO, Purposes::RECORD);
    json!({ "event": "withdrew", "who": "ann", "by": "participant", "scope": audio })
}

/// Of each tap its stream, its outlet, and what was whole, blanked and dropped.
fn counted_all(taps: &[(u16, u16, [u64; 3])]) -> Value {
    let taps: Vec<_> = taps
        .iter()
        .map(|(stream, outlet, [whole, blanked, dropped])| {
            let seen = whole + blanked + dropped;
            let frames = json!({ "seen": seen, "whole": whole, "redacted": 0, "blanked": blanked, "dropped": dropped });
            json!({ "stream": stream, "outlet": outlet, "frames": frames })
        })
        .collect();
    json!({ "event": "counted", "taps": taps })
}

fn counted(stream: u16, outlet: u16, seen: u64, whole: u64) -> Value {
    let frames = json!({ "seen": seen, "whole": whole, "redacted": 0, "blanked": 0, "dropped": 0 });
    json!({ "event": "counted", "taps": [{ "stream": stream, "outlet": outlet, "frames": frames }] })
}

fn settled(narrowing: u64, stream: u16, outlet: u16, released: u64, last: Option<i64>) -> Value {
    let mut tap = json!({ "tap": 0, "stream": stream, "outlet": outlet, "released": released, "is_releasing": false });
    if let Some(last) = last {
        tap["last"] = last.into();
    }
    json!({ "event": "settled", "narrowing": narrowing, "taps": [tap] })
}

/// Each is made up in its last line, and beside it stands what could have been said there.
#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn what_was_made_up_is_refused_and_what_could_have_been_said_instead_is_not() {
    let given = (1, granted(None));
    let taken = (1, withdrew());
    let resumed = json!({ "event": "resumed", "torn": false });
    let signature = json!({ "event": "signed", "device": public(DEVICE), "signature": "" });
    let mut everything = granted(None);
    everything["grant"]["scope"] = to_value(scope(Kinds::all(), Purposes::RECORD)).unwrap();
    let stream = |kind, owner: Option<&str>| {
        let mut opened = json!({ "event": "stream_opened", "stream": 1, "kind": kind });
        if let Some(owner) = owner {
            opened["owner"] = owner.into();
        }
        opened
    };
    let by_day = |mut entry: Value| {
        entry["wall"] = 1.into();
        entry
    };
    let restricted = json!({
        "event": "restricted", "who": "ann", "by": "host",
        "scope": scope(Kinds::AUDIO, Purposes::RECORD),
    });
    let mut over_everybody = restricted.clone();
    over_everybody["who"] = Value::Null;
    let by_another = json!({ "event": "signed", "device": public(KEY), "signature": "" });
    let end = [(1, counted_all(&[])), (1, json!({ "event": "ended" }))];
    let cases = [
        (
            "the meeting's clock went on without it",
            vec![(0, by_day(resumed.clone()))],
            (1, by_day(withdrew())),
            (0, by_day(withdrew())),
        ),
        (
            "its clock had gone on",
            vec![],
            (1, by_day(resumed.clone())),
            (0, by_day(resumed.clone())),
        ),
        (
            "signed though nobody withdrew",
            vec![(0, by_day(resumed.clone()))],
            (0, by_day(signature.clone())),
            (0, by_day(withdrew())),
        ),
        (
            "signed twice of one withdrawal",
            vec![
                (0, by_day(resumed.clone())),
                (0, by_day(withdrew())),
                (0, by_day(restricted.clone())),
                (0, by_day(signature.clone())),
            ],
            (0, by_day(signature.clone())),
            (0, by_day(withdrew())),
        ),
        (
            "restricted after the end",
            end.to_vec(),
            (1, over_everybody.clone()),
            (1, by_day(over_everybody)),
        ),
        (
            "restricted though they were not there",
            vec![(1, json!({ "event": "left", "who": "ann" }))],
            (1, restricted.clone()),
            (1, by_day(restricted)),
        ),
        (
            "a tap that was opened after the end",
            [&end[..], &[(1, withdrew())]].concat(),
            (1, settled(8, 0, 0, 0, None)),
            (1, json!({ "event": "settled", "narrowing": 8, "taps": [] })),
        ),
        (
            "nobody agreed",
            vec![],
            (1, counted(0, 0, 9, 9)),
            (1, counted(0, 0, 0, 0)),
        ),
        (
            "the counters do not add up",
            vec![given.clone()],
            (2, counted(0, 0, 5, 1000)),
            (2, counted(0, 0, 1000, 1000)),
        ),
        (
            "the counters shrink",
            vec![given.clone(), (2, counted(0, 0, 9, 9))],
            (3, counted(0, 0, 1, 1)),
            (3, counted(0, 0, 9, 9)),
        ),
        (
            "no such tap is counted",
            vec![],
            (1, counted(77, 99, 1, 1)),
            (1, counted(0, 0, 0, 0)),
        ),
        (
            "it expired too early",
            vec![(1, granted(Some(9_000_000)))],
            (2, expired()),
            (9_000_000, expired()),
        ),
        (
            "it had no end",
            vec![given.clone()],
            (2, expired()),
            (2, withdrew()),
        ),
        (
            "it would not have been refused",
            vec![],
            (1, refused("ann", "participant")),
            (1, refused("ann", "host")),
        ),
        (
            "nobody was refused",
            vec![],
            (1, refused("zoe", "host")),
            (1, refused("ann", "host")),
        ),
        (
            "beyond the ledger",
            vec![taken.clone()],
            (1, settled(1_000_000_000, 0, 0, 0, None)),
            (1, settled(6, 0, 0, 0, None)),
        ),
        (
            "the last was in the future",
            vec![given.clone(), taken.clone()],
            (10_000, settled(7, 0, 0, 5, Some(1_000_000_000_000))),
            (10_000, settled(7, 0, 0, 5, Some(1))),
        ),
        (
            "nothing narrowed",
            vec![taken.clone()],
            (1, settled(3, 0, 0, 0, None)),
            (1, settled(6, 0, 0, 0, None)),
        ),
        (
            "there is a last of none",
            vec![taken.clone()],
            (1, settled(6, 0, 0, 0, Some(0))),
            (1, settled(6, 0, 0, 0, None)),
        ),
        (
            "no such tap settled",
            vec![taken],
            (1, settled(6, 77, 99, 0, None)),
            (1, settled(6, 0, 0, 0, None)),
        ),
        (
            "the outlet takes no blank frames",
            vec![],
            (1, counted_all(&[(0, 0, [0, 1, 0])])),
            (1, counted_all(&[(0, 0, [0, 0, 1])])),
        ),
        (
            "one of the counters shrinks",
            vec![given.clone(), (2, counted_all(&[(0, 0, [0, 0, 2])]))],
            (3, counted_all(&[(0, 0, [2, 0, 1])])),
            (3, counted_all(&[(0, 0, [2, 0, 2])])),
        ),
        (
            "fewer taps than before",
            vec![(1, counted_all(&[(0, 0, [0; 3]), (0, 0, [0; 3])]))],
            (1, counted_all(&[(0, 0, [0; 3])])),
            (
                1,
                counted_all(&[(0, 0, [0; 3]), (0, 0, [0; 3]), (0, 0, [0; 3])]),
            ),
        ),
        (
            "a tap that was not there when somebody agreed",
            vec![given, (1, withdrew()), (1, counted_all(&[]))],
            (1, counted_all(&[(0, 0, [1, 0, 0])])),
            (1, counted_all(&[(0, 0, [0, 0, 1])])),
        ),
        (
            "measurements of nobody's",
            vec![(1, everything.clone()), (1, stream("telemetry", None))],
            (1, counted_all(&[(1, 0, [1, 0, 0])])),
            (1, counted_all(&[(1, 0, [0, 0, 1])])),
        ),
        (
            "what has no kind",
            vec![
                (1, everything.clone()),
                (1, stream("unclassified", Some("ann"))),
            ],
            (1, counted_all(&[(1, 0, [1, 0, 0])])),
            (1, counted_all(&[(1, 0, [0, 0, 1])])),
        ),
        (
            "a mix that nobody agreed to",
            vec![
                (1, everything.clone()),
                (1, withdrew()),
                (1, stream("audio", None)),
            ],
            (1, counted_all(&[(1, 0, [1, 0, 0])])),
            (1, counted_all(&[(1, 0, [0, 0, 1])])),
        ),
        (
            "what its owner does not agree to, of several people who do",
            vec![
                (1, json!({ "event": "joined", "who": "bo" })),
                (1, everything),
                (1, stream("audio", Some("bo"))),
            ],
            (1, counted_all(&[(1, 0, [1, 0, 0])])),
            (1, counted_all(&[(0, 0, [1, 0, 0])])),
        ),
        (
            "it ended and nothing was counted",
            vec![],
            (0, json!({ "event": "ended" })),
            (0, withdrew()),
        ),
        (
            "it ended later than was counted",
            vec![(1, counted(0, 0, 0, 0))],
            (2, json!({ "event": "ended" })),
            (1, json!({ "event": "ended" })),
        ),
        (
            "it went on after a while, of which nobody knows",
            vec![],
            (1, resumed.clone()),
            (0, resumed.clone()),
        ),
        (
            "a tap of the life before",
            vec![(0, resumed.clone())],
            (1, counted(0, 0, 0, 0)),
            (1, json!({ "event": "counted", "taps": [] })),
        ),
        (
            "a narrowing of the life before",
            vec![(1, withdrew()), (1, resumed)],
            (1, json!({ "event": "settled", "narrowing": 6, "taps": [] })),
            (1, withdrew()),
        ),
        (
            "signed though nothing was counted",
            vec![],
            (1, signature.clone()),
            (1, counted(0, 0, 0, 0)),
        ),
        (
            "signed by two devices",
            vec![
                (1, counted(0, 0, 0, 0)),
                (1, signature.clone()),
                (1, counted(0, 0, 0, 0)),
            ],
            (1, by_another),
            (1, signature.clone()),
        ),
        (
            "signed twice after the end",
            [&end[..], &[(1, withdrew()), (2, signature.clone())]].concat(),
            (2, signature.clone()),
            (2, withdrew()),
        ),
        (
            "signed twice",
            vec![(1, counted(0, 0, 0, 0)), (1, signature.clone())],
            (1, signature),
            (1, counted(0, 0, 0, 0)),
        ),
    ];
    for (what, before, made_up, instead) in cases {
        let line = before.len() as u64 + 6;
        let with = |last| book(&[&before[..], &[last]].concat());
        let error = LedgerError {
            line,
            what: LedgerFault::Impossible,
        };
        assert_eq!(verify(&with(made_up)), Err(error), "{what}");
        assert_eq!(verify(&with(instead)), Ok(()), "instead of: {what}");
    }
}

#[test]
fn a_meeting_begins_at_its_start() {
    let mut lines = values(&book(&[]));
    for line in &mut lines {
        line["at"] = 1.into();
    }
    let error = LedgerError {
        line: 1,
        what: LedgerFault::Impossible,
    };
    assert_eq!(verify(&rechained(&lines, None)), Err(error));
}

/// A frame that was being released is counted after what it was cleared by was withdrawn, but no second one is, and none of a tap that was opened later.
#[test]
fn r6_one_frame_of_a_tap_may_be_counted_late() {
    let (given, taken) = ((1, granted(None)), (2, withdrew()));
    let count = |frames| (3, counted(0, 0, frames, frames));
    for (lines, is_possible) in [
        (vec![given.clone(), count(7), taken.clone(), count(8)], true),
        (vec![given.clone(), count(7), taken.clone(), count(9)], true),
        (vec![given.clone(), taken.clone(), count(7)], true),
        (vec![given.clone(), taken.clone(), count(7), count(8)], true),
        (
            vec![given.clone(), taken.clone(), count(7), count(9)],
            false,
        ),
        (
            vec![given.clone(), taken.clone(), count(7), count(8), count(9)],
            false,
        ),
        (
            vec![
                given.clone(),
                taken.clone(),
                count(0),
                given.clone(),
                taken.clone(),
                count(9),
            ],
            true,
        ),
    ] {
        let lines: Vec<_> = (1..)
            .zip(lines)
            .map(|(at, (_, entry))| (at * 1000, entry))
            .collect();
        assert_eq!(verify(&book(&lines)).is_ok(), is_possible, "{lines:#?}");
    }
    let later = json!({ "event": "outlet_opened", "outlet": 1, "name": "p", "purposes": "RECORD", "blanks": "" });
    let lines = [given, taken, (3, later)];
    for (outlet, is_possible) in [(0, true), (1, false)] {
        let lines = [&lines[..], &[(4, counted(0, outlet, 1, 1))]].concat();
        assert_eq!(verify(&book(&lines)).is_ok(), is_possible, "{outlet}");
    }
}

/// How far one tap had come: its number, its stream into outlet 0, what it had released, whether it is closed.
type Release = (u32, u16, u64, bool);

fn settled_taps(narrowing: u64, taps: &[Release]) -> Value {
    let taps = taps.iter().map(|(tap, stream, released, is_closed)| {
        let mut release = json!({
            "tap": tap, "stream": stream, "outlet": 0, "released": released, "is_releasing": false,
        });
        if *released > 0 {
            release["last"] = 1.into();
        }
        if *is_closed {
            release["is_closed"] = true.into();
        }
        release
    });
    json!({ "event": "settled", "narrowing": narrowing, "taps": taps.collect::<Vec<_>>() })
}

/// Ann has a stream of hers alone, 1, and bo one of his alone, 2; each and the one that can carry both has a tap of the same number.
/// Then there is a count, or none, ann narrows what is not of these, and these lines follow. The narrowing is number 11.
fn room(is_counted: bool, whom: Option<&str>, more: &[Value]) -> Vec<u8> {
    let alone = |stream: u16, owner: &str| json!({ "event": "stream_opened", "stream": stream, "kind": "audio", "owner": owner, "alone": true });
    let count = match is_counted {
        true => counted_all(&[(0, 0, [0; 3]), (1, 0, [0; 3]), (2, 0, [0; 3])]),
        false => counted_all(&[]),
    };
    let narrowed = json!({
        "event": "restricted", "who": whom, "by": "host",
        "scope": scope(Kinds::VIDEO, Purposes::RECORD),
    });
    let begun = [
        json!({ "event": "joined", "who": "bo" }),
        alone(1, "ann"),
        alone(2, "bo"),
        granted(None),
        count,
        narrowed,
    ];
    let lines = begun.iter().chain(more).map(|entry| (1, entry.clone()));
    book(&lines.collect::<Vec<_>>())
}

/// Each is made up in its last line, and beside it stands what could have been said there.
#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn r6_a_settled_line_names_exactly_the_taps_that_can_carry_whoever_it_is_about() {
    let (ann, bo, everybody) = (Some("ann"), Some("bo"), None);
    let tap = |tap: u16| (u32::from(tap), tap, 0, false);
    let closed = |tap: u16, released| (u32::from(tap), tap, released, true);
    let settled = |taps: &[Release]| settled_taps(11, taps);
    let count = |whole: u64, dropped| {
        counted_all(&[
            (0, 0, [whole, 0, dropped]),
            (1, 0, [0, 0, 0]),
            (2, 0, [0, 0, 0]),
        ])
    };
    // Tap 1 is unknown: of a stream of bo's alone, if anybody's.
    let skipped = || settled(&[(0, 0, 0, false), (2, 1, 0, false)]);
    let cases = [
        (
            "a tap of hers alone is left out",
            (true, ann, vec![]),
            settled(&[tap(0)]),
            settled(&[tap(0), tap(1)]),
        ),
        (
            "a tap that can carry anybody is left out",
            (true, bo, vec![]),
            settled(&[tap(2)]),
            settled(&[tap(0), tap(2)]),
        ),
        (
            "somebody else's alone",
            (true, ann, vec![]),
            settled(&[tap(0), tap(1), tap(2)]),
            settled(&[tap(0), tap(1)]),
        ),
        (
            "somebody's alone is left out, and everybody was narrowed",
            (true, everybody, vec![]),
            settled(&[tap(0), tap(1)]),
            settled(&[tap(0), tap(1), tap(2)]),
        ),
        (
            "somebody else's alone, of which nobody has told yet",
            (false, ann, vec![]),
            settled(&[(0, 2, 0, false)]),
            settled(&[(0, 1, 0, false)]),
        ),
        (
            "in another order",
            (true, ann, vec![]),
            settled(&[tap(1), tap(0)]),
            settled(&[tap(0), tap(1)]),
        ),
        (
            "one of them twice",
            (true, ann, vec![]),
            settled(&[tap(0), tap(0), tap(1)]),
            settled(&[tap(0), tap(1)]),
        ),
        (
            "another tap of that number",
            (true, ann, vec![]),
            settled(&[(0, 1, 0, false), (1, 0, 0, false)]),
            settled(&[tap(0), tap(1)]),
        ),
        (
            "it was closed, and is named again",
            (true, ann, vec![settled(&[closed(0, 0), tap(1)])]),
            settled(&[tap(0), tap(1)]),
            settled(&[tap(1)]),
        ),
        (
            "it was closed, and is closed again",
            (true, ann, vec![settled(&[closed(0, 0), tap(1)])]),
            settled(&[closed(0, 0), tap(1)]),
            settled(&[closed(1, 0)]),
        ),
        (
            "it was closed, and released more",
            (true, ann, vec![settled(&[closed(0, 4), tap(1)])]),
            count(5, 0),
            count(4, 0),
        ),
        (
            "it was closed, and withheld more than was counted since",
            (
                true,
                ann,
                vec![settled(&[closed(0, 4), tap(1)]), count(4, 1)],
            ),
            count(4, 2),
            count(4, 1),
        ),
        (
            "a number that no tap has, and everybody was narrowed",
            (false, everybody, vec![]),
            settled(&[(0, 0, 0, false), (2, 1, 0, false)]),
            settled(&[(0, 0, 0, false), (1, 1, 0, false)]),
        ),
        (
            "a number that no tap has once it is counted",
            (false, ann, vec![skipped()]),
            counted_all(&[(0, 0, [0; 3]), (2, 0, [0; 3])]),
            counted_all(&[(0, 0, [0; 3]), (2, 0, [0; 3]), (1, 0, [0; 3])]),
        ),
        (
            "a tap was left out that turns out to be anybody's",
            (false, ann, vec![skipped()]),
            counted_all(&[(0, 0, [0; 3]), (0, 0, [0; 3]), (1, 0, [0; 3])]),
            counted_all(&[(0, 0, [0; 3]), (2, 0, [0; 3]), (1, 0, [0; 3])]),
        ),
        (
            "a tap was left out that turns out to be hers alone",
            (false, ann, vec![skipped()]),
            counted_all(&[(0, 0, [0; 3]), (1, 0, [0; 3]), (1, 0, [0; 3])]),
            counted_all(&[(0, 0, [0; 3]), (2, 0, [0; 3]), (1, 0, [0; 3])]),
        ),
    ];
    for (what, (is_counted, whom, before), made_up, instead) in cases {
        let with = |last: Value| room(is_counted, whom, &[&before[..], &[last]].concat());
        let error = LedgerError {
            line: before.len() as u64 + 12,
            what: LedgerFault::Impossible,
        };
        assert_eq!(verify(&with(made_up)), Err(error), "{what}");
        assert_eq!(verify(&with(instead)), Ok(()), "instead of: {what}");
    }
}

#[test]
fn r6_only_taps_that_are_known_to_have_been_there_are_asked_for() {
    // Told of only after the narrowing: nobody can tell whether they were there.
    let late = counted_all(&[(0, 0, [0; 3]), (1, 0, [0; 3])]);
    let both = [(0, 0, 0, false), (1, 1, 0, false)];
    for taps in [&both[..], &both[..1], &[]] {
        let lines = [late.clone(), settled_taps(11, taps)];
        assert_eq!(
            verify(&room(false, Some("ann"), &lines)),
            Ok(()),
            "{taps:?}"
        );
    }
    // Nobody else has a stream alone, of which a tap could have been passed over.
    let lines = |taps: &[Release]| book(&[(1, withdrew()), (1, settled_taps(6, taps))]);
    let taps = [(0, 0, 0, false), (1, 0, 0, false)];
    assert_eq!(verify(&lines(&taps)), Ok(()));
    let taps = [(0, 0, 0, false), (2, 0, 0, false)];
    assert!(verify(&lines(&taps)).is_err());
    // A meeting that goes on numbers its taps anew.
    let alone = json!({ "event": "stream_opened", "stream": 3, "kind": "audio", "owner": "bo", "alone": true });
    let outlet = json!({ "event": "outlet_opened", "outlet": 1, "name": "p", "purposes": "RECORD", "blanks": "" });
    let again = [
        settled_taps(11, &[(0, 0, 0, true), (1, 1, 0, false)]),
        json!({ "event": "resumed", "torn": false }),
        alone,
        outlet,
        withdrew(),
        json!({ "event": "settled", "narrowing": 16, "taps": [] }),
        counted(3, 1, 0, 0),
    ];
    assert_eq!(verify(&room(true, Some("ann"), &again)), Ok(()));
}
