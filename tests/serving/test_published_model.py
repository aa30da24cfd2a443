"""A model by its address in an S3 store."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from serving.commands.bundles import folder_of
from serving.engine import model as served
from tests import s3_server as server
from tests.serving.bundles import write_served_bundle


def test_a_published_version_is_served_from_the_cache_that_it_is_fetched_to(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = write_served_bundle(tmp_path / "bundle")
    version = served.load(bundle).version
    place = f"{s3.fresh('models')}/{version}"
    for path in bundle.rglob("*"):
        if path.is_file():
            s3.put(f"{place}/{path.relative_to(bundle)}", path.read_bytes())
    cache = tmp_path / "cache"
    with folder_of(place, cache) as folder:
        assert folder == cache / version
        assert served.load(folder).version == version
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with folder_of(place, cache) as folder:
        assert served.load(folder).version == version
    (folder / "normalise.json").write_text("{}")
    with pytest.raises(InputError, match="its sha256 is not that of"):
        served.load(folder)
