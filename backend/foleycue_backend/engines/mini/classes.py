# SPDX-License-Identifier: GPL-3.0-or-later
"""The sounds that the embedded model was trained on.

The order of `CLASSES` is part of the weights: class index i is column i of the class head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["impact", "gesture", "bed"]


@dataclass(frozen=True, slots=True)
class FoleyClass:
    """One class of sound.

    `kind`: an `impact` has a sharp attack at its cue; a `gesture` (cloth, whoosh) swells from its cue; a
    `bed` sounds all the time and swells at its cues.
    """

    name: str
    label: str
    kind: Kind


CLASSES: tuple[FoleyClass, ...] = (
    FoleyClass("footsteps_wood", "Footsteps on wood", "impact"),
    FoleyClass("footsteps_concrete", "Footsteps on concrete", "impact"),
    FoleyClass("footsteps_gravel", "Footsteps on gravel", "impact"),
    FoleyClass("footsteps_grass", "Footsteps on grass", "impact"),
    FoleyClass("footsteps_snow", "Footsteps in snow", "impact"),
    FoleyClass("knock", "Knock on a door", "impact"),
    FoleyClass("door_close", "Door closing", "impact"),
    FoleyClass("click", "Switch or mouse click", "impact"),
    FoleyClass("key_press", "Keyboard typing", "impact"),
    FoleyClass("wood_hit", "Wood impact", "impact"),
    FoleyClass("metal_hit", "Metal impact", "impact"),
    FoleyClass("glass_hit", "Glass clink", "impact"),
    FoleyClass("ceramic_hit", "Ceramic or crockery", "impact"),
    FoleyClass("plastic_hit", "Plastic impact", "impact"),
    FoleyClass("glass_break", "Glass breaking", "impact"),
    FoleyClass("drip", "Water drip", "impact"),
    FoleyClass("splash", "Water splash", "impact"),
    FoleyClass("punch", "Punch or body hit", "impact"),
    FoleyClass("clap", "Hand clap", "impact"),
    FoleyClass("drum", "Drum hit", "impact"),
    FoleyClass("gunshot", "Gunshot", "impact"),
    FoleyClass("whoosh", "Whoosh", "gesture"),
    FoleyClass("cloth", "Cloth movement", "gesture"),
    FoleyClass("rain", "Rain", "bed"),
    FoleyClass("wind", "Wind", "bed"),
    FoleyClass("fire", "Fire", "bed"),
    FoleyClass("engine", "Engine", "bed"),
)

NAMES: tuple[str, ...] = tuple(c.name for c in CLASSES)
INDEX: dict[str, int] = {c.name: i for i, c in enumerate(CLASSES)}


def class_is_event(name: str) -> bool:
    """True if the class sounds once per cue; False for a bed. Raises KeyError for an unknown name."""
    return CLASSES[INDEX[name]].kind != "bed"


def class_label(name: str) -> str:
    """The menu text of a class. Raises KeyError for an unknown name."""
    return CLASSES[INDEX[name]].label
