"""docs/commands.md is what the commands print."""

import re
from pathlib import Path

import pytest

from pipelines.documentation import commands

ROOT = Path(__file__).resolve().parents[3]
BENCHMARKS = ROOT / "benchmarks"


@pytest.mark.skipif(not commands.has_reference_form(), reason=commands.REASON)
def test_the_page_is_the_generated_one() -> None:
    committed = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert committed == commands.page(ROOT), "run `make docs` with Python 3.11 and commit it"


def test_every_step_and_benchmark_has_its_help_on_the_page() -> None:
    steps = {path.parent.name for path in (ROOT / "components").glob("*/__main__.py")}
    measured = {path.stem for path in BENCHMARKS.glob("*.py") if "def main(" in path.read_text()}
    titles = re.findall(r"^### (\S+)$", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE)
    expected = {f"components.{step}" for step in steps} | {f"benchmarks.{m}" for m in measured}
    assert expected <= set(titles)
