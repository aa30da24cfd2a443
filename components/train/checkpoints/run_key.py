"""The key of a run, made of all that determines its result; a run resumes at an equal key."""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple, Self

from components.shared.data.image_store import IMAGES, INDEX
from components.shared.data.normalisation import NORMALISATION
from components.shared.data.partition import PARTITION
from components.shared.storage.files import code_root, sha256
from components.shared.tracking.import_closure import deciding_files
from components.shared.tracking.record import flat_params
from components.train.model import initial_weights
from components.train.params import TrainParams


class Key(NamedTuple):
    """The parts of a run's key.

    Attributes:
        params: section `train`, by dotted names.
        data: hash of pixels, labels, normalisation and split.
        code: hash of this step's modules and of what they import that decides the result.
        weights: hash of the file with the first weights, if there is one.
    """

    params: dict[str, str]
    data: str
    code: str
    weights: str | None

    @classmethod
    def of(cls, params: TrainParams, prepared: Path, split: Path) -> Self:
        """Computes the key of a training on data that `open_store` has opened.

        Raises:
            InputError: the first weights are missing.
        """
        data = [*(prepared / name for name in (IMAGES, INDEX, NORMALISATION)), split / PARTITION]
        code = [code_root() / path for path in deciding_files("train")]
        return cls(
            flat_params("train", params), _hash(data), _hash(code), initial_weights.digest(params)
        )

    @property
    def name(self) -> str:
        """A short hash of all parts."""
        return hashlib.sha256(json.dumps(self, sort_keys=True).encode()).hexdigest()[:16]

    def differences(self, then: "Key") -> list[str]:
        """Describes each difference to the key of a checkpoint, in one phrase."""
        result = []
        for name in sorted(self.params.keys() | then.params.keys()):
            before, now = then.params.get(name, "unknown"), self.params.get(name, "unknown")
            if before != now:
                result.append(f"{name} was {before} in the checkpoint and is {now} now")
        result += ["the data or their split are others"] * (self.data != then.data)
        result += ["the first weights are others"] * (self.weights != then.weights)
        return result + ["the code is another version"] * (self.code != then.code)


def _hash(files: list[Path]) -> str:
    return hashlib.sha256("".join(sha256(path) for path in files).encode()).hexdigest()
