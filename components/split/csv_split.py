"""Parts by a csv of identity,part."""

import difflib
from pathlib import Path

import pandas as pd

from components.shared.data.csv_tables import read_texts
from components.shared.data.identities import nfc, unify
from components.shared.data.partition import PARTS
from components.shared.runtime.errors import InputError
from components.shared.storage.reading import reading


def by_csv(index: pd.DataFrame, path: Path) -> dict[str, str]:
    """Takes the parts from a csv of identity,part, which names every identity of the images and no
    other.

    Raises:
        InputError: the file is missing or damaged, or an identity is missing, unknown or named
            twice, or a part empty.
    """
    spellings = {nfc(name): name for name in unify(index["identity"])}
    known = sorted(spellings.values())
    table = _read(path)
    table["identity"] = [spellings.get(nfc(name), name) for name in table["identity"]]
    if (twice := table["identity"].duplicated()).any():
        raise InputError(f"{path}: identity '{table['identity'][twice].iloc[0]}' is named twice")
    for line, part in enumerate(table["part"], start=2):
        if part not in PARTS:
            raise InputError(
                f"{path}: line {line}: unknown part '{part}' (known: {', '.join(PARTS)})"
            )
    unknown = sorted(set(table["identity"]) - set(known))
    if unknown:
        match = difflib.get_close_matches(unknown[0], known, n=1)
        nearest = f" (did you mean '{match[0]}'?)" if match else ""
        raise InputError(
            f"{path}: identity '{unknown[0]}' has no images{nearest}; {len(unknown)} such in all"
        )
    if missing := sorted(set(known) - set(table["identity"])):
        names = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
        are = "identity of the images is" if len(missing) == 1 else "identities of the images are"
        raise InputError(f"{path}: {len(missing)} {are} not named: {names}")
    if empty := [part for part in PARTS if part not in set(table["part"])]:
        raise InputError(f"{path}: no identity stands in {' or '.join(empty)}")
    return dict(zip(table["identity"], table["part"], strict=True))


def _read(path: Path) -> pd.DataFrame:
    """Reads a csv of text, in UTF-8 with or without a mark."""
    if not path.is_file():
        raise InputError(f"split.by: {path}: no such file")
    damaged = "not a csv ({reason}): its first line must be identity,part"
    with reading(path, damaged):
        return read_texts(path, ("identity", "part"), by_people=True)
