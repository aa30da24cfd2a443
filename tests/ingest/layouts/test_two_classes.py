import pytest

from components.ingest.layouts import folder, two_classes
from components.ingest.layouts.two_classes import Pattern
from tests.ingest.layouts.trees import tree


def pattern_in(*names: str, levels: int | None = None) -> Pattern | None:
    return two_classes.find(folder.scan(tree(*names), levels))


@pytest.mark.parametrize(
    ("genuine", "forgery"),
    [
        ("1/B-S-1-G-01.tif", "1/B-S-1-F-01.tif"),
        ("1/c-001-01.png", "1/cf-001-01.png"),
        ("1/0000v00.png", "1/0000f00.png"),
        ("1/original_1_1.png", "1/forgeries_1_1.png"),
        ("1/Real1.png", "1/Fake1.png"),
        ("1/1.png", "1/1_skilled.png"),
        ("1/SigGenuine1.png", "1/SigForged1.png"),
        ("Ann/1.png", "AnnForged/1.png"),
        ("genuine/1.png", "forged/1.png"),
        ("genuine/ann/1.png", "forged/ann/1.png"),
        ("001/1.png", "001_forg/1.png"),
        ("1-original/1.png", "1-simulated/1.png"),
        ("1-G/1.png", "1-F/1.png"),
        ("001/1.png", "001_f/1.png"),
        ("train/real/1.png", "train/fake/1.png"),
    ],
)
def test_two_classes_that_names_tell_apart_are_seen(genuine: str, forgery: str) -> None:
    assert pattern_in(forgery, genuine) == (genuine, forgery)
    assert pattern_in(genuine, forgery) == (genuine, forgery)


@pytest.mark.parametrize(
    ("genuine", "forgery"),
    [
        ("ann/G/1.png", "ann/F/1.png"),
        ("ann/01_genuine/1.png", "ann/02_forged/1.png"),
        ("ann/monday/1.png", "ann/forged monday/1.png"),
        ("train/ann/G/1.png", "train/ann/F/1.png"),
    ],
)
def test_classes_in_folders_below_an_identity_are_seen(genuine: str, forgery: str) -> None:
    others = [genuine.replace("ann", "bob"), forgery.replace("ann", "bob")]
    assert pattern_in(forgery, genuine, *others, levels=1) == (genuine, forgery)


def test_examples_are_named_relative_to_the_source() -> None:
    names = ("ann/G/1.png", "ann/F/1.png")
    assert pattern_in(*names) == names
    names = ("data/1/G-1.png", "data/1/F-1.png")
    assert pattern_in(*names, "data/2/G-1.png", "data/2/F-1.png") == names


def test_forgeries_alone_are_seen_too() -> None:
    assert pattern_in("1/fake-1.png", "2/fake-1.png") == (None, "1/fake-1.png")
    assert pattern_in("forgeries/1/a.png", "forgeries/2/a.png") == (None, "forgeries/1/a.png")


@pytest.mark.parametrize(
    "names",
    [
        ("1/genuine/B-S-1-G-01.tif", "1/forgery/B-S-1-F-01.tif"),
        ("1/real/c-1.png", "1/real/c-2.png", "1/fake/cf-1.png"),
        ("jane forge/jane_forge_1.png", "bob/bob_1.png"),  # a surname
        ("real/1.png", "ann/1.png"),  # one identity among others
        ("kim/1.png", "kim_f/1.png", "ann/1.png", "bob/1.png", "eve/1.png"),
        ("genuine/ann/1.png", "genuine/bob/1.png"),
        tuple(f"{letter}/1.png" for letter in "abcdefg"),
        tuple(f"ann/{letter}.png" for letter in "abcdefg"),
        ("ann/f1.png", "ann/m1.png", "bob/f1.png"),
        ("ann/3f.png", "ann/7c.png", "ann/1.png", "ann/2.png", "ann/9cf.png"),
    ],
)
def test_ordinary_names_are_no_classes(names: tuple[str, ...]) -> None:
    assert pattern_in(*names) is None
