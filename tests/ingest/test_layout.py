import json
from itertools import product
from pathlib import Path

import pytest

from components.ingest import step
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import fingerprint_of, folder_with, labels, params_for, rows

CEDAR = ["full_org/original_1_1.png", "full_org/original_12_3.png", "full_forg/forgeries_12_1.png"]


CEDAR_TOLD = [
    ("full_forg/forgeries_12_1.png", "12", "forgery"),
    ("full_org/original_12_3.png", "12", "genuine"),
    ("full_org/original_1_1.png", "1", "genuine"),
]


@pytest.mark.parametrize("layout", ["auto", "cedar"])
@pytest.mark.parametrize("above", ["", "signatures/", "a/b/"])
def test_cedar_is_found_at_the_top_and_up_to_two_folders_down(
    tmp_path: Path, layout: str, above: str
) -> None:
    source = folder_with(
        tmp_path / "source", [above + name for name in [*CEDAR, "full_org/Thumbs.db", "Readme.txt"]]
    )
    figures = step.run(params_for(source, layout=layout), tmp_path / "out").figures
    assert labels(tmp_path / "out") == CEDAR_TOLD
    assert (figures["images"], figures["identities"], figures["genuine"], figures["forgeries"]) == (
        3,
        2,
        2,
        1,
    )


def test_auto_prefers_cedar_over_reading_its_folders_as_identities(tmp_path: Path) -> None:
    step.run(params_for(folder_with(tmp_path / "source", CEDAR)), tmp_path / "out")
    assert {identity for _, identity, _ in labels(tmp_path / "out")} == {"1", "12"}


def test_cedar_twice_in_one_source_is_refused(tmp_path: Path) -> None:
    for top in "ab":
        source = folder_with(tmp_path / "source", [f"{top}/{name}" for name in CEDAR])
    with pytest.raises(InputError, match="more than once"):
        step.run(params_for(source), tmp_path / "out")


@pytest.mark.parametrize("above", ["", "faces/", "a/b/"])
def test_a_folder_per_identity_is_genuine_unless_it_says_forgery(
    tmp_path: Path, above: str
) -> None:
    names = [
        "ann/1.png",
        "bob/genuine/1.JPG",
        "bob/Forgery/1.tiff",
        "notes.txt",
        "ann/.hidden.png",
        "ann/2.mat",
    ]
    step.run(
        params_for(folder_with(tmp_path / "source", [above + name for name in names])),
        tmp_path / "out",
    )
    assert labels(tmp_path / "out") == [
        ("ann/1.png", "ann", "genuine"),
        ("bob/Forgery/1.tiff", "bob", "forgery"),
        ("bob/genuine/1.JPG", "bob", "genuine"),
    ]
    assert "part" not in rows(tmp_path / "out")[0]


@pytest.mark.parametrize("parts", [("train", "val"), ("train", "val", "test"), ("train",)])
def test_parts_above_the_identities_become_a_column(tmp_path: Path, parts: tuple[str, ...]) -> None:
    identities = {(part, f"{part}-{who}") for part, who in product(parts, "ab")}
    names = [f"top/{part}/{identity}/genuine/1.png" for part, identity in identities]
    step.run(params_for(folder_with(tmp_path / "source", names)), tmp_path / "out")
    assert {(row["part"], row["identity"]) for row in rows(tmp_path / "out")} == identities


def test_one_identity_among_others_may_be_called_test(tmp_path: Path) -> None:
    step.run(
        params_for(folder_with(tmp_path / "source", ["test/1.png", "ann/1.png"])), tmp_path / "out"
    )
    assert {identity for _, identity, _ in labels(tmp_path / "out")} == {"test", "ann"}


def test_parts_beside_identities_are_ambiguous_and_refused(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["train/a/1.png", "val/b/1.png", "carl/1.png"])
    with pytest.raises(InputError, match="carl"):
        step.run(params_for(source), tmp_path / "out")


def test_a_single_identity_is_not_taken_for_a_wrapping_folder(tmp_path: Path) -> None:
    step.run(
        params_for(folder_with(tmp_path / "source", ["ann/genuine/1.png", "ann/forgery/1.png"])),
        tmp_path / "out",
    )
    assert {identity for _, identity, _ in labels(tmp_path / "out")} == {"ann"}


@pytest.mark.parametrize(
    ("layout", "names", "message"),
    [
        (
            "auto",
            ["1.png", "2.png"],
            "full_org/original_W_S.png.*one folder of images per identity",
        ),
        ("cedar", ["ann/1.png"], "full_org/original_W_S.png"),
        ("cedar", ["full_org/original_1_1.png"], "full_forg"),
        ("folder", ["1.png"], "one folder of images per identity"),
        ("auto", ["ann/notes.txt"], "holds no image"),
        ("auto", [], "holds no image"),
        ("auto", ["ann/a\tb.png"], "cannot be printed"),
        ("auto", ["ann/a\\b.png"], "backslash"),
    ],
)
def test_an_unknown_layout_says_what_was_looked_for(
    tmp_path: Path, layout: str, names: list[str], message: str
) -> None:
    (tmp_path / "source").mkdir()
    source = folder_with(tmp_path / "source", names)
    with pytest.raises(InputError, match=message):
        step.run(params_for(source, layout=layout), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_real_cedar_is_fingerprinted_and_understood(cedar_dir: Path, tmp_path: Path) -> None:
    from components.ingest import layout
    from components.ingest.listing import files

    facts = json.loads(fingerprint_of(params_for(cedar_dir), tmp_path))
    assert facts["files"] == 2640
    scan = layout.scan(files(cedar_dir), "auto", "cedar")
    assert not scan.misplaced
    assert {image.labels.identity for image in scan.images} == {
        str(writer) for writer in range(1, 56)
    }
    for kind in ("genuine", "forgery"):
        assert sum(image.labels.kind == kind for image in scan.images) == 55 * 24
