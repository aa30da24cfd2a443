"""A bundle's name with the digest that it must have, as in `models:/signatures@champion@sha256:…`.

Whoever may write to a store may replace a model and its manifest; the digest comes from elsewhere.
"""

import re
from pathlib import Path

from components.shared.model.bundle import MANIFEST, version_of
from components.shared.runtime.errors import InputError

PIN = "@sha256:"
_DIGEST = re.compile("[0-9a-f]{64}")


def split(model: str) -> tuple[str, str | None]:
    """Returns a name, and the digest behind it, if any: the sha256 of the bundle's manifest.json.

    Raises:
        InputError: what stands behind the name is no digest.
    """
    name, pin, digest = model.rpartition(PIN)
    if not pin:
        return model, None
    if not _DIGEST.fullmatch(digest):
        raise InputError(f"{model}: {PIN} is followed by the 64 digits of manifest.json's sha256")
    return name, digest


def demand(folder: Path, digest: str | None) -> None:
    """Checks that the bundle in a folder has a digest, where there is one.

    Raises:
        InputError: it has another one, or there is no bundle.
    """
    if digest is None:
        return
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(f"{path}: no such file; name a folder that freeze wrote")
    found = version_of(path.read_bytes())
    if found != digest:
        raise InputError(f"{path}: has the sha256 {found}, not that which was asked for: not used")


def folder(model: str) -> Path:
    """Returns the folder that a name stands for, which has the digest behind it, if any.

    Raises:
        InputError: as of `split` and of `demand`.
    """
    name, digest = split(model)
    demand(Path(name), digest)
    return Path(name)
