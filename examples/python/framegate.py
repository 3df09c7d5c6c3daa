"""framegate from Python: the C library by ctypes, with a class for each of its handles.

The library is the one that FRAMEGATE_LIBRARY names, else the one that is installed.
What framegate.h says of threads, times and lifetimes holds here too. Times are microseconds since the meeting's start.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ctypes import POINTER, Structure, byref, c_char_p, c_int32, c_int64, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p, sizeof
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Any, Union

ABI_VERSION = 1
NO_TIME = 2**63 - 1
NO_KIND = 255

Buffer = Union[bytes, bytearray, memoryview]
#: A plane's bytes and how many there are from one row to the next.
Plane = tuple[Buffer, int]


class Kind(IntEnum):
    AUDIO, VIDEO, SCREEN, CHAT, CAPTION, REACTION, POLL, WHITEBOARD = range(8)
    NOTE, COMMENT, CALENDAR, FILE, TELEMETRY, DIAGNOSTIC, USAGE, UNCLASSIFIED = range(8, 16)


class Purpose(IntFlag):
    RECORD, TRANSCRIBE, ASSIST, TRAIN, ANALYTICS, REVIEW, PUBLISH, DERIVE, IDENTIFY = (1 << bit for bit in range(9))


class By(IntEnum):
    PARTICIPANT, GUARDIAN, HOST, ADMINISTRATOR, VENDOR = range(1, 6)


class Method(IntEnum):
    CLICKED, TYPED, SPOKEN, SIGNED = range(1, 5)


class Verdict(IntEnum):
    DROPPED, WHOLE, REDACTED, BLANKED = range(4)


class Source(IntEnum):
    """Whose a stream is."""

    OWNED, MIX, COMPOSITE, DERIVED, RECORDS = range(1, 6)


class Format(IntEnum):
    PCM_U8, PCM_S16, PCM_S32, PCM_F32, PCM_MU_LAW, PCM_A_LAW = range(1, 7)
    UTF8, JSON, OPAQUE = range(16, 19)
    I420, I422, I444, NV12, NV21, YUY2, UYVY, P010, RGBA, BGRA, RGB24, GRAY8 = range(32, 44)
    OPUS, OPUS_RED, H264, HEVC, VP8, VP9, AV1, OPUS_MULTISTREAM = range(64, 72)


class _String(Structure):
    _fields_ = [("data", c_char_p), ("length", c_size_t)]


class _Scope(Structure):
    _fields_ = [("kinds", c_uint16), ("purposes", c_uint16)]


class Digest(Structure):
    _fields_ = [("bytes", c_uint8 * 32)]


class _Handle(Structure):
    _fields_ = [("handle", c_uint64)]


class Participant(Structure):
    """Somebody in a meeting."""

    _fields_ = [("stay", c_uint32), ("slot", c_uint16), ("meeting", c_uint16)]


class Stream(Structure):
    """A registered source of frames."""

    _fields_ = [("meeting", c_uint16), ("number", c_uint16)]


class Outlet(Structure):
    """A declared destination."""

    _fields_ = [("meeting", c_uint16), ("number", c_uint16)]


class _Sized(Structure):
    """A struct that begins with its size."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(size=sizeof(self), **fields)


_Event = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_size_t)


class _MeetingOptions(_Sized):
    _fields_ = [
        ("size", c_uint32), ("participants", c_uint32), ("id", _String), ("ledger", _String), ("append", c_void_p), ("append_user", c_void_p),
        ("event", _Event), ("event_user", c_void_p), ("device_secret", c_void_p), ("durability", c_uint32), ("reserved", c_uint32),
    ]  # fmt: skip


class _Join(_Sized):
    _fields_ = [("size", c_uint32), ("reserved", c_uint32), ("id", _String), ("guardian", _String), ("key", c_char_p)]


class _Notice(_Sized):
    _fields_ = [("size", c_uint32), ("scope", _Scope), ("digest", Digest), ("version", _String), ("language", _String), ("controller", _String)]


class _Grant(_Sized):
    _fields_ = [
        ("size", c_uint32), ("scope", _Scope), ("notice", Digest), ("method", c_uint32), ("reserved", c_uint32), ("at", c_int64), ("until", c_int64),
        ("signature", c_void_p),
    ]  # fmt: skip


class _StreamOptions(_Sized):
    _fields_ = [
        ("size", c_uint32), ("type", c_uint32), ("owner", Participant), ("kind", c_uint32), ("format", c_uint32), ("channels", c_uint32),
        ("planar", c_uint32), ("full_range", c_uint32), ("width", c_uint32), ("height", c_uint32), ("bits_per_minute", c_uint32),
        ("fields", c_void_p), ("field_count", c_size_t), ("structural_keys", POINTER(_String)), ("structural_key_count", c_size_t),
    ]  # fmt: skip


class _OutletOptions(_Sized):
    _fields_ = [("size", c_uint32), ("purposes", c_uint16), ("blanks", c_uint16), ("name", _String), ("recipient", _String)]


class _Region(Structure):
    _fields_ = [
        ("size", c_uint32), ("area", c_uint32), ("owner", Participant), ("x", c_uint32), ("y", c_uint32), ("width", c_uint32), ("height", c_uint32),
        ("channel", c_uint32), ("start", c_uint32), ("end", c_uint32), ("kind", c_uint32), ("captured", c_int64),
    ]  # fmt: skip


class _Frame(_Sized):
    _fields_ = [
        ("size", c_uint32), ("contributors", c_uint32), ("captured", c_int64), ("people", POINTER(Participant)), ("people_count", c_size_t),
        ("group", _Handle), ("regions", POINTER(_Region)), ("region_count", c_size_t), ("sources", c_void_p), ("source_count", c_size_t),
        ("keyframe", c_uint32), ("reserved", c_uint32),
    ]  # fmt: skip


class _Plane(Structure):
    _fields_ = [("data", c_void_p), ("length", c_size_t), ("stride", c_size_t)]


class _Payload(_Sized):
    _fields_ = [("size", c_uint32), ("planes", c_uint32), ("plane", _Plane * 4)]


class _Tag(Structure):
    _fields_ = [("bytes", c_uint8 * 16)]


class _Source(Structure):
    _fields_ = [
        ("size", c_uint32), ("kinds", c_uint32), ("tag", _Tag), ("people", c_void_p), ("people_count", c_size_t), ("captured", c_int64),
    ]  # fmt: skip


class _Cleared(_Sized):
    _fields_ = [
        ("size", c_uint32), ("verdict", c_int32), ("tag", _Tag), ("payload", _Payload), ("hidden", c_uint64), ("room", c_void_p),
        ("capacity", c_size_t), ("source", _Source),
    ]  # fmt: skip


class Counters(_Sized):
    """How many frames a tap saw, and what became of them."""

    _fields_ = [
        ("size", c_uint32), ("stream", c_uint16), ("outlet", c_uint16), ("seen", c_uint64), ("whole", c_uint64), ("redacted", c_uint64),
        ("blanked", c_uint64), ("dropped", c_uint64),
    ]  # fmt: skip


class _TagFields(_Sized):
    _fields_ = [
        ("size", c_uint32), ("verdict", c_int32), ("reason", c_uint32), ("kind", c_uint32), ("purposes", c_uint16), ("stream", c_uint16),
        ("generation", c_uint32), ("captured", c_int64),
    ]  # fmt: skip


def _load() -> ctypes.CDLL:
    name = os.environ.get("FRAMEGATE_LIBRARY") or ctypes.util.find_library("framegate")
    if not name:
        raise OSError("libframegate is not installed, and FRAMEGATE_LIBRARY does not name it")
    library = ctypes.CDLL(name)
    if library.framegate_abi_version() != ABI_VERSION:
        raise OSError(f"{name} has another version of the interface")
    text = [_Handle, _String, c_void_p, c_size_t, POINTER(c_size_t)]
    frames = [_Handle, POINTER(_Frame), POINTER(_Payload)]
    cleared = [c_size_t, c_int64, POINTER(_Cleared)]
    change = [_Handle, c_uint32, Participant]
    for function, arguments in {
        "digest_of": [_String, POINTER(Digest)],
        "meeting_open": [POINTER(_MeetingOptions), POINTER(_Handle)],
        "meeting_end": [_Handle, POINTER(_Handle)],
        "meeting_close": [_Handle],
        "meeting_join": [_Handle, POINTER(_Join), c_int64, POINTER(Participant)],
        "meeting_leave": [_Handle, Participant, c_int64, POINTER(_Handle)],
        "meeting_show": [_Handle, POINTER(_Notice)],
        "meeting_grant": [*change, POINTER(_Grant), c_int64],
        "meeting_withdraw": [*change, _Scope, c_int64, POINTER(_Handle)],
        "meeting_restrict": [_Handle, c_uint32, POINTER(Participant), _Scope, c_int64, POINTER(_Handle)],
        "meeting_lift": [_Handle, c_uint32, POINTER(Participant), _Scope, c_int64],
        "meeting_settled": [_Handle, _Handle, c_int64],
        "settling_is_settled": [_Handle],
        "settling_wait": [_Handle, c_uint32],
        "settling_close": [_Handle],
        "stream_open": [_Handle, POINTER(_StreamOptions), POINTER(Stream)],
        "outlet_open": [_Handle, POINTER(_OutletOptions), POINTER(Outlet)],
        "tap_open": [_Handle, Stream, Outlet, POINTER(_Handle)],
        "tap_close": [_Handle],
        "tap_admit": [*frames, *cleared],
        "tap_admit_into": [*frames, POINTER(_Payload), *cleared],
        "tap_end": [_Handle],
        "tap_counters": [_Handle, POINTER(Counters)],
        "tag_get": [_Tag, POINTER(_TagFields)],
        "ledger_read": [c_char_p, c_size_t, c_void_p, c_void_p, POINTER(_Handle), POINTER(c_uint64)],
        "ledger_verify": [_Handle, POINTER(c_uint64)],
        "ledger_close": [_Handle],
        "ledger_receipt": text,
        "ledger_erasure": text,
    }.items():
        declared = getattr(library, "framegate_" + function)
        declared.argtypes, declared.restype = arguments, c_int32
    library.framegate_error_message.argtypes = [c_int32]
    library.framegate_reason_name.argtypes = [c_uint32]
    library.framegate_error_message.restype = library.framegate_reason_name.restype = _String
    return library


_c = _load()


class Error(Exception):
    """What the library refused, with its number: FRAMEGATE_ERROR_… in framegate.h."""

    def __init__(self, status: int) -> None:
        super().__init__(_text(_c.framegate_error_message(status)))
        self.status = status


def _text(string: _String) -> str:
    return ctypes.string_at(string.data, string.length).decode()


def _checked(number: int) -> int:
    if number < 0:
        raise Error(number)
    return number


def _string(text: str) -> _String:
    data = text.encode()
    return _String(data, len(data))


def _scope(kinds: Sequence[Kind], purposes: int) -> _Scope:
    return _Scope(sum({1 << kind for kind in kinds}), purposes)


def digest_of(text: str) -> Digest:
    """The SHA-256 of a text, byte for byte as it is shown."""
    digest = Digest()
    _checked(_c.framegate_digest_of(_string(text), byref(digest)))
    return digest


class Settling:
    """A narrowing under way. Once it has settled no frame that it cut is released any more."""

    def __init__(self, handle: _Handle) -> None:
        self._handle = handle

    def is_settled(self) -> bool:
        return _checked(_c.framegate_settling_is_settled(self._handle)) == 1

    def wait(self, milliseconds: int) -> bool:
        """Waits for that, but not on a media thread."""
        return _checked(_c.framegate_settling_wait(self._handle, milliseconds)) == 1

    def close(self) -> None:
        _c.framegate_settling_close(self._handle)

    def __del__(self) -> None:
        self.close()


class Meeting:
    """One meeting's control half. Everything in it is closed until people open it."""

    def __init__(self, id: str, participants: int = 100, ledger: str = "", event: Callable[[str], None] | None = None) -> None:
        self._event = _Event(lambda _, line, length: event(ctypes.string_at(line, length).decode())) if event else _Event()
        self._handle = _Handle()
        options = _MeetingOptions(participants=participants, id=_string(id), ledger=_string(ledger), event=self._event)
        _checked(_c.framegate_meeting_open(byref(options), byref(self._handle)))

    def __enter__(self) -> Meeting:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the handle, and with it every tap; a second time nothing."""
        _c.framegate_meeting_close(self._handle)

    def end(self) -> Settling:
        """Closes everything for good."""
        return self._settling(_c.framegate_meeting_end)

    def join(self, id: str, now: int, guardian: str = "", key: bytes | None = None) -> Participant:
        who = Participant()
        join = _Join(id=_string(id), guardian=_string(guardian), key=key)
        _checked(_c.framegate_meeting_join(self._handle, byref(join), now, byref(who)))
        return who

    def leave(self, who: Participant, now: int) -> Settling:
        return self._settling(_c.framegate_meeting_leave, who, now)

    def show(self, text: str, version: str, language: str, controller: str, kinds: Sequence[Kind], purposes: int) -> Digest:
        """Registers a notice, and gives its digest."""
        digest = digest_of(text)
        strings = {"version": _string(version), "language": _string(language), "controller": _string(controller)}
        _checked(_c.framegate_meeting_show(self._handle, byref(_Notice(scope=_scope(kinds, purposes), digest=digest, **strings))))
        return digest

    def grant(
        self, by: By, who: Participant, notice: Digest, kinds: Sequence[Kind], purposes: int, method: Method, now: int, until: int = NO_TIME
    ) -> None:
        grant = _Grant(scope=_scope(kinds, purposes), notice=notice, method=method, at=NO_TIME, until=until)
        _checked(_c.framegate_meeting_grant(self._handle, by, who, byref(grant), now))

    def withdraw(self, by: By, who: Participant, kinds: Sequence[Kind], purposes: int, now: int) -> Settling:
        return self._settling(_c.framegate_meeting_withdraw, by, who, _scope(kinds, purposes), now)

    def restrict(self, by: By, whom: Participant | None, kinds: Sequence[Kind], purposes: int, now: int) -> Settling:
        return self._settling(_c.framegate_meeting_restrict, by, whom, _scope(kinds, purposes), now)

    def lift(self, by: By, whom: Participant | None, kinds: Sequence[Kind], purposes: int, now: int) -> None:
        _checked(_c.framegate_meeting_lift(self._handle, by, whom, _scope(kinds, purposes), now))

    def settled(self, settling: Settling, now: int) -> bool:
        """Enters into the ledger how far each tap had come."""
        return _checked(_c.framegate_meeting_settled(self._handle, settling._handle, now)) == 1

    def stream(
        self,
        source: Source,
        kind: Kind,
        format: Format,
        owner: Participant | None = None,
        channels: int = 0,
        size: tuple[int, int] = (0, 0),
    ) -> Stream:
        stream = Stream()
        width, height = size
        shape = {"channels": channels, "width": width, "height": height}
        options = _StreamOptions(type=source, owner=owner or Participant(), kind=kind, format=format, **shape)
        _checked(_c.framegate_stream_open(self._handle, byref(options), byref(stream)))
        return stream

    def outlet(self, name: str, purposes: int, blanks: Sequence[Kind] = (), recipient: str = "") -> Outlet:
        outlet = Outlet()
        options = _OutletOptions(purposes=purposes, blanks=_scope(blanks, 0).kinds, name=_string(name), recipient=_string(recipient))
        _checked(_c.framegate_outlet_open(self._handle, byref(options), byref(outlet)))
        return outlet

    def tap(self, stream: Stream, outlet: Outlet) -> Tap:
        handle = _Handle()
        _checked(_c.framegate_tap_open(self._handle, stream, outlet, byref(handle)))
        return Tap(handle)

    def _settling(self, call: Any, *arguments: object) -> Settling:
        handle = _Handle()
        _checked(call(self._handle, *arguments, byref(handle)))
        return Settling(handle)


@dataclass
class Rectangle:
    """A part of a picture, and whose it is."""

    owner: Participant
    x: int
    y: int
    width: int
    height: int


@dataclass
class Cleared:
    """What an outlet receives: valid until its release ends."""

    verdict: Verdict
    tag: bytes
    reason: str
    #: Of a picture its planes, else one; none if the frame is withheld.
    planes: list[memoryview]

    @property
    def data(self) -> memoryview:
        return self.planes[0]


class Tap:
    """One stream into one outlet: the hot half, on one thread at a time."""

    def __init__(self, handle: _Handle) -> None:
        self._handle = handle
        self._cleared = _Cleared()

    @contextmanager
    def admit(
        self,
        payload: Buffer | Sequence[Plane],
        captured: int,
        now: int,
        people: Sequence[Participant] | None = None,
        regions: Sequence[Rectangle] = (),
        into: bytearray | Sequence[tuple[bytearray, int]] | None = None,
        keyframe: bool | None = None,
    ) -> Iterator[Cleared]:
        """A release: the frame goes to the outlet within the `with`, as far as it is cleared.

        `people` are everybody in it, `None`: the stream's owner alone. With `into`, what is cleared is copied there, and a part of a frame can go.
        `keyframe` says whether the client holds encoded video for one.
        """
        frame = _Frame(contributors=1 if people is None else 2, captured=captured, keyframe=0 if keyframe is None else 1 if keyframe else 2)
        if people is not None:
            frame.people, frame.people_count = (Participant * len(people))(*people), len(people)
        if regions:
            each = [
                _Region(sizeof(_Region), 1, part.owner, part.x, part.y, part.width, part.height, 0, 0, 0, NO_KIND, NO_TIME) for part in regions
            ]
            frame.regions, frame.region_count = (_Region * len(each))(*each), len(each)
        # Neither may move as long as the gate, or who looks at what is cleared, has its address.
        content, _held = _payload(payload)
        if into is None:
            admitted = _c.framegate_tap_admit(self._handle, frame, content, 1, now, self._cleared)
        else:
            buffer, _held_too = _payload(into)
            admitted = _c.framegate_tap_admit_into(self._handle, frame, content, buffer, 1, now, self._cleared)
        if _checked(admitted) == 0:
            yield self._outcome([])
            return
        cleared = self._cleared.payload
        planes = [_view(plane) for plane in cleared.plane[: max(1, cleared.planes)]]
        try:
            yield self._outcome(planes)
        finally:
            for plane in planes:
                plane.release()
            _checked(_c.framegate_tap_end(self._handle))

    def counters(self) -> Counters:
        counters = Counters()
        _checked(_c.framegate_tap_counters(self._handle, byref(counters)))
        return counters

    def close(self) -> None:
        """Closes the handle; a second time nothing."""
        _c.framegate_tap_close(self._handle)

    def _outcome(self, planes: list[memoryview]) -> Cleared:
        fields = _TagFields()
        _checked(_c.framegate_tag_get(self._cleared.tag, byref(fields)))
        reason = _text(_c.framegate_reason_name(fields.reason))
        return Cleared(Verdict(self._cleared.verdict), bytes(self._cleared.tag.bytes), reason, planes)


def _view(plane: _Plane) -> memoryview:
    """What the gate hands on, where it is."""
    if not plane.length:
        return memoryview(b"")
    return memoryview((ctypes.c_char * plane.length).from_address(plane.data)).cast("B").toreadonly()


def _payload(content: Buffer | Sequence[Plane]) -> tuple[_Payload, list[memoryview]]:
    """A frame's content as C reads it, and what keeps it where it is."""
    single = isinstance(content, (bytes, bytearray, memoryview))
    planes: Sequence[Plane] = [(content, 0)] if single else content  # type: ignore[list-item, assignment]
    payload = _Payload(planes=0 if single else len(planes))
    for place, (data, stride) in zip(payload.plane, planes):
        if isinstance(data, bytes):
            place.data = ctypes.cast(c_char_p(data), c_void_p)
        elif len(data):
            place.data = ctypes.addressof(c_uint8.from_buffer(data))
        place.length, place.stride = len(data), stride
    return payload, [memoryview(data) for data, _ in planes]


class Ledger:
    """A ledger that was read: each of its lines follows from the one before."""

    def __init__(self, content: bytes) -> None:
        self._handle = _Handle()
        _checked(_c.framegate_ledger_read(content, len(content), None, None, byref(self._handle), None))

    def verify(self) -> None:
        """Judges every entry by the rules."""
        _checked(_c.framegate_ledger_verify(self._handle, None))

    def receipt(self, who: str) -> str:
        return self._json(_c.framegate_ledger_receipt, who)

    def erasure(self, who: str) -> str:
        return self._json(_c.framegate_ledger_erasure, who)

    def close(self) -> None:
        _c.framegate_ledger_close(self._handle)

    def __del__(self) -> None:
        self.close()

    def _json(self, call: Any, who: str) -> str:
        length = c_size_t()
        call(self._handle, _string(who), None, 0, byref(length))
        buffer = ctypes.create_string_buffer(length.value)
        _checked(call(self._handle, _string(who), buffer, length.value, byref(length)))
        return buffer.raw.decode()
