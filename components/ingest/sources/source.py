"""The interface that all kinds of source share."""

from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol

from components.shared.data.catalog import Entry

Fingerprint = dict[str, object]


class ImportedImages(NamedTuple):
    """Images that a source brought into a folder.

    Attributes:
        entries: a catalog entry per image.
        version: the source's fingerprint at that moment; empty where its kind has no versions.
    """

    entries: list[Entry]
    version: Fingerprint


class Source(Protocol):
    """A place that images come from, of one kind.

    Attributes:
        kind: the word for it in fingerprints and messages.
    """

    kind: ClassVar[str]

    def facts(self) -> Fingerprint:
        """Returns what is cheap to know of the source now and changes with its content.

        The same content gives the same facts; no absolute path and no secret is among them.

        Raises:
            InputError: the source is missing, empty or cannot be read or reached.
        """

    def bring(self, folder: Path) -> ImportedImages:
        """Brings the images into an existing folder; whatever else it writes there it removes.

        Raises:
            InputError: the source is missing, empty, unreadable, unsafe, or of no known layout.
        """
