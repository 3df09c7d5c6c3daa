"""Makes seals as src/seal.rs documents them: one JSON object a line comes in, one seal in hexadecimal digits a line goes out."""

import hashlib
import hmac
import json
import sys


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869."""
    key = hmac.digest(salt, secret, hashlib.sha256)
    output, block = b"", b""
    while len(output) < length:
        block = hmac.digest(key, block + info + bytes([len(output) // 32 + 1]), hashlib.sha256)
        output += block
    return output[:length]


def sized(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(8, "big") + encoded


for line in sys.stdin:
    frame = json.loads(line)
    tag, payload = bytes.fromhex(frame["tag"]), bytes.fromhex(frame["payload"])
    info = b"framegate stream 1" + tag[6:8] + frame["meeting"].encode()
    key = hkdf(bytes.fromhex(frame["secret"]), b"framegate seal 1", info, 64)
    message = b"framegate seal 1" + sized(frame["meeting"]) + tag + len(frame["subjects"]).to_bytes(8, "big")
    for who, kinds in frame["subjects"]:
        message += sized(who) + kinds.to_bytes(2, "big")
    print(hmac.digest(key, message + payload, hashlib.sha256)[:16].hex())
