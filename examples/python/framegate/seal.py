"""Seals: a tag bound to its meeting, its people and its payload. Whoever can verify one can make one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ctypes import POINTER, byref, cast, sizeof
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _c
from .tag import tag_of
from .words import Format, Kind, kinds_of

if TYPE_CHECKING:
    from .archive import Archived


@dataclass(frozen=True)
class Subject:
    """Somebody in a frame, by the id that they joined with."""

    id: str
    #: What they are in it as, beside the kind of the frame's tag.
    kinds: frozenset[Kind] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Carried:
    """What travels with a frame: its tag, and its seal if it has one."""

    tag: bytes
    seal: bytes | None = None

    @classmethod
    def read(cls, data: bytes) -> Carried:
        """Of 16 bytes, or of 32."""
        told = _c.Carried()
        _c.checked(_c.call.framegate_carried_read(data, len(data), byref(told)))
        return cls.of(told)

    def __bytes__(self) -> bytes:
        return self.tag + (self.seal or b"")

    @classmethod
    def of(cls, told: _c.Carried) -> Carried:
        return cls(bytes(told.tag.bytes), bytes(told.seal.bytes) if told.sealed else None)

    def told(self) -> _c.Carried:
        told = _c.Carried(tag=tag_of(self.tag), sealed=self.seal is not None)
        if self.seal is not None:
            told.seal = _seal_of(self.seal)
        return told


class StreamKey(_c.HandleOwner):
    """What the tags of one stream are sealed with."""

    _close = "framegate_stream_key_close"

    def digest(self, format: Format, *pieces: _c.Buffer) -> bytes:
        """The keyed digest of a payload, which may be in pieces unless it is of H.264, HEVC or AV1. It may be called inside a release."""
        digest = _c.PayloadDigest()
        copies = [bytes(_c.octets(piece)) for piece in pieces]
        parts = (_c.Piece * len(copies))(*(_c.Piece(piece, len(piece)) for piece in copies))
        _c.checked(_c.call.framegate_stream_key_digest(self._handle, format, cast(parts, POINTER(_c.Piece)), len(parts), byref(digest)))
        return bytes(digest.bytes)

    def seal(self, tag: bytes, subjects: Iterable[Subject], digest: bytes) -> bytes:
        """The seal of a frame. Everybody in it is named once, in whatever order. It may be called inside a release."""
        seal = _c.Seal()
        _c.checked(_c.call.framegate_stream_key_seal(self._handle, tag_of(tag), *_message(subjects), digest_of(digest), byref(seal)))
        return bytes(seal.bytes)

    def verify(self, seal: bytes, tag: bytes, subjects: Iterable[Subject], digest: bytes) -> bool:
        """Whether a seal is of this tag, these people and the payload of this digest. What cannot be asked raises `Error`."""
        return _c.truth(_c.call.framegate_stream_key_verify, self._handle, _seal_of(seal), tag_of(tag), *_message(subjects), digest_of(digest))


class MeetingKey(_c.HandleOwner):
    """What a meeting's tags are sealed with, from a secret of 32 bytes, which other meetings may have too, and its instance."""

    _close = "framegate_meeting_key_close"

    def __init__(self, secret: bytes, instance: bytes) -> None:
        _c.secret(secret, "a secret")
        super().__init__(_c.Handle())
        _c.checked(_c.call.framegate_meeting_key_open(secret, byref(instance_of(instance)), byref(self._handle)))

    def stream(self, number: int | None) -> StreamKey:
        """The key of the stream of this number, as `Stream` and `TagFields` have it; None: of tags that say several."""
        handle = _c.Handle()
        _c.checked(_c.call.framegate_stream_key_open(self._handle, 0xFFFF if number is None else number, byref(handle)))
        return StreamKey(handle)

    def seal_batch(self, frames: Sequence[Archived]) -> list[bytes | None]:
        """Their seals; none of what has no tag or no digest, or is of another meeting."""
        from .archive import told

        seals = (_c.Seal * len(frames))()
        held: list[Any] = []
        _c.checked(_c.call.framegate_meeting_key_seal_batch(self._handle, told(frames, held), len(frames), seals))
        return [bytes(seal.bytes) if any(seal.bytes) else None for seal in seals]


def _seal_of(seal: bytes) -> _c.Seal:
    if len(seal) != 16:
        raise ValueError("a seal has 16 bytes")
    return _c.Seal.from_buffer_copy(seal)


def told_subjects(subjects: Iterable[Subject]) -> Any:
    """In the order of their ids."""
    ordered = sorted((_c.a(Subject, one) for one in subjects), key=lambda one: _c.a(str, one.id).encode())
    return (_c.Subject * len(ordered))(*(_c.Subject(sizeof(_c.Subject), kinds_of(one.kinds), _c.string(one.id)) for one in ordered))


def _message(subjects: Iterable[Subject]) -> tuple[Any, int]:
    people = told_subjects(subjects)
    return cast(people, POINTER(_c.Subject)), len(people)


def instance_of(instance: bytes) -> _c.Instance:
    if len(instance) != 16:
        raise ValueError("an instance has 16 bytes")
    return _c.Instance.from_buffer_copy(instance)


def digest_of(digest: bytes) -> _c.PayloadDigest:
    if len(digest) != 32:
        raise ValueError("a digest has 32 bytes")
    return _c.PayloadDigest.from_buffer_copy(digest)
