import re

import pytest

from components.ingest.published import PUBLISHED, Published
from components.shared.data.catalog import KINDS

every_collection = pytest.mark.parametrize("collection", PUBLISHED, ids=lambda each: each.name)


@every_collection
def test_a_rule_names_a_known_kind_and_an_identity(collection: Published) -> None:
    for rule in collection.rules:
        assert rule.kind in KINDS
        assert "identity" in re.compile(rule.expression).groupindex
    assert collection.has_forgeries == ("forgery" in {rule.kind for rule in collection.rules})


def test_no_name_stands_twice() -> None:
    names = [collection.name for collection in PUBLISHED]
    assert sorted(set(names)) == sorted(names)
