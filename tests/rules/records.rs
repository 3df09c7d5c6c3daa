//! Service data is data: closed schemas, ranges, and so many bits a minute (R9).

use framegate::{
    Contributors, Frame, JoinOptions, Kind, Kinds, Meeting, MeetingOptions, Outlet, OutletOptions,
    Participant, Payload, Purposes, Reason, Region, StreamOptions, Tap, Time, Verdict,
    format::{Field, Format, Schema},
};

use crate::common::{self, agree, meeting, millis, own, tap};

const RECORD: Purposes = Purposes::RECORD;
const MINUTE: i64 = 60_000;
const OUT_OF_RANGE: Reason = Reason::OutOfRange;

fn schema(ranges: &[(i64, i64)], bits_per_minute: u32) -> Schema {
    let fields = ranges.iter().enumerate().map(|(at, (start, end))| Field {
        name: at.to_string(),
        unit: "packets".into(),
        range: *start..=*end,
    });
    Schema::new(fields.collect(), bits_per_minute).unwrap()
}

/// Any integer: 64 bits.
fn counter(bits_per_minute: u32) -> Schema {
    schema(&[(i64::MIN, i64::MAX)], bits_per_minute)
}

fn record<const N: usize>(values: [i64; N]) -> Vec<u8> {
    values.map(i64::to_le_bytes).concat()
}

fn outlet(meeting: &mut Meeting) -> Outlet {
    let outlet = OutletOptions::new("metrics", RECORD).blank(Kinds::all());
    meeting.open_outlet(outlet).unwrap()
}

fn telemetry(meeting: &mut Meeting, who: Participant, schema: Schema, outlet: Outlet) -> Tap {
    let stream = StreamOptions::records(who, Kind::Telemetry, schema);
    let stream = meeting.open_stream(stream).unwrap();
    meeting.tap(stream, outlet).unwrap()
}

fn send(tap: &mut Tap, value: i64, now: Time) -> Verdict {
    let record = record([value]);
    let admission = tap.admit(&own(now), Payload::Bytes(&record), now, |_| ());
    admission.verdict()
}

/// How many of so many records, a millisecond apart, were released.
fn released(tap: &mut Tap, count: i64, from: i64) -> usize {
    let verdicts = (0..count).map(|at| send(tap, !at, millis(from + at)));
    verdicts.filter(|verdict| verdict.is_released()).count()
}

#[test]
fn r9_records_are_gated_like_content() {
    let (mut meeting, notice, [who]) = meeting();
    for kind in [Kind::Telemetry, Kind::Diagnostic, Kind::Usage] {
        let stream = StreamOptions::records(who, kind, counter(640));
        let mut tap = tap(&mut meeting, stream, RECORD);
        let refused = Verdict::Dropped(Reason::NotGranted);
        assert_eq!(send(&mut tap, 7, millis(1)), refused);
        let mut bytes = record([7]);
        let frame = own(millis(1));
        let payload = (&mut bytes[..]).into();
        let blanked = tap.admit_in_place(&frame, payload, millis(1), |cleared| {
            assert_eq!(cleared.bytes(), Some(&[0; 8][..]));
        });
        assert_eq!(blanked.verdict(), Verdict::Blanked(Reason::NotGranted));
        let scope = framegate::Scope::new(kind.into(), RECORD);
        agree(&mut meeting, notice, who, scope, millis(2));
        assert_eq!(send(&mut tap, 7, millis(3)), Verdict::Whole);
        let bare = tap.decide(&own(millis(3)), millis(3));
        assert_eq!((bare.verdict(), bare.purposes()), (Verdict::Whole, RECORD));
    }
    let stream = StreamOptions::records(who, Kind::Unclassified, counter(640));
    let mut unspecific = tap(&mut meeting, stream, RECORD);
    agree(&mut meeting, notice, who, common::SCOPE, millis(3));
    let never = Verdict::Dropped(Reason::Unclassified);
    assert_eq!(send(&mut unspecific, 7, millis(4)), never);
}

#[test]
fn r9_free_bytes_are_withheld() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    for kind in [Kind::Telemetry, Kind::Diagnostic, Kind::Usage] {
        for format in [Format::UTF8, Format::OPAQUE] {
            for stream in [
                StreamOptions::owned(who, kind, format),
                StreamOptions::mix(kind, format),
                StreamOptions::composite(kind, format),
            ] {
                let mut tap = tap(&mut meeting, stream, RECORD);
                let people = [who];
                let frame = Frame::new(millis(1), Contributors::Complete(&people));
                let bytes = Payload::Bytes(b"eight by");
                let admission = tap.admit(&frame, bytes, millis(1), |_| ());
                let free = Verdict::Dropped(Reason::FreeBytes);
                assert_eq!(admission.verdict(), free);
                assert_eq!(tap.decide(&frame, millis(1)).verdict(), free);
            }
        }
    }
}

#[test]
fn r9_a_record_is_of_its_schema_and_of_its_owner() {
    let (mut meeting, notice, [who, other]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    agree(&mut meeting, notice, other, common::SCOPE, Time::START);
    let stream = StreamOptions::records(who, Kind::Usage, schema(&[(0, 9), (0, 9)], 1000));
    let mut tap = tap(&mut meeting, stream, RECORD);
    let malformed = Verdict::Dropped(Reason::Malformed);
    let now = millis(1);
    for (length, verdict) in [
        (16, Verdict::Whole),
        (15, malformed),
        (8, malformed),
        (24, malformed),
    ] {
        let bytes = vec![0; length];
        let admission = tap.admit(&own(now), Payload::Bytes(&bytes), now, |_| ());
        assert_eq!(admission.verdict(), verdict, "{length}");
    }
    let (own_list, others) = ([who], [who, other]);
    let regions = [Region::new(who, framegate::Area::Channel(0))];
    for (frame, verdict) in [
        (
            Frame::new(now, Contributors::Complete(&own_list)),
            Verdict::Whole,
        ),
        (Frame::new(now, Contributors::Complete(&others)), malformed),
        (own(now).regions(&regions), malformed),
    ] {
        let admission = tap.admit(&frame, Payload::Bytes(&[0; 16]), now, |_| ());
        assert_eq!(admission.verdict(), verdict);
        assert_eq!(tap.decide(&frame, now).verdict(), verdict);
    }
}

#[test]
fn r9_fields_out_of_range_are_zeroed() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let ranges = [(0, 9), (5, 9), (-9, -5)];
    let stream = StreamOptions::records(who, Kind::Telemetry, schema(&ranges, 1_000_000));
    let mut tap = tap(&mut meeting, stream, RECORD);
    let now = millis(1);
    let some = Verdict::Redacted(OUT_OF_RANGE);
    let nothing = Verdict::Dropped(OUT_OF_RANGE);
    for (sent, verdict, left) in [
        ([9, 5, -9], Verdict::Whole, [9, 5, -9]),
        // No value.
        ([0, 0, 0], Verdict::Whole, [0, 0, 0]),
        ([10, 5, -9], some, [0, 5, -9]),
        ([-1, 4, -9], some, [0, 0, -9]),
        ([9, i64::MIN, i64::MAX], some, [9, 0, 0]),
        ([10, 4, -4], nothing, [0, 0, 0]),
    ] {
        let (bytes, left) = (record(sent), record(left));
        let receive = |cleared: framegate::Cleared<'_>| {
            let hidden = [0, 1, 2].map(|field| cleared.hides(field));
            assert_eq!(
                hidden,
                [0, 1, 2].map(|at| sent[at] != 0 && left[8 * at..][..8] == [0; 8])
            );
            cleared.bytes().unwrap().to_vec()
        };
        let mut buffer = vec![7; 24];
        let into = (&mut buffer[..]).into();
        let copied = tap.admit_into(&own(now), Payload::Bytes(&bytes), into, now, receive);
        assert_eq!(copied.verdict(), verdict, "{sent:?}");
        let mut in_place = bytes.clone();
        let placed = tap.admit_in_place(&own(now), (&mut in_place[..]).into(), now, receive);
        assert_eq!(placed.verdict(), verdict, "{sent:?}");
        if verdict.is_released() {
            assert_eq!(
                (copied.output, placed.output),
                (Some(left.clone()), Some(left.clone()))
            );
        }
        assert_eq!((&buffer, &in_place), (&left, &left));
        // Without a copy there is nothing to take out of.
        let as_it_is = tap.admit(&own(now), Payload::Bytes(&bytes), now, |_| ());
        let whole = verdict == Verdict::Whole;
        assert_eq!(as_it_is.verdict(), if whole { verdict } else { nothing });
    }
}

#[test]
fn r9_a_smuggler_is_cut_at_the_declared_bits_a_minute() {
    let (mut meeting, notice, [who, other]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    agree(&mut meeting, notice, other, common::SCOPE, Time::START);
    let (metrics, elsewhere) = (outlet(&mut meeting), outlet(&mut meeting));
    // Ten records.
    let bits = 10 * 64 + 63;
    let mut first = telemetry(&mut meeting, who, counter(bits), metrics);
    let mut second = telemetry(&mut meeting, who, counter(bits), metrics);
    let mut into_another = telemetry(&mut meeting, who, counter(bits), elsewhere);
    let mut of_another = telemetry(&mut meeting, other, counter(bits), metrics);

    assert_eq!(released(&mut first, 7, 0), 7);
    assert_eq!(released(&mut second, 1000, 1000), 3);
    let over = Verdict::Dropped(Reason::OverBudget);
    assert_eq!(send(&mut first, 1, millis(MINUTE - 1)), over);
    // Nor does it come as an empty frame.
    let (mut bytes, late) = (record([1]), millis(MINUTE - 1));
    let admission = first.admit_in_place(&own(late), (&mut bytes[..]).into(), late, |_| ());
    assert_eq!((admission.verdict(), bytes), (over, record([0])));
    // Other people and other outlets have their own.
    assert_eq!(released(&mut into_another, 20, 0), 10);
    assert_eq!(released(&mut of_another, 20, 0), 10);

    assert_eq!(released(&mut second, 1000, MINUTE), 10);
    // To who lags behind, or comes with a new tap or stream, it is still spent.
    assert_eq!(released(&mut first, 10, MINUTE - 1), 0);
    let mut third = telemetry(&mut meeting, who, counter(bits), metrics);
    assert_eq!(released(&mut third, 10, MINUTE), 0);
    assert_eq!(released(&mut third, 1000, 2 * MINUTE), 10);

    // What is withheld costs nothing.
    let mut narrow = telemetry(&mut meeting, other, schema(&[(1, 2)], 4), elsewhere);
    for _ in 0..9 {
        assert_eq!(
            send(&mut narrow, 9, millis(1)),
            Verdict::Dropped(OUT_OF_RANGE)
        );
    }
    assert_eq!(send(&mut narrow, 1, millis(1)), Verdict::Whole);
    assert_eq!(send(&mut narrow, 1, millis(1)), Verdict::Whole);
    assert_eq!(send(&mut narrow, 1, millis(1)), over);
}

#[test]
fn r9_coming_back_is_no_way_to_a_new_budget() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let metrics = outlet(&mut meeting);
    let mut before = telemetry(&mut meeting, who, counter(64), metrics);
    assert_eq!(released(&mut before, 2, 0), 1);
    let _ = meeting.leave(who, millis(10)).unwrap();
    let who = meeting.join(JoinOptions::adult("0"), millis(11)).unwrap();
    agree(&mut meeting, notice, who, common::SCOPE, millis(12));
    let mut after = telemetry(&mut meeting, who, counter(64), metrics);
    assert_eq!(
        send(&mut after, 1, millis(13)),
        Verdict::Dropped(Reason::OverBudget)
    );
    assert_eq!(send(&mut after, 1, millis(MINUTE)), Verdict::Whole);
}

#[test]
fn r9_after_a_crash_nothing_more_goes_in_that_minute() {
    let memory = common::Memory::default();
    let mut meeting =
        Meeting::open(MeetingOptions::new("test", 1).ledger(memory.writer())).unwrap();
    let notice = meeting.show(common::notice()).unwrap();
    let who = meeting.join(JoinOptions::adult("ana"), millis(1)).unwrap();
    agree(&mut meeting, notice, who, common::SCOPE, millis(MINUTE));
    drop(meeting);

    let mut meeting = Meeting::resume(&common::verified(&memory.read()), memory.writer()).unwrap();
    let (_, who) = meeting.participants().next().unwrap();
    let outlet = outlet(&mut meeting);
    let mut tap = telemetry(&mut meeting, who, counter(640), outlet);
    let over = Verdict::Dropped(Reason::OverBudget);
    assert_eq!(send(&mut tap, 1, millis(MINUTE + 1)), over);
    assert_eq!(send(&mut tap, 1, millis(2 * MINUTE - 1)), over);
    assert_eq!(send(&mut tap, 1, millis(2 * MINUTE)), Verdict::Whole);
    // How long after its last entry the meeting was lost, nobody knows.
    let elsewhere = self::outlet(&mut meeting);
    let mut tap = telemetry(&mut meeting, who, counter(640), elsewhere);
    assert_eq!(send(&mut tap, 1, millis(5 * MINUTE + 1)), over);
    assert_eq!(send(&mut tap, 1, millis(6 * MINUTE - 1)), over);
    assert_eq!(send(&mut tap, 1, millis(6 * MINUTE)), Verdict::Whole);
}

#[test]
fn r9_taps_on_several_threads_share_a_budget() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let metrics = outlet(&mut meeting);
    let taps = [(); 4].map(|()| telemetry(&mut meeting, who, counter(64_000), metrics));
    let released = std::thread::scope(|scope| {
        let threads = taps.map(|mut tap| scope.spawn(move || released(&mut tap, 2000, 0)));
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!(released.iter().sum::<usize>(), 1000);
}
