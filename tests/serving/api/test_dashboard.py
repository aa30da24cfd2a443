"""Grafana's dashboard and the figures that the service hands out."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.serving.api.clients import enrol, probe

PROJECT = Path(__file__).resolve().parents[3]
DASHBOARD = json.loads((PROJECT / "deploy" / "grafana" / "signatures.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]


@pytest.fixture
def handed_out(admin: TestClient) -> dict[str, set[str]]:
    """The labels of every figure by its name, of a service that has answered."""
    person = enrol(admin, 1)
    admin.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1))
    found: dict[str, set[str]] = {}
    for line in admin.get("/metrics").text.splitlines():
        if not line.startswith("#"):
            name, _, rest = line.rpartition(" ")[0].partition("{")
            found.setdefault(name, set()).update(re.findall(r"(\w+)=", rest))
    return found


def test_every_figure_and_label_it_asks_for_is_handed_out(
    handed_out: dict[str, set[str]],
) -> None:
    asked = set(re.findall(r"serving_\w+", " ".join(EXPRESSIONS)))
    assert len(asked) > 6
    assert asked <= set(handed_out)
    labels = {"job", "instance"}.union(*handed_out.values())
    for expression in EXPRESSIONS:
        used = re.findall(r"(\w+)=", expression)
        for names in re.findall(r"by \(([^)]*)\)", expression):
            used += names.split(", ")
        assert set(used) <= labels


def test_every_figure_of_the_service_is_shown(handed_out: dict[str, set[str]]) -> None:
    shown = " ".join(EXPRESSIONS)
    suffix = re.compile("_(sum|count|created|bucket|total)$")
    for name in handed_out:
        assert suffix.sub("", name) in shown


def test_panels_have_numbers_of_their_own_and_cover_no_other() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for one, other in combinations([panel["gridPos"] for panel in PANELS], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below
    assert all(panel["description"] for panel in PANELS)
