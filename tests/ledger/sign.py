"""Agrees to something by signing it, with OpenSSL: python3 sign.py FOLDER

Makes a key in FOLDER the first time, and signs FOLDER/request.json if it is there.
"""

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
    fields = [
        b"framegate grant 1",
        grant["meeting"].encode(),
        grant["participant"].encode(),
        bytes.fromhex(grant["notice"]),
        struct.pack(">H", grant["kinds"]),
        struct.pack(">H", grant["purposes"]),
        "".join(name + "\n" for name in grant["recipients"]).encode(),
        grant["method"].encode(),
        struct.pack(">q", grant["at"]),
        struct.pack(">q", grant["until"]),
        bytes.fromhex(grant["challenge"]),
    ]
    message = folder / "message"
    message.write_bytes(b"".join(struct.pack(">I", len(field)) + field for field in fields))
    sign = ["openssl", "pkeyutl", "-sign", "-inkey", secret, "-rawin", "-in", message, "-out", folder / "signature"]
    subprocess.run(sign, check=True)
