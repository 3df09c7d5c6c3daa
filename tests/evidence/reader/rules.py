"""Whether the lines of a ledger can have been written, and who had agreed to what, when: as schema/ledger.md says."""

import hashlib

import ed25519
from form import KINDS, OUT_OF_RANGE, OWN, PURPOSES, Refused, bits, written
from lives import Lives

NEVER = 2**32 - 1
ALL = 2**16 - 1
IDENTIFY = 1 << PURPOSES.index("IDENTIFY")


class Impossible(Exception):
    """A line that cannot have been written there."""


class NotGranted(Impossible):
    """Why an agreement is refused, by the names that `refused` has."""


def need(holds):
    if not holds:
        raise Impossible


def floor(micros):
    return micros // 1000


def ceil(micros):
    return -(-micros // 1000)


def scope_of(value):
    return bits(value["kinds"], KINDS), bits(value["purposes"], PURPOSES)


def each(of):
    return [bit for bit in range(16) if of >> bit & 1]


class Consent:
    """One person's, to one kind for one purpose, in one stay."""

    __slots__ = ("since", "until", "restricted", "refused", "grants")

    def __init__(self):
        self.since, self.until = NEVER, 0
        self.restricted, self.refused = frozenset(), False
        self.grants = []

    def is_held(self):
        return not self.restricted and not self.refused and self.since < self.until

    def granted(self, at, notice, until):
        until = NEVER if until is None else floor(until)
        if floor(at) < self.until:
            self.until = max(self.until, until)
        else:
            self.since, self.until = ceil(at), until
        self.grants.append((notice, ceil(at), until))

    def close(self):
        self.since, self.until = NEVER, 0

    def withdrew(self):
        self.close()
        self.grants = []

    def lifted(self, by, at):
        if self.restricted == {by}:
            self.since = max(self.since, ceil(at))
        self.restricted -= {by}

    def superseded(self, at, notice):
        rest = [grant for grant in self.grants if grant[0] != notice]
        if len(rest) == len(self.grants):
            return
        self.grants = rest
        if self.until <= floor(at):
            return
        others = [(since, until) for _, since, until in rest if since < until and floor(at) < until]
        if not others:
            self.close()
            return
        begun = min(since for since, _ in others)
        if floor(at) < begun:
            self.since = begun
        self.until = max(until for _, until in others)

    def has_ended(self, at):
        return 0 < self.until < NEVER and self.until <= floor(at)


class Stay:
    def __init__(self, number, entry, at, restrictions):
        self.number = number
        self.who = entry["who"]
        self.guardian, self.key = entry.get("guardian"), entry.get("key")
        self.agrees = "guardian" if self.guardian else "participant"
        self.joined = at
        self.challenge = None
        self.withdrawals = []
        self.consents = [[Consent() for _ in range(16)] for _ in range(16)]
        for by, whom, kind, purpose in restrictions:
            if whom in (None, self.who):
                self.consents[kind][purpose].restricted |= {(by, whom is None)}

    def cells(self, scope):
        kinds, purposes = scope
        for kind in each(kinds):
            of_kind = self.consents[kind]
            for purpose in each(purposes):
                yield of_kind[purpose]

    def withdraw(self, at, by, scope):
        self.withdrawals.append((scope, at))
        for consent in self.cells(scope):
            consent.refused |= self.guardian is not None and by == "participant"
            consent.withdrew()

    def held(self, kind):
        return sum(1 << purpose for purpose, consent in enumerate(self.consents[kind]) if consent.is_held())

    def expired(self, at):
        """What has come to its end and was not noted, as `expired` says it."""
        scopes = []
        for kind, of_kind in enumerate(self.consents):
            purposes = sum(1 << purpose for purpose, consent in enumerate(of_kind) if consent.has_ended(at))
            if purposes:
                scopes.append({"kinds": written(1 << kind, KINDS), "purposes": written(purposes, PURPOSES)})
        return scopes


class Meeting:
    """What the lines so far come to."""

    def __init__(self, opened):
        self.instance, self.id, self.room = opened["instance"], opened["meeting"], opened["participants"]
        self.present = {}
        self.stays = {}
        self.keys, self.guardians = {}, {}
        self.notices = {}
        self.restrictions = set()
        self.pairs = []
        self.streams = self.outlets = 0
        self.resumed = []
        self.has_ended = False

    # Whether a line may be.

    def may(self, at, entry):
        event = entry["event"]
        if event in ("withdrew", "restricted", "lifted"):
            need(all(scope_of(entry["scope"])))
        if self.has_ended:
            need(event in ("withdrew", "restricted", "resumed", "settled", "signed"))
        may = getattr(self, "may_" + event, None)
        if may:
            may(at, entry)

    def may_joined(self, at, entry):
        who, guardian, key = entry["who"], entry.get("guardian"), entry.get("key")
        need(who not in self.present and guardian != who and len(self.present) < self.room)
        need(key is None or ed25519.is_key(bytes.fromhex(key)))
        need(self.keys.get(who, key) == key and self.guardians.get(who, guardian) == guardian)

    def may_left(self, at, entry):
        need(entry["who"] in self.present)

    def may_expired(self, at, entry):
        need(entry["who"] in self.present)
        need(self.present[entry["who"]].expired(at) == entry["scopes"])

    def may_withdrew(self, at, entry):
        need(entry["who"] in self.stays)

    def may_restricted(self, at, entry):
        need(entry["who"] is None or entry["who"] in self.stays)

    def may_lifted(self, at, entry):
        need(entry["who"] is None or entry["who"] in self.present)

    def may_shown(self, at, entry):
        notice = entry["notice"]
        need(all(self.named(scope_of(notice["scope"]))))
        shown = self.notices.get(notice["digest"])
        need(shown is None or (shown["notice"] == notice and not shown["superseded"]))

    def may_superseded(self, at, entry):
        shown = self.notices.get(entry["notice"])
        need(shown and not shown["superseded"])

    def may_named(self, at, entry):
        need((entry["purpose"], entry["recipient"]) not in self.pairs and len(self.pairs) < 7)
        need(bits(entry["pair"], PURPOSES) == 1 << 9 + len(self.pairs))

    def may_stream_opened(self, at, entry):
        need(entry["stream"] == self.streams)
        need("owner" not in entry or entry["owner"] in self.present)

    def may_outlet_opened(self, at, entry):
        purposes, recipient = bits(entry["purposes"], PURPOSES), entry.get("recipient")
        theirs = OWN
        if recipient is not None:
            theirs = sum(1 << 9 + index for index, (_, name) in enumerate(self.pairs) if name == recipient)
        need(entry["outlet"] == self.outlets and purposes and purposes & ~theirs == 0)

    def may_granted(self, at, entry):
        self.may_agree(at, entry["who"], entry["by"], entry["grant"])

    def may_refused(self, at, entry):
        if entry["who"] is None:
            need(entry["by"] not in ("participant", "guardian") and entry["why"] == "overreach")
            return
        try:
            self.may_agree(at, entry["who"], entry["by"], entry["grant"])
        except NotGranted as why:
            need(str(why) == entry["why"])
            return
        raise Impossible

    def may_agree(self, at, who, by, grant):
        need(who in self.present)
        stay = self.present[who]
        if by != stay.agrees:
            raise NotGranted("overreach")
        shown = self.notices.get(grant["notice"])
        need(shown and not shown["superseded"])
        kinds, purposes = scope_of(grant["scope"])
        scope = self.named((kinds, purposes))
        need(all(scope))
        of_kinds, of_purposes = scope_of(shown["notice"]["scope"])
        need(kinds & ~of_kinds == 0 and purposes & ~of_purposes == 0)
        need(scope[1] & ~shown["describes"] == 0)
        need(grant["method"] != "clicked" or not self.identifies(scope[1]))
        agreed, until = grant.get("at"), grant.get("until")
        need(until is None or at < until < OUT_OF_RANGE)
        need(agreed is None or agreed <= at)
        if agreed is not None and agreed < at:
            withdrawn = [
                when for (kinds, purposes), when in stay.withdrawals if kinds & scope[0] and purposes & scope[1]
            ]
            begun = self.latest(max(shown["at"], stay.joined), at)
            if agreed < begun or any(agreed <= self.latest(when, at) for when in withdrawn):
                raise NotGranted("agreed_earlier")
        self.may_sign(stay, grant)

    def may_sign(self, stay, grant):
        signed = grant.get("signed")
        if stay.key is None:
            if signed:
                raise NotGranted("keyless")
            if grant["method"] == "signed":
                raise NotGranted("unsigned")
            return
        if not signed:
            raise NotGranted("unsigned")
        if signed["instance"] != self.instance or signed["meeting"] != self.id:
            raise NotGranted("foreign_meeting")
        if bytes.fromhex(signed["challenge"]) != stay.challenge:
            raise NotGranted("replayed")
        message = self.message(stay, grant)
        if not ed25519.holds(bytes.fromhex(stay.key), message, bytes.fromhex(signed["signature"])):
            raise NotGranted("wrong_signature")

    def message(self, stay, grant):
        kinds, purposes = scope_of(grant["scope"])
        names = [
            f"{purpose}@{recipient}\n"
            for index, (purpose, recipient) in enumerate(self.pairs)
            if purposes >> 9 + index & 1
        ]
        times = [b"" if time is None else time.to_bytes(8, "big") for time in (grant.get("at"), grant.get("until"))]
        fields = [
            b"framegate grant 2",
            bytes.fromhex(self.instance),
            self.id.encode(),
            stay.who.encode(),
            bytes.fromhex(grant["notice"]),
            kinds.to_bytes(2, "big"),
            purposes.to_bytes(2, "big"),
            "".join(names).encode(),
            grant["method"].encode(),
            *times,
            stay.challenge,
        ]
        return b"".join(len(field).to_bytes(4, "big") + field for field in fields)

    def named(self, scope):
        """What of a scope has a name by now."""
        return scope[0], scope[1] & (OWN | sum(1 << 9 + index for index in range(len(self.pairs))))

    def identifies(self, purposes):
        pairs = [1 << 9 + index for index, (purpose, _) in enumerate(self.pairs) if purpose == "IDENTIFY"]
        return any(purposes & bit for bit in [IDENTIFY, *pairs])

    def latest(self, time, now):
        """When something of a time happened at the latest: a meeting that goes on has the last time of its ledger until a line has another."""
        later = [following for stood, following in self.resumed if stood == time]
        if not later:
            return time
        return now if later[-1] is None else later[-1]

    # What a line changes.

    def apply(self, at, entry, line_hash):
        for stood in self.resumed:
            if stood[1] is None and stood[0] < at:
                stood[1] = at
        event = entry["event"]
        if event == "joined":
            who = entry["who"]
            self.stays[who] = self.stays.get(who, 0) + 1
            self.present[who] = Stay(self.stays[who], entry, at, self.restrictions)
            if "key" in entry:
                self.keys[who] = entry["key"]
            if "guardian" in entry:
                self.guardians[who] = entry["guardian"]
        elif event == "left":
            del self.present[entry["who"]]
        elif event == "shown":
            notice = entry["notice"]
            describes = self.named(scope_of(notice["scope"]))[1]
            shown = {"notice": notice, "describes": describes, "at": at, "superseded": False}
            self.notices.setdefault(notice["digest"], shown)
        elif event == "superseded":
            self.notices[entry["notice"]]["superseded"] = True
            for stay in self.present.values():
                for consent in stay.cells((ALL, ALL)):
                    consent.superseded(at, entry["notice"])
        elif event == "granted":
            grant = entry["grant"]
            for consent in self.present[entry["who"]].cells(self.named(scope_of(grant["scope"]))):
                consent.granted(at, grant["notice"], grant.get("until"))
        elif event == "withdrew":
            if entry["who"] in self.present:
                self.present[entry["who"]].withdraw(at, entry["by"], scope_of(entry["scope"]))
        elif event in ("restricted", "lifted"):
            self.restrict(at, entry)
        elif event == "expired":
            stay = self.present[entry["who"]]
            for scope in entry["scopes"]:
                for consent in stay.cells(scope_of(scope)):
                    if consent.until <= floor(at):
                        consent.close()
        elif event == "named":
            self.pairs.append((entry["purpose"], entry["recipient"]))
        elif event == "stream_opened":
            self.streams += 1
        elif event == "outlet_opened":
            self.outlets += 1
        elif event == "resumed":
            self.resumed.append([at, None])
            if entry["torn"]:
                for stay in self.present.values():
                    stay.withdraw(at, stay.agrees, (ALL, ALL))
        elif event == "ended":
            self.has_ended = True
            self.present = {}
        self.renew(entry, line_hash)

    def restrict(self, at, entry):
        by, whom, scope = entry["by"], entry["who"], scope_of(entry["scope"])
        restricts = entry["event"] == "restricted"
        cells = {(by, whom, kind, purpose) for kind in each(scope[0]) for purpose in each(scope[1])}
        if restricts:
            self.restrictions |= cells
        else:
            self.restrictions -= cells
        for stay in self.present.values():
            if whom in (None, stay.who):
                for consent in stay.cells(scope):
                    if restricts:
                        consent.restricted |= {(by, whom is None)}
                    else:
                        consent.lifted((by, whom is None), at)

    def renew(self, entry, line_hash):
        event = entry["event"]
        if event == "resumed" and entry["torn"]:
            stays = list(self.present.values())
        elif event in ("joined", "withdrew"):
            stays = [stay for who, stay in self.present.items() if who == entry["who"]]
        else:
            return
        for stay in stays:
            stay.challenge = hashlib.sha256(b"framegate challenge 1" + line_hash + stay.who.encode()).digest()


class History:
    """Who had agreed to what, from when to when."""

    def __init__(self):
        self.open = {}
        self.intervals = []
        self.is_past = False

    def note(self, meeting, line):
        at, entry = line["at"], line["entry"]
        event = entry["event"]
        if event == "resumed":
            self.is_past = "wall" in line
        if event not in CHANGES:
            return
        now = {}
        for who, stay in meeting.present.items():
            for kind, of_kind in enumerate(stay.consents):
                for purpose, consent in enumerate(of_kind):
                    if consent.is_held():
                        now[who, kind, purpose] = stay.number, consent.since, consent.until
        for cell, (stay, since, until) in list(self.open.items()):
            if cell not in now or now[cell][:2] != (stay, since):
                self.close(cell, at, event)
        for cell, interval in now.items():
            if cell not in self.open or event in ("granted", "superseded"):
                self.open[cell] = interval

    def close(self, cell, at, event):
        stay, since, until = self.open.pop(cell)
        ended = "expired"
        if floor(at) < until:
            ended = ENDINGS.get(event, "withdrawn")
            # Until the crash it held.
            if ended != "torn" and not self.is_past:
                until = min(until, floor(at) + 1)
        self.intervals.append((cell, stay, since, until, ended))

    def finish(self, lines, torn):
        for cell, (stay, since, until) in self.open.items():
            ended = None
            if until <= floor(lines[-1]["at"]):
                ended = "expired"
            elif torn:
                ended = "torn"
            self.intervals.append((cell, stay, since, until, ended))
        self.open = {}


CHANGES = {"joined", "left", "superseded", "granted", "withdrew", "restricted", "lifted", "expired", "resumed", "ended"}
ENDINGS = {
    "superseded": "superseded",
    "restricted": "restricted",
    "left": "left",
    "resumed": "torn",
    "ended": "meeting_ended",
}


def verify(ledger):
    """Judges every line, and gives who had agreed to what: who, stay, kind, purpose, since, until, how it ended."""
    if not ledger.lines:
        raise Refused("verify", 1)
    meeting, lives, history = Meeting(ledger.lines[0]["entry"]), Lives(), History()
    for index, line in enumerate(ledger.lines):
        try:
            meeting.may(line["at"], line["entry"])
            need(lives.may(line, meeting))
        except Impossible:
            raise Refused("verify", index + 1) from None
        meeting.apply(line["at"], line["entry"], ledger.hashes[index])
        lives.apply(index, line, meeting)
        history.note(meeting, line)
    history.finish(ledger.lines, ledger.torn)
    names = PURPOSES + [f"{purpose}@{recipient}" for purpose, recipient in meeting.pairs]
    return [
        [who, stay, KINDS[kind].lower(), names[purpose], since, None if until == NEVER else until, ended]
        for (who, kind, purpose), stay, since, until, ended in history.intervals
        if since < until
    ]
