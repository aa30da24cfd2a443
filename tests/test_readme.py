"""README.md is a first screen: short, and true of the project."""

import re

import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report import answer
from components.shared.verification.threshold import Threshold
from tests import markdown

TEXT = (markdown.ROOT / "README.md").read_text(encoding="utf-8")
KEY, FLOOR = "verification/skilled/refs_1", "floor/statistics/skilled/refs_1/eer"
METRICS = {
    f"{KEY}/eer": 0.261,
    f"{KEY}/eer_ci_low": 0.227,
    f"{KEY}/eer_ci_high": 0.298,
    f"{KEY}/n_identities": 72.0,
    f"{KEY}/n_pairs": 4320.0,
    f"{KEY}/far_at_threshold": 0.257,
    f"{KEY}/frr_at_threshold": 0.264,
    FLOOR: 0.188,
    f"{FLOOR}_ci_low": 0.161,
    f"{FLOOR}_ci_high": 0.218,
    f"{FLOOR}_difference_ci_low": 0.039,
    f"{FLOOR}_difference_ci_high": 0.107,
}
"""Of the generated sample, as docs/results.md has them."""


def test_it_fits_on_a_few_screens() -> None:
    assert len(TEXT.splitlines()) <= 120
    assert markdown.words(TEXT) <= 600
    assert max(len(line) for line in TEXT.splitlines()) <= 100


def test_the_sentences_are_those_that_the_evaluation_writes() -> None:
    thresholds = [Threshold("skilled", 1, "equal_error", 0.865)]
    sentences = answer.sentences(METRICS, EvaluateParams(), thresholds)
    assert " ".join(sentences) in " ".join(TEXT.split())


def test_the_lines_below_it_are_those_of_make_results() -> None:
    makefile = (markdown.ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\nresults: ")[2].partition("\n\n")[0]
    lines = re.findall(r'echo "(.+)"', recipe)
    assert len(lines) == 5
    assert "\n".join(lines) in TEXT


def test_its_figures_are_those_of_the_page_of_results() -> None:
    results = (markdown.ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    rows = [line for line in TEXT.splitlines() if re.search(r"`make \w+.*` \|", line)]
    assert len(rows) == 2
    for row in rows:
        cells = re.search(r"([\d.]+) % (\([\d.–]+\)) \| (\d+) \| ([\w ]+), ([\d.]+) % \|", row)
        assert cells is not None
        rate, interval, writers, floor, floor_rate = cells.groups()
        assert f"| skilled | 1 | {rate} {interval} |" in results
        assert floor in results
        assert f"| {floor_rate} (" in results
        assert f"| {writers}, " in results


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
def test_its_python_is_python(block: str) -> None:
    compile(block, "README.md", "exec")
