"""The decisions of val: the decision model, beside the thresholds."""

from dataclasses import replace

from components.evaluate.decision import fitting, identification
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart, Metrics, choose_thresholds
from components.shared.verification import metric_names
from components.shared.verification.decision_file import Decisions


def decide(val: ComparedPart, params: EvaluateParams, parts: int) -> tuple[Decisions, Metrics]:
    """Fits the decision model to val, and chooses the limits of searches and the thresholds.

    Args:
        val: the part.
        params: of the step; without the protocol `deployed` there is no decision model.
        parts: number of equal parts of an embedding.

    Returns:
        The decisions, and what the evidence gains over the mean distance on val, by its metric's
        name: on identities that the weights were not fitted to.
    """
    thresholds = choose_thresholds(val, params)
    if not val.verifications:
        return Decisions(thresholds=thresholds), {}
    labels, shift = val.part.labels, params.decision.scanner_shift
    fitted = fitting.fit(val.embeddings, labels, params, parts, shift)
    if fitted is None:
        return Decisions(thresholds=thresholds), {}
    searches = identification.choose(fitted.decision, val, params)
    decision = replace(fitted.decision, searches=searches)
    decisions = Decisions(any_scanner=decision, thresholds=thresholds)
    metrics: Metrics = {}
    for kind, gain in fitted.gains.items():
        group = metric_names.on_val(f"{metric_names.DECISION}/{kind}")
        name = f"{group}/{metric_names.CLLR_GAIN}"
        metrics |= {name: gain.value} | gain.ends_of_difference(name)
        metrics |= {
            f"{group}/n_identities": len(gain.influence),
            f"{group}/{metric_names.N_PAIRS}": fitted.sizes[kind],
        }
    return decisions, metrics
