"""A TensorBoard log, which can be watched during the training. It needs TensorFlow."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

IMAGES = "images"
MAX_IMAGES = 16


class TensorBoardLog:
    """Scalars and histograms in `folder`; images in a folder of their own below it, since they
    may show people.

    Args:
        folder: of the log.
        resume: whether an earlier log there is continued; otherwise it is removed.
    """

    def __init__(self, folder: Path, resume: bool) -> None:
        import tensorflow as tf

        if not resume:
            shutil.rmtree(folder, ignore_errors=True)
        self.folder, self._summary = folder, tf.summary
        self._scalar_writer = tf.summary.create_file_writer(str(folder))
        self._image_writer = tf.summary.create_file_writer(str(folder / IMAGES))

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        """Adds the values of a step."""
        with self._scalar_writer.as_default():
            for name, value in values.items():
                self._summary.scalar(name, value, step)
        self._scalar_writer.flush()

    def histogram(self, name: str, values: NDArray[np.float32], step: int) -> None:
        """Adds the distribution of an array's values."""
        with self._scalar_writer.as_default():
            self._summary.histogram(name, values, step)
        self._scalar_writer.flush()

    def images(self, name: str, images: NDArray[np.uint8], step: int) -> None:
        """Adds the first `MAX_IMAGES` images of uint8 [B, H, W, C]."""
        with self._image_writer.as_default():
            self._summary.image(name, images, step, max_outputs=MAX_IMAGES)
        self._image_writer.flush()

    def close(self) -> list[Path]:
        """Ends the log and returns its files without the images."""
        self._scalar_writer.close()
        self._image_writer.close()
        return sorted(path for path in self.folder.iterdir() if path.is_file())
