"""The cores that a process may use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.shared.runtime import cores

PROJECT = Path(__file__).resolve().parents[3]
QUOTAS = [
    ("100000", "100000", 1),
    ("150000", "100000", 2),
    ("10000", "100000", 1),
    ("900000000", "100000", None),
    ("1", "0", None),
    ("", "", None),
]


def second_version(folder: Path, quota: str, period: str) -> Path:
    (folder / "cpu.max").write_text(f"{quota} {period}\n")
    return folder


def first_version(folder: Path, quota: str, period: str) -> Path:
    (folder / "cpu").mkdir()
    (folder / "cpu" / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (folder / "cpu" / "cpu.cfs_period_us").write_text(f"{period}\n")
    return folder


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)


@pytest.mark.parametrize(("quota", "period", "limit"), [*QUOTAS, ("max", "100000", None)])
def test_the_quota_of_a_container_limits_the_cores(
    quota: str, period: str, limit: int | None, tmp_path: Path
) -> None:
    assert cores.available(second_version(tmp_path, quota, period)) == (limit or 4)


@pytest.mark.parametrize(("quota", "period", "limit"), [*QUOTAS, ("-1", "100000", None)])
def test_so_does_that_of_an_older_kernel(
    quota: str, period: str, limit: int | None, tmp_path: Path
) -> None:
    assert cores.available(first_version(tmp_path, quota, period)) == (limit or 4)


@pytest.mark.parametrize(
    ("line", "root"), [("0::/a.slice/b", ""), ("4:cpu,cpuacct:/a.slice/b", "cpu")]
)
@pytest.mark.parametrize(("outer", "inner", "limit"), [(100, 300, 1), (300, 150, 2), (-1, 250, 3)])
def test_the_least_quota_of_a_group_and_those_around_it_counts(
    line: str, root: str, outer: int, inner: int, limit: int, tmp_path: Path
) -> None:
    quotas = {"a.slice": outer, "a.slice/b": inner}
    for name, quota in quotas.items():
        folder = tmp_path / root / name
        folder.mkdir(parents=True)
        if root:
            (folder / "cpu.cfs_quota_us").write_text(f"{quota * 1000}\n")
            (folder / "cpu.cfs_period_us").write_text("100000\n")
        else:
            text = "max" if quota < 0 else str(quota * 1000)
            (folder / "cpu.max").write_text(f"{text} 100000\n")
    (tmp_path / "own").write_text(f"9:name=systemd:/\n{line}\n")
    assert cores.available(tmp_path, tmp_path / "own") == limit


def test_a_container_that_does_not_see_its_group_by_name_knows_its_quota(tmp_path: Path) -> None:
    first_version(tmp_path, "200000", "100000")
    (tmp_path / "own").write_text("4:cpu,cpuacct:/docker/0123\n0::/\n")
    assert cores.available(tmp_path, tmp_path / "own") == 2


def test_without_a_quota_the_cores_are_those_that_the_process_is_bound_to(tmp_path: Path) -> None:
    assert cores.available(tmp_path / "missing") == 4


def test_no_pool_is_made_of_the_machines_cores() -> None:
    """A container's limit holds only where each pool asks for it."""
    rooms = [PROJECT / room for room in ("components", "pipelines", "serving")]
    modules = [path for room in rooms for path in room.rglob("*.py")]
    asking = [path.name for path in modules if "cpu_count" in path.read_text(encoding="utf-8")]
    assert asking == ["cores.py"]


LIMITED = """
import numpy
from components.shared.runtime import backend, cores
cores.available = lambda: 1
backend.set_up()
import tensorflow as tf
from threadpoolctl import threadpool_info
import scipy.linalg
threading = tf.config.threading
print(
    threading.get_intra_op_parallelism_threads(),
    threading.get_inter_op_parallelism_threads(),
    *{library["num_threads"] for library in threadpool_info()},
)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("own", "threads"),
    [({}, "1 1 1"), ({"TF_NUM_INTRAOP_THREADS": "3"}, "0 1 1")],
)
def test_tensorflow_and_blas_start_no_more_threads_than_the_quota_allows(
    own: dict[str, str], threads: str
) -> None:
    """A user's own number for TensorFlow stays: it reads that itself, where it is told 0."""
    limits = ("TF_NUM_", "OMP_", "OPENBLAS_", "KERAS_")
    environment = {name: text for name, text in os.environ.items() if not name.startswith(limits)}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        cwd=PROJECT,
        env=environment | own,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == threads
