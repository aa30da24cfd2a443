"""Refusals name the field or the image, never a value."""

from serving.store import errors


def test_all_refusals_can_be_caught_as_one() -> None:
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    assert len(found) > 8
    assert all(issubclass(each, errors.StoreRefusal) for each in found)


def test_refusals_name_what_a_caller_must_know() -> None:
    assert errors.Taken("name").field == "name"
    same = errors.SameImage("person", 3)
    assert (same.person_id, same.index) == ("person", 3)
    assert "new one" in str(errors.KeyChanged())
