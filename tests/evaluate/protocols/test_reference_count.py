"""Error rates by number of references and way of fusing them."""

import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import run_protocols
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(protocols=("deployed", "references"), draws=3)


@pytest.fixture(scope="module")
def metrics() -> dict[str, float]:
    return run_protocols(made_up(PARAMS, 6, 9, 3), PARAMS).metrics


def test_as_many_references_are_tried_as_leave_a_probe(metrics: dict[str, float]) -> None:
    tried = {name.split("/")[2] for name in metrics if name.startswith("references/")}
    assert tried == {"refs_1", "refs_3", "refs_5", "refs_8"}  # of 9 images
    fusions = {
        name.split("/")[3] for name in metrics if name.startswith("references/random/refs_8/")
    }
    assert fusions == {"mean", "min", "max", "centre"}


@pytest.mark.parametrize("kind", ["skilled", "random"])
def test_the_mean_of_one_and_of_five_is_what_the_default_protocol_measures(
    metrics: dict[str, float], kind: str
) -> None:
    for count in (1, 5):
        for name in (
            "eer",
            "eer_user",
            "n_pairs",
            "n_identities",
            "eer_ci_low",
            "eer_user_ci_high",
        ):
            ours = metrics[f"references/{kind}/refs_{count}/mean/{name}"]
            assert ours == metrics[f"verification/{kind}/refs_{count}/{name}"]


def test_with_one_reference_there_is_nothing_to_fuse(metrics: dict[str, float]) -> None:
    eers = {
        metrics[f"references/skilled/refs_1/{fusion}/eer"]
        for fusion in ("mean", "min", "max", "centre")
    }
    assert len(eers) == 1


def test_more_references_err_less_on_identities_that_vary(metrics: dict[str, float]) -> None:
    eers = [metrics[f"references/random/refs_{count}/centre/eer"] for count in (1, 3, 8)]
    assert eers == sorted(eers, reverse=True)
    assert eers[-1] < 0.8 * eers[0]
