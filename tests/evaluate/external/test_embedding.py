"""An embedder and the normalisation, run side by side."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from components.evaluate.external.embedding import EmbeddingGraph
from components.shared.data.outcomes import Normalised, Rejected


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
