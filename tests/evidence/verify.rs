//! The check before training, frame by frame: what is found, and that nothing is cleared by what is missing.
//!
//! `tests/oracle/recall.rs` compares it with a plain replay over random meetings.

use framegate::{
    Authority, Digest, Frame, Instance, JoinOptions, Kind, Kinds, Meeting, MeetingOptions,
    Participant, Purposes, Scope, StreamOptions, Tag, Tap, Time,
    archive::{Archived, Carried, Finding, MeetingKey, Seal, Seals, Subject, Subjects, Verifier},
    format::Format,
    ledger::{Head, Ledger, LedgerFault},
};

use crate::common::{self, Memory, SCOPE, agree, millis, notice, own};

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
    let mut meeting =
        Meeting::open(MeetingOptions::new("standup", 4).ledger(ledger.writer())).unwrap();
    let digest = meeting.show(notice()).unwrap();
    let [ana, bo] =
        ["ana", "bo"].map(|id| meeting.join(JoinOptions::adult(id), Time::START).unwrap());
    for who in [ana, bo] {
        agree(&mut meeting, digest, who, SCOPE, millis(1000));
    }
    let stream = StreamOptions::owned(ana, Kind::Audio, Format::OPAQUE);
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

    fn key(&self) -> MeetingKey {
        key(self.meeting.instance())
    }

    fn sealed<'a>(&self, tag: Tag, subjects: &'a [Subject<'a>]) -> Archived<'a> {
        sealed(&self.key(), tag, subjects)
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(&common::verified(&self.ledger.read()))
    }
}

/// Of any meeting, as all have the same secret.
fn key(instance: Instance) -> MeetingKey {
    MeetingKey::new(&[3; 32], instance).unwrap()
}

fn named(id: &str, kinds: Kinds) -> Subject<'_> {
    Subject { id, kinds }
}

fn sealed<'a>(key: &MeetingKey, tag: Tag, subjects: &'a [Subject<'a>]) -> Archived<'a> {
    let (stream, subjects) = (key.stream(tag), Subjects::new(subjects).unwrap());
    let digest = stream.digest(Format::OPAQUE, PAYLOAD);
    let seal = Some(stream.seal(tag, subjects, digest));
    Archived {
        instance: key.instance(),
        carried: Some(Carried { tag, seal }),
        subjects,
        digest: Some(digest),
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
    let (verifier, key) = (scene.verifier(), scene.key());
    let sealed = |tag, subjects| sealed(&key, tag, subjects);
    let frame = sealed(tag, &ana);
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
    let without = Archived {
        digest: None,
        ..frame
    };
    assert_eq!(find(without, RECORD), Finding::Unsealed);
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
        digest: Some(key.stream(tag).digest(Format::OPAQUE, b"another")),
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
        .withdraw(Authority::Participant, scene.ana, SCOPE, millis(3000))
        .unwrap();
    let verifier = scene.verifier();
    assert_eq!(found(&verifier, frame, RECORD, checked), Finding::Recalled);
    // Who cannot be trusted cannot be told to be recalled.
    assert_eq!(found(&verifier, moved, RECORD, checked), Finding::Forged);
}

/// A verifier that does not look at which meeting it is: the frame, the key and the head are told to be of the ledger's.
fn careless(frame: Archived<'_>, of: Instance) -> (Archived<'_>, MeetingKey) {
    let key = key(of);
    let tag = frame.carried.unwrap().tag;
    let seal = Some(
        key.stream(tag)
            .seal(tag, frame.subjects, frame.digest.unwrap()),
    );
    let frame = Archived {
        instance: of,
        carried: Some(Carried { tag, seal }),
        ..frame
    };
    (frame, key)
}

/// Two meetings of the same id, people and secret: of Monday's Ana withdrew, of Tuesday's nobody did.
#[test]
fn evidence_belongs_to_one_meeting_and_no_other() {
    let (mut monday, mut tuesday) = (scene(), scene());
    let ana = [named("ana", Kinds::empty())];
    let (tag, of_tuesday) = (monday.frame(2000), tuesday.frame(2000));
    assert_eq!(tag, of_tuesday, "the same in all but the meeting");
    let (frame, earlier) = (monday.sealed(tag, &ana), monday.meeting.head());
    let tuesdays_head = tuesday.meeting.head();
    let _ = monday
        .meeting
        .withdraw(Authority::Participant, monday.ana, SCOPE, millis(3000));
    let (own, other) = (monday.verifier(), tuesday.verifier());
    let keys = [monday.key(), tuesday.key()];
    let [mondays, tuesdays] = keys.each_ref().map(Seals::Checked);
    assert_eq!(found(&own, frame, RECORD, mondays), Finding::Recalled);
    assert_eq!(kept(&own, frame, &earlier), Finding::Recalled);

    // Monday's frame and Tuesday's ledger, by either key and without.
    for seals in [mondays, tuesdays, Seals::DryRun] {
        for wanted in [RECORD, Purposes::TRAIN] {
            let finding = found(&other, frame, wanted, seals);
            assert_eq!(finding, Finding::OtherMeeting, "{seals:?}");
        }
    }
    assert_eq!(kept(&other, frame, &tuesdays_head), Finding::OtherMeeting);
    let nothing = Archived {
        carried: None,
        ..frame
    };
    assert_eq!(kept(&other, nothing, &tuesdays_head), Finding::OtherMeeting);
    // Monday's frame and ledger, and Tuesday's key.
    assert_eq!(found(&own, frame, RECORD, tuesdays), Finding::OtherMeeting);
    // Or Monday's head, from which Tuesday's ledger does not go on.
    for head in [earlier, own.head()] {
        let (mut stays, mut findings) = ([u64::MAX], [Finding::Withheld]);
        let refused = other.recheck(&head, &[frame], &mut stays, &mut findings);
        assert_eq!(refused.unwrap_err().what, LedgerFault::OtherMeeting);
        assert_eq!((stays, findings), ([0], [Finding::Withheld]));
    }
    // Who only changes what a row says of its meeting has no seal for it.
    let relabelled = Archived {
        instance: tuesday.meeting.instance(),
        ..frame
    };
    assert_eq!(found(&other, relabelled, RECORD, tuesdays), Finding::Forged);

    // The control: whoever does not look at the instance clears what must go.
    let (seen, key) = careless(frame, tuesday.meeting.instance());
    let seals = Seals::Checked(&key);
    assert_eq!(found(&other, seen, RECORD, seals), Finding::Cleared);
    assert_eq!(found(&other, seen, RECORD, Seals::DryRun), Finding::Cleared);
    assert_eq!(kept(&other, seen, &tuesdays_head), Finding::Cleared);
}

#[test]
fn a_dry_run_takes_tags_at_their_word_but_not_the_ledgers() {
    let mut scene = scene();
    let (tag, ana) = (scene.frame(2000), [named("ana", Kinds::empty())]);
    let unsealed = Archived {
        carried: Some(tag.into()),
        digest: None,
        ..scene.sealed(tag, &ana)
    };
    assert_eq!(
        found(&scene.verifier(), unsealed, RECORD, Seals::DryRun),
        Finding::Cleared
    );
    let _ = scene
        .meeting
        .withdraw(Authority::Participant, scene.ana, SCOPE, millis(3000))
        .unwrap();
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
        kept(&scene.verifier(), scene.sealed(first, &ana), &earlier),
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
        .withdraw(Authority::Participant, scene.bo, Scope::ALL, millis(2300))
        .unwrap();
    let _ = scene.meeting.leave(scene.ana, millis(2400)).unwrap();
    assert_eq!(
        kept(&scene.verifier(), scene.sealed(first, &ana), &earlier),
        Finding::Cleared
    );

    // Withdrawing after leaving does, and agreeing again saves nothing of before.
    let withdrawal = Authority::Participant;
    let _ = scene
        .meeting
        .withdraw(withdrawal, scene.ana, whole, millis(3000))
        .unwrap();
    assert_eq!(
        kept(&scene.verifier(), scene.sealed(first, &ana), &earlier),
        Finding::Recalled
    );
    let again = scene
        .meeting
        .join(JoinOptions::adult("ana"), millis(3500))
        .unwrap();
    agree(&mut scene.meeting, scene.notice, again, SCOPE, millis(3600));
    let stream = StreamOptions::owned(again, Kind::Audio, Format::OPAQUE);
    scene.tap = common::tap(&mut scene.meeting, stream, RECORD);
    let second = scene.frame(4000);
    let verifier = scene.verifier();
    assert_eq!(
        kept(&verifier, scene.sealed(first, &ana), &earlier),
        Finding::Recalled
    );
    assert_eq!(
        kept(&verifier, scene.sealed(second, &ana), &earlier),
        Finding::Cleared
    );
    // What was never released must go, too.
    let made_up = Archived {
        carried: None,
        ..scene.sealed(first, &ana)
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
        .withdraw(Authority::Participant, scene.ana, SCOPE, millis(3000))
        .unwrap();
    let head = scene.verifier().head();
    let without = Verifier::new(&common::verified(
        &Ledger::read(&before, None, None).unwrap(),
    ));
    let (mut stays, mut findings) = ([u64::MAX], [Finding::NoTag]);
    let refused = without.recheck(&head, &[scene.sealed(tag, &ana)], &mut stays, &mut findings);
    assert_eq!(refused.unwrap_err().what, LedgerFault::Anchor);
    assert_eq!((stays, findings), ([0], [Finding::NoTag]));
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
    let captions = StreamOptions::derived(Kind::Caption, Format::UTF8);
    let mut captions = common::tap(&mut scene.meeting, captions, RECORD);
    let text = b"what she said"[..].into();
    let sources = [voice.as_source()];
    let frame = Frame::derived(&sources);
    let caption = captions.admit(&frame, text, millis(2500), |cleared| cleared.tag());
    let caption = caption.output.unwrap();
    assert_eq!((caption.kind(), caption.stream()), (None, None));
    let verifier = scene.verifier();
    let key = scene.key();
    let find = |kinds| {
        let ana = [named("ana", kinds)];
        found(
            &verifier,
            scene.sealed(caption, &ana),
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
        .withdraw(Authority::Participant, scene.ana, audio, millis(3000))
        .unwrap();
    let ana = [named("ana", Kinds::AUDIO | Kinds::CAPTION)];
    let finding = found(
        &scene.verifier(),
        scene.sealed(caption, &ana),
        RECORD,
        Seals::Checked(&key),
    );
    assert_eq!(finding, Finding::Recalled);
}

#[test]
fn what_there_is_no_room_for_is_not_cleared() {
    let mut scene = scene();
    let (tag, ana) = (scene.frame(2000), [named("ana", Kinds::empty())]);
    let frames = [scene.sealed(tag, &ana); 130];
    let (verifier, key) = (scene.verifier(), scene.key());
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
    let refused = ledger.verify().unwrap_err();
    assert_eq!(
        (refused.what, refused.line),
        (LedgerFault::Impossible, head.entries + 1)
    );
}
