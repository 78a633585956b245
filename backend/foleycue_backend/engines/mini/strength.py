# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds as strong as they were asked for: the painted picture's levels, moved towards the law of strength.

The network hears a strength mostly as timbre: a soft hit is dull. Its level comes out right on average but wavers from
strike to strike, and some beds sink too far where they are soft, so both are trimmed here, within bounds.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from foleycue_backend.engines.mini.cues import FRAME_RATE, PATCH, REST
from foleycue_backend.engines.mini.mel import FLOOR

#: Strength 1 is this much louder than strength 0.
RANGE_DB = 24.0
#: A strike, or a moment of a bed, is moved by at most this much; but a spark is held however far it flies.
MOST_DB = 8.0
#: Frames after a cue over which a strike is measured.
_HEARD = 15
#: Frames over which a bed's level is measured, and the intensity below which it is on its way to silence.
_WINDOW, _SOFT = 25, 0.1
#: A line must reach this far, in so many windows, for its trend to be known.
_REACH, _LEAST = 0.2, 4
#: In dB: hardly a true bed's softest quarter of a second lies further below its usual level, its loudest 10 ms above.
_DEEPEST, _LOUDEST = 10.0, 15.0


def trim_strikes(mel: Tensor, cues: Sequence[tuple[float, float]]) -> Tensor:
    """Log-mel (bands, frames) in which the 150 ms after each (seconds, strength) cue follow RANGE_DB, relatively.

    The mean level of the strikes stays as it was painted; each strike's gain holds until the next cue. What is silent
    stays silent. Cues outside the picture are left out.
    """
    frames = mel.shape[-1]
    placed = sorted((round(time * FRAME_RATE), strength) for time, strength in cues)
    placed = [(at, strength) for at, strength in placed if 0 <= at < frames]
    if len(placed) < 2:
        return mel
    power = (torch.exp(mel) - FLOOR).clamp_min(0)
    ends = [*(at for at, _ in placed[1:]), frames]
    heard = [power[:, at : max(at + 1, min(at + _HEARD, end))] for (at, _), end in zip(placed, ends, strict=True)]
    levels = torch.stack([10 * torch.log10(part.sum(0).mean() + FLOOR) for part in heard])
    wanted = torch.tensor([RANGE_DB * strength for _, strength in placed])
    gains = (wanted - wanted.mean() - (levels - levels.mean())).clamp(-MOST_DB, MOST_DB)
    curve = torch.zeros(frames)
    for (at, _), end, gain in zip(placed, ends, gains, strict=True):
        # The frame before a cue already holds the start of its attack.
        curve[max(0, at - 1) : end] = gain
    return torch.log(power * 10 ** (curve / 10) + FLOOR)


def trim_bed(mel: Tensor, intensity: Tensor) -> Tensor:
    """Log-mel (bands, frames) of a bed whose level follows `intensity` (frames / PATCH,), 0 … 1, by RANGE_DB.

    Only the trend is moved, and what no true bed does: what wavers at one intensity, such as waves and crackle, belongs
    to the sound, but no bed pauses, and no spark drowns all others. The level at REST stays as it was painted.
    """
    line = intensity.repeat_interleave(PATCH)[: mel.shape[-1]]
    power = (torch.exp(mel) - FLOOR).clamp_min(0)
    heard = _means(line) >= _SOFT
    if int(heard.sum()) < _LEAST:
        return mel
    gain = _trend(power, line, heard)
    moved = power * 10 ** (gain / 10)
    usual = (_levels(moved) - RANGE_DB * _means(line))[heard].median()
    law = RANGE_DB * line.clamp_min(_SOFT) + usual
    gain = (gain + _gaps(moved, law, heard)).clamp(-MOST_DB, MOST_DB)
    gain = gain + _sparks(power * 10 ** (gain / 10), law)
    return torch.log(power * 10 ** (gain / 10) + FLOOR) if gain.any() else mel


def _trend(power: Tensor, line: Tensor, heard: Tensor) -> Tensor:
    """Gains in dB (frames,) by which the level follows the line; none for a line that hardly moves."""
    asked, levels = _means(line)[heard], _levels(power)[heard]
    if float(asked.max() - asked.min()) < _REACH:
        return torch.zeros_like(line)
    away = asked - asked.mean()
    slope = (away * (levels - levels.mean())).sum() / (away * away).sum()
    return ((RANGE_DB - slope) * (line.clamp_min(_SOFT) - REST)).clamp(-MOST_DB, MOST_DB)


def _gaps(power: Tensor, law: Tensor, heard: Tensor) -> Tensor:
    """Gains in dB (frames,) that lift windows from deeper than _DEEPEST below the law (frames,) in dB to there."""
    lift = torch.where(heard, (_means(law) - _DEEPEST - _levels(power)).clamp_min(0), 0.0).repeat_interleave(_WINDOW)
    return torch.cat([lift, torch.zeros(len(law) - len(lift))])


def _sparks(power: Tensor, law: Tensor) -> Tensor:
    """Gains in dB (frames,) that bring frames from more than _LOUDEST above the law down to there.

    One spark too loud would make the whole take soft, whose peak is what fits into a file.
    """
    return (law + _LOUDEST - 10 * torch.log10(power.sum(0) + FLOOR)).clamp_max(0)


def _levels(power: Tensor) -> Tensor:
    """In dB, of whole windows of (bands, frames)."""
    return 10 * torch.log10(_means(power.sum(0)) + FLOOR)


def _means(values: Tensor) -> Tensor:
    """Of whole windows of (frames,)."""
    count = len(values) // _WINDOW
    return values[: count * _WINDOW].view(count, _WINDOW).mean(1)
