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

    `kind`: an `impact` has a sharp attack at its cue; a `gesture` (cloth, whoosh) swells from its cue; a `bed`
    sounds all the time, as strongly as its intensity curve says. `group` is its place in a menu.
    """

    name: str
    label: str
    kind: Kind
    group: str


def _group(group: str, *rows: tuple[str, str, Kind]) -> tuple[FoleyClass, ...]:
    return tuple(FoleyClass(name, label, kind, group) for name, label, kind in rows)


CLASSES: tuple[FoleyClass, ...] = (
    *_group(
        "Footsteps",
        ("footsteps_wood", "Footsteps on wood", "impact"),
        ("footsteps_concrete", "Footsteps on concrete", "impact"),
        ("footsteps_gravel", "Footsteps on gravel", "impact"),
        ("footsteps_grass", "Footsteps on grass", "impact"),
        ("footsteps_snow", "Footsteps in snow", "impact"),
        ("footsteps_leaves", "Footsteps in leaves", "impact"),
        ("footsteps_metal", "Footsteps on metal stairs", "impact"),
        ("footsteps_wet", "Footsteps on wet ground", "impact"),
    ),
    *_group(
        "Clothes and bodies",
        ("cloth", "Cloth rustle", "gesture"),
        ("leather", "Leather creak", "gesture"),
        ("punch", "Punch or body hit", "impact"),
        ("slap", "Slap", "impact"),
        ("clap", "Hand clap", "impact"),
    ),
    *_group(
        "Doors and furniture",
        ("knock", "Knock on a door", "impact"),
        ("door_open", "Door opening", "gesture"),
        ("door_close", "Door closing", "impact"),
        ("latch", "Latch or lock", "impact"),
        ("drawer", "Drawer", "gesture"),
    ),
    *_group(
        "Impacts",
        ("wood_hit", "Wood impact", "impact"),
        ("metal_hit", "Metal impact", "impact"),
        ("glass_hit", "Glass clink", "impact"),
        ("ceramic_hit", "Ceramic or crockery", "impact"),
        ("plastic_hit", "Plastic impact", "impact"),
        ("stone_hit", "Stone impact", "impact"),
        ("wood_break", "Wood breaking", "impact"),
        ("glass_break", "Glass breaking", "impact"),
        ("ceramic_break", "Ceramic breaking", "impact"),
        ("stone_break", "Stone crumbling", "impact"),
    ),
    *_group(
        "Friction",
        ("scrape", "Metal scrape", "bed"),
        ("slide", "Object sliding", "gesture"),
        ("roll", "Rolling", "bed"),
    ),
    *_group(
        "Small things",
        ("click", "Mouse or pen click", "impact"),
        ("key_press", "Keyboard typing", "impact"),
        ("switch", "Light switch", "impact"),
    ),
    *_group(
        "Water",
        ("drip", "Water drip", "impact"),
        ("splash", "Water splash", "impact"),
        ("pour", "Pouring", "bed"),
        ("bubbles", "Bubbles", "bed"),
    ),
    *_group("Air", ("whoosh", "Whoosh", "gesture"), ("swish", "Swish of a blade", "gesture")),
    *_group(
        "Fire and shots",
        ("gunshot", "Gunshot", "impact"),
        ("explosion", "Explosion", "impact"),
        ("fire", "Fire", "bed"),
    ),
    *_group(
        "Engines",
        ("engine", "Engine idle", "bed"),
        ("engine_rev", "Engine revving", "bed"),
        ("pass_by", "Vehicle passing", "gesture"),
    ),
    *_group(
        "Weather and rooms",
        ("rain", "Rain", "bed"),
        ("wind", "Wind", "bed"),
        ("sea", "Sea waves", "bed"),
        ("stream", "Stream", "bed"),
        ("room_tone", "Room tone", "bed"),
    ),
    *_group(
        "Bells, drums, animals",
        ("bell", "Bell", "impact"),
        ("drum", "Drum hit", "impact"),
        ("bird", "Bird", "impact"),
        ("bark", "Dog bark", "impact"),
    ),
)

NAMES: tuple[str, ...] = tuple(c.name for c in CLASSES)
INDEX: dict[str, int] = {c.name: i for i, c in enumerate(CLASSES)}


def class_is_event(name: str) -> bool:
    """True if the class sounds once per cue; False for a bed. Raises KeyError for an unknown name."""
    return CLASSES[INDEX[name]].kind != "bed"


def class_label(name: str) -> str:
    """The menu text of a class. Raises KeyError for an unknown name."""
    return CLASSES[INDEX[name]].label
