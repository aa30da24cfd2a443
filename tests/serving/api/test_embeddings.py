"""Embeddings over HTTP."""

import numpy as np
import pytest

from tests.serving.api.clients import Clients, enrol, files, probe
from tests.serving.bundles import blank, signature


def test_s14_embeddings_need_a_permission_of_their_own(clients: Clients) -> None:
    """S14."""
    images = files("images", [signature(1, 0)])
    for role in ("admin", "operator", "verifier", "metrics"):
        assert clients.of(role).post("/v1/embeddings", files=images).status_code == 403
    allowed = clients.of("admin", may_embed=True)
    answer = allowed.post("/v1/embeddings", files=files("images", [signature(1, 0), blank()]))
    found = answer.json()["embeddings"]
    expected = clients.service.embed_one(signature(1, 0), "image")
    assert found[0]["vector"] == pytest.approx(expected.tolist(), abs=1e-6)
    assert found[1]["vector"] is None
    assert "blank" in found[1]["reason"]


def test_s14_no_other_answer_holds_an_embedding(clients: Clients) -> None:
    """S14: no answer but two has as long a list of numbers as an embedding."""
    admin = clients.of("admin", may_embed=True)
    person = enrol(admin, 1)
    answers = [
        admin.get("/v1/people"),
        admin.get(f"/v1/people/{person['id']}"),
        admin.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1)),
        admin.post("/v1/identify", files=probe(1)),
        admin.get("/v1/decisions"),
        admin.get("/v1/model"),
    ]
    vectors = clients.service.store.people.vectors(person["id"], clients.service.model.space)
    numbers = [f"{float(number):.6f}"[:7] for number in np.concatenate([v for _, v in vectors])]
    for answer in answers:
        assert answer.status_code == 200
        assert not any(number in answer.text for number in numbers if number[-1] != "0")
