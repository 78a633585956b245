# SPDX-License-Identifier: GPL-3.0-or-later
"""The onset predictor's view of a whole range: what an editor sees of it, and how a cue sheet changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from foleycue_backend.engines.sta_v2a.cue_rule import RULE
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.steering import onset_margins, onset_runs, steer
from foleycue_backend.stages.picture_cues import CURVE_RATE, Prediction
from foleycue_shared.cues import Cue
from foleycue_shared.timing import CUE_RATE

#: Latent frames a second.
_FRAMES = 25
#: Margin by which the lowest and the highest sensitivity move the threshold of what is shown.
_SWAY = 2.0


def foreseen(pipeline: StaV2aPipeline, features: Tensor, samples: int, sensitivity: float) -> Prediction:
    """Cues, onset probability as curve, and the highest probability as confidence.

    `features` (time, 512), `samples` the range's length at CUE_RATE. At sensitivity 0.5 the cues are the predictor's
    own decisions, and a sheet of them leaves the condition as it is.
    """
    frames = max(1, -(-samples * _FRAMES // CUE_RATE))
    margins = onset_margins(pipeline.predict_onsets(features[None], frames).logits[0]).float().cpu()
    shown = replace(RULE, threshold=RULE.threshold + _SWAY * (1 - 2 * sensitivity))
    runs = onset_runs(margins, shown, len(features))
    cues = (RULE.cue_of(run, samples) for run in runs)
    curve = margins.sigmoid().repeat_interleave(CURVE_RATE // _FRAMES).numpy()
    length = max(1, samples * CURVE_RATE // CUE_RATE)
    rounded = tuple(Cue(cue.sample, round(cue.strength, 4), cue.source) for cue in cues)
    return Prediction(rounded, curve[:length].astype(np.float32), round(float(curve.max()), 4))


@torch.inference_mode()
def condition(
    pipeline: StaV2aPipeline, features: Tensor, frames: int, cues: Sequence[Cue] | None, samples: int
) -> Tensor:
    """The ControlNet's condition (1, frames, 128) for features (1, time, 512) of a range of `samples` at CUE_RATE.

    cues None leaves the predictor's hidden state as it is; a sheet changes what differs from the predictor's own
    cues, an empty one clears them all.
    """
    prediction = pipeline.predict_onsets(features, frames)
    if cues is None:
        return prediction.hidden
    return steer(prediction, pipeline.onset_predictor.l2, cues, RULE, features.shape[1], samples)
