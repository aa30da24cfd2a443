import os
from pathlib import Path

import pytest

from components.ingest import step
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import folder_with, params_for


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_image_is_named(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    (source / "bob/1.png").chmod(0)
    with pytest.raises(InputError, match=r"bob/1.png.*Permission"):
        step.run(params_for(source), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_image_named_like_the_catalog_cannot_take_its_place(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["catalog.csv/1.png", "bob/1.png"])
    with pytest.raises(InputError, match=f"^{source}: catalog.csv/1.png: "):
        step.run(params_for(source), tmp_path / "out")
