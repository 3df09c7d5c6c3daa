"""Taps: the hot half."""

from __future__ import annotations

import ctypes
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import byref, c_char_p, c_size_t, c_uint8, c_uint32, c_void_p, sizeof
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, Union

from . import _c
from .tag import Decision, reason_of
from .words import NO_KIND, NO_TIME, Answer, CanBlank, Kind, Verdict, kinds_in, time_of

if TYPE_CHECKING:
    from .meeting import Group

Buffer = _c.Buffer
#: A plane's bytes and how many there are from one row to the next.
Plane = tuple[Buffer, int]
#: Bytes, or the planes of a picture.
Content = Union[Buffer, Sequence[Plane]]

#: FRAMEGATE_ERROR_RELEASING.
_RELEASING = -12

#: For how many people of a source there is room.
_ROOM = 64

#: More than there are reasons for three verdicts.
_REASONS = 128


@dataclass(frozen=True)
class Fault:
    """What was wrong with a frame, if the client rather than somebody's consent was the cause."""

    #: FRAMEGATE_FAULT_… in framegate.h.
    number: int
    name: str
    #: What to do about it.
    remedy: str


@dataclass
class Rectangle:
    """A part of a picture, and whose it is."""

    owner: _c.Participant
    x: int
    y: int
    width: int
    height: int
    #: Its kind, if that is another than its stream's.
    kind: Kind | None = None
    #: When it was captured, if that was before the frame: a quotation.
    captured: int = NO_TIME


@dataclass
class Channel:
    """A channel of audio, from 0, and whose it is."""

    owner: _c.Participant
    channel: int
    #: Its kind, if that is another than its stream's.
    kind: Kind | None = None
    #: When it was captured, if that was before the frame: a quotation.
    captured: int = NO_TIME


@dataclass
class Span:
    """Bytes of a text, from `start` to before `end`, and whose they are."""

    owner: _c.Participant
    start: int
    end: int
    #: Its kind, if that is another than its stream's.
    kind: Kind | None = None
    #: When it was captured, if that was before the frame: a quotation.
    captured: int = NO_TIME


class Source:
    """What something was derived from: a frame as an outlet got it, or several joined. `Cleared.source` and `meet` alone give one."""

    __slots__ = ("_given", "_room")
    _given: _c.Source
    _room: ctypes.Array[_c.Participant]

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError("a source comes out of a release, or of joining such")

    @classmethod
    def _of(cls, given: _c.Source) -> Source:
        """What the gate told, with its people in memory of their own."""
        source = cls.__new__(cls)
        source._room = (_c.Participant * given.people_count)(*given.people[: given.people_count])
        source._given = _c.Source.from_buffer_copy(given)
        source._given.people = source._room
        return source

    @property
    def tag(self) -> bytes:
        return bytes(self._given.tag.bytes)

    @property
    def people(self) -> Sequence[_c.Participant]:
        """Everybody who was in it."""
        return tuple(self._room)

    @property
    def kinds(self) -> frozenset[Kind]:
        """What it was made of, beside the kind of its tag."""
        return kinds_in(self._given.kinds)

    @property
    def captured(self) -> int:
        """When its earliest part was captured."""
        return int(self._given.captured)

    def meet(self, other: Source) -> Source:
        """Both joined, of one meeting: the meet of their tags, everybody in either, all kinds, and the earlier capture."""
        count = len(self._room) + len(_c.a(Source, other)._room)
        room, met = (_c.Participant * count)(), _c.Source(size=sizeof(_c.Source))
        _c.checked(_c.call.framegate_source_meet(byref(self._given), byref(other._given), room, count, byref(met)))
        return Source._of(met)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a source is one in its own process alone: neither pickle nor copy it")


@dataclass(frozen=True)
class Owner:
    """In a frame is its stream's owner and nobody else."""


@dataclass(frozen=True)
class Complete:
    """In a frame are these people and nobody else, beside the stream's owner if it has one."""

    people: Sequence[_c.Participant]


@dataclass(frozen=True)
class Partial:
    """In a frame are these people and perhaps others: it is withheld."""

    people: Sequence[_c.Participant]


@dataclass(frozen=True)
class Csrcs:
    """In a frame are the contributing sources of an RTP packet."""

    people: Sequence[_c.Participant]


@dataclass(frozen=True)
class Sources:
    """In derived data is whoever was in these, and it counts as captured when the earliest of them was. Of none at all nothing is derived."""

    sources: Sequence[Source]


#: Who is in a frame.
Contributors = Union[Owner, Complete, Partial, Csrcs, Sources, "Group"]

_PEOPLE = {Complete: 2, Partial: 4, Csrcs: 5}


@dataclass
class Frame:
    """A frame: what is known of it, and its content."""

    content: Content
    captured: int
    contributors: Contributors
    regions: Sequence[Rectangle | Channel | Span] = ()
    #: Where what is cleared is copied to, so that a part of a frame can go.
    into: Content | None = None
    #: Whether the client holds encoded video for a keyframe; None: its header alone says it.
    keyframe: bool | None = None


@dataclass
class Cleared(Answer):
    """What an outlet receives: bytes of its own. What is done with them after the release has ended is no longer the gate's to stop."""

    verdict: Verdict
    tag: bytes
    #: Why not whole; empty if it is.
    reason: str
    #: Of a picture its planes, else one; none if the frame is withheld.
    planes: list[bytes]
    #: To be named of what is derived from it; None if nothing was released.
    source: Source | None = field(default=None)

    @property
    def data(self) -> bytes:
        return self.planes[0]


def record(integers: Sequence[int]) -> bytes:
    """A record of service data: an integer for each field of its stream, 0 where there is none."""
    return struct.pack(f"<{len(integers)}q", *integers)


class Tap(_c.HandleOwner):
    """One stream into one outlet: the hot half, on one thread at a time."""

    _close = "framegate_tap_close"

    def __init__(self, handle: _c.Handle) -> None:
        super().__init__(handle)
        # Other threads run while C does, and admissions to a tap must not overlap.
        self._releases = threading.Lock()

    @contextmanager
    def admit(
        self,
        content: Content,
        captured: int,
        now: int,
        contributors: Contributors,
        regions: Sequence[Rectangle | Channel | Span] = (),
        into: Content | None = None,
        keyframe: bool | None = None,
    ) -> Iterator[Cleared]:
        """A release: the frame goes to the outlet within the `with`, as far as it is cleared."""
        with self.admit_batch([Frame(content, captured, contributors, regions, into, keyframe)], now) as (cleared,):
            yield cleared

    @contextmanager
    def derive(self, content: Content, sources: Sequence[Source], now: int) -> Iterator[Cleared]:
        """The same of what was derived from these sources and from nothing else."""
        with self.admit_batch([Frame(content, 0, Sources(sources))], now) as (cleared,):
            yield cleared

    @contextmanager
    def admit_batch(self, frames: Sequence[Frame], now: int, in_place: bool = False) -> Iterator[list[Cleared]]:
        """Many frames under one release, each judged by itself. `in_place`: their content is changed, which nobody else may read."""
        if not frames:
            yield []
            return
        count = len(frames)
        copies = _c.a(Frame, frames[0]).into is not None
        if any((_c.a(Frame, frame).into is not None) != copies for frame in frames):
            raise ValueError("either all frames are copied or none")
        # None of it may move as long as the gate, or who looks at what is cleared, has its address.
        held: list[Any] = []
        told = (_c.Frame * count)(*(_told(frame, held) for frame in frames))
        contents = (_c.Payload * count)(*(_payload(frame.content, held, writable=in_place) for frame in frames))
        cleared, handed_on = (_c.Cleared * count)(*(_cleared(held) for _ in frames)), c_size_t()
        buffers = (_c.Payload * count)(*(_payload(frame.into, held, writable=True) for frame in frames)) if copies else None
        handle = self._handle
        if not self._releases.acquire(blocking=False):
            raise _c.Error(_RELEASING)
        try:
            if copies:
                status = _c.call.framegate_tap_admit_into(handle, told, contents, buffers, count, time_of(now), cleared, byref(handed_on))
            elif in_place:
                status = _c.call.framegate_tap_admit_in_place(handle, told, contents, count, time_of(now), cleared, byref(handed_on))
            else:
                status = _c.call.framegate_tap_admit(handle, told, contents, count, time_of(now), cleared, byref(handed_on))
            _c.checked(status)
            if handed_on.value > 0:
                try:
                    yield [_outcome(each) for each in cleared]
                finally:
                    _c.checked(_c.call.framegate_tap_end(self._handle))
                return
        finally:
            self._releases.release()
        yield [_outcome(each) for each in cleared]

    def decide(self, captured: int, now: int) -> Decision:
        """The bare decision about a frame of the stream's owner alone. It releases nothing."""
        told = _c.Decision()
        _c.checked(_c.call.framegate_tap_decide(self._handle, time_of(captured), time_of(now), byref(told)))
        return _decision(told)

    def decide_batch(self, frames: Sequence[Frame], now: int) -> list[Decision]:
        """The same about any frames, whose content is not looked at."""
        held: list[Any] = []
        given = (_c.Frame * len(frames))(*(_told(_c.a(Frame, frame), held) for frame in frames))
        decisions = (_c.Decision * len(frames))()
        _c.checked(_c.call.framegate_tap_decide_batch(self._handle, given, len(frames), time_of(now), decisions))
        return [_decision(told) for told in decisions]

    def keyframe_request(self, now: int, least: int) -> bool:
        """Whether to ask the sender of an encoded stream for a keyframe now: the last frame waits for one, and the last request is at least so many milliseconds ago."""
        return _c.truth(_c.call.framegate_tap_keyframe_request, self._handle, time_of(now), min(max(least, 0), 0xFFFFFFFF))

    def can_blank(self) -> CanBlank:
        """Whether frames that are withheld for want of consent go to the outlet blank; unknown before the first keyframe."""
        return CanBlank(self._number(_c.call.framegate_tap_can_blank))

    def last_fault(self) -> Fault | None:
        """What was wrong with the last frame that had a fault; None before the first."""
        number = self._number(_c.call.framegate_tap_last_fault)
        return None if number == 0 else Fault(number, *(_c.text(told(number)) for told in (_c.call.framegate_fault_name, _c.call.framegate_fault_remedy)))

    def reasons(self) -> dict[tuple[Verdict, str], int]:
        """How many frames had each verdict for each reason; the reason of a whole one is empty."""
        room, count = (_c.ReasonCount * _REASONS)(), c_size_t()
        _c.checked(_c.call.framegate_tap_reasons(self._handle, room, _REASONS, byref(count)))
        return {(Verdict(each.verdict), reason_of(each)): each.count for each in room[: count.value]}

    def _number(self, call: Any) -> int:
        number = c_uint32()
        _c.checked(call(self._handle, byref(number)))
        return number.value

    def counters(self) -> _c.Counters:
        counters = _c.Counters()
        _c.checked(_c.call.framegate_tap_counters(self._handle, byref(counters)))
        return counters


def _decision(told: _c.Decision) -> Decision:
    return Decision(Verdict(told.verdict), reason_of(told), told.purposes, told.generation)


def _told(frame: Frame, held: list[Any]) -> _c.Frame:
    """What is known of a frame as C reads it. `held` keeps where it is what it leads to."""
    told = _c.Frame(captured=time_of(frame.captured), keyframe=0 if frame.keyframe is None else 1 if frame.keyframe else 2)
    who = frame.contributors
    if isinstance(who, Owner):
        told.contributors = 1
    elif isinstance(who, (Complete, Partial, Csrcs)):
        told.contributors = _PEOPLE[type(who)]
        told.people, told.people_count = _people(who.people, held)
    elif isinstance(who, Sources):
        told.contributors = 6
        sources = (_c.Source * len(who.sources))(*(_c.a(Source, source)._given for source in who.sources))
        told.sources, told.source_count = sources, len(sources)
        held += [sources, *who.sources]
    elif isinstance(who, _c.HandleOwner):
        told.contributors, told.group = 3, who._handle
        held.append(who)
    else:
        raise TypeError(f"a {type(who).__name__} does not say who is in a frame: Owner(), Complete(people), Partial(people), Csrcs(people) and a Group do")
    if frame.regions:
        regions = (_c.Region * len(frame.regions))(*map(_region, frame.regions))
        told.regions, told.region_count = regions, len(regions)
        held.append(regions)
    return told


def _people(people: Sequence[_c.Participant], held: list[Any]) -> tuple[Any, int]:
    listed = (_c.Participant * len(people))(*people)
    held.append(listed)
    return listed, len(people)


def _region(part: Rectangle | Channel | Span) -> _c.Region:
    if not isinstance(part, (Rectangle, Channel, Span)):
        raise TypeError(f"a {type(part).__name__} is no part of a frame: a Rectangle, a Channel and a Span are")
    kind = NO_KIND if part.kind is None else part.kind
    region = _c.Region(size=sizeof(_c.Region), owner=part.owner, kind=kind, captured=time_of(part.captured))
    if isinstance(part, Rectangle):
        region.area, region.x, region.y, region.width, region.height = 1, part.x, part.y, part.width, part.height
    elif isinstance(part, Channel):
        region.area, region.channel = 2, part.channel
    else:
        region.area, region.start, region.end = 3, part.start, part.end
    return region


def _cleared(held: list[Any]) -> _c.Cleared:
    room = (_c.Participant * _ROOM)()
    held.append(room)
    cleared = _c.Cleared(capacity=_ROOM)
    cleared.room = room
    return cleared


def _outcome(cleared: _c.Cleared) -> Cleared:
    fields = _c.TagFields()
    _c.checked(_c.call.framegate_tag_get(cleared.tag, byref(fields)))
    payload = cleared.payload
    # Copied while the release lasts: a view of where it is would show whatever is there later.
    planes = [_copied(plane) for plane in payload.plane[: max(1, payload.planes)]] if cleared.verdict else []
    source = Source._of(cleared.source) if cleared.source.size else None
    return Cleared(Verdict(cleared.verdict), bytes(cleared.tag.bytes), reason_of(fields), planes, source)


def _copied(plane: _c.Plane) -> bytes:
    return ctypes.string_at(plane.data, plane.length) if plane.length else b""


def _payload(content: Content | None, held: list[Any], writable: bool = False) -> _c.Payload:
    """A frame's content as C reads it, or writes to it."""
    single = not isinstance(content, (list, tuple))
    planes: Sequence[Plane] = [(content, 0)] if single else content  # type: ignore[assignment]
    if len(planes) > 4:
        raise ValueError("a picture has four planes at the most")
    payload = _c.Payload(planes=0 if single else len(planes))
    for place, (data, stride) in zip(payload.plane, planes):
        view = _c.octets(data)
        if view.nbytes and view.readonly:
            if writable:
                raise TypeError("what is cleared cannot be copied into something that is only read")
            # As it is now: whoever else has it may change it meanwhile.
            data = data if isinstance(data, bytes) else bytes(view)
            place.data = ctypes.cast(c_char_p(data), c_void_p)
            held.append(data)
        elif view.nbytes:
            place.data = ctypes.addressof(c_uint8.from_buffer(view))
        place.length, place.stride = view.nbytes, stride
        # Nobody may resize it meanwhile.
        held.append(view)
    return payload
