"""Bundles in a real S3 store."""

import itertools
import json
from pathlib import Path

import pytest

from components.freeze import s3_publish
from components.freeze.__main__ import main
from components.shared.model import published_bundle
from components.shared.model.bundle import version_of, write
from components.shared.runtime.errors import InputError
from components.shared.storage import files
from components.shared.storage import s3 as client
from tests import proxy
from tests import s3_server as server


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    (folder / "saved_model" / "variables").mkdir(parents=True)
    for name in (
        "frozen_graph.pb",
        "model_card.md",
        "saved_model/saved_model.pb",
        "saved_model/variables/index",
    ):
        (folder / name).write_bytes(name.encode() * 1000)
    write(folder, {"thresholds": []})
    return folder


def test_what_is_published_is_listed_and_fetched_byte_by_byte(
    s3: server.Store, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = s3.fresh("models")
    first = s3_publish.publish(bundle, f"{place}/")
    (bundle / "model_card.md").write_text("another")
    write(bundle, {})
    second = s3_publish.publish(bundle, place)
    assert first.key.rpartition("/")[2] == s3_version(s3, str(first))
    main(["list", place])
    times, addresses = zip(
        *(line.split("  ") for line in capsys.readouterr().out.splitlines()), strict=True
    )
    assert set(addresses) == {str(first), str(second)}
    assert list(times) == sorted(times, reverse=True)
    main(["fetch", str(second), "--out", str(tmp_path / "fetched")])
    assert files.manifest(tmp_path / "fetched") == files.manifest(bundle)


def s3_version(s3: server.Store, address: str) -> str:
    return version_of(s3.objects(address)["manifest.json"])


def test_a_version_is_never_overwritten(s3: server.Store, bundle: Path) -> None:
    place = s3.fresh("models")
    version = s3_publish.publish(bundle, place)
    assert s3_publish.publish(bundle, place) == version
    s3.put(f"{version}/manifest.json", b"somebody else's")
    with pytest.raises(InputError, match=r"manifest\.json on http.*: is there already"):
        s3_publish.publish(bundle, place)
    assert s3.objects(str(version))["manifest.json"] == b"somebody else's"


@pytest.mark.parametrize("count", [2, 4])
def test_a_half_uploaded_version_is_never_seen_as_complete_and_is_completed_later(
    s3: server.Store, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    place = s3.fresh("models")
    version = f"{place}/{version_of((bundle / 'manifest.json').read_bytes())}"
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    written = itertools.count()

    def refuse(_: int, request: proxy.Request) -> tuple[int, str] | None:
        return (503, "SlowDown") if request[0] == "PUT" and next(written) >= count else None

    with (
        proxy.before(s3.endpoint, refuse) as between,
        monkeypatch.context() as patch,
    ):
        patch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        with pytest.raises(
            InputError, match=rf"^{version}/.* on {between.endpoint}: the store is busy"
        ):
            s3_publish.publish(bundle, place)
    assert len(s3.objects(version)) == count
    assert s3_publish.versions(place) == []
    with pytest.raises(InputError, match="not a complete version; `list` shows those there are"):
        published_bundle.fetch(version, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()
    s3_publish.publish(bundle, place)
    published_bundle.fetch(version, tmp_path / "fetched")
    assert [item.name for item in s3_publish.versions(place)] == [version.rpartition("/")[2]]


def test_what_is_not_what_was_published_is_not_fetched(
    s3: server.Store, bundle: Path, tmp_path: Path
) -> None:
    place = s3.fresh("models")
    version = str(s3_publish.publish(bundle, place))
    s3.put(f"{version}/model_card.md", b"changed")
    with pytest.raises(
        InputError, match=r"model_card\.md on .*: is not the file that was published"
    ):
        published_bundle.fetch(version, tmp_path / "fetched")
    content = json.loads((bundle / "manifest.json").read_text())
    content["files"]["model_card.md"] = "0" * 64
    s3.put(f"{version}/manifest.json", json.dumps(content).encode())
    with pytest.raises(
        InputError, match=r"manifest\.json on .*: is not what was published as this version"
    ):
        published_bundle.fetch(version, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


def test_a_manifest_cannot_write_outside_of_the_folder(s3: server.Store, tmp_path: Path) -> None:
    content = json.dumps({"files": {"../outside": "0" * 64}}).encode()
    version = f"{s3.fresh('models')}/{version_of(content)}"
    s3.put(f"{version}/manifest.json", content)
    with pytest.raises(InputError, match="leads out of the folder: refused"):
        published_bundle.fetch(version, tmp_path / "fetched")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["fetch"], ["list"], ["run", "s3://models/x"]])
def test_list_and_fetch_need_an_address_and_run_none(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert f"{arguments[0]} takes " in capsys.readouterr().err
