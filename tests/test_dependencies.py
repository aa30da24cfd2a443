"""The dependencies in dvc.yaml are the files that each stage's code really imports."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.shared.tracking.import_closure import NO_INFLUENCE, deciding_files, imported_files

PROJECT = Path(__file__).resolve().parents[1]
STAGES: dict[str, dict[str, Any]] = yaml.safe_load(
    (PROJECT / "dvc.yaml").read_text(encoding="utf-8")
)["stages"]
CACHED = [name for name, stage in STAGES.items() if not stage.get("always_changed")]


def code_of(stage: dict[str, Any]) -> set[str]:
    """The modules that a stage's dependencies name, those of a folder one by one."""
    paths = [PROJECT / dep for dep in stage["deps"] if dep.startswith("components/")]
    assert [path for path in paths if not path.exists()] == []
    modules = [path for path in paths if path.suffix == ".py"]
    for folder in paths:
        modules += folder.rglob("*.py")
    return {path.relative_to(PROJECT).as_posix() for path in modules}


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", CACHED)
def test_a_stage_depends_on_the_code_that_decides_its_output_and_on_no_other(name: str) -> None:
    command = re.search(r"-m components\.(\w+)", STAGES[name]["cmd"])
    assert command is not None
    imported = {path.as_posix() for path in deciding_files(command[1])}
    listed = code_of(STAGES[name])
    assert sorted(imported - listed) == [], "imported, but not in deps"
    assert sorted(listed - imported) == [], "in deps, but not imported"


def test_every_file_without_influence_is_there_and_has_a_reason() -> None:
    assert [path for path in NO_INFLUENCE if not (PROJECT / path).is_file()] == []
    assert all(NO_INFLUENCE.values())


def test_packages_hold_a_docstring_alone() -> None:
    packages = list((PROJECT / "components").rglob("__init__.py"))
    assert len(packages) > 6
    for path in packages:
        statements = ast.parse(path.read_text(encoding="utf-8")).body
        assert ast.unparse(statements[1:]) == "", path  # type: ignore[arg-type]


def test_imports_are_followed_through_functions_sub_folders_and_other_modules(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        "components/step/__main__.py",
        "def run():\n    from components.shared import near\n",
    )
    write(
        tmp_path,
        "components/step/deep/inner.py",
        "import components.shared.wing.named\nfrom .. import beside\n",
    )
    write(
        tmp_path,
        "components/step/beside.py",
        "import json\nfrom components.shared.runtime.cli import parser\n",
    )
    write(tmp_path, "components/shared/near.py", "from components.shared.far import VALUE\n")
    write(tmp_path, "components/shared/far.py", "VALUE = 1\n")
    write(tmp_path, "components/shared/wing/named.py", "")
    write(tmp_path, "components/shared/strange.py", "")
    write(tmp_path, "components/shared/runtime/cli.py", "from components.shared import strange\n")
    assert [
        path.relative_to("components").as_posix() for path in deciding_files("step", tmp_path)
    ] == [
        "shared/far.py",
        "shared/near.py",
        "shared/wing/named.py",
        "step/__main__.py",
        "step/beside.py",
        "step/deep/inner.py",
    ]
    inner = Path("components/step/deep/inner.py")
    assert {path.name for path in imported_files(inner, tmp_path)} == {"named.py", "beside.py"}
