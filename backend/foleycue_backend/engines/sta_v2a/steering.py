# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue steering: the onset predictor's hidden state, changed by as little as makes its logits obey an edited sheet.

The ControlNet is conditioned on the predictor's hidden state x of each latent frame, and the onset logits are a
linear map of it: logits = W x + b. What decides between onset and none is the margin m(x) = d · x + (b1 - b0) with
d = w1 - w0. Where the edited sheet wants another margin m', the closest x' is found by Lagrange's method:

    minimise (x' - x)ᵀ S⁻¹ (x' - x) subject to d · x' + (b1 - b0) = m'
    x' - x = λ S d, and λ dᵀ S d = m' - m(x), so  x' = x + (m' - m(x)) S d / (dᵀ S d)

"Close" is what the clip itself calls close: S is the covariance of its hidden states, with a small ridge. The change
is then the one that goes with such a margin elsewhere in the clip. By plain distance (S = 1) the logits turn just as
well, but in a direction that hidden states hardly ever take, and a ControlNet that was trained as published does not
hear it: 3 % of moved cues were met within 50 ms instead of more than half (`benchmarks/cue_steering.py`).

Frames whose label is right already are not touched at all. The result may leave the range of the predictor's
activation (SiLU is never below -0.28).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPrediction, token_of_frame
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.timing import CUE_RATE

#: Samples of a cue sheet in one latent frame of 40 ms.
FRAME_SAMPLES = CUE_RATE // 25
#: Features of the published prediction; each decides one quarter of a second.
TOKENS = 40
#: A predicted cue is never weaker than this, so that the editor sees it.
_FAINTEST = 0.05
#: Strengths that are closer than this are the same: sheets are written with four digits.
_SAME_STRENGTH = 1e-3
#: Share of the mean variance that is added to the covariance; 0.001 to 0.1 do about as well on the small model.
_RIDGE = 0.01
#: Mean variance of hidden states below which a clip's frames are all the same.
_SAME_ROWS = 1e-12


@dataclass(frozen=True)
class SteeringRule:
    """How cues and margins are read into each other.

    A cue is a run of `width` onset frames that begins `lead` frames before it. The predictor decides once for each
    quarter of a second, 6 or 7 equal frames, and its cue may lie anywhere in it: the cue is put 3 frames after the
    run's start, in the middle, where it is wrong by 0.125 s at most and by nothing on average. An edited cue is
    surrounded in the same way, so that moving it moves the same picture of an onset.

    A frame is an onset if its margin is above `threshold` (0 is the published decision). `top` is how far above it
    the strength is 1: the strength of a predicted cue is its share of `top`, and the other way round a cue of
    strength s asks for the margin threshold + max(margin, s · top), which grows with s. A cleared frame gets
    threshold - margin, or the usual margin of the clip's silent frames where that is less.
    """

    threshold: float = 0.0
    margin: float = 1.0
    top: float = 4.0
    width: int = 6
    lead: int = 3

    def first_frame(self, cue: Cue) -> int:
        """First frame of a cue's run, the nearest to `lead` frames before it; may lie outside the window."""
        return (2 * cue.sample + FRAME_SAMPLES) // (2 * FRAME_SAMPLES) - self.lead

    def cue_of(self, run: OnsetRun, limit: int | None = None) -> Cue:
        """The cue that stands for a run; `first_frame` of it is the run's first frame.

        A range of `limit` samples may end within the run: its cue is then the range's last sample.
        """
        strength = min(1.0, max(_FAINTEST, (run.margin - self.threshold) / self.top))
        sample = (run.first + self.lead) * FRAME_SAMPLES
        return Cue(sample if limit is None else min(sample, limit - 1), strength, CueSource.PICTURE)

    def wanted_margin(self, strength: float) -> float:
        """The margin that a cue of this strength asks for."""
        return self.threshold + max(self.margin, strength * self.top)


DEFAULT_RULE = SteeringRule()


@dataclass(frozen=True)
class OnsetRun:
    """Frames first..last of one token that says onset, with its margin."""

    first: int
    last: int
    margin: float


def onset_margins(logits: Tensor) -> Tensor:
    """Margin (..., frames) of onset over none from logits (..., frames, 2)."""
    return logits[..., 1] - logits[..., 0]


def onset_runs(margins: Tensor, rule: SteeringRule, tokens: int = TOKENS) -> list[OnsetRun]:
    """The onsets of an unedited prediction (frames,) from `tokens` features: one for each above the threshold.

    Neighbouring tokens are not joined, since each of them says that something starts in its own quarter second. The
    copied frames at the window's end belong to the last token.
    """
    source = token_of_frame(tokens, len(margins)).tolist()
    values = margins.tolist()
    firsts = [frame for frame, token in enumerate(source) if not frame or token != source[frame - 1]]
    ends = [*firsts[1:], len(values)]
    return [
        OnsetRun(first, end - 1, values[first])
        for first, end in zip(firsts, ends, strict=True)
        if values[first] > rule.threshold
    ]


def cues_from_logits(
    logits: Tensor, rule: SteeringRule = DEFAULT_RULE, tokens: int = TOKENS, limit: int | None = None
) -> tuple[Cue, ...]:
    """The predicted sheet of one clip, logits (frames, 2), in samples at 48 kHz from the window's start.

    Give `limit`, the samples of a range that ends within the frames, here and where the sheet is read again.
    """
    return tuple(rule.cue_of(run, limit) for run in onset_runs(onset_margins(logits), rule, tokens))


def wanted_margins(
    margins: Tensor,
    cues: Sequence[Cue],
    rule: SteeringRule = DEFAULT_RULE,
    tokens: int = TOKENS,
    limit: int | None = None,
) -> Tensor:
    """Margin (frames,) that an edited sheet wants of each frame, NaN where the frame may stay as it is.

    `margins` (frames,) are those of the unedited prediction. A cue that falls on the frame of a predicted run's cue
    is that run, unedited unless its strength differs. Other predicted runs are cleared, other cues get a run of their
    own, cut at the window's ends. A frame that is an onset by itself and shall be one stays.
    """
    wanted = torch.full_like(margins, torch.nan)
    silent = margins <= rule.threshold
    runs = {rule.first_frame(rule.cue_of(run, limit)): run for run in onset_runs(margins, rule, tokens)}
    placed = {rule.first_frame(cue): cue for cue in sorted(cues, key=lambda cue: cue.strength)}
    for place in runs.keys() - placed.keys():
        wanted[_frames(runs[place])] = _cleared_margin(margins[silent], rule)
    for first in placed.keys() - runs.keys():
        frames = slice(max(0, first), max(0, first + rule.width))
        margin = torch.full_like(wanted[frames], rule.wanted_margin(placed[first].strength))
        # Where two new runs meet, the stronger cue counts.
        wanted[frames] = torch.where(silent[frames], margin.fmax(wanted[frames]), torch.nan)
    for place in runs.keys() & placed.keys():
        strength = placed[place].strength
        same = abs(rule.cue_of(runs[place]).strength - strength) < _SAME_STRENGTH
        wanted[_frames(runs[place])] = torch.nan if same else rule.wanted_margin(strength)
    return wanted


def _frames(run: OnsetRun) -> slice:
    return slice(run.first, run.last + 1)


def _cleared_margin(silent: Tensor, rule: SteeringRule) -> float:
    """As silent as the silent frames usually are: one just below the threshold still sounds now and then."""
    highest = rule.threshold - rule.margin
    return min(highest, float(silent.median())) if len(silent) else highest


def least_change(hidden: Tensor, head: nn.Linear) -> Tensor:
    """The change (size,) that raises a margin by one and is least by the covariance of `hidden` (frames, size)."""
    direction = head.weight[1].float() - head.weight[0].float()
    rows = hidden.float() - hidden.float().mean(0)
    covariance = rows.T @ rows / len(rows)
    spread = covariance.diagonal().mean()
    # Where all frames are the same there is no covariance to learn from, and the plain distance is left.
    ridge = _RIDGE * spread if spread > _SAME_ROWS else torch.ones_like(spread)
    change = covariance @ direction + ridge * direction
    return change / (direction @ change)


def shift_margins(hidden: Tensor, margins: Tensor, wanted: Tensor, change: Tensor) -> Tensor:
    """Hidden state (frames, size) with the wanted margins (frames,); rows where those are NaN are the same bits.

    `change` is what raises a margin by one, see `least_change`.
    """
    step = (wanted - margins)[:, None] * change
    return torch.where(wanted.isnan()[:, None], hidden, (hidden + step).to(hidden.dtype))


@torch.no_grad()
def steer(
    prediction: OnsetPrediction,
    head: nn.Linear,
    cues: Sequence[Cue],
    rule: SteeringRule = DEFAULT_RULE,
    tokens: int = TOKENS,
    limit: int | None = None,
) -> Tensor:
    """The ControlNet's condition (batch, frames, size) that obeys a sheet, for each clip of a prediction.

    `head` is the predictor's last layer, `cues` the whole sheet in samples at 48 kHz from the window's start. An
    unedited sheet gives back the hidden state, bit for bit. `tokens` features were predicted from; `limit` as in
    `cues_from_logits`.
    """
    margins = onset_margins(prediction.logits).float()
    rows = [
        shift_margins(hidden, margin, wanted_margins(margin, cues, rule, tokens, limit), least_change(hidden, head))
        for hidden, margin in zip(prediction.hidden, margins, strict=True)
    ]
    return torch.stack(rows)
