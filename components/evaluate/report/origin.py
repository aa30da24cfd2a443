"""The origin of the results: data, model, code and parameters."""

from collections.abc import Mapping
from pathlib import Path

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.shared.data.image_store import INDEX
from components.shared.data.normalisation import Normalisation
from components.shared.data.partition import PARTITION
from components.shared.model.bundle import MANIFEST, Bundle
from components.shared.runtime.errors import redact_credentials
from components.shared.storage.files import sha256
from components.shared.tracking import code_version
from components.shared.tracking.record import Record, flat_params

Facts = dict[str, str]


def split_origin(
    parts: Mapping[str, EvaluationSet],
    prepared: Path,
    split: Path,
    embedder: Path,
    training: Record,
) -> Facts:
    """Returns the sizes of the parts, hashes of data and model, the code and the libraries.

    Args:
        parts: the parts that were evaluated, by name.
        prepared: the image store; its index holds the sha256 of every source image.
        split: folder of split.parquet.
        embedder: folder of the model.
        training: the MLflow record of the model's training.
    """
    return {
        **_sizes(parts),
        "images, sha256 of the index": sha256(prepared / INDEX),
        "split, sha256": sha256(split / PARTITION),
        "model, sha256": sha256(embedder / "embedder.keras"),
        "MLflow run of the training": training.run_id or "none",
        **_code(),
    }


def external_origin(bundle: Bundle, record: Record, part: EvaluationSet, catalog: str) -> Facts:
    """Returns the same facts for a frozen model on other data.

    Args:
        bundle: the model.
        record: the MLflow record that freeze left in it.
        part: all images.
        catalog: sha256 of the data's catalog.csv.
    """
    return {
        **_sizes({"test": part}),
        "images, sha256 of the catalog": catalog,
        "model, sha256 of its manifest": sha256(bundle.folder / MANIFEST),
        "MLflow run of the model": record.run_id or "none",
        **_code(),
    }


def parameters(
    earlier: Mapping[str, str], normalisation: Normalisation, params: EvaluateParams
) -> Facts:
    """Returns the parameters of all steps, by their dotted names; credentials are redacted.

    Args:
        earlier: parameters of the data and the training.
        normalisation: of the images.
        params: of the evaluation.
    """
    prepared = {f"normalise.{name}": str(value) for name, value in normalisation}
    values = {**earlier, **prepared, **flat_params("evaluate", params)}
    return {name: redact_credentials(value) for name, value in values.items()}


def _sizes(parts: Mapping[str, EvaluationSet]) -> Facts:
    return {
        name: f"{len(part.names):,} identities, {len(part.rows):,} images"
        for name, part in parts.items()
    }


def _code() -> Facts:
    code = code_version.code_revision()
    revision = code["revision"] or "unknown"
    if code["dirty"]:
        revision += ", with changes that are not committed"
    versions = [f"{name} {version}" for name, version in code_version.versions().items()]
    return {"git revision": revision, "versions": ", ".join(versions)}
