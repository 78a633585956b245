# SPDX-License-Identifier: GPL-3.0-or-later
"""From words to objects, and from sightings to a steady presence."""

import numpy as np
import pytest

from foleycue_backend.grounding.objects import MAX_OBJECTS, objects_of
from foleycue_backend.grounding.presence import shot_bounds, smoothed
from foleycue_backend.grounding.scripted import ScriptedDetector

BOX = (0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize(
    ("caption", "objects"),
    [
        ("a race car and a man chatting", ("race car", "man")),
        ("two women playing electric guitars in the rain", ("woman", "electric guitar", "rain")),
        ("Dogs barking, engine", ("dog", "engine")),
        ("footsteps on leaves, boxes; buses", ("footstep", "leaf", "box", "bus")),
        ("a shishi odoshi, the car", ("shishi odoshi", "car")),
        ("car, the car and a car", ("car",)),
        ("something odd happens over there", ()),
        ("", ()),
    ],
)
def test_things_of_a_sentence_or_the_users_own_list(caption, objects):
    assert objects_of(caption) == objects


def test_no_more_objects_than_the_detector_reads():
    assert len(objects_of(", ".join(f"thing{number}" for number in range(30)))) == MAX_OBJECTS


def test_shots_without_a_picture_are_left_out():
    assert shot_bounds(10, 2, [1.0, 3.25]) == [(0, 2), (2, 7), (7, 10)]
    assert shot_bounds(4, 2, [0.1, 0.2, 1.0]) == [(0, 1), (1, 2), (2, 4)]
    assert shot_bounds(3, 2, []) == [(0, 3)]


def test_flicker_goes_and_edges_stay_where_they_are():
    seen = np.array([0, 0.9, 0, 0, 0.8, 0.9, 0, 0.9, 0.8], np.float32)[:, None]
    steady = smoothed(seen, [(0, 9)])[:, 0]
    assert steady.tolist() == pytest.approx([0, 0, 0, 0, 0.8, 0.8, 0.9, 0.8, 0.8])


def test_nothing_passes_a_cut():
    seen = np.array([0.9, 0.9, 0.9, 0, 0, 0], np.float32)[:, None]
    assert smoothed(seen, [(0, 3), (3, 6)]).tolist() == seen.tolist()
    lone = np.array([0, 0, 0, 0.7], np.float32)[:, None]
    assert smoothed(lone, [(0, 3), (3, 4)])[:, 0].tolist() == pytest.approx([0, 0, 0, 0.7])


def test_the_scripted_detector_says_what_it_was_told_when():
    detector = ScriptedDetector({"car": [(1.0, 0.8, BOX), (2.0, 0.0, BOX)]}, rate=2)
    told: list[int] = []
    found = detector.find([None] * 6, ("man", "car"), told.append)
    assert found.probability[:, 1].tolist() == pytest.approx([0, 0, 0.8, 0.8, 0, 0])
    assert not found.probability[:, 0].any()
    assert found.boxes[2, 1].tolist() == pytest.approx(BOX)
    assert np.isnan(found.boxes[[0, 4], 1]).all()
    assert told == [1, 2, 3, 4, 5, 6]
