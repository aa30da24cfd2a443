"""All data of a person as one zip: GDPR, articles 15 and 20."""

import io
import json
import zipfile
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.store.person import one
from serving.store.spaces import vector
from serving.store.tables import AuditRow, DecisionRow, EmbeddingRow, ImageRow, ReferenceRow
from serving.store.vault import Vault, place

SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg"}


def export(session: Session, vault: Vault, person_id: str) -> bytes:
    """Returns a zip: person.json, embeddings.json, decisions.json, audit.json, and images.

    Raises:
        Unknown: there is no such person.
    """
    person = one(session, vault, person_id)
    facts = {
        "id": person.id,
        "name": person.name,
        "external_id": person.external_id,
        "consent": person.consent,
        "created": person.created,
        "updated": person.updated,
        "references": [{"id": each.id, "created": each.created} for each in person.references],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", _json(facts))
        archive.writestr("embeddings.json", _json(_embeddings(session, vault, person_id)))
        _write_images(archive, session, vault, person_id)
        decisions = session.scalars(
            select(DecisionRow)
            .where(DecisionRow.person_id == person_id)
            .order_by(DecisionRow.number)
        ).all()
        archive.writestr("decisions.json", _json([_decision(vault, row) for row in decisions]))
        for row in decisions:
            if row.image_cipher is not None:
                at = place("decision", "image_cipher", row.id)
                name = f"decisions/{row.id}{SUFFIXES.get(row.media_type or '', '')}"
                archive.writestr(name, vault.decrypt(row.image_cipher, at))
        archive.writestr("audit.json", _json(_audit(session, person_id)))
    return buffer.getvalue()


def _embeddings(session: Session, vault: Vault, person_id: str) -> list[dict[str, object]]:
    query = (
        select(EmbeddingRow)
        .join(ReferenceRow, ReferenceRow.id == EmbeddingRow.reference_id)
        .where(ReferenceRow.person_id == person_id)
        .order_by(ReferenceRow.number, EmbeddingRow.space)
    )
    return [
        {
            "reference": row.reference_id,
            "space": row.space,
            "values": vector(vault, row.reference_id, row.space, row.vector_cipher).tolist(),
        }
        for row in session.scalars(query)
    ]


def _write_images(archive: zipfile.ZipFile, session: Session, vault: Vault, person_id: str) -> None:
    query = (
        select(ImageRow)
        .join(ReferenceRow, ReferenceRow.id == ImageRow.reference_id)
        .where(ReferenceRow.person_id == person_id)
        .order_by(ReferenceRow.number)
    )
    for row in session.scalars(query):
        at = place("image", "bytes_cipher", row.reference_id)
        name = f"references/{row.reference_id}{SUFFIXES.get(row.media_type, '')}"
        archive.writestr(name, vault.decrypt(row.bytes_cipher, at))


def _decision(vault: Vault, row: DecisionRow) -> dict[str, object]:
    details = vault.decrypt_text(row.details_cipher, place("decision", "details_cipher", row.id))
    return {
        "id": row.id,
        "kind": row.kind,
        "outcome": row.outcome,
        "policy": row.policy,
        "llr": row.llr,
        "distance": row.distance,
        "gap": row.gap,
        "space": row.space,
        "model": row.model_version,
        "created": row.created,
        "status": row.status,
        "reviewed_as": row.reviewed_as,
        "reviewed": row.reviewed,
        "note": vault.decrypt_text(row.note_cipher, place("decision", "note_cipher", row.id)),
        "details": None if details is None else json.loads(details),
    }


def _audit(session: Session, person_id: str) -> list[dict[str, object]]:
    query = select(AuditRow).where(AuditRow.person_id == person_id).order_by(AuditRow.id)
    return [
        {"at": row.at, "action": row.action, "outcome": row.outcome}
        for row in session.scalars(query)
    ]


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=_moment)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
