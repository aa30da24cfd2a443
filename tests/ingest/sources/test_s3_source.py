"""Sources in a real S3 store: an archive or a prefix."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.ingest import fingerprint, step
from components.shared.runtime.errors import InputError
from components.shared.storage.files import sha256
from tests import proxy
from tests import s3_server as server
from tests.ingest.archives.archive_files import numbered_zip
from tests.ingest.conftest import PNG, labels, params_for, rows
from tests.ingest.sources.s3_files import NAMES, count_gets, put_images

ARCHIVE = numbered_zip(9, size=9000)


def facts(source: str, tmp_path: Path, **others: object) -> dict[str, Any]:
    fingerprint.write(params_for(source, **others), tmp_path / "source.json")
    return dict(json.loads((tmp_path / "source.json").read_text()))


def test_a_prefix_is_ingested_as_the_folder_that_it_stands_for(
    s3: server.Store, tmp_path: Path
) -> None:
    place = put_images(s3, *NAMES)
    s3.put(f"{place}/folder/", b"")
    s3.put(f"{place}other/x/1.png", PNG)
    done = step.run(params_for(f"{place}/"), tmp_path / "out")
    assert [path for path, _, _ in labels(tmp_path / "out")] == sorted(NAMES)
    assert all((tmp_path / "out" / name).read_bytes() == PNG + name.encode() for name in NAMES)
    version = facts(place, tmp_path)
    assert version["files"] == len(NAMES)
    assert done.origin == {f"ingest.origin.{name}": str(value) for name, value in version.items()}


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
            step.run(params_for(place, sha256=expected), tmp_path / out)
    assert len(rows(tmp_path / "one")) == 18
    assert count_gets(between) == 1
    with pytest.raises(InputError, match=r"not ingest\.sha256 0{64}; the download was removed"):
        step.run(params_for(place, sha256="0" * 64), tmp_path / "out")
    with pytest.raises(InputError, match=r"ingest\.sha256 is the hash of an archive"):
        step.run(params_for(place.removesuffix("/data.zip"), sha256=expected), tmp_path / "out")


def test_every_change_below_a_prefix_is_noticed_and_brought(
    s3: server.Store, tmp_path: Path
) -> None:
    place = put_images(s3, "a/1.png", "a/2.png", "b/1.png")
    step.run(params_for(place), tmp_path / "out")
    versions = [facts(place, tmp_path)]
    assert facts(place, tmp_path) == versions[0]
    bucket, prefix = server.parts(place)
    s3.client().delete_object(Bucket=bucket, Key=f"{prefix}/a/1.png")
    s3.put(f"{place}/c/1.png", PNG + b"new")
    s3.put(f"{place}/b/1.png", PNG + b"B/1.png")
    for change in ("a/2.png", "c/2.png"):
        versions.append(facts(place, tmp_path))
        s3.put(f"{place}/{change}", PNG + b"newer")
    assert len({str(version) for version in versions}) == 3
    step.run(params_for(place), tmp_path / "out")
    assert [path for path, _, _ in labels(tmp_path / "out")] == [
        "a/2.png",
        "b/1.png",
        "c/1.png",
        "c/2.png",
    ]
    assert (tmp_path / "out/b/1.png").read_bytes() == PNG + b"B/1.png"


def test_what_is_not_there_and_what_may_not_be_read_is_one_line_that_names_the_store(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        InputError,
        match=r"^ingest\.source: s3://data/\w+ on http://127.*: no such object, and none below",
    ):
        step.run(params_for(s3.fresh()), tmp_path / "out")
    with pytest.raises(InputError, match=r"^s3://nowhere/x on http.*there is no such bucket"):
        fingerprint.write(params_for("s3://nowhere/x"), tmp_path / "source.json")
    for name, value in s3.environment(server.READER).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match="access denied: the keys may not list there"):
        step.run(params_for("s3://models/x"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_version_of_the_data_travels_with_the_artifact_to_the_training(
    s3: server.Store, tmp_path: Path
) -> None:
    from kfp.dsl import Dataset, Metrics

    from pipelines.kubeflow import artifacts, tasks

    place = put_images(s3, "a/1.png", "b/1.png")
    raw, prepared = Dataset(uri=str(tmp_path / "out")), Dataset()
    tasks.ingest(params={"source": place}, fingerprint="", raw=raw, metrics=Metrics())
    artifacts.copy_params("ingest", params_for(place), prepared, raw)
    assert (
        artifacts.params_of(prepared)["ingest.origin.listing"] == facts(place, tmp_path)["listing"]
    )


def test_a_name_is_refused_by_its_place_in_the_store(s3: server.Store, tmp_path: Path) -> None:
    place = put_images(s3, "山田　太郎/1.png", "ann/1.png", "bob/\u202e1.png")
    with pytest.raises(InputError, match=r"the name 'bob/\\u202e1\.png' has an override") as error:
        step.run(params_for(place), tmp_path / "out")
    assert str(error.value).startswith(f"{place}: ")
