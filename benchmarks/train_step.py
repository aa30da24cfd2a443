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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.arguments import add_batch, add_rounds, image_shape, parser, train_params
from benchmarks.noise import noise_images, noise_sampler
from benchmarks.timing import Seconds, time_action
from components.shared.runtime import backend
from components.train.params import TrainParams

if TYPE_CHECKING:
    import numpy as np

    from components.train.data.prefetch import Batch

WHOLE = "train step"
BARE = "forward and backward"


def main() -> None:
    """Prints the images per second of both and their ratio."""
    arguments = parser("train_step", __doc__)
    add_batch(arguments)
    arguments.add_argument(
        "--mining", default="semi-hard", choices=("semi-hard", "hard", "all"), help="of triplets"
    )
    arguments.add_argument(
        "--blocks",
        nargs="+",
        type=int,
        default=list(TrainParams().pooled_blocks),
        metavar="N",
        help="as train.pooled_blocks",
    )
    arguments.add_argument(
        "--steps", type=int, default=2, metavar="N", help="of each in a turn; 10 on a GPU"
    )
    add_rounds(arguments, 10, "turns of each")
    options = arguments.parse_args()
    backend.load()
    params = train_params(options, mining=options.mining, pooled_blocks=options.blocks)
    _measure(params, image_shape(options), options.steps, options.rounds)


def build_model(params: TrainParams, shape: tuple[int, int, int]) -> Any:
    """Returns a compiled `TripletModel` for images of a shape, on all devices."""
    from components.train import assembly
    from components.train.devices import precision, replicas

    with replicas.scope():
        return assembly.compiled(params, shape, precision.resolve(params.precision))


def train(model: Any, batches: Iterable["Batch"]) -> None:
    """Runs a step on each batch, begun before the figures of the step before are read."""
    from components.train.devices import train_step

    pending: Any = None
    for batch in batches:
        logs = train_step.begin_step(model, batch.images, batch.labels)
        if pending:
            train_step.read_logs(pending)
        pending = logs
    train_step.read_logs(pending)


def time_turns(
    model: Any, batch: "Batch", batches: Iterator["Batch"], steps: int, rounds: int
) -> dict[str, list[Seconds]]:
    """Measures the train step, the bare pass and that with Adam in turns, after two to warm up.

    Args:
        model: of `build_model`.
        batch: of the bare passes, which never changes.
        batches: of the train step, `steps` × (`rounds` + 2) at least.
        steps: of each in a turn.
        rounds: turns.

    Returns:
        The duration of each turn, by the action's name.
    """
    from keras import ops

    bare = _bare_pass(model, batch.images, update=False)
    adam = _bare_pass(model, batch.images, update=True)

    def repeated(step: Callable[[], Any]) -> Callable[[], None]:
        def action() -> None:
            ops.convert_to_numpy([step() for _ in range(steps)][-1])

        return action

    actions = {
        WHOLE: lambda: train(model, itertools.islice(batches, steps)),
        BARE: repeated(bare),
        "… and Adam": repeated(adam),
    }
    for action in (*actions.values(), *actions.values()):
        action()
    times: dict[str, list[Seconds]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            times[name].append(time_action(action))
    return times


def _measure(params: TrainParams, shape: tuple[int, int, int], steps: int, rounds: int) -> None:
    from components.train.devices import precision

    policy = precision.resolve(params.precision)
    model = build_model(params, shape)
    batches = noise_batches(params, shape, steps * (rounds + 2) + 1)
    batch = next(batches)
    times = time_turns(model, batch, batches, steps, rounds)
    count = len(batch.labels)
    print(
        f"{count} images of {'×'.join(map(str, shape))} a step, {params.mining}, {policy}, "
        f"{rounds} × {steps} steps"
    )
    _print_rates(times, count * steps)
    # The backward pass takes twice as many operations as the forward pass.
    operations = 3 * count * steps * _operations(model.embedder)
    peak = _matrix_product(policy)
    for name in (WHOLE, BARE):
        rate = operations / statistics.median(seconds.wall for seconds in times[name])
        print(
            f"{name:<24}{rate / 1e12:10.3g} TFLOP/s, "
            f"{rate / peak:.1%} of the {peak / 1e12:.3g} of a matrix product"
        )


def _print_rates(times: Mapping[str, Sequence[Seconds]], images: int) -> None:
    """Prints each action's images per second, and its duration relative to the first action's."""
    print(f"{'':<24}{'images/s':>10}{'train step / this':>20}{'the same in CPU time':>24}")
    first = next(iter(times.values()))
    for name, durations in times.items():
        rate = images / statistics.median(seconds.wall for seconds in durations)
        pairs = list(zip(durations, first, strict=True))
        wall = statistics.median(this.wall / whole.wall for this, whole in pairs)
        cpu = statistics.median(this.cpu / whole.cpu for this, whole in pairs)
        print(f"{name:<24}{rate:10.1f}{wall:20.3f}{cpu:24.3f}")


def noise_batches(
    params: TrainParams, shape: tuple[int, int, int], steps: int
) -> Iterator["Batch"]:
    """Yields batches of noise, from identities with ten images of each kind."""
    from components.train.data.prefetch import prefetch

    sampler = noise_sampler(params, 10, 10)
    images = noise_images(params, 20, shape)
    augment = params.augment
    if shape[2] != 1:
        augment = augment.model_copy(update={"thickness": 0.0})
    return prefetch(images, sampler, augment, range(steps), params.workers)


def _bare_pass(model: Any, images: "np.ndarray", update: bool) -> Callable[[], Any]:
    """Compiles the gradient of a weighted sum of one batch's embeddings.

    Args:
        model: a compiled `TripletModel`.
        images: of the batch.
        update: whether Keras's Adam follows.

    Returns:
        A function that begins the pass; the tensor it returns is ready when the pass is done.
    """
    import keras
    import numpy as np

    embedder = model.embedder
    size = (len(images), embedder.output_shape[-1])
    weights = np.random.default_rng(1).normal(size=size).astype(np.float32)
    if keras.backend.backend() == "jax":
        return _bare_pass_on_jax(embedder, images, weights, update)
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(1e-6)
    optimizer.build(embedder.trainable_variables)

    @tf.function(jit_compile=bool(model.jit_compile))
    def gradients(batch: Any) -> Any:
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(embedder(batch, training=True) * weights)
        kernels = [variable.value for variable in embedder.trainable_variables]
        result = tape.gradient(total, kernels)
        if update:
            optimizer.apply(result, embedder.trainable_variables)
        return result  # all gradients: a compiler leaves out those that are not returned

    return lambda: gradients(images)[0]


def _bare_pass_on_jax(
    embedder: Any, images: "np.ndarray", weights: "np.ndarray", update: bool
) -> Callable[[], Any]:
    import jax
    import keras

    optimizer = keras.optimizers.Adam(1e-6)
    optimizer.build(embedder.trainable_variables)
    # Copies, since the train step donates the memory of its variables.
    fixed = [jax.numpy.array(variable.value) for variable in embedder.non_trainable_variables]

    def total(trained: Any, batch: Any) -> Any:
        embeddings, after = embedder.stateless_call(trained, fixed, batch, training=True)
        return (embeddings * weights).sum(), after

    @jax.jit
    def gradients(trained: Any, state: Any, batch: Any) -> Any:
        result, after = jax.grad(total, has_aux=True)(trained, batch)
        if update:
            result = optimizer.stateless_apply(state, result, trained)
        return result, after

    trained = [jax.numpy.array(variable.value) for variable in embedder.trainable_variables]
    state = [variable.value for variable in optimizer.variables]
    return lambda: jax.tree.leaves(gradients(trained, state, images))[0]


def _operations(model: Any) -> float:
    """Returns the floating-point operations of a model's convolutions and matrix products in the
    forward pass of one image.
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
    """Measures the operations per second of a product of two large matrices in a precision."""
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
    return 10 * 2 * size**3 / min(time_action(product).wall for _ in range(5))


if __name__ == "__main__":
    main()
