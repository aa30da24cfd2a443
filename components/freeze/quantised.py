"""Networks of 8 bits beside that of float32: written, proven on test identities, kept or not."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from components.freeze import eer_change, speed_ratio
from components.freeze.eer_change import EerChange
from components.freeze.proof_images import ProofImages
from components.freeze.speed_ratio import SpeedRatio
from components.shared.model.bundle import LITERT, ONNX, ONNX_INT8
from components.shared.verification.metric_names import ends

if TYPE_CHECKING:
    import tensorflow as tf

FILES = {"int8": ONNX_INT8, "litert": LITERT}
"""The quantised formats, and the file of each."""

Pixels = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]


class Proof(NamedTuple):
    """The measurements of a quantised network against that of float32.

    Attributes:
        max_abs_difference: of an embedding's component.
        alone: change of the equal error rate where all embeddings are its own; None where the
            test identities have no comparisons.
        mixed: the same where those of the references are of float32.
        speed: float32's processor time of one image divided by its own.
        bytes: size of its file.
    """

    max_abs_difference: float
    alone: EerChange | None
    mixed: EerChange | None
    speed: SpeedRatio
    bytes: int

    @property
    def reasons(self) -> list[str]:
        """The reasons for not shipping it; empty where it is shipped."""
        reasons = []
        for change, who in ((self.alone, "its"), (self.mixed, "against float32 references its")):
            if change is None or change.interval is None:
                return ["too few test identities to prove it on"]
            if change.interval[0] > 0:
                points = " to ".join(f"{end * 100:.2f}" for end in change.interval)
                reasons.append(f"{who} equal error rate is higher beyond chance ({points} points)")
        if self.speed.high < 1:
            reasons.append(f"it is slower than float32 ({self.speed.value:.2f} times as fast)")
        return reasons

    @property
    def shipped(self) -> bool:
        """Tells whether the format is shipped."""
        return not self.reasons

    def figures(self) -> dict[str, float]:
        """Returns the figures by their names in MLflow; what could not be measured is left out."""
        figures = {
            "max_abs_difference": self.max_abs_difference,
            "speed_ratio": self.speed.value,
            **dict(zip(ends("speed_ratio"), self.speed[1:], strict=True)),
            "bytes": float(self.bytes),
            "shipped": float(self.shipped),
        }
        for change, suffix in ((self.alone, ""), (self.mixed, "_float32_references")):
            if change is not None:
                figures |= _figures(change, suffix)
        return figures

    def entry(self) -> dict[str, Any]:
        """Returns what manifest.json says of the format."""
        reason = "; ".join(self.reasons) or (
            "no higher equal error rate beyond chance, and not slower than float32"
        )
        kind = None if self.alone is None else self.alone.kind
        verdict = {"shipped": self.shipped, "reason": reason, "impostors": kind}
        return verdict | self.figures() | {"shipped": self.shipped}


def add(
    module: "tf.Module",
    folder: Path,
    formats: Sequence[str],
    images: ProofImages,
    limit: float | None,
) -> dict[str, Proof]:
    """Writes the quantised networks that are asked for, and removes what is not to be shipped.

    Args:
        module: as `export.build_serving_module` returns it.
        folder: of the bundle, which holds the ONNX network in float32.
        formats: of these those of `FILES` count.
        images: to make and to prove them with.
        limit: largest distance that is accepted, for the decisions that flip; or None.

    Returns:
        The proof of each, by its name.
    """
    proofs = {}
    float32 = _network(folder / ONNX)
    embeddings = _embed(float32, images.pixels)
    for name in [name for name in FILES if name in formats]:
        path = folder / FILES[name]
        _write(name, module, folder / ONNX, images.calibration, path)
        proofs[name] = _prove(float32, embeddings, path, images, limit)
        if not proofs[name].shipped:
            path.unlink()
    return proofs


def entries(proofs: Mapping[str, Proof]) -> dict[str, dict[str, Any]]:
    """Returns what manifest.json says of each format."""
    return {name: proof.entry() for name, proof in proofs.items()}


def metrics(proofs: Mapping[str, Proof]) -> dict[str, float]:
    """Returns all figures, as `int8/eer_change`."""
    named: dict[str, float] = {}
    for name, proof in proofs.items():
        named |= {f"{name}/{figure}": value for figure, value in proof.figures().items()}
    return named


def _write(name: str, module: "tf.Module", float32: Path, calibration: Pixels, path: Path) -> None:
    if name == "int8":
        from components.freeze import int8_export

        int8_export.write(float32, calibration, path)
    else:
        from components.freeze import litert_export

        litert_export.write(module, path)


def _prove(
    float32: Callable[[Pixels], F32],
    before: F32,
    path: Path,
    images: ProofImages,
    limit: float | None,
) -> Proof:
    """Measures a quantised network.

    Args:
        float32: the other network.
        before: its embeddings of the images to prove on, [N, D].
        path: the quantised network's file.
        images: of the proof.
        limit: as of `add`.
    """
    quantised = _network(path)
    after = _embed(quantised, images.pixels)
    timed = images.pixels if len(images.pixels) else images.calibration
    return Proof(
        max_abs_difference=float(np.abs(before - after).max(initial=0)),
        alone=eer_change.measure(before, after, images.labels, limit),
        mixed=eer_change.measure(before, after, images.labels, limit, mixed=True),
        speed=speed_ratio.measure(float32, quantised, timed),
        bytes=path.stat().st_size,
    )


def _network(path: Path) -> Callable[[Pixels], F32]:
    """Loads a network that computes on one thread."""
    if path.name == LITERT:
        from components.freeze import litert_export

        return litert_export.Interpreter(path).run
    from components.freeze import onnx_export

    session = onnx_export.open_session(path, threads=1)
    return lambda pixels: onnx_export.embed(session, pixels)


def _embed(network: Callable[[Pixels], F32], pixels: Pixels) -> F32:
    """Embeds images one by one, as a phone does; returns float32 [N, D]."""
    singles = [network(pixels[place : place + 1]) for place in range(len(pixels))]
    return np.concatenate(singles) if singles else np.zeros((0, 1), np.float32)


def _figures(change: EerChange, suffix: str) -> dict[str, float]:
    name = f"eer_change{suffix}"
    figures = {name: change.after - change.before}
    if not suffix:
        figures |= {"eer_float32": change.before, "eer": change.after}
    if change.interval is not None:
        figures |= dict(zip(ends(name), change.interval, strict=True))
    if change.flipped is not None:
        figures[f"flipped{suffix}"] = change.flipped / change.comparisons
    return figures
