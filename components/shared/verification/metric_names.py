"""Names of figures, in metrics.json and in MLflow: made and parsed here alone.

    <protocol>/<kind>/refs_<n>[/<fusion>]/<figure>     verification, decision, field, references
    identification/refs_<n>[/open]/<figure>
    floor/<floor>/<kind>/refs_1/<figure>
    <group>/policy/<policy>/<rate>                     at the thresholds of other policies than the
                                                       target's, which is `<group>/far_at_threshold`
    probe/<subject>/<figure>
    probe/collections/<subject>/<figure>               whether collections are told apart
    collection/<name>/<group>/<figure>                 of one of several collections by itself
    disguised/refs_5/{accepted,rejected}_at_threshold  outcomes of disguised signatures; of other
                                                       policies `policy/<policy>/accepted`
    pairs/<list>/<figure>                              of a published list of comparisons

Beside the rates of a verification stand the costs of its likelihood ratios, in bits: `cllr`, its
parts `cllr_min` (discrimination) and `calibration_loss`.

All but the figure is its group. `val/` stands before figures of val; `_ci_low` and `_ci_high`
follow the name of a figure that has an interval.
"""

import math
import re
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple, Self

KINDS = ("skilled", "random")
IMPOSTORS = {"skilled": "skilled forgeries", "random": "random forgeries"}
FLOORS = {
    "untrained": "the same network with random weights",
    "hog": "HOG",
    "best_statistic": "the best single statistic",
    "statistics": "a regression on simple statistics",
}
START = "start"
BASELINES = {**FLOORS, START: "its own start, before the network was trained"}
"""The floors, which need no trained network, and the start, which tells what training gained."""
PROBES = {"source": "the source files", "prepared": "the images as the network sees them"}
COLLECTION_PROBES = {**PROBES, "embeddings": "the embeddings"}
VERIFICATION = "verification"
DECISION = "decision"
VAL = "val/"
COLLECTION = "collection/"
LISTS = "pairs/"
N_PAIRS = "n_pairs"
N_REJECTED = "n_rejected"
"""Number of images, of all parts, that cannot be used."""
FRR_AT_FAR = "frr_at_far_"
CLLR = "cllr"
CLLR_MIN = "cllr_min"
CALIBRATION_LOSS = "calibration_loss"
CLLR_GAIN = "cllr_gain"
EER_GAIN = "eer_gain"
REVIEWED = {"genuine": "genuine_reviewed", "impostor": "impostors_reviewed"}
_COMPARISONS = re.compile(r"([^/]+)/([^/]+)/refs_(\d+)(?:/([^/]+))?")
_IDENTIFICATION = re.compile(r"identification/refs_(\d+)")
_POLICY = re.compile(r"(.+)/policy/([^/]+)")
_END = re.compile(r"_ci_(low|high)$")
_FAR = re.compile(r"far_([\d.]+(?:e-\d+)?)pct")


class MetricGroup(NamedTuple):
    """The group of figures of one kind of impostor and one number of references.

    Attributes:
        kind: `skilled` or `random`.
        references: how many a claim has.
        protocol: `verification` (by the mean distance), `decision` (by the evidence of the decision
            model), `field` or `references`.
        fusion: how several distances become one, where a protocol has several ways.
    """

    kind: str
    references: int
    protocol: str = VERIFICATION
    fusion: str | None = None

    def __str__(self) -> str:
        group = f"{self.protocol}/{self.kind}/refs_{self.references}"
        return group if self.fusion is None else f"{group}/{self.fusion}"

    @classmethod
    def parse(cls, group: str) -> Self | None:
        """Parses what `str` gives; None where it is no such group."""
        match = _COMPARISONS.fullmatch(group)
        return cls(match[2], int(match[3]), match[1], match[4]) if match else None


def verification(kind: str, references: int) -> str:
    """Returns the group of verification: `verification/skilled/refs_1`."""
    return str(MetricGroup(kind, references))


def decision(kind: str, references: int) -> str:
    """Returns the group of the decision model: `decision/skilled/refs_5`."""
    return str(MetricGroup(kind, references, DECISION))


def decided(names: Container[str], kind: str, references: int) -> str:
    """Returns the group by which claims are decided.

    It is that of the decision model where its EER is among the names, else that of the mean
    distance.
    """
    group = decision(kind, references)
    return group if f"{group}/eer" in names else verification(kind, references)


def identification(references: int) -> str:
    """Returns the group of closed-set identification: `identification/refs_5`."""
    return f"identification/refs_{references}"


def open_set(references: int) -> str:
    """Returns the group of identification with strangers: `identification/refs_5/open`."""
    return f"{identification(references)}/open"


def identified_from(group: str) -> int | None:
    """Parses `identification`: the number of references; None where it is no such group."""
    match = _IDENTIFICATION.fullmatch(group)
    return int(match[1]) if match else None


def disguised(references: int) -> str:
    """Returns the group of disguised signatures: `disguised/refs_5`."""
    return f"disguised/refs_{references}"


def disguised_references(names: Iterable[str]) -> list[int]:
    """Returns the numbers of references with which disguised signatures were measured."""
    groups = {split(name)[0] for name in names if name.startswith("disguised/refs_")}
    return sorted({int(group.split("/")[1].removeprefix("refs_")) for group in groups})


def floor(name: str, kind: str) -> str:
    """Returns the group of a floor, or of the start, with one reference:
    `floor/hog/skilled/refs_1`.
    """
    return f"floor/{name}/{kind}/refs_1"


def probe(subject: str) -> str:
    """Returns the group of a shortcut probe: `probe/source`."""
    return f"probe/{subject}"


def collection_probe(subject: str) -> str:
    """Returns the group of a probe of collections: `probe/collections/source`."""
    return probe(f"collections/{subject}")


def in_collection(name: str, figure: str) -> str:
    """Returns the name of a figure of one collection: `collection/cedar/decision/…/eer`."""
    return f"{COLLECTION}{name}/{figure}"


def collections_in(names: Iterable[str]) -> list[str]:
    """Returns the collections that named figures are of, sorted."""
    return sorted({name.split("/")[1] for name in names if name.startswith(COLLECTION)})


def in_list(name: str, figure: str) -> str:
    """Returns the name of a figure of a published list: `pairs/lfw/accuracy`."""
    return f"{LISTS}{name}/{figure}"


def lists_in(names: Iterable[str]) -> list[str]:
    """Returns the published lists that named figures are of, sorted."""
    return sorted({name.split("/")[1] for name in names if name.startswith(LISTS)})


def split(name: str) -> tuple[str, str]:
    """Splits a name into its group and its figure."""
    group, _, figure = name.rpartition("/")
    return group, figure


def on_val(name: str) -> str:
    """Returns the name under which a figure of val stands beside those of test."""
    return f"{VAL}{name}"


def ends(name: str) -> tuple[str, str]:
    """Returns the names of the lower and the upper end of a figure's 95 % interval."""
    return f"{name}_ci_low", f"{name}_ci_high"


def without_end(name: str) -> str:
    """Returns the figure's name of an end of its interval; another name stays as it is."""
    return _END.sub("", name)


def at_threshold(rate: str) -> str:
    """Returns the figure of a rate (far, frr, dir) at the threshold that val chose."""
    return f"{rate}_at_threshold"


def carried_rate(group: str, rate: str, policy: str, target: str) -> str:
    """Returns the name of a rate (far, frr, dir) at the threshold that val chose for a policy.

    That of the target's policy is `<group>/far_at_threshold`.
    """
    return f"{group}/{at_threshold(rate) if policy == target else f'policy/{policy}/{rate}'}"


def other_policies(names: Iterable[str]) -> list[str]:
    """Returns the policies, without the target's, whose rates are among the named figures."""
    matches = [_POLICY.fullmatch(split(name)[0]) for name in names]
    return list(dict.fromkeys(match[2] for match in matches if match))


def counted_group(group: str) -> str:
    """Returns the group that has the counts of a group: a policy's are those of all policies."""
    return _POLICY.sub(r"\1", group)


def far_name(far: float) -> str:
    """Returns how figures and policies name a FAR: `far_1pct` for 0.01."""
    return f"far_{far * 100:g}pct"


def far_percent(name: str) -> str:
    """Returns the per cent in `far_1pct`, `frr_at_far_1pct`: `1`."""
    return name.rpartition("far_")[2].removesuffix("pct")


def far_of(name: str) -> float:
    """Returns the FAR that `far_1pct`, `frr_at_far_1pct` name: 0.01."""
    return float(far_percent(name)) / 100


def allowed_far(policy: str) -> float | None:
    """Returns the FAR that a policy allows; None where its name names none: `equal_error`."""
    return far_of(policy) if _FAR.fullmatch(policy) else None


def at_far(rate: str, far: float) -> str:
    """Returns the figure of a rate (frr, dir) at a FAR: `frr_at_far_1pct`."""
    return f"{rate}_at_{far_name(far)}"


CRITERIA = tuple(on_val(f"{verification(kind, 1)}/eer") for kind in KINDS)


def criterion(figures: Mapping[str, float]) -> float:
    """Returns the figure by which checkpoints and settings are chosen, the least being the best.

    It is val's EER against skilled forgeries where there are any, else against random ones;
    infinity where neither was measured. Where collections have rates of their own, it is that of
    the worst: an average would hide one on which the model fails.
    """
    begin = on_val(COLLECTION)
    rates = []
    for collection in {name.split("/")[2] for name in figures if name.startswith(begin)}:
        names = [on_val(in_collection(collection, each.removeprefix(VAL))) for each in CRITERIA]
        rates += [figures[name] for name in names if name in figures][:1]
    rates = rates or [figures[name] for name in CRITERIA if name in figures][:1]
    return max(rates, default=math.inf)
