import csv
import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import yaml

from components.preprocess import step
from components.preprocess.params import PreprocessParams
from components.shared.data.image_store import open_store
from components.shared.data.normalise_graph import normalise
from components.shared.data.pairs import ListedPair, read_pairs, write_pairs
from components.shared.runtime import cores
from components.shared.runtime.errors import InputError
from components.shared.runtime.params import load, parse
from components.shared.storage.files import manifest
from tests.pictures import encode, png_of_size, strokes

PROJECT = Path(__file__).resolve().parents[2]
PARAMS = PreprocessParams(height=32, width=56, max_rejected=0.9)
BAD = {
    "blank.png": encode(np.full((40, 60), 240, np.uint8)),
    "cut.jpg": encode(strokes(0), "jpeg")[:-600],
    "cut.png": encode(strokes(0))[:-200],
    "empty.png": b"",
    "huge.png": png_of_size(40_000, 40_000),
    "letter.png": b"Dear Sir or Madam",
}


def _raw(folder: Path, files: dict[str, bytes], **columns: str) -> Path:
    """A catalog of files, one identity for every two of them."""
    rows = [["path", "identity", "kind", "sha256", *columns]]
    for i, (name, data) in enumerate(sorted(files.items())):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        rows.append(
            [name, f"0{i // 2}", "genuine", hashlib.sha256(data).hexdigest(), *columns.values()]
        )
    with (folder / "catalog.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return folder


def _good(n: int) -> dict[str, bytes]:
    forms = ("png", "jpeg", "tiff", "bmp")
    return {f"{i:03}.{forms[i % 4]}": encode(strokes(i), forms[i % 4]) for i in range(n)}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _raw(tmp_path_factory.mktemp("raw"), {**_good(12), **BAD})


def test_rows_stand_in_the_order_of_the_catalog_and_describe_their_images(
    raw: Path, tmp_path: Path
) -> None:
    figures = step.run(PARAMS, raw, tmp_path / "out")
    store = open_store(tmp_path / "out")
    assert list(store.index["path"]) == sorted(_good(12))
    assert list(store.index["identity"]) == [f"0{i // 2}" for i in range(12)]
    assert set(zip(store.index["height"], store.index["width"], strict=True)) == {(90, 160)}
    assert figures == {
        "images": 12,
        "rejected": 6,
        "duplicates": 0,
        "inverted": 0,
        "identities": 6,
    }
    assert store.normalisation == PARAMS.normalisation
    for row in (0, 1, 4, 9):  # PNG and JPEG as they are in the graph
        expected = normalise(
            tf.constant((raw / store.index["path"][row]).read_bytes()), PARAMS.normalisation
        )
        np.testing.assert_array_equal(store.images[row], expected)


def test_what_is_rejected_stands_there_with_a_reason(raw: Path, tmp_path: Path) -> None:
    step.run(PARAMS, raw, tmp_path / "out")
    with (tmp_path / "out" / "rejected.csv").open() as stream:
        reasons = {row["path"]: row["reason"] for row in csv.DictReader(stream)}
    assert reasons == {
        "blank.png": "blank image: no ink found",
        "cut.jpg": "truncated or damaged image",
        "cut.png": "truncated or damaged image",
        "empty.png": "the file is empty (0 bytes)",
        "huge.png": "1600000000 pixels are more than max_pixels (50000000)",
        "letter.png": "not an image, or of a format that is not read",
    }


def test_bad_images_among_many_are_told_and_the_others_keep_their_order(tmp_path: Path) -> None:
    files = {f"{i:03}.png": encode(strokes(i, 120, 240)) for i in range(75)}
    bad = ["000.png", "031.png", "032.png", "040.png", "074.png"]
    raw = _raw(tmp_path / "raw", {**files, **dict.fromkeys(bad, BAD["blank.png"])})
    step.run(PARAMS, raw, tmp_path / "out")
    store = open_store(tmp_path / "out")
    assert list(store.index["path"]) == [name for name in files if name not in bad]
    with (tmp_path / "out" / "rejected.csv").open() as stream:
        assert [row["path"] for row in csv.DictReader(stream)] == bad
    for row in (0, 30, 31, 69):
        expected = normalise(tf.constant(files[store.index["path"][row]]), PARAMS.normalisation)
        np.testing.assert_array_equal(store.images[row], expected)


def test_the_bytes_written_do_not_depend_on_the_threads(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for threads in (1, 7):
        monkeypatch.setattr(cores, "available", lambda threads=threads: threads)
        step.run(PARAMS, raw, tmp_path / str(threads))
    assert manifest(tmp_path / "1") == manifest(tmp_path / "7")


def test_the_list_of_rejected_images_has_its_header_where_there_are_none(tmp_path: Path) -> None:
    step.run(PARAMS, _raw(tmp_path / "raw", _good(2)), tmp_path / "out")
    assert (tmp_path / "out" / "rejected.csv").read_text() == "path,reason\n"


def test_published_lists_are_carried(tmp_path: Path) -> None:
    raw = _raw(tmp_path / "raw", _good(2))
    pairs = [ListedPair("lfw", 1, "000.png", "001.jpeg", True, 1)]
    write_pairs(pairs, raw)
    step.run(PARAMS, raw, tmp_path / "out")
    assert read_pairs(tmp_path / "out") == pairs


def test_the_parts_of_the_source_are_carried(tmp_path: Path) -> None:
    step.run(PARAMS, _raw(tmp_path / "raw", _good(2), part="val"), tmp_path / "out")
    assert list(open_store(tmp_path / "out").index["part"]) == ["val", "val"]


def test_too_many_rejected_images_fail_the_step_and_the_old_output_stays(
    raw: Path, tmp_path: Path
) -> None:
    step.run(PARAMS, raw, tmp_path / "out")
    before = manifest(tmp_path / "out")
    with pytest.raises(
        InputError,
        match=r"6 of 18 images are rejected.*blank\.png: blank image.*; and 3 more; all: .*\.csv",
    ) as error:
        step.run(PARAMS.model_copy(update={"max_rejected": 0.3}), raw, tmp_path / "out")
    assert manifest(tmp_path / "out") == before
    table = tmp_path / "out-rejected.csv"
    assert str(error.value).endswith(f"; all: {table}")
    assert sorted(tmp_path.iterdir()) == [tmp_path / "out", table]
    assert table.read_bytes() == (tmp_path / "out" / "rejected.csv").read_bytes()
    step.run(PARAMS, raw, tmp_path / "out")
    assert not table.exists()


def test_rejecting_every_image_fails_whatever_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="6 of 6 images are rejected"):
        step.run(
            PARAMS.model_copy(update={"max_rejected": 1.0}),
            _raw(tmp_path / "raw", BAD),
            tmp_path / "out",
        )


@pytest.mark.parametrize(
    ("catalog", "message"),
    [
        (None, "catalog.csv: no such file; run ingest first"),
        ("", "not a catalog"),
        ("path,identity,kind,sha256\n", "lists no images"),
        ("path,identity\na,b\n", "lacks the column kind, sha256"),
        ("path,identity,kind,sha256\na,,genuine,1\n", "line 2 has no identity"),
        ("path,identity,kind,sha256\na,NA,forged,1\n", "unknown kind 'forged'"),
        ("path,identity,kind,sha256\na,b,genuine,1\na,b,genuine,1\n", "lists a twice"),
        ("path,identity,kind,sha256\n../a,b,genuine,1\n", "lies outside"),
    ],
)
def test_a_catalog_that_cannot_be_used_is_refused(
    catalog: str | None, message: str, tmp_path: Path
) -> None:
    if catalog is not None:
        (tmp_path / "catalog.csv").write_text(catalog)
    with pytest.raises(InputError, match=message):
        step.run(PARAMS, tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"mode": "shapes"}, r"preprocess.mode is 'shapes'.*did you mean 'shape'"),
        ({"mode": "shape", "channels": 3}, "set channels to 1, or mode to none"),
        ({"height": 4}, "preprocess.height is 4"),
        ({"max_pixels": 0}, "preprocess.max_pixels is 0"),
        ({"max_rejects": 0.1}, "did you mean 'max_rejected'"),
    ],
)
def test_wrong_parameters_are_told(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(PreprocessParams, "preprocess", values, "params.yaml")


def test_the_step_needs_no_tensorflow(tmp_path: Path) -> None:
    raw = _raw(tmp_path / "raw", _good(4))
    code = (
        "import sys; from pathlib import Path; sys.modules['tensorflow'] = None; "
        "from components.preprocess import step; "
        "from components.preprocess.params import PreprocessParams; "
        f"step.run(PreprocessParams(), Path({str(raw)!r}), Path({str(tmp_path / 'out')!r})); "
        "assert 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
    assert len(open_store(tmp_path / "out").index) == 4


def test_the_defaults_are_those_of_the_parameter_file() -> None:
    assert load(PreprocessParams, "preprocess", PROJECT / "params.yaml") == PreprocessParams()


def test_the_generated_sample_is_prepared_without_a_rejection(
    raw_folder: Path, tmp_path: Path
) -> None:
    figures = step.run(PreprocessParams(), raw_folder, tmp_path / "out")
    assert (figures["images"], figures["rejected"], figures["identities"]) == (56, 0, 8)


def test_every_second_image_inverted_prepares_the_images_of_the_upright_set(tmp_path: Path) -> None:
    pages = [strokes(seed) for seed in range(8)]
    upright = {f"{i}.png": encode(page) for i, page in enumerate(pages)}
    mixed = {f"{i}.png": encode(255 - page if i % 2 else page) for i, page in enumerate(pages)}
    step.run(PARAMS, _raw(tmp_path / "upright", upright), tmp_path / "expected")
    figures = step.run(
        PARAMS, _raw(tmp_path / "mixed", mixed), tmp_path / "out", tmp_path / "report"
    )
    expected, images = (open_store(tmp_path / name).images for name in ("expected", "out"))
    np.testing.assert_array_equal(images, expected)
    assert (figures["images"], figures["rejected"], figures["inverted"]) == (8, 0, 4)
    assert "4 were light on dark" in (tmp_path / "report" / "summary.txt").read_text()


def _command(raw: Path, out: Path, *options: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "components.preprocess",
        "--raw",
        str(raw),
        "--out",
        str(out),
        *options,
    ]


def test_bad_input_ends_the_command_with_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"preprocess": {"hight": 64}}))
    command = _command(tmp_path, tmp_path / "out", "--params", str(tmp_path / "params.yaml"))
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "unknown parameter preprocess.hight (did you mean 'height'?)" in done.stderr


@pytest.mark.slow
def test_a_killed_step_leaves_no_part_of_its_output(tmp_path: Path) -> None:
    data = encode(strokes(0, 120, 300))
    raw = _raw(tmp_path / "raw", {f"{i:05}.png": data for i in range(5_000)})
    running = subprocess.Popen(_command(raw, tmp_path / "out"), cwd=PROJECT, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 300
    while not _begun(tmp_path) and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    _raw(raw, _good(2))
    step.run(PARAMS, raw, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "raw"]


def _begun(folder: Path) -> bool:
    return any(path.stat().st_size > 100_000 for path in folder.glob(".partial-out-*/images.npy"))
