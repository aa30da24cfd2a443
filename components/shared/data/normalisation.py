"""The settings of the image normalisation, and the file normalise.json that carries them."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field

from components.shared.runtime.params import StepParams
from components.shared.storage.reading import reading

NORMALISATION = "normalise.json"
VERSION = 2
"""The number of the graph that a bundle holds: 2 inverts light on dark and rejects shadows."""


class Normalisation(StepParams):
    """Mode and size of the images: stored beside every model and built into every export."""

    mode: Literal["shape", "tone", "none"] = Field(
        default="shape",
        description="`shape`: black ink on white paper, nothing of their tones, though sharpness "
        "shows in the outline; `tone`: the ink's greys are kept; `none`: photographs, no ink is "
        "looked for.",
    )
    height: int = Field(
        default=32,
        ge=16,
        le=1024,
        description="Height of the prepared images in pixels.",
    )
    width: int = Field(
        default=64,
        ge=16,
        le=1024,
        description="Width of the prepared images in pixels.",
    )
    channels: Literal[1, 3] = Field(
        default=1,
        description="1: grey; 3: RGB, which goes with `mode: none` only.",
    )

    def contradictions(self) -> list[str]:
        """Returns what is wrong with values that each may have."""
        if self.mode != "none" and self.channels != 1:
            return [
                f"mode is {self.mode}, which finds ink in grey images: "
                "set channels to 1, or mode to none"
            ]
        return []

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of an image."""
        return self.height, self.width, self.channels

    def save(self, path: Path) -> None:
        """Writes normalise.json."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads normalise.json.

        Raises:
            InputError: it is missing or not what `save` writes.
        """
        damaged, missing = "not a normalisation; run preprocess again", "run preprocess first"
        with reading(path, damaged, missing):
            return cls.model_validate_json(path.read_bytes())
