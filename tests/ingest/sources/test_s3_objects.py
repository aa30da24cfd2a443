"""Sources in a real S3 store: an archive or a prefix, brought in pieces."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from components.ingest import step
from components.ingest.sources import s3_download, s3_objects
from components.shared.runtime.errors import InputError
from components.shared.storage import s3 as client
from components.shared.storage.files import sha256
from components.shared.storage.s3 import Store
from components.shared.storage.s3_address import Address
from tests import proxy
from tests import s3_server as server
from tests.ingest.archives.test_unpack import zipped
from tests.ingest.conftest import PNG, of, rows, told
from tests.ingest.rars import Item

NAMES = [f"{who}/{n}.png" for who in ("ann", "bob b", "Ünal") for n in range(4)]
ARCHIVE = zipped(
    [
        Item(f"{who}/{n}.png", bytes((n + k) % 251 for k in range(9000)))
        for who in "ab"
        for n in range(9)
    ],
    0,
)


def placed(s3: server.Store, names: list[str] = NAMES) -> str:
    place = s3.fresh()
    for name in names:
        s3.put(f"{place}/{name}", PNG + name.encode())
    return place


def facts(source: str, tmp_path: Path, **others: object) -> dict[str, Any]:
    step.fingerprint(of(source, **others), tmp_path / "source.json")
    return dict(json.loads((tmp_path / "source.json").read_text()))


def gets(between: proxy.Proxy) -> int:
    return sum(method == "GET" and "list-type" not in path for method, path in between.requests)


def test_a_prefix_is_ingested_as_the_folder_that_it_stands_for(
    s3: server.Store, tmp_path: Path
) -> None:
    place = placed(s3)
    s3.put(f"{place}/folder/", b"")
    s3.put(f"{place}other/x/1.png", PNG)
    done = step.run(of(f"{place}/"), tmp_path / "out")
    assert [path for path, _, _ in told(tmp_path / "out")] == sorted(NAMES)
    assert all((tmp_path / "out" / name).read_bytes() == PNG + name.encode() for name in NAMES)
    found = facts(place, tmp_path)
    assert found["files"] == len(NAMES)
    assert done.origin == {f"ingest.origin.{name}": str(value) for name, value in found.items()}


def test_an_archive_is_unpacked_its_hash_is_checked_and_it_is_not_brought_twice(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"{s3.fresh()}/data.zip"
    s3.put(place, ARCHIVE)
    s3.put(f"{place}.txt", b"a neighbour")
    (tmp_path / "data.zip").write_bytes(ARCHIVE)
    expected = sha256(tmp_path / "data.zip")
    with proxy.before(s3.endpoint) as between, monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        for out in ("one", "two"):
            step.run(of(place, sha256=expected), tmp_path / out)
    assert len(rows(tmp_path / "one")) == 18
    assert gets(between) == 1
    with pytest.raises(InputError, match=r"not ingest\.sha256 0{64}; the download was removed"):
        step.run(of(place, sha256="0" * 64), tmp_path / "out")
    with pytest.raises(InputError, match=r"ingest\.sha256 is the hash of an archive"):
        step.run(of(place.removesuffix("/data.zip"), sha256=expected), tmp_path / "out")


def test_every_change_below_a_prefix_is_noticed_and_brought(
    s3: server.Store, tmp_path: Path
) -> None:
    place = placed(s3, ["a/1.png", "a/2.png", "b/1.png"])
    step.run(of(place), tmp_path / "out")
    seen = [facts(place, tmp_path)]
    assert facts(place, tmp_path) == seen[0]
    bucket, prefix = server.parts(place)
    s3.client().delete_object(Bucket=bucket, Key=f"{prefix}/a/1.png")
    s3.put(f"{place}/c/1.png", PNG + b"new")
    s3.put(f"{place}/b/1.png", PNG + b"B/1.png")
    for change in ("a/2.png", "c/2.png"):
        seen.append(facts(place, tmp_path))
        s3.put(f"{place}/{change}", PNG + b"newer")
    assert len({str(found) for found in seen}) == 3
    step.run(of(place), tmp_path / "out")
    assert [path for path, _, _ in told(tmp_path / "out")] == [
        "a/2.png",
        "b/1.png",
        "c/1.png",
        "c/2.png",
    ]
    assert (tmp_path / "out/b/1.png").read_bytes() == PNG + b"B/1.png"


def test_a_large_object_goes_on_where_a_killed_run_stopped(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_download, "PIECE", 10_000)
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    place = f"{s3.fresh()}/data.zip"
    s3.put(place, ARCHIVE)
    count = -(-len(ARCHIVE) // 10_000)

    def dies(number: int, request: proxy.Request) -> tuple[int, str] | None:
        return (403, "AccessDenied") if number > 9 else None

    with proxy.before(s3.endpoint, dies) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        with pytest.raises(InputError, match="access denied: the keys may not read there"):
            step.run(of(place), tmp_path / "out")
        assert not (tmp_path / "out").exists()
        came = len(between.requests[:10]) - 1
        between.fault, between.requests = (lambda number, request: None), []
        step.run(of(place), tmp_path / "out")
    assert gets(between) == count - came
    assert len(rows(tmp_path / "out")) == 18


def test_an_object_that_changes_meanwhile_is_not_mixed_with_what_it_was(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_download, "PIECE", 50_000)
    place, once = f"{s3.fresh()}/data.zip", threading.Event()
    s3.put(place, ARCHIVE)

    def changes(number: int, request: proxy.Request) -> None:
        if "list-type" not in request[1] and not once.is_set():
            once.set()
            s3.put(place, ARCHIVE[:-1] + b"x")

    with proxy.before(s3.endpoint, changes) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        with pytest.raises(InputError, match="changed while it was being read: run again"):
            step.run(of(place), tmp_path / "out")


@pytest.mark.parametrize("size", [5 << 20, 6 << 20])
def test_bytes_that_changed_on_the_way_are_noticed_by_the_etag_however_the_object_was_uploaded(
    s3: server.Store, tmp_path: Path, size: int
) -> None:
    from boto3.s3.transfer import TransferConfig

    place = Address.parse(s3.fresh(), "test")
    content = bytes(range(256)) * (13 << 20 >> 8)
    (tmp_path / "file").write_bytes(content)
    config = TransferConfig(multipart_threshold=size, multipart_chunksize=size)
    s3.client().upload_file(str(tmp_path / "file"), place.bucket, place.key, Config=config)
    store = Store()
    stored = store.find(place)
    assert stored is not None
    assert stored.etag.endswith("-3")
    assert s3_download.is_intact(store, place, stored.etag, tmp_path / "file")
    (tmp_path / "file").write_bytes(content[:-1] + b"x")
    assert not s3_download.is_intact(store, place, stored.etag, tmp_path / "file")
    store.write(place, b"small")
    (tmp_path / "file").write_bytes(b"smalL")
    stored = store.find(place)
    assert stored is not None
    assert not s3_download.is_intact(store, place, stored.etag, tmp_path / "file")
    assert s3_download.is_intact(store, place, "an-etag-that-is-no-checksum", tmp_path / "file")


def test_a_damaged_object_is_brought_anew_by_the_next_run(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = placed(s3, ["a/1.png", "b/1.png"])
    with monkeypatch.context() as patch:
        patch.setattr(Store, "read", lambda self, address, etag, span: b"x" * (span[1] - span[0]))
        with pytest.raises(InputError, match=r"/1\.png on http.*: arrived damaged: run again"):
            step.run(of(place), tmp_path / "out")
    step.run(of(place), tmp_path / "out")
    assert (tmp_path / "out/a/1.png").read_bytes() == PNG + b"a/1.png"


@pytest.mark.parametrize(
    ("caps", "message"),
    [
        ({"max_files": 2}, r"holds more than 2 objects \(ingest\.max_files\)"),
        ({"max_bytes": 40}, r"is larger than 40 bytes \(ingest\.max_bytes\)"),
    ],
)
def test_caps_hold_before_anything_is_brought(
    s3: server.Store, tmp_path: Path, checkpoints: Path, caps: dict[str, int], message: str
) -> None:
    place = placed(s3, ["a/1.png", "a/2.png", "b/1.png"])
    for action in (step.run, step.fingerprint):
        with pytest.raises(InputError, match=message):
            action(of(place, **caps), tmp_path / "out")
    assert not checkpoints.exists()


def test_names_that_lead_elsewhere_or_stand_in_each_other_s_way_are_refused(tmp_path: Path) -> None:
    def found(*names: str) -> s3_objects.Found:
        item = client.Stored("", 1, "etag", None)  # type: ignore[arg-type]
        return s3_objects.Found(
            Address("data", "x"), [item._replace(name=name) for name in names], is_archive=False
        )

    for name in ("../x.png", "a/../../x.png", "/x.png", "C:/x.png", "a\\..\\..\\x.png"):
        with pytest.raises(InputError, match="leads out of the folder: refused"):
            s3_objects.fetch(Store.__new__(Store), found(name), of("s3://data/x"))
    for names in (("a", "a/1.png"), ("a//1.png", "a/1.png")):
        with pytest.raises(InputError, match="is in the way of another: rename it"):
            s3_objects.fetch(Store.__new__(Store), found(*names), of("s3://data/x"))


def test_what_is_not_there_and_what_may_not_be_read_is_one_line_that_names_the_store(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        InputError,
        match=r"^ingest\.source: s3://data/\w+ on http://127.*: no such object, and none below",
    ):
        step.run(of(s3.fresh()), tmp_path / "out")
    with pytest.raises(InputError, match=r"^s3://nowhere/x on http.*there is no such bucket"):
        step.fingerprint(of("s3://nowhere/x"), tmp_path / "source.json")
    for name, value in s3.environment(server.READER).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match="access denied: the keys may not list there"):
        step.run(of("s3://models/x"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_version_of_the_data_travels_with_the_artifact_to_the_training(
    s3: server.Store, tmp_path: Path
) -> None:
    from kfp.dsl import Dataset, Metrics

    from pipelines.kubeflow import artifacts, tasks

    place = placed(s3, ["a/1.png", "b/1.png"])
    raw, prepared = Dataset(uri=str(tmp_path / "out")), Dataset()
    tasks.ingest(params={"source": place}, raw=raw, metrics=Metrics())
    artifacts.copy_params("ingest", of(place), prepared, raw)
    assert (
        artifacts.params_of(prepared)["ingest.origin.listing"] == facts(place, tmp_path)["listing"]
    )
