"""`python -m pipelines.documentation`."""

from pathlib import Path

import pytest

from pipelines.documentation import __main__ as documentation
from pipelines.documentation import commands, parameters

ROOT = Path(__file__).resolve().parents[3]


def test_another_python_writes_the_parameters_and_leaves_the_commands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(commands, "REFERENCE", (2, 7))
    documentation.main(["--out", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["parameters.md"]
    assert (tmp_path / "parameters.md").read_text() == parameters.page(ROOT / "cluster.yaml")
    assert "commands.md is left alone: argparse" in capsys.readouterr().out
