"""The file of decisions."""

import csv
import io
import math
from pathlib import Path

import pytest

from components.shared.verification.decision_limits import Limits
from serving.commands.decisions_file import Decided, DecisionsWriter
from serving.engine.verification import Verification
from tests.serving.bundles import RATES

ANSWER = Verification(
    outcome="accept",
    llr={"skilled": math.log(200), "random": 6.0},
    grade="moderately strong support",
    kind="skilled",
    policy="review",
    limits=Limits(-1.0, 1.0),
    evidence=9.0,
    distances=[0.5, 0.25],
    nearest=1,
    spread=None,
    rates=RATES[2],
    more_references=None,
)


def rows(*decided: Decided) -> list[dict[str, str]]:
    stream = io.StringIO()
    table = DecisionsWriter(stream, "review", "0123456789ab")
    for one in decided:
        table.write(one)
    return list(csv.DictReader(io.StringIO(stream.getvalue())))


def test_an_answer_is_a_row_with_the_measured_rates_beside_it() -> None:
    (row,) = rows(Decided("a", ANSWER, [Path("x/1.png"), Path("x/2.png")], ["3.png: blank image"]))
    assert row == {
        "claim": "a",
        "decision": "accept",
        "llr": "5.2983",
        "against": "skilled",
        "grade": "moderately strong support",
        "references": "2",
        "distance": "0.3750",
        "nearest": "2.png",
        "spread": "",
        "policy": "review",
        "model": "0123456789ab",
        "far": "0.0400",
        "far_low": "0.0100",
        "far_high": "0.1000",
        "frr": "0.0600",
        "frr_low": "0.0200",
        "frr_high": "0.1200",
        "rates_references": "1",
        "rates_identities": "11",
        "refused_images": "3.png: blank image",
    }


def test_a_refused_claim_has_its_reasons_and_no_figures() -> None:
    (row,) = rows(Decided("b", None, [], ["q.png: no such file", "1.png: blank"]))
    assert (row["decision"], row["refused_images"]) == (
        "refused",
        "q.png: no such file; 1.png: blank",
    )
    assert row["llr"] == row["far"] == row["nearest"] == ""
    assert (row["policy"], row["model"]) == ("review", "0123456789ab")


@pytest.mark.parametrize("name", ["=1+1", "+49", "-5", "@x", "\tx"])
def test_s9_no_text_is_a_formula_to_a_spreadsheet(name: str) -> None:
    answered, refused = rows(
        Decided(name, ANSWER, [Path("1.png"), Path(f"{name}.png")], []),
        Decided(name, None, [], [f"{name}.png: no such file"]),
    )
    for text in (answered["claim"], answered["nearest"], refused["claim"]):
        assert text.startswith(f"'{name}")
    assert refused["refused_images"].startswith(f"'{name}")
    assert answered["llr"] == "5.2983"
