"""When received media were captured."""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import byref, c_int64, c_uint32
from fractions import Fraction

from . import _c

_UNIX_EPOCH = 2_208_988_800
_SYNCHRONIZED, _UNRELATED = 1, 2


def ntp_time(unix: int) -> int:
    """A time of NTP, as 64 bits: so many microseconds after 1970-01-01T00:00:00Z."""
    return ((unix << 32) // 1_000_000 + (_UNIX_EPOCH << 32)) % (1 << 64)


def ntp_units(micros: Fraction | int) -> int:
    """A span of time in 2^-32 s."""
    return int(micros * (1 << 32) // 1_000_000)


class CaptureClock(_c.HandleOwner):
    """The media clock of one received stream, of so many units a second, brought to the meeting's. A closed one is of no use."""

    _close = "framegate_capture_clock_close"

    def __init__(self, rate: int, worst_delay: int, start: int | None = None, error: int = 0) -> None:
        """`worst_delay` and `error` are in microseconds. With `start`, UTC at the meeting's start as an NTP time, the sender's clock follows UTC, and the two
        differ by no more than `error`; without it, nothing is known of the sender's clock."""
        options = _c.CaptureClockOptions(
            rate=rate, sender=_UNRELATED if start is None else _SYNCHRONIZED, start=start or 0, error=error, worst_delay=worst_delay
        )
        handle = _c.Handle()
        _c.checked(_c.call.framegate_capture_clock_open(byref(options), byref(handle)))
        super().__init__(handle)

    def report(self, ntp: int, rtp_timestamp: int, arrival: int) -> None:
        """Takes a sender report, which arrived at `arrival`."""
        report = _c.SenderReport(ntp=ntp, rtp_timestamp=rtp_timestamp)
        _c.checked(_c.call.framegate_capture_clock_report(self._handle, byref(report), arrival))

    def captured(
        self, rtp_timestamp: int, arrival: int, capture_time: int = 0, clock_offset: int | None = None, csrcs: Sequence[int] = ()
    ) -> int:
        """When a packet was captured, at the earliest; NO_TIME, which is out of range, before the meeting's start. `capture_time` is what abs-capture-time says
        as an NTP time, 0 if it says nothing, and `clock_offset` its offset in 2^-32 s."""
        packet = _c.Packet(timestamp=rtp_timestamp, capture_time=capture_time, csrc_count=len(csrcs), csrcs=(c_uint32 * 15)(*csrcs))
        if clock_offset is not None:
            packet.clock_offset, packet.has_clock_offset = clock_offset, 1
        captured = c_int64()
        _c.checked(_c.call.framegate_capture_clock_captured(self._handle, byref(packet), arrival, byref(captured)))
        return captured.value
