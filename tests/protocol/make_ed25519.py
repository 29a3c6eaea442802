"""Writes `ed25519.json`, signatures on the edge: run only when CRY1 or CRY2 of SPEC.md changes.

What libraries disagree about (Chalkias, Garillot, Nikolaenko: "Taming the many EdDSAs", 2020), made here from the
curve's equations and not with any of them: small order, torsion, S of L and above, points spelled otherwise, a 0 with a
sign. A row refused for a check, and not for the equation, would be taken without the check that its `why` names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int]
ZERO: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    product = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, P) % P
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P) % P
    return x, y


def times(number: int, point: Point) -> Point:
    total = ZERO
    for bit in bin(number)[2:]:
        total = add(total, total)
        if bit == "1":
            total = add(total, point)
    return total


def minus(point: Point) -> Point:
    return -point[0] % P, point[1]


def x_of(y: int) -> int | None:
    """The even x of a y, None where there is none on the curve."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    if (root * root - square) % P:
        root = root * SQRT_M1 % P
    if (root * root - square) % P:
        return None
    return root if root % 2 == 0 else P - root


def spell(point: Point, *, sign: int | None = None, above: bool = False) -> bytes:
    """A point as 32 bytes; with another sign bit than its own, or with y + p."""
    y = point[1] + (P if above else 0)
    assert y < 2**255
    return (y | (point[0] % 2 if sign is None else sign) << 255).to_bytes(32, "little")


BASE: Point = (P - (x_of(4 * pow(5, -1, P) % P) or 0), 4 * pow(5, -1, P) % P)
if BASE[0] % 2:
    BASE = minus(BASE)


def torsion() -> list[Point]:
    """The eight points whose order divides 8, as multiples of one of order 8."""
    y = 2
    while True:
        x = x_of(y)
        if x is not None:
            point = times(L, (x, y))
            if times(4, point) != ZERO:
                return [times(index, point) for index in range(8)]
        y += 1


SMALL = torsion()
NAMES = ["order 1", "order 8", "order 4", "order 8", "order 2", "order 8", "order 4", "order 8"]


def full_hash(r: bytes, a: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(r + a + message).digest(), "little")


def honest(seed: int) -> tuple[int, bytes]:
    """A secret scalar and its key."""
    half = bytearray(hashlib.sha512(seed.to_bytes(32, "little")).digest()[:32])
    half[0] &= 248
    half[31] = half[31] & 127 | 64
    secret = int.from_bytes(half, "little")
    return secret % L, spell(times(secret % L, BASE))


def solve(
    key: bytes, secret: int, r: bytes, nonce: int, wanted: Callable[[int], bool], title: str
) -> tuple[bytes, bytes]:
    """A message for which the full hash is as wanted, and S = nonce + k secret."""
    for count in range(4000):
        message = f"{title} {count}".encode()
        k = full_hash(r, key, message)
        if wanted(k):
            return r + ((nonce + k * secret) % L).to_bytes(32, "little"), message
    raise AssertionError(f"no message for {title}")


def any_k(_: int) -> bool:
    return True


def balanced(part_of_r: int, part_of_key: int) -> Callable[[int], bool]:
    """The torsion parts (multiples of the point of order 8) of R + k A cancel, k modulo L."""
    return lambda k: (part_of_r + k % L * part_of_key) % 8 == 0


def unbalanced(part_of_r: int, part_of_key: int) -> Callable[[int], bool]:
    return lambda k: (part_of_r + k % L * part_of_key) % 8 != 0


CHECKS = {
    "A and R of small order",
    "A is not in its one spelling",
    "A of small order",
    "R is not in its one spelling",
    "R of small order",
    "S is not below L",
}
Row = tuple[str, bytes, bytes, bytes, bool, str]


def rows() -> Iterator[Row]:
    a, key = honest(1)
    clean = times(a, BASE)
    nonce = 12345678901234567890123456789
    r_point = times(nonce, BASE)
    r = spell(r_point)

    def row(title: str, signed: tuple[bytes, bytes], of: bytes, genuine: bool, why: str) -> Row:
        return title, of, signed[0], signed[1], genuine, why

    plain = solve(key, a, r, nonce, any_k, "plain")
    yield row("as everybody signs", plain, key, True, "the equation holds")
    yield "another message", key, plain[0], plain[1] + b".", False, "the equation does not hold"
    yield "another key", honest(2)[1], *plain, False, "the equation does not hold"
    minus_r = spell(minus(r_point))
    yield "R with the other sign", key, minus_r + plain[0][32:], plain[1], False, "the equation does not hold"
    yield "A with the other sign", spell(minus(clean)), *plain, False, "the equation does not hold"
    s = int.from_bytes(plain[0][32:], "little")
    for factor in (1, 2, 7, 8, 14):
        high = (s + factor * L).to_bytes(32, "little")
        yield f"S + {factor} L", key, plain[0][:32] + high, plain[1], False, "S is not below L"
    for index, small in enumerate(SMALL):
        name, of = f"{NAMES[index]}, number {index}", spell(small)
        signed = solve(of, 0, r, nonce, balanced(0, index), f"A {index}")
        yield row(f"A of {name}", signed, of, False, "A of small order")
        # Only a part of small order in A can take away another R than 0.
        target = spell(add(clean, SMALL[1])) if index else key
        signed = solve(target, a, of, 0, balanced(index, 1 if index else 0), f"R {index}")
        yield row(f"R of {name}", signed, target, False, "R of small order")
        signed = solve(of, 0, spell(SMALL[-index % 8]), 0, balanced(-index % 8, index), f"A and R {index}")
        yield row(f"A of {name}, R as well, S = 0", signed, of, False, "A and R of small order")

    yield from spelled_otherwise(a, nonce, r)
    yield from with_torsion(a, clean, key, nonce, r_point)

    y = next(y for y in range(2, 100) if x_of(y) is None)
    off = y.to_bytes(32, "little")
    yield "A is not on the curve", off, r + bytes(32), b"", False, "A is no point"
    yield "R is not on the curve", key, off + plain[0][32:], plain[1], False, "R is no point"


def spelled_otherwise(a: int, nonce: int, r: bytes) -> Iterator[Row]:
    """What decodes to points of which the signer knows the logarithm, though it is not how they are written."""
    key = honest(1)[1]
    wrong: dict[str, tuple[bytes, int]] = {
        "1 + p": (spell(ZERO, above=True), 0),
        "1 + p with a sign": (spell(ZERO, sign=1, above=True), 0),
        "1 with a sign, x = 0": (spell(ZERO, sign=1), 0),
        "-1 with a sign, x = 0": (spell(SMALL[4], sign=1), 4),
    }
    for index in (2, 6):
        wrong[f"0 + p, number {index}"] = (spell(SMALL[index], above=True), index)
    for name, (of, index) in wrong.items():
        signed = solve(of, 0, r, nonce, balanced(0, index), f"A {name}")
        yield f"A is {name}", of, *signed, False, "A is not in its one spelling"
        if index == 0:
            signed = solve(key, a, of, 0, any_k, f"R {name}")
            yield f"R is {name}", key, *signed, False, "R is not in its one spelling"


def with_torsion(a: int, clean: Point, key: bytes, nonce: int, r_point: Point) -> Iterator[Row]:
    """Keys and R with a part of small order that are not of small order themselves [CRY2]."""
    r = spell(r_point)
    for part in (1, 2, 4):
        dirty = spell(add(clean, SMALL[part]))
        dirty_r = spell(add(r_point, SMALL[part]))
        order = 8 // part
        signed = solve(dirty, a, r, nonce, balanced(0, part), f"A + {part}, whole")
        yield f"A with a part of order {order}, which k takes away", dirty, *signed, True, "the equation holds"
        signed = solve(dirty, a, r, nonce, unbalanced(0, part), f"A + {part}, not")
        yield f"A with a part of order {order}", dirty, *signed, False, "holds only with the cofactor"
        signed = solve(key, a, dirty_r, nonce, any_k, f"R + {part}")
        yield f"R with a part of order {order}", key, *signed, False, "holds only with the cofactor"
        signed = solve(dirty, a, dirty_r, nonce, balanced(part, part), f"A, R + {part}, whole")
        yield f"A and R with parts of order {order} that cancel", dirty, *signed, True, "the equation holds"
        signed = solve(dirty, a, dirty_r, nonce, unbalanced(part, part), f"A, R + {part}, not")
        yield f"A and R with parts of order {order} that do not", dirty, *signed, False, "holds only with the cofactor"
    dirty = spell(add(clean, SMALL[1]))
    signed = solve(dirty, a, r, nonce, lambda k: k % L % 8 == 0 and k % 8 != 0, "k below L")
    yield "k modulo L takes the part of A away, k does not", dirty, *signed, True, "k is taken modulo L"
    signed = solve(dirty, a, r, nonce, lambda k: k % L % 8 != 0 and k % 8 == 0, "k as it is")
    yield "k takes the part of A away, k modulo L does not", dirty, *signed, False, "k is taken modulo L"


def holds(key: bytes, signature: bytes, message: bytes) -> bool:
    """The equation without any check, reading points as leniently as can be."""
    points = []
    for data in (key, signature[:32]):
        number = int.from_bytes(data, "little")
        y = number % 2**255 % P
        x = x_of(y)
        if x is None:
            return False
        points.append((P - x if number >> 255 and x else x, y))
    k = full_hash(signature[:32], key, message) % L
    s = int.from_bytes(signature[32:], "little")
    return times(s, BASE) == add(points[1], times(k, points[0]))


def main() -> None:
    assert times(L, BASE) == ZERO
    made: list[dict[str, Any]] = []
    for title, key, signature, message, genuine, why in rows():
        # What is refused for a check, and not for the equation, must solve the equation: or the row would test nothing.
        assert holds(key, signature, message) == (genuine or why in CHECKS), title
        made.append(
            {
                "title": title,
                "key": key.hex(),
                "signature": signature.hex(),
                "message": message.hex(),
                "genuine": genuine,
                "why": why,
            }
        )
    assert len({row["title"] for row in made}) == len(made)
    Path(__file__).with_name("ed25519.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
