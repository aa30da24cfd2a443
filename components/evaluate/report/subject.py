"""The subject of a report: which model was evaluated on which data."""

from datetime import date
from pathlib import Path
from typing import NamedTuple, Self

from components.shared.model.bundle import MANIFEST, Bundle, short, version_of
from components.shared.storage.files import sha256
from components.shared.tracking.record import Record, last_part, source_name

HASH_LENGTH = 12


class Subject(NamedTuple):
    """A model and the data that it is evaluated on.

    Attributes:
        model: its name.
        data: their name.
        shipped: whether the model is a shipped one, on data other than those of its own test.
    """

    model: str
    data: str
    shipped: bool = False

    @classmethod
    def trained(cls, training: Record, embedder: Path) -> Self:
        """Returns the subject of the step: the model has the name of its MLflow run."""
        name = training.name or f"model {sha256(embedder / 'embedder.keras')[:HASH_LENGTH]}"
        return cls(name, source_name(training.params) or "data without a recorded name")

    @classmethod
    def frozen(cls, bundle: Bundle, data: str) -> Self:
        """Returns the subject of a shipped model, named by its version, on a source."""
        version = version_of((bundle.folder / MANIFEST).read_bytes())
        return cls(f"model {short(version)}", last_part(data), shipped=True)

    def title(self, day: date) -> str:
        """Returns `Evaluation of hard-mining on cedar, 29 November 2026`."""
        return f"Evaluation of {self.model} on {self.data}, {day.day} {day:%B %Y}"
