"""Servers that are measured: started, sent images to, and their processor time read."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import numpy as np
import psutil

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


def send(
    server: Running,
    images: Sequence[bytes],
    callers: int,
    path: str = "/v1/embeddings",
    field: str = "images",
    texts: Mapping[str, str] | None = None,
) -> Load:
    """Sends images, each in a form of its own, and returns when all are answered."""

    def one(image: bytes) -> float:
        began = time.perf_counter()
        answer = server.client.post(path, data=texts, files={field: ("1.png", image)})
        answer.raise_for_status()
        return time.perf_counter() - began

    before, began = processor_seconds(server.process), time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        seconds = list(pool.map(one, images))
    wall = time.perf_counter() - began
    spent = (processor_seconds(server.process) - before) / len(images) * 1000
    return Load(len(images) / wall, spent, float(np.quantile(seconds, 0.99)))


@contextmanager
def service(model: Path, checkout: Path = Path()) -> Iterator[Running]:
    """Yields the service of a checkout of this project, on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = ["--database", f"sqlite:///{folder}/signatures.db"]
        create = ["keys", "create", "--name", "benchmark", "--role", "admin", "--embed"]
        program = [sys.executable, "-m", "serving", *create, *database]
        done = subprocess.run(program, cwd=checkout, check=True, capture_output=True, text=True)
        line = ["serving", "run", "--model", str(model.resolve()), *database, "--port"]
        rates = {"SERVE_RATES__KEY": UNLIMITED}
        headers = {"Authorization": f"Bearer {done.stdout.strip()}"}
        with started(line, rates, headers, checkout) as running:
            yield running


@contextmanager
def started(
    line: Sequence[str],
    variables: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    checkout: Path = Path(),
) -> Iterator[Running]:
    """Starts a module with a port as last argument, and waits until it is ready."""
    port = _free_port()
    environment = {**os.environ, **(variables or {}), "TF_CPP_MIN_LOG_LEVEL": "3"}
    process = subprocess.Popen(
        [sys.executable, "-m", *line, str(port)],
        env=environment,
        cwd=checkout,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, headers=headers, timeout=120) as client:
            _wait(client, lambda: process.poll() is None)
            yield Running(psutil.Process(process.pid), client)
    finally:
        process.kill()
        process.wait()


def _wait(client: httpx.Client, runs: Callable[[], bool]) -> None:
    while runs():
        try:
            if client.get("/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("a server ended before it answered")


def enrol(server: Running, images: Sequence[bytes]) -> str:
    """Enrols a person, and returns their id."""
    files = [("images", ("1.png", image)) for image in images]
    answer = server.client.post("/v1/people", data={"name": "one"}, files=files)
    answer.raise_for_status()
    return str(answer.json()["id"])


def processor_seconds(process: psutil.Process) -> float:
    """Returns the processor time that a process took since it began."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
