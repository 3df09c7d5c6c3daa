"""Ledgers, and the check before training."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from ctypes import POINTER, byref, c_size_t, c_uint8, c_uint64, cast, pointer, sizeof
from dataclasses import dataclass
from typing import Any

from . import _c
from .seal import Carried, MeetingKey, Subject, digest_of, instance_of, told_subjects
from .words import Authority, Entered, Finding, Kind, purposes_of


class Ledger(_c.HandleOwner):
    """A ledger that was read and verified, up to a head that was kept apart and a device's key if they are given: nothing in it was changed or made up.

    Of `content` alone it is not seen what was withdrawn beside its file, when another had that: `Ledger.read_file` reads both.
    """

    _close = "framegate_ledger_close"

    def __init__(self, content: bytes, anchor: _c.Head | None = None, device: bytes | None = None) -> None:
        super().__init__(_c.Handle())
        head, device = None if anchor is None else byref(anchor), _c.secret(device, "a device's key")
        _c.checked(_c.call.framegate_ledger_read(content, len(content), head, device, byref(self._handle), None))

    @classmethod
    def read_file(cls, path: str, anchor: _c.Head | None = None, device: bytes | None = None) -> Ledger:
        """Reads a ledger in a file, and what was withdrawn beside it."""
        ledger = cls.__new__(cls)
        _c.HandleOwner.__init__(ledger, _c.Handle())
        head, device = None if anchor is None else byref(anchor), _c.secret(device, "a device's key")
        _c.checked(_c.call.framegate_ledger_read_file(_c.string(path), head, device, byref(ledger._handle), None))
        return ledger

    @property
    def started(self) -> int:
        """The time of day at the meeting's start, in microseconds since 1970-01-01T00:00:00Z."""
        info = _c.LedgerInfo()
        _c.checked(_c.call.framegate_ledger_get(self._handle, byref(info)))
        return int(info.started)

    def receipt(self, who: str) -> str:
        return _json(_c.call.framegate_ledger_receipt, self._handle, who)

    def erasure(self, who: str) -> str:
        return _json(_c.call.framegate_ledger_erasure, self._handle, who)


class PastMeeting(_c.HandleOwner):
    """A ledger in a file in which people withdraw when the meeting is over, its process has gone, or it goes on elsewhere."""

    _close = "framegate_past_meeting_close"

    def __init__(self, path: str, device_secret: bytes | None = None) -> None:
        """`device_secret`: 32 bytes, to sign with what is withdrawn."""
        super().__init__(_c.Handle())
        secret = _c.secret(device_secret, "a device's secret")
        _c.checked(_c.call.framegate_past_meeting_open(_c.string(path), secret, byref(self._handle), None))

    def withdraw(self, authority: Authority, who: str, kinds: Sequence[Kind] = (), purposes: int = 0) -> Entered:
        """Refuses or withdraws in all of somebody's stays. No kinds, or no purposes, stand for all."""
        return Entered(_c.number(_c.call.framegate_past_meeting_withdraw, self._handle, authority, _c.string(who), _c.scope(kinds, purposes)))

    def restrict(self, authority: Authority, whom: str | None, kinds: Sequence[Kind], purposes: int) -> Entered:
        """Narrows what a meeting that goes on, or is resumed, may still release, for one person or everybody."""
        who = None if whom is None else byref(_c.string(whom))
        return Entered(_c.number(_c.call.framegate_past_meeting_restrict, self._handle, authority, who, _c.scope(kinds, purposes)))

    def receipt(self, who: str) -> str:
        return _json(_c.call.framegate_past_meeting_receipt, self._handle, who)


def _json(call: Any, handle: _c.Handle, who: str) -> str:
    length = c_size_t()
    call(handle, _c.string(who), None, 0, byref(length))
    buffer = ctypes.create_string_buffer(length.value)
    _c.checked(call(handle, _c.string(who), buffer, length.value, byref(length)))
    return buffer.raw.decode()


@dataclass(frozen=True)
class Archived:
    """What was released of a frame, as an archive has it."""

    #: Of which meeting it is.
    instance: bytes
    #: None: there is no tag.
    carried: Carried | None
    #: Everybody in it, its stream's owner too; of a frame in part, who is in what is left.
    subjects: Sequence[Subject]
    #: Of its payload: `StreamKey.digest`. None: no seal of it is made or checked.
    digest: bytes | None


class Verifier(_c.HandleOwner):
    """What a ledger says, made ready for many frames. Only what is `Finding.CLEARED` may be used, or may stay."""

    _close = "framegate_verifier_close"

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(_c.Handle())
        _c.checked(_c.call.framegate_verifier_open(_c.a(Ledger, ledger)._handle, byref(self._handle)))

    @property
    def head(self) -> _c.Head:
        """How far its ledger goes: to be kept, for `recheck` later."""
        head = _c.Head()
        _c.checked(_c.call.framegate_verifier_head(self._handle, byref(head)))
        return head

    def verify_batch(self, frames: Sequence[Archived], wanted: int, key: MeetingKey) -> list[Finding]:
        """Which frames may be used for all of `wanted`: only what this key sealed, and what the ledger bears out."""
        call = _c.call.framegate_verifier_verify_batch
        return _found(frames, lambda frames, count, *found: call(self._handle, frames, count, purposes_of(wanted), _c.a(MeetingKey, key)._handle, *found))

    def dry_run(self, frames: Sequence[Archived], wanted: int) -> list[Finding]:
        """Which would be, if every tag were taken at its word. Nothing may be used by this."""
        call = _c.call.framegate_verifier_dry_run
        return _found(frames, lambda frames, count, *found: call(self._handle, frames, count, purposes_of(wanted), *found))

    def recheck(self, earlier: _c.Head, frames: Sequence[Archived]) -> list[Finding]:
        """Which frames that were cleared when the ledger's head was `earlier` may stay. The others must go, for good."""
        call = _c.call.framegate_verifier_recheck
        return _found(frames, lambda frames, count, *found: call(self._handle, byref(earlier), frames, count, *found))


def told(frames: Sequence[Archived], held: list[Any]) -> Any:
    """Frames of an archive as C reads them. `held` keeps where it is what they lead to."""
    listed = (_c.Archived * len(frames))()
    for place, frame in zip(listed, frames):
        place.size, place.instance = sizeof(_c.Archived), instance_of(_c.a(Archived, frame).instance)
        if frame.carried is not None:
            carried = _c.a(Carried, frame.carried).told()
            place.carried = pointer(carried)
            held.append(carried)
        subjects = told_subjects(frame.subjects)
        place.subjects, place.subject_count = cast(subjects, POINTER(_c.Subject)), len(subjects)
        held.append(subjects)
        if frame.digest is not None:
            digest = digest_of(frame.digest)
            place.digest = pointer(digest)
            held.append(digest)
    return listed


def _found(frames: Sequence[Archived], call: Callable[..., int]) -> list[Finding]:
    held: list[Any] = []
    count, bits, findings = c_size_t(), (c_uint64 * (len(frames) // 64 + 1))(), (c_uint8 * len(frames))()
    _c.checked(call(told(frames, held), len(frames), bits, findings, byref(count)))
    found = [Finding(finding) for finding in findings]
    # Both say the same, or nothing is cleared.
    if [finding == Finding.CLEARED for finding in found] != [bool(bits[at // 64] >> at % 64 & 1) for at in range(len(frames))]:
        raise RuntimeError("bits and findings differ")
    return found
