"""The record of an embedder's settings."""

import dataclasses
import json

import pytest

from components.shared.model.architecture import Architecture

ARCHITECTURE = Architecture((64, 96, 1), 12, 0.25, (3, 7), 5, ("mirror", "whole", "left"))


def test_a_record_is_the_same_after_a_passage_through_json() -> None:
    text = json.dumps(ARCHITECTURE.to_config())
    assert Architecture.from_config(json.loads(text)) == ARCHITECTURE
    assert json.loads(text)["pooled_blocks"] == [3, 7]


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ARCHITECTURE.dropout = 0.0  # type: ignore[misc]


def test_each_view_has_an_equal_share_of_the_embedding() -> None:
    assert ARCHITECTURE.view_size == 4
    assert Architecture((64, 96, 1), 12).view_size == 12


def test_only_the_whole_image_alone_is_a_single_view() -> None:
    assert Architecture((64, 96, 1), 12).has_single_view
    assert not ARCHITECTURE.has_single_view
    assert not Architecture((64, 96, 1), 12, views=("mirror",)).has_single_view
