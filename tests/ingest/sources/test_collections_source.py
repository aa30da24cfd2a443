"""Several sources, each a collection."""

import json
import zipfile
from pathlib import Path

import pytest
import yaml

from components.ingest import fingerprint, step
from components.ingest.params import IngestParams
from components.ingest.sources import cached_download
from components.shared.data import catalog
from components.shared.runtime.errors import InputError
from components.shared.runtime.params import parse
from tests.ingest.conftest import folder_with, labels, rows

CEDAR = ["full_org/original_1_1.png", "full_forg/forgeries_1_1.png"]
FOLDER = ["1/a.png", "2/a.png"]


def collections(**sources: object) -> IngestParams:
    """Returns parameters for collections, each a source or a mapping with one."""
    listed = [
        {"name": name, **(own if isinstance(own, dict) else {"source": str(own)})}
        for name, own in sources.items()
    ]
    return IngestParams.model_validate({"source": listed})


@pytest.fixture
def two(tmp_path: Path) -> IngestParams:
    """A collection in the layout of CEDAR and one of folders, both with a writer 1."""
    cedar = folder_with(tmp_path / "first", CEDAR)
    folder = folder_with(tmp_path / "second", FOLDER)
    return collections(cedar={"source": str(cedar), "layout": "cedar"}, other=folder)


def test_each_collection_has_its_layout_its_folder_and_identities_of_its_own(
    two: IngestParams, tmp_path: Path
) -> None:
    result = step.run(two, tmp_path / "out")
    assert labels(tmp_path / "out") == [
        ("cedar/full_forg/forgeries_1_1.png", "cedar/1", "forgery"),
        ("cedar/full_org/original_1_1.png", "cedar/1", "genuine"),
        ("other/1/a.png", "other/1", "genuine"),
        ("other/2/a.png", "other/2", "genuine"),
    ]
    assert [row["collection"] for row in rows(tmp_path / "out")] == ["cedar"] * 2 + ["other"] * 2
    assert catalog.read(tmp_path / "out")["collection"].tolist() == ["cedar"] * 2 + ["other"] * 2
    for row in rows(tmp_path / "out"):
        assert (tmp_path / "out" / row["path"]).is_file()
    figures = result.figures
    assert (figures["identities"], figures["images"]) == (3, 4)
    assert (figures["cedar/identities"], figures["other/identities"]) == (1, 2)
    assert (figures["cedar/images"], figures["other/images"]) == (2, 2)


def test_a_single_source_has_no_collection(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "second", FOLDER)
    result = step.run(IngestParams(source=str(source)), tmp_path / "out")
    assert list(rows(tmp_path / "out")[0]) == ["path", "identity", "kind", "sha256"]
    assert set(result.figures) == {"images", "identities", "genuine", "forgeries", "bytes"}


def test_what_a_collection_does_not_say_is_as_the_section_says(tmp_path: Path) -> None:
    own = {"source": "sample", "sample": {"identities": 2, "genuine": 1, "forgeries": 0}}
    params = parse(
        IngestParams,
        "ingest",
        {
            "source": [{"name": "a", **own}, {"name": "b", "source": "sample"}],
            "sample": {"identities": 3, "genuine": 2, "forgeries": 1},
        },
        "",
    )
    figures = step.run(params, tmp_path / "out").figures
    assert (figures["a/images"], figures["b/images"]) == (2, 9)


def test_a_changed_source_or_layout_of_one_collection_gives_another_fingerprint(
    two: IngestParams, tmp_path: Path
) -> None:
    fingerprint.write(two, tmp_path / "source.json")
    before = json.loads((tmp_path / "source.json").read_text())
    assert before["collections"]["cedar"]["files"] == 2
    folder_with(tmp_path / "second", ["3/a.png"])
    fingerprint.write(two, tmp_path / "source.json")
    after = json.loads((tmp_path / "source.json").read_text())
    assert after["collections"]["cedar"] == before["collections"]["cedar"]
    assert after["collections"]["other"] != before["collections"]["other"]
    table = tmp_path / "labels.csv"
    table.write_text("path,identity,kind\n1/a.png,x,genuine\n")
    by_table = collections(a={"source": str(tmp_path / "second"), "layout": str(table)})
    fingerprint.write(by_table, tmp_path / "source.json")
    first = (tmp_path / "source.json").read_text()
    table.write_text("path,identity,kind\n1/a.png,y,genuine\n")
    fingerprint.write(by_table, tmp_path / "source.json")
    assert (tmp_path / "source.json").read_text() != first


def test_a_fault_names_the_collection_and_nothing_is_left(tmp_path: Path) -> None:
    good = folder_with(tmp_path / "good", FOLDER)
    with pytest.raises(InputError, match=r"^collection bad: ingest.source: gone: no such folder"):
        step.run(collections(good=good, bad="gone"), tmp_path / "out")
    (tmp_path / "empty").mkdir()
    empty = collections(good=good, bad=tmp_path / "empty")
    with pytest.raises(InputError, match=r"^collection bad: .*empty: holds no image"):
        step.run(empty, tmp_path / "out")
    with pytest.raises(InputError, match=r"^collection bad: .*holds no image"):
        fingerprint.write(empty, tmp_path / "source.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "good"]


def test_paths_that_are_too_many_for_a_message_are_listed_with_the_collection_in_the_message(
    tmp_path: Path,
) -> None:
    source = folder_with(tmp_path / "second", [*FOLDER, *(f"{n}/x/y/z/a.png" for n in range(9))])
    with pytest.raises(InputError, match=r"^collection odd: .*out-misplaced\.csv"):
        step.run(collections(odd=source), tmp_path / "out")
    assert len((tmp_path / "out-misplaced.csv").read_text().splitlines()) == 10


def test_an_output_around_the_source_of_a_collection_is_refused(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", FOLDER)
    with pytest.raises(InputError, match="stand one in the other"):
        step.run(collections(a=source), tmp_path / "source" / "raw")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("[]", "ingest: source is an empty list"),
        ("[{name: a, source: x}, {name: a, source: y}]", "names the collection a twice"),
        ("[{name: a, source: x}, {name: A, source: y}]", "differ in case alone, A and a: rename"),
        ("[{name: a}]", r"ingest.source\[0\].source is missing"),
        ("[{name: a, source: x}, {name: a/b, source: y}]", r"ingest.source\[1\].name is 'a/b'"),
        ("[{name: a, source: x, layuot: y}]", r"source\[0\]\.layuot \(did you mean 'layout'"),
        ("[{name: a, source: x, layout: cedr}]", r"source\[0\]\.layout is 'cedr'.*'cedar'"),
    ],
)
def test_a_wrong_list_is_told_by_its_place(source: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(IngestParams, "ingest", {"source": yaml.safe_load(source)}, "params.yaml")


def archive_of(path: Path, names: list[str], content: bytes = b"") -> Path:
    """Writes a zip of images of folders; the content is that of every file."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, content or name.encode())
    return path


def test_the_limits_hold_for_all_collections_together(tmp_path: Path) -> None:
    first = archive_of(tmp_path / "a.zip", ["1/a.png", "2/a.png"], b"x" * 50)
    second = archive_of(tmp_path / "b.zip", ["1/a.png", "2/a.png"], b"y" * 50)
    both = collections(a=first, b=second)
    allowed = both.model_copy(update={"max_files": 4, "max_bytes": 200})
    assert step.run(allowed, tmp_path / "out").figures["images"] == 4
    for caps, fault in (
        (
            {"max_files": 3},
            r"more than 1 entries \(ingest.max_files\), which the .* before it left",
        ),
        (
            {"max_bytes": 199},
            r"more than 99 bytes \(ingest.max_bytes\), which the .* before it left",
        ),
        ({"max_files": 1}, r"^collection a: .*more than 1 entries \(ingest.max_files\)$"),
    ):
        with pytest.raises(InputError, match=fault):
            step.run(both.model_copy(update=caps), tmp_path / "other")
        assert not (tmp_path / "other").exists()


def test_folders_of_this_machine_take_nothing_of_the_limits(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "folder", FOLDER)
    archive = archive_of(tmp_path / "b.zip", FOLDER)
    params = collections(a=folder, b=archive).model_copy(update={"max_files": 2})
    assert step.run(params, tmp_path / "out").figures["images"] == 4


def test_no_message_and_no_record_tells_the_password_of_a_collections_address(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_download, "ATTEMPTS", 1)
    address = "https://127.0.0.1:9/a.zip"
    monkeypatch.setenv("SOURCE_URLS", "https://anna:planted@127.0.0.1:9/a.zip?key=planted")
    good = folder_with(tmp_path / "good", FOLDER)
    params = collections(good=good, web=address)
    caplog.set_level("DEBUG")
    for act in (
        lambda: step.run(params, tmp_path / "out"),
        lambda: fingerprint.write(params, good),
    ):
        with pytest.raises(InputError, match=r"^collection web: https://127\.0\.0\.1:9") as error:
            act()
        assert "planted" not in str(error.value)
    assert "planted" not in caplog.text


def test_credentials_are_refused_before_they_are_stored_and_never_repeated() -> None:
    secret = "https://anna:planted@example.org/a.zip?key=planted"
    wrong = {
        r"source is 'https://example\.org/a\.zip': has .* SOURCE_URLS takes": secret,
        r"source\[0\]\.source is 'https://example.*SOURCE_URLS": [{"name": "a", "source": secret}],
        "git's credential helper": "dvc:https://planted@example.org/r@v1:data",
        r"source is .* or a list": {"name": "web", "source": secret},
    }
    for reason, source in wrong.items():
        with pytest.raises(InputError, match=reason) as refusal:
            parse(IngestParams, "ingest", {"source": source}, "params.yaml")
        assert "planted" not in str(refusal.value)
        assert "anna" not in str(refusal.value)


def test_a_hash_of_the_section_is_of_no_collection() -> None:
    values = {"source": [{"name": "a", "source": "x"}], "sha256": "0" * 64}
    with pytest.raises(InputError, match="sha256 is the hash of one archive, but source is a list"):
        parse(IngestParams, "ingest", values, "params.yaml")
