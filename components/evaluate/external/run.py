"""Evaluation of a frozen model on raw images, with the thresholds that it carries."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from components.evaluate.audit import baselines
from components.evaluate.audit.shortcuts import find_shortcuts
from components.evaluate.decision.by_collection import measure_collections
from components.evaluate.decision.carried import apply_with_searches
from components.evaluate.decision.disguised import measure_disguised
from components.evaluate.external.embedding import Embedded, embed
from components.evaluate.external.ingested import ingested
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.listed_pairs import measure_lists
from components.evaluate.protocols.run_protocols import (
    Metrics,
    apply_thresholds,
    compare_part,
    run_protocols,
)
from components.evaluate.report import origin, text
from components.evaluate.report.individuals import find_individuals
from components.evaluate.report.results import Results
from components.evaluate.report.subject import Subject
from components.evaluate.scoring.evaluation_set import select_rows
from components.shared.data.catalog import CATALOG
from components.shared.data.copies import DUPLICATES, write_duplicates
from components.shared.data.image_store import read_sources, write_rejected
from components.shared.data.normalisation import VERSION
from components.shared.data.pairs import ListedPair, read_pairs
from components.shared.model import bundle
from components.shared.model.bundle import Bundle
from components.shared.model.image_sample import overlap
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_folder, sha256
from components.shared.tracking.record import Record
from components.shared.verification.metric_names import N_REJECTED

THRESHOLDS = (
    "The thresholds are the model's own, "
    "chosen on val identities of the data that it was made from."
)
CALIBRATED = (
    "Its decision was calibrated on “{data}”: genuine images of {people} people. How many skilled "
    "forgeries it would accept was {forgeries} there."
)
CALIBRATION_DATA = (
    "This is the data that its decision was calibrated on: the figures flatter a little."
)
NO_THRESHOLDS = "The model carries no threshold: it was made without val identities."
OLD_NORMALISATION = (
    "The model holds an earlier normalisation, which takes light on dark for ink and does not "
    "reject shadows: freeze it again. The baselines see the images as the present one prepares "
    "them, and what that rejects is left out."
)
OWN_DATA = (
    "This is the data that the model was made from: "
    "many of these identities it has seen in training."
)
OWN_IMAGES = (
    "{known:,} of {checked:,} images that were looked up are among those that the model was made "
    "from: unless they are of its test part, it has seen their identities in training, and the "
    "figures flatter."
)


class _Source(NamedTuple):
    """The data of an evaluation.

    Attributes:
        address: of the images, as the user gave it.
        catalog: sha256 of their catalog.csv.
        prepared: folder of their image store.
        pairs: published lists of comparisons of them.
    """

    address: str
    catalog: str
    prepared: Path
    pairs: Sequence[ListedPair]


def run(params: EvaluateParams, model: Path, data: str, layout: str, out: Path) -> Metrics:
    """Evaluates a frozen model on all identities of some images, which its graph decodes.

    Args:
        params: the section `evaluate`; `part` plays no role.
        model: the bundle that freeze wrote.
        data: a folder or an archive of images, or a folder with catalog.csv.
        layout: names the order of identity and kind in the paths, as `ingest.layout` does.
        out: the folder to write.

    Returns:
        The metrics by name.

    Raises:
        InputError: the bundle is not as its manifest says, lacks a threshold for the target, or the
            data is unusable.
    """
    params = params.model_copy(update={"part": "test"})
    frozen = bundle.read(model)
    _validate_target(frozen, params)
    with (
        ingested(data, layout, out) as raw,
        tempfile.TemporaryDirectory() as prepared,
        atomic_folder(out) as folder,
    ):
        images = embed(frozen, raw, Path(prepared))
        source = _Source(data, sha256(raw / CATALOG), Path(prepared), read_pairs(raw))
        results = _evaluate(params, frozen, images, source)
        results.write(folder, params)
        write_rejected(images.rejected, folder)
        write_duplicates(images.duplicates, folder)
    return results.metrics


def _evaluate(params: EvaluateParams, frozen: Bundle, images: Embedded, source: _Source) -> Results:
    store = images.store
    everyone = select_rows(store.index, np.arange(len(store.index)))
    no_train = select_rows(store.index, np.zeros(0, np.intp))
    reported = compare_part(everyone, images.embeddings, params)
    results = run_protocols(reported, params)
    sources = read_sources(source.prepared, len(store.index))
    shortcut_report = find_shortcuts(store, sources, no_train, reported, params.seed)
    metrics = results.metrics | shortcut_report.figures
    metrics |= apply_thresholds(reported, frozen.thresholds, params)
    decided = apply_with_searches(reported, frozen.decisions.chosen, params)
    lists = measure_lists(
        source.pairs, store.index, images.duplicates, reported, frozen.decisions.chosen, params
    )
    metrics |= decided.metrics | lists.metrics
    metrics |= measure_collections(store.index, reported, frozen.decisions, params)
    if reported.verifications:
        hog = baselines.hog_descriptors(store.images, everyone.rows)
        metrics |= baselines.compare_with_baseline(
            "hog", hog, everyone.labels, reported.verifications
        )
    metrics["n_images"] = float(len(store.index))
    metrics[N_REJECTED] = float(len(images.rejected))
    metrics["n_duplicates"] = float(len(images.duplicates))
    if images.disguised is not None:
        metrics["n_disguised"] = float(len(images.disguised.identity))
        metrics |= measure_disguised(images.disguised, reported, frozen.decisions, params)
    record = Record.read(frozen.folder)
    return Results(
        subject=Subject.frozen(frozen, source.address),
        metrics=metrics,
        tables={**results.tables, **lists.tables},
        part=reported,
        decisions=frozen.decisions,
        decided=decided.verified,
        searches=decided.searches,
        individuals=find_individuals(store, reported, frozen.thresholds, params),
        origin=origin.external_origin(frozen, record, everyone, source.catalog),
        parameters=origin.parameters(record.params, frozen.normalisation, params),
        shortcut_lines=shortcut_report.lines,
        notices=[*_notices(frozen, images, source.catalog), *lists.notices],
    )


def _validate_target(frozen: Bundle, params: EvaluateParams) -> None:
    policies = sorted({t.policy for t in frozen.thresholds})
    if policies and params.target_name not in policies:
        raise InputError(
            f"{frozen.folder} carries no threshold for {params.target_name}, evaluate.target; "
            f"it has those for {', '.join(policies)}"
        )


def _notices(frozen: Bundle, images: Embedded, catalog: str) -> list[str]:
    notices = [THRESHOLDS if frozen.thresholds else NO_THRESHOLDS]
    calibration = frozen.decisions.calibration
    if calibration:
        notices.append(CALIBRATED.format(**calibration))
        if calibration["catalog_sha256"] == catalog:
            notices.append(CALIBRATION_DATA)
    own_images = overlap(images.store.index["sha256"], frozen.image_sample)
    if frozen.normalisation_version < VERSION:
        notices.append(OLD_NORMALISATION)
    if catalog == frozen.catalog:
        notices.append(OWN_DATA)
    elif own_images.known:
        notices.append(OWN_IMAGES.format(**own_images._asdict()))
    rejected, duplicates = [reason for _, reason in images.rejected], len(images.duplicates)
    total = len(images.store.index) + len(rejected) + duplicates
    notices += text.rejection_notice(rejected, total)
    if duplicates:
        notices.append(
            f"{duplicates:,} of {total:,} images are copies of others, and are left out: "
            f"{DUPLICATES} names them."
        )
    return notices
