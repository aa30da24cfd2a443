import logging
from pathlib import Path

import pytest

from components.preprocess.duplicates import list_pairs, summary, warn, write
from components.shared.data.near_copies import NearCopy

ROWS = [
    {"path": "a/1", "identity": "x/1", "kind": "genuine", "collection": "x"},
    {"path": "a/2", "identity": "x/1", "kind": "genuine", "collection": "x"},
    {"path": "a/3", "identity": "x/1", "kind": "forgery", "collection": "x"},
    {"path": "b/1", "identity": "x/2", "kind": "genuine", "collection": "x"},
    {"path": "c/1", "identity": "y/1", "kind": "genuine", "collection": "y"},
]
NEAR = [NearCopy("a/2", "a/1", 5), NearCopy("a/3", "a/1", 6), NearCopy("c/1", "b/1", 0)]


def test_pairs_are_counted_by_what_they_cross() -> None:
    pairs = list_pairs(ROWS, [("b/1", "a/1"), ("c/1", "a/1"), ("c/1", "a/2")], NEAR)
    assert summary(pairs) == [
        "equal: 1 across identities, 2 across collections (duplicates.csv names them)",
        "nearly equal: 2 within identities, 1 across collections (duplicates.csv names them)",
    ]
    assert summary(list_pairs(ROWS, [], [])) == []


def test_the_table_has_labels_of_both_images(tmp_path: Path) -> None:
    write(list_pairs(ROWS, [("b/1", "a/1")], NEAR[2:]), tmp_path)
    assert (tmp_path / "duplicates.csv").read_text().splitlines() == [
        "path,other,identity,other_identity,kind,other_kind,collection,other_collection,"
        "relation,distance",
        "b/1,a/1,x/2,x/1,genuine,genuine,x,x,equal,0",
        "c/1,b/1,y/1,x/2,genuine,genuine,y,x,near,0",
    ]


def test_there_is_no_table_without_pairs_and_no_collection_of_a_single_source(
    tmp_path: Path,
) -> None:
    write([], tmp_path)
    assert list(tmp_path.iterdir()) == []
    rows = [{"path": p, "identity": "NA", "kind": "genuine"} for p in ("1", "2")]
    write(list_pairs(rows, [("2", "1")], []), tmp_path)
    assert (tmp_path / "duplicates.csv").read_text().splitlines() == [
        "path,other,identity,other_identity,kind,other_kind,relation,distance",
        "2,1,NA,NA,genuine,genuine,equal,0",
    ]


def test_near_images_of_one_label_are_told_and_of_two_labels_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        warn(list_pairs(ROWS, [], NEAR[:1]))
        assert [record.levelname for record in caplog.records] == ["INFO"]
        assert caplog.messages == ["1 pairs of images are nearly equal; all of them are used"]
        warn(list_pairs(ROWS, [], NEAR))
    assert caplog.messages[-1] == (
        "2 pairs of nearly equal images stand with different labels, such as a/3, forgery of x/1, "
        "and a/1, genuine of x/1: look at them"
    )


def test_equal_images_are_not_warned_of_again(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        warn(list_pairs(ROWS, [("b/1", "a/1")], []))
    assert not caplog.text
