"""Makes seals as src/evidence/seal.rs documents them: one JSON object a line comes in, one seal in hexadecimal digits a line goes out."""

import hashlib
import hmac
import json
import re
import sys

UUID = bytes.fromhex("ad4d781a88da53bcaead3084db63d801")


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


def nal_units(stream: bytes, hevc: bool) -> bytes:
    """Each unit behind one form of start code; those before the picture that have only our tag are left out."""
    before, *units = re.split(b"\0\0\1", stream)
    if before.strip(b"\0") or not units:
        return stream
    canonical, before_picture = b"", True
    for unit in units:
        unit = unit.rstrip(b"\0")
        kind = unit[0] >> 1 & 0x3F if hevc else unit[0] & 0x1F
        before_picture = before_picture and not (kind < 32 if hevc else kind in (1, 2, 3, 4, 5, 14, 20, 21))
        message = re.sub(b"\0\0\3", b"\0\0", unit[2 if hevc else 1 :])
        size = message[1] if len(message) > 1 else 0
        carries = message[:1] == b"\5" and size in (32, 48) and message[2:18] == UUID and message[2 + size :] == b"\x80"
        if not (before_picture and kind == (39 if hevc else 6) and carries):
            canonical += b"\0\0\0\1" + unit
    return canonical


def leb128(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80]) + leb128(number >> 7)


def obus(unit: bytes) -> bytes:
    """Each with its size in as few bytes as that takes; no temporal delimiters, no tag of ours before the frame."""
    canonical, before_frame, rest = b"", True, unit
    while rest:
        header, kind, rest_of_header = rest[0], rest[0] >> 3, 1 + (rest[0] >> 2 & 1)
        extension, rest = rest[1:rest_of_header], rest[rest_of_header:]
        size, shift = 0, 0
        if header & 2:
            while True:
                byte, rest = rest[0], rest[1:]
                size, shift = size | (byte & 0x7F) << shift, shift + 7
                if not byte & 0x80:
                    break
        else:
            size = len(rest)
        content, rest = rest[:size], rest[size:]
        before_frame = before_frame and kind not in (3, 4, 6, 7, 8)
        ours = kind == 5 and content[:17] == b"\x1b" + UUID
        if kind != 2 and not (ours and before_frame):
            canonical += bytes([header | 2]) + extension + leb128(len(content)) + content
    return canonical


CANONICAL = {
    "h264": lambda payload: nal_units(payload, hevc=False),
    "hevc": lambda payload: nal_units(payload, hevc=True),
    "av1": obus,
    "opaque": lambda payload: payload,
}


def seal(secret: bytes, instance: bytes, tag: bytes, subjects: list, payload: bytes, form: str) -> bytes:
    def keyed(label: bytes, message: bytes) -> bytes:
        key = hkdf(secret, b"framegate seal 2", label + tag[6:8] + instance, 64)
        return hmac.digest(key, message, hashlib.sha256)

    message = b"framegate seal 2" + instance + tag + len(subjects).to_bytes(8, "big")
    for who, kinds in subjects:
        message += sized(who) + kinds.to_bytes(2, "big")
    digest = keyed(b"framegate digest 2", CANONICAL[form](payload))
    return keyed(b"framegate stream 2", message + digest)[:16]


if __name__ == "__main__":
    for line in sys.stdin:
        frame = json.loads(line)
        secret, instance, tag, payload = (bytes.fromhex(frame[name]) for name in ("secret", "instance", "tag", "payload"))
        print(seal(secret, instance, tag, frame["subjects"], payload, frame["format"]).hex())
