"""A TensorBoard log and its files."""

from pathlib import Path

import numpy as np

from components.train.monitoring.tensorboard_log import IMAGES, MAX_IMAGES, TensorBoardLog

PICTURES = np.zeros((MAX_IMAGES + 3, 4, 4, 1), np.uint8)


def test_the_files_of_a_closed_log_are_those_of_its_figures_and_not_its_images(
    tmp_path: Path,
) -> None:
    log = TensorBoardLog(tmp_path / "log", resume=False)
    log.scalars({"loss": 0.5}, 1)
    log.histogram("embeddings", np.zeros((3, 2), np.float32), 1)
    log.images("batch", PICTURES, 1)
    files = log.close()
    assert files
    assert {path.parent for path in files} == {tmp_path / "log"}
    assert list((tmp_path / "log" / IMAGES).iterdir())


def test_of_a_large_batch_the_first_images_are_logged(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    log = TensorBoardLog(tmp_path, resume=False)
    log.images("batch", PICTURES, 1)
    log.close()
    written = EventAccumulator(str(tmp_path / IMAGES), size_guidance={"tensors": 0}).Reload()
    (event,) = written.Tensors("batch")
    assert len(event.tensor_proto.string_val) == 2 + MAX_IMAGES  # width and height come first


def test_an_earlier_log_is_removed_unless_it_is_resumed(tmp_path: Path) -> None:
    (tmp_path / "earlier").write_text("")
    TensorBoardLog(tmp_path, resume=True).close()
    assert (tmp_path / "earlier").exists()
    TensorBoardLog(tmp_path, resume=False).close()
    assert not (tmp_path / "earlier").exists()
