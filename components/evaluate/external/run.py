"""A shipped model on raw images that it has never seen, with the thresholds that it carries."""

import tempfile
from pathlib import Path

import numpy as np

from components.evaluate.audit import baselines
from components.evaluate.audit.shortcuts import shortcuts
from components.evaluate.external.embedding import Embedded, embed
from components.evaluate.external.ingested import catalogued
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import Metrics, carry, measure, subject
from components.evaluate.report import origin
from components.evaluate.report.individuals import people
from components.evaluate.report.results import Results
from components.evaluate.scoring.evaluation_set import of_rows
from components.shared.data.catalog import CATALOG
from components.shared.data.image_store import write_rejected
from components.shared.model import bundle as bundles
from components.shared.model.bundle import Bundle
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_folder, sha256
from components.shared.tracking.run import Record

CARRIED = "The thresholds are the model's own, chosen on val identities of the data that it was made from."
NOT_CARRIED = "The model carries no threshold: it was made without val identities."
SEEN = "This is the data that the model was made from: many of these identities it has seen in training."


def run(params: EvaluateParams, model: Path, data: str, layout: str, out: Path) -> Metrics:
    """Measures a shipped model on all identities of some images; its graph decodes and normalises
    them.

    Args:
        params: the section `evaluate`; `part` plays no role.
        model: what freeze wrote.
        data: a folder or an archive of images, or a folder with catalog.csv.
        layout: how identity and kind stand in the paths, as in `ingest.layout`.
        out: the folder to write.

    Returns:
        The figures by name.

    Raises:
        InputError: the bundle is not as its manifest says, lacks a threshold for the target, or the
            data is unusable.
    """
    params = params.model_copy(update={"part": "test"})
    bundle = bundles.read(model)
    _demand_target(bundle, params)
    with (
        catalogued(data, layout) as raw,
        tempfile.TemporaryDirectory() as folder,
        atomic_folder(out) as fresh,
    ):
        taken = embed(bundle, raw, Path(folder))
        catalog = sha256(raw / CATALOG)
        results = _measure(params, bundle, taken, Path(folder), catalog)
        results.write(fresh, params)
        write_rejected(taken.rejected, fresh)
    return results.metrics


def _measure(
    params: EvaluateParams, bundle: Bundle, taken: Embedded, prepared: Path, catalog: str
) -> Results:
    index, images = taken.store.index, taken.store.images
    record = Record.read(bundle.folder)
    everybody, nobody = of_rows(index, np.arange(len(index))), of_rows(index, np.zeros(0, np.intp))
    main = subject(everybody, taken.vectors, params)
    found = measure(main, params)
    probed = shortcuts(prepared, taken.store, nobody, main, params)
    metrics = found.metrics | probed.figures | carry(main, bundle.thresholds, params)
    if main.verifications:
        hog = baselines.hog(images, everybody.rows)
        metrics |= baselines.against(
            "hog", hog, everybody.labels, main.verifications, params.resampling
        )
    counts = {"n_images": len(index), "n_rejected": len(taken.rejected)}
    return Results(
        metrics | {name: float(count) for name, count in counts.items()},
        found.tables,
        main,
        bundle.thresholds,
        people(images, main, bundle.thresholds, params),
        origin.shipped(bundle, record, everybody, catalog),
        origin.parameters(record.params, bundle.normalisation, params),
        probed.lines,
        _notices(bundle, taken, catalog),
    )


def _demand_target(bundle: Bundle, params: EvaluateParams) -> None:
    known = sorted({t.policy for t in bundle.thresholds})
    if known and params.target_name not in known:
        raise InputError(
            f"{bundle.folder} carries no threshold for {params.target_name}, evaluate.target; "
            f"it has those for {', '.join(known)}"
        )


def _notices(bundle: Bundle, taken: Embedded, catalog: str) -> list[str]:
    told = [CARRIED if bundle.thresholds else NOT_CARRIED]
    if catalog == bundle.catalog:
        told.append(SEEN)
    if taken.rejected:
        total = len(taken.store.index) + len(taken.rejected)
        told.append(
            f"The model refused {len(taken.rejected):,} of {total:,} images: rejected.csv says why."
        )
    return told
