"""Compares what the examples wrote with what they read: all of it where there was consent, nothing where there was none."""

import sys
import wave
from pathlib import Path

BLACK = bytes([16]) * 4800, bytes([128]) * 1200, bytes([128]) * 1200
WIDTH = 160


def require(condition: object, what: str) -> None:
    if not condition:
        sys.exit(f"judge: {what}")


def voice(original: str, written: str, margin: float, spans: list[tuple[float, float]], exact: bool = True) -> None:
    """Samples within a span, but for so many seconds at its edges, are the original's; those outside are silent."""
    (before, rate), (after, other) = samples(original), samples(written)
    require(not exact or (len(before) == len(after) and rate == other), f"{written}: {len(after)} samples of {len(before)}")
    heard = silenced = 0
    for number, sample in enumerate(after):
        at = number / other
        if any(start + margin <= at < end - margin for start, end in spans):
            require(not exact or sample == before[number], f"{written}: another sample at {at} s")
            heard += sample != 0
        elif not any(start <= at < end for start, end in spans):
            require(sample == 0, f"{written}: heard at {at} s, without consent")
            silenced += number * rate // other < len(before) and before[number * rate // other] != 0
    require(heard > other / 2 and silenced > other / 2, f"{written}: {heard} samples heard, {silenced} silenced")
    print(f"{Path(written).name}: {heard} samples heard, {silenced} silenced")


def samples(path: str) -> tuple[memoryview, int]:
    with wave.open(path) as file:
        require(file.getsampwidth() == 2 and file.getnchannels() == 1, f"{path}: not one channel of 16 bits")
        return memoryview(file.readframes(file.getnframes())).cast("h"), file.getframerate()


def pictures(original: str, written: str, shown: dict[tuple[int, int], list[tuple[int, int]]]) -> None:
    """Of each tile, by its left upper corner: in which pictures, from and before, it is the original's. It is black in all others."""
    before, after = frames(original), frames(written)
    require(len(before) == len(after), f"{written}: {len(after)} pictures of {len(before)}")
    seen = hidden = 0
    for number, (one, other) in enumerate(zip(before, after)):
        for (x, y), spans in shown.items():
            if any(start <= number < end for start, end in spans):
                require(tile(one, x, y) == tile(other, x, y), f"{written}: another tile {x},{y} in picture {number}")
                seen += 1
            else:
                require(tile(other, x, y) == BLACK, f"{written}: tile {x},{y} in picture {number}, without consent")
                hidden += tile(one, x, y) != BLACK
    require(seen > 30 and hidden > 30, f"{written}: {seen} tiles shown, {hidden} hidden")
    print(f"{Path(written).name}: {seen} tiles shown, {hidden} hidden")


def frames(path: str) -> list[bytes]:
    header, *frames = Path(path).read_bytes().split(b"FRAME\n")
    require(b"W160 H120" in header and all(len(frame) == 160 * 120 * 3 // 2 for frame in frames), f"{path}: not what is expected")
    return frames


def tile(frame: bytes, x: int, y: int) -> tuple[bytes, bytes, bytes]:
    luma, u, v = frame[: WIDTH * 120], frame[WIDTH * 120 : WIDTH * 150], frame[WIDTH * 150 :]

    def cut(plane: bytes, stride: int, x: int, y: int, width: int, height: int) -> bytes:
        return b"".join(plane[row * stride + x : row * stride + x + width] for row in range(y, y + height))

    chroma = [cut(plane, WIDTH // 2, x // 2, y // 2, 40, 30) for plane in (u, v)]
    return cut(luma, WIDTH, x, y, 80, 60), chroma[0], chroma[1]


def main() -> None:
    what, original, written, *rest = sys.argv[1:]
    tiles = [(0, 0), (80, 0), (0, 60), (80, 60)]
    if what in ("c-audio", "c-audio-lossy"):
        # A picture lasts 0.2 s and comes before the voice that goes with it, and so does a withdrawal meanwhile.
        voice(original, written, 0.3, [(2, 8)], exact=what == "c-audio")
    elif what == "c-video":
        # From 4 s on, at five pictures a second.
        pictures(original, written, {corner: [(20, 60)] for corner in tiles})
    elif what == "cpp":
        # What was withdrawn at 6 s while it waited in the buffer for 200 ms stayed there. The person's thread may wake up late; so may the pipeline's.
        late = float(rest[0])
        voice(original, written, 0.4 + late, [(2, 5.8 + late), (9, 13)])
    elif what == "python":
        pictures(original, written, dict(zip(tiles, [[(2, 60)], [], [(2, 29)], []])))
    else:
        sys.exit(f"judge: {what}?")


main()
