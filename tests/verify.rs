//! The check before training, frame by frame: what is found, and that nothing is cleared by what is missing.
//!
//! `tests/oracle/recall.rs` compares it with a plain replay over random meetings.

mod common;

use common::{Memory, SCOPE, agree, millis, notice, own};
use framegate::{
    Archived, Authority, Carried, Digest, Finding, Format, Frame, Head, Join, Kind, Kinds, Ledger,
    LedgerFault, Meeting, MeetingKey, Participant, Purposes, Scope, Seal, Seals, Stream, Subject,
    Subjects, Tag, Tap, Time, Verifier,
};

const PAYLOAD: &[u8] = b"a frame";
const RECORD: Purposes = Purposes::RECORD;

struct Scene {
    ledger: Memory,
    meeting: Meeting,
    notice: Digest,
    ana: Participant,
    bo: Participant,
    tap: Tap,
}

/// Ana and Bo agreed to everything at 1 s; Ana's microphone is recorded.
fn scene() -> Scene {
    let ledger = Memory::default();
    let mut meeting = Meeting::open_with("standup", 4, ledger.writer()).unwrap();
    let digest = meeting.show(notice()).unwrap();
    let [ana, bo] = ["ana", "bo"].map(|id| meeting.join(Join::adult(id), Time::START).unwrap());
    for who in [ana, bo] {
        agree(&mut meeting, digest, who, SCOPE, millis(1000));
    }
    let stream = Stream::owned(ana, Kind::Audio, Format::OPAQUE);
    let tap = common::tap(&mut meeting, stream, RECORD);
    Scene {
        ledger,
        meeting,
        notice: digest,
        ana,
        bo,
        tap,
    }
}

impl Scene {
    fn frame(&mut self, at: i64) -> Tag {
        let admission = self
            .tap
            .admit(&own(millis(at)), PAYLOAD.into(), millis(at), |_| ());
        admission.tag
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(&self.ledger.read()).unwrap()
    }
}

fn key() -> MeetingKey {
    MeetingKey::new(&[3; 32], "standup")
}

fn named(id: &str, kinds: Kinds) -> Subject<'_> {
    Subject { id, kinds }
}

fn sealed<'a>(tag: Tag, subjects: &'a [Subject<'a>]) -> Archived<'a> {
    let subjects = Subjects::new(subjects).unwrap();
    let seal = Some(key().stream(tag).seal(tag, subjects, [PAYLOAD]));
    Archived {
        carried: Some(Carried { tag, seal }),
        subjects,
        payload: PAYLOAD,
    }
}

/// What is found of one frame; the bitmap must say the same.
fn found(verifier: &Verifier, frame: Archived<'_>, wanted: Purposes, seals: Seals<'_>) -> Finding {
    let (mut cleared, mut findings) = ([u64::MAX], [Finding::Cleared]);
    let count = verifier.verify_batch(&[frame], wanted, seals, &mut cleared, &mut findings);
    let is_cleared = findings[0] == Finding::Cleared;
    assert_eq!(
        (cleared[0], count),
        (u64::from(is_cleared), usize::from(is_cleared))
    );
    findings[0]
}

fn kept(verifier: &Verifier, frame: Archived<'_>, earlier: &Head) -> Finding {
    let (mut stays, mut findings) = ([u64::MAX], [Finding::Cleared]);
    let count = verifier
        .recheck(earlier, &[frame], &mut stays, &mut findings)
        .unwrap();
    assert_eq!(stays[0], count as u64);
    assert_eq!(count == 1, findings[0] == Finding::Cleared);
    findings[0]
}

#[test]
fn every_finding_has_its_frame() {
    let mut scene = scene();
    let tag = scene.frame(2000);
    let early = scene.frame(500);
    let ana = [named("ana", Kinds::empty())];
    let frame = sealed(tag, &ana);
    let (verifier, key) = (scene.verifier(), key());
    let checked = Seals::Checked(&key);
    let find = |frame, wanted| found(&verifier, frame, wanted, checked);
    assert_eq!(find(frame, RECORD), Finding::Cleared);

    let without = Archived {
        carried: None,
        ..frame
    };
    assert_eq!(find(without, RECORD), Finding::NoTag);
    assert_eq!(find(sealed(early, &ana), RECORD), Finding::Withheld);
    for wanted in [Purposes::TRAIN, RECORD | Purposes::TRAIN, Purposes::empty()] {
        assert_eq!(find(frame, wanted), Finding::OtherPurpose);
    }
    assert_eq!(find(sealed(tag, &[]), RECORD), Finding::Unnamed);
    let unsealed = Archived {
        carried: Some(tag.into()),
        ..frame
    };
    assert_eq!(find(unsealed, RECORD), Finding::Unsealed);
    let forged = Some(Carried {
        tag,
        seal: Some(Seal::from_bytes([0; 16])),
    });
    assert_eq!(
        find(
            Archived {
                carried: forged,
                ..frame
            },
            RECORD
        ),
        Finding::Forged
    );
    let moved = Archived {
        payload: b"another",
        ..frame
    };
    assert_eq!(find(moved, RECORD), Finding::Forged);

    // Sealed, but by one who made it up.
    let changed = |at: usize, byte: u8| {
        let mut bytes = tag.to_bytes();
        bytes[at] = byte;
        Tag::from_bytes(bytes).unwrap()
    };
    for (what, tag) in [
        ("kind", changed(1, Kind::Video as u8)),
        ("purposes nobody agreed to", changed(5, 3)),
        ("stream", changed(7, 9)),
        ("captured before it was agreed to", changed(10, 0)),
        ("before the stream was there", changed(15, 2)),
        ("generation 0", changed(15, 0)),
        ("after the ledger's end", changed(15, 200)),
    ] {
        assert_eq!(
            find(sealed(tag, &ana), RECORD),
            Finding::Inconsistent,
            "{what}"
        );
    }
    let stranger = [named("ana", Kinds::empty()), named("zoe", Kinds::empty())];
    assert_eq!(find(sealed(tag, &stranger), RECORD), Finding::Inconsistent);
    // The stream's owner is always in it.
    let bo = [named("bo", Kinds::empty())];
    assert_eq!(find(sealed(tag, &bo), RECORD), Finding::Inconsistent);
    let unclassified = [named("ana", Kinds::UNCLASSIFIED)];
    assert_eq!(
        find(sealed(tag, &unclassified), RECORD),
        Finding::Inconsistent
    );

    let _ = scene
        .meeting
        .withdraw(Authority::Participant, scene.ana, SCOPE, millis(3000));
    let verifier = scene.verifier();
    assert_eq!(found(&verifier, frame, RECORD, checked), Finding::Recalled);
    // Who cannot be trusted cannot be told to be recalled.
    assert_eq!(found(&verifier, moved, RECORD, checked), Finding::Forged);
}

#[test]
fn a_key_of_another_meeting_clears_nothing() {
    let mut scene = scene();
    let (tag, ana) = (scene.frame(2000), [named("ana", Kinds::empty())]);
    let other = MeetingKey::new(&[3; 32], "another");
    let subjects = Subjects::new(&ana).unwrap();
    let seal = Some(other.stream(tag).seal(tag, subjects, [PAYLOAD]));
    let frame = Archived {
        carried: Some(Carried { tag, seal }),
        subjects,
        payload: PAYLOAD,
    };
    let finding = found(&scene.verifier(), frame, RECORD, Seals::Checked(&other));
    assert_eq!(finding, Finding::Forged);
}

#[test]
fn a_dry_run_takes_tags_at_their_word_but_not_the_ledgers() {
    let mut scene = scene();
    let (tag, ana) = (scene.frame(2000), [named("ana", Kinds::empty())]);
    let unsealed = Archived {
        carried: Some(tag.into()),
        payload: b"",
        ..sealed(tag, &ana)
    };
    assert_eq!(
        found(&scene.verifier(), unsealed, RECORD, Seals::DryRun),
        Finding::Cleared
    );
    let _ = scene
        .meeting
        .withdraw(Authority::Participant, scene.ana, SCOPE, millis(3000));
    assert_eq!(
        found(&scene.verifier(), unsealed, RECORD, Seals::DryRun),
        Finding::Recalled
    );
}

#[test]
fn what_was_withdrawn_goes_for_good_and_nothing_else_goes() {
    let mut scene = scene();
    let ana = [named("ana", Kinds::empty())];
    let first = scene.frame(2000);
    let earlier = scene.verifier().head();
    assert_eq!(
        kept(&scene.verifier(), sealed(first, &ana), &earlier),
        Finding::Cleared
    );

    // Narrowing, leaving and what others do withdraw nothing.
    let whole = Scope::new(Kinds::all(), RECORD);
    let host = Authority::Host;
    let _ = scene
        .meeting
        .restrict(host, None, whole, millis(2100))
        .unwrap();
    scene.meeting.lift(host, None, whole, millis(2200)).unwrap();
    let _ = scene
        .meeting
        .withdraw(Authority::Participant, scene.bo, Scope::ALL, millis(2300));
    let _ = scene.meeting.leave(scene.ana, millis(2400));
    assert_eq!(
        kept(&scene.verifier(), sealed(first, &ana), &earlier),
        Finding::Cleared
    );

    // Withdrawing after leaving does, and agreeing again saves nothing of before.
    let withdrawal = Authority::Participant;
    let _ = scene
        .meeting
        .withdraw(withdrawal, scene.ana, whole, millis(3000));
    assert_eq!(
        kept(&scene.verifier(), sealed(first, &ana), &earlier),
        Finding::Recalled
    );
    let again = scene
        .meeting
        .join(Join::adult("ana"), millis(3500))
        .unwrap();
    agree(&mut scene.meeting, scene.notice, again, SCOPE, millis(3600));
    let stream = Stream::owned(again, Kind::Audio, Format::OPAQUE);
    scene.tap = common::tap(&mut scene.meeting, stream, RECORD);
    let second = scene.frame(4000);
    let verifier = scene.verifier();
    assert_eq!(
        kept(&verifier, sealed(first, &ana), &earlier),
        Finding::Recalled
    );
    assert_eq!(
        kept(&verifier, sealed(second, &ana), &earlier),
        Finding::Cleared
    );
    // What was never released must go, too.
    let made_up = Archived {
        carried: None,
        ..sealed(first, &ana)
    };
    assert_eq!(kept(&verifier, made_up, &earlier), Finding::NoTag);
}

#[test]
fn a_ledger_that_was_cut_off_is_no_newer_one() {
    let mut scene = scene();
    let (tag, ana) = (scene.frame(2000), [named("ana", Kinds::empty())]);
    let before = scene.ledger.bytes();
    let _ = scene
        .meeting
        .withdraw(Authority::Participant, scene.ana, SCOPE, millis(3000));
    let head = scene.verifier().head();
    let without = Verifier::new(&Ledger::read(&before, None, None).unwrap()).unwrap();
    let (mut stays, mut findings) = ([u64::MAX], [Finding::NoTag]);
    let refused = without.recheck(&head, &[sealed(tag, &ana)], &mut stays, &mut findings);
    assert_eq!(refused.unwrap_err().what, LedgerFault::Anchor);
    assert_eq!(findings, [Finding::NoTag]);
    // Nor is another one of the same length, or no head at all.
    let other = Head {
        hash: Digest::of("another"),
        ..without.head()
    };
    let none = Head {
        entries: 0,
        ..other
    };
    for earlier in [other, none] {
        let refused = without.recheck(&earlier, &[], &mut [], &mut []);
        assert_eq!(refused.unwrap_err().what, LedgerFault::Anchor);
    }
    assert_eq!(
        without.recheck(&without.head(), &[], &mut [], &mut []),
        Ok(0)
    );
}

#[test]
fn what_is_derived_needs_everybody_under_every_kind() {
    let mut scene = scene();
    let at = millis(2000);
    let voice = scene.tap.admit(&own(at), PAYLOAD.into(), at, |cleared| {
        let mut room = [Participant::UNKNOWN; 1];
        cleared.source(&mut room).unwrap().keep()
    });
    let voice = voice.output.unwrap();
    let captions = Stream::derived(Kind::Caption, Format::UTF8);
    let mut captions = common::tap(&mut scene.meeting, captions, RECORD);
    let text = b"what she said"[..].into();
    let sources = [voice.as_source()];
    let frame = Frame::derived(&sources);
    let caption = captions.admit(&frame, text, millis(2500), |cleared| cleared.tag());
    let caption = caption.output.unwrap();
    assert_eq!((caption.kind(), caption.stream()), (None, None));
    let verifier = scene.verifier();
    let key = key();
    let find = |kinds| {
        let ana = [named("ana", kinds)];
        found(
            &verifier,
            sealed(caption, &ana),
            RECORD,
            Seals::Checked(&key),
        )
    };
    assert_eq!(find(Kinds::AUDIO | Kinds::CAPTION), Finding::Cleared);
    assert_eq!(find(Kinds::CAPTION), Finding::Unnamed);
    assert_eq!(find(Kinds::empty()), Finding::Unnamed);
    let audio = Scope::new(Kinds::AUDIO, RECORD);
    let _ = scene
        .meeting
        .withdraw(Authority::Participant, scene.ana, audio, millis(3000));
    let ana = [named("ana", Kinds::AUDIO | Kinds::CAPTION)];
    let finding = found(
        &scene.verifier(),
        sealed(caption, &ana),
        RECORD,
        Seals::Checked(&key),
    );
    assert_eq!(finding, Finding::Recalled);
}

#[test]
fn what_there_is_no_room_for_is_not_cleared() {
    let mut scene = scene();
    let (tag, ana) = (scene.frame(2000), [named("ana", Kinds::empty())]);
    let frames = [sealed(tag, &ana); 130];
    let (verifier, key) = (scene.verifier(), key());
    for (words, room, cleared) in [
        (3, 130, 130),
        (3, 70, 70),
        (1, 130, 64),
        (0, 130, 0),
        (4, 0, 0),
    ] {
        let mut bitmap = vec![u64::MAX; words];
        let mut findings = vec![Finding::NoTag; room];
        let seals = Seals::Checked(&key);
        let count = verifier.verify_batch(&frames, RECORD, seals, &mut bitmap, &mut findings);
        assert_eq!(count, cleared);
        let set: u32 = bitmap.iter().map(|word| word.count_ones()).sum();
        assert_eq!(set as usize, cleared);
        let told = findings
            .iter()
            .filter(|finding| **finding == Finding::Cleared);
        assert_eq!(told.count(), cleared);
    }
}

#[test]
fn a_ledger_with_an_entry_that_cannot_be_clears_nothing() {
    let scene = scene();
    let mut text = String::from_utf8(scene.ledger.bytes()).unwrap();
    let head = scene.meeting.head();
    let made_up = format!(
        r#"{{"n":{},"prev":"{}","at":9000000,"entry":{{"event":"left","who":"nobody"}}}}"#,
        head.entries, head.hash
    );
    text += &made_up;
    text.push('\n');
    let ledger = Ledger::read(text.as_bytes(), None, None).unwrap();
    let refused = Verifier::new(&ledger).unwrap_err();
    assert_eq!(
        (refused.what, refused.line),
        (LedgerFault::Impossible, head.entries + 1)
    );
}
