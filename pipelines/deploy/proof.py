"""The proof that a running service computes what its bundle does."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from components.freeze import parity_images
from components.shared.data.outcomes import Rejected
from components.shared.data.quality import judge_encoded
from components.shared.model import bundle, operations
from components.shared.model.bundle import MANIFEST, ONNX, ONNX_INT8, Bundle
from components.shared.runtime.errors import InputError
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.service import Answers

NETWORKS = {"onnx": ONNX, "int8": ONNX_INT8}


@dataclass(frozen=True)
class Proof:
    """A bundle, and images that a service has to embed as the bundle's network does.

    Attributes:
        bundle: that has to be served.
        images: encoded, bytes [N].
        tolerance: the largest difference of an embedding's component from the trained network.
    """

    bundle: Bundle
    images: NDArray[np.object_]
    tolerance: float

    @property
    def version(self) -> str:
        """The bundle's version."""
        return bundle.version_of((self.bundle.folder / MANIFEST).read_bytes())

    def compare(self, answers: Answers) -> float:
        """Returns the largest difference that the answers may have from the trained network.

        Raises:
            DeploymentError: another bundle answers, or the difference exceeds the tolerance.
        """
        if answers.version != self.version:
            raise DeploymentError(f"serves the version {answers.version}, not {self.version}")
        return self.difference(answers.embeddings, answers.format)

    def difference(self, embeddings: NDArray[np.float32], form: str) -> float:
        """Returns the largest difference that embeddings may have from the trained network's.

        It is their own from the bundle's network, and that of the manifest's parity added.

        Args:
            embeddings: of the images, float32 [N, D].
            form: of the bundle's network, one of `NETWORKS`.

        Raises:
            DeploymentError: the difference exceeds the tolerance.
        """
        expected = self._embed(form)
        if embeddings.shape != expected.shape:
            shapes = f"{embeddings.shape}, not {expected.shape}"
            raise DeploymentError(f"gives embeddings of the shape {shapes}")
        parity = dict(self.bundle.manifest.get("parity", {}))
        known = float(parity.get(f"parity/{form}/max_abs_difference", 0.0))
        difference = float(np.abs(embeddings - expected).max()) + known
        if not difference <= self.tolerance:
            raise DeploymentError(
                f"embeddings differ from the trained network's by up to {difference:.3g}, "
                f"more than freeze.tolerance {self.tolerance:g}"
            )
        return difference

    def _embed(self, form: str) -> NDArray[np.float32]:
        import onnxruntime

        operations.check_onnx(self.bundle.folder / NETWORKS[form])
        network = onnxruntime.InferenceSession(
            self.bundle.folder / NETWORKS[form], providers=["CPUExecutionProvider"]
        )
        pixels = parity_images.normalise_each(self.images, self.bundle.normalisation)
        # One by one, as they are sent: scales of whole numbers may depend on the batch.
        rows = [network.run(["embeddings"], {"pixels": one[None]})[0][0] for one in pixels]
        return np.stack(rows)


def prepare(model: Path, raw: Path, count: int, tolerance: float) -> Proof:
    """Reads a bundle and chooses the images that freeze proves exports on.

    Args:
        model: the bundle's folder.
        raw: source images and catalog.csv.
        count: of images.
        tolerance: as of `Proof`.

    Raises:
        InputError: bundle or images cannot be used, or it has no network for the service.
    """
    found = bundle.read(model)
    if ONNX not in found.manifest["files"]:
        raise InputError(f"{model}: holds no {ONNX}, which the service needs; freeze it again")
    images = parity_images.choose_images(raw, count, found.normalisation)
    if found.normalisation.mode != "none":
        # The service judges what it is sent, as it comes from people.
        images = np.array([image for image in images if _can_decide(image)], dtype=object)
    if not len(images):
        raise InputError(f"{raw}: no image of those that freeze proves on can carry a decision")
    return Proof(found, images, tolerance)


def _can_decide(image: bytes) -> bool:
    try:
        judge_encoded(image)
    except Rejected:
        return False
    return True
