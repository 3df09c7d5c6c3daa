"""Tags: 16 bytes that travel with a frame."""

from __future__ import annotations

from ctypes import byref
from dataclasses import dataclass

from . import _c
from .words import NO_KIND, Answer, Kind, Verdict


@dataclass(frozen=True)
class TagFields(Answer):
    """What a tag says."""

    verdict: Verdict
    #: Why not whole; empty if it is.
    reason: str
    #: None: several.
    kind: Kind | None
    #: For which it was cleared: bits of `Purpose`, third parties' too.
    purposes: int
    #: None: several.
    stream: int | None
    generation: int
    captured: int


@dataclass(frozen=True)
class Decision(Answer):
    """For which purposes a frame could be released now. It is no tag, and releases nothing."""

    verdict: Verdict
    #: Why for none; empty if for any.
    reason: str
    #: Bits of `Purpose`, third parties' too, whatever the outlet's are.
    purposes: int
    generation: int


def reason_of(told: _c.TagFields | _c.Decision | _c.ReasonCount) -> str:
    return _c.text(_c.call.framegate_reason_name(told.reason)) if told.reason else ""


def tag_of(tag: bytes) -> _c.Tag:
    if len(tag) != 16:
        raise ValueError("a tag has 16 bytes")
    return _c.Tag.from_buffer_copy(tag)


def read_tag(tag: bytes) -> TagFields:
    """What a tag says. What is none raises `Error`: no consent."""
    told = _c.TagFields()
    _c.checked(_c.call.framegate_tag_get(tag_of(tag), byref(told)))
    kind = None if told.kind == NO_KIND else Kind(told.kind)
    stream = None if told.stream == 0xFFFF else told.stream
    return TagFields(Verdict(told.verdict), reason_of(told), kind, told.purposes, stream, told.generation, told.captured)


def meet(a: bytes, b: bytes, across_meetings: bool = False) -> bytes:
    """What a tag says of data derived from two frames: it clears no more than either. If one of them is none, that raises `Error`."""
    call, met = _c.call.framegate_tag_meet_across_meetings if across_meetings else _c.call.framegate_tag_meet, _c.Tag()
    _c.checked(call(tag_of(a), tag_of(b), byref(met)))
    return bytes(met.bytes)
