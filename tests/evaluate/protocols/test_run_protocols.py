"""All protocols on one part: each gives its own metrics, under its own names."""

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import (
    PROTOCOLS,
    ComparedPart,
    apply_thresholds,
    choose_thresholds,
    name_as_val,
    run_protocols,
)
from components.shared.verification.metric_names import without_end
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=2)
GROUPS = {
    "deployed": {"verification", "identification"},
    "literature": {"field"},
    "references": {"references"},
    "identification": {"identification"},
}


def part_for(*protocols: str) -> tuple[ComparedPart, EvaluateParams]:
    params = EvaluateParams(draws=2, protocols=protocols)
    return made_up(params, 6, 9, 4), params


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_protocol_has_metrics_of_its_own(protocol: str) -> None:
    results = run_protocols(*part_for(protocol))
    assert {name.split("/")[0] for name in results.metrics} == GROUPS[protocol]
    assert all(np.isfinite(value) for value in results.metrics.values())
    tables = {"cmc.csv", "open_set.csv"} if protocol == "identification" else set()
    assert set(results.tables) == tables


def test_the_former_name_of_a_protocol_gives_the_same_metrics_and_is_kept_as_it_is() -> None:
    present, former = part_for("literature"), part_for("field")
    assert run_protocols(*former).metrics == run_protocols(*present).metrics
    assert former[1].protocols == ("field",)
    assert former[1].model_dump()["protocols"] == ("field",)


def test_only_the_protocol_for_deployment_compares_beforehand() -> None:
    part, _ = part_for("deployed")
    assert [(v.kind, v.references) for v in part.verifications] == [
        ("skilled", 1),
        ("skilled", 5),
        ("random", 1),
        ("random", 5),
    ]
    assert part_for("references")[0].verifications == []


def test_thresholds_and_reject_rules_are_chosen_by_the_protocols_that_apply_them() -> None:
    val, params = part_for("deployed", "identification")
    thresholds = choose_thresholds(val, params)
    assert {t.kind for t in thresholds} == {"skilled", "random", "identification"}
    metrics = apply_thresholds(val, thresholds, params)
    groups = {
        *(f"verification/{kind}/refs_{n}" for kind in ("skilled", "random") for n in (1, 5)),
        "identification/refs_5/open",
    }
    expected: set[str] = set()
    for group in groups:
        miss = "dir" if group.startswith("identification") else "frr"
        expected |= {f"{group}/far_at_threshold", f"{group}/{miss}_at_threshold"}
        expected |= {f"{group}/policy/far_1pct/far", f"{group}/policy/far_1pct/{miss}"}
    assert {without_end(name) for name in metrics} == expected
    literature, params = part_for("literature")
    assert choose_thresholds(literature, params) == []
    assert apply_thresholds(literature, thresholds, params) == {}


def test_metrics_of_val_are_named_so() -> None:
    assert name_as_val({"probe/source/auc": 0.5}) == {"val/probe/source/auc": 0.5}
