"""The service that is written first: the SavedModel in FastAPI, one image at a time.

`benchmarks.serving_http` starts it beside the service; it knows no keys, limits, people or queue.
"""

import sys
from pathlib import Path
from typing import Annotated

import tensorflow as tf
import uvicorn
from fastapi import FastAPI, File


def create_app(model: Path) -> FastAPI:
    """Returns an application that answers an image with its embedding."""
    app = FastAPI()
    loaded = tf.saved_model.load(str(model / "saved_model"))
    embed = loaded.signatures["serving_default"]

    @app.get("/readyz")
    def ready() -> None:
        """Answers as soon as the model is there."""

    @app.post("/v1/embeddings")
    def embeddings(images: Annotated[bytes, File()]) -> list[float]:
        """Computes the embedding of an image."""
        vectors: list[list[float]] = embed(images=tf.constant([images]))["embeddings"].numpy()
        return [float(value) for value in vectors[0]]

    return app


if __name__ == "__main__":
    folder, port = sys.argv[1:]
    uvicorn.run(create_app(Path(folder)), host="127.0.0.1", port=int(port), log_level="error")
