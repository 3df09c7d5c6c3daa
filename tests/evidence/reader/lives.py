"""What can follow what while a meeting goes on, after its end and when its process has gone, and what can have gone through its taps."""

from form import KINDS, PURPOSES, bits

NARROWINGS = {"withdrew", "left", "restricted", "superseded", "ended"}
# Of telemetry, diagnostics and usage only records are ever cleared, and these have an owner.
OF_RECORDS = {KINDS.index(kind) for kind in ("TELEMETRY", "DIAGNOSTIC", "USAGE")}
EVER = float("inf")


class Tap:
    def __init__(self, stream, outlet, opened):
        self.stream, self.outlet, self.first = stream, outlet, None
        self.counted = {"seen": 0, "whole": 0, "redacted": 0, "blanked": 0, "dropped": 0}
        self.released = 0
        # The line that told last how much was released, and the one that closed what the last frame beyond that was cleared by.
        self.told = self.late = opened
        # Whether a line said that it is closed, and whether one has counted it since.
        self.is_closed = self.is_final = False


class Reach:
    """Up to which line, and which number, all taps were told of that can carry somebody."""

    def __init__(self):
        self.line = self.below = 0

    def tell(self, line, numbers):
        self.line = max(self.line, line)
        self.below = max([self.below, *(number + 1 for number in numbers)])


class Lives:
    def __init__(self):
        self.before = None
        self.is_past = self.has_ended = False
        self.device, self.is_unsigned = None, False
        self.begin()
        # Of each person and kind, what was held from which line on.
        self.held = {}

    def begin(self):
        """Streams, outlets and taps are opened anew."""
        # Whom each is about, by the number of lines with it; None is everybody.
        self.narrowings = {}
        self.streams, self.outlets, self.taps = {}, {}, {}
        # For all taps, those of everybody's streams, and those of each person's alone.
        self.of_all, self.of_shared, self.of_alone = Reach(), Reach(), {}

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
        return all(tap < len(taps) for tap in self.taps) and all(self.may_have(*each) for each in enumerate(taps))

    def may_have(self, index, told):
        tap, now = self.tap(index, told), told["frames"]
        if tap is None:
            return False
        parts = ("whole", "redacted", "blanked", "dropped")
        stream, outlet = self.streams[tap.stream], self.outlets[tap.outlet]
        return (
            all(now[part] >= tap.counted[part] for part in parts)
            and (not tap.is_final or now == tap.counted)
            and now["seen"] == sum(now[part] for part in parts)
            and (now["blanked"] == 0 or outlet["blanks"] >> stream["kind"] & 1 == 1)
            and self.may_release(tap, now["whole"] + now["redacted"])
        )

    def may_settle(self, entry, at):
        taps, narrowing = entry["taps"], entry["narrowing"]
        if narrowing not in self.narrowings or (self.has_ended and any(told["tap"] not in self.taps for told in taps)):
            return False
        whom, numbers = self.narrowings[narrowing], [told["tap"] for told in taps]
        if numbers != sorted(set(numbers)) or not self.are_all(set(numbers), whom, narrowing - 1):
            return False
        for told in taps:
            tap, last = self.tap(told["tap"], told), told.get("last")
            is_timely = told["released"] == 0 if last is None else told["released"] > 0 and last <= at
            if tap is None or tap.is_closed or not self.can_carry(tap, whom):
                return False
            if not is_timely or not self.may_release(tap, told["released"]):
                return False
        return True

    def can_carry(self, tap, whom):
        alone = self.streams[tap.stream]["alone"]
        return whom is None or alone in (None, whom)

    def are_all(self, numbers, whom, narrowed):
        """Whether no tap is missing that can carry somebody, and was told of before they narrowed."""
        for number, tap in self.taps.items():
            is_due = tap.first < narrowed and not tap.is_closed and self.can_carry(tap, whom)
            if is_due and number not in numbers:
                return False
        # Below the highest there may be others only if somebody else has streams alone.
        highest = max(numbers, default=0)
        known = [number for number in numbers | self.taps.keys() if number < highest]
        return len(known) == highest or (whom is not None and bool(self.of_alone.keys() - {whom}))

    def tap(self, number, told):
        """The tap of this number, if it can be of this stream into this outlet."""
        stream, outlet = told["stream"], told["outlet"]
        if stream not in self.streams or outlet not in self.outlets:
            return None
        if number in self.taps:
            tap = self.taps[number]
            return tap if (tap.stream, tap.outlet) == (stream, outlet) else None
        alone = self.streams[stream]["alone"]
        reaches = [self.of_all, self.of_shared if alone is None else self.of_alone[alone]]
        # A line that should have told of it did not.
        if any(number < reach.below for reach in reaches):
            return None
        opened = max(self.streams[stream]["line"], self.outlets[outlet]["line"])
        return Tap(stream, outlet, max([opened, *(reach.line for reach in reaches)]))

    def may_release(self, tap, released):
        more = released - tap.released
        if more <= 0 or tap.is_closed:
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
                self.begin()
        elif event == "stream_opened":
            kind = KINDS.index(entry["kind"].upper())
            owner, alone = entry.get("owner"), None
            if "alone" in entry:
                alone = owner
                self.of_alone.setdefault(owner, Reach())
            self.streams[entry["stream"]] = {"line": index, "kind": kind, "owner": owner, "alone": alone}
        elif event == "outlet_opened":
            purposes, blanks = bits(entry["purposes"], PURPOSES), bits(entry["blanks"], KINDS)
            self.outlets[entry["outlet"]] = {"line": index, "purposes": purposes, "blanks": blanks}
        elif event == "counted":
            self.is_unsigned = True
            for number, told in enumerate(entry["taps"]):
                self.tell(index, number, told)
            self.of_all.tell(index, range(len(entry["taps"])))
        elif event == "settled":
            self.settle(index, entry["narrowing"], entry["taps"])
        elif event == "signed":
            self.device, self.is_unsigned = entry["device"], False
        elif event == "ended":
            self.has_ended = True
        self.hold(index, meeting)
        if event in NARROWINGS:
            self.narrowings[index + 1] = entry.get("who")
            self.is_unsigned |= self.is_past
        self.before = line

    def settle(self, index, narrowing, taps):
        for told in taps:
            tap = self.tap(told["tap"], told)
            # What was under way when the narrowing came is over, and counted.
            if not told["is_releasing"]:
                tap.late = max(tap.late, narrowing - 1)
            tap.is_closed = told.get("is_closed", False)
            self.tell(index, told["tap"], told, tap)
        whom = self.narrowings[narrowing]
        reaches = [self.of_all] if whom is None else [self.of_shared, self.of_alone.get(whom)]
        for reach in filter(None, reaches):
            reach.tell(narrowing - 1, [told["tap"] for told in taps])

    def tell(self, index, number, told, tap=None):
        tap = tap or self.tap(number, told)
        frames = told.get("frames")
        released = frames["whole"] + frames["redacted"] if frames else told["released"]
        until = self.until(tap)
        if released > tap.released and until is not None and until <= tap.told:
            tap.late = max(tap.late, until)
        tap.is_final |= tap.is_closed and frames is not None
        tap.counted = frames or tap.counted
        tap.released, tap.told = released, index
        tap.first = index if tap.first is None else tap.first
        self.taps[number] = tap

    def hold(self, index, meeting):
        for who, kind in list(self.held):
            if who not in meeting.present and self.held[who, kind][-1][1]:
                self.held[who, kind].append((index, 0))
        for who, stay in meeting.present.items():
            for kind in range(len(KINDS)):
                held, history = stay.held(kind), self.held.setdefault((who, kind), [(0, 0)])
                if history[-1][1] != held:
                    history.append((index, held))
