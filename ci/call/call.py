"""A call between two clients in network namespaces of their own, and its judge.

The judge has what each sent, what each received and what each outlet got. It finds out whether the call was touched, and whether anything was released
that the person had not agreed to, or withheld that they had.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import marks

PEER, RELAY = (Path(__file__).with_name(name) for name in ("peer.py", "relay.py"))
SECONDS = 40
EARLIER = {"audio": 20_000, "video": 2_000}
# How much an Opus packet can reach back, by the copy of the frame before it.
REACH = 20_000
NO_TIME = (1 << 63) - 1
# How much earlier than it was a frame may be dated, in microseconds: the clock's error, and what a time in milliseconds is rounded by.
DATED = 13_000
# What the relay takes, in milliseconds: the least, and how much more by chance.
BASE, JITTER = 200, 150
# How far what is heard may be from the time at which it was captured, in microseconds; and what is seen.
HEARD, SEEN = 25_000, 15_000


class Broken(Exception):
    """A rule did not hold."""


@contextlib.contextmanager
def namespaces(sides: str) -> Iterator[list[str]]:
    """Network namespaces in a row, each with a cable to the next, and no way out of them."""
    names = [f"framegate-{os.getpid()}-{side}" for side in sides]

    def ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True)

    try:
        for name in names:
            ip("netns", "add", name)
        for number, ends in enumerate(zip(names, names[1:])):
            cable = f"cable{number}"
            ip("link", "add", cable, "netns", ends[0], "type", "veth", "peer", "name", cable, "netns", ends[1])
            for end, name in enumerate(ends, 1):
                ip("-n", name, "address", "add", f"192.0.2.{4 * number + end}/30", "dev", cable)
                ip("-n", name, "link", "set", cable, "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)


@contextlib.asynccontextmanager
async def relayed(name: str) -> AsyncIterator[list[tuple[str, str]]]:
    """A relay in a namespace between two others; where each of the two finds it."""
    addresses = ["192.0.2.2", "192.0.2.5"]
    relay = await asyncio.create_subprocess_exec(
        "ip", "netns", "exec", name, sys.executable, str(RELAY), *addresses, str(BASE), str(JITTER),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield list(zip(addresses, (await relay.stdout.readline()).decode().split()))
    finally:
        if relay.returncode is None:
            relay.kill()
        await relay.wait()


def moved(description: bytes, to: tuple[str, str] | None) -> bytes:
    """A description whose sender is to be found elsewhere."""
    if to is None:
        return description
    told = json.loads(description)
    lines = []
    for line in told["sdp"].splitlines():
        if line.startswith("a=candidate:"):
            parts = line.split()
            if parts[2].lower() != "udp":
                continue
            parts[4:6] = to
            line = " ".join(parts)
        lines.append(line)
    return json.dumps(told | {"sdp": "\r\n".join(lines) + "\r\n"}).encode() + b"\n"


async def call(options: list[str], far: bool = False) -> list[dict]:
    """Both sides' reports; of two that are far from each other, with a relay between them."""
    with namespaces("arb" if far else "ab") as all_names:
        async with relayed(all_names[1]) if far else contextlib.nullcontext([None, None]) as places:
            return await talk([all_names[0], all_names[-1]], places, options + ["--marks"] * far)


async def talk(names: list[str], places: list, options: list[str]) -> list[dict]:
    roles = [("caller", "reader.wav"), ("callee", "dealer.wav")]
    peers = [
        await asyncio.create_subprocess_exec(
            "ip", "netns", "exec", name, sys.executable, str(PEER), role, "--voice", voice, *options,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=1 << 26,
        )
        for name, (role, voice) in zip(names, roles)
    ]  # fmt: skip
    try:
        caller, callee = peers
        async with asyncio.timeout(SECONDS):
            callee.stdin.write(moved(await caller.stdout.readline(), places[1]))
            caller.stdin.write(moved(await callee.stdout.readline(), places[0]))
            reports = [json.loads(await peer.stdout.readline()) for peer in peers]
            for peer in peers:
                peer.stdin.write(b"{}\n")
                await peer.wait()
            return reports
    finally:
        for peer in peers:
            if peer.returncode is None:
                peer.kill()


def require(condition: object, what: str) -> None:
    if not condition:
        raise Broken(what)


def judge_call(sender: dict, receiver: dict, kind: str) -> None:
    """Every frame that was sent has arrived, in its order, byte for byte, and went on to the decoder."""
    sent = [(frame["rtp"], frame["sha"]) for frame in sender["sent"] if frame["kind"] == kind]
    received = [(frame["rtp"], frame["sha"]) for frame in receiver["received"] if frame["kind"] == kind]
    require(len(sent) > 50, f"only {len(sent)} {kind} frames were sent")
    require(received == sent, f"{kind}: {len(sent)} frames sent, {len(received)} received, or others")
    require(all(frame["untouched"] for frame in receiver["received"]), f"{kind}: a frame was changed")
    counts = receiver["counts"][kind]
    require(counts["packets_lost"] == 0, f"{kind}: packets lost")
    if kind == "video":
        require(sender["counts"][kind]["frames_sent"] == len(sent), "video: frames sent")
        require(counts["frames_received"] == len(sent), f"video: {counts['frames_received']} of {len(sent)} frames came to the decoder")
        require(counts["frames_decoded"] + counts["frames_dropped"] >= len(sent) - 3, "video: frames decoded")
    else:
        require(counts["packets_received"] == len(sent), "audio: packets received")
        require(counts["concealed_samples"] < counts["total_samples_received"] / 2, "audio: more than half had to be made up")


def judge_gate(sender: dict, receiver: dict, kind: str) -> tuple[int, int]:
    """What was released is what the person had agreed to from capture to release; all of it, but for pictures until a keyframe."""
    frames = [frame for frame in receiver["received"] if frame["kind"] == kind]
    captures = {(frame["rtp"], frame["sha"]): frame["captured"] + sender["unix"] - receiver["unix"] for frame in sender["sent"]}
    changes = receiver["changes"]
    require([change["say"] for change in changes] == ["grant", "withdraw", "grant"], "the story")
    require(changes[1]["settled"], "the withdrawal has not settled")
    # Half-open, in milliseconds: a start is rounded up.
    spans = [(-(-changes[0]["at"] // 1000) * 1000, changes[1]["at"]), (-(-changes[2]["at"] // 1000) * 1000, 1 << 62)]
    phases = [0, 0, 0, 0]
    resuming = True
    for frame in frames:
        taken, now, who = captures[frame["rtp"], frame["sha"]], frame["now"], f"{kind} frame of {frame['captured']} at {frame['now']}"
        require(frame["captured"] < NO_TIME, f"{kind}: no time of capture")
        since = frame["captured"] - EARLIER[kind]
        agreed = next((start for start, end in spans if start <= since and now < end), None)
        if frame["released"]:
            require(agreed is not None, f"{who} was released, but consent was {spans}")
            require(any(start <= taken and now < end for start, end in spans), f"{who} was captured at {taken}, before consent")
            require(kind == "audio" or not resuming or frame["key"], f"{who} was released, but depends on one that was withheld")
        elif kind == "audio":
            require(agreed is None or since < agreed + REACH, f"{who}: {frame['reason']}, but consent was {spans}")
        else:
            require(agreed is None or (resuming and not frame["key"] and frame["reason"] == "awaits keyframe"), f"{who}: {frame['reason']}, but consent was {spans}")
        resuming = not frame["released"]
        phases[sum(change["at"] <= now for change in changes)] += 1
    require(min(phases) >= 8, f"{kind}: frames in each part of the story: {phases}")
    released = sum(frame["released"] for frame in frames)
    counters = receiver["counters"][kind]
    require(counters == {"seen": len(frames), "whole": released, "dropped": len(frames) - released}, f"{kind}: counters {counters}")
    for start, end in spans:
        require(any(frame["released"] and start <= frame["now"] < end for frame in frames), f"{kind}: nothing was released from {start} to {end}")
    return len(frames), released


def judge(reports: list[dict], gate: bool) -> None:
    for sender, receiver, name in zip(reports, reversed(reports), ["caller to callee", "callee to caller"]):
        for kind in ["audio", "video"]:
            judge_call(sender, receiver, kind)
            counts = receiver["counts"][kind]
            call = f"{counts['packets_received']} packets" if kind == "audio" else f"{counts['frames_received']} frames, {counts['frames_decoded']} decoded"
            if gate:
                seen, released = judge_gate(sender, receiver, kind)
                print(f"{name}, {kind}: seen {seen}, released {released}, withheld {seen - released}; the call: {call} of {seen} sent")
            else:
                print(f"{name}, {kind}: no gate; the call: {call} of {sum(frame['kind'] == kind for frame in sender['sent'])} sent")
        if gate:
            shas = [frame["sha"] for frame in receiver["received"] if frame["released"]]
            require(receiver["outlet"] == shas, f"{name}: the outlet got something else than what was released")
            taken = receiver["python_ns"]
            print(f"{name}: {receiver['library_ns']:.0f} ns a frame in the library, {taken[len(taken) // 2] / 1000:.0f} µs with Python around it (median); asked {receiver['asks']} times for a keyframe")


def judge_marks(sender: dict, receiver: dict) -> str:
    """What is heard and seen in what the outlet got is of no time before a grant, by the clock of whoever said and showed it. How exactly that can be told."""
    start, taken = receiver["unix"], {(frame["rtp"], frame["sha"]): (frame["captured"] + sender["unix"]) / 1e6 for frame in sender["sent"]}
    contents = map(base64.b64decode, receiver["frames"])
    released = [(frame, next(contents)) for frame in receiver["received"] if frame["released"]]
    runs, last = [], None
    for frame, content in sorted((each for each in released if each[0]["kind"] == "audio"), key=lambda each: taken[each[0]["rtp"], each[0]["sha"]]):
        at = taken[frame["rtp"], frame["sha"]]
        if last is None or frame["rtp"] != (last + 960) % (1 << 32):
            runs.append([])
        runs[-1].append((content, at))
        last = frame["rtp"]
    pictures = [(content, taken[frame["rtp"], frame["sha"]]) for frame, content in released if frame["kind"] == "video"]
    changes = receiver["changes"]
    spans = [(changes[0]["at"], changes[1]["at"]), (changes[2]["at"], 1 << 62)]
    told = []
    try:
        read = [("heard", marks.heard(runs), HEARD), ("seen", marks.seen(pictures), SEEN)]
    except ValueError as error:
        raise Broken(f"what the outlet got cannot be decoded: {error}") from error
    for kind, times, within in read:
        require(len(times) >= 8, f"only {len(times)} marks were {kind}")
        for _, mark in times:
            at = round(mark * 1e6) - start
            require(any(since - within <= at < until for since, until in spans), f"what was {kind} is of {at}, but consent was {spans}")
        off = sorted(abs(mark - said) * 1000 for said, mark in times)
        require(off[len(off) // 2] * 1000 < within, f"what was {kind} is {off[len(off) // 2]:.1f} ms from the time of capture")
        told.append(f"{len(times)} marks {kind}, {off[len(off) // 2]:.1f} ms from the time of capture (median)")
    return "; ".join(told)


def judge_far(reports: list[dict]) -> None:
    """With a relay between them, which delays and jitters."""
    for sender, receiver, name in zip(reports, reversed(reports), ["caller to callee", "callee to caller"]):
        for kind in ["audio", "video"]:
            seen, released = judge_gate(sender, receiver, kind)
            sent = {(frame["rtp"], frame["sha"]): frame["captured"] + sender["unix"] - receiver["unix"] for frame in sender["sent"]}
            ways = [frame["arrived"] - sent[frame["rtp"], frame["sha"]] for frame in receiver["received"] if frame["kind"] == kind]
            require(min(ways) > BASE * 1000 and max(ways) - min(ways) > JITTER * 500, f"{kind}: on its way for {min(ways)} to {max(ways)}")
            off = [sent[frame["rtp"], frame["sha"]] - frame["captured"] for frame in receiver["received"] if frame["kind"] == kind]
            median = sorted(off)[len(off) // 2]
            require(min(off) >= -EARLIER[kind] and median <= DATED, f"{kind}: dated {min(off)} before the capture, or {median} (median)")
            began = receiver["changes"][0]["at"]
            late = sum(frame["arrived"] >= began > sent[frame["rtp"], frame["sha"]] for frame in receiver["received"] if frame["kind"] == kind)
            require(late >= 3, f"{kind}: only {late} frames from before the grant came after it")
            print(f"{name}, {kind}, {min(ways) // 1000} to {max(ways) // 1000} ms: seen {seen}, released {released}; {late} from before the first grant came after it, and were withheld")
        print(f"{name}: {judge_marks(sender, receiver)}")


def far() -> None:
    """What was captured before a grant and arrives after it is withheld; dated by its arrival it is not, and that is found: by the frames, and by the marks."""
    judge_far(asyncio.run(call([], far=True)))
    reports = asyncio.run(call(["--dated", "arrival"], far=True))
    checks = {
        "the frames": lambda: [judge_gate(sender, receiver, kind) for sender, receiver in zip(reports, reversed(reports)) for kind in ["audio", "video"]],
        "the marks": lambda: [judge_marks(sender, receiver) for sender, receiver in zip(reports, reversed(reports))],
    }
    for what, check in checks.items():
        try:
            check()
        except Broken as broken:
            print(f"the control, dated by arrival, is caught by {what}: {broken}", flush=True)
        else:
            raise Broken(f"the control was not caught by {what}: dated by arrival")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    runs = parser.parse_args().runs
    far()
    judge(asyncio.run(call(["--no-gate"])), gate=False)
    for fault in ["leak", "eat", "blind"]:
        reports = asyncio.run(call(["--fault", fault]))
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            try:
                judge(reports, gate=True)
            except Broken as broken:
                found = str(broken)
            else:
                found = ""
        require(found, f"the control was not caught: {fault}")
        print(f"the control {fault} is caught: {found}")
    for run in range(1, runs + 1):
        judge(asyncio.run(call([])), gate=True)
        print(f"run {run} of {runs}: everything held", flush=True)


try:
    main()
except Broken as broken:
    sys.exit(f"ci/call: {broken}")
