# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of published systems' sound on real clips, against an independent scorer; only where the clips are."""

import importlib.util
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from foleycue_backend.evaluation.clip_scores import ClipTruth, OnsetLists, score_clip
from foleycue_backend.evaluation.optical_flow import Flow
from foleycue_backend.evaluation.sounds import read_sound

CLIP = "sta_4LcMAREn89c_000013"
SHARED = Path(__file__).parents[4] / "shared"

#: Our names of the figures, and the scorer's.
NAMES = {
    name: name.replace("salient_", "s_")
    for stem in ("", "salient_")
    for name in (f"{stem}f1_50", f"{stem}lift_50", f"{stem}f1_100", f"{stem}lift_100")
} | {name: name for name in ("av_align", "av_lift", "aa_align", "aa_lift")}


@pytest.mark.skipif(not (SHARED / "clips").is_dir(), reason="the real clips lie outside the repository")
def test_figures_are_the_scorers():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scorer = load_scorer()
        folder = SHARED / "clips" / CLIP
        theirs = scorer.Clip(str(SHARED / "clips"), CLIP)
        shown = json.loads((folder / "video_side.json").read_text())
        true = read_sound(folder / "video.mp4")
        truth = ClipTruth(OnsetLists.of(true), true.seconds, Flow(np.array(shown["flow"]), shown["fps"]))
        for system in sorted(folder.glob("*.flac"))[:2]:
            expected = theirs.score_audio(*scorer.load_audio(str(system)))
            score = score_clip(OnsetLists.of(read_sound(system)), truth)
            assert score.values == {ours: expected[name] for ours, name in NAMES.items()}


def load_scorer():
    spec = importlib.util.spec_from_file_location("independent_scorer", SHARED / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
