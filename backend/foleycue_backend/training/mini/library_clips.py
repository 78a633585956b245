# SPDX-License-Identifier: GPL-3.0-or-later
"""Training clips from a user's own sounds, with the cues and the intensity that were heard in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from foleycue_backend.engines.mini.classes import NAMES, FoleyClass
from foleycue_backend.engines.mini.traits import Traits
from foleycue_backend.training.common.clip_list import TRAIN
from foleycue_backend.training.mini import library
from foleycue_backend.training.mini.config import TrainConfig
from foleycue_backend.training.mini.library import Heard
from foleycue_backend.training.mini.mixing import Clip, Line, mix_events, place_cues, shape, strength_gain
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio, Rng

#: How far size and brightness of one's own sounds are varied, of the whole range of -1..1.
VARIED = 0.4
#: A piece of a longer file begins this much before one of its onsets.
_LEAD = (0.02, 0.3)
_FADE = 240


class _OneObject:
    """The same object at every strike."""

    def __init__(self, shot: Audio) -> None:
        self.shot = shot

    def draw(self, rng: Rng, name: str) -> Audio:
        """Its one-shot."""
        return self.shot


@lru_cache(maxsize=4)
def _read(path: str) -> Audio:
    return library.read(Path(path))


def own_sounds(heard: list[Heard]) -> list[FoleyClass]:
    """The different captions of a library as classes; the label of the first one is the number of trained classes."""
    kinds: dict[str, list[bool]] = {}
    for h in heard:
        kinds.setdefault(h.caption, []).append(h.cues is None)
    return [
        FoleyClass(f"own:{caption}", caption, "bed" if sum(beds) > len(beds) / 2 else "impact", "Your own sounds")
        for caption, beds in sorted(kinds.items())
    ]


def own_clips(cfg: TrainConfig, *, kept: Path, split: str = TRAIN) -> Callable[[int], Clip]:
    """Clips of the library that was surveyed into `kept`: number i is of file i modulo their number."""
    heard = library.load(kept)
    label = {sound.label: len(NAMES) + i for i, sound in enumerate(own_sounds(heard))}
    mine = [h for h in heard if h.split == split]
    order = np.random.default_rng([cfg.seed, len(mine)]).permutation(len(mine))

    def make(i: int) -> Clip:
        h = mine[int(order[i % len(mine)])]
        rng = np.random.default_rng([cfg.seed, 77, i])
        return own_clip(rng, h, _read(h.path), label[h.caption], cfg.clip_seconds)

    return make


def own_clip(rng: Rng, heard: Heard, x: Audio, label: int, seconds: float) -> Clip:
    """A clip of a file: a single event struck anew at drawn cues, or a piece of it as it was recorded."""
    n = round(seconds * SAMPLE_RATE)
    size, brightness = (VARIED * rng.uniform(-1, 1, 2)).tolist()
    if heard.single and heard.cues is not None:
        cues = place_cues(rng, seconds)
        shot = x[int(heard.cues[0][0] * SAMPLE_RATE) :]
        sound = mix_events(rng, _OneObject(shot), heard.caption, cues, n, size)
        return Clip(shape(rng, sound, brightness, 0.0), label, Traits(size, brightness, None), cues, None)
    sound, start = _piece(rng, heard, x, n)
    # Softer as a whole now and then, so that the loudest of a file is not always strength 1.
    softer = float(rng.uniform(0, 0.4))
    sound = shape(rng, sound * strength_gain(1 - softer), brightness, 0.0)
    traits = Traits(None, brightness, None)
    if heard.cues is not None:
        return Clip(sound, label, traits, _moved(heard.cues, start, seconds, softer), None)
    return Clip(sound, label, traits, None, _line(heard, start, seconds, softer))


def _piece(rng: Rng, heard: Heard, x: Audio, n: int) -> tuple[Audio, float]:
    """`n` samples of a file, and the time in the clip at which the file begins (below 0: cut off)."""
    room = n - len(x)
    if room >= 0:
        at = int(rng.integers(room + 1))
        return np.pad(x, (at, room - at)), at / SAMPLE_RATE
    latest = len(x) - n
    first = int(rng.integers(latest + 1))
    if heard.cues:
        # Just before an onset: what sounds at a clip's start without a cue would be taught as sound without a cause.
        onset = heard.cues[int(rng.integers(len(heard.cues)))][0] - rng.uniform(*_LEAD)
        first = int(np.clip(onset * SAMPLE_RATE, 0, latest))
    piece = x[first : first + n].copy()
    fade = np.linspace(0, 1, _FADE, dtype=np.float32)
    piece[:_FADE] *= fade
    piece[-_FADE:] *= fade[::-1]
    return piece, -first / SAMPLE_RATE


def _moved(cues: Line, start: float, seconds: float, softer: float) -> Line:
    moved = [(t + start, max(0.05, s - softer)) for t, s in cues]
    return [(t, s) for t, s in moved if 0 <= t < seconds]


def _line(heard: Heard, start: float, seconds: float, softer: float) -> Line:
    """The line within the clip; it falls to nothing where the file has not begun or has ended."""
    line = [(t + start, max(0.0, s - softer) if s else 0.0) for t, s in heard.line or ()]
    inside = [(t, s) for t, s in line if -0.2 <= t <= seconds + 0.2]
    before = [(max(0.0, start - 0.01), 0.0)] if start > 0 else []
    after = [(start + heard.seconds, 0.0)] if start + heard.seconds < seconds else []
    return [*before, *inside, *after] or [(0.0, 0.0)]
