"""The sentence on the collection on which a model does worst."""

from components.shared.verification.worst_collection import worst_collection, worst_sentence

GROUP = "verification/skilled/refs_1"


def rates(name: str, eer: float, identities: int, group: str = GROUP) -> dict[str, float]:
    prefix = f"collection/{name}/{group}"
    return {
        f"{prefix}/eer": eer,
        f"{prefix}/eer_ci_low": eer / 2,
        f"{prefix}/eer_ci_high": eer * 2,
        f"{prefix}/far_at_threshold": eer / 4,
        f"{prefix}/far_at_threshold_ci_low": eer / 8,
        f"{prefix}/far_at_threshold_ci_high": eer / 2,
        f"{prefix}/frr_at_threshold": eer * 1.5,
        f"{prefix}/n_identities": float(identities),
        f"{prefix}/n_pairs": 100.0 * identities,
    }


def test_the_one_that_fails_is_named_with_its_rates_though_the_average_looks_well() -> None:
    average = {f"{GROUP}/eer": 0.03, f"{GROUP}/n_identities": 200.0, f"{GROUP}/n_pairs": 2e4}
    metrics = average | rates("clean", 0.01, 190) | rates("fails", 0.4, 10)
    assert worst_sentence(metrics) == (
        "Of 2 collections it does worst on “fails”: with one reference, skilled forgeries are told "
        "from genuine images at an equal error rate of 40.0 % (95 % interval 20.0–80.0 %, 10 test "
        "identities, 1,000 comparisons); at the limit that val chose 10.0 % (5.0–20.0 %) of the "
        "skilled forgeries pass and 60.0 % of the genuine images are refused."
    )


def test_the_decision_s_rate_counts_where_there_is_one() -> None:
    group = GROUP.replace("verification", "decision")
    metrics = rates("one", 0.3, 10) | rates("one", 0.1, 10, group) | rates("two", 0.2, 10)
    worst = worst_collection(metrics)
    assert worst is not None
    assert (worst.name, worst.kind, worst.total) == ("two", "skilled", 2)


def test_a_collection_without_forgeries_is_said_not_to_be_measured_on_them() -> None:
    random = GROUP.replace("skilled", "random")
    metrics = rates("faces", 0.5, 10, random) | rates("signatures", 0.2, 10)
    sentence = worst_sentence(metrics, "val")
    assert "worst on “signatures”" in sentence
    assert "10 val identities" in sentence
    assert sentence.endswith("; on “faces” it was not measured against skilled forgeries.")
    images = {name: value for name, value in metrics.items() if "skilled" not in name}
    alone = images | {"collection/signatures/n_images": 9.0}
    assert "images of other identities are told" in worst_sentence(alone)
    assert "on “signatures” it was not measured against random" in worst_sentence(alone)


def test_of_a_single_collection_or_none_nothing_is_said() -> None:
    assert worst_sentence({f"{GROUP}/eer": 0.1}) == ""
    assert worst_sentence(rates("only", 0.3, 10)) == ""
    assert worst_sentence({"collection/a/n_images": 3.0, "collection/b/n_images": 4.0}) == ""
