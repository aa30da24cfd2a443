"""The network of a bundle in onnxruntime: uint8 pixels to float32 embeddings."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from components.shared.model import operations
from components.shared.runtime import cores
from components.shared.runtime.errors import InputError

PIXELS, EMBEDDINGS = "pixels", "embeddings"
"""The names of the network's one input and one output."""

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]


class Session:
    """A network that is loaded. Threads may share it.

    Attributes:
        dimension: D, the length of an embedding.
    """

    def __init__(self, path: Path, shape: tuple[int, int, int]) -> None:
        """Loads a network.

        Args:
            path: of an ONNX file that holds its weights.
            shape: height, width and channels of the images that it must take.

        Raises:
            InputError: it has an operation that no network needs, onnxruntime does not load it, its
                weights are elsewhere, or it takes or gives anything else.
        """
        self._session = _load(path)
        inputs = [(one.name, one.type, one.shape) for one in self._session.get_inputs()]
        outputs = [(one.name, one.type, one.shape) for one in self._session.get_outputs()]
        takes = [(PIXELS, "tensor(uint8)", list(shape))]
        if [(name, kind, list(size[1:])) for name, kind, size in inputs] != takes:
            raise InputError(f"{path}: takes {inputs}, but not uint8 {PIXELS} of {shape}")
        if len(outputs) != 1 or outputs[0][:2] != (EMBEDDINGS, "tensor(float)"):
            raise InputError(f"{path}: gives {outputs}, but not float32 {EMBEDDINGS}")
        self.dimension = int(self.run(np.full((1, *shape), 255, np.uint8)).shape[1])

    def run(self, pixels: U8) -> F32:
        """Computes the embeddings [N, D] of normalised images [N, H, W, C]."""
        (embeddings,) = self._session.run([EMBEDDINGS], {PIXELS: pixels})
        return np.asarray(embeddings, np.float32)


def _load(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores.available()
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # Threads that spin while they wait take the cores from those that decode.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Weights outside the file would be files of which no hash was checked: below a file is none.
    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(path)
    )
    try:
        operations.check_onnx(path)
        return onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except InputError:
        raise
    except Exception as error:  # onnxruntime's own kinds have no common one but this
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path}: not a network that onnxruntime loads ({reason})") from None
