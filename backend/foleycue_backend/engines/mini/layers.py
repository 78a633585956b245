# SPDX-License-Identifier: GPL-3.0-or-later
"""Who obeys what: the sounds of a prompt as layers, each with its cues, its intensity and its level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from foleycue_backend.engines.mini.cues import Pairs
from foleycue_backend.engines.mini.prompt import Sound

#: A bed beside events is this much softer than alone.
_BESIDE_DB = -6.0


@dataclass(frozen=True, slots=True)
class Layer:
    """One sound to paint, None for no prompt. `cues` and `points` as in engines/mini/cues.py.

    `by_picture` says that the points are the picture's movement, and not the user's cues.
    """

    sound: Sound | None
    cues: Pairs | None
    points: Pairs | None
    level_db: float = 0.0
    by_picture: bool = False

    @property
    def silent(self) -> bool:
        """Whether its sheet says that nothing happens."""
        return self.cues is not None and not self.cues


def plan_layers(sounds: Sequence[Sound], cues: Pairs | None, intensity: Pairs | None) -> tuple[Layer, ...]:
    """Layers for the sounds of a prompt.

    Cues belong to the first sound that comes in events; a further one finds its own times, unless the sheet says that
    nothing happens. Where there are only beds, cues are the points of their intensity line. `intensity` is the line
    that the picture suggests where the user gave no cues; beds follow it. No sounds give one layer that hears
    the cues alone.
    """
    if not sounds:
        return (Layer(None, cues, None),)
    events = [sound for sound in sounds if sound.kind.kind != "bed"]
    return tuple(
        _bed(sound, None if events else cues, intensity, beside=bool(events))
        if sound.kind.kind == "bed"
        else Layer(sound, cues if sound is events[0] or not cues else None, None, sound.level_db)
        for sound in sounds
    )


def _bed(sound: Sound, cues: Pairs | None, intensity: Pairs | None, *, beside: bool) -> Layer:
    level = sound.level_db + (_BESIDE_DB if beside else 0.0)
    return Layer(sound, None, intensity or cues or (), level, by_picture=bool(intensity))
