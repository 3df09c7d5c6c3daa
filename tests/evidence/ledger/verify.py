"""Verifies the chain of a ledger of format 4: python3 verify.py LEDGER"""

import hashlib
import json
import sys

previous = "0" * 64
with open(sys.argv[1], "rb") as ledger:
    for number, line in enumerate(ledger):
        if not line.endswith(b"\n"):
            print("a torn line, of which nothing is known")
            break
        line = line.removesuffix(b"\n")
        entry = json.loads(line)
        written = json.dumps(entry, separators=(",", ":"), ensure_ascii=False)
        assert written.encode() == line, f"line {number + 1} is not in the one form"
        assert entry["n"] == number and entry["prev"] == previous, f"line {number + 1}"
        if number == 0:
            opened = entry["entry"]
            assert opened["event"] == "opened" and opened["format"] == 4, "not a ledger of format 4"
            instance = bytes.fromhex(opened["instance"])
            assert len(instance) == 16 and any(instance), "no meeting's instance"
        previous = hashlib.sha256(line).hexdigest()
        entries = number + 1
print(f"{entries} entries of {instance.hex()}, head {previous}")
