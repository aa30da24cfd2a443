"""Bundles in an S3 store: published as versions that are never overwritten.

    s3://bucket/models/<version>/   saved_model/ · frozen_graph.pb · … · manifest.json

A version is named by the sha256 of its manifest, which holds those of all other files. The manifest
is written last: without it there is no version.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from components.shared.model.bundle import MANIFEST, version_of
from components.shared.model.published_bundle import in_parallel
from components.shared.storage.s3 import Store
from components.shared.storage.s3_address import Address
from components.shared.storage.s3_errors import TakenError


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
    in_parallel(
        lambda name: store.upload(bundle / name, version / name), json.loads(content)["files"]
    )
    try:
        store.create(version / MANIFEST, content)
    except TakenError:
        if store.read(version / MANIFEST) != content:
            raise
    return version
