"""The folder of the bundle that a setting names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.shared.runtime.errors import InputError


@contextmanager
def folder_of(model: str, cache: Path) -> Iterator[Path]:
    """Yields the folder of a bundle, which is temporary where MLflow's registry holds it.

    Args:
        model: a folder, `s3://bucket/models/<version>`, or `models:/<name>@<alias>`.
        cache: the folder of versions that were fetched from an S3 store.

    Raises:
        InputError: it cannot be had here.
    """
    if model.startswith("s3://"):
        from components.shared.model import published_bundle

        yield published_bundle.cached(model, cache)
        return
    if not model.startswith("models:/"):
        yield Path(model)
        return
    try:
        from components.shared.model import registered_bundle
    except ImportError as error:
        raise InputError(
            f"{model}: {error.name} is not installed here; give the bundle's folder"
        ) from None
    with registered_bundle.local_bundle(model) as folder:
        yield folder
