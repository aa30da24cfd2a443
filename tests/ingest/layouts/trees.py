"""Files of a source that are never opened."""

from pathlib import Path, PurePosixPath

from components.ingest.layouts.labels import Scan
from components.ingest.listing import File


def tree(*names: str) -> list[File]:
    """Returns files of these paths."""
    return [File(PurePosixPath(name), Path("/source") / name, 1, 0) for name in names]


def labelled(scan: Scan) -> dict[str, tuple[str, str]]:
    """Returns identity and kind of each image by its path."""
    return {str(image.path): image.labels[:2] for image in scan.images}
