"""A gallery that follows the store, whoever changes it."""

from pathlib import Path

from serving.api.live_gallery import LiveGallery
from serving.engine.model import ServedModel
from serving.store.enrolment import NewReference
from serving.store.store import open_store
from tests.serving.bundles import signature


def test_what_another_process_enrols_and_deletes_is_taken_in(
    model: ServedModel, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/people.db"
    own, other = open_store(url), open_store(url)
    own.spaces.use(model.space, model.version, model.dimension)
    gallery = LiveGallery(own.people, model.space, model.dimension)
    assert len(gallery.current()) == 0
    vector = model.session.run(_pixels(model))[0]
    reference = NewReference(signature(1, 0), "image/png", vector, model.space)
    person = other.people.create("A", [reference])
    assert person.id in gallery.current()
    assert len(gallery) == 1
    other.people.delete(person.id)
    assert person.id not in gallery.current()
    own.close()
    other.close()


def _pixels(model: ServedModel):  # type: ignore[no-untyped-def]
    import numpy as np

    shape = (1, *model.normalisation.shape)
    return np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
