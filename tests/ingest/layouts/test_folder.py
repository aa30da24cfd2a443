import pytest

from components.ingest.layouts import folder
from components.shared.runtime.errors import InputError
from tests.ingest.layouts.trees import labelled, tree


def test_the_root_that_explains_the_most_images_is_taken_the_uppermost_of_equals() -> None:
    scan = folder.scan(tree("top/ann/1.png", "top/bob/1.png", "top/bob/2.png", "other/1.png"))
    assert labelled(scan) == {
        "ann/1.png": ("ann", "genuine"),
        "bob/1.png": ("bob", "genuine"),
        "bob/2.png": ("bob", "genuine"),
    }
    assert list(map(str, scan.misplaced)) == ["other/1.png"]
    assert {name for name, _ in labelled(folder.scan(tree("a/real/1.png"))).values()} == {"a"}


def test_a_kind_has_many_names_and_other_folders_are_no_kind() -> None:
    others = ["1/x/1.png", "1/real/fake/1.png"]
    scan = folder.scan(tree("1/Forged/1.png", "1/original/1.png", "2/1.png", "3/1.png", *others))
    assert list(map(str, scan.misplaced)) == others
    assert labelled(scan) == {
        "1/Forged/1.png": ("1", "forgery"),
        "1/original/1.png": ("1", "genuine"),
        "2/1.png": ("2", "genuine"),
        "3/1.png": ("3", "genuine"),
    }


@pytest.mark.parametrize("above", ["", "top/", "top/b/"])
def test_levels_make_the_name_and_folders_below_do_not_matter(above: str) -> None:
    names = ["x/ann/s1/1.png", "x/ann/s2/forged/1.png", "y/ann/1.png", "y/bob/s1/deep/er/1.png"]
    files = tree(*(above + name for name in names))
    assert list(labelled(folder.scan(files, 1)).values()) == [
        ("x", "genuine"),
        ("x", "forgery"),
        ("y", "genuine"),
        ("y", "genuine"),
    ]
    assert list(labelled(folder.scan(files, 2)).values()) == [
        ("x/ann", "genuine"),
        ("x/ann", "forgery"),
        ("y/ann", "genuine"),
        ("y/bob", "genuine"),
    ]
    assert not folder.scan(files, 7).images


@pytest.mark.parametrize("levels", [None, 1])
def test_parts_go_by_several_names(levels: int | None) -> None:
    files = tree("Training/a/1.png", "valid/b/1.png", "testing/c/1.png")
    parts = [image.labels.part for image in folder.scan(files, levels).images]
    assert parts == ["train", "val", "test"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("train/a/1.png", "test/b/1.png", "carl/1.png"), r"train/ .*something else \(carl\)"),
        (("val/a/1.png", "validation/b/1.png"), "val/ and validation/ name a part twice"),
    ],
)
def test_parts_that_are_ambiguous_are_refused(names: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        folder.scan(tree(*names))
