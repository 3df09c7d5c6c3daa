"""Tags on their way: in RTP packets, in encoded streams; and session descriptions.

What is read without a tag, or with one that is none, raises `Error`: no consent.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import byref, c_size_t
from enum import IntEnum
from typing import Any

from . import _c
from .seal import Carried
from .words import Answer, Format

SDP_ALLOW_MIXED = "a=extmap-allow-mixed"

_SHORT_BUFFER = -7


def rtp_read(packet: bytes, id: int) -> Carried:
    """The tag of a packet under the id of its header extension."""
    return _read(_c.call.framegate_rtp_read, packet, id)


def rtp_write(packet: bytes, id: int, carried: Carried) -> bytes:
    return _write(_c.call.framegate_rtp_write, packet, id, carried=carried)


def sei_read(unit: bytes, format: Format) -> Carried:
    """The tag of an access unit of H.264 or HEVC."""
    return _read(_c.call.framegate_sei_read, unit, format)


def sei_write(unit: bytes, format: Format, carried: Carried) -> bytes:
    return _write(_c.call.framegate_sei_write, unit, format, carried=carried)


def obu_read(unit: bytes) -> Carried:
    """The tag of a temporal unit of AV1."""
    return _read(_c.call.framegate_obu_read, unit)


def obu_write(unit: bytes, carried: Carried) -> bytes:
    return _write(_c.call.framegate_obu_write, unit, carried=carried)


def extmap(id: int) -> str:
    """The line that offers the header extension under an id."""
    return _filled(lambda *room: _c.call.framegate_sdp_extmap(id, *room)).decode()


def extension_id(part: str) -> int:
    """The id under which a part of a description has the header extension."""
    return _c.number(_c.call.framegate_sdp_extension_id, _c.string(part))


class Recording(Answer, IntEnum):
    """Whether somebody is being recorded (RFC 7866, section 7.1.2)."""

    UNSAID, ON, OFF, PAUSED = range(4)

    @classmethod
    def of(cls, agreed: int) -> Recording:
        """What to say of who agreed to these purposes."""
        return cls(_c.number(_c.call.framegate_recording_of, agreed))

    @classmethod
    def read(cls, description: str, media: int) -> Recording:
        return cls(_c.number(_c.call.framegate_recording_read, _c.string(description), media))

    @property
    def line(self) -> str:
        """Of what is not said there is none."""
        return _c.line(_c.call.framegate_recording_line, self)


class Preference(Answer, IntEnum):
    """Whether somebody wishes to be recorded (RFC 7866, section 7.3.2). A wish is no consent."""

    ON, OFF, PAUSE, NO_PREFERENCE = range(1, 5)

    @classmethod
    def of(cls, agreed: int) -> Preference:
        return cls(_c.number(_c.call.framegate_preference_of, agreed))

    @classmethod
    def read(cls, description: str, media: int) -> Preference:
        return cls(_c.number(_c.call.framegate_preference_read, _c.string(description), media))

    @property
    def line(self) -> str:
        return _c.line(_c.call.framegate_preference_line, self)

    @property
    def permits(self) -> bool:
        """Whether somebody may go on being recorded as far as this wish goes; else recording is to be withdrawn."""
        return _c.truth(_c.call.framegate_preference_permits, self)


def _read(call: Any, data: bytes, *arguments: int) -> Carried:
    told = _c.Carried()
    _c.checked(call(data, len(data), *arguments, byref(told)))
    return Carried.of(told)


def _write(call: Any, data: bytes, *arguments: int, carried: Carried) -> bytes:
    told = _c.a(Carried, carried).told()
    return _filled(lambda *room: call(data, len(data), *arguments, byref(told), *room))


def _filled(call: Callable[..., int]) -> bytes:
    """What comes into room of a length that is told."""
    length = c_size_t()
    status = call(None, 0, byref(length))
    if status != _SHORT_BUFFER:
        _c.checked(status)
    buffer = ctypes.create_string_buffer(length.value)
    _c.checked(call(buffer, length.value, byref(length)))
    return buffer.raw
