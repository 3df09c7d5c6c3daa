"""Reads ledgers as schema/ledger.md tells it: python3 read.py

Each line of the input is a case: the ledger in hexadecimal digits, and perhaps a head that was kept apart and a device's key.
Of each it says how far it is vouched for and who had agreed to what, or at which step it is refused, and for which line.
With --plant NAME it has a fault, which whoever compares it with another reader is to find.
"""

import json
import sys

import faults
import rules
from form import Ledger, Refused

if sys.argv[1:2] == ["--plant"]:
    faults.PLANTS[sys.argv[2]]()
for case in sys.stdin:
    case = json.loads(case)
    try:
        ledger = Ledger(bytes.fromhex(case["ledger"]), case.get("head"), case.get("device"))
        said = {"anchored": ledger.anchored, "held": sorted(rules.verify(ledger), key=json.dumps)}
    except Refused as refused:
        said = {"refused": [refused.step, refused.line]}
    except (ArithmeticError, LookupError, TypeError) as error:
        said = {"failed": repr(error)}
    print(json.dumps(said))
