"""`python -m unittest`, with FRAMEGATE_LIBRARY set and a C compiler."""

from __future__ import annotations

import array
import contextlib
import copy
import ctypes
import gc
import importlib
import inspect
import io
import itertools
import json
import os
import pickle
import pkgutil
import re
import subprocess
import tempfile
import threading
import time
import typing
import unittest
from collections.abc import Callable, Generator, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import framegate
from framegate import (
    NO_TIME, Archived, Authority, CanBlank, CaptureClock, Carried, Channel, Complete, Csrcs, Digest, Entered, Error, Field, Finding, Format, Frame, Group, Head, Kind, Ledger, Meeting, MeetingKey, Method,
    Outlet, Owner, Partial, Participant, PastMeeting, Purpose, Rectangle, Settling, Source, Sources, Span, Stream, StreamKey, StreamType, Subject, Tap, Verdict, Verifier, _c, meet,
    ntp_time, ntp_units, read_tag, record, wire, words,
)  # fmt: skip

ROOT = Path(__file__).parents[2]
INCLUDE = ROOT / "bindings" / "c" / "include"
SECRET = bytes(range(32))
# Of what is called otherwise in framegate.h.
NAMES = {"Handle": "framegate_meeting"}


def every(kind: type) -> set[type]:
    """All classes that are of one."""
    direct: list[type] = kind.__subclasses__()
    return {*direct, *(each for one in direct for each in every(one))}


def package() -> set[type]:
    """The classes of the package that a program has to do with."""
    modules = [importlib.import_module(f"framegate.{module.name}") for module in pkgutil.iter_modules(framegate.__path__)]
    classes = {each for module in modules for _, each in inspect.getmembers(module, inspect.isclass)}
    own = {each for each in classes if each.__module__.startswith("framegate.")}
    own -= {words.Answer}
    return {each for each in own if each.__module__ != _c.__name__ or getattr(framegate, each.__name__, None) is each}


def is_integer(kind: Any) -> bool:
    return getattr(kind, "_type_", None) in [*"bBhHiIlLqQ"]


class Layout(unittest.TestCase):
    def test_structs_are_as_in_the_header(self) -> None:
        """Sizes and offsets of every member, asked of a C compiler."""
        structs = [each for _, each in inspect.getmembers(_c, inspect.isclass) if issubclass(each, ctypes.Structure) and hasattr(each, "_fields_")]
        self.assertGreater(len(structs), 25)
        asked, told = [], []
        for struct in structs:
            words = "".join("_" + letter.lower() if letter.isupper() else letter for letter in struct.__name__)
            name = NAMES.get(struct.__name__, "framegate" + words)
            asked.append(f"sizeof({name})")
            told.append(ctypes.sizeof(struct))
            for member, *_ in struct._fields_:
                asked.append(f"offsetof({name}, {member})")
                told.append(getattr(struct, member).offset)
        program = "#include <framegate.h>\n#include <stdio.h>\nint main(void) {" + "".join(f'printf("%zu ", {each});' for each in asked) + "}"
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["cc", "-x", "c", f"-I{INCLUDE}", "-o", f"{folder}/layout", "-"], input=program.encode(), check=True)
            printed = subprocess.run([f"{folder}/layout"], capture_output=True, check=True).stdout.split()
        self.assertEqual(dict(zip(asked, told)), dict(zip(asked, map(int, printed))))


class Readme(unittest.TestCase):
    """The README beside this, as it stands."""

    text = (Path(__file__).parent / "README.md").read_text()

    def test_its_example_runs(self) -> None:
        (program,) = re.findall(r"```python\n(.*?)```", self.text, re.DOTALL)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(program, {})
        self.assertEqual(json.loads(printed.getvalue())["who"], "ada")
        # The control: without consent its own assertion fails.
        with self.assertRaises(AssertionError):
            exec(re.sub(r"\n *meeting\.grant\(.*", "", program), {})

    def test_it_lists_the_functions_that_are_missing(self) -> None:
        def named(text: str, pattern: str) -> set[str]:
            return set(re.findall(pattern, text))

        declared = named((INCLUDE / "framegate.h").read_text(), r"FRAMEGATE_API \w+ (framegate_\w+)\(")
        called = named("".join(module.read_text() for module in Path(__file__).parent.glob("framegate/*.py")), r"framegate_\w+")
        self.assertGreater(len(declared & called), 50)
        self.assertEqual(named(self.text, r"`(framegate_\w+)`"), declared - called)


class Gate(unittest.TestCase):
    def setUp(self) -> None:
        self.lines: list[str] = []
        self.meeting = Meeting("test", participants=4, event=self.lines.append)
        self.addCleanup(self.meeting.close)
        self.who = self.meeting.join_adult("who", 0)
        self.notice = self.meeting.show("a notice", "1", "en", "Example Ltd", list(Kind), Purpose.TRAIN)

    def tap(self, owner: Participant | None = None) -> Tap:
        stream = self.meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=owner or self.who)
        return self.meeting.tap(stream, self.meeting.open_outlet("model", Purpose.TRAIN))

    def grant(self, by: Authority = Authority.PARTICIPANT, now: int = 1_000_000, kinds: Sequence[Kind] = (Kind.AUDIO,), who: Participant | None = None) -> None:
        self.meeting.grant(by, who or self.who, self.notice, kinds, Purpose.TRAIN, Method.CLICKED, now)

    def test_ids_and_participants_lead_to_each_other(self) -> None:
        self.assertEqual(self.meeting.id_of(self.who), "who")
        self.assertEqual(bytes(self.meeting.find("who")), bytes(self.who))

    def test_nothing_goes_without_consent(self) -> None:
        with self.tap().admit(b"voice", 0, 20_000, Owner()) as cleared:
            self.assertEqual((cleared.verdict, cleared.reason, cleared.planes), (Verdict.DROPPED, "not granted", []))

    def test_what_is_kept_of_a_release_does_not_change(self) -> None:
        tap = self.tap()
        self.grant()
        for voice in (b"voice", bytearray(b"voice"), memoryview(bytearray(b"voice")), memoryview(b"voice")):
            with tap.admit(voice, 1_000_000, 1_020_000, Owner()) as cleared:
                self.assertEqual((cleared.verdict, cleared.data), (Verdict.WHOLE, b"voice"))
                kept = memoryview(cleared.data)
            if isinstance(voice, bytearray):
                voice[:] = b"later"
            with tap.admit(b"later", 500_000, 1_020_000, Owner()) as cleared:
                self.assertEqual(cleared.verdict, Verdict.DROPPED)
            self.assertEqual(bytes(kept), b"voice")

    def test_buffers_are_counted_in_bytes_and_have_no_gaps(self) -> None:
        tap = self.tap()
        self.grant()
        for code in "bhiqfd":
            samples = array.array(code, range(100))
            for buffer in (samples, memoryview(samples), memoryview(samples).toreadonly(), memoryview(samples).cast("B").cast("B", [samples.itemsize * 10, 10])):
                into = array.array(code, bytes(len(samples) * samples.itemsize))
                for copy in (None, into):
                    with tap.admit(buffer, 1_000_000, 1_020_000, Owner(), into=copy) as cleared:
                        self.assertEqual((cleared.verdict, cleared.data), (Verdict.WHOLE, samples.tobytes()))
                self.assertEqual(into, samples)
        gapped = memoryview(bytearray(range(128)))[::2]
        key = MeetingKey(SECRET, self.meeting.instance).stream(0)
        for content, copied in ((gapped, None), (b"x" * 64, gapped)):
            with self.assertRaises(BufferError), tap.admit(content, 1_000_000, 1_020_000, Owner(), into=copied):
                self.fail("released")
        with self.assertRaises(BufferError):
            key.digest(Format.OPAQUE, gapped)
        with self.assertRaises(TypeError), tap.admit(b"voice", 1_000_000, 1_020_000, Owner(), into=b"voice"):
            self.fail("released")
        self.assertEqual(tap.counters().seen, 48)

    def file(self) -> str:
        """The ledger so far, in a file."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name, "ledger.jsonl")
        path.write_bytes(self.content())
        return str(path)

    def handles(self) -> list[Any]:
        """One of each that stands for something of this process."""
        tap, key = self.tap(), MeetingKey(SECRET, self.meeting.instance)
        ledger = Ledger(self.content())
        settling = self.meeting.withdraw(Authority.PARTICIPANT, self.who, [Kind.VIDEO], Purpose.TRAIN, 0)
        stream = self.meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=self.who)
        outlet = self.meeting.open_outlet("another", Purpose.TRAIN)
        group = self.meeting.group([self.who])
        clock = CaptureClock(48_000, 1)
        return [self.meeting, tap, key, key.stream(0), ledger, Verifier(ledger), settling, group, self.who, stream, outlet, PastMeeting(self.file()), clock]

    def test_handles_are_not_pickled_or_copied(self) -> None:
        handles = self.handles()
        self.assertEqual({type(handle) for handle in handles}, {*every(_c.HandleOwner), *every(_c.Bound)})
        for handle in handles:
            ways: list[Callable[[object], object]] = [pickle.dumps, copy.copy, copy.deepcopy]
            for way in ways:
                with self.assertRaises(TypeError):
                    way(handle)
            for way in (pickle.dumps, copy.deepcopy):
                with self.assertRaises(TypeError):
                    way([handle])

    def test_a_forked_child_uses_no_handle(self) -> None:
        handles = [handle for handle in self.handles() if isinstance(handle, _c.HandleOwner)]
        child = os.fork()
        if child == 0:
            os._exit(sum(self.is_usable(handle) for handle in handles))
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        # The parent's are its own still.
        self.assertEqual([self.is_usable(handle) for handle in handles], [True] * len(handles))

    @staticmethod
    def is_usable(handle: _c.HandleOwner) -> bool:
        try:
            return bool(handle._handle.handle)
        except RuntimeError:
            handle.close()
            return False

    def test_what_is_no_answer_raises(self) -> None:
        handles = self.handles()
        settling, key, tap = handles[6], handles[3], handles[1]
        for handle in handles:
            if isinstance(handle, _c.HandleOwner):
                handle.close()
        asked: list[Callable[[], object]] = [
            settling.is_settled, lambda: settling.wait(1), lambda: self.meeting.settled(settling, 0), lambda: tap.keyframe_request(0, 0), tap.can_blank, tap.last_fault, tap.reasons, lambda: tap.decide(0, 0),
            lambda: key.verify(bytes(16), bytes(16), [], bytes(32)), lambda: meet(bytes(16), bytes(16)), lambda: wire.extension_id(""),
        ]  # fmt: skip
        for ask in asked:
            with self.assertRaises(Error):
                ask()

    def test_what_is_blanked_is_not_what_came_in(self) -> None:
        stream = self.meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPUS, owner=self.who)
        tap = self.meeting.tap(stream, self.meeting.open_outlet("blanked", Purpose.TRAIN, blanks=[Kind.AUDIO]))
        voice = bytes([0xF8]) + b"voice" * 8
        with tap.admit(voice, 1_000_000, 1_020_000, Owner()) as cleared:
            self.assertEqual(cleared.verdict, Verdict.BLANKED)
            self.assertGreater(len(cleared.data), 0)
            self.assertNotIn(b"voice", bytes(cleared.data))

    def test_a_withdrawal_settles_when_a_release_ends(self) -> None:
        tap = self.tap()
        self.grant()
        with tap.admit(b"voice", 1_000_000, 1_020_000, Owner()):
            settling = self.meeting.withdraw(Authority.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 1_020_000)
            self.assertFalse(settling.wait(1))
        self.assertTrue(settling.wait(1000))
        with self.assertRaises(TypeError):
            self.assertTrue(settling)
        self.assertTrue(self.meeting.settled(settling, 1_030_000))

    def test_a_release_ends_when_its_sink_raises(self) -> None:
        tap = self.tap()
        self.grant()
        with self.assertRaises(KeyError), tap.admit(b"voice", 1_000_000, 1_020_000, Owner()):
            raise KeyError
        self.assertTrue(self.meeting.withdraw(Authority.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 1_020_000).is_settled())

    def test_refusals_have_numbers_and_words(self) -> None:
        with self.assertRaises(Error) as refused:
            self.grant(Authority.HOST)
        self.assertEqual(refused.exception.status, -32)
        self.assertIn("only the participant", str(refused.exception))
        with self.assertRaises(Error) as refused:
            Meeting("")
        self.assertEqual(refused.exception.status, -47)

    def test_withdrawing_reaches_what_is_in_a_buffer(self) -> None:
        tap = self.tap()
        self.grant()
        self.meeting.withdraw(Authority.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 2_000_000)
        with tap.admit(b"voice", 1_500_000, 2_100_000, Owner()) as cleared:
            self.assertEqual((cleared.verdict, cleared.reason), (Verdict.DROPPED, "withdrawn"))
        counters = tap.counters()
        self.assertEqual((counters.seen, counters.whole, counters.dropped), (1, 0, 1))

    def test_others_on_a_stream_of_its_owner_alone(self) -> None:
        stream = self.meeting.open_stream(StreamType.ALONE, Kind.AUDIO, Format.OPAQUE, owner=self.who)
        tap = self.meeting.tap(stream, self.meeting.open_outlet("model", Purpose.TRAIN))
        other = self.meeting.join_adult("other", 1_500_000)
        cases: list[tuple[Owner | Complete, str, tuple[int, str] | None]] = [
            (Owner(), "not granted", None),
            (Complete([self.who, other]), "malformed", (43, "others named")),
        ]
        for contributors, reason, fault in cases:
            with tap.admit(b"voice", 1_500_000, 1_520_000, contributors) as cleared:
                self.assertEqual(cleared.reason, reason)
            told = tap.last_fault()
            self.assertEqual((told.number, told.name) if told else None, fault)

    def test_why_frames_are_withheld(self) -> None:
        tap = self.tap()
        self.assertIsNone(tap.last_fault())
        self.assertIs(tap.can_blank(), CanBlank.NO)
        with tap.admit(b"", 1_500_000, 1_520_000, Owner()) as cleared:
            self.assertEqual((cleared.verdict, cleared.reason), (Verdict.DROPPED, "malformed"))
        fault = tap.last_fault()
        self.assertEqual((fault.name, fault.remedy) if fault else None, ("empty payload", "do not offer frames without content"))
        with tap.admit(b"voice", 1_500_000, 1_520_000, Owner()) as cleared:
            self.assertEqual(cleared.reason, "not granted")
        self.grant()
        with tap.admit(b"voice", 1_600_000, 1_620_000, Owner()) as cleared:
            self.assertIs(cleared.verdict, Verdict.WHOLE)
        self.assertEqual(tap.reasons(), {(Verdict.WHOLE, ""): 1, (Verdict.DROPPED, "malformed"): 1, (Verdict.DROPPED, "not granted"): 1})

    def test_a_keyframe_is_asked_for_at_intervals(self) -> None:
        notice = self.meeting.show("video", "1", "en", "Example", [Kind.VIDEO], Purpose.TRAIN)
        self.meeting.grant(Authority.PARTICIPANT, self.who, notice, [Kind.VIDEO], Purpose.TRAIN, Method.CLICKED, 1_000_000)
        stream = self.meeting.open_stream(StreamType.OWNED, Kind.VIDEO, Format.VP8, owner=self.who)
        tap = self.meeting.tap(stream, self.meeting.open_outlet("video", Purpose.TRAIN, blanks=[Kind.VIDEO]))
        self.assertIs(tap.can_blank(), CanBlank.UNKNOWN)
        with tap.admit(bytes([0x51, 0, 0, 1, 2, 3]), 2_000_000, 2_000_000, Owner()) as cleared:
            self.assertEqual(cleared.reason, "awaits keyframe")
        asked = [tap.keyframe_request(2_000_000 + 100_000 * at, 500) for at in range(11)]
        self.assertEqual([at for at, asks in enumerate(asked) if asks], [0, 5, 10])

    def test_events_are_a_ledger(self) -> None:
        self.grant()
        self.meeting.leave(self.who, 3_000_000)
        self.meeting.end()
        content = self.content()
        ledger = Ledger(content)
        self.assertIn('"who":"who"', ledger.receipt("who"))
        self.assertIn('"who":"who"', ledger.erasure("who"))
        with self.assertRaises(Error):
            Ledger(content.replace(b'"who"', b'"him"', 1))

    def test_groups_and_parts(self) -> None:
        other = self.meeting.join_adult("other", 0)
        mix = self.meeting.open_stream(StreamType.COMPOSITE, Kind.AUDIO, Format.PCM_U8, channels=2)
        tap = self.meeting.tap(mix, self.meeting.open_outlet("model", Purpose.TRAIN))
        self.grant()
        both = self.meeting.group([self.who, other])
        with tap.admit(b"abcd", 1_000_000, 1_020_000, both) as cleared:
            self.assertEqual((cleared.verdict, cleared.reason), (Verdict.DROPPED, "not granted"))
        into = bytearray(4)
        parts = [Channel(self.who, 0), Channel(other, 1)]
        with tap.admit(b"abcd", 1_000_000, 1_020_000, both, regions=parts, into=into) as cleared:
            self.assertEqual((cleared.verdict, bytes(cleared.data)), (Verdict.REDACTED, b"a\x80c\x80"))
        self.grant(who=other, now=1_100_000)
        with tap.admit(b"abcd", 1_100_000, 1_120_000, both) as cleared:
            self.assertEqual(cleared.verdict, Verdict.WHOLE)
        both.close()
        with tap.admit(b"abcd", 1_100_000, 1_120_000, both) as cleared:
            self.assertEqual((cleared.verdict, cleared.reason), (Verdict.DROPPED, "unknown"))

        notes = self.meeting.open_stream(StreamType.OWNED, Kind.NOTE, Format.UTF8, owner=self.who)
        self.grant(kinds=[Kind.NOTE], now=1_200_000)
        into = bytearray(11)
        noted = self.meeting.tap(notes, self.meeting.open_outlet("notes", Purpose.TRAIN))
        with noted.admit(b"hello there", 1_200_000, 1_220_000, Owner(), regions=[Span(other, 6, 11)], into=into) as cleared:
            self.assertEqual(bytes(cleared.data), b"hello *****")
        # A quotation of what they did not agree to, by its kind or its time, and one of what they did.
        for quoted, left in (
            (Span(self.who, 6, 11, kind=Kind.CHAT), b"hello *****"),
            (Span(self.who, 6, 11, captured=1_100_000), b"hello *****"),
            (Span(self.who, 6, 11, kind=Kind.NOTE, captured=1_200_000), b"hello there"),
        ):
            with noted.admit(b"hello there", 1_210_000, 1_220_000, Owner(), regions=[quoted], into=into) as cleared:
                self.assertEqual(bytes(cleared.data), left, quoted)

    def test_what_is_derived_needs_what_its_sources_needed(self) -> None:
        captions = self.meeting.open_stream(StreamType.DERIVED, Kind.CAPTION, Format.UTF8)
        captioned = self.meeting.tap(captions, self.meeting.open_outlet("captions", Purpose.TRAIN))
        tap = self.tap()
        self.grant(kinds=[Kind.AUDIO, Kind.CAPTION])
        with tap.admit(b"voice", 1_000_000, 1_020_000, Owner()) as cleared:
            source = cleared.source
        assert source is not None
        self.assertEqual((len(source.people), source.kinds, source.captured), (1, {Kind.AUDIO}, 1_000_000))
        with captioned.derive(b"a caption", [source], 1_030_000) as cleared:
            self.assertEqual((cleared.verdict, read_tag(cleared.tag).kind), (Verdict.WHOLE, None))
            again = cleared.source
        assert again is not None
        with captioned.derive(b"a summary", [source, again], 1_040_000) as cleared:
            self.assertEqual(cleared.verdict, Verdict.WHOLE)
        joined = source.meet(again)
        self.assertEqual((joined.tag, joined.captured, len(joined.people)), (meet(source.tag, again.tag), source.captured, 1))
        self.assertEqual(joined.kinds, {Kind.AUDIO, Kind.CAPTION})
        with captioned.derive(b"a summary", [joined], 1_040_000) as cleared:
            self.assertEqual(cleared.verdict, Verdict.WHOLE)
        with captioned.derive(b"of nothing", [], 1_040_000) as cleared:
            self.assertEqual(cleared.verdict, Verdict.DROPPED)
        self.meeting.withdraw(Authority.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 1_050_000)
        with captioned.derive(b"too late", [source], 1_060_000) as cleared:
            self.assertEqual((cleared.verdict, cleared.reason), (Verdict.DROPPED, "withdrawn"))

    def test_a_source_comes_out_of_a_release_alone(self) -> None:
        captions = self.meeting.open_stream(StreamType.DERIVED, Kind.CAPTION, Format.UTF8)
        captioned = self.meeting.tap(captions, self.meeting.open_outlet("captions", Purpose.TRAIN))
        self.grant(kinds=[Kind.AUDIO, Kind.CAPTION])
        with self.tap().admit(b"voice", 1_000_000, 1_020_000, Owner()) as cleared:
            source = cleared.source
        assert source is not None
        anything: Any = Source
        made: list[Callable[[], object]] = [anything, lambda: anything(source.tag, source.people), lambda: anything(tag=source.tag, people=[self.who])]
        made += [lambda: pickle.dumps(source), lambda: copy.copy(source), lambda: copy.deepcopy(source)]
        for make in made:
            self.assertRaises(TypeError, make)
        for name, value in (("tag", bytes(16)), ("people", []), ("kinds", frozenset()), ("captured", 0), ("verdict", Verdict.WHOLE)):
            self.assertRaises(AttributeError, setattr, source, name, value)
        # Whoever goes behind that has none.
        changed = source.meet(source)
        changed._given.captured += 1
        with captioned.derive(b"a caption", [changed], 1_030_000) as cleared:
            self.assertEqual((cleared.verdict, cleared.reason), (Verdict.DROPPED, "malformed"))
        with self.assertRaises(Error) as refused:
            source.meet(changed)
        self.assertEqual(refused.exception.status, -23)
        with captioned.derive(b"a caption", [source], 1_030_000) as cleared:
            self.assertEqual(cleared.verdict, Verdict.WHOLE)

    def test_records_tell_so_many_bits_a_minute(self) -> None:
        stream = self.meeting.open_records(Kind.TELEMETRY, self.who, [Field("lost", "packets", 0, 255), Field("delay", "ms", 1, 1000)], 36)
        tap = self.meeting.tap(stream, self.meeting.open_outlet("model", Purpose.TRAIN))
        self.grant(kinds=[Kind.TELEMETRY])
        told = []
        for lost in range(3):
            with tap.admit(record([lost, 20]), 1_000_000 + lost, 1_020_000, Owner()) as cleared:
                told.append((cleared.verdict, cleared.reason))
        self.assertEqual(told, [(Verdict.WHOLE, "")] * 2 + [(Verdict.DROPPED, "over budget")])
        with self.assertRaises(Error):
            self.meeting.open_records(Kind.TELEMETRY, self.who, [], 36)

    def test_many_frames_under_one_release(self) -> None:
        tap = self.tap()
        self.grant()
        frames = [Frame(b"early", 500_000, Owner()), Frame(b"voice", 1_000_000, Owner()), Frame(bytearray(b"another"), 1_000_001, Owner())]
        with tap.admit_batch(frames, 1_020_000) as cleared:
            self.assertEqual([each.verdict for each in cleared], [Verdict.DROPPED, Verdict.WHOLE, Verdict.WHOLE])
            self.assertEqual([bytes(view) for each in cleared for view in each.planes], [b"voice", b"another"])
            self.assertFalse(self.meeting.withdraw(Authority.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 1_020_000).is_settled())
        with tap.admit_batch(frames, 1_030_000) as cleared:
            self.assertEqual({each.verdict for each in cleared}, {Verdict.DROPPED})
        with tap.admit_batch([], 1_030_000) as cleared:
            self.assertEqual(cleared, [])
        with self.assertRaises(ValueError), tap.admit_batch([frames[0], Frame(b"x", 0, Owner(), into=bytearray(1))], 0):
            self.fail("released")

    def test_a_meeting_goes_on_from_its_ledger(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/ledger.jsonl"
            with Meeting("before", ledger=path) as meeting:
                who, refuses = meeting.join_adult("who", 0), meeting.join_adult("refuses", 0)
                notice = meeting.show("a notice", "1", "en", "Example Ltd", [Kind.AUDIO], Purpose.TRAIN)
                for person in (who, refuses):
                    meeting.grant(Authority.PARTICIPANT, person, notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, 1_000_000)
                meeting.withdraw(Authority.PARTICIPANT, refuses, [Kind.AUDIO], Purpose.TRAIN, 1_500_000)
                head = meeting.head()
            lines: list[str] = []
            ledger = Ledger(Path(path).read_bytes(), anchor=head)
            with Meeting.resume(ledger, path, event=lines.append) as meeting:
                for name, verdict in (("who", Verdict.WHOLE), ("refuses", Verdict.DROPPED)):
                    stream = meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=meeting.find(name))
                    with meeting.tap(stream, meeting.open_outlet(name, Purpose.TRAIN)).admit(b"voice", 2_000_000, 2_020_000, Owner()) as cleared:
                        self.assertEqual(cleared.verdict, verdict)
            self.assertIn('"resumed"', lines[0])
            Ledger(Path(path).read_bytes(), anchor=head)
            head.hash.bytes[0] ^= 1
            with self.assertRaises(Error) as refused:
                Ledger(Path(path).read_bytes(), anchor=head)
            self.assertEqual(refused.exception.status, -71)

    def test_who_left_before_a_crash_withdraws_after_it(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path, crashed = f"{folder}/ledger.jsonl", f"{folder}/crashed.jsonl"
            with Meeting("m", ledger=path) as meeting:
                ann = meeting.join_adult("ann", 0)
                notice = meeting.show("a notice", "1", "en", "Example Ltd", [Kind.AUDIO], Purpose.TRAIN)
                stream = meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=ann)
                tap = meeting.tap(stream, meeting.open_outlet("model", Purpose.TRAIN))
                meeting.grant(Authority.PARTICIPANT, ann, notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, 1_000_000)
                with tap.admit(b"voice", 2_000_000, 2_000_000, Owner()) as cleared:
                    self.assertEqual(cleared.verdict, Verdict.WHOLE)
                meeting.leave(ann, 5_000_000)
                self.assertEqual(bytes(meeting.find("ann")), bytes(ann))
                with self.assertRaises(Error):
                    meeting.id_of(ann)
                # As the file was when the process died.
                Path(crashed).write_bytes(Path(path).read_bytes())

            def erasure() -> Any:
                return json.loads(Ledger.read_file(crashed).erasure("ann"))["outlets"]

            with Meeting.resume(Ledger.read_file(crashed), crashed) as meeting:
                with self.assertRaises(Error):
                    meeting.find("bo")
                with self.assertRaises(Error) as foreign:
                    meeting.withdraw(Authority.PARTICIPANT, ann, [Kind.AUDIO], Purpose.TRAIN, 9_000_000)
                self.assertEqual(foreign.exception.status, -10)
                self.assertEqual(erasure(), [])
                meeting.withdraw(Authority.PARTICIPANT, meeting.find("ann"), [Kind.AUDIO], Purpose.TRAIN, 9_000_000)
            self.assertEqual([outlet["name"] for outlet in erasure()], ["model"])

    def test_an_agreement_is_of_this_stay_its_notice_and_no_earlier_than_a_withdrawal(self) -> None:
        lines: list[str] = []
        meeting = Meeting("m", event=lines.append)
        ann = meeting.join_adult("ann", 10_000_000)
        first = meeting.show("a notice", "1", "en", "Example Ltd", [Kind.AUDIO], Purpose.TRAIN)
        meeting.tick(20_000_000)
        second = meeting.show("another", "1", "en", "Example Ltd", [Kind.AUDIO], Purpose.TRAIN)
        grant = partial(meeting.grant, Authority.PARTICIPANT, ann)
        what = ([Kind.AUDIO], Purpose.TRAIN, Method.CLICKED)
        grant(first, *what, 25_000_000)
        meeting.withdraw(Authority.PARTICIPANT, ann, [Kind.AUDIO], Purpose.TRAIN, 30_000_000)
        for number, (notice, at) in enumerate([(first, 5_000_000), (second, 15_000_000), (first, 29_000_000)], 1):
            with self.assertRaises(Error) as refused:
                grant(notice, *what, 40_000_000, at=at)
            self.assertEqual(refused.exception.status, -60)
            self.assertIn("before the participant joined", str(refused.exception))
            self.assertEqual(sum('"agreed_earlier"' in line for line in lines), number)
        grant(second, *what, 40_000_000, at=35_000_000)

    def test_a_third_partys_name_is_one_name(self) -> None:
        meeting = Meeting("m")
        for name in ("X\nY", "X\0", "\x7f"):
            with self.assertRaises(Error) as refused:
                meeting.third_party(Purpose.TRAIN, name)
            self.assertEqual(refused.exception.status, -61)
        self.assertEqual(meeting.third_party(Purpose.TRAIN, "X, Y"), 1 << 9)

    def test_withdrawing_when_the_meeting_is_over(self) -> None:
        """After it has ended or its process has gone, of whoever has left or not; and beside the ledger where another has it."""
        for ends, leaves in itertools.product((False, True), repeat=2):
            lines: list[str] = []
            with Meeting("late", event=lines.append) as meeting:
                who = meeting.join_adult("ada", 0)
                notice = meeting.show("t", "1", "en", "X", [Kind.AUDIO], Purpose.TRAIN)
                meeting.grant(Authority.PARTICIPANT, who, notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, 1000)
                stream = meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=who)
                with meeting.tap(stream, meeting.open_outlet("train", Purpose.TRAIN)).admit(b"voice", 1_000_000, 1_020_000, Owner()) as cleared:
                    frames = [Archived(meeting.instance, Carried(cleared.tag), [Subject("ada")], None)]
                if leaves:
                    meeting.leave(who, 2_000_000)
                if ends:
                    meeting.end()
                # What is written when it is closed is after its process has gone.
                content = "".join(line + "\n" for line in lines).encode()
            with tempfile.TemporaryDirectory() as folder:
                path = f"{folder}/ledger.jsonl"
                Path(path).write_bytes(content)
                head = Verifier(Ledger.read_file(path)).head
                self.assertEqual(Verifier(Ledger.read_file(path)).recheck(head, frames), [Finding.CLEARED])
                past, second = PastMeeting(path), PastMeeting(path)
                self.assertEqual(second.withdraw(Authority.PARTICIPANT, "ada", [Kind.AUDIO], Purpose.TRAIN), Entered.BESIDE)
                beside = Ledger.read_file(path)
                self.assertEqual(Verifier(beside).recheck(head, frames), [Finding.RECALLED])
                self.assertEqual(beside.receipt("ada"), second.receipt("ada"))
                self.assertEqual(past.withdraw(Authority.PARTICIPANT, "ada"), Entered.IN_LEDGER)
                self.assertEqual(past.restrict(Authority.HOST, "ada", [Kind.AUDIO], Purpose.TRAIN), Entered.IN_LEDGER)
                self.assertEqual(past.restrict(Authority.HOST, None, [Kind.AUDIO], Purpose.TRAIN), Entered.IN_LEDGER)
                refusals: list[Callable[[], object]] = [
                    lambda: past.withdraw(Authority.PARTICIPANT, "zoe"), lambda: past.restrict(Authority.HOST, None, [], Purpose.TRAIN),
                    lambda: past.restrict(Authority.PARTICIPANT, None, [Kind.AUDIO], Purpose.TRAIN), lambda: PastMeeting(path + ".none"),
                    lambda: Ledger.read_file(path + ".none"),
                ]  # fmt: skip
                for refused in refusals:
                    with self.assertRaises(Error):
                        refused()
                past.close()
                ledger = Ledger(Path(path).read_bytes())
                self.assertEqual(Verifier(ledger).recheck(head, frames), [Finding.RECALLED])

    def test_a_ledger_is_found_wherever_the_process_is(self) -> None:
        """Paths that do not begin at the root, and a folder that is another by then."""
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as another:
            os.chdir(folder)
            with Meeting("moves", ledger="ledger.jsonl") as meeting:
                who = meeting.join_adult("ada", 0)
                notice = meeting.show("t", "1", "en", "X", [Kind.AUDIO], Purpose.TRAIN)
                meeting.grant(Authority.PARTICIPANT, who, notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, 1000)
                tap = meeting.tap(meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=who), meeting.open_outlet("train", Purpose.TRAIN))
                past = PastMeeting("ledger.jsonl")
                os.chdir(another)
                self.assertEqual(past.withdraw(Authority.PARTICIPANT, "ada"), Entered.BESIDE)
                self.assertEqual(os.listdir(another), [])
                meeting.open_outlet("more", Purpose.TRAIN)
                with tap.admit(b"voice", 1_000_000, 1_020_000, Owner()) as cleared:
                    self.assertEqual((cleared.verdict, cleared.reason), (Verdict.DROPPED, "withdrawn"))
                meeting.close()
            os.chdir(before)

    def test_narrowing_by_others(self) -> None:
        tap = self.tap()
        self.grant()
        self.meeting.restrict(Authority.HOST, None, [Kind.AUDIO], Purpose.TRAIN, 1_100_000)
        with tap.admit(b"voice", 1_000_000, 1_120_000, Owner()) as cleared:
            self.assertEqual(cleared.reason, "restricted")
        self.meeting.lift(Authority.HOST, None, [Kind.AUDIO], Purpose.TRAIN, 1_200_000)
        with tap.admit(b"voice", 1_200_000, 1_220_000, Owner()) as cleared:
            self.assertEqual(cleared.verdict, Verdict.WHOLE)
        self.meeting.supersede(self.notice, 1_300_000)
        with tap.admit(b"voice", 1_200_000, 1_320_000, Owner()) as cleared:
            self.assertEqual(cleared.reason, "stale notice")
        pair = self.meeting.third_party(Purpose.TRAIN, "ACME Ltd")
        self.assertNotIn(pair, [int(purpose) for purpose in Purpose])
        self.meeting.open_outlet("theirs", pair, recipient="ACME Ltd")

    def test_what_was_released_is_checked_before_training(self) -> None:
        tap = self.tap()
        self.grant()
        secret = bytes(range(32))
        key = MeetingKey(secret, self.meeting.instance)
        stream = key.stream(0)
        people = [Subject("who")]
        with tap.admit(b"a voice", 1_000_000, 1_020_000, Owner()) as cleared:
            digest = stream.digest(Format.OPAQUE, cleared.data)
            carried = Carried(cleared.tag, stream.seal(cleared.tag, people, digest))
        own, another = self.meeting.instance, stream.digest(Format.OPAQUE, b"another")
        frames = [
            Archived(own, carried, people, digest),
            Archived(own, Carried(carried.tag), people, digest),
            Archived(own, carried, people, another),
            Archived(own, carried, [Subject("zoe")], digest),
            Archived(own, None, people, digest),
            Archived(own, carried, [], digest),
            Archived(own, carried, people, None),
        ]
        verifier = Verifier(Ledger(self.content()))
        found = [Finding.CLEARED, Finding.UNSEALED, Finding.FORGED, Finding.FORGED, Finding.NO_TAG, Finding.UNNAMED, Finding.UNSEALED]
        self.assertEqual(verifier.verify_batch(frames, Purpose.TRAIN, key), found)
        self.assertEqual(verifier.verify_batch(frames * 300, Purpose.TRAIN, key), found * 300)
        self.assertEqual(verifier.verify_batch(frames, Purpose.RECORD, key)[0], Finding.OTHER_PURPOSE)
        others = verifier.verify_batch(frames, Purpose.TRAIN, MeetingKey(secret, bytes(range(16))))
        self.assertEqual(others, [Finding.OTHER_MEETING] * len(frames))
        self.assertEqual(verifier.dry_run(frames, Purpose.TRAIN)[:4], [Finding.CLEARED] * 3 + [Finding.INCONSISTENT])
        self.assertEqual(verifier.verify_batch([], Purpose.TRAIN, key), [])
        self.assertEqual(key.seal_batch(frames)[:2] + key.seal_batch(frames)[4:5], [carried.seal, carried.seal, None])
        self.assertEqual(verifier.recheck(verifier.head, frames[:1]), [Finding.CLEARED])
        self.meeting.withdraw(Authority.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 2_000_000)
        self.grant(now=3_000_000)
        later = Verifier(Ledger(self.content()))
        self.assertEqual(later.recheck(verifier.head, frames[:1]), [Finding.RECALLED])
        with self.assertRaises(Error) as refused:
            verifier.recheck(later.head, frames[:1])
        self.assertEqual(refused.exception.status, -71)

    def test_evidence_belongs_to_one_meeting_and_no_other(self) -> None:
        """Two meetings of the same id, people and secret: of Monday's somebody withdrew."""

        def record(withdraws: bool) -> tuple[list[Archived], Head, Verifier, MeetingKey]:
            lines: list[str] = []
            with Meeting("standup", event=lines.append) as meeting:
                who = meeting.join_adult("ada", 0)
                notice = meeting.show("t", "1", "en", "X", [Kind.AUDIO], Purpose.TRAIN)
                meeting.grant(Authority.PARTICIPANT, who, notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, 1000)
                stream = meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=who)
                tap, key = meeting.tap(stream, meeting.open_outlet("train", Purpose.TRAIN)), MeetingKey(SECRET, meeting.instance)
                with tap.admit(bytes(80), 1_000_000, 1_020_000, Owner()) as cleared:
                    sealing, people = key.stream(read_tag(cleared.tag).stream), [Subject("ada")]
                    digest = sealing.digest(Format.OPAQUE, bytes(80))
                    frame = Archived(meeting.instance, Carried(cleared.tag, sealing.seal(cleared.tag, people, digest)), people, digest)
                head = meeting.head()
                if withdraws:
                    meeting.withdraw(Authority.PARTICIPANT, who, [Kind.AUDIO], Purpose.TRAIN, 2_000_000)
                return [frame], head, Verifier(Ledger("".join(line + "\n" for line in lines).encode())), key

        frames, head, own, key = record(withdraws=True)
        _, other_head, other, other_key = record(withdraws=False)
        self.assertEqual(own.verify_batch(frames, Purpose.TRAIN, key), [Finding.RECALLED])
        self.assertEqual(own.recheck(head, frames), [Finding.RECALLED])
        elsewhere = [Finding.OTHER_MEETING]
        self.assertEqual(other.verify_batch(frames, Purpose.TRAIN, key), elsewhere)
        self.assertEqual(other.verify_batch(frames, Purpose.TRAIN, other_key), elsewhere)
        self.assertEqual(own.verify_batch(frames, Purpose.TRAIN, other_key), elsewhere)
        self.assertEqual(other.dry_run(frames, Purpose.TRAIN), elsewhere)
        self.assertEqual(other.recheck(other_head, frames), elsewhere)
        with self.assertRaises(Error) as refused:
            other.recheck(head, frames)
        self.assertEqual(refused.exception.status, -74)
        # The control: whoever does not look at the meeting lets it stay.
        careless = [replace(frame, instance=bytes(other_head.instance.bytes)) for frame in frames]
        self.assertEqual(other.recheck(other_head, careless), [Finding.CLEARED])
        # No row without a meeting, and no meeting twice.
        with self.assertRaises(Error) as refused:
            other.dry_run([replace(frames[0], instance=bytes(16))], Purpose.TRAIN)
        self.assertEqual(refused.exception.status, -47)
        with self.assertRaises(Error) as refused:
            Meeting("standup", instance=frames[0].instance)
        self.assertEqual(refused.exception.status, -75)
        with Meeting("standup", instance=bytes(range(1, 17))) as known:
            self.assertEqual(known.instance, bytes(range(1, 17)))

    def verdict(self, tap: Tap, captured: Any, now: Any, content: Any = b"voice", contributors: Any = Owner(), **told: Any) -> tuple[Verdict, str]:
        with tap.admit(content, captured, now, contributors, **told) as cleared:
            return cleared.verdict, cleared.reason

    def test_times_in_another_unit_or_order_release_nothing(self) -> None:
        tap = self.tap()
        self.grant()
        early, late = (Verdict.DROPPED, "captured earlier"), (Verdict.DROPPED, "time")
        for captured, now, outcome in (
            (1_500, 1_520_000, early),  # milliseconds
            (True, 1_520_000, early),
            (1_540_000, 1_520_000, late),  # swapped
            (-1, 1_520_000, late),
            (1_700_000_000_000_000_000, 1_700_000_000_000_000_000, late),  # time.time_ns()
            # What 64 bits cut off would be in range.
            (2**64 + 1_500_000, 1_520_000, late),
            (1_500_000, 2**64 + 1_520_000, late),
        ):
            self.assertEqual(self.verdict(tap, captured, now), outcome, (captured, now))
        wrong: list[Any] = [None, 1.5, "1500000"]
        for time in wrong:
            for at in ((time, 1_520_000), (1_500_000, time)):
                with self.assertRaises((TypeError, ctypes.ArgumentError)):
                    self.verdict(tap, *at)
        for until in (0, 60_000, -1):  # none, a duration, ...
            with self.assertRaises(Error) as refused:
                self.meeting.grant(Authority.PARTICIPANT, self.who, self.notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, 1_000_000, until=until)
            self.assertEqual(refused.exception.status, -48)
        self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000), (Verdict.WHOLE, ""))
        # A withdrawal counts as made now.
        self.assertTrue(self.meeting.withdraw(Authority.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 2**64).is_settled())
        self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000), (Verdict.DROPPED, "withdrawn"))

    def test_what_is_an_answer_is_no_condition(self) -> None:
        tap = self.tap()
        with tap.admit(b"voice", 0, 20_000, Owner()) as cleared:
            answers: list[object] = [cleared, tap.decide(0, 20_000), read_tag(cleared.tag), cleared.verdict]
            with self.assertRaises(IndexError):
                _ = cleared.data
        answers += [*Finding, *Verdict, *CanBlank, *Entered, *wire.Preference, *wire.Recording]
        for answer in answers:
            with self.assertRaisesRegex(TypeError, f"{type(answer).__name__} is not that it is a yes: compare "):
                self.assertTrue(answer)
        with self.assertRaises(TypeError):
            all([Finding.FORGED, Finding.RECALLED])
        frames = ["frame"] * 2
        with self.assertRaises(TypeError):
            _ = [frame for frame, found in zip(frames, [Finding.CLEARED, Finding.UNSEALED]) if found]

    #: What is none: handles, what goes in, words to choose from, and values beside an answer.
    NO_ANSWERS = {
        "Archived", "Authority", "CaptureClock", "Carried", "Channel", "Complete", "Counters", "Csrcs", "Digest", "Error", "Fault", "Field", "Format", "Frame", "Group", "Head", "Kind", "Ledger", "Meeting",
        "MeetingKey", "Method", "Outlet", "Owner", "Partial", "Participant", "PastMeeting", "Purpose", "Rectangle", "Signed", "Source", "Sources", "Span", "Stream", "StreamKey",
        "StreamType", "Subject", "Tap", "Verifier",
    }  # fmt: skip

    def test_every_class_is_an_answer_or_none(self) -> None:
        """So that a new one that is not thought of is found."""

        def is_condition(kind: type) -> bool:
            one = next(iter(kind)) if issubclass(kind, Enum) else kind.__new__(kind)
            try:
                bool(one)
            except TypeError as error:
                self.assertRegex(str(error), "compare|ask")
                return False
            return True

        self.assertEqual({kind.__name__ for kind in package() if is_condition(kind)}, self.NO_ANSWERS)

    def test_what_is_forgotten_is_no_yes(self) -> None:
        tap = self.tap()
        self.grant()
        forgetful: Any = tap
        with self.assertRaises(TypeError):
            forgetful.admit(b"voice", 1_500_000, 1_520_000)
        incomplete: Any = Frame
        for told in ((b"voice",), (b"voice", 1_500_000)):
            with self.assertRaises(TypeError):
                incomplete(*told)
        # What a look-up gave that found nobody, and lists that do not say whether they are all.
        unsaid: list[Any] = [None, [], (), [self.who], self.who, Owner, 1, False]
        for who in unsaid:
            with self.assertRaisesRegex(TypeError, "who is in a frame"), tap.admit(b"voice", 1_500_000, 1_520_000, who):
                self.fail("released")
        self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000, contributors=Partial([self.who])), (Verdict.DROPPED, "incomplete"))
        self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000, contributors=Csrcs([self.who] * 15)), (Verdict.DROPPED, "incomplete"))
        for everybody in (Owner(), Complete([self.who]), Csrcs([self.who]), self.meeting.group([self.who])):
            self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000, contributors=everybody), (Verdict.WHOLE, ""))
        # Nor is an adult who has not been said to be one.
        joining: Any = self.meeting
        self.assertFalse(hasattr(joining, "join"))
        for guardian in (None, 0, False, b"parent"):
            with self.assertRaises(TypeError):
                joining.join_with_guardian("kid", guardian, 0)
        with self.assertRaises(TypeError):
            joining.join_with_guardian("kid", now=0)

    def test_a_secret_that_was_forgotten_is_none(self) -> None:
        forgotten = bytes(32)
        with self.assertRaises(Error) as refused:
            MeetingKey(forgotten, self.meeting.instance)
        self.assertEqual(refused.exception.status, -47)
        path = self.file()
        with self.assertRaises(Error) as refused:
            PastMeeting(path, device_secret=forgotten)
        self.assertEqual(refused.exception.status, -47)
        PastMeeting(path, device_secret=SECRET)

    def test_more_than_a_day_without_a_call_is_announced(self) -> None:
        late = 3 * 24 * 60 * 60 * 1_000_000
        before, after = self.tap(), self.tap()
        self.grant()
        with self.assertRaises(Error) as refused:
            self.grant(now=late)
        self.assertEqual(refused.exception.status, -48)
        before.decide(late, late)
        self.meeting.tick(late)
        self.assertEqual(self.verdict(before, late, late), (Verdict.DROPPED, "clock"))
        for wrong in (-1, NO_TIME):
            with self.assertRaises(Error) as refused:
                self.meeting.advance(wrong)
            self.assertEqual(refused.exception.status, -48)
        self.meeting.advance(late)
        self.assertEqual(self.verdict(after, late, late), (Verdict.WHOLE, ""))
        self.assertEqual(self.verdict(before, late, late), (Verdict.DROPPED, "clock"))
        self.grant(now=late)
        # What ends by itself.
        self.assertEqual(self.meeting.next_deadline(), NO_TIME)
        self.meeting.grant(Authority.PARTICIPANT, self.who, self.notice, [Kind.VIDEO], Purpose.TRAIN, Method.CLICKED, late, until=late + 1_000_000)
        self.assertEqual(self.meeting.next_deadline(), late + 1_000_000)
        self.meeting.tick(late + 1_000_000)
        self.assertEqual(self.meeting.next_deadline(), NO_TIME)

    def test_a_meeting_that_is_resumed_goes_on_from_where_the_time_of_day_says(self) -> None:
        started, second = 1_735_819_200_000_000, 1_000_000
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/ledger.jsonl"
            with Meeting("dated", ledger=path, started=started) as meeting:
                who = meeting.join_adult("who", 0)
                notice = meeting.show("a notice", "1", "en", "Example Ltd", list(Kind), Purpose.TRAIN)
                meeting.grant(Authority.PARTICIPANT, who, notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, 5 * second, until=60 * second)
                self.assertEqual((meeting.started, meeting.clock()), (started, 5 * second))
            ledger = Ledger.read_file(path)
            self.assertEqual(ledger.started, started)
            self.assertIn('"started":"2025-01-02T12:00:00.000Z"', ledger.receipt("who"))
            with Meeting.resume(ledger, path) as meeting:
                who = meeting.find("who")
                stream = meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=who)
                tap = meeting.tap(stream, meeting.open_outlet("model", Purpose.TRAIN))
                # A clock that begins at 0 again stands before the grant.
                self.assertEqual(self.verdict(tap, 0, 0), (Verdict.DROPPED, "captured earlier"))
                # The time of day was set back.
                self.assertEqual(meeting.time_at(started - 1), 5 * second)
                base = meeting.time_at(started + 30 * second)
                self.assertEqual(base, 30 * second)
                meeting.advance(base)
                self.assertEqual(self.verdict(tap, base, base), (Verdict.WHOLE, ""))
                # What was to end meanwhile has ended.
                late = meeting.time_at(started + 60 * second)
                self.assertEqual(self.verdict(tap, late, late), (Verdict.DROPPED, "expired"))
                # More than 49.7 days later no time is in range.
                with self.assertRaises(Error) as refused:
                    meeting.time_at()
                self.assertEqual(refused.exception.status, -48)
        for wrong in (253_402_300_800_000_000, 2**64 - 1):
            with self.assertRaises(Error) as refused:
                Meeting("dated", started=wrong)
            self.assertEqual(refused.exception.status, -48)
        # If it is not said, it is now.
        self.assertLess(abs(self.meeting.started - time.time_ns() // 1000), 60 * second)

    def test_no_integer_is_cut_off(self) -> None:
        tap, key = self.tap(), MeetingKey(bytes(range(32)), self.meeting.instance)
        self.grant()
        limit = 1 << 32
        voice = partial(self.meeting.open_stream, StreamType.OWNED, Kind.AUDIO, Format.PCM_U8, owner=self.who)
        picture = partial(self.meeting.open_stream, StreamType.OWNED, Kind.VIDEO, Format.GRAY8, owner=self.who)
        wrong: Any = limit + 1
        beyond: list[Callable[[], object]] = [
            lambda: Meeting("wide", participants=limit + 1), lambda: Meeting("wide", participants=-1), lambda: Meeting("wide", started=2**64), lambda: Meeting("wide", started=-1),
            lambda: voice(channels=limit + 1), lambda: voice(channels=-1), lambda: picture(size=(limit + 4, 2)), lambda: picture(size=(4, -2)),
            lambda: self.meeting.open_stream(wrong, Kind.AUDIO, Format.PCM_U8, owner=self.who), lambda: self.meeting.open_stream(StreamType.OWNED, wrong, Format.PCM_U8, owner=self.who),
            lambda: self.meeting.open_stream(StreamType.OWNED, Kind.AUDIO, wrong, owner=self.who),
            lambda: self.meeting.open_records(Kind.TELEMETRY, self.who, [Field("lost", "packets", 0, 255)], limit + 36),
            lambda: self.meeting.open_records(Kind.TELEMETRY, self.who, [Field("lost", "packets", -(2**64), 255)], 36),
            lambda: self.meeting.open_records(Kind.TELEMETRY, self.who, [Field("lost", "packets", 0, 2**64 + 255)], 36),
            lambda: self.grant(by=wrong), lambda: self.grant(now=2**64 + 1_000_000), lambda: self.grant(now=-(2**63) - 1),
            lambda: self.meeting.grant(Authority.PARTICIPANT, self.who, self.notice, [Kind.AUDIO], Purpose.TRAIN, wrong, 0),
            lambda: self.meeting.grant(Authority.PARTICIPANT, self.who, self.notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, 0, until=2**64 + 9_000_000),
            lambda: self.meeting.join_adult("late", 2**64), lambda: self.meeting.join_with_guardian("late", "who", 2**64),
            lambda: self.meeting.lift(Authority.HOST, None, [Kind.AUDIO], Purpose.TRAIN, 2**64), lambda: self.meeting.lift(wrong + 2, None, [Kind.AUDIO], Purpose.TRAIN, 0),
            lambda: self.meeting.tick(2**64), lambda: self.meeting.advance(2**64), lambda: self.meeting.time_at(2**64), lambda: key.stream(1 << 16), lambda: key.stream(-1),
            lambda: key.stream(0).digest(wrong, b""), lambda: wire.extmap(limit + 7), lambda: wire.rtp_read(b"", limit + 7), lambda: wire.sei_read(b"", wrong),
            lambda: wire.Recording.of(1 << 16 | 1), lambda: wire.Preference.of(1 << 16 | 1), lambda: wire.Recording.read("a=record:on", 2**64),
        ]  # fmt: skip
        for number, ask in enumerate(beyond):
            with self.subTest(number), self.assertRaises(OverflowError):
                ask()
        self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000), (Verdict.WHOLE, ""))
        self.assertEqual([entry for entry in self.lines if "late" in entry], [])

    def test_every_integer_of_every_call_and_struct_is_in_range(self) -> None:
        """By its type, so that none is forgotten."""
        tried = 0

        def beyond(kind: Any) -> list[int]:
            bits, is_signed = 8 * ctypes.sizeof(kind), kind(-1).value < 0
            return [-(1 << bits - 1) - 1, 1 << bits - 1, (1 << 64) + 1] if is_signed else [-1, 1 << bits, (1 << 64) + 1]

        functions = {name: function for name, function in vars(_c.call).items() if name.startswith("framegate_")}
        self.assertGreater(len(functions), 70)
        for name, function in functions.items():
            for at, kind in enumerate(function.argtypes or ()):
                for wrong in beyond(kind) if is_integer(kind) else ():
                    arguments: list[object] = [0] * len(function.argtypes)
                    arguments[at] = wrong
                    with self.subTest(f"{name}, {at}: {wrong}"), self.assertRaises(OverflowError):
                        function(*arguments)
                    tried += 1
        for _, struct in inspect.getmembers(_c, inspect.isclass):
            for member, kind, *_ in getattr(struct, "_fields_", ()) if issubclass(struct, ctypes.Structure) else ():
                for wrong in beyond(kind) if is_integer(kind) else ():
                    with self.subTest(f"{struct.__name__}.{member}: {wrong}"):
                        with self.assertRaises(OverflowError):
                            setattr(struct(), member, wrong)
                        if member != "size":
                            with self.assertRaises(OverflowError):
                                struct(**{member: wrong})
                    tried += 1
        self.assertGreater(tried, 300)

    def test_a_ledgers_file_has_one_writer(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/ledger.jsonl"
            with Meeting("held", ledger=path) as meeting:
                who = meeting.join_adult("who", 0)
                notice = meeting.show("a notice", "1", "en", "Example Ltd", [Kind.AUDIO], Purpose.TRAIN)
                meeting.grant(Authority.PARTICIPANT, who, notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, 1_000_000)
                read = Ledger.read_file(path)
                with self.assertRaises(Error) as refused:
                    Meeting.resume(read, path)
                self.assertEqual(refused.exception.status, -24)
                self.assertTrue(meeting.withdraw(Authority.PARTICIPANT, who, [Kind.AUDIO], Purpose.TRAIN, 2_000_000).is_settled())
            # The one that held it has gone, and there is more in it than was read.
            with self.assertRaises(Error) as refused:
                Meeting.resume(read, path)
            self.assertEqual(refused.exception.status, -28)
            with Meeting.resume(Ledger.read_file(path), path) as meeting:
                stream = meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=meeting.find("who"))
                tap = meeting.tap(stream, meeting.open_outlet("model", Purpose.TRAIN))
                self.assertEqual(self.verdict(tap, 3_000_000, 3_020_000), (Verdict.DROPPED, "withdrawn"))
            Ledger.read_file(path)

    def test_a_notice_covers_no_third_party_that_was_named_later(self) -> None:
        early = self.meeting.show("everything", "1", "en", "Example Ltd", list(Kind), ~0)
        pair = self.meeting.third_party(Purpose.TRAIN, "ACME Ltd")
        stream = self.meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=self.who)
        theirs = self.meeting.tap(stream, self.meeting.open_outlet("theirs", pair, recipient="ACME Ltd"))

        def agree(notice: Digest, purposes: int, now: int) -> None:
            self.meeting.grant(Authority.PARTICIPANT, self.who, notice, [Kind.AUDIO], purposes, Method.CLICKED, now)

        with self.assertRaises(Error) as refused:
            agree(early, pair, 1_000_000)
        self.assertEqual(refused.exception.status, -37)
        agree(early, Purpose.TRAIN, 1_000_000)
        self.assertEqual(self.verdict(theirs, 1_500_000, 1_520_000), (Verdict.DROPPED, "not granted"))
        named = self.meeting.show("ACME Ltd trains its model, too.", "2", "en", "Example Ltd", [Kind.AUDIO], pair)
        agree(named, pair, 2_000_000)
        self.assertEqual(self.verdict(theirs, 2_500_000, 2_520_000), (Verdict.WHOLE, ""))

    def test_nobody_in_particular_is_no_guardian(self) -> None:
        for empty in ("", "\0"[:0]):
            with self.assertRaises(Error) as refused:
                self.meeting.join_with_guardian("kid", empty, 0)
            self.assertEqual(refused.exception.status, -47)
        kid = self.meeting.join_with_guardian("kid", "who", 0)
        with self.assertRaises(Error) as refused:
            self.grant(who=kid)
        self.assertEqual(refused.exception.status, -32)
        self.grant(Authority.GUARDIAN, who=kid)
        # Swapped: the guardian is there already.
        with self.assertRaises(Error) as refused:
            self.meeting.join_with_guardian("who", "kid", 0)
        self.assertEqual(refused.exception.status, -44)

    def test_of_no_sources_nothing_is_derived(self) -> None:
        """Of those that were withheld there is none, so that a list of them may be empty."""
        self.grant(now=0)
        tap = self.tap()
        with tap.admit(b"voice", 1_000, 20_000, Owner()) as cleared:
            source = cleared.source
        assert source is not None
        for sources in ([], (), [source]):
            # Nor is anything on a stream of somebody's own.
            with tap.derive(b"a caption", sources, 30_000) as cleared:
                self.assertEqual((cleared.verdict, cleared.reason), (Verdict.DROPPED, "incomplete"))

    def test_people_and_parts_that_are_none(self) -> None:
        tap = self.tap()
        self.grant()
        other: Any
        for people, reason in (([], "incomplete"), ([Participant()], "unknown"), ([Participant(1, 0, 1)], "unknown")):
            self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000, contributors=Complete(people)), (Verdict.DROPPED, reason))
        for other in (self.meeting, tap):
            self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000, contributors=other), (Verdict.DROPPED, "unknown"))
        wrong: list[Any] = ["who", ["who"], [None], self.who, (who for who in [self.who]), 1]
        for other in wrong:
            for who in (Complete(other), Partial(other), Csrcs(other)):
                with self.assertRaises(TypeError):
                    self.verdict(tap, 1_500_000, 1_520_000, contributors=who)
        for part in (Rectangle(self.who, 8, 0, -8, 8), Rectangle(self.who, -8, 0, 8, 8), Channel(self.who, -1), Span(self.who, 0, 2**32 + 1)):
            with self.assertRaises(OverflowError):
                self.verdict(tap, 1_500_000, 1_520_000, regions=[part])
        with self.assertRaises(TypeError):
            self.verdict(tap, 1_500_000, 1_520_000, regions=(part for part in [Channel(self.who, 0)]))
        contents: list[Any] = [None, "voice", [1, 2], [b"voice"], (byte for byte in b"voice"), 7]
        for content in contents:
            with self.assertRaises((TypeError, ValueError)):
                self.verdict(tap, 1_500_000, 1_520_000, content)
        for content in (b"", [(b"voice", 0)]):
            self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000, content), (Verdict.DROPPED, "malformed"))
        frames: list[Any] = [(frame for frame in [Frame(b"voice", 1_500_000, Owner())]), Frame(b"voice", 1_500_000, Owner())]
        for frame in frames:
            with self.assertRaises(TypeError), tap.admit_batch(frame, 1_520_000):
                self.fail("released")
        self.assertEqual(tap.counters().whole, 0)

    def test_what_is_of_another_class_is_told(self) -> None:
        """Whatever is asked for and is not what was given, in words, before anything is done."""
        meeting, tap = self.meeting, self.tap()
        derived = meeting.open_stream(StreamType.DERIVED, Kind.CAPTION, Format.UTF8)
        captions = meeting.tap(derived, meeting.open_outlet("captions", Purpose.TRAIN))
        key = MeetingKey(SECRET, meeting.instance)
        lines = Ledger("".join(line + "\n" for line in self.lines).encode())
        verifier = Verifier(lines)
        self.grant()
        with tap.admit(b"voice", 1_500_000, 1_520_000, Owner()) as cleared:
            source = cleared.source
        assert source is not None
        frame = Archived(meeting.instance, None, [], None)

        def admit(frame: Any) -> None:
            with captions.admit_batch([frame], 2_000_000):
                pass

        def derive(*sources: Any) -> None:
            with captions.derive(b"text", sources, 2_000_000):
                pass

        for none in (None, "source", 7, b"\0" * 16, object(), cleared, Settling.__new__(Settling)):
            other: Any = none
            for call, kind in (
                (lambda: derive(other), "Source"),
                (lambda: derive(source, other), "Source"),
                (lambda: source.meet(other), "Source"),
                (lambda: admit(other), "Frame"),
                (lambda: admit(Frame(b"text", 1_500_000, Sources([other]))), "Source"),
                (lambda: admit(Frame(b"text", 1_500_000, Owner(), regions=[other])), "part of a frame"),
                (lambda: Meeting.resume(other), "Ledger"),
                (lambda: Verifier(other), "Ledger"),
                (lambda: verifier.verify_batch([other], Purpose.TRAIN, key), "Archived"),
                (lambda: verifier.verify_batch([frame], Purpose.TRAIN, other), "MeetingKey"),
                (lambda: key.seal_batch([replace(frame, subjects=[other])]), "Subject"),
                (lambda: key.seal_batch([replace(frame, carried=other)]), "Carried"),
                (lambda: wire.obu_write(b"", other), "Carried"),
                (lambda: meeting.open_records(Kind.USAGE, self.who, [other], 9), "Field"),
                (lambda: meeting.join_adult(other, 0), "text"),
            ):
                if (none, kind) in ((None, "Carried"), ("source", "text")):
                    continue
                with self.assertRaisesRegex(TypeError, f"^a {type(none).__name__} is no {kind}"):
                    call()
            if not isinstance(none, Settling):
                with self.assertRaisesRegex(TypeError, f"^a {type(none).__name__} is no Settling$"):
                    meeting.settled(other, 0)
        # Of what is one, it goes on.
        derive(source)

    def test_scopes_that_are_none(self) -> None:
        kinds: Any
        purposes: Any
        wrong: tuple[Any, ...] = (Kind.AUDIO, "audio", ["audio"], None, 1, [0], [17], [255])
        for kinds in wrong:
            with self.assertRaises((TypeError, ValueError)):
                self.meeting.grant(Authority.PARTICIPANT, self.who, self.notice, kinds, Purpose.TRAIN, Method.CLICKED, 0)
        for purposes in ([Purpose.TRAIN], None, "train", 1 << 16, 0x10000 | Purpose.TRAIN, 1.0):
            asked: list[Callable[[], object]] = [
                lambda: self.meeting.grant(Authority.PARTICIPANT, self.who, self.notice, [Kind.AUDIO], purposes, Method.CLICKED, 0),
                lambda: self.meeting.withdraw(Authority.PARTICIPANT, self.who, [Kind.AUDIO], purposes, 0),
                lambda: self.meeting.open_outlet("outlet", purposes),
                lambda: self.meeting.third_party(purposes, "ACME Ltd"),
            ]  # fmt: skip
            for ask in asked:
                with self.assertRaises((TypeError, ValueError)):
                    ask()
        refusals: list[tuple[int, Callable[[], object]]] = [
            (-37, lambda: self.meeting.grant(Authority.PARTICIPANT, self.who, self.notice, [Kind.AUDIO], ~0, Method.TYPED, 0)),
            (-47, lambda: self.meeting.grant(Authority.PARTICIPANT, self.who, self.notice, [], Purpose.TRAIN, Method.CLICKED, 0)),
            (-47, lambda: self.meeting.grant(Authority.PARTICIPANT, self.who, self.notice, [Kind.AUDIO], 0, Method.CLICKED, 0)),
            (-47, lambda: self.meeting.open_outlet("outlet", 0)),
            (-51, lambda: self.meeting.open_outlet("outlet", ~0)),
            (-51, lambda: self.meeting.open_outlet("outlet", 1 << 9, recipient="ACME Ltd")),
        ]  # fmt: skip
        for status, ask in refusals:
            with self.assertRaises(Error) as refused:
                ask()
            self.assertEqual(refused.exception.status, status)
        # Several purposes of one outlet are all asked for, and what nobody named is everything to withdraw.
        self.grant()
        stream = self.meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=self.who)
        both = self.meeting.tap(stream, self.meeting.open_outlet("model", Purpose.TRAIN | Purpose.RECORD))
        self.assertEqual(self.verdict(both, 1_500_000, 1_520_000), (Verdict.DROPPED, "not granted"))
        tap = self.tap()
        self.meeting.withdraw(Authority.PARTICIPANT, self.who, [], 0, 1_600_000)
        self.assertEqual(self.verdict(tap, 1_500_000, 1_620_000), (Verdict.DROPPED, "withdrawn"))

    def test_ids_that_look_alike_are_different_people(self) -> None:
        self.grant()
        for id in ("Who", "who ", "who\0", "wh\u00f6"):
            other = self.meeting.join_adult(id, 1_100_000)
            self.assertEqual(self.verdict(self.tap(other), 1_200_000, 1_220_000), (Verdict.DROPPED, "not granted"))
            self.meeting.leave(other, 1_300_000)
        for wrong in ("", "\ud800", None, b"who"):
            with self.assertRaises((Error, UnicodeEncodeError, TypeError)):
                self.meeting.join_adult(wrong, 1_300_000)  # type: ignore[arg-type]

    def test_a_release_that_is_not_ended_withholds(self) -> None:
        tap = self.tap()
        self.grant()
        # One that is not entered is none.
        unused = tap.admit(b"voice", 1_500_000, 1_520_000, Owner())
        self.assertEqual(tap.counters().seen, 0)
        del unused
        # Nor does one end whose `with` is left open, as by a generator that is not exhausted.
        def voices() -> Generator[bytes, None, None]:
            with tap.admit(b"voice", 1_500_000, 1_520_000, Owner()) as cleared:
                yield cleared.data

        open_one = voices()
        self.assertEqual(next(open_one), b"voice")
        with self.assertRaises(Error) as refused:
            self.verdict(tap, 1_500_000, 1_520_000)
        self.assertEqual(refused.exception.status, -12)
        settling = self.meeting.withdraw(Authority.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 1_520_000)
        self.assertFalse(settling.wait(-1))
        open_one.close()
        self.assertTrue(settling.is_settled())
        self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000), (Verdict.DROPPED, "withdrawn"))

    def test_a_tap_on_several_threads_releases_one_frame_at_a_time(self) -> None:
        tap, released, refused = self.tap(), itertools.count(), itertools.count()
        self.grant()

        def work() -> None:
            for _ in range(500):
                try:
                    with tap.admit(b"voice", 1_500_000, 1_520_000, Owner()) as cleared:
                        self.assertEqual(cleared.verdict, Verdict.WHOLE)
                        next(released)
                except Error as error:
                    self.assertEqual(error.status, -12)
                    next(refused)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        whole = next(released)
        self.assertEqual((whole + next(refused), tap.counters().whole), (2000, whole))
        self.assertTrue(self.meeting.withdraw(Authority.PARTICIPANT, self.who, [], 0, 1_520_000).is_settled())
        self.assertEqual(self.verdict(tap, 1_500_000, 1_520_000), (Verdict.DROPPED, "withdrawn"))

    def test_the_handle_of_an_earlier_stay_withdraws_and_does_nothing_else(self) -> None:
        self.grant()
        tap = self.tap()
        self.meeting.leave(self.who, 1_100_000)
        again = self.meeting.join_adult("who", 1_200_000)
        self.grant(who=again, now=1_200_000)
        self.assertEqual(self.verdict(tap, 1_300_000, 1_320_000), (Verdict.DROPPED, "absent"))
        anew = self.tap(again)
        self.assertEqual(self.verdict(anew, 1_300_000, 1_320_000), (Verdict.WHOLE, ""))
        with self.assertRaises(Error) as refused:
            self.grant(now=1_300_000)
        self.assertEqual(refused.exception.status, -43)
        self.meeting.withdraw(Authority.PARTICIPANT, self.who, [], 0, 1_400_000)
        self.assertEqual(self.verdict(anew, 1_300_000, 1_420_000), (Verdict.DROPPED, "withdrawn"))

    def test_a_meeting_that_nobody_keeps_is_over(self) -> None:
        def opened() -> Tap:
            meeting = Meeting("forgotten")
            who = meeting.join_adult("who", 0)
            notice = meeting.show("t", "1", "en", "X", [Kind.AUDIO], Purpose.TRAIN)
            meeting.grant(Authority.PARTICIPANT, who, notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, 0)
            stream = meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=who)
            tap = meeting.tap(stream, meeting.open_outlet("model", Purpose.TRAIN))
            self.assertEqual(self.verdict(tap, 0, 20_000), (Verdict.WHOLE, ""))
            return tap

        tap = opened()
        gc.collect()
        self.assertEqual(self.verdict(tap, 30_000, 40_000), (Verdict.DROPPED, "ended"))

    def content(self) -> bytes:
        return "".join(line + "\n" for line in self.lines).encode()

    def test_closing_twice_and_using_what_is_closed(self) -> None:
        tap = self.tap()
        tap.close()
        tap.close()
        with self.assertRaises(Error) as refused, tap.admit(b"voice", 0, 0, Owner()):
            self.fail("released")
        self.assertEqual(refused.exception.status, -9)
        del tap
        gc.collect()


class Scene:
    """A meeting in which two people agreed to everything, and what stands for something in it."""

    def __init__(self, resumes: Scene | None = None) -> None:
        self.lines: list[str] = []
        if resumes is None:
            self.meeting = Meeting("scene", participants=4, event=self.lines.append)
            self.who, self.other = self.meeting.join_adult("who", 0), self.meeting.join_adult("other", 0)
            notice = self.meeting.show("a notice", "1", "en", "Example Ltd", list(Kind), Purpose.TRAIN)
            for person in (self.who, self.other):
                self.meeting.grant(Authority.PARTICIPANT, person, notice, list(Kind), Purpose.TRAIN, Method.CLICKED, 0)
        else:
            self.meeting = Meeting.resume(Ledger("".join(line + "\n" for line in resumes.lines).encode()))
            self.who, self.other = self.meeting.find("who"), self.meeting.find("other")
        self.outlet = self.meeting.open_outlet("model", Purpose.TRAIN)
        self.stream = self.meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.PCM_U8, owner=self.who, channels=2)
        self.voice = self.meeting.tap(self.stream, self.outlet)
        self.picture = self.tap(StreamType.OWNED, Kind.VIDEO, Format.GRAY8, owner=self.who, size=(4, 2))
        self.note = self.tap(StreamType.OWNED, Kind.NOTE, Format.UTF8, owner=self.who)
        self.captions = self.tap(StreamType.DERIVED, Kind.CAPTION, Format.UTF8)
        self.heard = self.source()
        self.group = self.meeting.group([self.other])
        self.settling = self.meeting.withdraw(Authority.PARTICIPANT, self.other, [Kind.SCREEN], Purpose.TRAIN, 0)

    def tap(self, *options: Any, **more: Any) -> Tap:
        return self.meeting.tap(self.meeting.open_stream(*options, **more), self.outlet)

    def source(self) -> Source:
        with self.voice.admit(b"abcd", 1_000_000, 1_020_000, Owner()) as cleared:
            assert cleared.source is not None
            return cleared.source


class OfOneMeeting(unittest.TestCase):
    """What stands for something in one life of one meeting stands for nothing in another's."""

    #: What does, and what does not, as it is evidence or makes the others.
    BOUND: tuple[type, ...] = (Participant, Stream, Outlet, Group, Settling, Source)
    OTHERS: tuple[type, ...] = (Meeting, Tap, Ledger, PastMeeting, Verifier, MeetingKey, StreamKey, CaptureClock)

    SCOPE = ([Kind.AUDIO], Purpose.TRAIN)

    @classmethod
    def leads_to(cls, hint: Any) -> set[str]:
        """By which ways something of this type has such a handle in it."""
        if inspect.isclass(hint) and issubclass(hint, cls.BOUND):
            return {hint.__name__}
        if inspect.isclass(hint) and is_dataclass(hint) and hint in package():
            hints = typing.get_type_hints(hint, localns=vars(framegate))
            return {f"{hint.__name__}.{way}" for each in fields(hint) for way in cls.leads_to(hints[each.name])}
        return {way for argument in typing.get_args(hint) for way in cls.leads_to(argument)}

    def taking(self) -> set[str]:
        """Every way of every public function of the package to take one."""
        taken = set()
        for kind in [each for each in package() if issubclass(each, _c.HandleOwner)]:
            for name, method in inspect.getmembers(kind, callable):
                if not name.startswith("_"):
                    hints = typing.get_type_hints(method, localns=vars(framegate))
                    taken |= {f"{kind.__name__}.{name} {way}" for argument, hint in hints.items() if argument != "return" for way in self.leads_to(hint)}
        for name in framegate.__all__:
            if inspect.isfunction(getattr(framegate, name)):
                self.assertEqual({way for hint in typing.get_type_hints(getattr(framegate, name)).values() for way in self.leads_to(hint)}, set())
        return taken

    #: With something odd, `of` another scene, and with the same of the own scene, which must do.
    def ways(self) -> dict[str, Callable[[Scene, Scene], object]]:
        scope = self.SCOPE
        control: dict[str, Callable[[Scene, Scene], object]] = {
            "challenge Participant": lambda own, of: own.meeting.challenge(of.other),
            "id_of Participant": lambda own, of: own.meeting.id_of(of.other),
            "leave Participant": lambda own, of: own.meeting.leave(of.other, 0),
            "grant Participant": lambda own, of: own.meeting.grant(Authority.PARTICIPANT, of.other, own.meeting.show("again", "2", "en", "X", *scope), *scope, Method.CLICKED, 0),
            "withdraw Participant": lambda own, of: own.meeting.withdraw(Authority.PARTICIPANT, of.other, *scope, 0),
            "restrict Participant": lambda own, of: own.meeting.restrict(Authority.HOST, of.other, *scope, 0),
            "lift Participant": lambda own, of: own.meeting.lift(Authority.HOST, of.other, *scope, 0),
            "settled Settling": lambda own, of: own.meeting.settled(of.settling, 0),
            "open_stream Participant": lambda own, of: own.meeting.open_stream(StreamType.OWNED, Kind.AUDIO, Format.OPAQUE, owner=of.other),
            "open_records Participant": lambda own, of: own.meeting.open_records(Kind.TELEMETRY, of.other, [Field("lost", "packets", 0, 255)], 36),
            "group Participant": lambda own, of: own.meeting.group([own.who, of.other]),
            "tap Stream": lambda own, of: own.meeting.tap(of.stream, own.outlet),
            "tap Outlet": lambda own, of: own.meeting.tap(own.stream, of.outlet),
        }
        frames: dict[str, Callable[[Scene, Scene], tuple[Tap, Frame]]] = {
            "Complete.Participant": lambda own, of: (own.voice, self.frame(Complete([own.who, of.other]))),
            "Partial.Participant": lambda own, of: (own.voice, self.frame(Partial([own.who, of.other]))),
            "Csrcs.Participant": lambda own, of: (own.voice, self.frame(Csrcs([of.other]))),
            "Group": lambda own, of: (own.voice, self.frame(of.group)),
            "Sources.Source": lambda own, of: (own.captions, self.frame(Sources([of.heard]))),
            "Rectangle.Participant": lambda own, of: (own.picture, self.frame(Owner(), [(b"abcdefgh", 4)], Rectangle(of.other, 0, 0, 2, 2))),
            "Channel.Participant": lambda own, of: (own.voice, self.frame(Owner(), b"abcd", Channel(of.other, 1))),
            "Span.Participant": lambda own, of: (own.note, self.frame(Owner(), b"abcd", Span(of.other, 0, 2))),
        }
        all = {f"Meeting.{name}": way for name, way in control.items()}
        for name, frame in frames.items():
            all[f"Tap.admit {name}"] = partial(self.admitted, frame)
            all[f"Tap.admit_batch Frame.{name}"] = partial(self.batched, frame)
            all[f"Tap.decide_batch Frame.{name}"] = partial(self.decided, frame)
        all["Tap.derive Source"] = lambda own, of: self.entered(own.captions.derive(b"abcd", [own.heard.meet(of.heard)], 1_020_000))
        return all

    @staticmethod
    def frame(who: Any, content: Any = b"abcd", *regions: Any) -> Frame:
        return Frame(content, 1_000_000, who, regions)

    @staticmethod
    def entered(release: Any) -> Verdict:
        with release as cleared:
            outcome: Verdict = (cleared[0] if isinstance(cleared, list) else cleared).verdict
            return outcome

    def admitted(self, told: Callable[[Scene, Scene], tuple[Tap, Frame]], own: Scene, of: Scene) -> Verdict:
        tap, frame = told(own, of)
        return self.entered(tap.admit(frame.content, frame.captured, 1_020_000, frame.contributors, frame.regions))

    def batched(self, told: Callable[[Scene, Scene], tuple[Tap, Frame]], own: Scene, of: Scene) -> Verdict:
        tap, frame = told(own, of)
        return self.entered(tap.admit_batch([frame], 1_020_000))

    def decided(self, told: Callable[[Scene, Scene], tuple[Tap, Frame]], own: Scene, of: Scene) -> Verdict:
        tap, frame = told(own, of)
        return tap.decide_batch([frame], 1_020_000)[0].verdict

    def test_every_way_is_known(self) -> None:
        self.assertEqual({*self.BOUND, *self.OTHERS}, {*every(_c.Bound), *every(_c.HandleOwner), Source})
        self.assertEqual(self.taking(), set(self.ways()))

    def test_handles_of_another_meeting_or_life_do_nothing(self) -> None:
        for name, way in self.ways().items():
            for which in ("another meeting", "an earlier life", "a later life", "a closed life"):
                with self.subTest(f"{name} of {which}"):
                    first = Scene()
                    second = Scene() if which == "another meeting" else Scene(resumes=first)
                    own, of = (first, second) if which == "a later life" else (second, first)
                    if which == "a closed life":
                        first.meeting.close()
                    try:
                        told = way(own, of)
                    except Error as error:
                        # A handle of nothing any more, of another meeting, or unknown in this one.
                        self.assertIn(error.status, (-9, -10, -54))
                    else:
                        self.assertIs(told, Verdict.DROPPED)
            with self.subTest(f"control: {name}"):
                own = Scene()
                told = way(own, own)
                if "Partial" not in name:
                    self.assertIsNot(told, Verdict.DROPPED)

    def test_a_tap_of_an_earlier_life_is_closed(self) -> None:
        first = Scene()
        second = Scene(resumes=first)
        first.meeting.close()
        for who in (Owner(), Complete([first.who]), Complete([second.who]), second.group):
            self.assertIs(self.entered(first.voice.admit(b"abcd", 1_000_000, 1_020_000, who)), Verdict.DROPPED)
        self.assertIs(self.entered(second.voice.admit(b"abcd", 1_000_000, 1_020_000, Owner())), Verdict.WHOLE)


class Received(unittest.TestCase):
    def test_what_is_received_is_dated_by_what_its_sender_says(self) -> None:
        start = ntp_time(1_790_000_000_000_000)
        clock = CaptureClock(48_000, 1_000_000, start, 1_000)
        self.assertEqual(clock.captured(960, 5_000_000), 4_000_000)
        clock.report(start + ntp_units(4_500_000), 960, 4_900_000)
        self.assertEqual(clock.captured(1_920, 5_000_000), 4_500_000 - 1_000 + 20_000 - 20)
        # Earlier, by a clock that is 0.1 s ahead of the sender's.
        said = start + ntp_units(4_350_000)
        self.assertEqual(clock.captured(1_920, 5_000_000, capture_time=said, clock_offset=ntp_units(100_000)), 4_250_000 - 1_000)
        # Of a mixer, whose source abs-capture-time does not speak of; before the meeting's start; and later than it arrived.
        self.assertEqual(clock.captured(1_920, 5_000_000, csrcs=[7]), 4_000_000)
        self.assertEqual(clock.captured(1_920, 500_000), NO_TIME)
        other = CaptureClock(48_000, 1_000_000, start, 1_000)
        self.assertEqual(other.captured(0, 5_000_000, capture_time=start + ntp_units(6_000_000), clock_offset=0), 4_000_000)
        with self.assertRaises(Error):
            CaptureClock(48_000, 0)


class Wire(unittest.TestCase):
    """What C and Rust come to, too: bindings/c/tests/known.h."""

    def setUp(self) -> None:
        header = (ROOT / "bindings/c/tests/known.h").read_text()
        self.known = {name: bytes.fromhex(digits) for name, digits in re.findall(r'#define KNOWN_(\w+) "(\w+)"', header)}
        self.tag, self.seal = self.known["TAG"], self.known["SEAL"]

    def test_seals(self) -> None:
        people = [Subject("ben", frozenset([Kind.VIDEO])), Subject("ann")]
        key = MeetingKey(self.known["SECRET"], self.known["INSTANCE"]).stream(read_tag(self.tag).stream)
        digest = key.digest(Format.OPUS, b"a vo", memoryview(b"ice"))
        self.assertEqual(digest, self.known["DIGEST"])
        self.assertEqual(key.seal(self.tag, people, digest), self.seal)
        self.assertTrue(key.verify(self.seal, self.tag, people, digest))
        self.assertFalse(key.verify(self.seal, self.tag, people[:1], digest))
        self.assertFalse(key.verify(bytes(16), self.tag, people, digest))
        for format, name in ((Format.H264, "H264"), (Format.HEVC, "HEVC"), (Format.AV1, "AV1")):
            plain = key.digest(format, self.known[name])
            self.assertEqual([key.digest(format, self.known[f"{name}_{how}"]) for how in ("TAGGED", "SEALED")], [plain] * 2)
            with self.assertRaises(Error):
                key.digest(format, b"in", b"pieces")
        with self.assertRaises(Error):
            key.seal(self.tag, [people[0], people[0]], digest)
        with self.assertRaises(Error):
            key.seal(bytes(16), people, digest)
        for wrong in (b"", bytes(15), bytes(33)):
            with self.assertRaises(ValueError):
                MeetingKey(wrong, self.known["INSTANCE"])
            with self.assertRaises(ValueError):
                key.verify(wrong, self.tag, people, digest)
            with self.assertRaises(ValueError):
                read_tag(wrong)

    def test_packets_and_units(self) -> None:
        ways: list[tuple[str, list[str], Callable[[bytes, Carried], bytes], Callable[[bytes], Carried]]] = [
            ("PACKET", ["RTP_ONE_BYTE", "RTP_TWO_BYTE"], lambda data, carried: wire.rtp_write(data, 5, carried), lambda data: wire.rtp_read(data, 5)),
            ("AV1", ["AV1_TAGGED", "AV1_SEALED"], wire.obu_write, wire.obu_read),
        ]
        for codec in (Format.H264, Format.HEVC):
            write, read = partial(self.write, codec), partial(self.read, codec)
            ways.append((codec.name, [f"{codec.name}_TAGGED", f"{codec.name}_SEALED"], write, read))
        for plain, written, write_to, read_from in ways:
            for name, carried in zip(written, [Carried(self.tag), Carried(self.tag, self.seal)]):
                self.assertEqual(write_to(self.known[plain], carried), self.known[name])
                self.assertEqual(read_from(self.known[name]), carried)
                self.assertEqual(Carried.read(bytes(carried)), carried)
            with self.assertRaises(Error) as refused:
                read_from(self.known[plain])
            self.assertEqual(refused.exception.status, -97)

    @staticmethod
    def write(codec: Format, unit: bytes, carried: Carried) -> bytes:
        return wire.sei_write(unit, codec, carried)

    @staticmethod
    def read(codec: Format, unit: bytes) -> Carried:
        return wire.sei_read(unit, codec)

    def test_descriptions(self) -> None:
        line = wire.extmap(7)
        self.assertEqual(wire.extension_id(f"a=mid:0\n{line}\n{wire.SDP_ALLOW_MIXED}\n"), 7)
        with self.assertRaises(Error):
            wire.extension_id("a=mid:0\n")
        self.assertEqual(wire.Recording.of(Purpose.RECORD).line, "a=record:on")
        self.assertEqual(wire.Recording.read("a=record:paused", 0), wire.Recording.PAUSED)
        self.assertEqual(wire.Preference.of(Purpose.TRAIN).line, "a=recordpref:off")
        self.assertEqual(wire.Preference.read("m=audio\na=recordpref:pause", 0), wire.Preference.PAUSE)
        self.assertEqual([preference for preference in wire.Preference if not preference.permits], [wire.Preference.OFF, wire.Preference.PAUSE])


if __name__ == "__main__":
    unittest.main()
