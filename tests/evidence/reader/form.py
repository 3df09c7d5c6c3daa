"""The lines of a ledger, read as schema/ledger.md says: their one form, and how each follows from the one before."""

import hashlib
import json

import ed25519

LAST_TIME = (2**32 - 1) * 1000 - 1
OUT_OF_RANGE = 2**63 - 1
WALL_END = 253_402_300_800_000_000

KINDS = (
    "AUDIO VIDEO SCREEN CHAT CAPTION REACTION POLL WHITEBOARD NOTE COMMENT CALENDAR FILE TELEMETRY DIAGNOSTIC USAGE UNCLASSIFIED"
).split()
PURPOSES = "RECORD TRANSCRIBE ASSIST TRAIN ANALYTICS REVIEW PUBLISH DERIVE IDENTIFY".split()
OWN = 2 ** len(PURPOSES) - 1
AUTHORITIES = ["participant", "guardian", "host", "administrator", "vendor"]


class Wrong(Exception):
    """A line that cannot be read."""


def need(holds):
    if not holds:
        raise Wrong


# ----------------------------------------------------------------------------------------------------------------------
# What a value may be. Each check raises Wrong, or returns.


def text(value):
    need(isinstance(value, str))


def name(value):
    need(isinstance(value, str) and value)


def recipient(value):
    name(value)
    need(not any(ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 for letter in value))


def truth(value):
    need(isinstance(value, bool))


def true(value):
    need(value is True)


def whole(most, least=0):
    def check(value):
        need(isinstance(value, int) and not isinstance(value, bool) and least <= value <= most)

    return check


def digits(count):
    def check(value):
        need(isinstance(value, str) and len(value) == 2 * count and set(value) <= set("0123456789abcdef"))

    return check


def instance(value):
    digits(16)(value)
    need(value != "0" * 32)


def one_of(*values):
    def check(value):
        need(isinstance(value, str) and value in values)

    return check


def either(*checks):
    def check(value):
        for check in checks:
            try:
                return check(value)
            except Wrong:
                pass
        raise Wrong

    return check


def nothing(value):
    need(value is None)


def attempted_time(value):
    need(value == OUT_OF_RANGE or time(value) is None)


def bits(value, names):
    """The set as a number, or Wrong if that is not how this set is written."""
    need(isinstance(value, str))
    found = 0
    for part in value.split(" | ") if value else []:
        if part in names:
            found |= 1 << names.index(part)
        else:
            need(part.startswith("0x") and set(part[2:]) <= set("0123456789abcdef") and 2 < len(part) < 7)
            found |= int(part, 16)
    need(found < 2**16 and value == written(found, names))
    return found


def written(bits, names):
    parts = [part for bit, part in enumerate(names) if bits >> bit & 1]
    rest = bits >> len(names) << len(names)
    return " | ".join(parts + [f"{rest:#x}"] * (rest != 0))


def kinds(value):
    bits(value, KINDS)


def purposes(value):
    bits(value, PURPOSES)


def pair(value):
    of = bits(value, PURPOSES)
    need(of > OWN and of & (of - 1) == 0)


def several(check_one, least=0):
    def check(value):
        need(isinstance(value, list) and len(value) >= least)
        for one in value:
            check_one(one)

    return check


def record(**fields):
    """An object of these fields in this order. One whose name ends in an underscore may be left out."""

    def check(value):
        need(isinstance(value, dict))
        order = []
        for field, check_one in fields.items():
            name = field.rstrip("_")
            if name in value:
                order.append(name)
                check_one(value[name])
            else:
                need(field.endswith("_"))
        need(list(value) == order)

    return check


time = whole(LAST_TIME)
count = whole(2**64 - 1)
number = whole(2**16 - 2)
digest = digits(32)
scope = record(kinds=kinds, purposes=purposes)
signature = record(instance=instance, meeting=text, challenge=digest, signature=digits(64))
method = one_of("clicked", "typed", "spoken", "signed")
by_anybody = one_of(*AUTHORITIES)
by_restrainer = one_of("host", "administrator", "vendor")
anybody = either(name, nothing)


def grant(of_time):
    return record(notice=digest, scope=scope, method=method, at_=of_time, until_=of_time, signed_=signature)


ENTRIES = {
    "opened": dict(format=whole(4, 4), instance=instance, meeting=name, started=whole(WALL_END - 1, 1), participants=whole(2**16 - 1, 1)),
    "resumed": dict(torn=truth),
    "joined": dict(who=name, guardian_=name, key_=digest),
    "left": dict(who=name),
    "shown": dict(notice=record(digest=digest, version=text, language=text, controller=text, scope=scope)),
    "superseded": dict(notice=digest),
    "granted": dict(who=name, by=one_of("participant", "guardian"), grant=grant(time)),
    "refused": dict(
        who=anybody,
        by=by_anybody,
        grant=grant(attempted_time),
        why=one_of(
            "overreach", "agreed_earlier", "unsigned", "keyless", "foreign_meeting", "replayed", "wrong_signature"
        ),
    ),
    "withdrew": dict(who=name, by=by_anybody, scope=scope),
    "restricted": dict(who=anybody, by=by_restrainer, scope=scope),
    "lifted": dict(who=anybody, by=by_restrainer, scope=scope),
    "expired": dict(who=name, scopes=several(scope, least=1)),
    "named": dict(purpose=one_of(*PURPOSES), recipient=recipient, pair=pair),
    "stream_opened": dict(stream=number, kind=one_of(*(kind.lower() for kind in KINDS)), owner_=name, alone_=true),
    "outlet_opened": dict(outlet=number, name=name, recipient_=recipient, purposes=purposes, blanks=kinds),
    "settled": dict(
        narrowing=count,
        taps=several(
            record(
                tap=whole(2**32 - 1), stream=number, outlet=number, released=count, last_=time, is_releasing=truth, is_closed_=true
            )
        ),
    ),
    "counted": dict(
        taps=several(
            record(
                stream=number,
                outlet=number,
                frames=record(seen=count, whole=count, redacted=count, blanked=count, dropped=count),
            )
        )
    ),
    "signed": dict(device=digest, signature=digits(64)),
    "ended": {},
}
CHECKS = {event: record(event=one_of(event), **fields) for event, fields in ENTRIES.items()}
WITH_WALL = {"resumed", "withdrew", "restricted", "signed"}


def entry(value):
    need(isinstance(value, dict) and isinstance(value.get("event"), str) and value["event"] in CHECKS)
    CHECKS[value["event"]](value)
    need("alone" not in value or "owner" in value)


LINE = record(n=count, prev=digest, at=time, wall_=whole(WALL_END - 1), entry=entry)
BESIDE = record(wall=whole(WALL_END - 1), head=record(instance=instance, entries=count, hash=digest), entry=entry)


def no_number(_):
    raise Wrong


def is_written_so(value, line):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8") == line


def parsed(line, check):
    """What a line says, if it is one by this check and in the one form."""
    try:
        value = json.loads(line.decode("utf-8"), parse_float=no_number, parse_constant=no_number)
        check(value)
        need(is_written_so(value, line))
    except (ValueError, RecursionError):
        raise Wrong from None
    return value


def read_line(line):
    value = parsed(line, LINE)
    need("wall" not in value or value["entry"]["event"] in WITH_WALL)
    return value


def read_beside(line):
    value = parsed(line, BESIDE)
    need(value["entry"]["event"] in ("withdrew", "restricted"))
    return value


class Refused(Exception):
    """Why a ledger is no evidence: which step, and the line from 1."""

    def __init__(self, step, line):
        super().__init__(f"line {line}: {step}")
        self.step, self.line = step, line


def head_message(instance, entries, last):
    return b"framegate head 2" + bytes.fromhex(instance) + entries.to_bytes(8, "big") + last


class Ledger:
    """The lines of a ledger, each of which follows from the one before."""

    def __init__(self, data, head=None, device=None):
        *whole_lines, rest = data.split(b"\n")
        self.lines, self.hashes = [], []
        self.torn = bool(rest)
        self.anchored = 0
        self.instance = None
        for line in whole_lines:
            try:
                self.take(line, device)
            except Wrong:
                raise Refused("read", len(self.lines) + 1) from None
            if head and head == self.head():
                self.anchored = len(self.lines)
        if head:
            if self.lines and head["instance"] != self.instance:
                raise Refused("read", 1)
            is_start = head["entries"] == 0 and head["hash"] == "0" * 64
            if not is_start and not (self.anchored and self.has(head)):
                raise Refused("read", head["entries"])

    def has(self, head):
        entries = head["entries"]
        return 0 < entries <= len(self.hashes) and self.hashes[entries - 1].hex() == head["hash"]

    def last_hash(self):
        return self.hashes[-1] if self.hashes else bytes(32)

    def head(self):
        return {"instance": self.instance, "entries": len(self.lines), "hash": self.last_hash().hex()}

    def take(self, line, device):
        value = read_line(line)
        entry = value["entry"]
        need(value["n"] == len(self.lines) and value["prev"] == self.last_hash().hex())
        need(not self.lines or value["at"] >= self.lines[-1]["at"])
        need((entry["event"] == "opened") == (not self.lines))
        if entry["event"] == "opened":
            self.instance = entry["instance"]
        if entry["event"] == "signed":
            message = head_message(self.instance, len(self.lines), self.last_hash())
            need(ed25519.holds(bytes.fromhex(entry["device"]), message, bytes.fromhex(entry["signature"])))
            if device == entry["device"]:
                self.anchored = len(self.lines)
        self.lines.append(value)
        self.hashes.append(hashlib.sha256(line).digest())
