//! Encoded streams: what comes of a frame by its owner's consent, and by the frames before it, of which `tests/media/oracle_encoded/` has a model.

use framegate::{Authority, Kind, Kinds, Purposes, Reason, Scope, Verdict};
use serde_json::{Value, json};

use super::{
    form::{answer, time},
    frames::{Made, Nature, all},
    model::{Fate, Model},
    player::{Player, Written, door_name},
};
use crate::{
    content::{Content, Format},
    ledger::hexadecimal,
    rules::{self, Contributors, Door, Expected, Fault},
    scripts::{GROUPED, Script, ScriptedKey, ScriptedOwner, Step, When, agreement},
};

/// The formats in the order of the frames that are made up of them.
pub const FORMATS: [&str; 7] = ["opus", "opus_red", "h264", "hevc", "vp8", "vp9", "av1"];

/// How many frames there are in a script, and how many milliseconds between them.
const FRAMES: usize = 40;
const INTERVAL: i64 = 20;

/// Frames of one format, while their owner agrees and withdraws.
pub fn play(format: usize, instance: [u8; 16], fault: Option<Fault>) -> Written {
    let (_, frames) = all().swap_remove(format);
    let mut player = Player::open(instance, fault);
    // To the rules they are bytes.
    player.prepare(&Script {
        streams: vec![(ScriptedOwner::Stay(0), Kind::File, Format::Opaque)],
        outlets: vec![(Purposes::RECORD, Kinds::empty())],
        keys: [ScriptedKey::None; GROUPED],
        steps: Vec::new(),
    });
    player.name_format(json!({ "name": FORMATS[format] }));
    let mut model = Model::new(None);
    for at in 0..FRAMES {
        let passed = When::Later(1000 * INTERVAL);
        // They agree, withdraw, and agree again.
        match at {
            1 | 24 => {
                player.step(&agreement(0, passed));
                model.agreed = Some(player.present / 1000);
            }
            20 => {
                let by = Authority::Participant;
                player.step(&Step::Withdraw(by, Some(0), Scope::ALL, passed));
                model.agreed = None;
            }
            _ => player.step(&Step::Pass(passed)),
        }
        // All in their order first, then with some left out; of those that start afresh one in between.
        let made = &frames[if at < frames.len() {
            at
        } else {
            at * at % frames.len()
        }];
        let keyframe = [None, None, None, Some(true), Some(false)][at % 5];
        let buffered = [0, 0, 0, 45][at % 4];
        player.encoded(&mut model, made, keyframe, buffered, at % 3);
    }
    player.written(instance)
}

impl Player {
    fn encoded(
        &mut self,
        model: &mut Model,
        made: &Made,
        keyframe: Option<bool>,
        buffered: i64,
        door: usize,
    ) {
        let now = self.present;
        let captured = now - 1000 * buffered;
        let door = [Door::Admit, Door::Into, Door::InPlace][door];
        let judged = self.on_tap(now, |oracle, tap| {
            let frame = |captured| rules::Frame {
                captured,
                contributors: Contributors::Owner,
                regions: Vec::new(),
            };
            let reach = match made.nature {
                Nature::Sound(Some(reach)) => reach,
                _ => 0,
            };
            let opaque = Content::Opaque(made.bytes.clone());
            let reaching = frame(captured - 1000 * reach);
            let consent = oracle.judge(tap, &reaching, &opaque, true, Door::Admit);
            let fate = model.fate(made, keyframe, captured / 1000);
            let reason = match (fate, consent.verdict.reason()) {
                _ if matches!(made.nature, Nature::Malformed | Nature::Nothing) => {
                    Some(Reason::Malformed)
                }
                (_, Some(reason)) => Some(reason),
                (Fate::Awaits | Fate::LeadsNowhere, None) => Some(Reason::AwaitsKeyframe),
                (Fate::ReachesBack, None) => Some(Reason::ReachesBack),
                // An oracle with a fault may release what the model withholds.
                (Fate::Released | Fate::Withheld | Fate::Unseen, None) => None,
            };
            let verdict = reason.map_or(Verdict::Whole, Verdict::Dropped);
            let cleared = reason.map_or(tap.outlet.purposes, |_| Purposes::empty());
            let expected = Expected {
                verdict,
                // It says when the earliest of it was captured.
                tag: oracle.tag(tap.stream, &reaching, verdict, cleared),
                content: None,
            };
            (expected, fate)
        });
        let (expected, fate) = judged;
        let bytes = hexadecimal(&made.bytes);
        let mut told = answer(&expected, true);
        if expected.verdict == Verdict::Whole {
            told["output"] = json!(bytes);
        }
        let mut said =
            json!({ "captured": time(captured), "contributors": "owner", "payload": bytes });
        if let Some(keyframe) = keyframe {
            said["keyframe"] = json!(keyframe);
        }
        let mut answers: Value = json!({ "frames": [told] });
        if fate == Fate::Awaits {
            answers["keyframe_request"] = json!(true);
        }
        self.write_frames(
            door_name(Some(door)),
            now,
            &[said],
            answers,
            expected.verdict,
        );
    }
}
