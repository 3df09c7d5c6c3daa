"""Agrees to something by signing it, with OpenSSL: python3 sign.py FOLDER

Makes a key in FOLDER the first time, and signs FOLDER/request.json if it is there, over the challenge that FOLDER/ledger.jsonl gives.
"""

import hashlib
import json
import pathlib
import struct
import subprocess
import sys

folder = pathlib.Path(sys.argv[1])
secret = folder / "secret.pem"
if not secret.exists():
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", secret], check=True)
    public = ["openssl", "pkey", "-in", secret, "-pubout", "-outform", "DER"]
    (folder / "public").write_bytes(subprocess.run(public, check=True, capture_output=True).stdout[-32:])

request = folder / "request.json"
if request.exists():
    grant = json.loads(request.read_text("utf-8"))
    participant = grant["participant"].encode()
    for line in (folder / "ledger.jsonl").read_bytes().splitlines():
        entry = json.loads(line)["entry"]
        renews = entry["event"] in ("joined", "withdrew") and entry["who"] == grant["participant"]
        if renews or entry["event"] == "resumed" and entry["torn"]:
            renewing = hashlib.sha256(line).digest()
    challenge = hashlib.sha256(b"framegate challenge 1" + renewing + participant).digest()
    (folder / "challenge").write_bytes(challenge)
    fields = [
        b"framegate grant 2",
        bytes.fromhex(grant["instance"]),
        grant["meeting"].encode(),
        participant,
        bytes.fromhex(grant["notice"]),
        struct.pack(">H", grant["kinds"]),
        struct.pack(">H", grant["purposes"]),
        "".join(name + "\n" for name in grant["recipients"]).encode(),
        grant["method"].encode(),
        struct.pack(">q", grant["at"]),
        struct.pack(">q", grant["until"]),
        challenge,
    ]
    message = folder / "message"
    message.write_bytes(b"".join(struct.pack(">I", len(field)) + field for field in fields))
    sign = ["openssl", "pkeyutl", "-sign", "-inkey", secret, "-rawin", "-in", message, "-out", folder / "signature"]
    subprocess.run(sign, check=True)
