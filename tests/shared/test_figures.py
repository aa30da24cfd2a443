"""metrics.json."""

from components.shared.figures import nested


def test_metric_names_become_a_tree_with_whole_counts() -> None:
    tree = nested({"verification/skilled/refs_1/eer": 0.25, "verification/skilled/refs_1/n_pairs": 8.0, "a": 1.0})
    assert tree == {"verification": {"skilled": {"refs_1": {"eer": 0.25, "n_pairs": 8}}}, "a": 1.0}
    assert isinstance(tree["verification"]["skilled"]["refs_1"]["n_pairs"], int)


def test_counts_of_images_are_whole_and_rates_are_not() -> None:
    assert (
        str(nested({"images": 2880.0, "probe/source/auc": 1.0}))
        == "{'images': 2880, 'probe': {'source': {'auc': 1.0}}}"
    )
