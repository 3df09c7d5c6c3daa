//! What is derived from frames clears no more than they did (R8).

mod common;

use common::{agree, meeting, microphone, millis, own, tap};
use framegate::{
    Area, Authority, Contributors, Digest, Format, Frame, Kind, Kinds, MAX_SOURCES, Meeting,
    Participant, Payload, Purposes, Reason, Region, Scope, Source, StreamOptions, Tag, Tap, Time,
    Verdict,
};
use proptest::{collection::vec, prelude::*};

const SAMPLES: Payload<'_> = Payload::Bytes(&[1; 4]);
const TEXT: Payload<'_> = Payload::Bytes(b"text");
const RECORD: Purposes = Purposes::RECORD;

fn captions() -> StreamOptions {
    StreamOptions::derived(Kind::Caption, Format::UTF8)
}

/// The tag of a frame of somebody's microphone.
fn heard(meeting: &mut Meeting, who: Participant, purposes: Purposes, at: Time) -> Tag {
    let mut tap = tap(meeting, microphone(who), purposes);
    tap.admit(&own(at), SAMPLES, at, |_| ()).tag
}

fn derive(tap: &mut Tap, sources: &[Source<'_>], now: Time) -> Verdict {
    let admission = tap.admit(&Frame::derived(sources), TEXT, now, |_| ());
    admission.verdict()
}

fn scope(kinds: Kinds, purposes: Purposes) -> Scope {
    Scope::new(kinds, purposes)
}

/// Somebody who agreed to everything, and a caption of what they said at 5 ms.
fn caption() -> (Meeting, Digest, Participant, Tag, Tap) {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let tag = heard(&mut meeting, who, RECORD, millis(5));
    let tap = tap(&mut meeting, captions(), RECORD);
    (meeting, notice, who, tag, tap)
}

#[test]
fn r8_a_caption_carries_the_meet_of_its_sources() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, common::SCOPE, Time::START);
    agree(&mut meeting, notice, ben, common::SCOPE, Time::START);
    let first = heard(&mut meeting, ana, RECORD, millis(5));
    let second = heard(&mut meeting, ben, RECORD | Purposes::TRAIN, millis(9));
    let mut tap = tap(&mut meeting, captions(), RECORD);
    let people = [ben, ana];
    let (bens, anas) = people.split_at(1);
    let sources = [Source::new(second, bens), Source::new(first, anas)];
    let frame = Frame::derived(&sources);
    let admission = tap.admit(&frame, TEXT, millis(20), |cleared| {
        let mut room = [Participant::UNKNOWN; 2];
        assert!(cleared.source(&mut room[..1]).is_none());
        let source = cleared.source(&mut room).unwrap();
        assert_eq!(source.tag, cleared.tag());
        assert_eq!(source.people, [ben, ana]);
        assert_eq!(source.kinds, Kinds::AUDIO | Kinds::CAPTION);
        assert_eq!(source.captured, millis(5));
    });
    let tag = admission.tag;
    assert!(admission.output.is_some());
    assert_eq!((tag.verdict(), tag.purposes()), (Verdict::Whole, RECORD));
    assert_eq!((tag.kind(), tag.stream()), (None, None));
    assert_eq!(tag.captured(), millis(5));
    assert_eq!(tag.generation(), first.generation());
    assert_eq!(Tag::from_bytes(tag.to_bytes()), Ok(tag));
    // Another order, another way.
    let joined = Source::new(first.meet(second), &people);
    assert_eq!(derive(&mut tap, &[joined], millis(20)), Verdict::Whole);
    assert_eq!(tap.decide(&frame, millis(20)).purposes(), RECORD);
}

/// The meet of a redacted tag and a whole one is redacted.
#[test]
fn r8_what_is_made_of_a_frame_in_part_is_tagged_so() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, common::SCOPE, Time::START);
    let stereo = StreamOptions::composite(Kind::Audio, Format::pcm(framegate::Samples::S16, 2));
    let mut stereo = tap(&mut meeting, stereo, RECORD);
    let regions = [0, 1].map(|channel| {
        Region::new(
            [ana, ben][channel],
            Area::Channel(u16::try_from(channel).unwrap()),
        )
    });
    let list = [ana, ben];
    let frame = Frame::new(millis(5), Contributors::Complete(&list)).regions(&regions);
    let mut samples = [1; 4];
    let in_part = stereo.admit_in_place(&frame, (&mut samples[..]).into(), millis(5), |_| ());
    let redacted = Verdict::Redacted(Reason::NotGranted);
    assert_eq!(in_part.verdict(), redacted);
    let whole = heard(&mut meeting, ana, RECORD, millis(6));

    let mut tap = tap(&mut meeting, captions(), RECORD);
    let people = [ana];
    let [of_parts, of_all] = [in_part.tag, whole].map(|tag| Source::new(tag, &people));
    assert_eq!(derive(&mut tap, &[of_all], millis(7)), Verdict::Whole);
    let sources = [of_parts, of_all];
    let frame = Frame::derived(&sources);
    let admission = tap.admit(&frame, TEXT, millis(8), |cleared| {
        let tag = cleared.source(&mut [Participant::UNKNOWN; 2]).unwrap().tag;
        (cleared.bytes() == Some(b"text"), tag.verdict())
    });
    // It goes as it is: nothing of it is anybody's who did not agree.
    assert_eq!(admission.output, Some((true, redacted)));
    assert_eq!(
        (admission.verdict(), admission.tag.purposes()),
        (redacted, RECORD)
    );
    assert_eq!(Tag::from_bytes(admission.tag.to_bytes()), Ok(admission.tag));
    assert_eq!(tap.decide(&frame, millis(8)).verdict(), redacted);
    let mut buffer = [0; 4];
    let copied = tap.admit_into(&frame, TEXT, (&mut buffer[..]).into(), millis(8), |_| ());
    assert_eq!((copied.verdict(), &buffer), (redacted, b"text"));
    let counters = tap.counters();
    assert_eq!(
        (counters.seen, counters.whole, counters.redacted),
        (3, 1, 2)
    );
}

#[test]
fn r8_a_withheld_frame_is_no_source() {
    let (mut meeting, _, who, released, mut tap) = caption();
    let (mut refusing, _, [other]) = common::meeting();
    let dropped = heard(&mut refusing, other, RECORD, millis(5));
    let mut blanking = common::tap(&mut refusing, microphone(other), RECORD);
    let mut samples = [1; 4];
    let blanked = blanking.admit_in_place(
        &own(millis(5)),
        (&mut samples[..]).into(),
        millis(5),
        |cleared| {
            assert!(cleared.source(&mut [who; 9]).is_none());
        },
    );
    assert!(matches!(blanked.verdict(), Verdict::Blanked(_)));
    let verdict = |tap: &mut Tap, tags: &[Tag]| {
        let people = [who];
        let sources = tags.iter().map(|tag| Source::new(*tag, &people));
        derive(tap, &sources.collect::<Vec<_>>(), millis(9))
    };
    // Whose consent it is does not matter here: the tag says that it was withheld.
    let withheld = Verdict::Dropped(Reason::NotGranted);
    assert_eq!(verdict(&mut tap, &[dropped]), withheld);
    assert_eq!(verdict(&mut tap, &[blanked.tag]), withheld);
    assert_eq!(verdict(&mut tap, &[released, dropped, released]), withheld);
    assert_eq!(verdict(&mut tap, &[released.meet(dropped)]), withheld);
    // Nor does an outlet for which it was not cleared get it, whoever agrees now.
    let mut training = common::tap(&mut meeting, captions(), Purposes::TRAIN);
    let beyond = Verdict::Dropped(Reason::BeyondSource);
    assert_eq!(verdict(&mut training, &[released]), beyond);
    let both = heard(&mut meeting, who, RECORD | Purposes::TRAIN, millis(9));
    assert_eq!(verdict(&mut training, &[both]), Verdict::Whole);
    assert_eq!(verdict(&mut training, &[both, released]), beyond);
}

#[test]
fn r8_sources_that_do_not_say_everything_are_incomplete() {
    let (mut meeting, _, who, tag, mut tap) = caption();
    let people = [who];
    let source = Source::new(tag, &people);
    let incomplete = Verdict::Dropped(Reason::Incomplete);
    let now = millis(9);
    let mut check = |sources: &[_], verdict| {
        assert_eq!(derive(&mut tap, sources, now), verdict, "{sources:?}");
        let bare = tap.decide(&Frame::derived(sources), now).verdict();
        assert_eq!(bare, verdict, "{sources:?}");
    };
    check(&[source; MAX_SOURCES], Verdict::Whole);
    check(
        &[source; MAX_SOURCES + 1],
        Verdict::Dropped(Reason::Malformed),
    );
    check(&[], incomplete);
    check(&[source, Source::new(tag, &[])], incomplete);
    let early = millis(-1);
    let negative = Source {
        captured: early,
        ..source
    };
    check(&[negative], Verdict::Dropped(Reason::Time));
    let later = heard(&mut meeting, who, RECORD, millis(10));
    let later = Source::new(later, &people);
    check(&[source, later], Verdict::Dropped(Reason::Time));
    let unspecific = Source {
        kinds: Kinds::UNCLASSIFIED,
        ..source
    };
    check(&[unspecific], Verdict::Dropped(Reason::Unclassified));

    // A tag of several kinds does not say which.
    let mut text = common::tap(
        &mut meeting,
        StreamOptions::owned(who, Kind::Chat, Format::UTF8),
        RECORD,
    );
    let chat = text.admit(&own(now), TEXT, now, |_| ()).tag;
    let several = Source::new(tag.meet(chat), &people);
    check(&[several], incomplete);
    check(
        &[Source {
            kinds: Kinds::AUDIO,
            ..several
        }],
        incomplete,
    );
    let kinds = Kinds::AUDIO | Kinds::CHAT;
    check(&[Source { kinds, ..several }], Verdict::Whole);

    for contributors in [
        Contributors::Owner,
        Contributors::Complete(&people),
        Contributors::Partial(&people),
    ] {
        let frame = Frame::new(now, contributors);
        let admission = tap.admit(&frame, TEXT, now, |_| ());
        assert_eq!(admission.verdict(), incomplete, "{contributors:?}");
    }
    for stream in [
        StreamOptions::owned(who, Kind::Caption, Format::UTF8),
        StreamOptions::mix(Kind::Caption, Format::UTF8),
        StreamOptions::composite(Kind::Caption, Format::UTF8),
    ] {
        let mut ordinary = common::tap(&mut meeting, stream, RECORD);
        assert_eq!(derive(&mut ordinary, &[source], now), incomplete);
    }
    // Free bytes stay free bytes, whatever they were made from.
    let statistics = StreamOptions::derived(Kind::Usage, Format::OPAQUE);
    let mut statistics = common::tap(&mut meeting, statistics, RECORD);
    let free = Verdict::Dropped(Reason::FreeBytes);
    assert_eq!(derive(&mut statistics, &[source], now), free);
}

#[test]
fn r8_relabelling_clears_no_more() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    // Each agrees to all kinds but voices, or to voices alone.
    let but_voices = scope(Kinds::all() - Kinds::AUDIO, RECORD);
    agree(&mut meeting, notice, ana, but_voices, Time::START);
    agree(
        &mut meeting,
        notice,
        ben,
        scope(Kinds::AUDIO, RECORD),
        Time::START,
    );
    let refused = heard(&mut meeting, ana, RECORD, millis(1));
    let voice = heard(&mut meeting, ben, RECORD, millis(1));
    for kind in Kind::ALL {
        let mut tap = tap(
            &mut meeting,
            StreamOptions::derived(kind, Format::OPAQUE),
            RECORD,
        );
        let mut verdict = |tag, who| derive(&mut tap, &[Source::new(tag, &[who])], millis(2));
        for withheld in [
            verdict(refused, ana),
            verdict(voice, ana),
            verdict(refused, ben),
        ] {
            assert!(!withheld.is_released(), "{kind:?}");
        }
        // Under the source's kind and its own.
        assert_eq!(
            verdict(voice, ben).is_released(),
            kind == Kind::Audio,
            "{kind:?}"
        );
    }
}

#[test]
fn r8_a_withdrawal_reaches_a_caption_in_a_buffer() {
    for withdrawn in [Kinds::AUDIO, Kinds::CAPTION, Kinds::all()] {
        let (mut meeting, notice, who, tag, mut tap) = caption();
        let people = [who];
        let buffered = [Source::new(tag, &people)];
        assert_eq!(derive(&mut tap, &buffered, millis(10)), Verdict::Whole);
        let scope = scope(withdrawn, RECORD);
        let settling = meeting
            .withdraw(Authority::Participant, who, scope, millis(11))
            .unwrap();
        assert!(settling.is_settled());
        assert_eq!(
            derive(&mut tap, &buffered, millis(12)),
            Verdict::Dropped(Reason::Withdrawn)
        );
        // Agreeing again does not heal the break.
        agree(&mut meeting, notice, who, common::SCOPE, millis(13));
        let earlier = Verdict::Dropped(Reason::CapturedEarlier);
        assert_eq!(derive(&mut tap, &buffered, millis(14)), earlier);
        let anew = heard(&mut meeting, who, RECORD, millis(15));
        let anew = Source::new(anew, &people);
        assert_eq!(derive(&mut tap, &[anew], millis(16)), Verdict::Whole);
        assert_eq!(derive(&mut tap, &[anew, buffered[0]], millis(16)), earlier);
    }
    // Another purpose, or another kind, makes no hole.
    let (mut meeting, _, who, tag, mut tap) = caption();
    for scope in [
        scope(Kinds::all(), Purposes::TRAIN),
        scope(Kinds::VIDEO, RECORD),
    ] {
        let _ = meeting
            .withdraw(Authority::Participant, who, scope, millis(11))
            .unwrap();
    }
    let people = [who];
    let buffered = [Source::new(tag, &people)];
    assert_eq!(derive(&mut tap, &buffered, millis(12)), Verdict::Whole);
    // Who has left agrees to nothing.
    let _ = meeting.leave(who, millis(13)).unwrap();
    let absent = Verdict::Dropped(Reason::Absent);
    assert_eq!(derive(&mut tap, &buffered, millis(13)), absent);
}

#[test]
fn r8_of_what_was_hidden_nothing_is_derived() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, common::SCOPE, Time::START);
    let mut chat = tap(
        &mut meeting,
        StreamOptions::mix(Kind::Chat, Format::UTF8),
        RECORD,
    );
    let quote = Region::new(ben, Area::Span { start: 0, end: 2 });
    let quote = [quote.kind(Kind::Comment).captured(millis(3))];
    let authors = [ana];
    let frame = Frame::new(millis(9), Contributors::Complete(&authors)).regions(&quote);
    let mut room = [Participant::UNKNOWN; 4];
    let mut buffer = *b"text";
    let (people, kinds, captured) = chat
        .admit_into(
            &frame,
            TEXT,
            (&mut buffer[..]).into(),
            millis(9),
            |cleared| {
                let source = cleared.source(&mut room).unwrap();
                (source.people.to_vec(), source.kinds, source.captured)
            },
        )
        .output
        .unwrap();
    assert_eq!(
        (people, kinds, captured),
        (vec![ana], Kinds::CHAT, millis(9))
    );

    agree(&mut meeting, notice, ben, common::SCOPE, millis(10));
    let quote = [quote[0].captured(millis(10))];
    let frame = Frame::new(millis(19), Contributors::Complete(&authors)).regions(&quote);
    let (people, kinds, captured) = chat
        .admit(&frame, TEXT, millis(19), |cleared| {
            let source = cleared.source(&mut room).unwrap();
            (source.people.to_vec(), source.kinds, source.captured)
        })
        .output
        .unwrap();
    let quoted = Kinds::CHAT | Kinds::COMMENT;
    assert_eq!(
        (people, kinds, captured),
        (vec![ana, ben], quoted, millis(10))
    );
}

/// Of a gallery of which only tiles are left, nobody is in it whose tile is not.
#[test]
fn r8_of_a_composite_in_part_its_remaining_owners_are_the_source() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, common::SCOPE, Time::START);
    let stream = StreamOptions::composite(Kind::Chat, Format::UTF8);
    let mut tap = tap(&mut meeting, stream, RECORD);
    let span = |who, start, end| Region::new(who, Area::Span { start, end });
    let regions = [span(ana, 0, 2), span(ben, 2, 4)];
    let members = [ben, ana];
    let frame = Frame::new(millis(9), Contributors::Complete(&members)).regions(&regions);
    let mut people = |now| {
        let mut buffer = *b"text";
        let mut room = [Participant::UNKNOWN; 2];
        let admission = tap.admit_into(&frame, TEXT, (&mut buffer[..]).into(), now, |cleared| {
            cleared.source(&mut room).unwrap().people.to_vec()
        });
        admission.output.unwrap()
    };
    assert_eq!(people(millis(9)), [ana]);
    agree(&mut meeting, notice, ben, common::SCOPE, millis(10));
    assert_eq!(people(millis(20)), [ana]);
    let frame = Frame::new(millis(20), Contributors::Complete(&members)).regions(&regions);
    let whole = tap.admit(&frame, TEXT, millis(20), |cleared| {
        cleared.source(&mut [ana; 2]).unwrap().people.to_vec()
    });
    assert_eq!(whole.output, Some(vec![ben, ana]));
}

/// The kinds of a chain of five derivations, after [`Kind::Audio`].
const CHAIN: [Kind; 5] = [
    Kind::Caption,
    Kind::Note,
    Kind::Comment,
    Kind::Whiteboard,
    Kind::File,
];

proptest! {
    /// Each is derived from the one before and from some people's voices.
    #[test]
    fn r8_no_chain_of_derivations_is_wider_than_its_sources(
        refused in vec((0_usize..3, 0_usize..6), 0..3),
        voices in proptest::array::uniform5(vec(0_usize..3, 0..3)),
        withdrawal in proptest::option::of((0_usize..3, 1_usize..5)),
    ) {
        let (mut meeting, notice, people) = meeting::<3>();
        let mut agreed = [Kinds::all(); 3];
        for (who, at) in refused {
            let kind = if at == 0 { Kind::Audio } else { CHAIN[at - 1] };
            agreed[who] -= kind.into();
        }
        for (who, kinds) in people.iter().zip(agreed) {
            agree(&mut meeting, notice, *who, scope(kinds, RECORD), Time::START);
        }
        // Who and what is in the one before, told by the test itself and by the gate.
        let (mut inside, mut kinds) = (Vec::<usize>::new(), Kinds::AUDIO);
        let mut told: Option<(Tag, Vec<Participant>, Kinds, Time)> = None;
        for (level, (kind, mut voices)) in CHAIN.into_iter().zip(voices).enumerate() {
            let at = millis(10 + i64::try_from(level).unwrap());
            if let Some((who, when)) = withdrawal
                && when == level
            {
                let _ = meeting.withdraw(Authority::Participant, people[who], Scope::ALL, at).unwrap();
                agreed[who] = Kinds::empty();
            }
            if level == 0 {
                voices.push(0);
            }
            let heard = voices.iter().map(|&who| (heard(&mut meeting, people[who], RECORD, at), [people[who]]));
            let heard = heard.collect::<Vec<_>>();
            let mut sources = heard.iter().map(|(tag, who)| Source::new(*tag, who)).collect::<Vec<_>>();
            if let Some((tag, people, kinds, captured)) = &told {
                sources.push(Source { tag: *tag, people, kinds: *kinds, captured: *captured });
            }
            let mut tap = tap(&mut meeting, StreamOptions::derived(kind, Format::OPAQUE), RECORD);
            let mut room = [Participant::UNKNOWN; 3];
            let admission = tap.admit(&Frame::derived(&sources), TEXT, at, |cleared| {
                let source = cleared.source(&mut room).unwrap();
                (source.people.to_vec(), source.kinds, source.captured)
            });
            kinds |= kind.into();
            let old = inside.iter().all(|&who| agreed[who].contains(kinds));
            let new = voices.iter().all(|&who| agreed[who].contains(Kinds::AUDIO | kind.into()));
            prop_assert_eq!(admission.verdict() == Verdict::Whole, old && new);
            prop_assert_eq!(admission.verdict().is_released(), old && new);
            let Some((people, kinds, captured)) = admission.output else { break };
            prop_assert_eq!(captured, millis(10));
            told = Some((admission.tag, people, kinds, captured));
            inside.extend(voices);
        }
    }
}
