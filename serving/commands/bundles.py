"""The folder of the bundle that a setting names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from components.shared.model import pinned


@contextmanager
def folder_of(model: str, cache: Path) -> Iterator[Path]:
    """Yields the folder of a bundle, which is temporary where MLflow's registry holds it.

    Args:
        model: a folder, `s3://bucket/models/<version>`, or `models:/<name>@<alias>`; with a digest,
            if it is pinned.
        cache: the folder of versions that were fetched from an S3 store.

    Raises:
        InputError: it cannot be had here, or has another digest.
    """
    name, digest = pinned.split(model)
    with _found(name, cache) as folder:
        pinned.demand(folder, digest)
        yield folder


@contextmanager
def _found(model: str, cache: Path) -> Iterator[Path]:
    if model.startswith("s3://"):
        from components.shared.model import published_bundle

        yield published_bundle.cached(model, cache)
        return
    if not model.startswith("models:/"):
        yield Path(model)
        return
    from components.shared.model import registered_bundle, registry_http

    if not registry_http.is_usable():
        with registered_bundle.local_bundle(model) as folder:
            yield folder
        return
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / registered_bundle.FOLDER
        registry_http.fetch(model, folder)
        yield folder
