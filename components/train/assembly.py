"""The parts of a training put together: model, first weights, optimizer and trainer."""

import os
import sys
from pathlib import Path

import keras

from components.shared.data.image_store import ImageStore
from components.train.checkpoints.checkpoints import Checkpoints
from components.train.data.batches import Batches
from components.train.devices import precision, replicas
from components.train.loop.optimizer import adam
from components.train.loop.trainer import Trainer
from components.train.loop.validation import Validation
from components.train.loss.triplet_model import TripletModel
from components.train.model import initial_weights, network
from components.train.params import TrainParams


def trainer(
    params: TrainParams,
    store: ImageStore,
    batches: Batches,
    validation: Validation,
    checkpoints: Checkpoints,
) -> Trainer:
    """Returns the trainer of a run, with the model at its first weights.

    Args:
        params: section `train`.
        store: the prepared images.
        batches: of the part train.
        validation: on the part val.
        checkpoints: where it saves its state.
    """
    keras.utils.set_random_seed(params.seed)
    if params.deterministic and keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    policy = "float32" if params.deterministic else precision.resolve(params.precision)
    with replicas.scope():
        model = compiled(params, store.normalisation.shape, policy)
    candidate = network.clone_in_precision(model.embedder, policy)
    return Trainer(model, candidate, params, batches, validation, checkpoints)


def compiled(params: TrainParams, shape: tuple[int, int, int], policy: str) -> TripletModel:
    """Builds the model to train, with its first weights and its optimizer.

    Args:
        params: section `train`.
        shape: (height, width, channels) of the images.
        policy: `float32` or `mixed_bfloat16`.

    Raises:
        InputError: the first weights cannot be used.
    """
    embedder = network.build(
        params.architecture(shape),
        weights=params.weights,
        seed=params.seed,
        precision=policy,
    )
    if params.start_from is not None:
        initial_weights.start_from(embedder, initial_weights.embedder_file(params.start_from))
    if params.pretrained:
        network.freeze_batch_norm(embedder)
    network.regularise(embedder, params.l2)
    millions, size = embedder.count_params() / 1e6, "×".join(map(str, shape))
    sys.stderr.write(
        f"training ResNet50 ({millions:.1f} M parameters, weights {_describe_weights(params)}) "
        f"on {size} in {policy}\n"
    )
    model = TripletModel(embedder, params)
    model.compile(optimizer=adam(params), jit_compile=_uses_xla())
    model.optimizer.build(model.trainable_variables)
    return model


def _uses_xla() -> bool:
    """Tells whether XLA compiles the training step: on one GPU, and always on JAX.

    XLA knows no MirroredStrategy; on CPUs the plain graph with oneDNN is faster.
    """
    if keras.backend.backend() == "jax":
        return True
    import tensorflow as tf

    return replicas.count() == 1 and bool(tf.config.list_physical_devices("GPU"))


def _describe_weights(params: TrainParams) -> str:
    """Returns a name of the first weights without the folder they lie in."""
    if params.start_from is not None:
        return f"of '{Path(params.start_from).name}'"
    local = params.weights == "imagenet" and os.environ.get("RESNET50_DIR")
    return f"'{params.weights}'" + " (RESNET50_DIR)" * bool(local)
