# SPDX-License-Identifier: GPL-3.0-or-later
"""The training of the voice net: speech from a folder, labelled scenes, a net that learns."""

from fractions import Fraction

import numpy as np
import pytest

from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.voice import command
from foleycue_backend.training.voice.scenes import SECONDS, examples, make_scene
from foleycue_backend.training.voice.spoken import Speakers
from foleycue_backend.training.voice.talk import SAMPLE_RATE, talk
from foleycue_shared.broadcast_wav import WavHeader, write_broadcast_wav


@pytest.fixture(scope="module")
def speakers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speech")
    (folder / "notes.txt").write_text("no sound")
    for name, seconds in (("long", 9.0), ("short", 2.0)):
        sound = talk(np.random.default_rng(1), seconds)
        header = WavHeader(sample_rate=SAMPLE_RATE, time_reference=0, rate=Fraction(25), samples=len(sound))
        write_broadcast_wav(folder / f"{name}.wav", [sound], header)
    return Speakers(folder)


def test_stretches_are_as_long_as_asked_and_equally_loud(speakers):
    for seed in range(12):
        sound = speakers.stretch(np.random.default_rng(seed), 3.0)
        assert len(sound) == 3 * SAMPLE_RATE and np.abs(sound).max() == pytest.approx(0.5, abs=1e-3)


def test_scenes_repeat_and_their_onsets_are_labelled(speakers):
    bank = Bank(1, 0)
    scenes = [make_scene(index, 0, bank, speakers) for index in range(4)]
    assert np.array_equal(scenes[0].sound, make_scene(0, 0, bank, speakers).sound)
    assert all(len(scene.sound) == round(SECONDS * SAMPLE_RATE) for scene in scenes)
    found = [examples(scene) for scene in scenes]
    labels = [bool(label) for _, told in found for label in told]
    assert sum(len(rows) for rows, _ in found) == len(labels) > 10 and set(labels) == {False, True}


def test_the_net_learns_what_can_be_told(monkeypatch):
    monkeypatch.setattr(command, "STEPS", 200)
    rng = np.random.default_rng(0)
    truth = rng.random(400) < 0.3
    features = (rng.standard_normal((400, 6)) + 3 * truth[:, None]).astype(np.float32)
    net = command.fit(features, truth.astype(np.float32), 0)
    assert np.mean((net(features) > 0.5) == truth) > 0.95
    assert (net(features, np.full(400, 50.0, np.float32)) > 0.5).all()
