"""What was measured, and of what it came."""

from collections.abc import Mapping
from pathlib import Path

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.evaluation_set import Part
from components.shared.data.image_store import INDEX
from components.shared.data.normalisation import Normalisation
from components.shared.data.partition import PARTITION
from components.shared.model.bundle import MANIFEST, Bundle
from components.shared.runtime.errors import redact_credentials
from components.shared.storage.files import sha256
from components.shared.tracking import code_version
from components.shared.tracking.run import Record, flat_params

Facts = dict[str, str]


def origin(
    parts: Mapping[str, Part],
    prepared: Path,
    split: Path,
    embedder: Path,
    trained: Record,
) -> Facts:
    """The data and the model with their hashes, the training, the code and the libraries, in words.

    Args:
        parts: what was read, by name.
        prepared: the image store; its index holds the sha256 of every source image.
        split: folder of split.parquet.
        embedder: folder of the model.
        trained: the record of its training.
    """
    return {
        **_sizes(parts),
        "images, sha256 of the index": sha256(prepared / INDEX),
        "split, sha256": sha256(split / PARTITION),
        "model, sha256": sha256(embedder / "embedder.keras"),
        "MLflow run of the training": trained.run_id or "none",
        **_code(),
    }


def shipped(bundle: Bundle, record: Record, whose: Part, catalog: str) -> Facts:
    """The same of a shipped model and other data.

    Args:
        bundle: the model.
        record: the one that freeze left in it.
        whose: all images.
        catalog: sha256 of the data's catalog.csv.
    """
    return {
        **_sizes({"test": whose}),
        "images, sha256 of the catalog": catalog,
        "model, sha256 of its manifest": sha256(bundle.folder / MANIFEST),
        "MLflow run of the model": record.run_id or "none",
        **_code(),
    }


def parameters(
    made_with: Mapping[str, str], normalisation: Normalisation, params: EvaluateParams
) -> Facts:
    """All parameters that are known, by their dotted names.

    Args:
        made_with: those of the data and the training.
        normalisation: of the images.
        params: of the evaluation.
    """
    seen = {f"normalise.{name}": str(value) for name, value in normalisation}
    known = {**made_with, **seen, **flat_params("evaluate", params)}
    return {name: redact_credentials(value) for name, value in known.items()}


def _sizes(parts: Mapping[str, Part]) -> Facts:
    return {
        name: f"{len(whose.names):,} identities, {len(whose.rows):,} images"
        for name, whose in parts.items()
    }


def _code() -> Facts:
    code = code_version.code_revision()
    revision = (code["revision"] or "unknown") + (
        ", with changes that are not committed" if code["dirty"] else ""
    )
    versions = ", ".join(f"{name} {version}" for name, version in code_version.versions().items())
    return {"git revision": revision, "versions": versions}
