from components.split.identity_groups import count_identities, groups_of, shuffled
from tests.split.indexes import index_of


def test_identities_that_share_an_image_also_through_a_third_stand_together() -> None:
    index = index_of(6)
    index.loc[[2, 5, 6], "sha256"] = ["x", "x", "y"]  # w1 and w2 share x
    index.loc[8, "sha256"] = "y"  # w3 and w4 share y
    assert groups_of(index) == [("w0",), ("w1", "w2"), ("w3", "w4"), ("w5",)]
    index.loc[[4, 7], "sha256"] = "z"  # w2 and w3 share z
    assert groups_of(index) == [("w0",), ("w1", "w2", "w3", "w4"), ("w5",)]


def test_a_seed_gives_one_order_of_all_groups() -> None:
    groups = groups_of(index_of(20))
    assert shuffled(groups, 1, 2) == shuffled(groups, 1, 2) != shuffled(groups, 1, 3)
    assert sorted(shuffled(groups, 1, 2)) == groups


def test_identities_are_counted_over_all_groups() -> None:
    assert count_identities([("a", "b"), ("c",)]) == 3
    assert count_identities([]) == 0


def test_two_unicode_forms_of_a_name_are_one_identity() -> None:
    index = index_of(2)
    index["identity"] = ["Jose\u0301", "Jos\u00e9", "w1", "w1"]
    assert groups_of(index) == [("Jose\u0301",), ("w1",)]
