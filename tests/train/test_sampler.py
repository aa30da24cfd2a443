"""P×K batches."""

import numpy as np
import pandas as pd
import pytest

from components.shared.errors import InputError
from components.train.sampler import Sampler


def rows_of(genuine: dict[str, int], forgeries: dict[str, int]) -> pd.DataFrame:
    names = [(name, "genuine") for name, count in genuine.items() for _ in range(count)]
    names += [(name, "forgery") for name, count in forgeries.items() for _ in range(count)]
    table = pd.DataFrame(names, columns=["identity", "kind"])
    return table.assign(row=np.arange(len(table)) + 100)


def test_a_batch_holds_p_identities_of_k_genuine_images_and_their_forgeries() -> None:
    table = rows_of(dict.fromkeys("abcde", 6), dict.fromkeys("abcde", 3))
    batch = Sampler(table, identities=3, images=4, forgeries=2, seed=1).draw(7)
    chosen = table.set_index("row").loc[batch.rows]
    assert (batch.labels >= 0).sum() == 12
    assert (batch.labels < 0).sum() == 6
    assert chosen.kind[batch.labels >= 0].eq("genuine").all()
    assert chosen.kind[batch.labels < 0].eq("forgery").all()
    counts = chosen.groupby(["identity", "kind"]).size()
    assert sorted(counts.xs("genuine", level="kind")) == [4, 4, 4]
    assert sorted(counts.xs("forgery", level="kind")) == [2, 2, 2]
    assert len(set(batch.rows)) == 18


def test_a_step_is_drawn_the_same_again_and_another_step_is_not() -> None:
    table = rows_of(dict.fromkeys("abcdef", 9), {})
    sampler = Sampler(table, identities=4, images=3, forgeries=0, seed=5)
    assert (sampler.draw(3).rows == sampler.draw(3).rows).all()
    assert (sampler.draw(3).rows != sampler.draw(4).rows).any()


def test_an_identity_with_too_few_images_repeats_them_and_one_with_a_single_image_is_left_out() -> None:
    sampler = Sampler(rows_of({"a": 2, "b": 2, "c": 1}, {"c": 4}), identities=2, images=4, forgeries=1, seed=0)
    assert sampler.left_out == 1
    assert len(sampler.draw(0).rows) == 8


def test_too_few_identities_are_refused_with_what_is_there_and_what_is_needed() -> None:
    with pytest.raises(InputError, match=r"identities_per_batch is 8, but only 2 training identities"):
        Sampler(rows_of({"a": 2, "b": 2, "c": 1}, {}), identities=8, images=4, forgeries=0, seed=0)
