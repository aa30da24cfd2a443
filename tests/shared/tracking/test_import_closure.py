"""The files that decide a step's output, found in a small project of the test's own."""

from pathlib import Path

import pytest

from components.shared.tracking.import_closure import (
    NO_INFLUENCE,
    deciding_files,
    imported_files,
)
from tests.conftest import PROJECT

FILES = {
    "components/train/step.py": "from components.shared.model import embedder\n",
    "components/train/loss/mining.py": "def mine():\n    import components.shared.lazy\n",
    "components/shared/model/embedder.py": "from ..data.store import open_store\n",
    "components/shared/data/store.py": (
        "from components.shared.runtime.cli import execute\nimport numpy\n"
    ),
    "components/shared/lazy.py": "",
    "components/shared/runtime/cli.py": "import components.shared.only_for_cli\n",
    "components/shared/only_for_cli.py": "",
    "components/shared/unused.py": "",
    "components/evaluate/step.py": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_step_is_decided_by_its_folder_and_all_it_imports_directly_or_not(root: Path) -> None:
    assert [path.as_posix() for path in deciding_files("train", root)] == [
        "components/shared/data/store.py",
        "components/shared/lazy.py",
        "components/shared/model/embedder.py",
        "components/train/loss/mining.py",
        "components/train/step.py",
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import components.shared.lazy\n", ["components/shared/lazy.py"]),
        ("import components.shared.lazy as other, numpy\n", ["components/shared/lazy.py"]),
        ("from components.shared import lazy, unused\n", ["lazy", "unused"]),
        ("from components.shared.lazy import anything\n", ["components/shared/lazy.py"]),
        ("from . import lazy\nfrom .data import store\n", ["lazy", "data/store"]),
        ("if True:\n    def f():\n        from .lazy import x\n", ["lazy"]),
        ("import lazy\nimport pipelines.lazy\nname = 'components.shared.lazy'\n", []),
    ],
)
def test_an_import_is_found_in_every_form(text: str, names: list[str], root: Path) -> None:
    (root / "components" / "shared" / "module.py").write_text(text)
    paths = imported_files(Path("components/shared/module.py"), root)
    expected = [name if "/shared/" in name else f"components/shared/{name}.py" for name in names]
    assert [path.as_posix() for path in paths] == expected


def test_every_file_without_influence_exists() -> None:
    assert [name for name in NO_INFLUENCE if not (PROJECT / name).is_file()] == []
