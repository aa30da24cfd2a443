"""Error rates of each collection by itself, which an average over all may hide."""

import numpy as np
import pandas as pd

from components.evaluate.decision.carried import apply_decision
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import (
    ComparedPart,
    Metrics,
    apply_thresholds,
    compare_part,
    run_protocols,
)
from components.evaluate.scoring.evaluation_set import select_rows
from components.shared.verification.decision_file import Decisions
from components.shared.verification.metric_names import (
    KINDS,
    at_threshold,
    decided,
    in_collection,
    split,
    without_end,
)

N_IMAGES = "n_images"
FIGURES = {"eer", "n_identities", "n_pairs", at_threshold("far"), at_threshold("frr")}


def measure_collections(
    index: pd.DataFrame, part: ComparedPart, decisions: Decisions, params: EvaluateParams
) -> Metrics:
    """Measures each collection of a part as if there were no other.

    Args:
        index: of the image store; without a column `collection` there is nothing to measure.
        part: the reported part.
        decisions: of val, on all collections.
        params: of the step.

    Returns:
        The number of its images, EER and its basis, and, where test is reported, FAR and FRR at the
        limits that val chose for the target, with their intervals: by the decision model where
        there is one, else by the mean distance.
    """
    if "collection" not in index or "deployed" not in params.protocols:
        return {}
    deployed = params.model_copy(update={"protocols": ("deployed",)})
    collections = index["collection"].to_numpy(dtype=str)[part.part.rows]
    metrics: Metrics = {}
    for name in np.unique(collections):
        inside = collections == name
        metrics[in_collection(str(name), N_IMAGES)] = float(np.count_nonzero(inside))
        images = select_rows(index, part.part.rows[inside])
        own = compare_part(images, part.embeddings[inside], deployed)
        for figure, value in _measure(own, decisions, deployed).items():
            metrics[in_collection(str(name), figure)] = value
    return metrics


def _measure(part: ComparedPart, decisions: Decisions, params: EvaluateParams) -> Metrics:
    metrics = run_protocols(part, params).metrics
    if params.reported == "test":
        metrics |= apply_thresholds(part, decisions.thresholds, params)
        metrics |= apply_decision(part, decisions.chosen, params).metrics
    groups = {
        decided(metrics, kind, references)
        for kind in KINDS
        for references in (1, params.references)
    }
    shown: Metrics = {}
    for name, value in metrics.items():
        group, figure = split(without_end(name))
        if group in groups and figure in FIGURES:
            shown[name] = value
    return shown
