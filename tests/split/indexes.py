"""Indexes of prepared images, and their splits."""

from pathlib import Path

import pandas as pd

from components.shared.data import partition
from components.shared.data.tables import write_table
from components.split import step
from components.split.params import SplitParams


def index_of(identities: int, images: int = 2, **columns: list[str]) -> pd.DataFrame:
    """Returns an index of identities w0, w1, …, each with images of its own bytes.

    Args:
        identities: their number.
        images: of each identity.
        columns: that replace or join the others, a value per image.
    """
    rows = []
    for number in range(identities * images):
        who, image = divmod(number, images)
        rows.append(
            {
                "path": f"{who}/{image}",
                "identity": f"w{who}",
                "kind": "genuine",
                "sha256": f"{who}-{image}",
                "height": 9,
                "width": 9,
            }
        )
    return pd.DataFrame(rows).assign(**columns)


def index_with_parts(*parts: str) -> pd.DataFrame:
    """Returns an index of one image per identity, in these parts of the source."""
    return index_of(len(parts), 1, part=list(parts))


def split(params: SplitParams, index: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Runs the step on an index and returns its partition."""
    write_table(index, folder / "index.parquet")
    step.run(params, folder, folder / "out")
    return partition.read(folder / "out", index)


def parts_of(params: SplitParams, index: pd.DataFrame, folder: Path) -> dict[str, str]:
    """Runs the step on an index and returns the part of each identity."""
    return dict(zip(index["identity"], split(params, index, folder)["part"], strict=True))
