"""MLflow's names of figures."""

from components.shared.tracking.mlflow_names import curves, evaluation

SKILLED, RANDOM = "verification/skilled/refs_1", "verification/random/refs_1"
LOGGED = {
    "train/loss": 0.5,
    "train/learning_rate": 0.001,
    "val/verification/skilled/refs_1/eer": 0.25,
    "val/verification/random/refs_1/eer": 0.125,
    "val/identification/refs_5/accuracy": 0.75,
    "val/eer": 0.25,
}


def test_the_curves_that_people_look_at_first_are_sorted_first() -> None:
    names = curves(LOGGED)
    figures = evaluation({f"{SKILLED}/eer": 0.25})
    assert sorted([*names, *figures]) == [
        "train/loss",
        "val/eer_random",
        "val/eer_skilled",
        "val/identification",
        "verify/eer_skilled",
        "watch/learning_rate",
    ]
    assert names["val/eer_skilled"] == 0.25


def test_an_evaluation_has_the_summary_and_the_floors_against_the_harder_impostors() -> None:
    metrics = {
        f"{SKILLED}/eer": 0.25,
        f"{SKILLED}/eer_ci_low": 0.125,
        "floor/hog/skilled/refs_1/eer": 0.375,
        "floor/hog/random/refs_1/eer": 0.3125,
        "floor/start/skilled/refs_1/eer": 0.28125,
        "probe/source/auc": 0.5,
    }
    assert evaluation(metrics) == {
        "verify/eer_skilled": 0.25,
        "verify/floor_hog": 0.375,
        "verify/floor_start": 0.28125,
    }


def test_a_cross_validation_has_mean_and_spread_beside_the_pooled_rate() -> None:
    metrics = {f"{RANDOM}/eer": 0.25, f"{RANDOM}/eer_mean": 0.3, f"{RANDOM}/eer_sd": 0.0625}
    assert evaluation(metrics | {f"{RANDOM}/auc_mean": 0.9}) == {
        "verify/eer_random": 0.25,
        "verify/eer_random_mean": 0.3,
        "verify/eer_random_sd": 0.0625,
    }
