"""Replays conformance scripts through the Python package. tests/conformance/README.md has their format; replay.c does the same in C.

replay.py [--fault tag|reason|withdrawal|ledger] SCRIPT...
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from typing import Any

import framegate
from framegate import NO_TIME, Authority, Channel, Complete, Csrcs, Error, Field, Format, Frame, Kind, Ledger, Meeting, MeetingKey, Method, Owner, Participant, Partial, Rectangle, Signed, Sources, Span, StreamType, Subject
from framegate.words import kinds_in

UNKNOWN = Participant(0, 0xFFFF, 0)
HALF_A_LINE = b'{"n":'
#: FRAMEGATE_ERROR_… by their numbers.
ERRORS = {
    -32: "overreach", -60: "agreed_earlier", -33: "unsigned", -57: "keyless", -34: "foreign_meeting", -35: "replayed", -36: "wrong_signature",
    -37: "beyond_notice", -38: "unknown_notice", -39: "stale_notice", -40: "not_explicit", -41: "wrong_key", -42: "conflicting_notice",
    -43: "unknown_participant", -44: "already_joined", -46: "not_a_restrainer", -47: "empty", -48: "time", -49: "format", -53: "full", -56: "ended",
}  # fmt: skip

Step = dict[str, Any]
Answer = dict[str, Any]


class Replay:
    def __init__(self, meeting: Step, path: str) -> None:
        self.path, self.device = path, bytes.fromhex(meeting["device"])
        instance = bytes.fromhex(meeting["instance"])
        self.meeting = Meeting(meeting["id"], meeting["participants"], path, instance=instance, started=meeting["started"], device_secret=self.device)
        self.people: dict[int, Participant] = {}
        self.streams: dict[int, Any] = {}
        self.outlets: dict[int, Any] = {}
        self.taps: dict[int, framegate.Tap] = {}
        self.groups: dict[int, framegate.Group] = {}
        self.sources: dict[int, framegate.Source] = {}

    # People

    def join(self, step: Step) -> None:
        key = bytes.fromhex(step["key"]) if "key" in step else None
        if "guardian" in step:
            who = self.meeting.join_with_guardian(step["id"], step["guardian"], step["at"], key)
        else:
            who = self.meeting.join_adult(step["id"], step["at"], key)
        self.people[step["as"]] = who

    def leave(self, step: Step) -> Answer:
        return settled(self.meeting.leave(self.person(step["who"]), step["at"]))

    def show(self, step: Step) -> None:
        self.meeting.show(step["notice"], step["version"], step["language"], step["controller"], *scope(step))

    def supersede(self, step: Step) -> Answer:
        return settled(self.meeting.supersede(framegate.digest_of(step["notice"]), step["at"]))

    def grant(self, step: Step) -> None:
        told = step.get("signed")
        by_key = told and Signed(bytes.fromhex(told["instance"]), told["meeting"], bytes.fromhex(told["challenge"]), bytes.fromhex(told["signature"]))
        notice, method = framegate.digest_of(step["notice"]), Method[step["method"].upper()]
        until, agreed = step.get("until", NO_TIME), step.get("agreed", NO_TIME)
        self.meeting.grant(authority(step), self.person(step["who"]), notice, *scope(step), method, step["at"], until, agreed, by_key)

    def withdraw(self, step: Step) -> Answer:
        return settled(self.meeting.withdraw(authority(step), self.person(step["who"]), *scope(step), step["at"]))

    def restrict(self, step: Step) -> Answer:
        return settled(self.meeting.restrict(authority(step), self.whom(step), *scope(step), step["at"]))

    def lift(self, step: Step) -> None:
        self.meeting.lift(authority(step), self.whom(step), *scope(step), step["at"])

    def group(self, step: Step) -> None:
        self.groups[step["as"]] = self.meeting.group(self.listed(step["people"]))

    # The meeting

    def advance(self, step: Step) -> None:
        self.meeting.advance(step["at"])

    def tick(self, step: Step) -> None:
        self.meeting.tick(step["at"])

    def count(self, step: Step) -> None:
        self.meeting.count(step["at"])

    def end(self, _: Step) -> Answer:
        return settled(self.meeting.end())

    def third_party(self, step: Step) -> Answer:
        return {"pair": self.meeting.third_party(step["purpose"], step["recipient"])}

    def stream(self, step: Step) -> None:
        of, kind, owner = step["format"], Kind[step["kind"].upper()], self.person(step["owner"]) if "owner" in step else None
        if owner and "fields" in of:
            stream = self.meeting.open_records(kind, owner, [Field(*field) for field in of["fields"]], of["bits_per_minute"])
        else:
            shape = {"channels": of.get("channels", 0), "size": (of.get("width", 0), of.get("height", 0))}
            shape |= {"planar": of.get("planar", False), "full_range": of.get("full_range", False)}
            stream = self.meeting.open_stream(StreamType[step["type"].upper()], kind, Format[of["name"].upper()], owner, **shape)
        self.streams[step["as"]] = numbered(stream, step)

    def outlet(self, step: Step) -> None:
        outlet = self.meeting.open_outlet(step["name"], step["purposes"], list(kinds_in(step["blanks"])), step.get("recipient", ""))
        self.outlets[step["as"]] = numbered(outlet, step)

    def tap(self, step: Step) -> None:
        self.taps[step["as"]] = self.meeting.tap(self.streams[step["stream"]], self.outlets[step["outlet"]])

    def state(self, _: Step) -> Answer:
        deadline, challenges, counters = self.meeting.next_deadline(), [], []
        for number, who in sorted(self.people.items()):
            try:
                challenges.append([number, self.meeting.challenge(who).hex()])
            except Error as error:
                assert ERRORS[error.status] == "unknown_participant"
        for number, tap in sorted(self.taps.items()):
            of = tap.counters()
            counters.append([number, of.seen, of.whole, of.redacted, of.blanked, of.dropped])
        return {
            "entries": self.meeting.generation(), "deadline": None if deadline == NO_TIME else deadline, "challenges": challenges, "counters": counters,
        }  # fmt: skip

    def resume(self, step: Step) -> None:
        for tap in self.taps.values():
            tap.close()
        self.taps.clear()
        self.meeting.close()
        with open(self.path, "ab") as ledger:
            ledger.write(HALF_A_LINE if step["torn"] else b"")
        self.meeting = Meeting.resume(Ledger.read_file(self.path), self.path, device_secret=self.device)
        self.people = {number: self.meeting.find(id) for id, number in step["people"]}

    # Frames

    def admit(self, step: Step) -> Answer:
        return self.admitted(step, "admit")

    def admit_into(self, step: Step) -> Answer:
        return self.admitted(step, "admit_into")

    def admit_in_place(self, step: Step) -> Answer:
        return self.admitted(step, "admit_in_place")

    def admitted(self, step: Step, door: str) -> Answer:
        frames, answers = [self.frame(said, door == "admit_into") for said in step["frames"]], []
        with self.taps[step["tap"]].admit_batch(frames, step["at"], in_place=door == "admit_in_place") as outcomes:
            pass
        for said, frame, cleared in zip(step["frames"], frames, outcomes):
            told = judged(cleared) | {"tag": cleared.tag.hex()}
            if cleared.planes:
                told["output"] = without_gaps(cleared.planes, said["payload"])
            elif door != "admit" and not is_zero(frame.into if door == "admit_into" else frame.content):
                told["wiped"] = False
            if "as" in said and cleared.source:
                source = self.sources[said["as"]] = cleared.source
                stays = {bytes(who): number for number, who in self.people.items()}
                people = sorted(stays[bytes(who)] for who in source.people)
                told["source"] = {"people": people, "kinds": sum(1 << kind - 1 for kind in source.kinds), "captured": source.captured}
            answers.append(told)
        return {"frames": answers} | ({"keyframe_request": True} if self.taps[step["tap"]].keyframe_request(step["at"], 0) else {})

    def decide(self, step: Step) -> Answer:
        decisions = self.taps[step["tap"]].decide_batch([self.frame(said, False) for said in step["frames"]], step["at"])
        return {"frames": [judged(told) | {"purposes": told.purposes, "generation": told.generation} for told in decisions]}

    def meet(self, step: Step) -> Answer:
        one, other = (self.sources[number] for number in step["sources"])
        met = self.sources[step["as"]] = one.meet(other)
        return {"tag": met.tag.hex()}

    def receipt(self, step: Step) -> Answer:
        whole = json.loads(Ledger.read_file(self.path).receipt(step["id"]))
        named = {"agreed": ("entry", "hash", "at", "by", "method", "signed"), "refused": ("entry", "at", "by", "why"), "withdrawn": ("entry", "at", "by")}
        acts = {kind: [act | {"at": act["at"]["micros"]} for act in whole[kind]] for kind in named}
        return {kind: [[act[name] for name in names] for act in acts[kind]] for kind, names in named.items()}

    def seal(self, step: Step) -> Answer:
        """Seals, and looks whether the seal holds."""
        tag, pieces = bytes.fromhex(step["tag"]), [bytes.fromhex(piece) for piece in step["pieces"]]
        subjects = [Subject(id, kinds_in(kinds)) for id, kinds in step["subjects"]]
        key = MeetingKey(bytes.fromhex(step["secret"]), self.meeting.instance).stream(framegate.read_tag(tag).stream)
        digest = key.digest(Format[step["format"]["name"].upper()], *pieces)
        seal = key.seal(tag, subjects, digest)
        return {"digest": digest.hex(), "seal": seal.hex()} if key.verify(seal, tag, subjects, digest) else {"holds": False}

    def frame(self, said: Step, copies: bool) -> Frame:
        payload = said.get("payload", "")
        content, into = memory(payload), buffer(payload, said.get("short", False)) if copies else None
        regions = [self.region(region) for region in said.get("regions", [])]
        return Frame(content, said.get("captured", 0), self.contributors(said["contributors"]), regions, into, said.get("keyframe"))

    def contributors(self, who: Any) -> Any:
        if who == "owner":
            return Owner()
        ((form, named),) = who.items()
        if form == "group":
            return self.groups[named]
        if form == "sources":
            return Sources([self.sources[number] for number in named])
        return {"complete": Complete, "partial": Partial, "csrcs": Csrcs}[form](self.listed(named))

    def region(self, said: Step) -> Any:
        owner = self.person(said["owner"])
        more = {"kind": Kind[said["kind"].upper()] if "kind" in said else None, "captured": said.get("captured", NO_TIME)}
        if "rectangle" in said:
            return Rectangle(owner, *said["rectangle"], **more)
        if "span" in said:
            return Span(owner, *said["span"], **more)
        return Channel(owner, said["channel"], **more)

    def person(self, who: int | None) -> Participant:
        return UNKNOWN if who is None else self.people[who]

    def whom(self, step: Step) -> Participant | None:
        return self.person(step["who"]) if "who" in step else None

    def listed(self, people: Sequence[int | None]) -> list[Participant]:
        return [self.person(who) for who in people]


STEPS = {
    name: getattr(Replay, name)
    for name in (
        "join", "leave", "show", "supersede", "grant", "withdraw", "restrict", "lift", "advance", "tick", "count", "third_party", "stream", "outlet", "tap",
        "group", "meet", "decide", "admit", "admit_into", "admit_in_place", "resume", "end", "state", "seal", "receipt",
    )
}  # fmt: skip


def scope(step: Step) -> tuple[list[Kind], int]:
    kinds, purposes = step["scope"]
    return list(kinds_in(kinds)), purposes


def authority(step: Step) -> Authority:
    return Authority[step["by"].upper()]


def settled(settling: framegate.Settling) -> Answer:
    return {} if settling.is_settled() else {"settled": False}


def numbered(made: Any, step: Step) -> Any:
    assert made.number == step["as"], f"it has the number {made.number}"
    return made


def judged(told: Any) -> Answer:
    return {"verdict": told.verdict.name.lower()} | ({"reason": told.reason} if told.reason else {})


def memory(payload: Any) -> Any:
    if isinstance(payload, str):
        return bytearray.fromhex(payload)
    return [(bytearray.fromhex(plane["bytes"]), plane["stride"]) for plane in payload]


def buffer(payload: Any, short: bool) -> Any:
    """One of the same form, full of something else; a byte shorter in each plane if it is to be too short."""
    like = memory(payload)
    if isinstance(payload, str):
        return bytearray(b"\xee" * (len(like) - short))
    return [(bytearray(b"\xee" * (len(data) - short)), stride) for data, stride in like]


def is_zero(content: Any) -> bool:
    return not any(content) if isinstance(content, bytearray) else not any(any(data) for data, _ in content)


def without_gaps(planes: Sequence[bytes], sent: Any) -> Any:
    """Of each plane the rows, as long as they are in what was sent."""
    if isinstance(sent, str):
        return planes[0].hex()
    return [b"".join(data[at : at + plane["row"]] for at in range(0, len(data), plane["stride"])).hex() for data, plane in zip(planes, sent)]


def plant(answer: Answer, fault: str) -> None:
    """Changes an answer, if it has what is to be changed."""
    for frame in answer.get("frames", []):
        if fault == "tag" and "tag" in frame:
            frame["tag"] = frame["tag"][:-1] + ("1" if frame["tag"].endswith("0") else "0")
        if fault == "reason" and "reason" in frame:
            frame["reason"] = "absent" if frame["reason"] == "withdrawn" else "withdrawn"


def replay(script: Step, path: str, fault: str, compared: Counter[str]) -> str | None:
    """What differs, if anything does."""
    assert script["format"] == 1, "a format that is not known here"
    run = Replay(script["meeting"], path)
    for number, step in enumerate(script["steps"]):
        if fault == "withdrawal" and step["step"] == "withdraw":
            continue
        try:
            answer = STEPS[step["step"]](run, step) or {}
        except Error as error:
            answer = {"error": ERRORS.get(error.status, str(error))}
        plant(answer, fault)
        expected = step.get("expect", {})
        if answer != expected:
            return f"step {number}, {step['step']}:\n  is       {json.dumps(answer)}\n  expected {json.dumps(expected)}"
        compared["steps"] += 1
        compared["frames"] += len(step.get("frames", []))
    run.meeting.close()
    with open(path, encoding="utf-8", newline="\n") as ledger:
        lines = ledger.read().splitlines(keepends=True)
    if fault == "ledger":
        lines[-1] = lines[-1].replace(":", ";", 1)
    expected_lines = [json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in script["ledger"]]
    for number, (line, expected_line) in enumerate(zip(lines, expected_lines)):
        if line != expected_line:
            return f"line {number} of the ledger:\n  is       {line}  expected {expected_line}"
        compared["lines"] += 1
    return None if len(lines) == len(expected_lines) else f"the ledger has {len(lines)} lines, not {len(expected_lines)}"


def main(arguments: list[str]) -> int:
    fault = ""
    if arguments[:1] == ["--fault"]:
        fault, arguments = arguments[1], arguments[2:]
    compared, different = Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        for path in arguments:
            with open(path, encoding="utf-8") as file:
                script = json.load(file)
            difference = replay(script, os.path.join(folder, os.path.basename(path) + "l"), fault, compared)
            if difference:
                print(f"{path}: {difference}", file=sys.stderr)
                different += 1
    steps, frames, lines = compared["steps"], compared["frames"], compared["lines"]
    print(f"Python: {len(arguments)} scripts, {steps} steps, {frames} frames, {lines} lines of ledgers compared; {different} scripts differ")
    return int(different > 0 or 0 in (steps, frames, lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
