"""A bundle that is quick to write."""

from pathlib import Path

from components.shared.data.normalisation import Normalisation
from components.shared.model import bundle
from components.shared.verification import threshold


def write_bundle(folder: Path, **content: str) -> Path:
    """Writes a bundle, the graph of which is a few bytes, with more content of its manifest."""
    (folder / "saved_model").mkdir(parents=True)
    (folder / "saved_model" / "saved_model.pb").write_bytes(b"graph")
    Normalisation(height=16, width=24).save(folder / "normalise.json")
    threshold.write([], folder)
    bundle.write(folder, content)
    return folder
