"""The rows of a person and of references; uniqueness is the constraints' alone."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.errors import SameImage, StoreRefusal, Taken, Unknown
from serving.store.spaces import embedding, require
from serving.store.tables import ImageRow, ReferenceRow
from serving.store.vault import Vault, place


@dataclass(frozen=True)
class NewReference:
    """An image to enrol: its bytes as they came, and its embedding float32 [D] in a space."""

    encoded: bytes
    media_type: str
    vector: NDArray[np.float32]
    space: str


def personal(
    vault: Vault, person_id: str, name: str, external_id: str | None, consent: str | None
) -> dict[str, Any]:
    """Returns the encrypted and hashed columns of a new person."""
    at = place("person", "consent_cipher", person_id)
    columns = changes(vault, person_id, name, external_id or "")
    return columns | {"consent_cipher": vault.encrypt_text(consent, at)}


def changes(
    vault: Vault, person_id: str, name: str | None, external_id: str | None
) -> dict[str, Any]:
    """Returns the columns that a new name or external id changes; None changes nothing.

    Names that differ in case, spaces or the composition of their letters are the same name.
    """
    columns: dict[str, Any] = {}
    if name is not None:
        at = place("person", "name_cipher", person_id)
        columns["name_cipher"] = vault.encrypt(name.encode(), at)
        columns["name_hmac"] = vault.hmac(plain_name(name).encode(), "name")
    if external_id is not None:
        at = place("person", "external_id_cipher", person_id)
        columns["external_id_cipher"] = vault.encrypt_text(external_id or None, at)
        columns["external_id_hmac"] = (
            vault.hmac(external_id.encode(), "external_id") if external_id else None
        )
    return columns


def plain_name(name: str) -> str:
    """Returns what makes two names the same name."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def add(
    session: Session,
    vault: Vault,
    person_id: str,
    references: Sequence[NewReference],
    now: datetime,
    keep_images: bool,
) -> None:
    """Adds references to a person.

    Raises:
        SameImage: an image is a reference already.
        WrongSpace: an embedding has not the dimension of its space.
    """
    last = session.scalar(
        select(func.max(ReferenceRow.number)).where(ReferenceRow.person_id == person_id)
    )
    for index, reference in enumerate(references):
        require(session, reference.space, reference.vector.size)
        reference_id = str(uuid4())
        image_hmac = vault.hmac(reference.encoded, "image")
        try:
            with session.begin_nested():
                session.add(
                    ReferenceRow(
                        id=reference_id,
                        person_id=person_id,
                        number=(last or 0) + index + 1,
                        image_hmac=image_hmac,
                        created=now,
                    )
                )
        except IntegrityError as error:
            owner = session.scalar(
                select(ReferenceRow.person_id).where(ReferenceRow.image_hmac == image_hmac)
            )
            raise SameImage(owner or person_id, index) from error
        session.add(embedding(vault, reference_id, reference.space, reference.vector))
        if keep_images:
            session.add(_image(vault, reference_id, reference, now))
    session.flush()


def _image(vault: Vault, reference_id: str, reference: NewReference, now: datetime) -> ImageRow:
    return ImageRow(
        reference_id=reference_id,
        bytes_cipher=vault.encrypt(reference.encoded, place("image", "bytes_cipher", reference_id)),
        media_type=reference.media_type,
        created=now,
    )


def refusal(error: IntegrityError) -> StoreRefusal:
    """Returns the refusal that a violated constraint means."""
    message = str(error.orig)
    if "external_id_hmac" in message:
        return Taken("external_id")
    if "name_hmac" in message:
        return Taken("name")
    if "person_id" in message or "FOREIGN KEY" in message:
        return Unknown("the person was deleted meanwhile")
    raise error
