import pytest

from components.ingest.characters import fault, printable


@pytest.mark.parametrize(
    "name",
    [
        "می\u200cخواهم",  # Persian, with a joiner
        "山田\u3000太郎",
        "a\u00a0b",
        "👩\u200d🔬✍\ufe0f",
        "Screenshot 9.41\u202fAM",
        "\u200fדוד\u200e (1)",  # marks of direction
        "\u2067שלום\u2069",  # an isolate
        "co\u00adop",
        "\ue000\U0010ffff",  # private, unassigned
    ],
)
def test_ordinary_text_of_any_script_may_stand(name: str) -> None:
    assert fault(name) is None


@pytest.mark.parametrize(
    ("character", "reason"),
    [
        ("\n", r"a control character (U+000A)"),
        ("\t", r"a control character (U+0009)"),
        ("\x7f", r"a control character (U+007F)"),
        ("\x85", r"a control character (U+0085)"),
        ("\u2028", r"a control character (U+2028)"),
        ("\u202e", r"an override of the direction of writing (U+202E)"),
        ("\u202d", r"an override of the direction of writing (U+202D)"),
        ("\udce9", r"bytes that are no Unicode"),
    ],
)
def test_what_breaks_a_line_or_hides_a_name_may_not(character: str, reason: str) -> None:
    described = fault(f"ann{character}1.png")
    assert described is not None and described.startswith(reason)


def test_messages_hold_no_invisible_character() -> None:
    assert printable("José 表") == "José 表"
    assert printable("a\nb\u202e") == "a\\nb\\u202e"
