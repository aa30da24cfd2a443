"""README.md is a first screen: short, and true of the project."""

import re

import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report import text
from tests import markdown

TEXT = (markdown.ROOT / "README.md").read_text(encoding="utf-8")
KEY, FLOOR = "verification/skilled/refs_1", "floor/untrained/skilled/refs_1/eer"
METRICS = {
    f"{KEY}/eer": 0.238,
    f"{KEY}/eer_ci_low": 0.203,
    f"{KEY}/eer_ci_high": 0.271,
    f"{KEY}/n_identities": 72.0,
    f"{KEY}/n_pairs": 4320.0,
    FLOOR: 0.346,
    f"{FLOOR}_ci_low": 0.312,
    f"{FLOOR}_ci_high": 0.374,
    f"{FLOOR}_difference": -0.108,
    f"{FLOOR}_difference_ci_low": -0.127,
    f"{FLOOR}_difference_ci_high": -0.083,
}
"""Of the generated sample, as docs/results.md has them."""


def test_it_fits_on_a_few_screens() -> None:
    assert len(TEXT.splitlines()) <= 120
    assert markdown.words(TEXT) <= 600
    assert max(len(line) for line in TEXT.splitlines()) <= 100


def test_the_sentence_is_the_one_that_the_evaluation_writes() -> None:
    assert text.sentence(METRICS, EvaluateParams()) in " ".join(TEXT.split())


def test_the_lines_below_it_are_those_of_make_results() -> None:
    makefile = (markdown.ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\nresults: ")[2].partition("\n\n")[0]
    lines = re.findall(r'echo "(.+)"', recipe)
    assert len(lines) == 4
    assert "\n".join(lines) in TEXT


def test_its_figures_are_those_of_the_page_of_results() -> None:
    results = (markdown.ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    rows = [line for line in TEXT.splitlines() if re.search(r"`make \w+` \|", line)]
    assert len(rows) == 2
    for row in rows:
        rate, interval, writers = re.findall(r"([\d.]+) % (\([\d.–]+\)) \| (\d+)", row)[0]
        assert f"| skilled | 1 | {rate} {interval} |" in results
        assert f"| {writers}, " in results


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
def test_its_python_is_python(block: str) -> None:
    compile(block, "README.md", "exec")
