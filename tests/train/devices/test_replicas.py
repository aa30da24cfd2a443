"""A step split over devices equals the step on one; the devices are two logical CPUs of a process
of their own.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from components.shared.runtime.errors import InputError
from components.train.devices import replicas
from components.train.labels import FORGERY
from tests.train.training_steps import CASES, train, train_head

IN_A_PROCESS_OF_ITS_OWN = """
import json, sys
import tensorflow as tf

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
from components.train.devices import replicas
from tests.train.training_steps import CASES, train, train_head
from tests.train.devices.test_replicas import refusal

steps = [train(case, replicas.scope) for case in CASES]
print(json.dumps([steps, train_head(replicas.scope), refusal()]))
"""


def refusal() -> str:
    with replicas.scope(), pytest.raises(InputError) as refused:
        replicas.check(replicas.count() - 1)
    return str(refused.value)


@pytest.mark.slow
def test_steps_on_two_devices_equal_those_on_one() -> None:
    command = [sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(__file__).parents[3], check=False
    )
    assert done.returncode == 0, done.stderr
    steps, head, message = json.loads(done.stdout.splitlines()[-1])
    for case, result in zip(CASES, steps, strict=True):
        expected = train(case)
        for ours, theirs in zip(expected["logs"], result["logs"], strict=True):
            assert theirs == pytest.approx(ours, abs=1e-5)
        assert result["variables"] == pytest.approx(expected["variables"], abs=1e-5)
    assert head == pytest.approx(train_head(), abs=1e-5)
    assert message == (
        "train.identities_per_batch is 1, but a batch is split over 2 devices; "
        "raise it, or show fewer devices (CUDA_VISIBLE_DEVICES)"
    )


def test_each_replica_has_whole_identities_with_their_forgeries() -> None:
    # Four identities (4, 2, 9, 0) with three images and two forgeries each.
    labels = np.array([4] * 3 + [2] * 3 + [9] * 3 + [0] * 3 + [FORGERY] * 8, np.int32)
    first, second = replicas.split(labels, 2)
    assert first.tolist() == [0, 1, 2, 3, 4, 5, 12, 13, 14, 15]
    assert second.tolist() == [6, 7, 8, 9, 10, 11, 16, 17, 18, 19]
    assert [part.tolist() for part in replicas.split(labels, 1)] == [list(range(20))]


@pytest.mark.parametrize("devices", [1, 2, 3, 5])
@pytest.mark.parametrize("forgeries", [0, 1, 7])
def test_every_row_goes_to_one_replica_and_shares_differ_by_an_identity_at_most(
    devices: int, forgeries: int
) -> None:
    labels = np.concatenate([np.repeat(np.arange(7), 2), np.full(forgeries, FORGERY)])
    parts = replicas.split(labels, devices)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    sizes = [len(set(labels[part].tolist()) - {FORGERY}) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    assert sum(sizes) == 7


def test_on_one_device_any_number_of_identities_will_do() -> None:
    replicas.check(1)
    with replicas.scope():
        replicas.check(1)
    with pytest.raises(InputError):
        replicas.check(0)
