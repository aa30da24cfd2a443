"""The collection on which a model does worst, which an average over all would hide."""

from collections.abc import Mapping
from typing import NamedTuple

from components.shared.verification.floors import IMPOSTOR_IMAGES
from components.shared.verification.metric_names import (
    IMPOSTORS,
    KINDS,
    at_threshold,
    collections_in,
    decided,
    ends,
    in_collection,
)

Metrics = Mapping[str, float]


class WorstCollection(NamedTuple):
    """The collection with the highest equal error rate with one reference.

    Attributes:
        name: its name.
        kind: of the impostors: skilled where any collection has them.
        rates: its own figures, by the names that those of all together have.
        total: number of collections.
        unmeasured: names of those without such a rate.
    """

    name: str
    kind: str
    rates: Metrics
    total: int
    unmeasured: list[str]


def worst_collection(metrics: Metrics) -> WorstCollection | None:
    """Finds the collection on which a model does worst; None unless there are several.

    Args:
        metrics: an evaluation's, of the reported part, under the names that those of test have.
    """
    names = collections_in(metrics)
    own = {name: _rates(metrics, name) for name in names}
    for kind in KINDS:
        eers = {}
        for name, rates in own.items():
            group = decided(rates, kind, 1)
            if f"{group}/eer" in rates:
                eers[name] = rates[f"{group}/eer"]
        if eers and len(names) > 1:
            worst = max(eers, key=eers.__getitem__)
            unmeasured = [name for name in names if name not in eers]
            return WorstCollection(worst, kind, own[worst], len(names), unmeasured)
    return None


def worst_sentence(metrics: Metrics, part: str = "test") -> str:
    """Describes the collection on which a model does worst; empty unless there are several.

    `Of 2 collections it does worst on “hard”: with one reference, skilled forgeries are told from
    genuine images at an equal error rate of 20.0 % (95 % interval 10.0–40.0 %, 10 test identities,
    1,000 comparisons); at the limit that val chose 10.0 % (5.0–20.0 %) of the skilled forgeries
    pass and 20.0 % (10.0–40.0 %) of the genuine images are refused.`

    Args:
        metrics: as `worst_collection` takes them.
        part: that is reported.
    """
    worst = worst_collection(metrics)
    if worst is None:
        return ""
    rates, kind = worst.rates, worst.kind
    group = decided(rates, kind, 1)
    interval = _interval(rates, f"{group}/eer")
    facts = [f"95 % interval {interval} %"] if interval else []
    facts.append(f"{rates[f'{group}/n_identities']:,.0f} {part} identities")
    facts.append(f"{rates[f'{group}/n_pairs']:,.0f} comparisons")
    sentence = (
        f"Of {worst.total} collections it does worst on “{worst.name}”: with one reference, "
        f"{IMPOSTOR_IMAGES[kind]} are told from genuine images at an equal error rate of "
        f"{100 * rates[f'{group}/eer']:.1f} % ({', '.join(facts)})"
    )
    far, frr = f"{group}/{at_threshold('far')}", f"{group}/{at_threshold('frr')}"
    if far in rates and frr in rates:
        sentence += (
            f"; at the limit that val chose {_rate(rates, far)} of the {IMPOSTOR_IMAGES[kind]} "
            f"pass and {_rate(rates, frr)} of the genuine images are refused"
        )
    if worst.unmeasured:
        names = ", ".join(f"“{name}”" for name in worst.unmeasured)
        sentence += f"; on {names} it was not measured against {IMPOSTORS[kind]}"
    return f"{sentence}."


def _rates(metrics: Metrics, name: str) -> Metrics:
    prefix = in_collection(name, "")
    return {
        figure.removeprefix(prefix): value
        for figure, value in metrics.items()
        if figure.startswith(prefix)
    }


def _rate(metrics: Metrics, key: str) -> str:
    interval = _interval(metrics, key)
    return f"{100 * metrics[key]:.1f} %" + (f" ({interval} %)" if interval else "")


def _interval(metrics: Metrics, key: str) -> str:
    low, high = ends(key)
    if low not in metrics:
        return ""
    return f"{100 * metrics[low]:.1f}–{100 * metrics[high]:.1f}"
