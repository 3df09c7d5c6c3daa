//! What must be in the ledger: the oracle's list once more, in the words of the documented format.
//!
//! It shares no code with the gate: the lines are read, chained and rendered here by themselves.

use framegate::{Authority, Kind, Method, Purposes, Scope};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    common::canonical,
    keys::{device, vouched},
    rules::{Count, Event, Fault, Grant, Oracle, Outlet, Refusal},
    run::{Disagreement, agree},
    scripts::{CONTROLLER, GUARDIAN, LANGUAGE, MEETING, OUTLET, STARTED, VERSION},
};

/// The names of kinds and purposes in the order of their bits.
const KINDS: [&str; 16] = [
    "AUDIO",
    "VIDEO",
    "SCREEN",
    "CHAT",
    "CAPTION",
    "REACTION",
    "POLL",
    "WHITEBOARD",
    "NOTE",
    "COMMENT",
    "CALENDAR",
    "FILE",
    "TELEMETRY",
    "DIAGNOSTIC",
    "USAGE",
    "UNCLASSIFIED",
];
const PURPOSES: [&str; 9] = [
    "RECORD",
    "TRANSCRIBE",
    "ASSIST",
    "TRAIN",
    "ANALYTICS",
    "REVIEW",
    "PUBLISH",
    "DERIVE",
    "IDENTIFY",
];

/// Each line of a ledger, without what chains it to the one before, and the hash of the last.
pub fn read(ledger: &[u8]) -> Result<(Vec<Value>, String), Disagreement> {
    let mut hash = "0".repeat(64);
    let mut lines = Vec::new();
    for (number, line) in ledger.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let text = line.strip_suffix(b"\n").unwrap_or_default();
        let mut line = serde_json::from_slice::<Value>(text).unwrap_or_default();
        let chain = [line["n"].take(), line["prev"].take()];
        agree("a line's chain", &chain, &[json!(number), json!(hash)])?;
        hash = digits(text);
        lines.push(line);
    }
    in_order(&mut lines);
    Ok((lines, hash))
}

/// Of several people whose consents ended by the same time, any may be entered first.
fn in_order(lines: &mut [Value]) {
    let is_expiry = |line: &Value| line["entry"]["event"] == "expired";
    let together = |a: &Value, b: &Value| is_expiry(a) && is_expiry(b) && a["at"] == b["at"];
    for expiries in lines.chunk_by_mut(together) {
        expiries.sort_by_key(|line| line["entry"]["who"].to_string());
    }
}

impl Oracle {
    /// What must be in the ledger.
    pub fn entries(&self) -> Vec<Value> {
        let events = (0..self.events.len()).filter_map(|index| self.line(index));
        let mut lines: Vec<_> = [self.first_line()].into_iter().chain(events).collect();
        in_order(&mut lines);
        lines
    }

    fn first_line(&self) -> Value {
        let opened = json!({
            "event": "opened", "format": 4, "instance": hexadecimal(&self.instance),
            "meeting": MEETING, "started": STARTED, "participants": self.room,
        });
        line(0, opened)
    }

    /// The line of an event.
    fn line(&self, index: usize) -> Option<Value> {
        let (at, event) = &self.events[index];
        let own = self.has(Fault::EntersTheCallsOwnTime);
        let at = if own { self.given_at[index] } else { *at };
        let is_overreach = matches!(
            event,
            Event::Refused {
                why: Refusal::Overreach,
                ..
            }
        );
        let is_left_out = is_overreach && self.has(Fault::EntersNoOverreach);
        (!is_left_out).then(|| line(at, self.entry(index, event)))
    }

    /// The lines of what has happened since these, as they must be written: each with the hash of the one before.
    pub fn write_on(&mut self, lines: &mut Vec<String>) {
        while self.lines.len() < self.generation() {
            let line = match self.lines.len().checked_sub(1) {
                None => Some(self.first_line()),
                Some(index) => self.line(index),
            };
            let prev = self.lines.last().copied();
            let Some(mut line) = line else {
                // For each event there is a hash, also for one that a fault leaves out.
                self.lines.extend(prev);
                continue;
            };
            line["n"] = json!(lines.len());
            line["prev"] = json!(prev.map_or("0".repeat(64), |hash| hexadecimal(&hash)));
            let text = canonical(&line);
            self.lines.push(Sha256::digest(&text).into());
            lines.push(text);
        }
    }

    /// What somebody's receipt must say that they agreed to, tried to, and withdrew: where in the ledger, when, and in whose name.
    pub fn receipt(&self, id: &str) -> Value {
        let (mut agreed, mut refused, mut withdrawn) = (Vec::new(), Vec::new(), Vec::new());
        for (entry, (at, event)) in (1..).zip(&self.events) {
            let is_theirs = |stay: &usize| self.id(*stay) == id;
            match event {
                Event::Granted { by, stay, grant } if is_theirs(stay) => agreed.push(json!([
                    entry,
                    hexadecimal(&self.lines[entry]),
                    at,
                    authority(*by),
                    method_name(grant.method),
                    grant.signed.is_some(),
                ])),
                Event::Refused {
                    by,
                    stay: Some(stay),
                    why,
                    ..
                } if is_theirs(stay) => {
                    refused.push(json!([entry, at, authority(*by), self.why(*why)]));
                }
                Event::Withdrawn { by, stay, .. } if is_theirs(stay) => {
                    withdrawn.push(json!([entry, at, authority(*by)]));
                }
                _ => {}
            }
        }
        json!({ "agreed": agreed, "refused": refused, "withdrawn": withdrawn })
    }

    fn entry(&self, index: usize, event: &Event) -> Value {
        let before = &self.events[..index];
        match event {
            Event::Joined { id, guarded, key } => {
                let mut entry = json!({ "event": "joined", "who": id });
                if *guarded {
                    entry["guardian"] = json!(GUARDIAN);
                }
                if let Some(key) = key.filter(|_| !self.has(Fault::EntersNoKeys)) {
                    entry["key"] = json!(hexadecimal(&key));
                }
                entry
            }
            Event::Left { stay } => json!({ "event": "left", "who": self.id(*stay) }),
            Event::Granted { by, stay, grant } => json!({
                "event": "granted", "who": self.id(*stay), "by": authority(*by), "grant": self.granted(grant),
            }),
            Event::Refused {
                by,
                stay,
                grant,
                why,
            } => {
                let known = stay.filter(|_| !self.has(Fault::EntersOverreachesAsNobodys));
                json!({
                    "event": "refused", "who": known.map(|stay| self.id(stay)), "by": authority(*by),
                    "grant": self.granted(grant), "why": self.why(*why),
                })
            }
            Event::Withdrawn {
                by,
                stay,
                scope: what,
            } => json!({
                "event": "withdrew", "who": self.id(*stay), "by": authority(*by), "scope": scope(*what),
            }),
            Event::Restricted {
                by,
                whom,
                scope: what,
            } => json!({
                "event": "restricted", "who": whom, "by": authority(*by), "scope": scope(*what),
            }),
            Event::Lifted {
                by,
                whom,
                scope: what,
            } => json!({
                "event": "lifted", "who": whom, "by": authority(*by), "scope": scope(*what),
            }),
            Event::Shown { text, scope: what } => json!({ "event": "shown", "notice": {
                "digest": digits(text.as_bytes()), "version": VERSION, "language": LANGUAGE, "controller": CONTROLLER,
                "scope": scope(*what),
            } }),
            Event::Superseded { text } => {
                json!({ "event": "superseded", "notice": digits(text.as_bytes()) })
            }
            Event::Expired { stay, cells } => {
                json!({ "event": "expired", "who": self.id(*stay), "scopes": self.expired(cells) })
            }
            Event::Named { purpose, recipient } => {
                let named = |(_, event): &&(i64, Event)| matches!(event, Event::Named { .. });
                // The first bits are the controller's own purposes.
                let pair = 1 << (PURPOSES.len() + before.iter().filter(named).count());
                json!({
                    "event": "named", "purpose": purposes(*purpose), "recipient": recipient,
                    "pair": purposes(Purposes::from_bits_retain(pair)),
                })
            }
            Event::StreamOpened { kind, owner, alone } => {
                let opened =
                    |(_, event): &&(i64, Event)| matches!(event, Event::StreamOpened { .. });
                let mut entry = json!({
                    "event": "stream_opened", "stream": before.iter().filter(opened).count(), "kind": KINDS[*kind as usize].to_lowercase(),
                });
                if let Some(stay) = owner {
                    entry["owner"] = json!(self.id(*stay));
                }
                if *alone && !self.has(Fault::EntersNobodyAlone) {
                    entry["alone"] = json!(true);
                }
                entry
            }
            Event::OutletOpened { outlet } => {
                let opened =
                    |(_, event): &&(i64, Event)| matches!(event, Event::OutletOpened { .. });
                outlet_opened(before.iter().filter(opened).count(), outlet)
            }
            Event::Counted { taps } => {
                let taps = taps.iter().map(|count| self.counted(count));
                json!({ "event": "counted", "taps": taps.collect::<Vec<_>>() })
            }
            Event::Vouched => {
                let is_too_far = self.has(Fault::DeviceVouchesForItself);
                // The first line is the opening's, so that so many are before this one.
                let lines = 1 + index + usize::from(is_too_far);
                let hash = self.lines.get(lines - 1).copied().unwrap_or_default();
                let signature = vouched(self.instance, lines, hash);
                json!({ "event": "signed", "device": hexadecimal(&device()), "signature": hexadecimal(&signature) })
            }
            Event::Resumed { torn } => json!({ "event": "resumed", "torn": torn }),
            Event::Ended => json!({ "event": "ended" }),
        }
    }

    fn granted(&self, grant: &Grant) -> Value {
        let (notice, method) = (digits(grant.notice.as_bytes()), method_name(grant.method));
        let mut granted =
            json!({ "notice": notice, "scope": scope(grant.scope), "method": method });
        if let Some(at) = grant.at {
            granted["at"] = json!(at);
        }
        if let Some(until) = grant.until
            && !self.has(Fault::EntersNoEndOfAGrant)
        {
            granted["until"] = json!(until);
        }
        if let Some(signed) = &grant.signed
            && !self.has(Fault::EntersNoSignatures)
        {
            granted["signed"] = json!({
                "instance": hexadecimal(&signed.instance), "meeting": signed.meeting, "challenge": hexadecimal(&signed.challenge),
                "signature": hexadecimal(&signed.signature),
            });
        }
        granted
    }

    fn why(&self, why: Refusal) -> &'static str {
        match why {
            _ if self.has(Fault::EntersEveryRefusalAsOverreach) => "overreach",
            Refusal::Overreach => "overreach",
            Refusal::AgreedEarlier => "agreed_earlier",
            Refusal::Unsigned => "unsigned",
            Refusal::Keyless => "keyless",
            Refusal::ForeignMeeting => "foreign_meeting",
            Refusal::Replayed => "replayed",
            Refusal::WrongSignature => "wrong_signature",
            other => unreachable!("{other:?} is not entered"),
        }
    }

    /// For each kind the purposes that ended.
    fn expired(&self, cells: &[(Kind, Purposes)]) -> Vec<Value> {
        let of_kind = |kind: Kind| {
            let of_kind = cells.iter().filter(|(of, _)| *of == kind);
            let ended = of_kind.map(|(_, purpose)| *purpose).collect::<Purposes>();
            let more = self.has(Fault::EntersMoreThanExpired) && !ended.is_empty();
            let ended = if more { Purposes::all() } else { ended };
            (!ended.is_empty()).then(|| scope(Scope::new(kind.into(), ended)))
        };
        Kind::ALL.into_iter().filter_map(of_kind).collect()
    }

    fn counted(&self, count: &Count) -> Value {
        let mut frames = count.frames;
        if self.has(Fault::CountsDroppedFramesOnly) {
            frames.seen = frames.dropped;
        }
        json!({ "stream": count.stream, "outlet": count.outlet, "frames": {
            "seen": frames.seen, "whole": frames.whole, "redacted": frames.redacted,
            "blanked": frames.blanked, "dropped": frames.dropped,
        } })
    }
}

/// A line whose chain has been checked.
fn line(at: i64, entry: Value) -> Value {
    let mut line = json!({ "n": null, "prev": null, "at": at });
    line["entry"] = entry;
    line
}

fn outlet_opened(number: usize, outlet: &Outlet) -> Value {
    let mut entry = json!({
        "event": "outlet_opened", "outlet": number, "name": OUTLET,
        "purposes": purposes(outlet.purposes), "blanks": set(outlet.blanks.bits(), &KINDS),
    });
    if let Some(recipient) = outlet.recipient {
        entry["recipient"] = json!(recipient);
    }
    entry
}

pub fn method_name(method: Method) -> &'static str {
    match method {
        Method::Clicked => "clicked",
        Method::Typed => "typed",
        Method::Spoken => "spoken",
        Method::Signed => "signed",
        _ => unreachable!("a method that is not told of here"),
    }
}

/// Of one of the controller's own purposes.
pub fn purpose_name(purpose: Purposes) -> &'static str {
    PURPOSES[purpose.bits().trailing_zeros() as usize]
}

pub fn authority(by: Authority) -> &'static str {
    match by {
        Authority::Participant => "participant",
        Authority::Guardian => "guardian",
        Authority::Host => "host",
        Authority::Administrator => "administrator",
        Authority::Vendor => "vendor",
    }
}

fn scope(scope: Scope) -> Value {
    json!({ "kinds": set(scope.kinds.bits(), &KINDS), "purposes": purposes(scope.purposes) })
}

fn purposes(purposes: Purposes) -> String {
    set(purposes.bits(), &PURPOSES)
}

/// The names of the bits that have one, then the other bits as one hexadecimal number.
fn set(bits: u16, names: &[&str]) -> String {
    let is_in = |bit: usize| bits >> bit & 1 == 1;
    let mut words = Vec::new();
    words.extend(
        (0..names.len())
            .filter(|&bit| is_in(bit))
            .map(|bit| names[bit].to_owned()),
    );
    let nameless = (names.len()..16).filter(|&bit| is_in(bit));
    let number = nameless.fold(0_u16, |number, bit| number | 1 << bit);
    words.extend((number != 0).then(|| format!("{number:#x}")));
    words.join(" | ")
}

/// The SHA-256 in hexadecimal digits.
pub fn digits(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

pub fn hexadecimal(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digit = |nibble| char::from_digit(u32::from(nibble), 16).expect("a nibble");
    nibbles.map(digit).collect()
}
