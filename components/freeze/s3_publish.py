"""Bundles in an S3 store: published as versions that are never overwritten, fetched with checks.

    s3://bucket/models/<version>/   saved_model/ · frozen_graph.pb · … · manifest.json

A version is named by the sha256 of its manifest, which holds those of all other files. The manifest
is written last: without it there is no version.
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
    """A complete version, and the time of its publication."""

    published: datetime
    name: str


def versions(root: str) -> list[Version]:
    """Lists the complete versions below an address, the newest first.

    Raises:
        InputError: the address has another form, or the store refuses or cannot be reached.
    """
    complete: list[Version] = []
    for item in Store().below(Address.parse(root, "address")):
        name, _, file = item.name.partition("/")
        if file == MANIFEST:
            complete.append(Version(item.modified, name))
    return sorted(complete, reverse=True)


def publish(bundle: Path, root: str) -> Address:
    """Uploads a bundle under its version; a version that exists already stays as it is.

    Args:
        bundle: the output folder of freeze.
        root: the address of all versions, such as `s3://bucket/models/`.

    Returns:
        The version's address.

    Raises:
        InputError: the store refuses or cannot be reached. The files uploaded by then are no
            version.
    """
    store, content = Store(), (bundle / MANIFEST).read_bytes()
    version = Address.parse(root, "freeze.publish") / version_of(content)
    _in_parallel(
        lambda name: store.upload(bundle / name, version / name), json.loads(content)["files"]
    )
    try:
        store.create(version / MANIFEST, content)
    except TakenError:
        if store.read(version / MANIFEST) != content:
            raise
    return version


def fetch(address: str, out: Path) -> None:
    """Downloads a version into a folder, which is complete afterwards or does not exist.

    Args:
        address: of the version, such as `s3://bucket/models/0123456789ab`.
        out: the folder to write.

    Raises:
        InputError: there is no such version, or a file in it is not the published one; or the store
            refuses.
    """
    version, store = Address.parse(address, "address"), Store()
    try:
        content = store.read(version / MANIFEST)
    except MissingError as error:
        raise InputError(f"{error}: not a complete version; `list` shows those there are") from None
    if version_of(content) != version.key.rpartition("/")[2]:
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
        _in_parallel(download, json.loads(content)["files"].items())


def _in_parallel(action: Callable[[T], None], items: Iterable[T]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(action, items):
            pass
