"""Ed25519 as RFC 8032 has it, without a cofactor: what is signed by no key but one, and by a key that is none of the weak ones."""

import functools
import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
ZERO = (0, 1, 1, 0)


def add(one, other):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = 2 * t1 * t2 * D % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = ZERO
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def same(one, other):
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


def point(octets):
    """The point that 32 bytes stand for, or none."""
    number = int.from_bytes(octets, "little")
    sign, y = number >> 255, number % 2**255 % P
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    if x & 1 != sign:
        x = -x % P
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_weak(of):
    return same(times(8, of), ZERO)


@functools.lru_cache(maxsize=None)
def is_key(key):
    of = point(key)
    return of is not None and not is_weak(of)


@functools.lru_cache(maxsize=None)
def holds(key, message, signature):
    """Whether a signature is this key's over this message."""
    first, second = signature[:32], int.from_bytes(signature[32:], "little")
    of, begun = point(key), point(first)
    if of is None or begun is None or is_weak(of) or is_weak(begun) or second >= L:
        return False
    number = int.from_bytes(hashlib.sha512(first + key + message).digest(), "little") % L
    return same(times(second, BASE), add(begun, times(number, of)))
