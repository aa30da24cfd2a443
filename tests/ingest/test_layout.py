import json
import time
from collections import Counter
from itertools import product
from pathlib import Path, PurePosixPath

import pytest

from components.ingest import layout, step
from components.ingest.listing import File
from components.ingest.params import LAYOUTS
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


def test_the_time_of_auto_grows_with_the_images_and_not_faster() -> None:
    def seconds(identities: int) -> float:
        names = product(range(identities), ("genuine", "forgery"), range(3))
        paths = [PurePosixPath(f"{name:05d}/{kind}/{number}.png") for name, kind, number in names]
        files = [File(path, Path(path), 1, 1) for path in paths]
        times = []
        for _ in range(3):
            start = time.process_time()
            layout.scan(files, "auto", "source")
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(1600) < 3 * 8 * seconds(200)  # where it grew with the square, it was 64 times


def test_auto_prefers_cedar_over_reading_its_folders_as_identities(tmp_path: Path) -> None:
    step.run(params_for(folder_with(tmp_path / "source", CEDAR)), tmp_path / "out")
    assert {identity for _, identity, _ in labels(tmp_path / "out")} == {"1", "12"}


def test_cedar_twice_in_one_source_is_refused(tmp_path: Path) -> None:
    for top in "ab":
        source = folder_with(tmp_path / "source", [f"{top}/{name}" for name in CEDAR])
    with pytest.raises(InputError, match=r"/source: CEDAR's folders .* more than once: a, b"):
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
    message = r"/source: beside train/ and val/ stands something else \(carl\): move it"
    with pytest.raises(InputError, match=message):
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
    from components.ingest import listing

    facts = json.loads(fingerprint_of(params_for(cedar_dir), tmp_path))
    assert facts["files"] == 2640
    scan = layout.scan(listing.read(cedar_dir, "cedar").files, "auto", "cedar")
    assert not scan.misplaced
    assert {image.labels.identity for image in scan.images} == {
        str(writer) for writer in range(1, 56)
    }
    for kind in ("genuine", "forgery"):
        assert sum(image.labels.kind == kind for image in scan.images) == 55 * 24


def test_a_class_in_the_names_that_the_layout_does_not_read_stops_with_advice(
    tmp_path: Path,
) -> None:
    source = folder_with(tmp_path / "source", ["1/X-Y-1-G-01.tif", "1/X-Y-1-F-01.tif"])
    for name in ("auto", "folder"):
        with pytest.raises(
            InputError, match=r"/source: 1/X-Y-1-F-01.tif beside 1/X-Y-1-G-01.*IDENTITY/forgery/"
        ):
            step.run(params_for(source, layout=name), tmp_path / "out")
    with pytest.raises(InputError, match=r"a csv of path,identity,kind .* as ingest.layout"):
        step.run(params_for(source), tmp_path / "out")


def test_the_advice_names_the_collection_that_reads_the_names(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["1/B-S-1-G-01.tif", "1/B-S-1-F-01.tif"])
    with pytest.raises(InputError, match=r"looks like a forgery .*; set ingest.layout bhsig260, "):
        step.run(params_for(source, layout="folder"), tmp_path / "out")


def test_names_of_two_classes_are_no_names_of_faces(tmp_path: Path) -> None:
    names = [f"{who}-{kind}/{who}-{kind}_0001.jpg" for who in ("ann", "bob") for kind in "GF"]
    for name in ("auto", "lfw"):
        with pytest.raises(InputError, match=r"ann-F/ann-F_0001.jpg beside ann-G/.* forgery"):
            params = params_for(folder_with(tmp_path / "source", names), layout=name)
            step.run(params, tmp_path / "out")


def test_auto_says_which_layout_it_took(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    trees = {
        "cedar": CEDAR,
        "gpds": ["1/c-001-01.jpg", "1/cf-001-01.jpg"],
        "folder": ["ann/1.png", "bob/1.png"],
    }
    for name, names in trees.items():
        caplog.clear()
        with caplog.at_level("INFO"):
            params = params_for(folder_with(tmp_path / name, names))
            step.run(params, tmp_path / f"{name}-out")
        assert f"ingest.layout auto takes {name}: " in caplog.text


def test_few_images_with_the_names_of_a_collection_do_not_decide(tmp_path: Path) -> None:
    names = [f"{who}/{number}.png" for who in ("ann", "bob") for number in range(10)]
    source = folder_with(tmp_path / "source", [*names, "ann/c-1-1.png"])
    step.run(params_for(source), tmp_path / "out")
    assert len(rows(tmp_path / "out")) == 21
    assert {identity for _, identity, _ in labels(tmp_path / "out")} == {"ann", "bob"}


def test_names_as_the_genuine_ones_of_a_collection_without_forgeries_stay_in_folders(
    tmp_path: Path,
) -> None:
    source = folder_with(tmp_path / "source", ["train/001/a.png", "test/002/b.png"])
    step.run(params_for(source), tmp_path / "out")
    assert {(row["identity"], row["part"]) for row in rows(tmp_path / "out")} == {
        ("001", "train"),
        ("002", "test"),
    }


def test_a_collection_with_too_many_other_images_is_refused(tmp_path: Path) -> None:
    names = [f"1/{kind}-S-1-{letter}-{n}.tif" for kind in "B" for letter in "GF" for n in range(5)]
    source = folder_with(tmp_path / "source", [*names, "1/a.tif", "1/b.tif"])
    with pytest.raises(InputError, match=r"2 of 12 images stand where the layout has none"):
        step.run(params_for(source, layout="bhsig260"), tmp_path / "out")


def test_every_layout_but_auto_is_a_parameter_and_the_other_way_round() -> None:
    assert set(LAYOUTS) == {*layout.LOOKED_FOR, "auto"}


def test_kinds_have_synonyms_as_folders(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["001/genuine/1.png", "001/forged/1.png"])
    step.run(params_for(source), tmp_path / "out")
    assert [kind for _, _, kind in labels(tmp_path / "out")] == ["forgery", "genuine"]


@pytest.mark.parametrize("layout", ["auto", "folder"])
def test_a_stray_picture_beside_the_one_wrapper_refuses_nothing(
    layout: str, tmp_path: Path
) -> None:
    names = ["cover.png", "faces/ann/1.png", "faces/bob/1.png"]
    step.run(params_for(folder_with(tmp_path / "source", names), layout=layout), tmp_path / "out")
    assert [path for path, _, _ in labels(tmp_path / "out")] == ["ann/1.png", "bob/1.png"]


def test_the_layout_that_explains_the_most_images_wins(tmp_path: Path) -> None:
    names = [*CEDAR, *(f"writer {number}/1.png" for number in range(97))]
    misnamed = folder_with(tmp_path / "misnamed", [*CEDAR, "full_org/scan.png"])
    step.run(params_for(misnamed), tmp_path / "out")
    assert len(rows(tmp_path / "out")) == 3  # CEDAR, but for one
    with pytest.raises(InputError, match=r"full_forg/forgeries_12_1.png .*looks like a forgery"):
        step.run(params_for(folder_with(tmp_path / "source", names)), tmp_path / "out")


def test_most_of_a_source_is_never_left_out(tmp_path: Path) -> None:
    names = [f"people/{number}/session/1.png" for number in range(40)]
    source = folder_with(tmp_path / "source", ["examples/1.png", "examples/2.png", *names])
    table = tmp_path / "out-misplaced.csv"
    advice = rf"40 of 42 images .*identity_levels.* a csv of path.*; all of them: {table}$"
    with pytest.raises(InputError, match=advice):
        step.run(params_for(source), tmp_path / "out")
    assert table.read_text(encoding="utf-8").splitlines() == ["path", *sorted(names)]
    with pytest.raises(InputError, match=r"40 of 42 images"):
        step.run(params_for(source, max_misplaced=0.95), tmp_path / "out")
    step.run(params_for(source, max_misplaced=0.96), tmp_path / "out")
    assert not table.exists()
    step.run(params_for(source, identity_levels=2), tmp_path / "out")
    assert len(rows(tmp_path / "out")) == 40
    assert {identity for _, identity, _ in labels(tmp_path / "out")} >= {"people/0", "people/39"}


def test_too_many_levels_are_named_where_no_image_stands_so_deep(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    with pytest.raises(InputError, match=r"no known layout with ingest.identity_levels 5: "):
        step.run(params_for(source, layout="folder", identity_levels=5), tmp_path / "out")


def _links(source: Path, folder: Path, writers: int) -> Path:
    """Links a few files of the first writers of a source."""
    for path in sorted(source.glob("*/*-0[123].*")):
        if int(path.parent.name) <= writers:
            (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
            (folder / path.parent.name / path.name).symlink_to(path.resolve())
    return folder


@pytest.mark.parametrize("name", ["auto", "bhsig260"])
def test_real_bhsig260_is_recognised_as_it_lies(bhsig260_dir: Path, name: str) -> None:
    from components.ingest import listing

    scan = layout.scan(listing.read(bhsig260_dir, "bhsig260").files, name, "bhsig260")
    assert not scan.misplaced
    counts = Counter(image.labels[:2] for image in scan.images)
    assert counts == {
        (f"B-{writer}", kind): number
        for writer in range(1, 101)
        for kind, number in (("genuine", 24), ("forgery", 30))
    }


def test_real_bhsig260_is_ingested_by_name_as_through_a_csv(
    bhsig260_dir: Path, tmp_path: Path
) -> None:
    source = _links(bhsig260_dir, tmp_path / "source", 5)
    lines = ["path,identity,kind"]
    for path in sorted(source.glob("*/*")):
        kind = "forgery" if "-F-" in path.name else "genuine"
        lines.append(f"{path.relative_to(source)},B-{path.parent.name},{kind}")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n")
    for name in ("auto", str(tmp_path / "labels.csv")):
        figures = step.run(params_for(source, layout=name), tmp_path / "out").figures
        expected = {"images": 30, "identities": 5, "genuine": 15, "forgeries": 15}
        assert {name: figures[name] for name in expected} == expected


def test_the_parts_of_the_source_may_be_called_otherwise(tmp_path: Path) -> None:
    names = ["Training/a/1.png", "validation/b/1.png", "Testing/c/1.png"]
    step.run(params_for(folder_with(tmp_path / "source", names)), tmp_path / "out")
    parts = {row["identity"]: row["part"] for row in rows(tmp_path / "out")}
    assert parts == {"a": "train", "b": "val", "c": "test"}
