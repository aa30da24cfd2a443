"""The cores that a process may use."""

import os
from pathlib import Path

import pytest

from serving.engine import cores


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("100000 100000", 1),
        ("150000 100000", 2),
        ("10000 100000", 1),
        ("max 100000", None),
        ("", None),
        ("1 0", None),
    ],
)
def test_the_quota_of_a_container_limits_the_cores(
    text: str, limit: int | None, tmp_path: Path
) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text(text)
    everything = cores.available(tmp_path / "missing")
    assert 1 <= everything <= (os.cpu_count() or 1)
    assert cores.available(quota) == min(everything, limit or everything)
