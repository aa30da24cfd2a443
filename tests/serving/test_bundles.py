"""The bundle of the service's tests."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from components.shared.data.normalise import normalise
from components.shared.data.outcomes import Rejected
from components.shared.model import bundle
from tests.serving.bundles import DIMENSION, SHAPE, blank, signature, write_served_bundle


def test_the_bundle_is_read_and_its_network_tells_writers_apart(tmp_path: Path) -> None:
    folder = write_served_bundle(tmp_path / "bundle")
    decision = bundle.read(folder).decisions.chosen
    assert decision is not None
    session = onnxruntime.InferenceSession(str(folder / "embedder.onnx"))
    images = []
    for writer in range(3):
        images += [normalise(signature(writer, number), SHAPE).pixels for number in range(3)]
    (embeddings,) = session.run(None, {"pixels": np.stack(images)})
    assert embeddings.shape == (9, DIMENSION)
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, rtol=1e-6)
    for own in range(3):
        references = embeddings[3 * own : 3 * own + 2]
        for other in range(3):
            answer = decision.answer(references, embeddings[3 * other + 2], "equal_error")
            assert answer.outcome == ("accept" if own == other else "reject")


def test_a_blank_sheet_is_refused_and_other_weights_are_another_space(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="no ink"):
        normalise(blank(), SHAPE)
    folders = [write_served_bundle(tmp_path / str(seed), seed) for seed in (0, 1)]
    spaces = {bundle.read(folder).manifest["space"] for folder in folders}
    assert len(spaces) == 2
