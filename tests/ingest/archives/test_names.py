import pytest

from components.ingest.archives.names import decode, separated
from components.shared.runtime.errors import InputError


def test_utf_8_needs_no_word(caplog: pytest.LogCaptureFixture) -> None:
    names = ["José/1.png", "表/1.png", "a.png"]
    assert decode([name.encode() for name in names], None, "data.zip") == names
    assert decode([name.encode() for name in names], "cp932", "data.zip") == names
    assert not caplog.records


def test_all_names_of_an_archive_have_one_encoding() -> None:
    names = ["猫/1.png", "签名/2.png", "张伟/3.png", "王芳/1.png"]
    assert "猫".encode("gbk").decode() == "è"
    assert decode([name.encode("gbk") for name in names], None, "data.zip") == names


def test_the_parameter_goes_before_a_guess(caplog: pytest.LogCaptureFixture) -> None:
    raw = ["Ση/1.png".encode("cp1253")]
    assert decode(raw, "cp1253", "data.zip") == ["Ση/1.png"]
    assert not caplog.records


def test_a_guess_is_told_with_an_example(caplog: pytest.LogCaptureFixture) -> None:
    decode([b"a.png", "ソニー/1.png".encode("cp932")], None, "data.zip")
    (record,) = caplog.records
    line = record.getMessage()
    assert line.startswith("data.zip: ") and "\n" not in line
    assert "as cp932, a guess ('ソニー/1.png'); set ingest.encoding" in line


def test_a_name_that_is_not_in_the_encoding_is_shown() -> None:
    with pytest.raises(InputError, match=r"^data\.zip: .*b'\\xff.*not in ingest\.encoding gbk"):
        decode([b"\xff\xff/1.png"], "gbk", "data.zip")


def test_what_the_archive_tells_is_taken_as_it_is() -> None:
    assert decode(["表/1.png", "表/2.png".encode("cp932")], "cp932", "x") == [
        "表/1.png",
        "表/2.png",
    ]


def test_a_backslash_separates_only_where_no_name_has_a_slash() -> None:
    assert separated(["ann\\1.png", "bob\\"]) == ["ann/1.png", "bob/"]
    assert separated(["ann\\1.png", "bob/1.png"]) == ["ann\\1.png", "bob/1.png"]
    assert separated([]) == []
