"""The place of checkpoints, tried before a training begins."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from components.shared.runtime.errors import InputError
from components.train import step
from components.train.checkpoints import place
from components.train.params import TrainParams

NOBODY = 65534


@pytest.fixture
def volume() -> Iterator[Path]:
    """A folder that this process may not write to, be it root's: then it is not, for a while."""
    user = os.geteuid()
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        if user == 0:
            os.seteuid(NOBODY)
        yield folder
        os.seteuid(user)
        folder.chmod(0o755)


def test_a_volume_of_another_user_is_refused_before_data_are_read(
    volume: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are no data: they would be missed next."""
    monkeypatch.setenv("CHECKPOINT_DIR", str(volume))
    missing = volume / "missing"
    with pytest.raises(InputError) as refused:
        step.run(TrainParams(), missing, missing, missing)
    message = str(refused.value)
    assert message.startswith(f"{volume}: user {os.geteuid()} cannot write checkpoints there")
    assert "chown" in message
    assert "\n" not in message


def test_a_folder_that_is_missing_is_tried_where_it_would_be_made(
    volume: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKPOINT_DIR", str(volume / "new" / "place"))
    with pytest.raises(InputError, match="cannot write checkpoints there"):
        place.check()


def test_nothing_is_made_before_there_is_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKPOINT_DIR", str(tmp_path / "new" / "place"))
    place.check()
    assert list(tmp_path.iterdir()) == []
