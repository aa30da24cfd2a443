"""Objects downloaded in pieces: in parallel, resumed after a kill, checked when whole.

A ledger beside the files says which pieces are here, a line each; what a killed run wrote there is
true; a line that is damaged counts for nothing.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeVar
from zlib import crc32

from components.ingest.sources.s3_integrity import is_intact
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar
from components.shared.storage.files import atomic_file
from components.shared.storage.reading import parse_json
from components.shared.storage.s3 import CONNECTIONS, Store, Stored
from components.shared.storage.s3_address import Address

PIECE = 8 << 20  # bytes
# In the ledger, in place of a piece's first byte: the whole object is here and was checked.
CHECKED = -1
T = TypeVar("T")
R = TypeVar("R")


class Ledger:
    """The pieces of objects that are here, noted in a file.

    Args:
        path: of the ledger.
        places: the file of each object; lines about other objects, or about files that are gone,
            are dropped.
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
        """Returns whether the object's piece from byte `start` on is here."""
        return (item.name, item.etag, start) in self._done

    def add(self, item: Stored, start: int) -> None:
        """Notes that the piece is here."""
        with self._lock:
            self._stream.write(_line((item.name, item.etag, start)))
            self._stream.flush()

    def close(self) -> None:
        """Closes the file."""
        self._stream.close()


def bring(store: Store, address: Address, places: Mapping[Stored, Path], ledger: Path) -> None:
    """Downloads the pieces of objects that are missing, and checks each object.

    Args:
        store: where they are.
        address: below which their names stand.
        places: the file that each is to become.
        ledger: the file in which the pieces are noted, by earlier runs too.

    Raises:
        InputError: an object changes meanwhile, arrives damaged, or has a name that no file can
            have.
    """
    with closing(Ledger(ledger, places)) as known:
        missing = {item: place for item, place in places.items() if not known.has(item, CHECKED)}
        _make_room(missing)
        starts: list[tuple[Stored, int]] = []
        for item in missing:
            starts += [(item, start) for start in range(0, item.bytes, PIECE)]
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
    """Downloads a piece of an object, unless it is here; returns its bytes."""
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
    """Notes that an object is here and whole.

    Raises:
        InputError: it arrived damaged; its file is removed.
    """
    if not is_intact(store, address / item.name, item.etag, places[item]):
        places[item].unlink()
        raise InputError(f"{store.describe(address / item.name)}: arrived damaged: run again")
    ledger.add(item, CHECKED)


def _make_room(places: Mapping[Stored, Path]) -> None:
    """Creates each file at its full size."""
    try:
        for item, place in places.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("ab") as stream:
                stream.truncate(item.bytes)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise InputError(f"{place}: is in the way of a download: remove it") from None


def _each(action: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yields the results for all items, in parallel; the first failure ends it."""
    pool = ThreadPoolExecutor(CONNECTIONS)
    try:
        yield from pool.map(action, items)
    finally:
        pool.shutdown(cancel_futures=True)


def _lines(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yields name, ETag and first byte of each piece in a ledger."""
    content = path.read_bytes() if path.is_file() else b""
    for line in content.split(b"\n"):
        try:
            name, etag, start, check = parse_json(line, tuple[str, str, int, int])
        except ValueError:  # the last one, cut short by a kill, or a damaged one
            continue
        if check == _checksum((name, etag, start)):
            yield name, etag, start


def _line(entry: tuple[str, str, int]) -> str:
    return json.dumps([*entry, _checksum(entry)]) + "\n"


def _checksum(entry: tuple[str, str, int]) -> int:
    return crc32(json.dumps(entry).encode())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
