//! People who come, agree, change their minds and go, and others who narrow.

use ed25519_dalek::{Signer, SigningKey};
use framegate::{
    Authority, Digest, Grant, Join, Kinds, Method, Notice, Participant, PublicKey, Purposes, Scope,
    Signed, Time,
};

use super::meetings::{CHILD, IDS, Run, SIGNER};

impl Run {
    pub fn kinds(&mut self) -> Kinds {
        let sound = Kinds::AUDIO | Kinds::CAPTION;
        self.chance.of(&[
            Kinds::all(),
            Kinds::all(),
            sound,
            Kinds::AUDIO,
            Kinds::CHAT | Kinds::VIDEO,
        ])
    }

    /// With third parties, named and not.
    pub fn purposes(&mut self) -> Purposes {
        let pair = self
            .chance
            .index(&self.pairs)
            .map_or(Purposes::TRAIN, |at| self.pairs[at]);
        let two = Purposes::RECORD | Purposes::TRAIN;
        self.chance.of(&[
            Purposes::all(),
            Purposes::FIRST_PARTY,
            two,
            two | pair,
            Purposes::TRAIN,
            Purposes::RECORD,
            pair,
        ])
    }

    pub fn scope(&mut self) -> Scope {
        Scope::new(self.kinds(), self.purposes())
    }

    pub fn join(&mut self) {
        let id = self.chance.of(&IDS[..self.ids]);
        let join = match id {
            CHILD => Join::with_guardian(id, "gus"),
            SIGNER => Join::adult(id).key(PublicKey(signer().verifying_key().to_bytes())),
            _ => Join::adult(id),
        };
        let now = self.told();
        // Whoever is there already, or comes after the end, does not.
        let _ = self.meeting.join(join, now);
    }

    pub fn leave(&mut self) {
        if let Some((_, who)) = self.anybody() {
            let now = self.told();
            self.settlings.extend(self.meeting.leave(who, now));
        }
    }

    pub fn show(&mut self, scope: Scope) {
        let digest = Digest::of(&format!("notice {}", self.notices.len()));
        let (version, language) = ("1".into(), "en".into());
        let controller = "Example Conferencing".into();
        if self
            .meeting
            .show(Notice {
                digest,
                version,
                language,
                controller,
                scope,
            })
            .is_ok()
        {
            self.notices.push(digest);
        }
    }

    pub fn show_some(&mut self) {
        let scope = self.scope();
        self.show(scope);
    }

    pub fn supersede(&mut self) {
        if let Some(at) = self.chance.index(&self.notices) {
            let now = self.told();
            self.settlings
                .extend(self.meeting.supersede(self.notices[at], now));
            self.show(Scope::ALL);
        }
    }

    pub fn name(&mut self) {
        let purpose = self.chance.of(&[Purposes::RECORD, Purposes::TRAIN]);
        let recipient = self.chance.of(&["ACME Ltd", "Umbrella"]);
        if let Ok(pair) = self.meeting.third_party(purpose, recipient)
            && !self.pairs.contains(&pair)
        {
            self.pairs.push(pair);
            // Only a notice that is shown after it has a name describes it.
            self.show(Scope::ALL);
        }
    }

    pub fn grant(&mut self) {
        // One of the last that were shown, as earlier ones may have been superseded.
        let earlier = self.notices.len().saturating_sub(3);
        let (Some((id, who)), Some(notice)) =
            (self.present(), self.chance.index(&self.notices[earlier..]))
        else {
            return;
        };
        // A click agrees to all but recognising people, so that it is typed.
        let mut grant = Grant::new(self.notices[earlier + notice], self.scope(), Method::Typed);
        if self.chance.one_in(3) {
            let ahead = self.chance.of(&[1, 1000, 1500, 3000, 21_000, 2_000_000]);
            grant = grant.until(Time::from_micros(self.now + ahead));
        }
        let now = self.told();
        let by = match id.as_str() {
            CHILD => Authority::Guardian,
            _ if self.chance.one_in(20) => Authority::Host,
            _ => Authority::Participant,
        };
        if id == SIGNER {
            grant = self.signed(who, &id, grant);
        }
        // What is refused is in the ledger, too.
        let _ = self.meeting.grant(by, who, &grant, now);
    }

    pub fn signed(&self, who: Participant, id: &str, grant: Grant) -> Grant {
        let challenge = self.meeting.challenge(who).expect("who is there");
        let recipients = self.meeting.recipients(grant.scope.purposes);
        let (instance, meeting) = (self.meeting.instance(), self.meeting.id());
        let message = grant.message(instance, meeting, id, &recipients, challenge);
        grant.signed(Signed {
            instance,
            meeting: meeting.into(),
            challenge,
            signature: signer().sign(&message).to_bytes(),
        })
    }

    pub fn withdraw(&mut self) {
        let Some((id, who)) = self.anybody() else {
            return;
        };
        let scope = self.scope();
        let by = match id.as_str() {
            CHILD if self.chance.one_in(2) => Authority::Guardian,
            _ => Authority::Participant,
        };
        let now = match self.chance.below(6) {
            0 => Time::from_micros(-1),
            1 => Time::START,
            _ => self.told(),
        };
        self.settlings
            .extend(self.meeting.withdraw(by, who, scope, now));
    }

    pub fn restrainer(&mut self) -> (Authority, Option<Participant>) {
        let by = self.chance.of(&[Authority::Host, Authority::Administrator]);
        let one = self.present().map(|(_, who)| who);
        (by, if self.chance.one_in(2) { one } else { None })
    }

    pub fn restrict(&mut self) {
        let ((by, whom), scope) = (self.restrainer(), self.scope());
        let now = self.told();
        self.settlings
            .extend(self.meeting.restrict(by, whom, scope, now));
    }

    pub fn lift(&mut self) {
        let (by, whom) = self.restrainer();
        let scope = if self.chance.one_in(2) {
            Scope::ALL
        } else {
            self.scope()
        };
        let now = self.told();
        let _ = self.meeting.lift(by, whom, scope, now);
    }

    pub fn settle(&mut self) {
        if let Some(settling) = self.settlings.pop() {
            let now = self.told();
            self.meeting.settled(&settling, now).expect("its own");
        }
    }

    pub fn tick_or_count(&mut self) {
        let now = self.told();
        if self.chance.one_in(2) {
            self.meeting.tick(now);
        } else {
            // A store that refuses does not get it, and nor does a meeting that has ended.
            let _ = self.meeting.count(now);
        }
    }
}

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}
