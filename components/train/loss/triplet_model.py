"""The model that is trained: an embedder under the triplet loss and its weights' penalty."""

from typing import Any

import keras
from keras import ops

from components.train.devices import replicas
from components.train.labels import EMPTY, Tensor
from components.train.loss import mining
from components.train.loss.mining import Masks
from components.train.loss.triplet_loss import Loss, triplet_loss
from components.train.params import TrainParams

FIGURES = ("triplet", "l2", "active", "hardest_positive", "hardest_negative", "spread")


class TripletModel(keras.Model):  # type: ignore[misc]
    """Trains an embedder with `compile` and `train_step.begin_step`, on TensorFlow and JAX.

    All state between steps (the memory of recent embeddings, the count of warm-up steps) is in its
    variables.

    Logs:
        loss: triplet + l2, which is minimised.
        triplet, l2: its parts; l2 is the sum of the embedder's own penalties (`embedder.losses`).
        active: fraction of the mined triplets with a loss above 0.
        hardest_positive, hardest_negative: an anchor's distance to its farthest positive and
            nearest negative, mean over the anchors that have both.
        spread: mean distance between two embeddings of the batch. Near 0 all images look alike to
            the embedder.

    Args:
        embedder: from uint8 [B, H, W, C] to [B, D].
        params: section `train`.

    Raises:
        InputError: a batch cannot be split over the devices.
    """

    def __init__(self, embedder: Any, params: TrainParams) -> None:
        replicas.check(params.identities_per_batch)
        super().__init__(name="triplet")
        self.embedder, self.params = embedder, params
        self.figures = {name: keras.metrics.Mean(name) for name in FIGURES}
        self.memory: Any = None
        self.memory_labels: Any = None
        self.warmed_up: Any = None
        if params.cross_batch_memory:
            size = params.cross_batch_memory
            self.memory = self._state("memory", (size, embedder.output_shape[-1]), "float32", 0)
            self.memory_labels = self._state("memory_labels", (size,), "int32", EMPTY)
        if params.warm_up:
            self.warmed_up = self._state("warmed_up", (), "int32", 0)
        self.built = True

    def call(self, images: Tensor, training: bool | None = None) -> Tensor:
        """Computes embeddings [B, D] of uint8 [B, H, W, C]."""
        return self.embedder(images, training=training)

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Tensor = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Computes the loss of embeddings `y_pred` [B, D] with labels `y`, int [B].

        It updates the figures and, in training, the state.
        """
        embeddings, labels = replicas.gather(ops.cast(y_pred, "float32"), ops.cast(y, "int32"))
        distance = mining.distances(embeddings, self.params.distance, self.memory)
        masks = mining.masks(labels, self.memory_labels)
        hardest = mining.hard(distance, masks)
        triplet = self._triplet_loss(distance, masks, hardest)
        penalties = [ops.sum(penalty) for penalty in self.losses]
        l2 = ops.cast(ops.sum(penalties), "float32") if penalties else ops.zeros(())
        self._report(
            triplet=triplet.value,
            l2=l2,
            active=triplet.active,
            hardest_positive=hardest.mean(hardest.positive),
            hardest_negative=hardest.mean(hardest.negative),
            spread=mining.spread(distance),
        )
        if training:
            self._remember(embeddings, labels)
        return replicas.share(triplet.value + l2)

    def _triplet_loss(self, distance: Tensor, masks: Masks, hardest: mining.Triplets) -> Loss:
        def mined(kind: str) -> Loss:
            positives = self.params.images_per_identity - 1
            triplets: mining.Triplets | mining.AllTriplets = hardest
            if kind == "semi-hard":
                triplets = mining.semi_hard(distance, masks, positives)
            elif kind == "all":
                triplets = mining.batch_all(distance, masks, positives)
            return triplet_loss(triplets, self.params.margin)

        loss = mined(self.params.mining)
        if self.warmed_up is None:
            return loss
        # Both are computed: beside the network they cost little, and XLA refuses the gradient of a
        # conditional loop.
        first = mined("semi-hard")
        warms_up = ops.convert_to_tensor(self.warmed_up) < self.params.warm_up
        return Loss(
            value=ops.where(warms_up, first.value, loss.value),
            active=ops.where(warms_up, first.active, loss.active),
        )

    def _remember(self, embeddings: Tensor, labels: Tensor) -> None:
        """Puts the batch into the memory, which the oldest leave, and counts a step of warm-up."""
        if self.memory is not None:
            size = self.params.cross_batch_memory
            self.memory.assign(ops.concatenate([ops.stop_gradient(embeddings), self.memory])[:size])
            self.memory_labels.assign(ops.concatenate([labels, self.memory_labels])[:size])
        if self.warmed_up is not None:
            self.warmed_up.assign(ops.minimum(self.warmed_up + 1, self.params.warm_up))

    def _report(self, **figures: Tensor) -> None:
        for name, value in figures.items():
            self.figures[name].update_state(ops.stop_gradient(value))

    def _state(self, name: str, shape: tuple[int, ...], dtype: str, value: float) -> Any:
        return self.add_weight(
            name=name,
            shape=shape,
            dtype=dtype,
            initializer=keras.initializers.Constant(value),
            trainable=False,
            aggregation="only_first_replica",  # they all assign the same
        )
