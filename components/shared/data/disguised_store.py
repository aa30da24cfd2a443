"""Disguised signatures: a store of their own, below that of the genuine images and forgeries.

Nothing that reads the other store meets them: nothing is trained on them, and they are in no
figure but their own. The part of each is that of its identity.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from components.shared.data.catalog import DISGUISED
from components.shared.data.image_store import ImageStore, open_store
from components.shared.data.preparation import Normaliser, Prepared, Row, prepare

FOLDER = "disguised"
SAME_BYTES = "the same bytes as an image that is not disguised"


def prepare_disguised(
    raw: Path,
    rows: Sequence[Row],
    normaliser: Normaliser,
    prepared: Path,
    *,
    label: str,
    workers: int | None,
) -> Prepared | None:
    """Writes the disguised signatures of a catalog into a folder of the store of the others.

    Args:
        raw: the folder that holds the images.
        rows: of its catalog, of all kinds.
        normaliser: as `prepare` takes it.
        prepared: the store of the others, an existing folder.
        label: of the progress bar.
        workers: threads.

    Returns:
        None, and no folder, where the catalog has none. Where all are rejected, no folder.
    """
    known = {row["sha256"] for row in rows if row["kind"] != DISGUISED}
    own = [row for row in rows if row["kind"] == DISGUISED]
    copies = [(row["path"], SAME_BYTES) for row in own if row["sha256"] in known]
    own = [row for row in own if row["sha256"] not in known]
    if not own:
        return None
    folder = prepared / FOLDER
    folder.mkdir()
    images = prepare(raw, own, normaliser, folder, label=label, workers=workers, disguised=True)
    if not images.rows:
        shutil.rmtree(folder)
    return images._replace(rejected=copies + images.rejected)


def open_disguised(prepared: Path) -> ImageStore | None:
    """Opens the disguised signatures below a store; None where there are none.

    Raises:
        InputError: a file is missing or damaged.
    """
    folder = prepared / FOLDER
    return open_store(folder) if folder.is_dir() else None
