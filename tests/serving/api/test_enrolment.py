"""Images that become references."""

import pytest

from serving.api import enrolment
from serving.api.problems import Problem
from serving.api.service import Service
from tests.serving.bundles import blank, signature


def test_places_are_those_among_all_images(service: Service) -> None:
    examined = enrolment.examine(service, [blank(), signature(1, 0), b"x", signature(1, 1)])
    assert examined.places == [1, 3]
    assert [each.index for each in examined.rejected] == [0, 2]
    assert [each.encoded for each in examined.references] == [signature(1, 0), signature(1, 1)]
    assert {each.media_type for each in examined.references} == {"image/png"}


def test_no_usable_image_is_a_refusal(service: Service) -> None:
    with pytest.raises(Problem) as refused:
        enrolment.examine(service, [blank()])
    assert refused.value.status_code == 422
