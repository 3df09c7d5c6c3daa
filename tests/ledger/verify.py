"""Verifies the chain of a ledger: python3 verify.py LEDGER"""

import hashlib
import json
import sys

previous = "0" * 64
with open(sys.argv[1], "rb") as ledger:
    for number, line in enumerate(ledger):
        entry = json.loads(line)
        assert entry["n"] == number and entry["prev"] == previous, f"line {number + 1}"
        previous = hashlib.sha256(line.removesuffix(b"\n")).hexdigest()
print(f"{number + 1} entries, head {previous}")
