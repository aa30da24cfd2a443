"""Calibration of a frozen model's decision on another collection, from genuine images."""

import logging
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from components.evaluate.decision.calibrated_rates import has_enough_forgeries, measure_rates
from components.evaluate.decision.collection_change import CollectionChange, measure_change
from components.evaluate.external import calibrated_bundle
from components.evaluate.external.calibration_text import summary
from components.evaluate.external.embedding import Embedded, embed
from components.evaluate.external.ingested import ingested
from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.evaluation_set import select_rows
from components.shared.data.catalog import CATALOG
from components.shared.model import bundle
from components.shared.model.bundle import Bundle
from components.shared.model.image_sample import overlap
from components.shared.runtime.errors import InputError
from components.shared.storage.files import sha256
from components.shared.tracking.record import last_part
from components.shared.verification.decision import Decision

log = logging.getLogger(__name__)


def run(params: EvaluateParams, model: Path, data: str, layout: str, out: Path) -> str:
    """Writes a bundle whose decision is calibrated on genuine images of another collection.

    A bundle that was calibrated before is calibrated anew, from its original decision.

    Args:
        params: the section `evaluate`.
        model: the bundle that freeze wrote.
        data: a folder or an archive of images, or a folder with catalog.csv.
        layout: names the order of identity and kind in the paths, as `ingest.layout` does.
        out: the folder of the new bundle.

    Returns:
        The findings, in words.

    Raises:
        InputError: the bundle is not as its manifest says or has no decision model, or the data are
            unusable, too few, or those that the model was made from.
    """
    frozen = bundle.read(model)
    decision = _decision(frozen)
    with ingested(data, layout, out) as raw, tempfile.TemporaryDirectory() as prepared:
        catalog = sha256(raw / CATALOG)
        images = embed(frozen, raw, Path(prepared))
        _refuse_own_images(frozen, images, catalog, data)
        if images.rejected:
            path, reason = images.rejected[0]
            log.info("%d images are left out; %s: %s", len(images.rejected), path, reason)
        labels = select_rows(images.store.index, np.arange(len(images.store.index))).labels
        try:
            draws = params.draws_of(decision.most_references)
            found = measure_change(decision, images.embeddings, labels, draws)
        except InputError as refusal:
            raise InputError(f"{data}: {refusal}") from None
        calibrated = decision.changed(found.by_kind)
        facts = _facts(found) | {
            "data": last_part(data),
            "catalog_sha256": catalog,
            "model": calibrated_bundle.original_version(frozen),
            "policy": params.target_name,
            "forgeries": "measured" if has_enough_forgeries(labels) else "assumed",
            "rates": measure_rates(calibrated, images.embeddings, labels, params),
        }
    decisions = replace(frozen.decisions, known_scanner=calibrated, calibration=facts)
    version = calibrated_bundle.write(frozen, decisions, out)
    return f"{summary(facts)}\n\n{out}: version {bundle.short(version)}"


def _decision(frozen: Bundle) -> Decision:
    """Returns the decision that calibration changes, with val's usual evidence."""
    decision = frozen.decisions.any_scanner
    if decision is None:
        raise InputError(
            f"{frozen.folder} carries no decision model, only thresholds: val was too small, or "
            "earlier code made it; evaluate and freeze the model again"
        )
    if not decision.usual:
        raise InputError(
            f"{frozen.folder} does not say how much evidence genuine images had: earlier code made "
            "it; evaluate and freeze the model again"
        )
    return decision


def _refuse_own_images(frozen: Bundle, images: Embedded, catalog: str, data: str) -> None:
    known = overlap(images.store.index["sha256"], frozen.image_sample).known
    if known or catalog == frozen.catalog:
        raise InputError(
            f"{data}: holds images that the model was made from, which lie closer together than "
            "those of people it has never seen; calibrate on others"
        )


def _facts(found: CollectionChange) -> dict[str, Any]:
    return {
        "people": found.people,
        "images": found.images,
        "location": found.location,
        "interval": [found.low, found.high],
        "scatter": found.scatter,
        "trust": found.trust,
        "change": {kind: change._asdict() for kind, change in found.by_kind.items()},
    }
