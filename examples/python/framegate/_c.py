"""The C library by ctypes: structs and functions as framegate.h has them, in the order of their members."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from collections.abc import Callable, Iterable
from ctypes import POINTER, Structure, c_bool, c_char_p, c_int32, c_int64, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p, sizeof
from typing import Any, NoReturn, TypeVar, Union

from .words import Kind, kinds_of, purposes_of

Kind_ = TypeVar("Kind_")

#: What has bytes: of numpy and of array too.
Buffer = Union[bytes, bytearray, memoryview, Any]

ABI_VERSION = 5


#: The integers of C, and what fits into them.
INTEGERS: dict[Any, tuple[int, int]] = {
    kind: (-(256 ** sizeof(kind)) // 2, 256 ** sizeof(kind) // 2 - 1) if kind(-1).value < 0 else (0, 256 ** sizeof(kind) - 1)
    for kind in (c_uint8, c_uint16, c_uint32, c_uint64, c_size_t, c_int32, c_int64)
}


def in_range(kind: Any, value: object, what: str) -> None:
    """Refuses an integer that does not fit: ctypes would cut off what is beyond."""
    if isinstance(value, int) and kind in INTEGERS:
        smallest, largest = INTEGERS[kind]
        if not smallest <= value <= largest:
            raise OverflowError(f"{what} is {value}, and no integer from {smallest} to {largest}")


class Struct(Structure):
    """A struct whose integers are in range."""

    _kinds: dict[str, Any]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._kinds = {name: kind for name, kind, *_ in getattr(cls, "_fields_", ())}

    def __setattr__(self, name: str, value: object) -> None:
        in_range(self._kinds.get(name), value, name)
        super().__setattr__(name, value)


class String(Struct):
    _fields_ = [("data", c_char_p), ("length", c_size_t)]


class Scope(Struct):
    _fields_ = [("kinds", c_uint16), ("purposes", c_uint16)]


class Digest(Struct):
    _fields_ = [("bytes", c_uint8 * 32)]


class Instance(Struct):
    _fields_ = [("bytes", c_uint8 * 16)]


class Handle(Struct):
    _fields_ = [("handle", c_uint64)]


class Bound(Struct):
    """Numbers that stand for something in this process alone, where another may have something else under them."""

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} means nothing in another process: neither pickle nor copy it")


class Participant(Bound):
    """Somebody in a meeting: one stay of theirs."""

    _fields_ = [("stay", c_uint32), ("slot", c_uint16), ("meeting", c_uint16)]


class Stream(Bound):
    """A registered source of frames."""

    _fields_ = [("meeting", c_uint64), ("number", c_uint16), ("reserved", c_uint16 * 3)]


class Outlet(Bound):
    """A declared destination."""

    _fields_ = [("meeting", c_uint64), ("number", c_uint16), ("reserved", c_uint16 * 3)]


class Sized(Struct):
    """A struct that begins with its size."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(size=sizeof(self), **fields)


Event = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_size_t)


class MeetingOptions(Sized):
    _fields_ = [
        ("size", c_uint32), ("participants", c_uint32), ("id", String), ("ledger", String), ("append", c_void_p), ("append_user", c_void_p),
        ("event", Event), ("event_user", c_void_p), ("device_secret", c_void_p), ("durability", c_uint32), ("reserved", c_uint32),
        ("instance", c_void_p), ("started", c_uint64), ("sign", c_void_p), ("sign_user", c_void_p), ("device_key", c_void_p),
    ]  # fmt: skip


class JoinOptions(Sized):
    _fields_ = [("size", c_uint32), ("agrees", c_uint32), ("id", String), ("guardian", String), ("key", c_char_p)]


class Notice(Sized):
    _fields_ = [("size", c_uint32), ("scope", Scope), ("digest", Digest), ("version", String), ("language", String), ("controller", String)]


class Grant(Sized):
    _fields_ = [
        ("size", c_uint32), ("scope", Scope), ("notice", Digest), ("method", c_uint32), ("reserved", c_uint32), ("at", c_int64), ("until", c_int64),
        ("signature", c_void_p),
    ]  # fmt: skip


class Signed(Sized):
    _fields_ = [("size", c_uint32), ("reserved", c_uint32), ("instance", Instance), ("meeting", String), ("challenge", Digest), ("signature", c_uint8 * 64)]


class Field(Struct):
    _fields_ = [("size", c_uint32), ("reserved", c_uint32), ("name", String), ("unit", String), ("minimum", c_int64), ("maximum", c_int64)]


class StreamOptions(Sized):
    _fields_ = [
        ("size", c_uint32), ("type", c_uint32), ("owner", Participant), ("kind", c_uint32), ("format", c_uint32), ("channels", c_uint32),
        ("layout", c_uint32), ("full_range", c_uint32), ("width", c_uint32), ("height", c_uint32), ("bits_per_minute", c_uint32),
        ("fields", POINTER(Field)), ("field_count", c_size_t), ("structural_keys", POINTER(String)), ("structural_key_count", c_size_t),
        ("decoder_config", POINTER(c_uint8)), ("decoder_config_length", c_size_t),
    ]  # fmt: skip


class OutletOptions(Sized):
    _fields_ = [("size", c_uint32), ("purposes", c_uint16), ("blanks", c_uint16), ("name", String), ("recipient", String)]


class Region(Struct):
    _fields_ = [
        ("size", c_uint32), ("area", c_uint32), ("owner", Participant), ("x", c_uint32), ("y", c_uint32), ("width", c_uint32), ("height", c_uint32),
        ("channel", c_uint32), ("start", c_uint32), ("end", c_uint32), ("kind", c_uint32), ("captured", c_int64),
    ]  # fmt: skip


class Tag(Struct):
    _fields_ = [("bytes", c_uint8 * 16)]


class Source(Struct):
    _fields_ = [
        ("size", c_uint32), ("kinds", c_uint32), ("tag", Tag), ("people", POINTER(Participant)), ("people_count", c_size_t), ("captured", c_int64),
        ("proof", c_uint8 * 16),
    ]  # fmt: skip


class Frame(Sized):
    _fields_ = [
        ("size", c_uint32), ("contributors", c_uint32), ("captured", c_int64), ("people", POINTER(Participant)), ("people_count", c_size_t),
        ("group", Handle), ("regions", POINTER(Region)), ("region_count", c_size_t), ("sources", POINTER(Source)), ("source_count", c_size_t),
        ("keyframe", c_uint32), ("reserved", c_uint32),
    ]  # fmt: skip


class Plane(Struct):
    _fields_ = [("data", c_void_p), ("length", c_size_t), ("stride", c_size_t)]


class Payload(Sized):
    _fields_ = [("size", c_uint32), ("planes", c_uint32), ("plane", Plane * 4)]


class Cleared(Sized):
    _fields_ = [
        ("size", c_uint32), ("verdict", c_int32), ("tag", Tag), ("payload", Payload), ("hidden", c_uint64), ("room", POINTER(Participant)),
        ("capacity", c_size_t), ("source", Source),
    ]  # fmt: skip


class Decision(Struct):
    _fields_ = [("verdict", c_int32), ("reason", c_uint32), ("purposes", c_uint16), ("reserved", c_uint16), ("generation", c_uint32)]


class Counters(Sized):
    """How many frames a tap saw, and what became of them."""

    _fields_ = [
        ("size", c_uint32), ("stream", c_uint16), ("outlet", c_uint16), ("seen", c_uint64), ("whole", c_uint64), ("redacted", c_uint64),
        ("blanked", c_uint64), ("dropped", c_uint64),
    ]  # fmt: skip


class ReasonCount(Struct):
    _fields_ = [("verdict", c_int32), ("reason", c_uint32), ("count", c_uint64)]


class TagFields(Sized):
    _fields_ = [
        ("size", c_uint32), ("verdict", c_int32), ("reason", c_uint32), ("kind", c_uint32), ("purposes", c_uint16), ("stream", c_uint16),
        ("generation", c_uint32), ("captured", c_int64),
    ]  # fmt: skip


class Head(Struct):
    """How far a ledger goes: kept apart from it, this shows later that nothing was changed or cut off."""

    _fields_ = [("instance", Instance), ("entries", c_uint64), ("hash", Digest)]


class LedgerInfo(Sized):
    _fields_ = [("size", c_uint32), ("torn", c_uint32), ("length", c_uint64), ("anchored", c_uint64), ("head", Head), ("started", c_uint64)]


class Seal(Struct):
    _fields_ = [("bytes", c_uint8 * 16)]


class PayloadDigest(Struct):
    _fields_ = [("bytes", c_uint8 * 32)]


class Carried(Sized):
    _fields_ = [("size", c_uint32), ("sealed", c_uint32), ("tag", Tag), ("seal", Seal)]


class Packet(Sized):
    _fields_ = [
        ("size", c_uint32), ("ssrc", c_uint32), ("timestamp", c_uint32), ("csrc_count", c_uint32), ("csrcs", c_uint32 * 15), ("sequence_number", c_uint16),
        ("payload_type", c_uint8), ("marker", c_uint8), ("capture_time", c_uint64), ("clock_offset", c_int64), ("has_clock_offset", c_uint32),
        ("reserved", c_uint32), ("payload", c_void_p), ("payload_length", c_size_t),
    ]  # fmt: skip


class SenderReport(Struct):
    _fields_ = [("ntp", c_uint64), ("ssrc", c_uint32), ("rtp_timestamp", c_uint32)]


class CaptureClockOptions(Sized):
    _fields_ = [
        ("size", c_uint32), ("rate", c_uint32), ("sender", c_uint32), ("reserved", c_uint32), ("start", c_uint64), ("error", c_int64),
        ("worst_delay", c_int64),
    ]  # fmt: skip


class Subject(Struct):
    _fields_ = [("size", c_uint32), ("kinds", c_uint32), ("id", String)]


class Piece(Struct):
    _fields_ = [("data", c_char_p), ("length", c_size_t)]


class Archived(Struct):
    _fields_ = [
        ("size", c_uint32), ("reserved", c_uint32), ("instance", Instance), ("carried", POINTER(Carried)), ("subjects", POINTER(Subject)),
        ("subject_count", c_size_t), ("digest", POINTER(PayloadDigest)),
    ]  # fmt: skip


def _with_integers_in_range(function: Any) -> Callable[..., Any]:
    integers = [(at, kind) for at, kind in enumerate(function.argtypes) if kind in INTEGERS]

    def called(*arguments: object) -> Any:
        for at, kind in integers:
            in_range(kind, arguments[at], f"argument {at + 1} of {function.__name__}")
        return function(*arguments)

    called.argtypes = function.argtypes  # type: ignore[attr-defined]
    return called


def _load() -> ctypes.CDLL:
    name = os.environ.get("FRAMEGATE_LIBRARY") or ctypes.util.find_library("framegate")
    if not name:
        raise OSError("libframegate is not installed: run `make -C bindings/c install PREFIX=DIR`, and set FRAMEGATE_LIBRARY to DIR/lib/libframegate.so")
    library = ctypes.CDLL(name)
    if library.framegate_abi_version() != ABI_VERSION:
        raise OSError(f"{name} has another version of the interface: set FRAMEGATE_LIBRARY to a library of version {ABI_VERSION}")
    text = [Handle, String, c_void_p, c_size_t, POINTER(c_size_t)]
    frames = [Handle, POINTER(Frame), POINTER(Payload)]
    cleared = [c_size_t, c_int64, POINTER(Cleared), POINTER(c_size_t)]
    truth, number = POINTER(c_bool), POINTER(c_uint32)
    change = [Handle, c_uint32, Participant]
    sealed = [POINTER(Subject), c_size_t, POINTER(PayloadDigest)]
    archived, found = [POINTER(Archived), c_size_t], [POINTER(c_uint64), POINTER(c_uint8), POINTER(c_size_t)]
    unit, written = [c_char_p, c_size_t], [POINTER(Carried), c_char_p, c_size_t, POINTER(c_size_t)]
    for function, arguments in {
        "digest_of": [String, POINTER(Digest)],
        "meeting_open": [POINTER(MeetingOptions), POINTER(Handle)],
        "meeting_resume": [Handle, POINTER(MeetingOptions), POINTER(Handle)],
        "meeting_instance": [Handle, POINTER(Instance)],
        "meeting_started": [Handle, POINTER(c_uint64)],
        "meeting_clock": [Handle, POINTER(c_int64)],
        "meeting_time_at": [Handle, c_uint64, POINTER(c_int64)],
        "meeting_head": [Handle, POINTER(Head)],
        "meeting_find": [Handle, String, POINTER(Participant)],
        "meeting_id_of": [Handle, Participant, c_char_p, c_size_t, POINTER(c_size_t)],
        "meeting_supersede": [Handle, POINTER(Digest), c_int64, POINTER(Handle)],
        "meeting_generation": [Handle, POINTER(c_uint64)],
        "meeting_challenge": [Handle, Participant, POINTER(Digest)],
        "meeting_count": [Handle, c_int64],
        "meeting_third_party": [Handle, c_uint16, String, POINTER(c_uint16)],
        "meeting_end": [Handle, POINTER(Handle)],
        "meeting_close": [Handle],
        "meeting_join": [Handle, POINTER(JoinOptions), c_int64, POINTER(Participant)],
        "meeting_advance": [Handle, c_int64],
        "meeting_tick": [Handle, c_int64],
        "meeting_next_deadline": [Handle, POINTER(c_int64)],
        "meeting_leave": [Handle, Participant, c_int64, POINTER(Handle)],
        "meeting_show": [Handle, POINTER(Notice)],
        "meeting_grant": [*change, POINTER(Grant), c_int64],
        "meeting_withdraw": [*change, Scope, c_int64, POINTER(Handle)],
        "meeting_restrict": [Handle, c_uint32, POINTER(Participant), Scope, c_int64, POINTER(Handle)],
        "meeting_lift": [Handle, c_uint32, POINTER(Participant), Scope, c_int64],
        "meeting_settled": [Handle, Handle, c_int64, truth],
        "settling_is_settled": [Handle, truth],
        "settling_wait": [Handle, c_uint32, truth],
        "settling_close": [Handle],
        "stream_open": [Handle, POINTER(StreamOptions), POINTER(Stream)],
        "outlet_open": [Handle, POINTER(OutletOptions), POINTER(Outlet)],
        "group_open": [Handle, POINTER(Participant), c_size_t, POINTER(Handle)],
        "group_close": [Handle],
        "source_meet": [POINTER(Source), POINTER(Source), POINTER(Participant), c_size_t, POINTER(Source)],
        "tap_open": [Handle, Stream, Outlet, POINTER(Handle)],
        "tap_close": [Handle],
        "tap_admit": [*frames, *cleared],
        "tap_admit_in_place": [*frames, *cleared],
        "tap_admit_into": [*frames, POINTER(Payload), *cleared],
        "tap_end": [Handle],
        "tap_keyframe_request": [Handle, c_int64, c_uint32, truth],
        "tap_can_blank": [Handle, number],
        "tap_last_fault": [Handle, number],
        "tap_reasons": [Handle, POINTER(ReasonCount), c_size_t, POINTER(c_size_t)],
        "tap_decide": [Handle, c_int64, c_int64, POINTER(Decision)],
        "tap_decide_batch": [Handle, POINTER(Frame), c_size_t, c_int64, POINTER(Decision)],
        "tap_counters": [Handle, POINTER(Counters)],
        "tag_get": [Tag, POINTER(TagFields)],
        "tag_meet": [Tag, Tag, POINTER(Tag)],
        "tag_meet_across_meetings": [Tag, Tag, POINTER(Tag)],
        "ledger_read": [c_char_p, c_size_t, c_void_p, c_void_p, POINTER(Handle), POINTER(c_uint64)],
        "ledger_get": [Handle, POINTER(LedgerInfo)],
        "ledger_close": [Handle],
        "ledger_receipt": text,
        "ledger_erasure": text,
        "ledger_read_file": [String, c_void_p, c_void_p, POINTER(Handle), POINTER(c_uint64)],
        "past_meeting_open": [String, c_void_p, POINTER(Handle), POINTER(c_uint64)],
        "past_meeting_withdraw": [Handle, c_uint32, String, Scope, number],
        "past_meeting_restrict": [Handle, c_uint32, POINTER(String), Scope, number],
        "past_meeting_receipt": text,
        "past_meeting_close": [Handle],
        "carried_read": [*unit, POINTER(Carried)],
        "meeting_key_open": [c_char_p, POINTER(Instance), POINTER(Handle)],
        "meeting_key_close": [Handle],
        "meeting_key_seal_batch": [Handle, *archived, POINTER(Seal)],
        "stream_key_open": [Handle, c_uint16, POINTER(Handle)],
        "stream_key_close": [Handle],
        "stream_key_digest": [Handle, c_uint32, POINTER(Piece), c_size_t, POINTER(PayloadDigest)],
        "stream_key_seal": [Handle, Tag, *sealed, POINTER(Seal)],
        "stream_key_verify": [Handle, Seal, Tag, *sealed, truth],
        "rtp_read": [*unit, c_uint32, POINTER(Carried)],
        "rtp_write": [*unit, c_uint32, *written],
        "sei_read": [*unit, c_uint32, POINTER(Carried)],
        "sei_write": [*unit, c_uint32, *written],
        "obu_read": [*unit, POINTER(Carried)],
        "obu_write": [*unit, *written],
        "capture_clock_open": [POINTER(CaptureClockOptions), POINTER(Handle)],
        "capture_clock_close": [Handle],
        "capture_clock_report": [Handle, POINTER(SenderReport), c_int64],
        "capture_clock_captured": [Handle, POINTER(Packet), c_int64, POINTER(c_int64)],
        "sdp_extmap": [c_uint32, c_char_p, c_size_t, POINTER(c_size_t)],
        "sdp_extension_id": [String, number],
        "recording_of": [c_uint16, number],
        "recording_read": [String, c_size_t, number],
        "recording_line": [c_uint32, POINTER(String)],
        "preference_of": [c_uint16, number],
        "preference_read": [String, c_size_t, number],
        "preference_line": [c_uint32, POINTER(String)],
        "preference_permits": [c_uint32, truth],
        "verifier_open": [Handle, POINTER(Handle)],
        "verifier_close": [Handle],
        "verifier_head": [Handle, POINTER(Head)],
        "verifier_verify_batch": [Handle, *archived, c_uint16, Handle, *found],
        "verifier_dry_run": [Handle, *archived, c_uint16, *found],
        "verifier_recheck": [Handle, POINTER(Head), *archived, *found],
    }.items():
        declared = getattr(library, "framegate_" + function)
        declared.argtypes, declared.restype = arguments, c_int32
        setattr(library, "framegate_" + function, _with_integers_in_range(declared))
    for function, argument in {"error_message": c_int32, "reason_name": c_uint32, "fault_name": c_uint32, "fault_remedy": c_uint32}.items():
        declared = getattr(library, "framegate_" + function)
        declared.argtypes, declared.restype = [argument], String
        setattr(library, "framegate_" + function, _with_integers_in_range(declared))
    return library


call = _load()


class Error(Exception):
    """What the library refused, with its number: FRAMEGATE_ERROR_… in framegate.h."""

    def __init__(self, status: int) -> None:
        super().__init__(text(call.framegate_error_message(status)))
        self.status = status


def text(string: String) -> str:
    return ctypes.string_at(string.data, string.length).decode()


def checked(status: int) -> None:
    """Whatever is no error is done; answers are told apart from it."""
    if status != 0:
        raise Error(status)


def truth(call: Any, *arguments: object) -> bool:
    """What a call says is true or false. An error is neither."""
    told = c_bool()
    checked(call(*arguments, ctypes.byref(told)))
    return told.value


def number(call: Any, *arguments: object) -> int:
    told = c_uint32()
    checked(call(*arguments, ctypes.byref(told)))
    return told.value


def line(call: Any, *arguments: object) -> str:
    told = String()
    checked(call(*arguments, ctypes.byref(told)))
    return text(told)


def octets(data: Buffer) -> memoryview:
    """The bytes of a buffer whatever its items are. One with gaps is an error."""
    view = memoryview(data)
    if not view.c_contiguous:
        raise BufferError("a buffer must be contiguous, row after row: copy it first")
    return view.cast("B") if view.nbytes else memoryview(b"")


def secret(key: bytes | None, what: str) -> bytes | None:
    """32 bytes, as many as are read."""
    if key is not None and len(key) != 32:
        raise ValueError(f"{what} has 32 bytes")
    return key


def a(kind: type[Kind_], value: object) -> Kind_:
    """What is to be of a class; what it is not is told before anything of it is asked."""
    if not isinstance(value, kind):
        raise TypeError(f"a {type(value).__name__} is no {'text' if kind is str else kind.__name__}")
    return value


def string(text: str) -> String:
    a(str, text)
    data = text.encode()
    return String(data, len(data))


def scope(kinds: Iterable[Kind], purposes: int) -> Scope:
    return Scope(kinds_of(kinds), purposes_of(purposes))


class HandleOwner:
    """Whoever has a handle, and closes it. It is this process's alone: it cannot be pickled or copied, and after a fork the child cannot use it."""

    _close: str
    # Of one that could not be opened there is none.
    _owned: Handle | None = None

    def __init__(self, handle: Handle) -> None:
        self._owned, self._process = handle, os.getpid()

    @property
    def _handle(self) -> Handle:
        if self._owned is None:
            raise ValueError(f"the {type(self).__name__} was never opened")
        if self._process != os.getpid():
            raise RuntimeError(f"the {type(self).__name__} is of another process, which this one was forked from: open it anew")
        return self._owned

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is of one process and has one owner: neither pickle nor copy it, but open it anew")

    def close(self) -> None:
        """Closes the handle; a second time nothing. In a forked child there is nothing to close."""
        if self._owned is not None and self._process == os.getpid():
            getattr(call, self._close)(self._owned)

    def __del__(self) -> None:
        self.close()
