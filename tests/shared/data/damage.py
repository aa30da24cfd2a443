"""Damage to files: truncated, bits turned, bytes lost and added, checksums set right again."""

import struct
import zlib

import numpy as np


def damaged(rng: np.random.Generator, data: bytes) -> bytes:
    """Damages a file in one of several ways."""
    kind = int(rng.integers(0, 6))
    if kind == 0:
        return data[: int(rng.integers(0, len(data)))]
    if kind == 1:
        return data[: len(data) - int(rng.integers(0, 30))]
    if kind == 2:
        place, extra = int(rng.integers(0, len(data))), rng.bytes(int(rng.integers(1, 9)))
        return data[:place] + extra + data[place:]
    if kind == 3:
        place = int(rng.integers(0, len(data)))
        return data[:place] + data[place + int(rng.integers(1, 9)) :]
    turned = bytearray(data)
    for _ in range(int(rng.choice([1, 1, 2, 5]))):
        until = int(rng.choice([60, 700, len(data)]))
        turned[int(rng.integers(0, min(until, len(data))))] ^= 1 << int(rng.integers(0, 8))
    return _with_checksums(turned) if kind == 4 else bytes(turned)


def _with_checksums(data: bytearray) -> bytes:
    """Sets the checksums of a PNG's chunks right; another file stays as it is."""
    place = 8
    while data[:4] == b"\x89PNG" and place + 12 <= len(data):
        stop = place + 8 + int.from_bytes(data[place : place + 4])
        if stop + 4 > len(data):
            break
        data[stop : stop + 4] = struct.pack(">I", zlib.crc32(data[place + 4 : stop]))
        place = stop + 4
    return bytes(data)
