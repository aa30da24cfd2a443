"""What was measured, and of what it came."""

from collections.abc import Mapping
from pathlib import Path

from components.evaluate.params import EvaluateParams
from components.evaluate.subject import Part
from components.shared import provenance, tracking
from components.shared.errors import discreet
from components.shared.files import sha256
from components.shared.images import INDEX, Normalisation
from components.shared.partition import PARTITION
from components.shared.run import flat_params

Facts = dict[str, str]


def origin(parts: Mapping[str, Part], prepared: Path, split: Path, embedder: Path) -> Facts:
    """The data and the model with their hashes, the training, the code and the libraries, in words.

    Args:
        parts: what was read, by name.
        prepared: the image store; its index holds the sha256 of every source image.
        split: folder of split.parquet.
        embedder: folder of the model, with the record of its training.
    """
    code = provenance.code_revision()
    revision = (code["revision"] or "unknown") + (", with changes that are not committed" if code["dirty"] else "")
    return {
        **{name: f"{len(whose.names):,} identities, {len(whose.rows):,} images" for name, whose in parts.items()},
        "images, sha256 of the index": sha256(prepared / INDEX),
        "split, sha256": sha256(split / PARTITION),
        "model, sha256": sha256(embedder / "embedder.keras"),
        "MLflow run of the training": tracking.read(embedder).run_id or "none",
        "git revision": revision,
        "versions": ", ".join(f"{name} {version}" for name, version in provenance.versions().items()),
    }


def parameters(embedder: Path, normalisation: Normalisation, params: EvaluateParams) -> Facts:
    """All parameters that are known, by their dotted names: of the data, the training and the evaluation."""
    seen = {f"normalise.{name}": str(value) for name, value in normalisation}
    known = tracking.read(embedder).params | seen | flat_params("evaluate", params)
    return {name: discreet(value) for name, value in known.items()}
