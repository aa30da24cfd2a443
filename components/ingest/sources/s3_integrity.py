"""Checks that downloaded objects are as the store has them.

An ETag is the MD5 of an object; or, of one uploaded in three parts, the MD5 of the three MD5s with
`-3` behind it. Of an object that is encrypted with a key of its own, and in some stores, it is
neither. The checksums of the API are made in the same two ways, where the store has them. Without
either, the object is read a second time.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from hashlib import md5, sha1, sha256
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from zlib import crc32

from components.shared.storage.s3 import Store
from components.shared.storage.s3_address import Address

BLOCK = 8 << 20  # bytes
_MD5 = re.compile(r"(?P<digest>[0-9a-f]{32})(?:-(?P<parts>[1-9]\d*))?")


class Hash(Protocol):
    """A checksum that is being computed."""

    def update(self, content: bytes, /) -> None:
        """Adds bytes."""

    def digest(self) -> bytes:
        """Returns the checksum of all bytes."""


class Crc32:
    """CRC-32 in the form of hashlib's algorithms, its digest as S3 writes it."""

    def __init__(self, content: bytes = b"") -> None:
        self._value = crc32(content)

    def update(self, content: bytes, /) -> None:
        """Adds bytes."""
        self._value = crc32(content, self._value)

    def digest(self) -> bytes:
        """Returns the checksum of all bytes, the first byte the highest."""
        return self._value.to_bytes(4, "big")


Algorithm = Callable[[bytes], Hash]
MD5: Algorithm = partial(md5, usedforsecurity=False)
ALGORITHMS: Mapping[str, Algorithm] = {
    "ChecksumSHA256": sha256,
    "ChecksumSHA1": partial(sha1, usedforsecurity=False),
    "ChecksumCRC32": Crc32,
}
"""Those of S3's that Python has, by their names in an answer. It lacks CRC-32C and CRC-64."""


class Checksum(NamedTuple):
    """A checksum that a store names.

    Attributes:
        algorithm: of it.
        digest: its bytes.
        parts: the number of parts whose checksums it is one of; 0: it is of the whole object.
    """

    algorithm: Algorithm
    digest: bytes
    parts: int


def is_intact(store: Store, address: Address, etag: str, path: Path) -> bool:
    """Returns whether a file is its object, byte by byte.

    Args:
        store: where the object is.
        address: of the object.
        etag: of the object when it was downloaded.
        path: the file.

    Raises:
        StoreError: the object has changed, or the store cannot be asked.
    """
    size = path.stat().st_size
    if "-" not in etag and etag == _digest(path, MD5, [size]).hex():
        return True
    for checksum in _checksums(etag, store.head(address, checksums=True)):
        sizes = list(_sizes(store, address, checksum.parts)) or [size]
        if sum(sizes) == size:  # else the store knows no parts
            parts = _digest(path, checksum.algorithm, sizes, bool(checksum.parts))
            return parts == checksum.digest
    return _is_read_again(store, address, etag, path)


def _checksums(etag: str, head: Mapping[str, Any]) -> Iterator[Checksum]:
    """Yields the checksums in an answer, the best first."""
    encryption = str(head.get("ServerSideEncryption", ""))
    is_opaque = head.get("SSECustomerAlgorithm") or encryption.startswith("aws:kms")
    match = _MD5.fullmatch(etag)
    if match and not is_opaque:
        yield Checksum(MD5, bytes.fromhex(match["digest"]), int(match["parts"] or 0))
    for name, algorithm in ALGORITHMS.items():
        digest, _, parts = str(head.get(name, "")).partition("-")
        if digest:
            yield Checksum(algorithm, b64decode(digest), int(parts or 0))


def _sizes(store: Store, address: Address, parts: int) -> Iterator[int]:
    """Yields the bytes of each part of an object."""
    for number in range(1, parts + 1):
        yield int(store.head(address, number)["ContentLength"])


def _digest(
    path: Path, algorithm: Algorithm, sizes: Iterable[int], of_parts: bool = False
) -> bytes:
    """Computes the checksum of a file, or that of the checksums of its parts of these sizes."""
    digests = []
    with path.open("rb") as stream:
        for size in sizes:
            part, left = algorithm(b""), size
            while left and (content := stream.read(min(left, BLOCK))):
                part.update(content)
                left -= len(content)
            digests.append(part.digest())
    return algorithm(b"".join(digests)).digest() if of_parts else digests[0]


def _is_read_again(store: Store, address: Address, etag: str, path: Path) -> bool:
    """Returns whether a second read of the object gives the same bytes."""
    start = 0
    with path.open("rb") as stream:
        while content := stream.read(BLOCK):
            end = start + len(content)
            if store.read(address, etag, (start, end)) != content:
                return False
            start = end
    return True
