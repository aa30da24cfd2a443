"""The service over HTTP beside the bare network, and TensorFlow's SavedModel in a plain FastAPI.

    python -m benchmarks.serving_http --model models/frozen

Callers send the same images to both servers in turns; the bare network computes them in batches of
16 between. Rates are by the clock; processor time is the server's.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import numpy as np
import psutil

from benchmarks.arguments import add_bundle, add_rounds, parser
from benchmarks.pages import drawn
from components.shared.data.normalise import normalise
from serving.engine import model as served
from serving.store.store import open_store

UNLIMITED = "1000000/second"


class Load(NamedTuple):
    """What a server did under load.

    Attributes:
        rate: images per second.
        cpu: milliseconds of the server's processor time for an image.
        latency: seconds within which 99 of 100 answers came.
    """

    rate: float
    cpu: float
    latency: float


class Running(NamedTuple):
    """A server that answers."""

    process: psutil.Process
    client: httpx.Client


def main() -> None:
    """Prints the ratios."""
    arguments = parser("serving_http", __doc__)
    add_bundle(arguments)
    arguments.add_argument("--callers", type=int, default=16, metavar="N", help="at once")
    arguments.add_argument("--images", type=int, default=320, metavar="N", help="of a turn")
    arguments.add_argument("--size", type=int, default=300, metavar="PIXELS", help="height of one")
    add_rounds(arguments, 3, "turns")
    options = arguments.parse_args()
    images = [drawn(seed, options.size) for seed in range(options.images)]
    bare = _Bare(options.model, images)
    with ExitStack() as stack:
        service = stack.enter_context(_service(options.model))
        plain = stack.enter_context(_plain(options.model))
        turns = []
        for _ in range(options.rounds + 1):
            turn = _send(service, images, options.callers), _send(plain, images, options.callers)
            turns.append((*turn, bare.measure()))
    _print(turns[1:], options.callers)


def _print(turns: Sequence[tuple[Load, Load, Load]], callers: int) -> None:
    print(f"{callers} callers, {len(turns)} turns, {os.cpu_count()} cores")
    lines: dict[str, list[float]] = {
        "images/s of the bare network's, service": [],
        "images/s of the bare network's, plain FastAPI": [],
        "images/s, service to plain FastAPI": [],
        "processor time of an image, plain FastAPI to service": [],
        "ms of processor time beyond normalisation and network, service": [],
        "99 % of answers within so many times 16 images one by one": [],
    }
    for service, plain, bare in turns:
        values = (
            service.rate / bare.rate,
            plain.rate / bare.rate,
            service.rate / plain.rate,
            plain.cpu / service.cpu,
            service.cpu - bare.cpu,
            service.latency / (16 * bare.latency),
        )
        for line, value in zip(lines.values(), values, strict=True):
            line.append(value)
    for name, found in lines.items():
        middle, low, high = statistics.median(found), min(found), max(found)
        print(f"{name:<64}{middle:10.3f}  ({low:.3f}–{high:.3f})")


class _Bare:
    """The network on images that are prepared, in batches; and the preparation, by itself."""

    def __init__(self, folder: Path, images: Sequence[bytes]) -> None:
        self._model, self._images = served.load(folder), images
        self._pixels = np.stack([self._normalised(image) for image in images])

    def measure(self) -> Load:
        """Returns the network's rate, both parts' processor time, and seconds of one image."""
        began, cpu = time.perf_counter(), time.process_time()
        for start in range(0, len(self._pixels), 16):
            self._model.session.run(self._pixels[start : start + 16])
        rate = len(self._pixels) / (time.perf_counter() - began)
        for image in self._images:
            self._normalised(image)
        spent = (time.process_time() - cpu) / len(self._images) * 1000
        one = time.perf_counter()
        for image in self._images[:16]:
            self._model.session.run(self._normalised(image)[None])
        return Load(rate, spent, (time.perf_counter() - one) / len(self._images[:16]))

    def _normalised(self, image: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        return normalise(image, self._model.normalisation).pixels


def _send(server: Running, images: Sequence[bytes], callers: int) -> Load:
    def one(image: bytes) -> float:
        began = time.perf_counter()
        answer = server.client.post("/v1/embeddings", files={"images": ("1.png", image)})
        answer.raise_for_status()
        return time.perf_counter() - began

    before, began = _cpu(server.process), time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        seconds = list(pool.map(one, images))
    wall = time.perf_counter() - began
    spent = (_cpu(server.process) - before) / len(images) * 1000
    return Load(len(images) / wall, spent, float(np.quantile(seconds, 0.99)))


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def _service(model: Path) -> Iterator[Running]:
    """Yields the service of this project, on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/signatures.db"
        store = open_store(database, None)
        key = store.keys.create("benchmark", "admin", may_embed=True).plain
        store.close()
        line = ["serving", "run", "--model", str(model), "--database", database, "--port"]
        rates = {"SERVE_RATES__KEY": UNLIMITED}
        with _started(line, rates, {"Authorization": f"Bearer {key}"}) as running:
            yield running


@contextmanager
def _plain(model: Path) -> Iterator[Running]:
    with _started(["benchmarks.saved_model_app", str(model)], {}, {}) as running:
        yield running


@contextmanager
def _started(
    line: Sequence[str], variables: dict[str, str], headers: dict[str, str]
) -> Iterator[Running]:
    """Starts a module with a port as last argument, and waits until it is ready."""
    port = _free_port()
    environment = {**os.environ, **variables, "TF_CPP_MIN_LOG_LEVEL": "3"}
    process = subprocess.Popen(
        [sys.executable, "-m", *line, str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, headers=headers, timeout=120) as client:
            _wait(client, process)
            yield Running(psutil.Process(process.pid), client)
    finally:
        process.kill()
        process.wait()


def _wait(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            if client.get("/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("a server ended before it answered")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
