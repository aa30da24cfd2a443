"""The evaluate step."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from components.evaluate.audit import baselines
from components.evaluate.audit.shortcuts import shortcuts
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import (
    Metrics,
    Subject,
    carry,
    choose,
    measure,
    of_val,
    subject,
)
from components.evaluate.report import html, origin
from components.evaluate.report.individuals import people
from components.evaluate.report.results import Results
from components.evaluate.scoring import roc_curves
from components.evaluate.scoring.evaluation_set import Part, check_normalisation, part
from components.evaluate.scoring.verification import Verification
from components.shared.data import partition
from components.shared.data.image_store import ImageStore, open_store
from components.shared.model.embedder import embed, load_embedder
from components.shared.runtime import backend
from components.shared.runtime.errors import InputError
from components.shared.storage.files import UPLOAD, atomic_folder, uploads
from components.shared.tracking import runs
from components.shared.tracking.run import Record

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Evaluation:
    """What was found.

    Attributes:
        metrics: by name, all finite.
        roc: (FAR, 1 − FRR, threshold) of the single-reference verification, skilled where there are
            forgeries.
        report: report.html, for this machine.
        uploaded_report: the same without names and pictures of people.
    """

    metrics: Metrics
    roc: list[tuple[float, float, float]]
    report: Path
    uploaded_report: Path


def run(
    params: EvaluateParams, prepared: Path, split: Path, embedder: Path, out: Path
) -> Evaluation:
    """Measures an embedder on identities that it has not seen and writes reports/evaluation.

    Args:
        params: the section `evaluate`.
        prepared: the image store.
        split: which image is in which part.
        embedder: embedder.keras and the normalisation it was trained with.
        out: the folder to write.

    Raises:
        InputError: something is missing, does not fit together, or the part to report on has no
            identities.
    """
    normalisation = check_normalisation(prepared, embedder)
    store = open_store(prepared)
    partitioned = partition.read(split, store.index)
    parts = {name: part(store.index, partitioned, name) for name in params.parts}
    name = params.reported
    if not len(parts[name].rows):
        raise InputError(f"{split} puts no images into {name}; raise split.{name}, or see split.by")
    backend.set_up()
    model = load_embedder(embedder)

    vectors = _embed(model, store, parts)
    subjects = {name: subject(whose, vectors[name], params) for name, whose in parts.items()}
    main = subjects[params.reported]
    chosen = choose(subjects["val"], params)
    found = measure(main, params)
    metrics = found.metrics | _floors(model, store, main, params)
    probed = shortcuts(prepared, store, part(store.index, partitioned, "train"), main, params)
    metrics |= probed.figures
    if params.reported == "test":
        metrics |= carry(main, chosen, params)
    else:
        metrics = of_val(metrics)
    if params.part == "both":
        metrics |= of_val(measure(subjects["val"], params).metrics)

    trained = Record.read(embedder)
    results = Results(
        metrics,
        found.tables,
        main,
        chosen,
        people(store.images, main, chosen, params),
        origin.origin(parts, prepared, split, embedder, trained),
        origin.parameters(trained.params, normalisation, params),
        probed.lines,
    )
    with runs.evaluation_run(trained, params) as tracked, atomic_folder(out) as fresh:
        results.write(fresh, params)
        tracked.log_metrics(metrics)
        for file in uploads(fresh):
            tracked.log_artifacts(file, "evaluation")
        tracked.write(fresh)
    return Evaluation(
        metrics, _points(main.verifications), out / html.NAME, out / UPLOAD / html.NAME
    )


def _embed(
    model: "keras.Model", store: ImageStore, parts: Mapping[str, Part]
) -> dict[str, NDArray[np.float32]]:
    """The embeddings of each part's images, float32 [n, D]."""
    rows = [whose.rows for whose in parts.values()]
    vectors = embed(model, store.images, rows=np.concatenate(rows))
    ends = np.cumsum([len(some) for some in rows])
    return dict(zip(parts, np.split(vectors, ends[:-1]), strict=True))


def _floors(
    model: "keras.Model", store: ImageStore, of: Subject, params: EvaluateParams
) -> Metrics:
    """What the untrained network and HOG make of the same comparisons."""
    if not of.verifications:
        return {}
    rows = of.part.rows
    fresh = baselines.untrained(model, params.seed)
    untrained = embed(fresh, store.images, rows=rows, what="embed, untrained")
    described = {"untrained": untrained, "hog": baselines.hog(store.images, rows)}
    result: Metrics = {}
    for name, vectors in described.items():
        result |= baselines.against(
            name, vectors, of.part.labels, of.verifications, params.resampling
        )
    return result


def _points(found: list[Verification]) -> list[tuple[float, float, float]]:
    single = [v for v in found if v.references == 1]
    if not single:
        return []
    curve = roc_curves.curve(single[0])
    return [
        (float(far), float(1 - frr), float(threshold))
        for threshold, far, frr in zip(*curve, strict=True)
    ]
