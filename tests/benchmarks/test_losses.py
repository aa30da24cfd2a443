"""The sample under two losses, from the generator to the differences."""

from pathlib import Path

import pytest
import yaml

from benchmarks import losses
from benchmarks.loss_choice import Loss
from tests import markdown

TINY = {
    "steps": 2,
    "validate_every": 2,
    "val_references": 2,
    "pooled_blocks": [1],
    "pooled_components": 0,
    "identities_per_batch": 3,
    "images_per_identity": 2,
    "forgeries_per_identity": 1,
}


@pytest.mark.slow
def test_the_network_is_trained_under_each_loss_and_compared_on_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CHECKPOINT_DIR", "TENSORBOARD_DIR", "MLFLOW_TRACKING_URI"):
        monkeypatch.setenv(name, "replaced")  # and put back at the end
    sections = yaml.safe_load((markdown.ROOT / "params.yaml").read_text(encoding="utf-8"))
    sections["ingest"]["sample"] |= {"identities": 20, "genuine": 4, "forgeries": 2}
    sections["train"] |= TINY
    params = tmp_path / "params.yaml"
    params.write_text(yaml.safe_dump(sections), encoding="utf-8")
    chosen = [Loss("semi-hard", 0.5), Loss("hard", "soft")]
    text = losses.compare(chosen, 0, params, tmp_path / "run")
    assert text[0] == "30 images of test, seed 0, 2 steps"
    # 5 identities: 6 genuine pairs each, and 4 × 2 with forgeries or 4 × 4 with 4 others.
    assert text[1] == "skilled, 5 identities, 70 comparisons: EER in %"
    assert text[4] == "random, 5 identities, 350 comparisons: EER in %"
    for line in (text[3], text[6]):
        assert line.startswith("hard:soft")
        assert "minus semi-hard:0.5: " in line
