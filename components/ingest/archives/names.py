"""The names of an archive's entries as text: one encoding and one separator for all of them."""

import logging
from collections.abc import Sequence

from components.ingest.archives import encodings
from components.ingest.characters import printable
from components.shared.runtime.errors import InputError

UTF_8 = "utf-8"
log = logging.getLogger(__name__)


def decode(names: Sequence[str | bytes], encoding: str | None, archive: str) -> list[str]:
    """Returns the names as text, with `/` between folders.

    Args:
        names: text where the archive tells the encoding, else bytes.
        encoding: of bytes that are not all in UTF-8; None: a guess, which is logged.
        archive: its name, for messages.

    Raises:
        InputError: a name is not in that encoding.
    """
    unknown = [name for name in names if isinstance(name, bytes)]
    codec = UTF_8 if _is_utf8(unknown) else encoding or _guess(unknown, archive)
    texts = [name if isinstance(name, str) else _text(name, codec, archive) for name in names]
    return separated(texts)


def separated(names: Sequence[str]) -> list[str]:
    r"""Returns the names with `/` in place of `\\` where none has a `/`, as old .NET wrote them."""
    if any("/" in name for name in names):
        return list(names)
    return [name.replace("\\", "/") for name in names]


def _is_utf8(names: Sequence[bytes]) -> bool:
    try:
        return all(name.decode() for name in names if name)
    except UnicodeDecodeError:
        return False


def _guess(names: Sequence[bytes], archive: str) -> str:
    codec = encodings.guess(names)
    example = next(name for name in names if not name.isascii())
    log.warning(
        "%s: names that are no UTF-8 are read as %s, a guess ('%s'); set ingest.encoding if they "
        "are in another encoding",
        archive,
        codec,
        printable(encodings.text(example, codec)),
    )
    return codec


def _text(name: bytes, codec: str, archive: str) -> str:
    try:
        return encodings.text(name, codec)
    except UnicodeDecodeError:
        raise InputError(
            f"{archive}: holds the name {name!r}, which is not in ingest.encoding {codec}: "
            "set another one, or null for a guess"
        ) from None
