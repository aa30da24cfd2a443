"""An embedder and the normalisation, run side by side."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from components.evaluate.external import embedding
from components.evaluate.external.embedding import EmbeddingGraph
from components.shared.data.outcomes import Normalised, Rejected
from components.shared.model.bundle import Bundle
from components.shared.runtime.errors import InputError
from components.shared.verification.decision_file import Decisions
from tests.evaluate.external.frozen import SPEC


def embed(encoded: Sequence[bytes]) -> list[NDArray[np.float32] | Rejected]:
    return [
        Rejected("by the embedder") if b"e" in data else np.array([len(data)], np.float32)
        for data in encoded
    ]


def normalise(encoded: Sequence[bytes]) -> list[Normalised | Rejected]:
    return [
        Rejected("by the normalisation")
        if b"n" in data
        else Normalised(np.empty(0, np.uint8), len(data))
        for data in encoded
    ]


def test_an_image_that_either_rejects_is_rejected_and_has_no_embedding() -> None:
    graph = EmbeddingGraph(embed, normalise)
    results = graph([b"x", b"xe", b"xn", b"xen"]) + graph([b"xxxxx"])
    reasons = [str(result) if isinstance(result, Rejected) else "" for result in results]
    assert reasons == ["", "by the embedder", "by the normalisation", "by the embedder", ""]
    assert [embedding.tolist() for embedding in graph.embeddings] == [[1.0], [5.0]]


def test_a_row_of_nan_is_rejected_for_the_reason_that_the_normalisation_gives() -> None:
    def unusable(encoded: Sequence[bytes]) -> list[NDArray[np.float32] | Rejected]:
        return [np.full(2, np.nan if b"e" in data else 1.0, np.float32) for data in encoded]

    graph = EmbeddingGraph(unusable, normalise)
    results = graph([b"x", b"xe", b"xen"])
    reasons = [str(result) if isinstance(result, Rejected) else "" for result in results]
    assert reasons == ["", "the model gives no embedding for it", "by the normalisation"]
    assert [embedding.tolist() for embedding in graph.embeddings] == [[1.0, 1.0]]


def test_a_model_that_would_write_a_file_is_not_even_loaded(tmp_path: Path) -> None:
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="images")])
    def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
        with tf.control_dependencies([tf.io.write_file(str(tmp_path / "written"), "x")]):
            return {"embeddings": tf.zeros([tf.size(images), 2])}

    module.serve = serve
    tf.saved_model.save(module, str(tmp_path / "saved_model"), signatures=serve)
    model = Bundle(tmp_path, SPEC, Decisions(thresholds=[]), {})
    with pytest.raises(InputError, match="has 'WriteFile', which no network of this project"):
        embedding.embed(model, tmp_path / "raw", tmp_path)
    assert not (tmp_path / "written").exists()
