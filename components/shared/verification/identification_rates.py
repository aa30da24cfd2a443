"""identification.json: the error rates of searches (1:N) on test, by the size of the gallery."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from components.shared.storage.reading import read_json, reading
from components.shared.verification.identification_policy import SearchLimits
from components.shared.verification.measured_rates import Rate
from components.shared.verification.metric_names import identification, split
from components.shared.verification.metrics_file import write_json

IDENTIFICATION = "identification.json"
FPIR, FNIR = "fpir", "fnir"
RATE_FIELDS = (FPIR, FNIR, "strangers_reviewed", "enrolled_reviewed")


_GROUP = re.compile(r"identification/refs_(\d+)/gallery_(\d+)")


class MeasuredSize(NamedTuple):
    """A size of galleries that figures are of.

    Attributes:
        references: how many each enrolled person had.
        gallery_size: number of people enrolled.
    """

    references: int
    gallery_size: int

    @property
    def group(self) -> str:
        """The group of the figures."""
        return group(self.references, self.gallery_size)


class SearchRates(NamedTuple):
    """The error rates of a policy's searches on test.

    Attributes:
        references: how many each enrolled person had.
        gallery_size: number of people enrolled.
        policy: its name.
        fpir: share of the searches for strangers that were given a person.
        fnir: share of the searches for enrolled people that were neither given theirs nor left to a
            person who sees theirs first.
        strangers_reviewed: share of the searches for strangers that were left to a person.
        enrolled_reviewed: share of the searches for enrolled people that were left to a person who
            sees theirs first.
        n_identities: number of test identities.
        n_probes: number of their images that were searched for.
    """

    references: int
    gallery_size: int
    policy: str
    fpir: Rate
    fnir: Rate
    strangers_reviewed: Rate
    enrolled_reviewed: Rate
    n_identities: int
    n_probes: int


def lookup(rows: Iterable[SearchRates], limits: SearchLimits, policy: str) -> SearchRates | None:
    """Returns the rates at limits of `identification_policy.lookup`.

    None where these were extrapolated, or test had too few identities for such a gallery.
    """
    place = limits.references, limits.gallery_size, policy
    for row in rows:
        if (row.references, row.gallery_size, row.policy) == place and not limits.extrapolated:
            return row
    return None


def group(references: int, gallery_size: int) -> str:
    """Returns the group of searches in galleries of a size: `identification/refs_5/gallery_30`."""
    return f"{identification(references)}/gallery_{gallery_size}"


def measured_sizes(names: Iterable[str]) -> list[MeasuredSize]:
    """Returns the sizes that named figures are of, of one reference first, small ones first."""
    matches = [_GROUP.fullmatch(split(name)[0]) for name in names]
    return sorted({MeasuredSize(int(match[1]), int(match[2])) for match in matches if match})


def write(rows: Sequence[SearchRates], folder: Path) -> None:
    """Writes identification.json into `folder`; nothing where there are no rows."""
    if not rows:
        return
    content = []
    for row in rows:
        rates = {name: getattr(row, name)._asdict() for name in RATE_FIELDS}
        content.append({**row._asdict(), **rates})
    write_json(folder / IDENTIFICATION, content)


def read(folder: Path) -> list[SearchRates]:
    """Reads identification.json of `folder`; no rows where there is none.

    Raises:
        InputError: it is not what `write` writes.
    """
    path = folder / IDENTIFICATION
    if not path.is_file():
        return []
    with reading(path, "not what evaluate writes; evaluate again"):
        return read_json(path, list[SearchRates])
