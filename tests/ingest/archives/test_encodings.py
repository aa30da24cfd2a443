import pytest

from components.ingest.archives.encodings import ALPHABETS, guess, text

NAMES = {
    "cp932": ["表/1.png", "ソニー/2.png", "山田　太郎/genuine/1.png", "鈴木/3.png"],
    "gb18030": ["签名/张伟/1.png", "签名/王芳/1.png", "签名/李娜/2.png", "赵强/（副本）.png"],
    "cp949": ["서명/김철수/1.png", "서명/이영희/2.png"],
    "big5": ["簽名/陳大文/1.png", "簽名/王小明/2.png"],
    "cp1252": ["José/1.png", "Müller/1.png", "Zoë/1.png", "Åse/2.png"],
    "cp437": ["José/1.png", "Müller/1.png", "Zoë/1.png", "ÅSE/2.png"],
    "cp850": ["João/1.png", "José/1.png", "Søren/2.png"],
    "cp1251": ["Иванов/1.png", "Петров/2.png"],
    "cp866": ["Иванов/1.png", "Петров/2.png"],
    "cp1250": ["Łukasz/1.png", "Świętosława/2.png"],
    "cp852": ["Łukasz/1.png", "Świętosława/2.png"],
}


@pytest.mark.parametrize("codec", NAMES)
def test_a_few_names_tell_their_encoding(codec: str) -> None:
    assert guess([name.encode(codec) for name in NAMES[codec]]) == codec


def test_names_in_ascii_beside_them_do_not_matter() -> None:
    plain = [f"readme {number}.txt".encode() for number in range(100)]
    assert guess([*plain, *(name.encode("gbk") for name in NAMES["gb18030"])]) == "gb18030"


def test_of_many_names_not_the_first_alone_tell() -> None:
    first = [f"签名/陈芳{number}.png" for number in range(5000)]  # as good in Korean
    names = [*first, *(f"签名/王伟{number}.png" for number in range(5000))]
    assert guess([name.encode("gbk") for name in names]) == "gb18030"


def test_an_encoding_that_one_name_contradicts_is_none() -> None:
    names = [name.encode("cp949") for name in NAMES["cp949"]]
    assert guess([*names, b"Ren\x82/1.png"]) != "cp949"


def test_whatever_the_bytes_are_some_encoding_reads_them() -> None:
    assert guess([bytes(range(1, 256))]) in ALPHABETS


def test_a_second_byte_that_became_a_separator_is_restored() -> None:
    damaged = "表/ソニー.png".encode("cp932").replace(b"\\", b"/")
    assert text(damaged, "cp932") == "表/ソニー.png"
    with pytest.raises(UnicodeDecodeError):
        text(b"\x95", "cp932")
    with pytest.raises(UnicodeDecodeError):
        text(b"\xff/1.png", "utf-8")
