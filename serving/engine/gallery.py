"""The people that a probe is searched among: their embeddings in memory, searched exactly."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from serving.engine.read_write_lock import ReadWriteLock

F32 = NDArray[np.float32]
FIRST_ROOM = 64
CLOSE = np.float32(1e-5)
"""Share of the squared lengths by which a squared distance, computed from them, may be wrong."""


class Neighbour(NamedTuple):
    """A person near a probe.

    Attributes:
        person_id: of the person.
        distance: of the probe to the mean of the person's embeddings.
    """

    person_id: str
    distance: float


class Gallery:
    """People and their embeddings. Threads may share it.

    A search reads one vector a person, the mean of the embeddings, which is not of unit length.
    All are float32: a vector of float64 would make NumPy copy the whole gallery.
    """

    def __init__(self, dimension: int) -> None:
        """Creates a gallery of nobody, for embeddings of `dimension` numbers."""
        self._means: F32 = np.empty((FIRST_ROOM, dimension), np.float32)
        self._squares: F32 = np.empty(FIRST_ROOM, np.float32)
        self._people: list[str] = []
        self._rows: dict[str, int] = {}
        self._references: dict[str, F32] = {}
        self._lock = ReadWriteLock()

    @property
    def dimension(self) -> int:
        """D, the length of an embedding."""
        return int(self._means.shape[1])

    def __len__(self) -> int:
        """Returns the number of people."""
        return len(self._people)

    def __contains__(self, person_id: object) -> bool:
        return person_id in self._rows

    def add(self, person_id: str, references: ArrayLike) -> None:
        """Adds a person, or takes other embeddings for one who is there.

        Args:
            person_id: of the person.
            references: float [k, D], k at least 1.

        Raises:
            ValueError: none, of another length, or not finite.
        """
        own = np.array(references, np.float32)
        if own.ndim != 2 or not len(own) or own.shape[1] != self.dimension:
            raise ValueError(f"embeddings of shape {own.shape}, not [k ≥ 1, {self.dimension}]")
        if not np.isfinite(own).all():
            raise ValueError("an embedding is not finite")
        mean = own.mean(axis=0, dtype=np.float64).astype(np.float32)
        with self._lock.writing():
            row = self._rows.setdefault(person_id, len(self._people))
            if row == len(self._people):
                self._make_room(row + 1)
                self._people.append(person_id)
            self._means[row] = mean
            self._squares[row] = mean @ mean
            self._references[person_id] = own

    def remove(self, person_id: str) -> None:
        """Removes a person; nothing happens where there is none of that id."""
        with self._lock.writing():
            row = self._rows.pop(person_id, None)
            if row is None:
                return
            del self._references[person_id]
            last = self._people.pop()
            if last != person_id:
                self._people[row] = last
                self._rows[last] = row
                self._means[row] = self._means[len(self._people)]
                self._squares[row] = self._squares[len(self._people)]

    def references(self, person_id: str) -> F32:
        """Returns a person's embeddings, [k, D].

        Raises:
            KeyError: there is none of that id.
        """
        with self._lock.reading():
            return self._references[person_id]

    def nearest(self, probe: ArrayLike, n: int) -> list[Neighbour]:
        """Finds the n people whose mean embedding is nearest to a probe, the nearest first.

        Equal distances are in the order of the ids. All are compared.

        Args:
            probe: float [D].
            n: of people; all where there are fewer.
        """
        questioned = np.asarray(probe, np.float32)
        if questioned.shape != (self.dimension,):
            raise ValueError(f"a probe of shape {questioned.shape}, not [{self.dimension}]")
        with self._lock.reading():
            rows = self._nearest_rows(questioned, min(n, len(self._people)))
            people = [self._people[row] for row in rows]
            means = self._means[rows].astype(np.float64)
        distances = np.linalg.norm(means - questioned.astype(np.float64), axis=1)
        found = [Neighbour(*pair) for pair in zip(people, distances.tolist(), strict=True)]
        return sorted(found, key=lambda one: (one.distance, one.person_id))[:n]

    def _nearest_rows(self, probe: F32, n: int) -> NDArray[np.intp]:
        """Returns the rows of the n nearest, and of all that rounding may hide among them."""
        if n < 1:
            return np.empty(0, np.intp)
        count = len(self._people)
        squares = self._squares[:count]
        squared = squares - np.float32(2) * (self._means[:count] @ probe)
        farthest = np.partition(squared, n - 1)[n - 1]
        wrong = CLOSE * (squares.max() + probe @ probe)
        return np.flatnonzero(squared <= farthest + wrong)

    def _make_room(self, count: int) -> None:
        """Makes room for so many people, and for half as many more where there is none."""
        if count <= len(self._means):
            return
        room = count + count // 2
        means, squares = np.empty((room, self.dimension), np.float32), np.empty(room, np.float32)
        means[: count - 1] = self._means[: count - 1]
        squares[: count - 1] = self._squares[: count - 1]
        self._means, self._squares = means, squares
