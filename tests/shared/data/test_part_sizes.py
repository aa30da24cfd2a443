"""Sizes of parts: what keeps a training from its batches or leaves nothing to compare, and what is
without effect.
"""

import pandas as pd
import pytest

from components.shared.data import part_sizes
from components.shared.data.part_sizes import PartSizes
from components.train.params import TrainParams


def sizes(*images: tuple[int, int]) -> PartSizes:
    """The sizes of a part with so many genuine images and forgeries of each identity."""
    rows = []
    for identity, (genuine, forgeries) in enumerate(images):
        kinds = ["genuine"] * genuine + ["forgery"] * forgeries
        rows += [{"identity": str(identity), "kind": kind} for kind in kinds]
    return PartSizes.of(pd.DataFrame(rows, columns=["identity", "kind"]))


def test_the_images_of_each_identity_are_counted_by_their_kind() -> None:
    part = sizes((3, 2), (2, 0), (0, 4))
    assert (part.genuine.tolist(), part.forgeries.tolist()) == ([3, 2, 0], [2, 0, 4])
    assert [part.with_more_than(genuine) for genuine in (0, 1, 2, 3)] == [2, 2, 1, 0]
    assert [part.most_references(identities) for identities in (1, 2, 4)] == [2, 1, 0]
    assert len(sizes().genuine) == 0


def test_identities_with_a_single_genuine_image_fill_no_batch() -> None:
    train = sizes((2, 0), (2, 0), (1, 4))
    (fault,) = part_sizes.batch_faults(train, TrainParams(identities_per_batch=3))
    assert fault.startswith("train.identities_per_batch is 3, but only 2 training identities have")
    assert part_sizes.batch_faults(train, TrainParams(identities_per_batch=2)) == []


def test_hard_identities_need_more_than_fill_a_batch() -> None:
    params = TrainParams(identities_per_batch=2, hard_identities=0.5)
    (fault,) = part_sizes.batch_faults(sizes((2, 0), (2, 0)), params)
    assert "hard_identities is 0.5, but every batch holds all 2 training identities" in fault
    assert part_sizes.batch_faults(sizes((2, 0), (2, 0), (2, 0)), params) == []


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (sizes((3, 0)), "val has 1 identity and 3 genuine images"),
        (sizes((1, 0), (1, 1)), "val has 2 identities and 2 genuine images"),
        (sizes(), "val has 0 identities and 0 genuine images"),
    ],
    ids=["a single writer without forgeries", "no pair of genuine images", "nobody"],
)
def test_a_part_that_leaves_nothing_to_compare_is_a_fault(part: PartSizes, message: str) -> None:
    (fault,) = part_sizes.comparison_faults("val", part)
    assert fault.startswith(f"{message}, which leaves nothing to compare; raise split.val")


def test_a_single_writer_with_forgeries_and_two_without_can_be_compared() -> None:
    assert part_sizes.comparison_faults("val", sizes((2, 1))) == []
    assert part_sizes.comparison_faults("val", sizes((2, 0), (1, 0))) == []


def test_images_that_are_drawn_twice_in_every_identity_are_said() -> None:
    params = TrainParams(images_per_identity=4, forgeries_per_identity=3)
    genuine, forgeries = part_sizes.batch_notices(sizes((3, 0), (2, 2)), params)
    assert "images_per_identity is 4, but no training identity has more than 3 genuine" in genuine
    assert "forgeries_per_identity is 3, but no training identity has more than 2" in forgeries
    assert part_sizes.batch_notices(sizes((4, 3), (2, 0)), params) == []
    (nothing,) = part_sizes.batch_notices(sizes((4, 0)), params)
    assert nothing == "train has no forgeries: train.forgeries_per_identity has no effect"


def test_one_is_not_many() -> None:
    train, params = sizes((2, 0), (1, 0)), TrainParams(images_per_identity=2)
    (fault,) = part_sizes.batch_faults(train, params)
    assert "but only 1 training identity has two genuine images or more" in fault
    (fault,) = part_sizes.comparison_faults("val", sizes((1, 0)))
    assert fault.startswith("val has 1 identity and 1 genuine image, which leaves")
    (notice,) = part_sizes.batch_notices(sizes((1, 3)), params)
    assert "no training identity has more than 1 genuine image: some" in notice
    (notice,) = part_sizes.batch_notices(sizes((2, 1)), params)
    assert "no training identity has more than 1 forgery: some" in notice
    (notice,) = part_sizes.reference_notices("val", sizes((4, 0), (2, 0)), "a.b", 3, 2)
    assert "val has 1 identity with more genuine images than that, and 2 are needed" in notice
    (notice,) = part_sizes.reference_notices("val", sizes((2, 0)), "a.b", 3, 1)
    assert "val has 0 identities with more genuine images than that, and 1 is needed" in notice


def test_references_that_no_identity_has_are_said_with_the_most_there_are() -> None:
    part = sizes((5, 0), (4, 0), (2, 0))

    def notices(references: int, identities: int) -> list[str]:
        return part_sizes.reference_notices("val", part, "a.b", references, identities)

    assert notices(4, 1) == notices(3, 2) == []
    assert "a.b is 5, " in notices(5, 1)[0]
    assert notices(5, 1)[0].endswith("set it to 4 at most")
    assert notices(4, 2)[0].endswith("set it to 3 at most")
    assert notices(4, 3)[0].endswith("bring more genuine images of each")
