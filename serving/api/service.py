"""The parts that answer requests, as one: model, embedder, store, gallery and settings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from components.shared.data.outcomes import Rejected
from components.shared.model import bundle
from components.shared.runtime.errors import InputError
from serving.api import problems
from serving.api.live_gallery import LiveGallery
from serving.api.metrics import Metrics
from serving.engine.embedder import Busy, Embedder
from serving.engine.model import ServedModel
from serving.settings import Settings
from serving.store.store import Store

F32 = NDArray[np.float32]
REVIEW = "review"


@dataclass
class Service:
    """All that the endpoints need. `is_ready` is false before the first and after the last."""

    settings: Settings
    model: ServedModel
    embedder: Embedder
    store: Store
    gallery: LiveGallery
    metrics: Metrics = field(default_factory=Metrics)
    is_ready: bool = False

    @classmethod
    def assemble(
        cls,
        settings: Settings,
        model: ServedModel,
        store: Store,
        accept_new_space: bool = False,
    ) -> Self:
        """Starts the embedder, makes the model's space the store's, and reads the gallery.

        Raises:
            InputError: the model has no policy of the settings' name, or the store's people are
                embedded by another model and `accept_new_space` is not set.
        """
        if settings.policy is not None and settings.policy not in model.policies:
            raise InputError(
                f"policy '{settings.policy}': the model has {', '.join(model.policies)}"
            )
        _enter_space(store, model, accept_new_space)
        gallery = LiveGallery(store.people, model.space, model.dimension)
        gallery.current()
        embedder = Embedder(model, queue=settings.queue, judged=settings.quality)
        service = cls(settings, model, embedder, store, gallery, is_ready=True)
        metrics = service.metrics
        metrics.model.labels(model.version, model.space).set(1)
        metrics.watch("serving_queue", "Images that are under way.", lambda: embedder.unfinished)
        metrics.watch("serving_people", "People in the gallery.", lambda: len(gallery))
        return service

    @property
    def policy(self) -> str:
        """The policy of requests that name none: `review`, which leaves doubt to a person."""
        usual = REVIEW if REVIEW in self.model.policies else self.model.policies[0]
        return self.settings.policy or usual

    def require_policy(self, name: str | None) -> str:
        """Returns a policy that the model has.

        Raises:
            Problem: 422, there is none of this name.
        """
        if name is None:
            return self.policy
        if name not in self.model.policies:
            raise problems.unusable("policy", f"one of {', '.join(self.model.policies)}")
        return name

    def embed(self, images: Sequence[bytes]) -> list[F32 | Rejected]:
        """Computes embeddings as the embedder does.

        Raises:
            Problem: 503, too many images are under way.
        """
        try:
            results = self.embedder.embed(images)
        except Busy as error:
            raise problems.busy(error.retry_after) from None
        self.metrics.refused.inc(sum(isinstance(each, Rejected) for each in results))
        return results

    def embed_one(self, image: bytes, name: str) -> F32:
        """Computes the embedding of an image.

        Raises:
            Problem: 422, it cannot carry a decision; 503, as of `embed`.
        """
        return self.embed_all([image], [name])[0]

    def embed_all(self, images: Sequence[bytes], names: Sequence[str]) -> list[F32]:
        """Computes the embeddings of images all of which are needed.

        Raises:
            Problem: 422, some cannot carry a decision; 503, as of `embed`.
        """
        good, faults = [], []
        for name, result in zip(names, self.embed(images), strict=True):
            if isinstance(result, Rejected):
                faults.append(problems.Fault(field=name, reason=str(result)))
            else:
                good.append(result)
        if faults:
            raise image_refused(faults)
        return good

    def close(self) -> None:
        """Ends the embedder and the store."""
        self.is_ready = False
        self.embedder.close()
        self.store.close()


def _enter_space(store: Store, model: ServedModel, accept: bool) -> None:
    """Makes the model's space the current one.

    Raises:
        InputError: people would become stale by it, and that is not accepted.
    """
    current = store.spaces.current()
    if current not in (None, model.space) and store.people.count() and not accept:
        raise InputError(
            f"the people of this database are embedded by another model than "
            f"{bundle.short(model.version)}; "
            f"carry them over: python -m serving reembed --model {model.folder}, or start with "
            "--accept-new-space, and they are stale until they are enrolled anew"
        )
    store.spaces.use(model.space, model.version, model.dimension)


def image_refused(faults: Sequence[problems.Fault]) -> problems.Problem:
    """Returns the refusal of images, with the reason for each."""
    told = "; ".join(f"{fault.field}: {fault.reason}" for fault in faults)
    return problems.Problem(422, told, "image-refused", faults)
