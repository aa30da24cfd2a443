from pathlib import Path

import pytest

from components.shared.storage import failure_table


def test_the_table_lies_beside_the_output_and_in_the_project_where_the_output_is_in_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Path("data/prepared")
    assert failure_table.path_beside(out, "rejected.csv") == Path("data/prepared-rejected.csv")
    copy = tmp_path / ".dvc" / "tmp" / "exps" / "tmp0123"
    copy.mkdir(parents=True)
    monkeypatch.setattr(failure_table, "code_root", lambda: copy)
    monkeypatch.setattr(failure_table, "project_root", lambda: tmp_path)
    monkeypatch.chdir(copy)
    expected = tmp_path / "data" / "prepared-rejected.csv"
    assert failure_table.path_beside(out, "rejected.csv") == expected
    elsewhere = tmp_path.parent / "elsewhere" / "prepared"
    assert failure_table.path_beside(elsewhere, "rejected.csv").parent == elsewhere.parent


def test_names_with_commas_and_quotes_are_quoted(tmp_path: Path) -> None:
    table = tmp_path / "new" / "raw-misplaced.csv"
    failure_table.write(table, ["path"], [["a,b.png"], ['"é".png']])
    assert table.read_text(encoding="utf-8") == 'path\n"a,b.png"\n"""é"".png"\n'
