"""Archives that are cut into several files.

Volumes of a .rar lie side by side and are read from the first one on. Parts of other archives are
to be joined first.
"""

import re
from pathlib import Path

from components.ingest.archives import rar_reader


def files(archive: Path) -> list[Path]:
    """Returns the files that an archive consists of: itself, or the volumes of a .rar, sorted.

    Raises:
        InputError: 7-Zip is not installed.
    """
    others = _named_like(archive) if archive.suffix.lower() == ".rar" else []
    return sorted([archive, *others]) if others and rar_reader.is_volume(archive) else [archive]


def joining_command(archive: Path) -> str | None:
    """Returns the command that joins the parts of an archive, of which this is one; else None."""
    name, part = archive.stem, archive.suffix[1:].lower()
    if re.fullmatch(r"\d{3}", part):
        other = archive.with_suffix(".002" if part == "001" else ".001")
        return f"cat {name}.??? > {name}" if other.exists() else None
    is_split = part == "zip" and archive.with_suffix(".z01").exists()
    if is_split or re.fullmatch(r"z\d\d", part):
        return f"zip -s 0 {name}.zip --out {name}-whole.zip"
    return None


def _named_like(archive: Path) -> list[Path]:
    """Returns the files beside x.part1.rar or x.rar that are named as x.part2.rar or x.r00."""
    base = re.sub(r"\d*\.rar$", "", archive.name, flags=re.IGNORECASE)
    pattern = re.compile(rf"{re.escape(base)}(\d+\.rar|\.[r-z]\d\d)", re.IGNORECASE)
    names = (path for path in archive.parent.iterdir() if pattern.fullmatch(path.name))
    return [path for path in names if path != archive]
