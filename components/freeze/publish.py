"""Bundles in an S3 store: published as a version that nobody can overwrite, and fetched with every
hash checked.

    s3://bucket/models/<version>/   saved_model/ · frozen_graph.pb · … · manifest.json

A version is named by the sha256 of its manifest, which holds those of all other files. The manifest
is written last: where it is missing there is no version.
"""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from components.shared.model.bundle import MANIFEST, version_of
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_folder, sha256
from components.shared.storage.s3 import Store
from components.shared.storage.s3_address import Address
from components.shared.storage.s3_errors import MissingError, TakenError

THREADS = 8
T = TypeVar("T")


class Version(NamedTuple):
    """A complete version and when it was published."""

    published: datetime
    name: str


def versions(place: str) -> list[Version]:
    """The complete versions below an address, the newest first.

    Raises:
        InputError: the address has another form, or the store refuses or cannot be reached.
    """
    found = [
        (item.modified, item.name.split("/"))
        for item in Store().below(Address.parse(place, "address"))
    ]
    return sorted(
        (Version(when, parts[0]) for when, parts in found if parts[1:] == [MANIFEST]), reverse=True
    )


def publish(bundle: Path, place: str) -> Address:
    """Writes a bundle under its version; one that is there already stays as it is.

    Args:
        bundle: the output folder of freeze.
        place: of all versions, such as `s3://bucket/models/`.

    Returns:
        The version's address.

    Raises:
        InputError: the store refuses or cannot be reached. What was written by then is no version.
    """
    store, content = Store(), (bundle / MANIFEST).read_bytes()
    version = Address.parse(place, "freeze.publish") / version_of(content)
    _each(lambda name: store.upload(bundle / name, version / name), json.loads(content)["files"])
    try:
        store.create(version / MANIFEST, content)
    except TakenError:
        if store.read(version / MANIFEST) != content:
            raise
    return version


def fetch(address: str, out: Path) -> None:
    """Brings a version into a folder; complete or absent.

    Args:
        address: of the version, such as `s3://bucket/models/0123456789ab`.
        out: the folder to write.

    Raises:
        InputError: there is no such version, or something in it is not what was published; or the
            store refuses.
    """
    place, store = Address.parse(address, "address"), Store()
    try:
        content = store.read(place / MANIFEST)
    except MissingError as error:
        raise InputError(f"{error}: not a complete version; `list` shows those there are") from None
    if version_of(content) != place.key.rpartition("/")[2]:
        raise InputError(
            f"{store.describe(place / MANIFEST)}: is not what was published as this version: do not use it"
        )

    def bring(file: tuple[str, str]) -> None:
        name, expected = file
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise InputError(
                f"{store.describe(place / MANIFEST)}: names {name!r}, which leads out of the folder: refused"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        store.download(place / name, path)
        if sha256(path) != expected:
            raise InputError(
                f"{store.describe(place / name)}: is not the file that was published: do not use this version"
            )

    with atomic_folder(out) as folder:
        (folder / MANIFEST).write_bytes(content)
        _each(bring, json.loads(content)["files"].items())


def _each(action: Callable[[T], None], items: Iterable[T]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(action, items):
            pass
