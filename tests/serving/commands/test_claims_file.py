"""The file of claims: rows that are read, and damage that is told with its line."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from serving.commands.claims_file import ClaimedImages, read

HEADER = "claim,questioned,references\n"


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "claims.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_rows_are_read_with_paths_beside_the_file(tmp_path: Path) -> None:
    text = HEADER + "a,q.png,r1.png;sub/r 2.png\n\nb,/data/q.png, r1.png ; r2.png \n"
    assert read(write(tmp_path, text)) == [
        ClaimedImages("a", tmp_path / "q.png", [tmp_path / "r1.png", tmp_path / "sub/r 2.png"]),
        ClaimedImages("b", Path("/data/q.png"), [tmp_path / "r1.png", tmp_path / "r2.png"]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_columns_stand_in_any_order_beside_others_as_spreadsheets_save_them(
    encoding: str, tmp_path: Path
) -> None:
    text = 'note,references,claim,questioned\r\n"x,\r\ny",ä.png,"Ж, 1",q.png\r\n'
    (row,) = read(write(tmp_path, text, encoding))
    assert row == ClaimedImages("Ж, 1", tmp_path / "q.png", [tmp_path / "ä.png"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "lacks the column claim, questioned, references"),
        ("claim;questioned;references\na;b;c\n", "with commas"),
        ("claim,references\na,b\n", "lacks the column questioned"),
        (HEADER, "holds no claims"),
        (HEADER + "a,q.png,r.png\nb,q.png\n", "line 3: 2 values, but the header has 3 columns"),
        (HEADER + "a,q.png,r.png,s.png\n", "line 2: 4 values"),
        (HEADER + "a,q.png,r.png\n\n\n ,q.png,r.png\n", "line 5: has no claim"),
        (HEADER + "a,,r.png\n", "line 2: has no questioned"),
        (HEADER + "a,q.png, \n", "line 2: has no references"),
        (HEADER + "a,q.png,r.png;;s.png\n", "line 2: has an empty reference"),
        (HEADER + "a,q.png,r.png;\n", "line 2: has an empty reference"),
        (HEADER + "a,q\0.png,r.png\n", "line 2: "),
        (HEADER + "a,q.png,r\nb,q,r\na,q,r\n", "line 4: the claim 'a' stands in line 2 already"),
        (HEADER + 'a,q.png,"r.png\n', "line 2: not a row of a csv file"),
        (HEADER + f"a,q.png,{'r' * 200_000}\n", "line 2: not a row of a csv file"),
    ],
)
def test_damage_is_told_with_its_line(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        read(write(tmp_path, text))
    assert reason in str(refusal.value)
    assert str(refusal.value).startswith(f"{tmp_path / 'claims.csv'}: ")
    assert "\n" not in str(refusal.value)


def test_what_is_no_text_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a text in UTF-8"):
        read(write(tmp_path, HEADER + "ä,q,r\n", "latin-1"))
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "missing.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path)
