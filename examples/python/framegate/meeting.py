"""The control half: who is there, and what they agreed to."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from ctypes import byref, c_char_p, c_int64, c_size_t, c_uint8, c_uint16, c_uint64, c_void_p, cast, create_string_buffer, sizeof
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import _c
from .archive import Ledger
from .seal import instance_of
from .tap import Tap
from .words import NO_TIME, Authority, Format, Kind, Method, Purpose, StreamType, purposes_of, time_of


#: How the samples of several channels are stored here.
_INTERLEAVED, _PLANAR = 1, 2


def digest_of(text: str) -> _c.Digest:
    """The SHA-256 of a text, byte for byte as it is shown."""
    digest = _c.Digest()
    _c.checked(_c.call.framegate_digest_of(_c.string(text), byref(digest)))
    return digest


class Settling(_c.HandleOwner):
    """A narrowing under way. Once it has settled no frame that it cut is released any more."""

    _close = "framegate_settling_close"

    def __bool__(self) -> bool:
        raise TypeError("that there is a Settling is not that it has settled: ask is_settled()")

    def is_settled(self) -> bool:
        return _c.truth(_c.call.framegate_settling_is_settled, self._handle)

    def wait(self, milliseconds: int) -> bool:
        """Waits for that, but not on a media thread."""
        return _c.truth(_c.call.framegate_settling_wait, self._handle, min(max(milliseconds, 0), 0xFFFFFFFF))


class Group(_c.HandleOwner):
    """People who are in many frames together."""

    _close = "framegate_group_close"


@dataclass(frozen=True)
class Signed:
    """A person's signature over a grant: the message is `framegate_grant_message`'s."""

    #: Of the meeting that it was made for, and its id.
    instance: bytes
    meeting: str
    #: Over which it was made: `Meeting.challenge`.
    challenge: bytes
    #: 64 bytes of Ed25519 (RFC 8032).
    signature: bytes

    def told(self) -> _c.Signed:
        challenge, signature = _c.Digest.from_buffer_copy(self.challenge), (c_uint8 * 64).from_buffer_copy(self.signature)
        return _c.Signed(instance=instance_of(self.instance), meeting=_c.string(self.meeting), challenge=challenge, signature=signature)


@dataclass
class Field:
    """An integer of a record, and the values that it can have, both ends included. 0 can be written too, and means that there is none."""

    name: str
    unit: str
    minimum: int
    maximum: int


class Meeting(_c.HandleOwner):
    """One meeting's control half. Everything in it is closed until people open it."""

    _close = "framegate_meeting_close"

    def __init__(
        self,
        id: str,
        participants: int = 100,
        ledger: str = "",
        event: Callable[[str], None] | None = None,
        instance: bytes | None = None,
        started: int = 0,
        device_secret: bytes | None = None,
    ) -> None:
        """`instance`: 16 random bytes, if they must be known before; else they are drawn. `device_secret`: 32 bytes, which vouch for the ledger.

        `started`: the time of day when the meeting's times are 0, in microseconds since 1970-01-01T00:00:00Z; 0: the system's time now, so that they count from now.
        """
        self._open(_c.call.framegate_meeting_open, id, participants, ledger, event, instance, started, device_secret)

    @classmethod
    def resume(
        cls, ledger: Ledger, path: str = "", event: Callable[[str], None] | None = None, device_secret: bytes | None = None
    ) -> Meeting:
        """Opens a meeting again with exactly the consents that were in force, and goes on with its ledger's file. People are there under new handles: `find`.

        A steady clock that begins anew with the process goes on from `time_at()`, with which `advance` is called first.
        """
        meeting = cls.__new__(cls)
        meeting._open(partial(_c.call.framegate_meeting_resume, _c.a(Ledger, ledger)._handle), "", 0, path, event, None, 0, device_secret)
        return meeting

    def _open(
        self,
        call: Any,
        id: str,
        participants: int,
        ledger: str,
        event: Callable[[str], None] | None,
        instance: bytes | None,
        started: int,
        device_secret: bytes | None,
    ) -> None:
        self._event = _c.Event(lambda _, line, length: event(ctypes.string_at(line, length).decode())) if event else _c.Event()
        super().__init__(_c.Handle())
        options = _c.MeetingOptions(participants=participants, id=_c.string(id), ledger=_c.string(ledger), event=self._event, started=started)
        if instance is not None:
            own = instance_of(instance)
            options.instance = ctypes.addressof(own)
        options.device_secret = cast(c_char_p(_c.secret(device_secret, "a device's secret")), c_void_p)
        _c.checked(call(byref(options), byref(self._handle)))

    def __enter__(self) -> Meeting:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def end(self) -> Settling:
        """Closes everything for good."""
        return self._settling(_c.call.framegate_meeting_end)

    def join_adult(self, id: str, now: int, key: bytes | None = None) -> _c.Participant:
        """Somebody who agrees for themselves."""
        return self._join(Authority.PARTICIPANT, id, "", now, key)

    def join_with_guardian(self, id: str, guardian: str, now: int, key: bytes | None = None) -> _c.Participant:
        """Somebody who has a guardian, of this id, who agrees for them (GDPR Art. 8). `key`: the guardian's."""
        return self._join(Authority.GUARDIAN, id, guardian, now, key)

    def _join(self, agrees: Authority, id: str, guardian: str, now: int, key: bytes | None) -> _c.Participant:
        who = _c.Participant()
        join = _c.JoinOptions(agrees=agrees, id=_c.string(id), guardian=_c.string(guardian), key=_c.secret(key, "a key"))
        _c.checked(_c.call.framegate_meeting_join(self._handle, byref(join), now, byref(who)))
        return who

    def find(self, id: str) -> _c.Participant:
        """Who of this id is there, or was last: who has left withdraws, too, also in a meeting that was resumed."""
        who = _c.Participant()
        _c.checked(_c.call.framegate_meeting_find(self._handle, _c.string(id), byref(who)))
        return who

    def id_of(self, who: _c.Participant) -> str:
        """Returns the id of somebody who is in the meeting."""
        length = c_size_t()
        _c.call.framegate_meeting_id_of(self._handle, who, None, 0, byref(length))
        buffer = create_string_buffer(length.value)
        _c.checked(_c.call.framegate_meeting_id_of(self._handle, who, buffer, length.value, byref(length)))
        return buffer.raw.decode()

    @property
    def instance(self) -> bytes:
        """Which meeting it is: what its ledger, seals and archives are bound to."""
        instance = _c.Instance()
        _c.checked(_c.call.framegate_meeting_instance(self._handle, byref(instance)))
        return bytes(instance.bytes)

    @property
    def started(self) -> int:
        """The time of day at the meeting's start, in microseconds since 1970-01-01T00:00:00Z."""
        started = c_uint64()
        _c.checked(_c.call.framegate_meeting_started(self._handle, byref(started)))
        return started.value

    def clock(self) -> int:
        """The largest time that any call, or any tap, was passed."""
        now = c_int64()
        _c.checked(_c.call.framegate_meeting_clock(self._handle, byref(now)))
        return now.value

    def time_at(self, wall: int = 0) -> int:
        """The meeting's time at a time of day, 0 for the system's now; no less than its clock, however far the time of day was set back."""
        time = c_int64()
        _c.checked(_c.call.framegate_meeting_time_at(self._handle, wall, byref(time)))
        return time.value

    def head(self) -> _c.Head:
        """How far the ledger goes."""
        head = _c.Head()
        _c.checked(_c.call.framegate_meeting_head(self._handle, byref(head)))
        return head

    def generation(self) -> int:
        """How many entries the ledger has."""
        entries = c_uint64()
        _c.checked(_c.call.framegate_meeting_generation(self._handle, byref(entries)))
        return entries.value

    def count(self, now: int) -> None:
        """Enters what went through each tap so far, for which the device vouches."""
        _c.checked(_c.call.framegate_meeting_count(self._handle, now))

    def next_deadline(self) -> int:
        """When the next consent ends by itself, and `tick` is to be called; NO_TIME if none does."""
        deadline = c_int64()
        _c.checked(_c.call.framegate_meeting_next_deadline(self._handle, byref(deadline)))
        return deadline.value

    def tick(self, now: int) -> None:
        """Enters the consents that came to their end. They end on time without this."""
        _c.checked(_c.call.framegate_meeting_tick(self._handle, now))

    def advance(self, now: int) -> None:
        """More than a day has truly passed since the last call. Otherwise such a time is taken for a mistake: calls raise, and a tap that is passed it is closed."""
        _c.checked(_c.call.framegate_meeting_advance(self._handle, now))

    def leave(self, who: _c.Participant, now: int) -> Settling:
        return self._settling(_c.call.framegate_meeting_leave, who, time_of(now))

    def show(self, text: str, version: str, language: str, controller: str, kinds: Sequence[Kind], purposes: int) -> _c.Digest:
        """Registers a notice, and gives its digest."""
        digest = digest_of(text)
        strings = {"version": _c.string(version), "language": _c.string(language), "controller": _c.string(controller)}
        _c.checked(_c.call.framegate_meeting_show(self._handle, byref(_c.Notice(scope=_c.scope(kinds, purposes), digest=digest, **strings))))
        return digest

    def supersede(self, notice: _c.Digest, now: int) -> Settling:
        """A notice stops covering until people agree under another."""
        return self._settling(_c.call.framegate_meeting_supersede, byref(notice), time_of(now))

    def grant(
        self, authority: Authority, who: _c.Participant, notice: _c.Digest, kinds: Sequence[Kind], purposes: int, method: Method, now: int, until: int = NO_TIME,
        at: int = NO_TIME, signed: Signed | None = None,
    ) -> None:
        """`at`: when they agreed, if that was before now: in this stay, after the notice was shown and after the last withdrawal of any of it.
        `signed`: of who joined with a key."""
        grant = _c.Grant(scope=_c.scope(kinds, purposes), notice=notice, method=method, at=at, until=until)
        if signed is not None:
            told = _c.a(Signed, signed).told()
            grant.signature = ctypes.addressof(told)
        _c.checked(_c.call.framegate_meeting_grant(self._handle, authority, who, byref(grant), now))

    def challenge(self, who: _c.Participant) -> bytes:
        """What somebody's signature must be over. It is renewed at each join and each withdrawal."""
        challenge = _c.Digest()
        _c.checked(_c.call.framegate_meeting_challenge(self._handle, who, byref(challenge)))
        return bytes(challenge.bytes)

    def withdraw(self, authority: Authority, who: _c.Participant, kinds: Sequence[Kind], purposes: int, now: int) -> Settling:
        return self._settling(_c.call.framegate_meeting_withdraw, authority, who, _c.scope(kinds, purposes), time_of(now))

    def restrict(self, authority: Authority, whom: _c.Participant | None, kinds: Sequence[Kind], purposes: int, now: int) -> Settling:
        return self._settling(_c.call.framegate_meeting_restrict, authority, whom, _c.scope(kinds, purposes), time_of(now))

    def lift(self, authority: Authority, whom: _c.Participant | None, kinds: Sequence[Kind], purposes: int, now: int) -> None:
        _c.checked(_c.call.framegate_meeting_lift(self._handle, authority, whom, _c.scope(kinds, purposes), now))

    def settled(self, settling: Settling, now: int) -> bool:
        """Enters into the ledger how far each tap had come."""
        return _c.truth(_c.call.framegate_meeting_settled, self._handle, _c.a(Settling, settling)._handle, now)

    def open_stream(
        self,
        type: StreamType,
        kind: Kind,
        format: Format,
        owner: _c.Participant | None = None,
        channels: int = 0,
        size: tuple[int, int] = (0, 0),
        planar: bool = False,
        full_range: bool = False,
        decoder_config: bytes = b"",
    ) -> _c.Stream:
        """`planar`: each channel's samples come together. `full_range`: black is 0. `decoder_config`: what an encoder of H.264, HEVC or AAC says beforehand."""
        stream = _c.Stream()
        width, height = size
        shape = {"channels": channels, "layout": _PLANAR if planar else _INTERLEAVED, "full_range": full_range, "width": width, "height": height}
        options = _c.StreamOptions(type=type, owner=owner or _c.Participant(), kind=kind, format=format, **shape)
        if decoder_config:
            options.decoder_config = (c_uint8 * len(decoder_config)).from_buffer_copy(decoder_config)
            options.decoder_config_length = len(decoder_config)
        _c.checked(_c.call.framegate_stream_open(self._handle, byref(options), byref(stream)))
        return stream

    def open_records(self, kind: Kind, owner: _c.Participant, fields: Sequence[Field], bits_per_minute: int) -> _c.Stream:
        """A stream of service data about one person, who may send so many bits a minute to one outlet."""
        stream = _c.Stream()
        own = [_c.a(Field, each) for each in fields]
        told = [_c.Field(sizeof(_c.Field), 0, _c.string(each.name), _c.string(each.unit), each.minimum, each.maximum) for each in own]
        listed = (_c.Field * len(told))(*told)
        options = _c.StreamOptions(type=StreamType.RECORDS, owner=owner, kind=kind, bits_per_minute=bits_per_minute, field_count=len(told))
        options.fields = listed
        _c.checked(_c.call.framegate_stream_open(self._handle, byref(options), byref(stream)))
        return stream

    def third_party(self, purpose: Purpose, recipient: str) -> int:
        """The pair of a purpose and a third party, as a purpose of its own."""
        pair = c_uint16()
        _c.checked(_c.call.framegate_meeting_third_party(self._handle, purposes_of(purpose), _c.string(recipient), byref(pair)))
        return pair.value

    def group(self, people: Sequence[_c.Participant]) -> Group:
        handle = _c.Handle()
        _c.checked(_c.call.framegate_group_open(self._handle, (_c.Participant * len(people))(*people), len(people), byref(handle)))
        return Group(handle)

    def open_outlet(self, name: str, purposes: int, blanks: Sequence[Kind] = (), recipient: str = "") -> _c.Outlet:
        outlet = _c.Outlet()
        options = _c.OutletOptions(purposes=purposes_of(purposes), blanks=_c.scope(blanks, 0).kinds, name=_c.string(name), recipient=_c.string(recipient))
        _c.checked(_c.call.framegate_outlet_open(self._handle, byref(options), byref(outlet)))
        return outlet

    def tap(self, stream: _c.Stream, outlet: _c.Outlet) -> Tap:
        handle = _c.Handle()
        _c.checked(_c.call.framegate_tap_open(self._handle, stream, outlet, byref(handle)))
        return Tap(handle)

    def _settling(self, call: Any, *arguments: object) -> Settling:
        handle = _c.Handle()
        _c.checked(call(self._handle, *arguments, byref(handle)))
        return Settling(handle)
