"""What can follow what while a meeting goes on, after its end and when its process has gone, and what can have gone through its taps."""

from form import KINDS, PURPOSES, bits

NARROWINGS = {"withdrew", "left", "restricted", "superseded", "ended"}
# Of telemetry, diagnostics and usage only records are ever cleared, and these have an owner.
OF_RECORDS = {KINDS.index(kind) for kind in ("TELEMETRY", "DIAGNOSTIC", "USAGE")}
EVER = float("inf")


class Tap:
    def __init__(self, stream, outlet, opened):
        self.stream, self.outlet = stream, outlet
        self.counted = {"seen": 0, "whole": 0, "redacted": 0, "blanked": 0, "dropped": 0}
        self.released = 0
        # The line that told last how much was released, and the one that closed what the last frame beyond that was cleared by.
        self.told = self.late = opened


class Lives:
    def __init__(self):
        self.before = None
        self.is_past = self.has_ended = False
        self.device, self.is_unsigned = None, False
        self.narrowings = {}
        self.streams, self.outlets, self.taps = {}, {}, []
        # The last line at which there were no taps but those.
        self.all_told = 0
        # Of each person and kind, what was held from which line on.
        self.held = {}

    # Whether a line may follow.

    def may(self, line, meeting):
        at, wall, entry = line["at"], line.get("wall"), line["entry"]
        event = entry["event"]
        if self.before is None:
            return at == 0
        is_at_once = at == self.before["at"]
        if event == "resumed":
            return is_at_once and (wall is not None or not self.has_ended)
        if self.is_past:
            return is_at_once and wall is not None and (event != "signed" or self.may_sign(entry))
        if wall is not None:
            return event != "signed"
        if event == "restricted":
            return not self.has_ended and (entry["who"] is None or entry["who"] in meeting.present)
        if event == "counted":
            return self.may_count(entry["taps"])
        if event == "settled":
            return self.may_settle(entry, at)
        if event == "signed":
            return self.may_sign(entry)
        if event == "ended":
            return is_at_once and self.before["entry"]["event"] == "counted"
        return True

    def may_sign(self, entry):
        return self.is_unsigned and self.device in (None, entry["device"])

    def may_count(self, taps):
        return len(taps) >= len(self.taps) and all(self.may_have(*each) for each in enumerate(taps))

    def may_have(self, index, told):
        tap, now = self.tap(index, told), told["frames"]
        if tap is None:
            return False
        parts = ("whole", "redacted", "blanked", "dropped")
        stream, outlet = self.streams[tap.stream], self.outlets[tap.outlet]
        return (
            all(now[part] >= tap.counted[part] for part in parts)
            and now["seen"] == sum(now[part] for part in parts)
            and (now["blanked"] == 0 or outlet["blanks"] >> stream["kind"] & 1 == 1)
            and self.may_release(tap, now["whole"] + now["redacted"])
        )

    def may_settle(self, entry, at):
        taps = entry["taps"]
        fewest = self.narrowings.get(entry["narrowing"])
        if fewest is None or len(taps) < fewest or (self.has_ended and len(taps) > len(self.taps)):
            return False
        for index, told in enumerate(taps):
            tap, last = self.tap(index, told), told.get("last")
            is_timely = told["released"] == 0 if last is None else told["released"] > 0 and last <= at
            if tap is None or not is_timely or not self.may_release(tap, told["released"]):
                return False
        return True

    def tap(self, index, told):
        """The tap of this index, if it can be of this stream into this outlet."""
        stream, outlet = told["stream"], told["outlet"]
        if stream not in self.streams or outlet not in self.outlets:
            return None
        if index >= len(self.taps):
            opened = max(self.streams[stream]["line"], self.outlets[outlet]["line"])
            return Tap(stream, outlet, max(opened, self.all_told))
        tap = self.taps[index]
        return tap if (tap.stream, tap.outlet) == (stream, outlet) else None

    def may_release(self, tap, released):
        more = released - tap.released
        if more <= 0:
            return more == 0
        until = self.until(tap)
        return until is not None and (until > tap.told or (more == 1 and until > tap.late))

    def until(self, tap):
        """The line until which a frame can have been cleared for a tap, or none."""
        stream, purposes = self.streams[tap.stream], self.outlets[tap.outlet]["purposes"]
        kind, owner = stream["kind"], stream["owner"]
        if kind == KINDS.index("UNCLASSIFIED") or (owner is None and kind in OF_RECORDS):
            return None
        if owner is None:
            histories = [history for (_, of), history in self.held.items() if of == kind]
        else:
            histories = [self.held.get((owner, kind), [])]
        ends = [end for history in histories for end in self.ends(history, purposes, stream)]
        return max(ends, default=None)

    def ends(self, history, purposes, stream):
        for (_, held), (following, _) in zip(history, history[1:] + [(EVER, 0)]):
            # What the owner of a stream held before it was opened is not of it.
            is_of_it = stream["owner"] is None or following > stream["line"]
            if is_of_it and purposes & ~held == 0:
                yield following

    # What a line changes.

    def apply(self, index, line, meeting):
        entry = line["entry"]
        event = entry["event"]
        if event == "resumed":
            self.device, self.is_unsigned = None, False
            self.is_past = "wall" in line
            if not self.is_past:
                self.narrowings = {}
                self.streams, self.outlets, self.taps, self.all_told = {}, {}, [], 0
        elif event == "stream_opened":
            kind = KINDS.index(entry["kind"].upper())
            self.streams[entry["stream"]] = {"line": index, "kind": kind, "owner": entry.get("owner")}
        elif event == "outlet_opened":
            purposes, blanks = bits(entry["purposes"], PURPOSES), bits(entry["blanks"], KINDS)
            self.outlets[entry["outlet"]] = {"line": index, "purposes": purposes, "blanks": blanks}
        elif event in ("counted", "settled"):
            self.is_unsigned |= event == "counted"
            all_told = index if event == "counted" else entry["narrowing"] - 1
            for at, told in enumerate(entry["taps"]):
                self.tell(index, at, told, all_told)
            self.all_told = max(self.all_told, all_told)
        elif event == "signed":
            self.device, self.is_unsigned = entry["device"], False
        elif event == "ended":
            self.has_ended = True
        self.hold(index, meeting)
        if event in NARROWINGS:
            self.narrowings[index + 1] = len(self.taps)
            self.is_unsigned |= self.is_past
        self.before = line

    def tell(self, index, at, told, narrowed):
        tap = self.tap(at, told)
        # What was under way when the narrowing came is over, and counted.
        if told.get("is_releasing") is False:
            tap.late = max(tap.late, narrowed)
        frames = told.get("frames")
        released = frames["whole"] + frames["redacted"] if frames else told["released"]
        until = self.until(tap)
        if released > tap.released and until is not None and until <= tap.told:
            tap.late = max(tap.late, until)
        tap.counted = frames or tap.counted
        tap.released, tap.told = released, index
        if at == len(self.taps):
            self.taps.append(tap)

    def hold(self, index, meeting):
        for who, kind in list(self.held):
            if who not in meeting.present and self.held[who, kind][-1][1]:
                self.held[who, kind].append((index, 0))
        for who, stay in meeting.present.items():
            for kind in range(len(KINDS)):
                held, history = stay.held(kind), self.held.setdefault((who, kind), [(0, 0)])
                if history[-1][1] != held:
                    history.append((index, held))
