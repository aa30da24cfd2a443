from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from components.split.params import SplitParams
from tests.split.indexes import index_of, parts_of, split


def test_a_csv_names_the_parts(tmp_path: Path) -> None:
    listed = tmp_path / "parts.csv"
    listed.write_text("\ufeffidentity,part\nw2,train\nw0,val\nw1,test\n", encoding="utf-8")
    assert parts_of(SplitParams(by=str(listed)), index_of(3), tmp_path) == {
        "w0": "val",
        "w1": "test",
        "w2": "train",
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        ("", "not a csv"),
        ("who,part\n", "first line must be identity,part"),
        ("identity,part\nw0,train\nw1,val\nw1,test\n", "'w1' is named twice"),
        ("identity,part\nw0,train\nw1,vla\n", "line 3: unknown part 'vla'"),
        (
            "identity,part\nw0,train\nw1,val\nw2,test\nw22,test\n",
            r"'w22' has no images \(did you mean 'w2'\?\)",
        ),
        ("identity,part\nw0,train\nw1,val\n", "1 identity of the images is not named: w2"),
        ("identity,part\nw0,train\nw1,val\nw2,val\n", "no identity stands in test"),
    ],
)
def test_a_csv_that_is_no_partition_is_refused(
    content: str | None, message: str, tmp_path: Path
) -> None:
    listed = tmp_path / "parts.csv"
    if content is not None:
        listed.write_text(content)
    with pytest.raises(InputError, match=message):
        split(SplitParams(by=str(listed)), index_of(3), tmp_path)


def test_a_csv_that_parts_identical_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parts.csv").write_text("identity,part\nw0,train\nw1,val\nw2,test\n")
    index = index_of(3)
    index.loc[[1, 4], "sha256"] = "x"
    with pytest.raises(InputError, match=r"the same image stands in test as 2/0 and train as 0/1"):
        split(SplitParams(by=str(tmp_path / "parts.csv")), index, tmp_path)


def test_a_csv_names_an_identity_in_either_unicode_form(tmp_path: Path) -> None:
    listed = tmp_path / "parts.csv"
    listed.write_text("identity,part\nJos\u00e9,train\nw1,val\nw2,test\n", encoding="utf-8")
    index = index_of(3)
    index.loc[index["identity"] == "w0", "identity"] = ["Jose\u0301", "Jos\u00e9"]
    parts = split(SplitParams(by=str(listed)), index, tmp_path)["part"]
    assert list(parts[:2]) == ["train", "train"]
    listed.write_text("identity,part\nJos\u00e9,train\nJose\u0301,val\nw1,val\nw2,test\n", "utf-8")
    with pytest.raises(InputError, match="is named twice"):
        split(SplitParams(by=str(listed)), index, tmp_path)
