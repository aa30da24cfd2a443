"""A folder of people: in it a folder for each, named as the person, with signatures in it."""

from pathlib import Path
from typing import NamedTuple

from components.shared.runtime.errors import InputError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"})
GENUINE = "genuine"
"""The folder in a person's that alone counts where there is one: beside it are forgeries."""


class Signatures(NamedTuple):
    """The images of a person, in the order of their names."""

    name: str
    paths: list[Path]


def read(folder: Path, most: int | None = None) -> list[Signatures]:
    """Lists the people of a folder with their images; those without any are left out.

    Args:
        folder: of the people's folders.
        most: images of a person, the first by their names; None: all.

    Raises:
        InputError: it is no folder, or there is nobody in it.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    people = []
    for own in sorted(folder.iterdir()):
        paths = _images(own) if own.is_dir() and not own.name.startswith(".") else []
        if paths:
            people.append(Signatures(own.name, paths[:most]))
    if not people:
        raise InputError(f"{folder}: no folder with images; there must be a folder for each person")
    return people


def _images(own: Path) -> list[Path]:
    genuine = own / GENUINE
    place = genuine if genuine.is_dir() else own
    return [path for path in sorted(place.iterdir()) if path.suffix.lower() in SUFFIXES]
