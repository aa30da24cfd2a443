"""The state of a run."""

import numpy as np

from components.train.checkpoints.state import State

WEIGHTS = [np.zeros(3, np.float32)]
STATE = State(4, [], WEIGHTS, WEIGHTS, 2, [], [], None, None)


def test_weights_are_shared_between_checkpoints_of_the_same_best_step() -> None:
    marks = {name: mark for name, (_, mark) in STATE.unchanging().items()}
    later = STATE._replace(step=6).unchanging()
    better = STATE._replace(step=6, best_step=6).unchanging()
    assert {name: mark for name, (_, mark) in later.items()} == marks
    assert better["start.npz"][1] == marks["start.npz"]
    assert better["best.npz"][1] != marks["best.npz"]


def test_weights_that_are_not_there_yet_are_not_those_that_come_later() -> None:
    before = STATE._replace(start=[], best=[], best_step=0).unchanging()
    after = STATE._replace(best_step=0).unchanging()
    for name in ("start.npz", "best.npz"):
        assert before[name][1] != after[name][1]
