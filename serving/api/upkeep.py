"""Upkeep from time to time: images and decisions go when they are old enough."""

from threading import Event, Thread
from types import TracebackType
from typing import Self

from serving.api import logs
from serving.settings import Settings
from serving.store import retention
from serving.store.store import Store

EVERY_SECONDS = 3600.0


class Upkeep:
    """A thread that carries out the retention at its start and every hour."""

    def __init__(self, store: Store, settings: Settings) -> None:
        """Prepares the thread."""
        self._store, self._settings = store, settings
        self._stop = Event()
        self._thread = Thread(target=self._work, name="upkeep", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while True:
            try:
                self.carry_out()
            except Exception as error:
                logs.failure("retention failed", error)
            if self._stop.wait(EVERY_SECONDS):
                return

    def carry_out(self) -> None:
        """Carries the retention out once."""
        settings = self._settings
        removed = retention.carry_out(
            self._store.database, settings.keep_images, settings.keep_decisions
        )
        if any(removed):
            logs.write("retention", images=removed.images, decisions=removed.decisions)
