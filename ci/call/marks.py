"""Marks of the time in sound and picture, which encoders leave there: written by whoever sends, read out of what an outlet got.

A sound rises by one hertz a millisecond and begins anew every two seconds. A picture has 16 fields, black and white, which are the last 16 bits of the time in milliseconds.
"""

import ctypes
import ctypes.util
import math
import struct
import subprocess

RATE = 48_000
LOWEST, RISE, PERIOD = 600.0, 1000.0, 2.0
WIDTH, HEIGHT, FIELDS = 160, 120, 4
# What Opus is behind its input when it begins to decode (RFC 7845, section 4.2).
OPUS_DELAY = 312 / RATE


class Sound:
    """A sound without a break, whatever the time is that it is asked for."""

    def __init__(self) -> None:
        self.phase = 0.0

    def at(self, seconds: float, samples: int) -> bytes:
        """So many samples from a time on, in seconds since 1970."""
        values = []
        for index in range(samples):
            pitch = LOWEST + RISE * ((seconds + index / RATE) % PERIOD)
            self.phase = (self.phase + pitch / RATE) % 1.0
            values.append(int(12_000 * math.sin(2 * math.pi * self.phase)))
        return struct.pack(f"<{samples}h", *values)


def picture(seconds: float) -> bytes:
    """An I420 picture of a time in seconds since 1970."""
    bits = int(seconds * 1000) & 0xFFFF
    rows = []
    for row in range(FIELDS):
        fields = (215 if bits >> (row * FIELDS + column) & 1 else 40 for column in range(FIELDS))
        rows.append(b"".join(bytes([luma]) * (WIDTH // FIELDS) for luma in fields) * (HEIGHT // FIELDS))
    return b"".join(rows) + bytes([128]) * (WIDTH * HEIGHT // 2)


def nearest(seconds: float, period: float, about: float) -> float:
    """The time that is so far into a period, and nearest to another."""
    return seconds + period * round((about - seconds) / period)


def heard(runs: list[list[tuple[bytes, float]]]) -> list[tuple[float, float]]:
    """Of packets of Opus, those that follow each other together, each with the time that its sender says it began: this time, and the one that is heard.

    The first of those that follow each other is not told: its decoder has not settled.
    """
    opus = ctypes.CDLL(ctypes.util.find_library("opus"))
    opus.opus_decoder_create.restype = ctypes.c_void_p
    times = []
    for run in runs:
        error = ctypes.c_int()
        decoder = ctypes.c_void_p(opus.opus_decoder_create(RATE, 1, ctypes.byref(error)))
        for index, (packet, said) in enumerate(run):
            room = (ctypes.c_int16 * 5760)()
            count = opus.opus_decode(decoder, packet, len(packet), room, 5760, 0)
            if index > 0 and count > 0 and (pitch := pitch_of(room[:count])) is not None:
                # The pitch is that of the middle.
                behind = count / RATE / 2 - OPUS_DELAY
                middle = nearest((pitch - LOWEST) / RISE, PERIOD, said + behind)
                times.append((said, middle - behind))
        opus.opus_decoder_destroy(decoder)
    return times


def pitch_of(samples: list[int]) -> float | None:
    """Of a pure tone, by where it crosses zero; none where it begins anew, or is not loud."""
    crossings = [
        index - after / (after - before)
        for index, (before, after) in enumerate(zip(samples, samples[1:]), 1)
        if before < 0 <= after
    ]
    if len(crossings) < 6 or max(samples) < 2000:
        return None
    waves = [after - before for before, after in zip(crossings, crossings[1:])]
    if max(waves) > 1.3 * min(waves):
        return None
    return RATE * len(waves) / (crossings[-1] - crossings[0])


def seen(frames: list[tuple[bytes, float]]) -> list[tuple[float, float]]:
    """Of frames of VP8, each of which can be decoded after those before it, as heard() does of sound."""
    header = b"DKIF" + struct.pack("<HH4sHHIIII", 0, 32, b"VP80", WIDTH, HEIGHT, 1000, 1, len(frames), 0)
    file = header + b"".join(struct.pack("<IQ", len(frame), index) + frame for index, (frame, _) in enumerate(frames))
    command = ["ffmpeg", "-v", "error", "-f", "ivf", "-i", "-", "-vsync", "passthrough", "-s", f"{WIDTH}x{HEIGHT}", "-pix_fmt", "gray", "-f", "rawvideo", "-"]
    decoded = subprocess.run(command, input=file, stdout=subprocess.PIPE, check=True).stdout
    pictures = [decoded[at : at + WIDTH * HEIGHT] for at in range(0, len(decoded), WIDTH * HEIGHT)]
    if len(pictures) != len(frames):
        raise ValueError(f"{len(pictures)} pictures of {len(frames)} frames")
    times = []
    for luma, (_, said) in zip(pictures, frames):
        bits = 0
        for field in range(FIELDS * FIELDS):
            row, column = divmod(field, FIELDS)
            middle = (row * HEIGHT // FIELDS + HEIGHT // FIELDS // 2) * WIDTH + column * WIDTH // FIELDS + WIDTH // FIELDS // 2
            bits |= (luma[middle] > 128) << field
        times.append((said, nearest(bits / 1000, 65.536, said)))
    return times
