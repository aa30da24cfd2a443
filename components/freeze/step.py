"""The freeze step: exports the embedder, proves the exports equal to it, and describes them."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from components.freeze import eer_change, model_card, proof_images, quantised, s3_publish
from components.freeze.params import FreezeParams
from components.freeze.quantised import Proof
from components.freeze.space import space_of
from components.shared.data.catalog import CATALOG
from components.shared.data.image_store import IMAGES, INDEX
from components.shared.data.normalisation import NORMALISATION, VERSION, Normalisation
from components.shared.data.partition import PARTITION
from components.shared.model import bundle
from components.shared.model.bundle import (
    CARD,
    FORMATS,
    FROZEN_GRAPH,
    GRAPH,
    MANIFEST,
    ONNX,
    SAVED_MODEL,
    SPACE,
    TF_SERVING,
)
from components.shared.model.embedder import load_embedder
from components.shared.runtime import backend
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import Bar, progress_bar
from components.shared.storage import files
from components.shared.tracking import step_runs
from components.shared.tracking.record import Record
from components.shared.verification import (
    decision_file,
    distributions,
    identification_rates,
    measured_rates,
    metrics_file,
    threshold,
)
from components.shared.verification.decision_file import DECISION, Decisions
from components.shared.verification.metrics_file import METRICS
from components.shared.verification.sampling import Labels

if TYPE_CHECKING:
    import tensorflow as tf

PHASES = ("read", "SavedModel", "frozen graph", "ONNX", "parity", "8 bits", "describe", "log")
INPUTS = {
    "raw": ("ingest", [CATALOG]),
    "embedder": ("train", ["embedder.keras", NORMALISATION]),
    "evaluation": ("evaluate", [METRICS, DECISION]),
}
"""Input folders: the step that writes each, and the files needed of it."""
QUANTISED_INPUTS = {
    "prepared": ("preprocess", [IMAGES, INDEX, NORMALISATION]),
    "split": ("split", [PARTITION]),
}
"""Those that quantised formats alone need."""

log = logging.getLogger(__name__)


def run(
    params: FreezeParams,
    raw: Path,
    prepared: Path,
    split: Path,
    embedder: Path,
    evaluation: Path,
    out: Path,
) -> dict[str, float]:
    """Writes the bundle; nothing if an export differs from the model.

    Args:
        params: the section `freeze`.
        raw: source images and catalog.csv; the exports are compared on some of the images.
        prepared: the image store of preprocess; read for quantised formats alone, as `split`.
        split: split.parquet: those are made with training identities, and proven on those of test.
        embedder: embedder.keras and normalise.json.
        evaluation: metrics.json, decision.json, distributions.json and mlflow_run.json of that
            embedder.
        out: the folder to write.

    Returns:
        `parity/<export>/max_abs_difference` of every export; `<export>_pixels` is that of
        its signature for normalised images. Of a quantised format its figures, `int8/eer_change`.

    Raises:
        InputError: an input is missing or damaged; an export differs by more than
            `params.tolerance`; or the store for the published bundle refuses, or stops answering:
            then `out` is complete, but there is no version.
    """
    _check_inputs(INPUTS, raw=raw, embedder=embedder, evaluation=evaluation)
    eight_bits = any(name in quantised.FILES for name in params.formats)
    if eight_bits:
        _check_inputs(QUANTISED_INPUTS, prepared=prepared, split=split)
    for read in (Record.read, decision_file.read, metrics_file.read, distributions.read):
        read(evaluation)  # what is damaged is told before the work
    if params.publish:
        s3_publish.versions(params.publish)  # a store that refuses does so before the work
    backend.set_up_tensorflow()
    from components.freeze import export, parity, parity_images

    phases = progress_bar("freeze", "phase", len(PHASES), even=False)
    with phases as progress, files.atomic_folder(out) as folder:
        _begin(progress, "read")
        normalisation = Normalisation.load(embedder / NORMALISATION)
        known = proof_images.read(raw, prepared, split, normalisation) if eight_bits else None
        model = load_embedder(embedder)
        images = parity_images.choose_images(raw, params.parity_images, normalisation)
        reference = parity.reference_embeddings(model, normalisation, images)
        module = export.build_serving_module(model, normalisation)
        _export(module, folder, params.formats, progress)
        _begin(progress, "parity")
        normalised = parity_images.normalise_each(images, normalisation)
        differences = _measure_parity(folder, images, normalised, reference, params.tolerance)
        _begin(progress, "8 bits")
        proofs: dict[str, Proof] = {}
        if known is not None:
            limit = _limit(decision_file.read(evaluation), known.labels)
            proofs = quantised.add(module, folder, params.formats, known, limit)
        _begin(progress, "describe")
        evaluated = Record.read(evaluation)
        facts = {"parity": differences, FORMATS: quantised.entries(proofs)}
        manifest = _describe(folder, raw, evaluation, evaluated.params, normalisation, facts)
        manifest[SPACE] = space_of(model.weights, normalisation)
        _begin(progress, "log")
        with step_runs.model_run(evaluated, params) as tracked:
            tracked.log_model(folder / SAVED_MODEL, reference.shape[1])
            tracked.log_figures(quantised.metrics(proofs))
            tracked.write(folder)
            version = bundle.write(folder, manifest)
            for name in (CARD, MANIFEST, DECISION):
                tracked.log_artifacts(folder / name, "frozen")
            tracked.set_tags({"version": version})
        progress.update()
    if params.publish:
        log.info("published as %s", s3_publish.publish(out, params.publish))
    return differences | quantised.metrics(proofs)


def _begin(progress: Bar, phase: str) -> None:
    """Shows the next phase."""
    progress.set_postfix_str(phase)
    progress.update(0 if phase == PHASES[0] else 1)


def _check_inputs(needed: Mapping[str, tuple[str, list[str]]], **folders: Path) -> None:
    for role, (step, names) in needed.items():
        for name in names:
            path = folders[role] / name
            if not path.is_file():
                raise InputError(
                    f"{path}: no such file; run the step '{step}' first or pass --{role}"
                )


def _export(module: "tf.Module", folder: Path, formats: Sequence[str], progress: Bar) -> None:
    from components.freeze import export, frozen_graph, onnx_export, tf_serving, triton_export

    _begin(progress, "SavedModel")
    export.save(module, folder / SAVED_MODEL)
    _begin(progress, "frozen graph")
    graph = frozen_graph.freeze(module)
    frozen_graph.write(graph, folder / FROZEN_GRAPH)
    frozen_graph.write_tensorboard(graph, folder / GRAPH)
    _begin(progress, "ONNX")
    onnx_export.write(module, folder / ONNX)
    if "tfserving" in formats:
        tf_serving.write(module, graph, folder / TF_SERVING)
    if "triton" in formats:
        triton_export.write(folder / ONNX, folder / triton_export.FOLDER)


def _limit(decisions: Decisions, labels: Labels) -> float | None:
    """Returns the largest distance that val chose for one reference, at equal errors, if any."""
    kind = eer_change.kind_of(labels)
    chosen = threshold.lookup(decisions.thresholds, kind, 1, threshold.EQUAL_ERROR)
    return None if chosen is None else chosen.threshold


def _measure_parity(
    folder: Path,
    images: npt.NDArray[np.object_],
    normalised: npt.NDArray[np.uint8],
    reference: npt.NDArray[np.float32],
    tolerance: float,
) -> dict[str, float]:
    """Returns each export's largest difference from the reference, by its metric's name."""
    from components.freeze import export, frozen_graph, onnx_export, parity, tf_serving

    network = onnx_export.open_session(folder / ONNX)
    embeddings = {
        "frozen_graph": frozen_graph.run_frozen_graph(folder / FROZEN_GRAPH, images),
        "onnx": onnx_export.embed(network, normalised),
    }
    saved = {"saved_model": folder / SAVED_MODEL}
    if (folder / TF_SERVING).is_dir():
        saved["tfserving"] = folder / TF_SERVING / tf_serving.VERSION
    for name, path in saved.items():
        by_bytes, by_pixels = export.run_signatures(path, images, normalised)
        embeddings |= {name: by_bytes, f"{name}_pixels": by_pixels}
    differences: dict[str, float] = {}
    for name, values in embeddings.items():
        difference = parity.max_abs_difference(name, values, reference, tolerance)
        differences[f"parity/{name}/max_abs_difference"] = difference
    return differences


def _describe(
    folder: Path,
    raw: Path,
    evaluation: Path,
    params: Mapping[str, str],
    normalisation: Normalisation,
    facts: dict[str, Any],
) -> dict[str, Any]:
    """Writes all but the networks and the record; returns the manifest without hashes."""
    decisions = decision_file.read(evaluation)
    decision_file.write(decisions, folder)
    distributions.write(distributions.read(evaluation), folder)
    normalisation.save(folder / NORMALISATION)
    manifest = {
        **bundle.origin(raw),
        "normalisation": {"version": VERSION, **normalisation.model_dump()},
        "thresholds": threshold.to_rows(decisions.thresholds),
        **facts,
    }
    metrics = metrics_file.read(evaluation)
    card = model_card.CardData(
        image_counts=model_card.count_images(raw),
        metrics=metrics,
        manifest=manifest,
        params=params,
        decisions=decisions,
    )
    identification_rates.write(identification_rates.read(evaluation), folder)
    measured_rates.write(measured_rates.select(metrics, decisions.chosen, card.target), folder)
    (folder / CARD).write_text(model_card.render(card), encoding="utf-8")
    return manifest
