"""README.md is a first screen: short, and true of the project."""

import re

import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report import answer
from tests import markdown

TEXT = (markdown.ROOT / "README.md").read_text(encoding="utf-8")
KEY, FLOOR = "verification/skilled/refs_1", "floor/hog/skilled/refs_1/eer"
ONE, SEVERAL = "decision/skilled/refs_1", "decision/skilled/refs_5"
METRICS = {
    f"{ONE}/eer": 0.2054,
    f"{ONE}/eer_ci_low": 0.1743,
    f"{ONE}/eer_ci_high": 0.2403,
    f"{ONE}/n_identities": 100.0,
    f"{ONE}/n_pairs": 6000.0,
    f"{ONE}/far_at_threshold": 0.2622,
    f"{ONE}/frr_at_threshold": 0.1754,
    f"{ONE}/eer_gain": 0.0,
    f"{ONE}/eer_gain_ci_low": 0.0,
    f"{ONE}/eer_gain_ci_high": 0.0,
    f"{ONE}/policy/review/far": 0.0156,
    f"{ONE}/policy/review/frr": 0.0111,
    f"{ONE}/policy/review/genuine_reviewed": 0.5579,
    f"{ONE}/policy/review/impostors_reviewed": 0.8525,
    f"{SEVERAL}/eer": 0.1207,
    f"{SEVERAL}/eer_ci_low": 0.095,
    f"{SEVERAL}/eer_ci_high": 0.15252,
    f"{SEVERAL}/n_identities": 100.0,
    f"{SEVERAL}/n_pairs": 7000.0,
    f"{SEVERAL}/far_at_threshold": 0.1355,
    f"{SEVERAL}/frr_at_threshold": 0.106,
    f"{SEVERAL}/eer_gain": 0.0699,
    f"{SEVERAL}/eer_gain_ci_low": 0.0482,
    f"{SEVERAL}/eer_gain_ci_high": 0.0917,
    f"{SEVERAL}/policy/review/far": 0.0253,
    f"{SEVERAL}/policy/review/frr": 0.0153,
    f"{SEVERAL}/policy/review/genuine_reviewed": 0.3913,
    f"{SEVERAL}/policy/review/impostors_reviewed": 0.3523,
    f"{KEY}/eer": 0.2054,
    f"{KEY}/eer_ci_low": 0.1743,
    f"{KEY}/eer_ci_high": 0.2403,
    f"{KEY}/n_identities": 100.0,
    f"{KEY}/n_pairs": 6000.0,
    f"{KEY}/far_at_threshold": 0.2637,
    f"{KEY}/frr_at_threshold": 0.1743,
    FLOOR: 0.2621,
    f"{FLOOR}_ci_low": 0.2296,
    f"{FLOOR}_ci_high": 0.2974,
    f"{FLOOR}_difference_ci_low": -0.0788,
    f"{FLOOR}_difference_ci_high": -0.0348,
}
"""Of the generated sample, as docs/results.md has them."""


def test_it_fits_on_a_few_screens() -> None:
    assert len(TEXT.splitlines()) <= 125
    assert markdown.words(TEXT) <= 600
    assert max(len(line) for line in TEXT.splitlines()) <= 100


def test_the_sentences_are_those_that_the_evaluation_writes() -> None:
    sentences = answer.sentences(METRICS, EvaluateParams())
    assert " ".join(sentences) in " ".join(TEXT.split())


def test_the_lines_below_it_are_those_of_make_results() -> None:
    makefile = (markdown.ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\nresults: ")[2].partition("\n\n")[0]
    lines = re.findall(r'echo "(.+)"', recipe)
    assert len(lines) == 5
    assert "\n".join(lines) in TEXT


def test_its_figures_are_those_of_the_page_of_results() -> None:
    results = (markdown.ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    rows = [line for line in TEXT.splitlines() if re.search(r"` \| [\d.]+ % \(", line)]
    assert len(rows) == 2
    for row in rows:
        cells = re.search(r"([\d.]+) % (\([\d.–]+\)) \| (\d+) \| ([\w ]+), ([\d.]+) % \|", row)
        assert cells is not None
        rate, interval, writers, floor, floor_rate = cells.groups()
        assert f"| skilled | 1 | {rate} {interval} |" in results
        assert floor in results
        assert re.search(rf"\| {floor_rate} [(±]", results)
        assert f"| {writers}, " in results


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
def test_its_python_is_python(block: str) -> None:
    compile(block, "README.md", "exec")
