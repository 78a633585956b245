# SPDX-License-Identifier: GPL-3.0-or-later
"""How a prompt is read, and which of its sounds obeys what. No torch."""

import pytest

from foleycue_backend.engines.mini import default_text
from foleycue_backend.engines.mini.engine import understand
from foleycue_backend.engines.mini.layers import plan_layers
from foleycue_backend.engines.mini.prompt import negative_condition, read_prompt

CUES = [(0.5, 1.0)]


def names(prompt: str) -> list[str]:
    return [sound.kind.name for sound in read_prompt(default_text(), prompt)]


@pytest.mark.parametrize(
    ("prompt", "sounds"),
    [
        ("footsteps on gravel and a dog barking far away", ["footsteps_gravel", "bark"]),
        ("rain with wind", ["rain", "wind"]),
        ("cup and saucer", ["ceramic_hit"]),
        ("walking on gravel with a stick", ["footsteps_gravel"]),
        ("knock on a door; rain + wind", ["knock", "rain", "wind"]),
        ("knock, knock", ["knock"]),
        ("", []),
        ("the", []),
    ],
)
def test_clauses(prompt: str, sounds: list[str]):
    assert names(prompt) == sounds


def test_manner_is_taken_out_of_the_words_and_kept():
    steps, dog = read_prompt(default_text(), "footsteps on gravel and a dog barking far away")
    assert dog.note == "far away" and dog.level_db < -6 and dog.traits.room
    assert not steps.note and steps.level_db == 0
    assert "far" not in dog.words
    (bell,) = read_prompt(default_text(), "far away, church bell")
    assert bell.note == "far away"
    (rain,) = read_prompt(default_text(), "rain, close up")
    assert rain.traits.room == 0


def test_unknown_words_are_said_to_be_unknown():
    heard = understand("quantum finance report")
    assert not heard.known and len(heard.sounds) == 3
    assert all(0 <= sound.similarity < 0.65 for sound in heard.sounds)
    heard = understand("rain and quantum finance")
    assert heard.known and [sound.label for sound in heard.sounds] == ["Rain"]
    assert understand("").known


def test_cues_belong_to_the_first_events_and_intensity_to_beds():
    text = default_text()
    steps, dog, rain = plan_layers(read_prompt(text, "footsteps on gravel and a dog barking and rain"), CUES, None)
    assert steps.cues == CUES and dog.cues is None and rain.cues is None
    assert rain.points == () and rain.level_db < 0 and not rain.by_picture
    (rain,) = plan_layers(read_prompt(text, "rain"), CUES, None)
    assert rain.points == CUES and rain.level_db == 0
    (rain,) = plan_layers(read_prompt(text, "rain"), CUES, [(0.0, 0.4)])
    assert rain.points == [(0.0, 0.4)] and rain.by_picture
    nothing = plan_layers(read_prompt(text, "footsteps on gravel and a dog barking"), [], None)
    assert [layer.cues for layer in nothing] == [[], []]
    assert plan_layers((), CUES, None)[0].cues == CUES


def test_a_negative_prompt_turns_away_from_known_sounds_only():
    text = default_text()
    wanted = read_prompt(text, "rain")
    assert not negative_condition(text, "quantum finance", wanted).any()
    assert not negative_condition(text, "rain", wanted).any()
    assert negative_condition(text, "wind", wanted).any()
