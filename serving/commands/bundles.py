"""The folder of the bundle that a setting names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.shared.runtime.errors import InputError


@contextmanager
def folder_of(model: str) -> Iterator[Path]:
    """Yields the folder of a bundle, which is temporary where the registry holds it.

    Raises:
        InputError: it cannot be had here.
    """
    if model.startswith("s3://"):
        raise InputError(
            f"{model}: a published version is fetched first: "
            f"python -m components.freeze fetch {model} --out models/fetched; "
            "then: --model models/fetched"
        )
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
