"""The client's types and the service's schema."""

import json
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from serving.client import answers

SCHEMAS = json.loads(
    (Path(__file__).resolve().parents[3] / "docs" / "openapi.json").read_text(encoding="utf-8")
)["components"]["schemas"]
NAMES = {
    "PersonAnswer": answers.Person,
    "RejectedImage": answers.RejectedImage,
    "Enrolled": answers.Enrolled,
    "Evidence": answers.Evidence,
    "VerificationAnswer": answers.Verification,
    "PersonName": answers.PersonName,
    "CandidateAnswer": answers.Candidate,
    "IdentificationAnswer": answers.Identification,
    "DecisionAnswer": answers.Decision,
    "ModelAnswer": answers.Model,
}


@pytest.mark.parametrize("name", NAMES)
def test_every_key_of_a_type_is_always_in_the_answer_and_null_only_where_the_type_says(
    name: str,
) -> None:
    properties, required = SCHEMAS[name]["properties"], SCHEMAS[name]["required"]
    for key, hint in get_type_hints(NAMES[name]).items():
        assert key in required
        assert may_be_null(properties[key]) == (type(None) in getattr(hint, "__args__", ())), key


def may_be_null(schema: dict[str, Any]) -> bool:
    return {"type": "null"} in schema.get("anyOf", ())
