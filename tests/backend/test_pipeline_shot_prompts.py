# SPDX-License-Identifier: GPL-3.0-or-later
"""A prompt for each shot, through the whole pipeline."""

from pathlib import Path

import numpy as np
import pytest

from backend import test_pipeline
from foleycue_backend.pipeline import Pipeline
from foleycue_backend.report import JobCancelled
from foleycue_shared.broadcast_wav import read_wav
from foleycue_shared.cues import Cue
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import ShotPrompt
from foleycue_shared.timing import CUE_RATE

CUES = tuple(Cue(round(t * CUE_RATE), 0.5) for t in (0.2, 0.7, 1.25, 1.9))
SHOTS = (ShotPrompt(frame=20, prompt="rain"), ShotPrompt(frame=40, prompt="glass"))


@pytest.fixture
def shots(tmp_path):
    """Three shots of 20 frames of a file that is not looked at."""
    path = tmp_path / "unseen.mp4"
    path.touch()
    return test_pipeline._document((path, 20), (path, 20), (path, 20))


def _run(tmp_path, document, report=None, **fields):
    report = report or test_pipeline.Report()
    request = test_pipeline._generate(60, **{"prompt": "steps", "cue_sheet": CUES, "shot_prompts": SHOTS, **fields})
    Pipeline(tmp_path / "cache", tmp_path / "outbox").run(request, document, report)
    return report


def test_each_stretch_has_its_prompt_and_cues(tmp_path, monkeypatch, shots):
    engine = test_pipeline._registered(test_pipeline.Engine(), monkeypatch)
    report = _run(tmp_path, shots, seeds=(3, 4))
    assert [(c.prompt, c.seed) for c in engine.conditions[:3]] == [("steps", 3), ("rain", 3), ("glass", 3)]
    assert [[round(cue.seconds, 3) for cue in c.cues] for c in engine.conditions[:3]] == [[0.2, 0.7], [0.45], [0.3]]
    assert [c.samples for c in engine.conditions[:3]] == [35_840, 35_840, 25_600]  # 0.3 s more but for the last
    for take in report.takes:
        sound, rate = read_wav(Path(take.path))
        assert (len(sound), rate, take.cues, take.missed) == (int(2.4 * 48_000), 48_000, CUES, 0)
        assert np.isfinite(sound).all() and take.cue_error_ms < 5
    for take in (0, 1):
        steps = [step for phase, step, number in report.steps if phase == "diffuse" and number == take]
        assert steps == sorted(steps)


def test_a_cancel_in_a_later_stretch_leaves_nothing(tmp_path, monkeypatch, shots):
    test_pipeline._registered(test_pipeline.Engine(), monkeypatch)
    with pytest.raises(JobCancelled):
        _run(tmp_path, shots, test_pipeline.Report(cancel_at=("vocode", 0)))
    assert not list((tmp_path / "outbox").glob("*")) and not list((tmp_path / "cache" / "work").glob("*"))


def test_a_prompt_needs_a_shot(tmp_path, monkeypatch, shots):
    test_pipeline._registered(test_pipeline.Engine(), monkeypatch)
    with pytest.raises(FoleyCueError, match="No shot starts at frame 21") as caught:
        _run(tmp_path, shots, shot_prompts=(ShotPrompt(frame=21, prompt="rain"),))
    assert caught.value.code is ErrorCode.BAD_INPUT
