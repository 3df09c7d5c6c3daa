//! Random meetings in which everything happens that a ledger tells of, crashes and withdrawals afterwards included.

use std::time::{Duration, UNIX_EPOCH};

use ed25519_dalek::{Signer, SigningKey};
use framegate::{
    Authority, Digest, Grant, JoinOptions, Kind, Kinds, Meeting, MeetingOptions, Method, Notice,
    OutletOptions, PastMeeting, PublicKey, Purposes, Scope, Settling, Signed, Stream,
    StreamOptions, Tap, Time,
    format::Format,
    ledger::{Device, Ledger},
};

use crate::common::{Memory, own};

const DEVICE: [u8; 32] = [7; 32];
const IDS: [&str; 4] = ["ana", "ben", "zoë", "eva \"\\\n"];

pub fn device() -> PublicKey {
    PublicKey(SigningKey::from_bytes(&DEVICE).verifying_key().to_bytes())
}

/// Numbers that look random, the same for the same seed.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn is(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    fn scope(&mut self) -> Scope {
        let kinds = self.one(&[
            Kinds::AUDIO,
            Kinds::VIDEO,
            Kinds::AUDIO | Kinds::VIDEO,
            Kinds::CHAT,
            Kinds::all(),
        ]);
        let pair = Purposes::from_bits_retain(1 << 9);
        let purposes = self.one(&[
            Purposes::RECORD,
            Purposes::TRAIN,
            Purposes::RECORD | Purposes::TRAIN,
            Purposes::RECORD | pair,
            Purposes::IDENTIFY | Purposes::RECORD,
            Purposes::all(),
        ]);
        Scope::new(kinds, purposes)
    }

    fn authority(&mut self) -> Authority {
        self.one(&[
            Authority::Participant,
            Authority::Participant,
            Authority::Guardian,
            Authority::Host,
            Authority::Vendor,
        ])
    }

    fn restrainer(&mut self) -> Authority {
        self.one(&[Authority::Host, Authority::Administrator, Authority::Vendor])
    }
}

fn secret(id: &str) -> SigningKey {
    SigningKey::from_bytes(&Digest::of(id).0)
}

struct Scene<'r> {
    rng: &'r mut Rng,
    memory: Memory,
    signs: bool,
    now: i64,
    streams: Vec<Stream>,
    outlets: Vec<framegate::Outlet>,
    taps: Vec<Tap>,
    settlings: Vec<Settling>,
}

/// The bytes of a ledger.
pub fn meeting(rng: &mut Rng) -> Vec<u8> {
    let signs = rng.is(4);
    let mut scene = Scene {
        rng,
        memory: Memory::default(),
        signs,
        now: 0,
        streams: Vec::new(),
        outlets: Vec::new(),
        taps: Vec::new(),
        settlings: Vec::new(),
    };
    let room = 1 + usize::try_from(scene.rng.below(4)).unwrap();
    let id = scene.rng.one(&["daily", "réunion \u{1}\u{7f}\u{2028}/"]);
    let mut meeting = Meeting::open(MeetingOptions::new(id, room).ledger(scene.writer())).unwrap();
    let steps = 8 + scene.rng.below(30);
    for number in 0..2 {
        let _ = meeting.show(scene.notice(number));
    }
    for _ in 0..steps {
        scene.now += scene.rng.one(&[0, 0, 1, 300, 999, 1000, 1001, 20_000]);
        meeting = scene.step(meeting);
    }
    if scene.rng.is(3) {
        let _ = meeting.end();
        let stay = meeting.stays().next().filter(|_| scene.rng.is(2));
        if let Some((_, who)) = stay {
            let (by, scope) = (scene.rng.authority(), scene.rng.scope());
            let now = scene.time(0);
            let _ = meeting.withdraw(by, who, scope, now);
        }
    }
    scene.taps.clear();
    scene.settlings.clear();
    drop(meeting);
    if scene.rng.is(3) {
        scene.past();
    }
    let mut bytes = scene.memory.bytes();
    if scene.rng.is(4) {
        bytes.extend_from_slice(b"{\"n\":");
    }
    bytes
}

impl Scene<'_> {
    fn writer(&self) -> framegate::ledger::LedgerWriter {
        let writer = self.memory.writer();
        if self.signs {
            writer.device(Device::new(&DEVICE).unwrap())
        } else {
            writer
        }
    }

    fn time(&mut self, back: i64) -> Time {
        let before = i64::try_from(self.rng.below(1 + back.unsigned_abs())).unwrap();
        Time::from_micros((self.now - before).max(0))
    }

    fn notice(&mut self, number: u64) -> Notice {
        let scope = match number {
            0 => Scope::ALL,
            _ => self.rng.scope(),
        };
        Notice {
            digest: Digest::of(&format!("notice {number}")),
            version: number.to_string(),
            language: "en".into(),
            controller: "Example \u{1f600} Ltd".into(),
            scope,
        }
    }

    /// One thing that happens, or is refused.
    #[expect(clippy::too_many_lines, reason = "one choice")]
    fn step(&mut self, mut meeting: Meeting) -> Meeting {
        let now = self.time(0);
        let people: Vec<_> = meeting.participants().collect();
        let stays: Vec<_> = meeting.stays().collect();
        let number = usize::try_from(self.rng.below(8)).unwrap();
        let present = (!people.is_empty()).then(|| people[number % people.len()].clone());
        let ever = (!stays.is_empty()).then(|| stays[number % stays.len()].clone());
        match self.rng.below(26) {
            0..=3 => {
                let id = self.rng.one(&IDS);
                let key = PublicKey(secret(id).verifying_key().to_bytes());
                let mut join = if id == "zoë" || id.starts_with("eva") {
                    JoinOptions::with_guardian(id, "gus")
                } else {
                    JoinOptions::adult(id)
                };
                if id == "ben" || id.starts_with("eva") {
                    join = join.key(key);
                }
                let _ = meeting.join(join, now);
            }
            4 => {
                if let Some((_, who)) = present {
                    self.settlings.extend(meeting.leave(who, now).ok());
                }
            }
            5..=11 => {
                if let Some((id, who)) = present {
                    self.grant(&mut meeting, &id, who, now);
                }
            }
            12 | 13 => {
                if let Some((_, who)) = ever {
                    let (by, scope) = (self.rng.authority(), self.rng.scope());
                    self.settlings
                        .extend(meeting.withdraw(by, who, scope, now).ok());
                }
            }
            14 | 15 => {
                let (by, scope) = (self.rng.restrainer(), self.rng.scope());
                let whom = present.map(|(_, who)| who).filter(|_| self.rng.is(2));
                self.settlings
                    .extend(meeting.restrict(by, whom, scope, now).ok());
                if self.rng.is(2) {
                    let _ = meeting.lift(by, whom, scope, now);
                }
            }
            16 => {
                let (by, scope) = (self.rng.restrainer(), self.rng.scope());
                let whom = present.map(|(_, who)| who).filter(|_| self.rng.is(2));
                let _ = meeting.lift(by, whom, scope, now);
            }
            17 => {
                let number = self.rng.below(4);
                let notice = self.notice(number);
                if self.rng.is(2) {
                    self.settlings
                        .extend(meeting.supersede(notice.digest, now).ok());
                } else {
                    let _ = meeting.show(notice);
                }
            }
            18 => {
                let purpose = self.rng.one(&[Purposes::RECORD, Purposes::IDENTIFY]);
                let recipient = self.rng.one(&["ACME Ltd", "Bücher & Co"]);
                let _ = meeting.third_party(purpose, recipient);
            }
            19 | 20 => self.open(&mut meeting, present.map(|(_, who)| who)),
            21 => {
                for tap in &mut self.taps {
                    let _ = tap.admit(&own(now), [0; 4][..].into(), now, |_| ());
                }
                let _ = meeting.count(now);
            }
            22 => {
                // Perhaps of a tap that is closed.
                let closed = usize::try_from(self.rng.below(4)).unwrap();
                if closed < self.taps.len() {
                    self.taps.remove(closed);
                }
                if let Some(settling) = self.settlings.pop() {
                    let _ = meeting.settled(&settling, now);
                }
            }
            23 => meeting.tick(now),
            24 => {
                for tap in &mut self.taps {
                    let _ = tap.admit(&own(now), [0; 4][..].into(), now, |_| ());
                }
            }
            _ => {
                if self.rng.is(2) {
                    self.taps.clear();
                    self.settlings.clear();
                    self.streams.clear();
                    self.outlets.clear();
                    drop(meeting);
                    if self.rng.is(5) {
                        self.past();
                    }
                    let mut bytes = self.memory.bytes();
                    if self.rng.is(3) {
                        bytes.extend_from_slice(b"{");
                    }
                    let ledger = Ledger::read(&bytes, None, None).unwrap();
                    return Meeting::resume(&crate::common::verified(&ledger), self.writer())
                        .unwrap();
                }
            }
        }
        meeting
    }

    fn grant(&mut self, meeting: &mut Meeting, id: &str, who: framegate::Participant, now: Time) {
        let needs_guardian = id == "zoë" || id.starts_with("eva");
        let by = match self.rng.below(8) {
            0 => self.rng.authority(),
            _ if needs_guardian => Authority::Guardian,
            _ => Authority::Participant,
        };
        let method = self.rng.one(&[
            Method::Clicked,
            Method::Typed,
            Method::Spoken,
            Method::Signed,
        ]);
        let notice = Digest::of(&format!("notice {}", self.rng.below(3)));
        let mut grant = Grant::new(notice, self.rng.scope(), method);
        if self.rng.is(3) {
            grant = grant.at(self.time(3000));
        }
        if self.rng.is(3) {
            let lasting = self.rng.one(&[1, 500, 1500, 30_000, -1, i64::MAX / 2]);
            grant = grant.until(Time::from_micros(self.now + lasting));
        }
        let has_key = id == "ben" || id.starts_with("eva");
        if has_key != self.rng.is(10) {
            let challenge = meeting.challenge(who).unwrap();
            let recipients = meeting.recipients(grant.scope.purposes);
            let instance = meeting.instance();
            let message = grant.message(instance, meeting.id(), id, &recipients, challenge);
            grant = grant.signed(Signed {
                instance,
                meeting: meeting.id().into(),
                challenge,
                signature: secret(id).sign(&message).to_bytes(),
            });
        }
        let _ = meeting.grant(by, who, &grant, now);
    }

    fn open(&mut self, meeting: &mut Meeting, owner: Option<framegate::Participant>) {
        let kind = self.rng.one(&[Kind::Audio, Kind::Video, Kind::Chat]);
        let stream = match owner {
            Some(owner) if self.rng.is(2) => StreamOptions::alone(owner, kind, Format::OPAQUE),
            Some(owner) if self.rng.is(2) => StreamOptions::owned(owner, kind, Format::OPAQUE),
            _ => StreamOptions::mix(kind, Format::OPAQUE),
        };
        self.streams.extend(meeting.open_stream(stream).ok());
        let pair = Purposes::from_bits_retain(1 << 9);
        let mut outlet = OutletOptions::new(
            "an outlet",
            self.rng
                .one(&[Purposes::RECORD, Purposes::RECORD | Purposes::TRAIN, pair]),
        );
        if self.rng.is(3) {
            outlet = outlet.recipient("ACME Ltd");
        }
        if self.rng.is(2) {
            outlet = outlet.blank(Kinds::AUDIO | Kinds::CHAT);
        }
        self.outlets.extend(meeting.open_outlet(outlet).ok());
        if let (Some(stream), Some(outlet)) = (self.streams.last(), self.outlets.last()) {
            self.taps.extend(meeting.tap(*stream, *outlet).ok());
        }
    }

    /// Somebody withdraws when the meeting is not there.
    fn past(&mut self) {
        let Ok(ledger) = Ledger::read(&self.memory.bytes(), None, None) else {
            return;
        };
        let store = Box::new(self.memory.clone());
        let device = Device::new(&DEVICE).unwrap();
        let device = self.signs.then(|| Box::new(device) as _);
        let mut past = PastMeeting::of(crate::common::verified(&ledger), store, device).unwrap();
        let day = (UNIX_EPOCH + Duration::from_secs(1_700_000_000)).into();
        let (by, scope) = (self.rng.authority(), self.rng.scope());
        let id = self.rng.one(&IDS);
        let _ = past.withdraw(by, id, scope, day);
        if self.rng.is(2) {
            let by = self.rng.restrainer();
            let _ = past.restrict(by, Some(id).filter(|_| self.rng.is(2)), scope, day);
        }
    }
}
