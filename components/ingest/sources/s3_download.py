"""Bringing objects in pieces: in parallel, resumed after a kill, checked against their ETags.

A ledger beside the files says which pieces are here, a line each; what a killed run wrote there is
true.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from hashlib import md5
from pathlib import Path
from threading import Lock
from typing import TypeVar

from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar
from components.shared.storage.files import atomic_file
from components.shared.storage.s3 import CONNECTIONS, Store, Stored
from components.shared.storage.s3_address import Address

PIECE = 8 << 20  # bytes
CHECKED = (
    -1
)  # in the ledger, in the place of a piece's first byte: the object is here and was checked
_MD5 = re.compile(r"[0-9a-f]{32}(-[1-9]\d*)?")
T = TypeVar("T")
R = TypeVar("R")


class Ledger:
    """Which pieces of which objects are here.

    Args:
        path: of the ledger.
        places: where the objects go; what the ledger says of others, or of files that are gone, is
            forgotten.
    """

    def __init__(self, path: Path, places: Mapping[Stored, Path]) -> None:
        here = {
            (item.name, item.etag) for item, place in places.items() if _size(place) == item.bytes
        }
        self._done = {line for line in _lines(path) if line[:2] in here}
        self._lock = Lock()
        with atomic_file(path) as fresh:
            fresh.write_text("".join(map(_line, self._done)), encoding="utf-8")
        self._stream = path.open("a", encoding="utf-8")

    def has(self, item: Stored, start: int) -> bool:
        """Whether the object's piece from byte `start` on is here."""
        return (item.name, item.etag, start) in self._done

    def add(self, item: Stored, start: int) -> None:
        """Notes that it is."""
        with self._lock:
            self._stream.write(_line((item.name, item.etag, start)))
            self._stream.flush()

    def close(self) -> None:
        """Nothing more will be noted."""
        self._stream.close()


def bring(store: Store, address: Address, places: Mapping[Stored, Path], ledger: Path) -> None:
    """Brings what is missing of objects.

    Args:
        store: where they are.
        address: below which their names stand.
        places: the file that each is to become.
        ledger: what earlier runs brought, and this one.

    Raises:
        InputError: an object changes meanwhile, arrives damaged, or has a name that no file can
            have.
    """
    with closing(Ledger(ledger, places)) as known:
        missing = {item: place for item, place in places.items() if not known.has(item, CHECKED)}
        _make_room(missing)
        starts = [(item, start) for item in missing for start in range(0, item.bytes, PIECE)]
        with progress_bar("download", "B", sum(item.bytes for item in missing)) as bar:
            for count in _each(partial(_piece, store, address, places, known), starts):
                bar.update(count)
        for _ in _each(partial(_check, store, address, places, known), missing):
            pass


def _piece(
    store: Store,
    address: Address,
    places: Mapping[Stored, Path],
    ledger: Ledger,
    piece: tuple[Stored, int],
) -> int:
    item, start = piece
    end = min(start + PIECE, item.bytes)
    if not ledger.has(item, start):
        content = store.read(address / item.name, item.etag, (start, end))
        with places[item].open("r+b") as stream:
            stream.seek(start)
            stream.write(content)
        ledger.add(item, start)
    return end - start


def _check(
    store: Store, address: Address, places: Mapping[Stored, Path], ledger: Ledger, item: Stored
) -> None:
    if not is_intact(store, address / item.name, item.etag, places[item]):
        places[item].unlink()
        raise InputError(f"{store.describe(address / item.name)}: arrived damaged: run again")
    ledger.add(item, CHECKED)


def is_intact(store: Store, address: Address, etag: str, path: Path) -> bool:
    """Whether a file is what its object's ETag says, as far as that is a checksum.

    It is the MD5 of the object, or that of the MD5s of the parts it was uploaded in, with their
    number behind it; where objects are encrypted with a key of their own, and in some stores, it is
    neither.
    """
    whole, _, parts = etag.partition("-")
    if not _MD5.fullmatch(etag) or (
        not parts and _md5s(path, [path.stat().st_size])[0].hex() == whole
    ):
        return True
    about = store.head(address)
    if about.get("SSECustomerAlgorithm") or str(about.get("ServerSideEncryption", "")).startswith(
        "aws:kms"
    ):
        return True
    numbers = range(1, int(parts or 0) + 1)
    sizes = [int(store.head(address, number)["ContentLength"]) for number in numbers]
    return (
        bool(sizes)
        and md5(b"".join(_md5s(path, sizes)), usedforsecurity=False).hexdigest() == whole
    )


def _md5s(path: Path, sizes: Iterable[int]) -> list[bytes]:
    """The MD5s of a file's parts of these sizes."""
    sums = []
    with path.open("rb") as stream:
        for size in sizes:
            part, left = md5(usedforsecurity=False), size
            while left and (content := stream.read(min(left, PIECE))):
                part.update(content)
                left -= len(content)
            sums.append(part.digest())
    return sums


def _make_room(places: Mapping[Stored, Path]) -> None:
    try:
        for item, place in places.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("ab") as stream:
                stream.truncate(item.bytes)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise InputError(f"{place}: is in the way of a download: remove it") from None


def _each(action: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """The results for all items, in parallel; the first failure ends it."""
    pool = ThreadPoolExecutor(CONNECTIONS)
    try:
        yield from pool.map(action, items)
    finally:
        pool.shutdown(cancel_futures=True)


def _lines(path: Path) -> Iterator[tuple[str, str, int]]:
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            name, etag, start = json.loads(line)
        except ValueError:  # the last one, cut short by a kill
            continue
        yield name, etag, start


def _line(entry: tuple[str, str, int]) -> str:
    return json.dumps(entry) + "\n"


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
