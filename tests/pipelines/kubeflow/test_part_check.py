"""Parts of a split, held against what train and evaluate ask of them."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from components.split.needs import Needs
from components.split.params import SplitParams
from pipelines.kubeflow import part_check
from tests.split.indexes import index_of, split


def test_parts_that_are_too_small_are_refused_and_what_has_no_effect_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    split(SplitParams(val=0.25, test=0.25), index_of(12, 3), tmp_path)
    folders = tmp_path, tmp_path / "out"
    enough = {"identities_per_batch": 3, "images_per_identity": 5}
    part_check.check(Needs.parse(enough, {}, "here"), *folders)
    assert any("train.images_per_identity is 5" in line for line in caplog.messages)
    too_many = Needs.parse({"identities_per_batch": 10}, {}, "here")
    with pytest.raises(InputError, match="only 6 training identities"):
        part_check.check(too_many, *folders)
