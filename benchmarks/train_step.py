"""The train step with mining, augmentation and feeding, against the bare forward and backward pass
of the same network.

    python -m benchmarks.train_step --height 112 --width 192

All take turns, some steps each, on one network in one precision, while the workers make the next
batches; medians. Each may begin a step before the last is done, as training does. The bare pass has
no loss but a weighted sum of the embeddings, no optimizer, and one batch that never changes; what
Adam alone adds to it is shown beside it. Last comes the share of what the chip does in a bare
product of matrices.
"""

import itertools
import math
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.arguments import parser, training
from components.shared.runtime import backend
from components.train.params import TrainParams

if TYPE_CHECKING:
    import numpy as np


def main() -> None:
    """Prints the images per second of both and their ratio."""
    arguments = parser("train_step", __doc__)
    training(arguments)
    arguments.add_argument(
        "--mining", default="semi-hard", choices=("semi-hard", "hard", "all"), help="of triplets"
    )
    arguments.add_argument(
        "--blocks", nargs="+", type=int, default=[13], metavar="N", help="as train.pooled_blocks"
    )
    arguments.add_argument(
        "--steps", type=int, default=2, metavar="N", help="of each in a turn; 10 on a GPU"
    )
    arguments.add_argument("--rounds", type=int, default=10, metavar="N", help="turns of each")
    options = arguments.parse_args()
    backend.load()
    params = TrainParams(
        identities_per_batch=options.identities,
        images_per_identity=options.images,
        forgeries_per_identity=options.forgeries,
        mining=options.mining,
        pooled_blocks=options.blocks,
        precision=options.precision,
    )
    _measure(
        params, (options.height, options.width, options.channels), options.steps, options.rounds
    )


def _measure(params: TrainParams, shape: tuple[int, int, int], steps: int, rounds: int) -> None:
    from keras import ops

    from components.train import assembly
    from components.train.devices import precision, replicas, train_step

    policy = precision.resolve(params.precision)
    with replicas.scope():
        model = assembly.compiled(params, shape, policy)
    feed = _batches(params, shape, steps * (rounds + 2) + 1)
    batch = next(feed)
    bare, adam = (_bare(model, batch.images, update) for update in (False, True))

    def whole() -> None:
        begun: Any = None
        for fed in itertools.islice(feed, steps):
            logs = train_step.begin_step(model, fed.images, fed.labels)
            if begun:
                train_step.read_logs(begun)
            begun = logs
        train_step.read_logs(begun)

    def repeated(step: Callable[[], Any]) -> Callable[[], None]:
        def action() -> None:
            ops.convert_to_numpy([step() for _ in range(steps)][-1])

        return action

    actions = {
        "train step": whole,
        "forward and backward": repeated(bare),
        "… and Adam": repeated(adam),
    }
    for action in (*actions.values(), *actions.values()):
        action()
    measured = [[_seconds(action) for action in actions.values()] for _ in range(rounds)]
    count = len(batch.labels)
    print(
        f"{count} images of {'×'.join(map(str, shape))} a step, {params.mining}, {policy}, {rounds} × {steps} steps"
    )
    print(f"{'':<24}{'images/s':>10}{'train step / this':>20}{'the same in CPU time':>24}")
    for i, name in enumerate(actions):
        rate = count * steps / statistics.median(row[i].wall for row in measured)
        wall = statistics.median(row[i].wall / row[0].wall for row in measured)
        cpu = statistics.median(row[i].cpu / row[0].cpu for row in measured)
        print(f"{name:<24}{rate:10.1f}{wall:20.3f}{cpu:24.3f}")
    peak = _matrix_product(policy)
    work = (
        3 * count * steps * _operations(model.embedder)
    )  # going back takes twice as many as going forward
    for i, name in enumerate([*actions][:2]):
        rate = work / statistics.median(row[i].wall for row in measured)
        print(
            f"{name:<24}{rate / 1e12:10.3g} TFLOP/s, {rate / peak:.1%} of the {peak / 1e12:.3g} of a matrix product"
        )


def _batches(params: TrainParams, shape: tuple[int, int, int], steps: int) -> Any:
    """Batches of noise, from four times as many identities as a batch has, with ten images of each
    kind.
    """
    import numpy as np
    import pandas as pd

    from components.train.data.prefetch import prefetch
    from components.train.data.sampler import Sampler

    identity, number = np.divmod(np.arange(params.identities_per_batch * 4 * 20), 20)
    kind = np.where(number < 10, "genuine", "forgery")
    rows = pd.DataFrame({"row": np.arange(len(identity)), "identity": identity, "kind": kind})
    images = np.random.default_rng(0).integers(0, 256, (len(rows), *shape), np.uint8)
    sampler = Sampler(
        rows,
        identities=params.identities_per_batch,
        images=params.images_per_identity,
        forgeries=params.forgeries_per_identity,
        seed=params.seed,
    )
    augment = (
        params.augment if shape[2] == 1 else params.augment.model_copy(update={"thickness": 0.0})
    )
    return prefetch(images, sampler, augment, range(steps), params.workers)


def _bare(model: Any, images: "np.ndarray", update: bool) -> Callable[[], Any]:
    """Begins the gradient of a weighted sum of one batch's embeddings, compiled; with Keras's Adam
    or not.

    What it returns is ready when all of it is.
    """
    import keras
    import numpy as np

    embedder = model.embedder
    weights = (
        np.random.default_rng(1)
        .normal(size=(len(images), embedder.output_shape[-1]))
        .astype(np.float32)
    )
    if keras.backend.backend() == "jax":
        return _bare_jax(embedder, images, weights, update)
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(1e-6)
    optimizer.build(embedder.trainable_variables)

    @tf.function(jit_compile=bool(model.jit_compile))
    def gradients(batch: Any) -> Any:
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(embedder(batch, training=True) * weights)
        found = tape.gradient(total, [variable.value for variable in embedder.trainable_variables])
        if update:
            optimizer.apply(found, embedder.trainable_variables)
        return found  # all of them: what is not returned is not computed

    return lambda: gradients(images)[0]


def _bare_jax(
    embedder: Any, images: "np.ndarray", weights: "np.ndarray", update: bool
) -> Callable[[], Any]:
    import jax
    import keras

    optimizer = keras.optimizers.Adam(1e-6)
    optimizer.build(embedder.trainable_variables)
    # Copies: the train step gives the memory of its own to what comes after.
    fixed = [jax.numpy.array(variable.value) for variable in embedder.non_trainable_variables]

    def total(trained: Any, batch: Any) -> Any:
        embeddings, after = embedder.stateless_call(trained, fixed, batch, training=True)
        return (embeddings * weights).sum(), after

    @jax.jit
    def gradients(trained: Any, state: Any, batch: Any) -> Any:
        found, after = jax.grad(total, has_aux=True)(trained, batch)
        return (
            (optimizer.stateless_apply(state, found, trained), after) if update else (found, after)
        )

    trained = [jax.numpy.array(variable.value) for variable in embedder.trainable_variables]
    state = [variable.value for variable in optimizer.variables]
    return lambda: jax.tree.leaves(gradients(trained, state, images))[0]


def _operations(model: Any) -> float:
    """Floating-point operations of a model's convolutions and products for one image, going
    forward.
    """
    import keras

    total = 0.0
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            total += _operations(layer)
        elif isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense)):
            total += 2 * math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:-1])
    return total


def _matrix_product(policy: str) -> float:
    """Operations a second of a product of two large square matrices in the policy's precision."""
    from keras import ops, random

    dtype = "bfloat16" if "bfloat16" in policy else "float32"
    size = 8192 if dtype == "bfloat16" else 1024
    matrix = random.normal((size, size), dtype=dtype, seed=0)

    def product() -> None:
        result = matrix
        for _ in range(10):
            result = ops.matmul(matrix, result)
        ops.convert_to_numpy(result[0, 0])

    product()
    return 10 * 2 * size**3 / min(_seconds(product).wall for _ in range(5))


class Seconds(NamedTuple):
    """By the clock, and of all cores together, which another process on the machine changes little."""

    wall: float
    cpu: float


def _seconds(action: Callable[[], None]) -> Seconds:
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    main()
