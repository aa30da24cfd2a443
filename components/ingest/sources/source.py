"""What `ingest.source` means: the generated sample, a folder, an archive, or something to bring
from elsewhere.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from components.ingest.params import IngestParams
from components.shared.runtime.errors import InputError
from components.shared.storage.s3_address import is_s3

CEDAR_URL = "https://cedar.buffalo.edu/NIJ/data/signatures.rar"
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]+):", re.IGNORECASE)
_WEB = re.compile(r"^(https://|http://(127\.0\.0\.1|localhost)(:\d+)?/)", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A resolved source.

    Attributes:
        kind: what it is.
        place: a path for a folder or an archive, an address for `web`, `s3` and `dvc`, empty for
            the sample.
    """

    kind: Literal["sample", "folder", "archive", "web", "s3", "dvc"]
    place: str = ""


def resolve(params: IngestParams) -> Source:
    """Tells what the source is, without reading it.

    Raises:
        InputError: it is missing, or of no known kind, or a hash was given for what has none.
    """
    source = _resolve(params.source)
    if params.sha256 and source.kind not in {"archive", "web", "s3"}:
        raise InputError(
            f"ingest.sha256 is the hash of an archive, but ingest.source is a {source.kind}: set it to null"
        )
    return source


def _resolve(name: str) -> Source:
    if name == "sample":
        return Source("sample")
    if name == "cedar":
        return _cedar()
    if _WEB.match(name):
        return Source("web", name)
    if is_s3(name):
        return Source("s3", name)
    if name.startswith("dvc:"):
        return Source("dvc", name)
    scheme = _SCHEME.match(name)
    if scheme and not Path(name).exists():
        raise InputError(
            f"ingest.source: {scheme[1]}:… is not supported; give https://…, s3://…, dvc:…, a folder or an archive"
        )
    return _path(Path(name).expanduser(), f"ingest.source: {name}")


def _cedar() -> Source:
    folder = os.environ.get("CEDAR_DIR")
    if not folder:
        return Source("web", CEDAR_URL)
    return _path(Path(folder), f"CEDAR_DIR={folder}")


def _path(path: Path, origin: str) -> Source:
    try:
        if path.is_dir():
            return Source("folder", str(path))
        if path.is_file():
            return Source("archive", str(path))
        missing = not path.exists()
    except OSError as error:
        raise InputError(f"{origin}: cannot be read: {error.strerror}") from None
    raise InputError(
        f"{origin}: no such folder or file"
        if missing
        else f"{origin}: is neither a folder nor a file"
    )
