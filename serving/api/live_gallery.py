"""The gallery in memory, kept up to date with the store, which other processes change too."""

from threading import Lock

from serving.engine.gallery import Gallery
from serving.store.people import People


class LiveGallery:
    """A gallery that takes in what changed before it is handed out. Threads may share it."""

    def __init__(self, people: People, space: str, dimension: int) -> None:
        """Starts with nobody; the first `current` reads everybody."""
        self._people, self._space = people, space
        self._gallery = Gallery(dimension)
        self._revision = 0
        self._lock = Lock()

    def __len__(self) -> int:
        """Returns the number of people, as of the last `current`."""
        return len(self._gallery)

    def current(self) -> Gallery:
        """Returns the gallery of everybody who is enrolled now: one indexed row is read."""
        if self._people.revision() != self._revision:
            with self._lock:
                self._take_in()
        return self._gallery

    def _take_in(self) -> None:
        changes = self._people.changes(self._revision, self._space)
        for person_id in changes.absent:
            self._gallery.remove(person_id)
        for person_id, references in changes.present.items():
            self._gallery.add(person_id, references)
        self._revision = changes.revision
