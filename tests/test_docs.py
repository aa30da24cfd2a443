"""README.md and docs/: what they name exists."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from pipelines import sections
from pipelines.documentation import parameters
from pipelines.kubeflow import cluster
from tests import markdown

GENERATED = {"commands.md", "parameters.md"}
DOCS = sorted((markdown.ROOT / "docs").glob("*.md"))
PAGES = [markdown.ROOT / "README.md", *DOCS]
PATH = re.compile(r"(?:components|pipelines|serving|tests|benchmarks|docs|tools)/[\w./-]*")
MODELS: dict[str, type[BaseModel]] = {
    **{step: sections.model(step) for step in sections.STEPS},
    "cluster": cluster.Cluster,
}
PARAMETER = re.compile(rf"\b(?:{'|'.join(MODELS)})(?:\.[a-z_\d]+)+\b(?!\.)")
FILES = ("csv", "idx", "json", "keras", "npy", "parquet", "yaml", "md", "py", "rec")


def texts() -> Iterator[tuple[str, str]]:
    """Yields the name and the text of each page that is written by hand."""
    for page in PAGES:
        if page.name not in GENERATED:
            yield page.name, page.read_text(encoding="utf-8")


def codes() -> Iterator[tuple[str, str]]:
    """Yields each block of code and each piece in backticks, after the name of its page."""
    for page, text in texts():
        for code in markdown.code(text):
            yield page, code


def test_every_path_in_backticks_exists() -> None:
    paths = set()
    for page, text in texts():
        paths |= {(page, code) for code in markdown.INLINE.findall(text) if PATH.fullmatch(code)}
    assert len(paths) >= 40
    missing = {(page, path) for page, path in paths if not (markdown.ROOT / path).exists()}
    assert sorted(missing) == []


def test_the_architecture_answers_at_least_twenty_times_where_a_thing_is() -> None:
    text = (markdown.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    index = text.partition("{ #where-is }")[2]
    answers = re.findall(r"^\| .+\? \| `([\w./]+)` \|$", index, re.MULTILINE)
    assert len(answers) == len(set(answers)) >= 20
    assert all(PATH.fullmatch(path) and path.endswith(".py") for path in answers)


def test_every_command_is_a_module() -> None:
    modules = set()
    for page, code in codes():
        modules |= {(page, module) for module in re.findall(r"python -m ([\w.]+)(?![\w.<])", code)}
    assert len(modules) >= 10
    assert [f"{page}: {module}" for page, module in sorted(modules) if not find_spec(module)] == []


def test_every_parameter_is_one() -> None:
    known: set[str] = set()
    for section, model in MODELS.items():
        known |= {f"{section}.{row.name}" for row in parameters.rows(model)}
    known |= {name.rpartition(".")[0] for name in known}
    named: set[str] = set()
    for _, code in codes():
        named |= {name for name in PARAMETER.findall(code) if not name.endswith(FILES)}
    assert len(named) >= 30
    assert named - known == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_link_has_its_page_and_heading(page: Path) -> None:
    for path, anchor in markdown.links(page.read_text(encoding="utf-8")):
        target = (page.parent / path) if path else page
        assert target.is_file(), path
        if anchor:
            assert anchor in markdown.anchors(target.read_text(encoding="utf-8")), anchor


def test_every_page_is_in_the_navigation_once() -> None:
    lines = (markdown.ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    entries = yaml.safe_load(lines)
    assert sorted(_pages(entries)) == [page.name for page in DOCS]


def test_lines_outside_tables_are_at_most_100_characters() -> None:
    for name, text in texts():
        wide = [line for line in text.splitlines() if len(line) > 100 and line[:1] != "|"]
        assert wide == [], name


def _pages(entry: object) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict):
        for value in entry.values():
            yield from _pages(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from _pages(value)
