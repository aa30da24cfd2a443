"""Published bundles: versions in an S3 store, fetched with every hash checked.

A version is named by the sha256 of its manifest, which holds those of all other files. Releases
up to 0.1.0 named it by the first 12 of its 64 digits; what they published is fetched as well.
"""

import json
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from components.shared.model import pinned
from components.shared.model.bundle import MANIFEST, short, version_of
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_folder, sha256
from components.shared.storage.s3 import Store
from components.shared.storage.s3_address import Address
from components.shared.storage.s3_errors import MissingError

SCHEME = "s3://"
VERSION = re.compile("[0-9a-f]{64}|[0-9a-f]{12}")
THREADS = 8
T = TypeVar("T")


def is_address(text: str) -> bool:
    """Tells an address in an S3 store from a path."""
    return text.startswith(SCHEME)


def cached(address: str, cache: Path) -> Path:
    """Returns the folder of a version in a cache, where it is fetched to once.

    A version never changes, so that one that is there needs no store. Its files are checked
    against its manifest by whoever reads the bundle.

    Args:
        address: of the version, such as `s3://bucket/models/<version>`.
        cache: the folder of all versions.

    Raises:
        InputError: the address ends with no version's name, or as of `fetch`.
    """
    version = Address.parse(address, "address").key.rpartition("/")[2]
    if not VERSION.fullmatch(version):
        raise InputError(
            f"{address}: ends with no version; `python -m components.freeze list {address}` shows "
            "those there are"
        )
    folder = cache / version
    manifest = folder / MANIFEST
    if not manifest.is_file() or not _is_named(manifest.read_bytes(), version):
        fetch(address, folder)
    return folder


def fetch(address: str, out: Path) -> None:
    """Downloads a version into a folder, which is complete afterwards or does not exist.

    Args:
        address: of the version, such as `s3://bucket/models/<version>`; with a digest, if pinned.
        out: the folder to write.

    Raises:
        InputError: there is no such version, it has another digest, or a file in it is not the
            published one; or the store refuses.
    """
    address, digest = pinned.split(address)
    version, store = Address.parse(address, "address"), Store()
    try:
        content = store.read(version / MANIFEST)
    except MissingError as error:
        raise InputError(f"{error}: not a complete version; `list` shows those there are") from None
    if not _is_named(content, version.key.rpartition("/")[2]):
        raise InputError(
            f"{store.describe(version / MANIFEST)}: is not what was published as this version: "
            "do not use it"
        )

    def download(file: tuple[str, str]) -> None:
        name, expected = file
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise InputError(
                f"{store.describe(version / MANIFEST)}: names {name!r}, "
                "which leads out of the folder: refused"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        store.download(version / name, path)
        if sha256(path) != expected:
            raise InputError(
                f"{store.describe(version / name)}: is not the file that was published: "
                "do not use this version"
            )

    with atomic_folder(out) as folder:
        (folder / MANIFEST).write_bytes(content)
        pinned.demand(folder, digest)
        in_parallel(download, json.loads(content)["files"].items())


def _is_named(manifest: bytes, name: str) -> bool:
    """Tells whether a version has this name, the whole one or the short one of earlier releases."""
    version = version_of(manifest)
    return name in {version, short(version)}


def in_parallel(action: Callable[[T], None], items: Iterable[T]) -> None:
    """Does something with each item, in threads; the first failure is raised."""
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(action, items):
            pass
