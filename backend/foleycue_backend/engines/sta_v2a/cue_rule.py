# SPDX-License-Identifier: GPL-3.0-or-later
"""How the engine reads cues from onset margins."""

from __future__ import annotations

import math

from foleycue_backend.engines.sta_v2a.steering import SteeringRule

#: Latent frames that share one picture, and so one onset probability.
_FRAMES_A_PICTURE = 6.25
#: Cross entropy counts frames, and an onset is one of them: a picture that surely holds one says 1 / 6.25, and never
#: more than a half. It more likely holds one than none where each of its frames says more than half of that. A
#: predictor that is surer of itself has its margins far to either side, and is read in the same way.
_PROBABILITY = 0.5 / _FRAMES_A_PICTURE
RULE = SteeringRule(threshold=math.log(_PROBABILITY / (1 - _PROBABILITY)))
