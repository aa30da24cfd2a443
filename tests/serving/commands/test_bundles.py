"""The folder of the bundle that a setting names."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from serving.commands.bundles import folder_of


def test_a_folder_is_itself(tmp_path: Path) -> None:
    with folder_of(str(tmp_path), tmp_path / "cache") as folder:
        assert folder == tmp_path


@pytest.mark.parametrize("address", ["s3://bucket/models", "s3://bucket/models/.."])
def test_an_address_without_a_version_is_told_before_anything_is_asked(
    address: str, tmp_path: Path
) -> None:
    with (
        pytest.raises(InputError, match=f"{address}: ends with no version"),
        folder_of(address, tmp_path),
    ):
        pass
