"""decision.json: the decisions of val alone. Files of earlier versions are threshold.json."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.shared.runtime.errors import InputError
from components.shared.storage.reading import as_values_of, read_json, reading
from components.shared.verification import identification_policy, threshold
from components.shared.verification.decision import Decision, Policy
from components.shared.verification.evidence_model import TERMS
from components.shared.verification.metric_names import KINDS
from components.shared.verification.metrics_file import write_json
from components.shared.verification.threshold import THRESHOLDS, Threshold

DECISION = "decision.json"
SCHEMA = 2
"""The number of the file's form; a change that older code would misread raises it."""


@dataclass(frozen=True)
class Decisions:
    """The decisions of val.

    Attributes:
        any_scanner: for images of a scanner that may not be val's; None where val was too small,
            and in files of earlier versions.
        known_scanner: for images of the scanner that it was calibrated on; None before that.
        thresholds: of the mean distance, and the reject rules of identification.
        calibration: facts on the images that the decision was calibrated on, by name.
    """

    any_scanner: Decision | None = None
    known_scanner: Decision | None = None
    thresholds: list[Threshold] = field(default_factory=list)
    calibration: Mapping[str, Any] | None = None

    @property
    def chosen(self) -> Decision | None:
        """The decision to use: that of a known scanner once there was a calibration."""
        return self.known_scanner if self.calibration else self.any_scanner

    @property
    def policies(self) -> Sequence[Policy]:
        """The policies of the decision to use; none where there is no decision."""
        return self.chosen.policies if self.chosen else ()


def write(decisions: Decisions, folder: Path) -> None:
    """Writes decision.json into `folder`."""
    content: dict[str, Any] = {"schema": SCHEMA, "chosen_on": "val"}
    for name in ("any_scanner", "known_scanner"):
        decision = getattr(decisions, name)
        if decision is not None:
            content[name] = _to_json(decision)
    if decisions.calibration is not None:
        content["calibration"] = dict(decisions.calibration)
    content["thresholds"] = threshold.to_rows(decisions.thresholds)
    write_json(folder / DECISION, content)


def read(folder: Path, remedy: str = "run evaluate again") -> Decisions:
    """Reads decision.json of `folder`, or threshold.json where an earlier version wrote that.

    Args:
        folder: the output of evaluate, or a bundle.
        remedy: to do where the file is damaged.

    Raises:
        InputError: it is not what `write` writes, or newer code wrote it.
    """
    path = folder / DECISION
    if not path.is_file() and (folder / THRESHOLDS).is_file():
        return Decisions(thresholds=threshold.read(folder, remedy))
    with reading(path, f"not what evaluate writes; {remedy}", missing=remedy):
        content = read_json(path, dict[str, Any])
        _check_schema(path, content["schema"])
        return Decisions(
            any_scanner=_from_json(content.get("any_scanner"), content["schema"]),
            known_scanner=_from_json(content.get("known_scanner"), content["schema"]),
            thresholds=as_values_of(list[Threshold], content["thresholds"]),
            calibration=_facts(content.get("calibration")),
        )


def _facts(content: object) -> dict[str, Any] | None:
    return None if content is None else as_values_of(dict[str, Any], content)


def _check_schema(path: Path, schema: int) -> None:
    if schema > SCHEMA:
        raise InputError(
            f"{path}: schema {schema}, written by newer code than this, which reads up to "
            f"{SCHEMA}; update this code"
        )


def _to_json(decision: Decision) -> dict[str, Any]:
    models = {
        kind: {"weights": dict(model.weights), "bounds": model.bounds._asdict()}
        for kind, model in decision.models.items()
    }
    content = {
        "most_references": decision.most_references,
        "parts": decision.parts,
        "usual": [row._asdict() for row in decision.usual],
        "models": models,
        "policies": [_policy_to_json(policy) for policy in decision.policies],
    }
    if decision.searches:
        content["identification"] = identification_policy.to_json(decision.searches)
    return content


def _policy_to_json(policy: Policy) -> dict[str, Any]:
    row = policy._asdict()
    return {**row, "limits": policy.limits._asdict()}


def _from_json(content: Mapping[str, Any] | None, schema: int) -> Decision | None:
    if content is None:
        return None
    models = {}
    for kind, model in content["models"].items():
        weights = as_values_of(dict[str, float], model["weights"])
        if schema == 1:
            weights = _moved(weights, content["shift"])
        models[kind] = {"weights": weights, "bounds": model["bounds"]}
    values = {
        "models": models,
        "most_references": content["most_references"],
        "parts": content["parts"],
        "policies": content["policies"],
        "usual": content["usual"] if schema > 1 else [],
    }
    if content.get("identification"):
        values["searches"] = content["identification"]
    decision = as_values_of(Decision, values)
    known = not models.keys() - set(KINDS) and all(
        model.weights.keys() <= TERMS.keys() for model in decision.models.values()
    )
    if not models or not known or min(decision.most_references, decision.parts) < 1:
        raise ValueError("of other kinds or terms than there are")
    return decision


def _moved(weights: dict[str, float], shift: Mapping[str, float]) -> dict[str, float]:
    """Returns weights that do what a shift of all log distances did in files of schema 1.

    Evidence is linear in the log distances, so that a shift is a constant for each number of
    references.
    """
    distance, variety = float(shift["distance"]), float(shift["variety"])
    if not (distance or variety):
        return weights
    of_one = sum(weights.get(name, 0.0) for name in ("mean_of_one", "centre_of_one"))
    of_many = sum(weights.get(name, 0.0) for name in ("mean", "centre", "nearest", "spread"))
    change = {
        "constant": distance * of_one + variety * weights.get("variety", 0.0),
        "references": distance * (of_many - of_one),
    }
    return weights | {name: weights.get(name, 0.0) + by for name, by in change.items()}
