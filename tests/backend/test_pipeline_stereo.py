# SPDX-License-Identifier: GPL-3.0-or-later
"""An object's own take through the whole pipeline: named, in two channels, where its box is."""

from pathlib import Path

import numpy as np
import pytest

from backend import test_pipeline
from foleycue_backend.pipeline import Pipeline
from foleycue_shared.broadcast_wav import read_wav
from foleycue_shared.cues import Cue
from foleycue_shared.messages import CueRequest, RegionKey
from foleycue_shared.timing import CUE_RATE

CUES = tuple(Cue(round(second * CUE_RATE), 0.7) for second in (0.2, 1.2, 1.8))


@pytest.fixture
def document(tmp_path):
    """Two shots of 25 frames of a file that is not looked at."""
    path = tmp_path / "unseen.mp4"
    path.touch()
    return test_pipeline._document((path, 25), (path, 25))


def run(tmp_path, document, monkeypatch, **fields):
    test_pipeline._registered(test_pipeline.Engine(), monkeypatch)
    report = test_pipeline.Report()
    request = test_pipeline._generate(50, prompt="steps", cue_sheet=CUES, stem="car", **fields)
    Pipeline(tmp_path / "cache", tmp_path / "outbox").run(request, document, report)
    (take,) = report.takes
    return take, read_wav(Path(take.path))[0]


def test_left_in_one_shot_and_right_in_the_next(tmp_path, document, monkeypatch):
    keys = [RegionKey(frame=frame, x=x, y=0.2, width=0.2, height=0.2) for frame, x in ((0, 0.0), (30, 0.8))]
    take, sound = run(tmp_path, document, monkeypatch, stereo=True, cues=CueRequest(regions=tuple(keys)))
    assert (take.stem, take.channels, take.samples, sound.shape) == ("car", 2, 96_000, (96_000, 2))
    assert take.missed == 0
    shots = np.sqrt((sound.reshape(2, 48_000, 2) ** 2).mean(1))
    assert shots[0, 1] / shots[0, 0] == pytest.approx(np.tan(0.1 * np.pi / 2), rel=0.02)
    assert shots[1, 0] / shots[1, 1] == pytest.approx(np.tan(0.1 * np.pi / 2), rel=0.02)


def test_without_a_place_in_the_middle_and_without_the_wish_in_one_channel(tmp_path, document, monkeypatch):
    take, sound = run(tmp_path, document, monkeypatch, stereo=True)
    assert np.array_equal(sound[:, 0], sound[:, 1])
    mono, alone = run(tmp_path, document, monkeypatch)
    assert (mono.channels, mono.stem, alone.ndim) == (1, "car", 1)
    assert np.abs(alone - np.sqrt(2) * sound[:, 0]).max() < 1e-3
    assert take.loudness_lufs == pytest.approx(mono.loudness_lufs, abs=0.01)
