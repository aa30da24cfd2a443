"""Results on single people: the hardest identities, and pictures of mistakes."""

import cv2
import numpy as np
import pandas as pd
import pytest

from components.evaluate.params import EvaluateParams, ReportParams
from components.evaluate.protocols.run_protocols import ComparedPart
from components.evaluate.report.individuals import find_individuals
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.evaluate.scoring.verification import Verification
from components.shared.data.image_store import ImageStore
from components.shared.data.normalisation import Normalisation
from components.shared.verification.comparisons import Scores
from components.shared.verification.threshold import Threshold

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 16, 24, 3), dtype=np.uint8)
PATHS = ["images/anna/1.png", "images/anna/2.png", "images/anna/forged.png"]
STORE = ImageStore(IMAGES, pd.DataFrame({"path": PATHS}), Normalisation())
THRESHOLDS = [Threshold("skilled", 1, "equal_error", 1.5)]


@pytest.fixture
def anna() -> ComparedPart:
    """Genuine images at 0 and 3, a forgery at 1: both kinds of error at a threshold of 1.5."""
    embeddings = np.array([[0, 0], [3, 0], [1, 0]], np.float32)
    part = EvaluationSet(
        np.arange(3), ["anna"], np.zeros(3, np.intp), np.array([False, False, True])
    )
    genuine = Scores(np.array([3], np.float32), np.zeros(1, np.int32))
    impostor = Scores(np.array([1, 2], np.float32), np.zeros(2, np.int32))
    return ComparedPart(part, embeddings, [Verification("skilled", 1, genuine, impostor)])


@pytest.mark.parametrize("images", [True, False])
def test_pictures_are_made_only_where_they_are_wanted(anna: ComparedPart, images: bool) -> None:
    params = EvaluateParams(report=ReportParams(images=images))
    individuals = find_individuals(STORE, anna, THRESHOLDS, params)
    assert len(individuals.mistakes) == (2 if images else 0)
    assert individuals.hardest == [("anna", 1.0)]


def test_pictures_are_those_of_the_store_in_its_colours_and_name_their_files(
    anna: ComparedPart,
) -> None:
    acceptance, rejection = find_individuals(STORE, anna, THRESHOLDS, EvaluateParams()).mistakes
    for picture, row in ((acceptance.reference, 0), (acceptance.probe, 2)):
        bgr = cv2.imdecode(np.frombuffer(picture.png, np.uint8), cv2.IMREAD_COLOR)
        assert bgr is not None
        np.testing.assert_array_equal(bgr[..., ::-1], IMAGES[row])
        assert picture.path == PATHS[row]
    assert rejection.mistake.error == "false rejection"


def test_without_the_targets_threshold_there_are_no_mistakes(anna: ComparedPart) -> None:
    assert find_individuals(STORE, anna, [], EvaluateParams()).mistakes == []


def test_without_comparisons_there_is_nothing_to_say(anna: ComparedPart) -> None:
    individuals = find_individuals(
        STORE, anna._replace(verifications=[]), THRESHOLDS, EvaluateParams()
    )
    assert individuals == ([], [])
