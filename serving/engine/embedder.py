"""Embeddings for many callers at once: decoded in threads, computed in batches of what waits."""

import math
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextvars import Context, copy_context
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from components.shared.data.normalisation import Normalisation
from components.shared.data.outcomes import Rejected
from components.shared.data.pixel_budget import PixelBudget
from components.shared.runtime import cores
from serving.engine.model import ServedModel
from serving.engine.session import Session
from serving.engine.uploads import MAX_PIXELS, to_pixels
from serving.tracing import traces

F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]
Embedded = Future[F32 | Rejected]
"""To be an embedding [D], or the reason why the image cannot be used."""


class Busy(Exception):  # noqa: N818 - an outcome that is expected, not a failure
    """More images wait than may.

    Attributes:
        retry_after: whole seconds after which to ask again, 1 or more.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many images wait; ask again in {retry_after} s")
        self.retry_after = retry_after


class _Waiting(NamedTuple):
    encoded: bytes
    result: Embedded
    context: Context


class _Ready(NamedTuple):
    pixels: U8
    result: Embedded
    context: Context


class Embedder:
    """Threads that decode images, and one that runs the network on what is there.

    A lone image waits for nobody; while the network runs, others gather and make the next batch.
    """

    def __init__(
        self,
        model: ServedModel,
        *,
        workers: int | None = None,
        queue: int = 64,
        batch: int = 16,
        max_pixels: int = MAX_PIXELS,
        judged: bool = True,
    ) -> None:
        """Starts the threads.

        Args:
            model: whose network and normalisation it uses.
            workers: number of threads that decode; None: one a core.
            queue: the most images that are under way at once.
            batch: the most images that the network takes at once.
            max_pixels: of an image, and of all that are decoded at once.
            judged: whether signatures that cannot carry a decision are refused.
        """
        self._session: Session = model.session
        self._spec: Normalisation = model.normalisation
        self._queue, self._batch, self._max_pixels = queue, batch, max_pixels
        self._budget, self._judged = PixelBudget(max_pixels), judged
        # A queue wakes one thread for one image; None in it, behind all images, is its end.
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._ready: SimpleQueue[_Ready | None] = SimpleQueue()
        self._unfinished, self._closed, self._lock = 0, False, Lock()
        self._seconds = 0.05
        """Of an image, as the last ones took: what `retry_after` is guessed from."""
        self._decoders = [
            Thread(target=self._decode, name=f"decode-{number}", daemon=True)
            for number in range(workers or cores.available())
        ]
        self._network = Thread(target=self._run, name="network", daemon=True)
        for thread in (*self._decoders, self._network):
            thread.start()

    @property
    def unfinished(self) -> int:
        """The number of images that are under way."""
        return self._unfinished

    def embed(self, images: Sequence[bytes]) -> list[F32 | Rejected]:
        """Computes embeddings, and returns when all are there.

        Args:
            images: encoded, as `to_pixels` takes them.

        Returns:
            For each a float32 [D] of unit length, or the reason why it cannot be used.

        Raises:
            Busy: too many are under way; none of these is taken.
        """
        results = self.submit(images)
        try:
            return [result.result() for result in results]
        except BaseException:
            for result in results:
                result.cancel()
            raise

    def pixels(self, image: bytes) -> U8:
        """Returns what the network sees of an image, uint8 [H, W, C]; in the caller's thread.

        Raises:
            Rejected: the image cannot be used.
        """
        return to_pixels(image, self._spec, self._budget, self._max_pixels)

    def submit(self, images: Sequence[bytes]) -> list[Embedded]:
        """Takes images, and returns at once.

        A result that its caller cancels before its image is decoded is never computed.

        Raises:
            Busy: as of `embed`. More images than the queue holds are taken when none is under way.
            RuntimeError: it is closed.
        """
        waiting = [_Waiting(image, Future(), copy_context()) for image in images]
        with self._lock:
            if self._closed:
                raise RuntimeError("the embedder is closed")
            if self._unfinished and self._unfinished + len(waiting) > self._queue:
                raise Busy(max(1, math.ceil(self._unfinished * self._seconds)))
            self._unfinished += len(waiting)
            for one in waiting:
                self._waiting.put(one)
        return [one.result for one in waiting]

    def close(self) -> None:
        """Takes no more images, finishes those under way and ends the threads."""
        with self._lock:
            self._closed = True
        for _ in self._decoders:
            self._waiting.put(None)
        for thread in self._decoders:
            thread.join()
        self._ready.put(None)
        self._network.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _decode(self) -> None:
        while (one := self._waiting.get()) is not None:
            if not one.result.set_running_or_notify_cancel():
                self._finish(1)
                continue
            try:
                pixels = one.context.run(self._to_pixels, one.encoded)
            except Rejected as reason:
                self._finish(1)
                one.result.set_result(reason)
            except BaseException as error:
                self._finish(1)
                one.result.set_exception(error)
            else:
                self._ready.put(_Ready(pixels, one.result, one.context))

    def _to_pixels(self, encoded: bytes) -> U8:
        with traces.span("normalisation"):
            return to_pixels(
                encoded, self._spec, self._budget, self._max_pixels, judged=self._judged
            )

    def _run(self) -> None:
        while batch := self._next_batch():
            began = time.monotonic()
            try:
                embeddings = self._session.run(np.stack([one.pixels for one in batch]))
            except BaseException as error:
                self._finish(len(batch))
                for one in batch:
                    one.result.set_exception(error)
            else:
                seconds = time.monotonic() - began
                self._seconds = seconds / len(batch)
                self._finish(len(batch))
                for one, embedding in zip(batch, embeddings, strict=True):
                    one.context.run(traces.add, "network", seconds, images=len(batch))
                    one.result.set_result(embedding.copy())

    def _next_batch(self) -> list[_Ready]:
        """Waits for decoded images and returns those that are there, at most a batch; at the end
        none.
        """
        batch: list[_Ready] = []
        one = self._ready.get()
        while one is not None:
            batch.append(one)
            if len(batch) == self._batch:
                return batch
            try:
                one = self._ready.get_nowait()
            except Empty:
                return batch
        self._ready.put(None)  # for the next call
        return batch

    def _finish(self, count: int) -> None:
        """Counts images as finished: before their results are there, so that room is then too."""
        with self._lock:
            self._unfinished -= count
