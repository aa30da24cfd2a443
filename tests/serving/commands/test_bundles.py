"""The folder of the bundle that a setting names."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from serving.commands.bundles import folder_of


def test_a_folder_is_itself(tmp_path: Path) -> None:
    with folder_of(str(tmp_path)) as folder:
        assert folder == tmp_path


def test_a_published_version_is_to_be_fetched_first() -> None:
    with pytest.raises(InputError, match="freeze fetch s3://"), folder_of("s3://b/models/0"):
        pass
