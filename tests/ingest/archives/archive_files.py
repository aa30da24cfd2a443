"""Archives for the tests, hostile ones among them."""

import io
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """An entry: `link` is a target (symbolic), `claimed` a size other than the true one."""

    name: str
    content: bytes = b""
    folder: bool = False
    link: str | None = None
    claimed: int | None = None


def zip_bytes(items: Sequence[Item], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Returns a .zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for item in items:
            info = zipfile.ZipInfo(item.name + ("/" if item.folder else ""))
            info.compress_type = compression
            info.external_attr = (
                0o120777 if item.link else 0o040755 if item.folder else 0o100644
            ) << 16
            archive.writestr(info, (item.link or "").encode() or item.content)
    return buffer.getvalue()


def tar_bytes(
    items: Sequence[Item], link: bytes = tarfile.SYMTYPE, variant: int = tarfile.PAX_FORMAT
) -> bytes:
    """Returns a plain .tar; `link` is the kind of its links."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=variant) as archive:
        for item in items:
            info = tarfile.TarInfo(item.name)
            info.type = link if item.link else tarfile.DIRTYPE if item.folder else tarfile.REGTYPE
            info.linkname = item.link or ""
            info.size = 0 if item.link else len(item.content)
            archive.addfile(info, io.BytesIO(item.content))
    return buffer.getvalue()


def numbered_zip(images: int, size: int) -> bytes:
    """Returns a .zip of `a/0.png` … and `b/0.png` …, each of `size` bytes, not compressed."""
    items = []
    for n in range(images):
        content = bytes((n * 31 + k * 7) % 251 for k in range(size))
        items += [Item(f"a/{n}.png", content), Item(f"b/{n}.png", content)]
    return zip_bytes(items, zipfile.ZIP_STORED)
