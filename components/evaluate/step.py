"""The evaluate step."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from components.evaluate.audit import baselines
from components.evaluate.audit.shortcuts import find_shortcuts, tell_collections
from components.evaluate.decision.by_collection import measure_collections
from components.evaluate.decision.carried import Carried, apply_with_searches
from components.evaluate.decision.deciding import decide
from components.evaluate.decision.disguised import DisguisedImages, measure_disguised
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.listed_pairs import Lists, measure_lists
from components.evaluate.protocols.run_protocols import (
    ComparedPart,
    Metrics,
    apply_thresholds,
    compare_part,
    name_as_val,
    run_protocols,
)
from components.evaluate.report import html, origin, text
from components.evaluate.report.individuals import find_individuals
from components.evaluate.report.results import Results
from components.evaluate.report.subject import Subject
from components.evaluate.scoring import roc_curves
from components.evaluate.scoring.evaluation_set import (
    EvaluationSet,
    check_normalisation,
    select_part,
)
from components.evaluate.scoring.verification import Verification
from components.shared.data import partition
from components.shared.data.copies import read_duplicates
from components.shared.data.disguised_store import open_disguised
from components.shared.data.image_store import (
    INDEX,
    ImageStore,
    open_store,
    read_reasons,
    read_sources,
)
from components.shared.data.pairs import read_pairs
from components.shared.model.embedder import count_views, embed, load_embedder, load_start
from components.shared.runtime import backend
from components.shared.runtime.errors import InputError
from components.shared.storage.files import UPLOAD, atomic_folder, uploads
from components.shared.tracking import data_set, step_runs
from components.shared.tracking.record import Record
from components.shared.verification.decision_file import Decisions
from components.shared.verification.metric_names import N_REJECTED, START
from components.shared.verification.rule_of_three import caveats

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Evaluation:
    """The outcome of the step.

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
    """Evaluates an embedder on identities that it has not seen and writes reports/evaluation.

    Args:
        params: the section `evaluate`.
        prepared: the image store.
        split: folder of split.parquet.
        embedder: embedder.keras, start.keras if any, and the normalisation it was trained with.
        out: the folder to write.

    Raises:
        InputError: something is missing, does not fit together, or the part to report on has no
            identities.
    """
    normalisation = check_normalisation(prepared, embedder)
    store = open_store(prepared)
    sources = read_sources(prepared, len(store.index))
    partitioned = partition.read(split, store.index)
    parts = {name: select_part(store.index, partitioned, name) for name in params.parts}
    name = params.reported
    if not len(parts[name].rows):
        raise InputError(f"{split} puts no images into {name}; raise split.{name}, or see split.by")
    backend.set_up()
    model = load_embedder(embedder)

    embeddings = _embed(model, store, parts)
    compared = {
        name: compare_part(images, embeddings[name], params) for name, images in parts.items()
    }
    reported = compared[params.reported]
    decisions, gains = decide(compared["val"], params, count_views(model))
    thresholds = decisions.thresholds
    for caveat in caveats(thresholds, params.target_name, decisions.policies):
        logging.warning("%s", caveat)
    results = run_protocols(reported, params)
    train = select_part(store.index, partitioned, "train")
    shortcut_report = find_shortcuts(store, sources, train, reported, params.seed)
    metrics = results.metrics | _baselines(model, load_start(embedder), store, reported, params)
    apart = tell_collections(store, list(compared.values()))
    metrics |= shortcut_report.figures | apart.figures
    metrics |= measure_collections(store.index, reported, decisions, params)
    rejected = read_reasons(prepared)
    if rejected:
        metrics[N_REJECTED] = float(len(rejected))
    decided, lists = Carried({}, []), Lists({})
    if params.reported == "test":
        metrics |= apply_thresholds(reported, thresholds, params)
        decided = apply_with_searches(reported, decisions.chosen, params)
        lists = measure_lists(
            read_pairs(prepared),
            store.index,
            read_duplicates(prepared),
            reported,
            decisions.chosen,
            params,
        )
        metrics |= (
            decided.metrics
            | lists.metrics
            | _measure_disguised(model, prepared, reported, decisions, params)
        )
    else:
        metrics = name_as_val(metrics)
    if params.part == "both":
        metrics |= name_as_val(run_protocols(compared["val"], params).metrics)

    if params.part != "test":
        metrics |= gains
    training = Record.read(embedder)
    outcome = Results(
        subject=Subject.trained(training, embedder),
        metrics=metrics,
        tables={**results.tables, **lists.tables},
        part=reported,
        decisions=decisions,
        decided=decided.verified,
        searches=decided.searches,
        individuals=find_individuals(store, reported, thresholds, params),
        origin=origin.split_origin(parts, prepared, split, embedder, training),
        parameters=origin.parameters(training.params, normalisation, params),
        shortcut_lines=[*shortcut_report.lines, *apart.lines],
        notices=[
            *text.rejection_notice(rejected, len(store.index) + len(rejected)),
            *lists.notices,
        ],
    )
    with step_runs.evaluation_run(training, params) as tracked, atomic_folder(out) as folder:
        outcome.write(folder, params)
        data = data_set.describe(tracked.record.params, prepared / INDEX)
        tracked.log_dataset(data, "evaluation")
        tracked.log_evaluation(metrics)
        tracked.describe(" ".join(outcome.sentences(params)))
        for file in uploads(folder):
            tracked.log_artifacts(file, "evaluation")
        tracked.write(folder)
    report, uploaded = out / html.NAME, out / UPLOAD / html.NAME
    return Evaluation(metrics, _roc_points(reported.verifications), report, uploaded)


def _embed(
    model: "keras.Model", store: ImageStore, parts: Mapping[str, EvaluationSet]
) -> dict[str, NDArray[np.float32]]:
    """Embeds the images of each part: float32 [n, D], by the part's name."""
    rows = [part.rows for part in parts.values()]
    embeddings = embed(model, store.images, rows=np.concatenate(rows))
    ends = np.cumsum([len(part) for part in rows])
    return dict(zip(parts, np.split(embeddings, ends[:-1]), strict=True))


def _measure_disguised(
    model: "keras.Model",
    prepared: Path,
    reported: ComparedPart,
    decisions: Decisions,
    params: EvaluateParams,
) -> Metrics:
    """Measures what becomes of the disguised signatures of the reported identities."""
    store = open_disguised(prepared)
    if store is None:
        return {}
    identity = store.index["identity"].to_numpy(dtype=str)
    rows = np.flatnonzero(np.isin(identity, reported.part.names))
    if not len(rows):
        return {}
    embeddings = embed(model, store.images, rows=rows, what="embed, disguised")
    return measure_disguised(
        DisguisedImages(identity[rows], embeddings), reported, decisions, params
    )


def _baselines(
    model: "keras.Model",
    start: "keras.Model | None",
    store: ImageStore,
    reported: ComparedPart,
    params: EvaluateParams,
) -> Metrics:
    """Computes the rates on the same comparisons of the network with random weights, of HOG and of
    the network's start, if there is one.
    """
    if not reported.verifications:
        return {}
    rows = reported.part.rows
    network = baselines.build_untrained(model, params.seed)
    descriptors = {
        "untrained": embed(network, store.images, rows=rows, what="embed, untrained"),
        "hog": baselines.hog_descriptors(store.images, rows),
    }
    if start is not None:
        descriptors[START] = embed(start, store.images, rows=rows, what="embed, start")
    metrics: Metrics = {}
    for name, vectors in descriptors.items():
        metrics |= baselines.compare_with_baseline(
            name, vectors, reported.part.labels, reported.verifications
        )
    return metrics


def _roc_points(verifications: list[Verification]) -> list[tuple[float, float, float]]:
    single = [v for v in verifications if v.references == 1]
    if not single:
        return []
    curve = roc_curves.curve(single[0])
    points = zip(curve.far, 1 - curve.frr, curve.threshold, strict=True)
    return [(float(far), float(tpr), float(threshold)) for far, tpr, threshold in points]
