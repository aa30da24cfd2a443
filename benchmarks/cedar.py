"""CEDAR as `make cedar` prepares it."""

from pathlib import Path

SPLIT = {"val": 0.15, "test": 0.2}


def prepared(cedar: Path, folder: Path, height: int, width: int) -> tuple[Path, Path]:
    """Prepares and splits the images.

    Args:
        cedar: CEDAR's folder.
        folder: an existing one, for all that is made.
        height: of the prepared images, pixels.
        width: likewise.

    Returns:
        Where the prepared images and the split are.
    """
    from components.ingest import step as ingest
    from components.ingest.params import IngestParams
    from components.preprocess import step as preprocess
    from components.preprocess.params import PreprocessParams
    from components.split import step as split
    from components.split.params import SplitParams

    ingest.run(IngestParams(source=str(cedar), layout="cedar"), folder / "raw")
    preprocess.run(PreprocessParams(height=height, width=width), folder / "raw", folder / "prepared")
    split.run(SplitParams.model_validate(SPLIT), folder / "prepared", folder / "split")
    return folder / "prepared", folder / "split"
