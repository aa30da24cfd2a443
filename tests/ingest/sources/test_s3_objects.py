from pathlib import Path

import pytest

from components.ingest import fingerprint, step
from components.ingest.sources import s3_objects
from components.shared.runtime.errors import InputError
from components.shared.storage import s3 as client
from components.shared.storage.s3 import Store
from components.shared.storage.s3_address import Address
from tests import s3_server as server
from tests.ingest.conftest import params_for
from tests.ingest.sources.s3_files import put_images


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
    place = put_images(s3, "a/1.png", "a/2.png", "b/1.png")
    for action in (step.run, fingerprint.write):
        with pytest.raises(InputError, match=message):
            action(params_for(place, **caps), tmp_path / "out")
    assert not checkpoints.exists()


def listing(*names: str) -> s3_objects.Listing:
    item = client.Stored("", 1, "etag", None)  # type: ignore[arg-type]
    return s3_objects.Listing(
        Address("data", "x"), [item._replace(name=name) for name in names], is_archive=False
    )


def test_a_backslash_in_a_key_is_a_character_and_no_folder() -> None:
    paths = s3_objects._paths(listing("a\\1.png", "b\\1.png"))
    assert [path.parts for path in paths.values()] == [("a\\1.png",), ("b\\1.png",)]


def test_names_that_lead_elsewhere_or_stand_in_each_other_s_way_are_refused(tmp_path: Path) -> None:
    for name in ("../x.png", "a/../../x.png", "/x.png", "C:/x.png", "a\\..\\..\\x.png"):
        with pytest.raises(InputError, match="leads out of the folder: refused"):
            s3_objects.fetch(Store.__new__(Store), listing(name), params_for("s3://data/x"))
    for names in (("a", "a/1.png"), ("a//1.png", "a/1.png"), ("a/./1.png", "a/1.png")):
        with pytest.raises(InputError, match="is in the way of another: rename it"):
            s3_objects.fetch(Store.__new__(Store), listing(*names), params_for("s3://data/x"))
