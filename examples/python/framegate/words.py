"""The words of the field, with their numbers in framegate.h."""

import dataclasses
from collections.abc import Iterable
from enum import Enum, IntEnum, IntFlag
from typing import NoReturn

NO_TIME = 2**63 - 1
NO_KIND = 255


class Answer:
    """What may be a no. That there is one is not that it is yes."""

    def __bool__(self) -> NoReturn:
        name = type(self).__name__
        if isinstance(self, Enum):
            remedy = f"compare it, as in `is {name}.{next(iter(type(self))).name}`"
        else:
            remedy = f"compare what it says, as its `{dataclasses.fields(self)[0].name}`"  # type: ignore[arg-type]
        raise TypeError(f"that there is a {name} is not that it is a yes: {remedy}")


class Kind(IntEnum):
    AUDIO, VIDEO, SCREEN, CHAT, CAPTION, REACTION, POLL, WHITEBOARD = range(1, 9)
    NOTE, COMMENT, CALENDAR, FILE, TELEMETRY, DIAGNOSTIC, USAGE, UNCLASSIFIED = range(9, 17)


class Purpose(IntFlag):
    RECORD, TRANSCRIBE, ASSIST, TRAIN, ANALYTICS, REVIEW, PUBLISH, DERIVE, IDENTIFY = (1 << bit for bit in range(9))


class Authority(IntEnum):
    PARTICIPANT, GUARDIAN, HOST, ADMINISTRATOR, VENDOR = range(1, 6)


class Method(IntEnum):
    CLICKED, TYPED, SPOKEN, SIGNED = range(1, 5)


class Entered(Answer, IntEnum):
    """Where what is withdrawn when a meeting is over was entered. It holds either way."""

    IN_LEDGER, BESIDE = range(1, 3)


class Verdict(Answer, IntEnum):
    DROPPED, WHOLE, REDACTED, BLANKED = range(4)


class CanBlank(Answer, IntEnum):
    """Whether withheld frames go to an outlet blank."""

    UNKNOWN, YES, NO = range(3)


class StreamType(IntEnum):
    """Whose a stream is."""

    OWNED, MIX, COMPOSITE, DERIVED, RECORDS, ALONE = range(1, 7)


class Format(IntEnum):
    PCM_U8, PCM_S16, PCM_S32, PCM_F32, PCM_MU_LAW, PCM_A_LAW = range(1, 7)
    UTF8, JSON, OPAQUE = range(16, 19)
    I420, I422, I444, NV12, NV21, YUY2, UYVY, P010, RGBA, BGRA, RGB24, GRAY8 = range(32, 44)
    OPUS, OPUS_RED, H264, HEVC, VP8, VP9, AV1, OPUS_MULTISTREAM, AAC = range(64, 73)


class Finding(Answer, IntEnum):
    """What was found of an archived frame: only what is cleared may be used."""

    CLEARED, NO_TAG, WITHHELD, OTHER_PURPOSE, UNNAMED, UNSEALED, FORGED, INCONSISTENT, RECALLED, OTHER_MEETING = range(1, 11)


def kinds_of(kinds: Iterable[Kind]) -> int:
    """A set of kinds, as bits."""
    return sum({1 << Kind(kind) - 1 for kind in kinds})


def purposes_of(purposes: int) -> int:
    """A set of purposes, as bits, of which ctypes would leave out whatever is beyond the last. A complement is as large as can be."""
    if not -0x10000 <= purposes <= 0xFFFF:
        raise ValueError("purposes are 16 bits")
    return purposes & 0xFFFF


def time_of(micros: int) -> int:
    """A time of what must not raise: out of range if it is beyond 64 bits, so that a frame is withheld, and a withdrawal counts as made now."""
    return micros if -(2**63) <= micros < 2**63 else -1


def kinds_in(bits: int) -> frozenset[Kind]:
    return frozenset(kind for kind in Kind if bits >> kind - 1 & 1)
