"""Lists of comparisons, in the forms in which collections were published with them."""

import logging
from collections.abc import Mapping
from pathlib import Path

import pytest

from components.ingest import layout, listing, step
from components.ingest.pair_lists import find, in_collection
from components.ingest.params import IngestParams
from components.shared.data.pairs import ListedPair, read_pairs
from components.shared.runtime.errors import InputError
from tests.pictures import encode, strokes

LFW_IMAGES = [
    "lfw/Ann_Lee/Ann_Lee_0001.jpg",
    "lfw/Ann_Lee/Ann_Lee_0002.jpg",
    "lfw/Bo/Bo_0001.jpg",
    "lfw/Bo/Bo_0012.jpg",
    "lfw/Cy/Cy_0001.jpg",
]
LFW_LIST = (
    "2\t1\nAnn_Lee\t1\t2\nAnn_Lee\t1\tBo\t12\nBo\t1\t12\nBo\t1\tCy\t1\n"  # 2 folds, 1 pair each
)
KAGGLE_IMAGES = ["test/068/09_068.png", "test/068/10_068.png", "test/068_forg/03_0113068.PNG"]
SIGCOMP_IMAGES = [
    "set/Dutch/Reference(646)/052/06_052.png",
    "set/Dutch/Reference(646)/052/07_052.png",
    "set/Dutch/Reference(646)/053/01_053.png",
    "set/Dutch/Questioned(1287)/052/01_052.png",
    "set/Dutch/Questioned(1287)/052/01_0106052.PNG",
    "set/Chinese/Ref(115)/001/01_001.png",
    "set/Chinese/Questioned(487)/001/02_0101001.png",
]


def lists_of(
    folder: Path, images: list[str], texts: Mapping[str, str], name: str = "auto"
) -> list[ListedPair]:
    """Finds the lists of a tree of empty images and of files with texts."""
    for path in images:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    files = listing.read(folder, "source").files
    return find(files, layout.scan(files, name, "source"))


def test_pairs_of_lfw_have_the_folds_of_their_lines(tmp_path: Path) -> None:
    pairs = lists_of(tmp_path, LFW_IMAGES, {"pairs.txt": LFW_LIST}, "lfw")
    assert pairs == [
        ListedPair("lfw", 1, LFW_IMAGES[0], LFW_IMAGES[1], True, 1),
        ListedPair("lfw", 2, LFW_IMAGES[0], LFW_IMAGES[3], False, 1),
        ListedPair("lfw", 3, LFW_IMAGES[2], LFW_IMAGES[3], True, 2),
        ListedPair("lfw", 4, LFW_IMAGES[2], LFW_IMAGES[4], False, 2),
    ]


def test_ten_folds_of_two_pairs_are_told_apart(tmp_path: Path) -> None:
    people = [f"P{number}" for number in range(40)]
    images = [f"{who}/{who}_000{image}.jpg" for who in people for image in (1, 2)]
    lines = ["10 2"]
    for fold in range(10):
        one, other = people[2 * fold], people[2 * fold + 1]
        lines += [f"{one} 1 2", f"{other} 1 2", f"{one} 1 {other} 1", f"{one} 2 {other} 2"]
    pairs = lists_of(tmp_path, images, {"pairs.txt": "\n".join(lines)}, "lfw")
    assert [pair.fold for pair in pairs] == [1 + place // 4 for place in range(40)]
    assert [pair.same for pair in pairs] == [True, True, False, False] * 10


def test_a_list_of_one_number_has_no_folds(tmp_path: Path) -> None:
    text = LFW_LIST.replace("2\t1\n", "2\n", 1)
    pairs = lists_of(tmp_path, LFW_IMAGES, {"pairs.txt": text}, "lfw")
    assert [pair.fold for pair in pairs] == [0, 0, 0, 0]


def test_a_pair_of_a_missing_image_is_left_out_and_keeps_its_fold(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pairs = lists_of(tmp_path, LFW_IMAGES[:3] + LFW_IMAGES[4:], {"pairs.txt": LFW_LIST}, "lfw")
    assert [(pair.comparison, pair.fold) for pair in pairs] == [(1, 1), (2, 2)]
    assert "pairs.txt: 2 of its pairs name images that the source lacks, such as" in caplog.text
    assert "Bo_0012: left out" in caplog.text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Ann_Lee\t1", r"pairs\.txt: line 6: not a name and two numbers"),
        ("Ann_Lee\tx\ty", "line 6: not a name"),
        ("Bo\t1\tBo\t12\t9", "line 6: not a name"),
    ],
)
def test_a_damaged_line_is_named(line: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        lists_of(tmp_path, LFW_IMAGES, {"pairs.txt": LFW_LIST + line + "\n"}, "lfw")


@pytest.mark.parametrize("text", ["", "shopping: two pairs of socks\n", "1 2 3\n"])
def test_another_file_of_the_name_is_no_list(text: str, tmp_path: Path) -> None:
    assert lists_of(tmp_path, LFW_IMAGES, {"pairs.txt": text}, "lfw") == []


def test_a_one_of_kaggle_says_that_the_second_is_forged(tmp_path: Path) -> None:
    text = "068/09_068.png,068_forg/03_0113068.PNG,1\n068/09_068.png,068/10_068.png,0\n"
    pairs = lists_of(tmp_path, KAGGLE_IMAGES, {"test_data.csv": text}, "kaggle")
    assert pairs == [
        ListedPair("kaggle-test", 1, KAGGLE_IMAGES[0], KAGGLE_IMAGES[2], False, 0),
        ListedPair("kaggle-test", 2, KAGGLE_IMAGES[0], KAGGLE_IMAGES[1], True, 0),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("068/09_068.png,068/10_068.png,1", "line 1: .* are of two identities, or forged there"),
        ("068/09_068.png,068_forg/03_0113068.PNG,0", "are of one identity there, but not by"),
        ("068/09_068.png,068/10_068.png", r"test_data\.csv: line 1: not two paths and 0 or 1"),
        ("a,b,2", "not two paths and 0 or 1"),
    ],
)
def test_a_list_that_contradicts_the_labels_or_is_damaged_is_refused(
    line: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        lists_of(tmp_path, KAGGLE_IMAGES, {"test_data.csv": line}, "kaggle")


def test_a_tree_that_holds_a_list_twice_has_it_once(tmp_path: Path) -> None:
    text = "068/09_068.png,068/10_068.png,0\n"
    images = KAGGLE_IMAGES + [f"again/{path}" for path in KAGGLE_IMAGES]
    texts = {"test_data.csv": text, "again/test_data.csv": text}
    assert len(lists_of(tmp_path, images, texts, "kaggle")) == 1


def test_a_questioned_signature_is_compared_with_all_references_of_its_writer(
    tmp_path: Path,
) -> None:
    pairs = lists_of(tmp_path, SIGCOMP_IMAGES, {}, "sigcomp2011")
    by_probe = {
        (pair.list, pair.comparison, pair.probe, pair.same): [
            other.reference for other in pairs if other.probe == pair.probe
        ]
        for pair in pairs
    }
    assert by_probe == {
        ("sigcomp2011-Chinese", 1, SIGCOMP_IMAGES[6], False): [SIGCOMP_IMAGES[5]],
        ("sigcomp2011-Dutch", 1, SIGCOMP_IMAGES[4], False): SIGCOMP_IMAGES[:2],
        ("sigcomp2011-Dutch", 2, SIGCOMP_IMAGES[3], True): SIGCOMP_IMAGES[:2],
    }


def test_other_collections_have_no_list(tmp_path: Path) -> None:
    assert lists_of(tmp_path, ["B-S-1-G-01.tif", "B-S-1-F-01.tif"], {}) == []


def test_in_a_collection_paths_and_lists_bear_its_name() -> None:
    pair = ListedPair("lfw", 1, "a.png", "b.png", True, 1)
    assert in_collection([pair], "faces") == [
        ListedPair("faces-lfw", 1, "faces/a.png", "faces/b.png", True, 1)
    ]
    assert in_collection([pair], "lfw")[0].list == "lfw"


def pictures(folder: Path, images: list[str]) -> None:
    for number, path in enumerate(images):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(encode(strokes(number, 40, 60), "png"))


def test_ingest_brings_the_lists_of_one_source_and_of_several(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pictures(tmp_path / "faces", LFW_IMAGES)
    (tmp_path / "faces" / "pairs.txt").write_text(LFW_LIST)
    pictures(tmp_path / "signatures", SIGCOMP_IMAGES)
    with caplog.at_level(logging.INFO):
        step.run(IngestParams(source=str(tmp_path / "faces")), tmp_path / "one")
    assert "the list lfw: 4 comparisons" in caplog.text
    alone = read_pairs(tmp_path / "one")
    assert [pair.same for pair in alone] == [True, False, True, False]
    assert all((tmp_path / "one" / pair.reference).is_file() for pair in alone)
    sources = [{"name": name, "source": str(tmp_path / name)} for name in ("faces", "signatures")]
    step.run(IngestParams.model_validate({"source": sources}), tmp_path / "both")
    both = read_pairs(tmp_path / "both")
    assert {pair.list for pair in both} == {
        "faces-lfw",
        "signatures-sigcomp2011-Dutch",
        "signatures-sigcomp2011-Chinese",
    }
    assert all((tmp_path / "both" / pair.probe).is_file() for pair in both)
    assert not list((tmp_path / "both").glob("*/pairs.csv"))


def test_an_archive_brings_its_lists_too(tmp_path: Path) -> None:
    import shutil

    pictures(tmp_path / "faces", LFW_IMAGES)
    (tmp_path / "faces" / "pairs.txt").write_text(LFW_LIST)
    archive = shutil.make_archive(str(tmp_path / "lfw"), "zip", tmp_path / "faces")
    step.run(IngestParams(source=archive), tmp_path / "out")
    assert len(read_pairs(tmp_path / "out")) == 4
