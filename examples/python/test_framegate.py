"""`python -m unittest`, with FRAMEGATE_LIBRARY set and a C compiler."""

import ctypes
import gc
import inspect
import subprocess
import tempfile
import unittest
from pathlib import Path

import framegate
from framegate import By, Error, Format, Kind, Ledger, Meeting, Method, Participant, Purpose, Source, Tap, Verdict

INCLUDE = Path(__file__).parents[2] / "include"
# Those of framegate.h that are called otherwise here.
NAMES = {"_Handle": "framegate_meeting", "Digest": "framegate_digest", "Participant": "framegate_participant", "Stream": "framegate_stream", "Outlet": "framegate_outlet"}


class Layout(unittest.TestCase):
    def test_structs_are_as_in_the_header(self) -> None:
        """Sizes and offsets of every member, asked of a C compiler."""
        structs = [each for _, each in inspect.getmembers(framegate, inspect.isclass) if issubclass(each, ctypes.Structure) and hasattr(each, "_fields_")]
        self.assertGreater(len(structs), 18)
        asked, told = [], []
        for struct in structs:
            words = "".join("_" + letter.lower() if letter.isupper() else letter for letter in struct.__name__.lstrip("_"))
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


class Gate(unittest.TestCase):
    def setUp(self) -> None:
        self.lines: list[str] = []
        self.meeting = Meeting("test", participants=4, event=self.lines.append)
        self.addCleanup(self.meeting.close)
        self.who = self.meeting.join("who", 0)
        self.notice = self.meeting.show("a notice", "1", "en", "Example Ltd", [Kind.AUDIO], Purpose.TRAIN)

    def tap(self, owner: Participant | None = None) -> Tap:
        stream = self.meeting.stream(Source.OWNED, Kind.AUDIO, Format.OPAQUE, owner=owner or self.who)
        return self.meeting.tap(stream, self.meeting.outlet("model", Purpose.TRAIN))

    def grant(self, by: By = By.PARTICIPANT, now: int = 1_000_000) -> None:
        self.meeting.grant(by, self.who, self.notice, [Kind.AUDIO], Purpose.TRAIN, Method.CLICKED, now)

    def test_nothing_goes_without_consent(self) -> None:
        with self.tap().admit(b"voice", 0, 20_000) as cleared:
            self.assertEqual((cleared.verdict, cleared.reason, cleared.planes), (Verdict.DROPPED, "not granted", []))

    def test_what_is_cleared_is_there_until_the_release_ends(self) -> None:
        tap = self.tap()
        self.grant()
        for voice in (b"voice", bytearray(b"voice"), memoryview(bytearray(b"voice"))):
            with tap.admit(voice, 1_000_000, 1_020_000) as cleared:
                self.assertEqual((cleared.verdict, bytes(cleared.data)), (Verdict.WHOLE, b"voice"))
                kept = cleared.data
            with self.assertRaises(ValueError):
                bytes(kept)

    def test_what_is_blanked_is_not_what_came_in(self) -> None:
        stream = self.meeting.stream(Source.OWNED, Kind.AUDIO, Format.OPUS, owner=self.who)
        tap = self.meeting.tap(stream, self.meeting.outlet("blanked", Purpose.TRAIN, blanks=[Kind.AUDIO]))
        voice = bytes([0xF8]) + b"voice" * 8
        with tap.admit(voice, 1_000_000, 1_020_000) as cleared:
            self.assertEqual(cleared.verdict, Verdict.BLANKED)
            self.assertGreater(len(cleared.data), 0)
            self.assertNotIn(b"voice", bytes(cleared.data))

    def test_a_withdrawal_settles_when_a_release_ends(self) -> None:
        tap = self.tap()
        self.grant()
        with tap.admit(b"voice", 1_000_000, 1_020_000):
            settling = self.meeting.withdraw(By.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 1_020_000)
            self.assertFalse(settling.wait(1))
        self.assertTrue(settling.wait(1000))
        self.assertTrue(self.meeting.settled(settling, 1_030_000))

    def test_a_release_ends_when_its_sink_raises(self) -> None:
        tap = self.tap()
        self.grant()
        with self.assertRaises(KeyError), tap.admit(b"voice", 1_000_000, 1_020_000):
            raise KeyError
        self.assertTrue(self.meeting.withdraw(By.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 1_020_000).is_settled())

    def test_refusals_have_numbers_and_words(self) -> None:
        with self.assertRaises(Error) as refused:
            self.grant(By.HOST)
        self.assertEqual(refused.exception.status, -32)
        self.assertIn("only the person", str(refused.exception))
        with self.assertRaises(Error) as refused:
            Meeting("")
        self.assertEqual(refused.exception.status, -47)

    def test_withdrawing_reaches_what_is_in_a_buffer(self) -> None:
        tap = self.tap()
        self.grant()
        self.meeting.withdraw(By.PARTICIPANT, self.who, [Kind.AUDIO], Purpose.TRAIN, 2_000_000)
        with tap.admit(b"voice", 1_500_000, 2_100_000) as cleared:
            self.assertEqual((cleared.verdict, cleared.reason), (Verdict.DROPPED, "withdrawn"))
        counters = tap.counters()
        self.assertEqual((counters.seen, counters.whole, counters.dropped), (1, 0, 1))

    def test_events_are_a_ledger(self) -> None:
        self.grant()
        self.meeting.leave(self.who, 3_000_000)
        self.meeting.end()
        content = "".join(line + "\n" for line in self.lines).encode()
        ledger = Ledger(content)
        ledger.verify()
        self.assertIn('"who":"who"', ledger.receipt("who"))
        self.assertIn('"who":"who"', ledger.erasure("who"))
        with self.assertRaises(Error):
            Ledger(content.replace(b'"who"', b'"him"', 1))

    def test_closing_twice_and_using_what_is_closed(self) -> None:
        tap = self.tap()
        tap.close()
        tap.close()
        with self.assertRaises(Error) as refused, tap.admit(b"voice", 0, 0):
            self.fail("released")
        self.assertEqual(refused.exception.status, -9)
        del tap
        gc.collect()


if __name__ == "__main__":
    unittest.main()
