"""The evaluate step."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from components.evaluate import curves, floors, plots, report, summary, tables
from components.evaluate.intervals import difference, intervals
from components.evaluate.params import EvaluateParams
from components.evaluate.subject import Part, check_normalisation, part
from components.evaluate.verification import Verification, carried, figures, thresholds, verifications
from components.shared import partition, tracking
from components.shared.embed import embed, load_embedder
from components.shared.errors import InputError
from components.shared.files import atomic_folder
from components.shared.images import ImageStore, open_store
from components.shared.pairs import identification_accuracy

if TYPE_CHECKING:
    import keras

Metrics = dict[str, float]


@dataclass(frozen=True)
class Evaluation:
    """What was found.

    Attributes:
        metrics: by name, all finite.
        roc: (FAR, 1 − FRR, threshold) of the single-reference verification, skilled where there are forgeries.
        report: report.html.
    """

    metrics: Metrics
    roc: list[tuple[float, float, float]]
    report: Path


def run(params: EvaluateParams, prepared: Path, split: Path, embedder: Path, out: Path) -> Evaluation:
    """Measures an embedder on the test identities and writes reports/evaluation.

    Args:
        params: the section `evaluate`.
        prepared: the image store.
        split: which image is in which part.
        embedder: embedder.keras and the normalisation it was trained with.
        out: the folder to write.

    Raises:
        InputError: something is missing, does not fit together, or there are no test identities.
    """
    normalisation = check_normalisation(prepared, embedder)
    store = open_store(prepared)
    parts = partition.read(split, store.index)
    val, test = (part(store.index, parts, name) for name in ("val", "test"))
    if not len(test.rows):
        raise InputError(f"{split} puts no images into test; raise split.test, or see split.by")
    model = load_embedder(embedder)

    vectors = embed(model, store.images, rows=np.concatenate([test.rows, val.rows]))
    on_test, on_val = vectors[: len(test.rows)], vectors[len(test.rows) :]
    counts = [1, params.references]
    test_pairs, val_pairs = (
        verifications(found, whose, counts, params) for found, whose in ((on_test, test), (on_val, val))
    )
    chosen = thresholds(val_pairs, params)
    metrics = _measure(test_pairs, on_test, test, params)
    for verification in test_pairs:
        metrics |= intervals(verification, params)
    metrics |= carried(test_pairs, chosen)
    metrics |= _floors(model, store, test, test_pairs, params)
    metrics |= {f"val/{name}": value for name, value in _measure(val_pairs, on_val, val, params).items()}
    metrics = {name: float(value) for name, value in metrics.items() if np.isfinite(value)}

    about = {
        "test": f"{len(test.names)} identities, {len(test.rows)} images",
        "val": f"{len(val.names)} identities, {len(val.rows)} images",
    } | {f"normalise.{name}": value for name, value in normalisation}
    with tracking.evaluation_run(embedder, params) as tracked, atomic_folder(out) as fresh:
        tables.write(fresh, metrics, test_pairs, chosen, test.names)
        (fresh / "summary.txt").write_text(summary.text(metrics, params) + "\n", encoding="utf-8")
        report.write(fresh, metrics, params, plots.draw(fresh, test_pairs, chosen), about)
        tracked.log_metrics(metrics)
        for file in sorted(fresh.iterdir()):
            tracked.log_artifacts(file, "evaluation")
        tracked.write(fresh)
    return Evaluation(metrics, _points(test_pairs), out / "report.html")


def _measure(found: list[Verification], vectors: np.ndarray, whose: Part, params: EvaluateParams) -> Metrics:
    """Verification and identification on one part."""
    result: Metrics = {}
    for verification in found:
        result |= figures(verification, params)
    name = f"identification/refs_{params.references}/accuracy"
    result[name] = identification_accuracy(
        vectors, whose.identity, whose.forged, params.references, params.draws, params.seed
    )
    return result


def _floors(
    model: "keras.Model", store: ImageStore, test: Part, ours: list[Verification], params: EvaluateParams
) -> Metrics:
    """Single-reference EER of the untrained network and of HOG on the same comparisons, and ours minus theirs."""
    fresh = floors.untrained(model, params.seed)
    described = {
        "untrained": embed(fresh, store.images, rows=test.rows, what="embed, untrained"),
        "hog": floors.hog(store.images, test.rows),
    }
    result: Metrics = {}
    single = {v.kind: v for v in ours if v.references == 1}
    for floor, vectors in described.items():
        for theirs in verifications(vectors, test, [1], params):
            name = f"floor/{floor}/{theirs.kind}/refs_1/eer"
            result[name] = figures(theirs, params)[f"{theirs.key}/eer"]
            mine = single[theirs.kind]
            result[f"{name}_difference"] = figures(mine, params)[f"{mine.key}/eer"] - result[name]
            result |= difference(mine, theirs, f"{name}_difference", params)
    return result


def _points(found: list[Verification]) -> list[tuple[float, float, float]]:
    single = [v for v in found if v.references == 1]
    if not single:
        return []
    curve = curves.curve(single[0])
    return [(float(far), float(1 - frr), float(threshold)) for threshold, far, frr in zip(*curve, strict=True)]
