"""The command that writes the schema."""

import json
from pathlib import Path

import pytest

from serving.__main__ import main
from serving.commands.openapi import text


def test_the_schema_is_written_to_a_file_or_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["openapi", "--out", str(tmp_path / "openapi.json")])
    main(["openapi"])
    written = (tmp_path / "openapi.json").read_text(encoding="utf-8")
    assert written == capsys.readouterr().out == text()
    assert json.loads(written)["openapi"].startswith("3.1")
