"""A call between two clients in network namespaces of their own, and its judge.

The judge has what each sent, what each received and what each outlet got. It finds out whether the call was touched, and whether anything was released
that the person had not agreed to, or withheld that they had.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PEER = Path(__file__).with_name("peer.py")
SECONDS = 40
EARLIER = {"audio": 20_000, "video": 2_000}
# How much an Opus packet can reach back, by the copy of the frame before it.
REACH = 20_000


class Broken(Exception):
    """A rule did not hold."""


@contextlib.contextmanager
def namespaces() -> Iterator[list[str]]:
    """Two network namespaces with one cable between them, and no way out of them."""
    names = [f"framegate-{os.getpid()}-{side}" for side in "ab"]

    def ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True)

    try:
        for name in names:
            ip("netns", "add", name)
        ip("link", "add", "cable", "netns", names[0], "type", "veth", "peer", "name", "cable", "netns", names[1])
        for number, name in enumerate(names, 1):
            ip("-n", name, "address", "add", f"192.0.2.{number}/30", "dev", "cable")
            ip("-n", name, "link", "set", "cable", "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)


async def call(options: list[str]) -> list[dict]:
    """Both sides' reports."""
    with namespaces() as names:
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
                callee.stdin.write(await caller.stdout.readline())
                caller.stdin.write(await callee.stdout.readline())
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
        require(frame["captured"] is not None, f"{kind}: no time of capture")
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    runs = parser.parse_args().runs
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
