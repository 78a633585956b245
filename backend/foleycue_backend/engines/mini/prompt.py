# SPDX-License-Identifier: GPL-3.0-or-later
"""How a prompt is read: "footsteps on gravel and a dog barking far away" is two sounds, the second one distant.

A prompt is cut into clauses; words of manner (engines/mini/traits.py) are taken out of each; what remains is a sound
if it lies near a trained class. Imports no torch, so the broker may ask.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from foleycue_backend.engines.mini.classes import CLASSES, FoleyClass
from foleycue_backend.engines.mini.text import StaticText, Vector
from foleycue_backend.engines.mini.traits import MANNERS, Traits

#: Below this similarity to the nearest class, words are not really known.
KNOWN = 0.65
MOST_SOUNDS = 4

_CUTS = re.compile(r"\s*(,|;|\+|&|\band\b|\bwhile\b|\bthen\b|\bplus\b|\bfollowed by\b|\bwith\b)\s*", re.IGNORECASE)
_MANNER = re.compile(r"\b(" + "|".join(map(re.escape, sorted(MANNERS, key=len, reverse=True))) + r")\b", re.IGNORECASE)
_EMPTY = frozenset(
    ["a", "an", "the", "some", "of", "in", "on", "at", "to", "with", "and", "is", "are", "very", "sound"]
)


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound of a prompt: its words without manner, the class they mean, and how it is to be."""

    words: str
    kind: FoleyClass
    similarity: float
    traits: Traits
    level_db: float
    note: str

    @property
    def known(self) -> bool:
        """Whether its words lie near what was trained."""
        return self.similarity >= KNOWN


def read_prompt(text: StaticText, prompt: str) -> tuple[Sound, ...]:
    """The sounds of a prompt, in its order: the known ones, or else the prompt as one sound; () if it says nothing."""
    whole = _sound(text, prompt)
    if whole is None:
        return ()
    sounds: list[Sound] = []
    waiting = _Manner("", Traits(), 0.0)
    for joint, clause in _clauses(prompt):
        sound = _sound(text, clause)
        if sound is None:
            # Manner alone, as in "rain, far away" or "far away, rain".
            said = _manner(clause)
            if sounds:
                sounds[-1] = _with(sounds[-1], said)
            else:
                waiting = said
            continue
        sound, waiting = _with(sound, waiting), _Manner("", Traits(), 0.0)
        if sounds and not _apart(sounds[-1], sound, joint):
            sounds[-1] = _joined(text, sounds[-1], sound)
        else:
            sounds.append(sound)
    known = tuple(sound for sound in sounds if sound.known)[:MOST_SOUNDS]
    return known or (whole,)


def nearest(text: StaticText, prompt: str, k: int) -> list[tuple[FoleyClass, float]]:
    """The `k` classes closest to a prompt's words, with their similarity 0..1, best first."""
    by_name = {c.name: c for c in CLASSES}
    return [(by_name[name], score) for name, score in text.nearest(_plain(prompt), k)]


def condition(text: StaticText, sound: Sound) -> Vector:
    """What the denoiser is told of a sound: its class, or the words of one that the user has taught it."""
    told = text.condition if sound.kind in text.own else text.class_condition
    return told(sound.words, sound.traits)


def negative_condition(text: StaticText, negative: str, wanted: tuple[Sound, ...]) -> Vector:
    """What the denoiser is told to keep away from: the known sounds of a negative prompt that are not wanted too.

    Zeros where nothing of it is known: away from an unknown sound is no direction.
    """
    kinds = {sound.kind.name for sound in wanted}
    known = [s for s in read_prompt(text, negative) if s.known and s.kind.name not in kinds]
    if not known:
        return np.zeros(text.dim, np.float32)
    return np.mean([condition(text, sound) for sound in known], axis=0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Manner:
    note: str
    traits: Traits
    level_db: float


def _manner(clause: str) -> _Manner:
    said = [match.group(0).lower() for match in _MANNER.finditer(clause)]
    traits, level = Traits(), 0.0
    for words in said:
        traits, level = traits.over(MANNERS[words].traits), level + MANNERS[words].level_db
    return _Manner(", ".join(said), traits, level)


def _plain(clause: str) -> str:
    return " ".join(_MANNER.sub(" ", clause).split())


def _sound(text: StaticText, clause: str) -> Sound | None:
    words = _plain(clause)
    if not set(re.findall(r"[a-z]+", words.lower())) - _EMPTY:
        return None
    near = text.nearest(words, 1)
    if not near:
        return None
    kind, likeness = CLASSES[int(text.posterior(words).argmax())], near[0][1]
    own = text.nearest_own(words)
    if own is not None and own[1] >= likeness:
        kind, likeness = own
    said = _manner(clause)
    return Sound(words, kind, min(1.0, max(0.0, likeness)), said.traits, said.level_db, said.note)


def _with(sound: Sound, said: _Manner) -> Sound:
    note = ", ".join(part for part in (sound.note, said.note) if part)
    return replace(sound, traits=sound.traits.over(said.traits), level_db=sound.level_db + said.level_db, note=note)


def _clauses(prompt: str) -> list[tuple[str, str]]:
    """(what joins it to the one before, clause) in order."""
    parts = _CUTS.split(prompt)
    return [(joint.lower(), part) for joint, part in zip(["", *parts[1::2]], parts[::2], strict=True) if part.strip()]


def _apart(before: Sound, sound: Sound, joint: str) -> bool:
    """Whether a clause is a sound of its own: "hit with a stick" is one sound, "steps with rain" are two."""
    if before.kind.name == sound.kind.name:
        return False
    if joint == "with":
        return sound.known and "bed" in (before.kind.kind, sound.kind.kind)
    return True


def _joined(text: StaticText, before: Sound, sound: Sound) -> Sound:
    one = _sound(text, f"{before.words} and {sound.words}") or before
    # Said twice in other words, a sound is no less known.
    best = before if before.similarity >= sound.similarity else sound
    if one.similarity < best.similarity:
        one = best
    return _with(replace(one, traits=before.traits, level_db=before.level_db, note=before.note), _of(sound))


def _of(sound: Sound) -> _Manner:
    return _Manner(sound.note, sound.traits, sound.level_db)
