# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sound is like, apart from what it is: size, brightness, room. Trained conditions, named by plain words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Three values and three flags "is given".
TRAITS = 6


@dataclass(frozen=True, slots=True)
class Traits:
    """`size` and `brightness` -1..1 (small to large, dull to bright), `room` 0..1 (dry to a cathedral); None: any."""

    size: float | None = None
    brightness: float | None = None
    room: float | None = None

    def vector(self) -> npt.NDArray[np.float32]:
        """(TRAITS,) what the denoiser sees; zeros for "any"."""
        values = (self.size, self.brightness, self.room)
        given = [0.0 if v is None else 1.0 for v in values]
        return np.array([*(0.0 if v is None else v for v in values), *given], np.float32)

    def over(self, other: Traits) -> Traits:
        """These traits, and the other's where these are silent."""
        return Traits(
            other.size if self.size is None else self.size,
            other.brightness if self.brightness is None else self.brightness,
            other.room if self.room is None else self.room,
        )


@dataclass(frozen=True, slots=True)
class Manner:
    """What a word or phrase asks for: traits, and a level in dB."""

    traits: Traits = Traits()
    level_db: float = 0.0


_FAR = Manner(Traits(brightness=-0.5, room=0.6), -12.0)
_QUIET = Manner(Traits(), -9.0)
_LARGE, _SMALL = Manner(Traits(size=0.8)), Manner(Traits(size=-0.8))
_BRIGHT, _DULL = Manner(Traits(brightness=0.8)), Manner(Traits(brightness=-0.8))
_DRY, _ROOM, _HALL = Manner(Traits(room=0.0)), Manner(Traits(room=0.4)), Manner(Traits(room=1.0))

#: Longer phrases first: "in the distance" is one thing.
MANNERS: dict[str, Manner] = {
    "in the far distance": _FAR,
    "in the background": _FAR,
    "in the distance": _FAR,
    "from far away": _FAR,
    "from afar": _FAR,
    "far away": _FAR,
    "far off": _FAR,
    "distant": _FAR,
    "close up": _DRY,
    "close-up": _DRY,
    "close miked": _DRY,
    "dry": _DRY,
    "in a small room": _ROOM,
    "in a room": _ROOM,
    "in a corridor": Manner(Traits(room=0.7)),
    "in a stairwell": _HALL,
    "in a large hall": _HALL,
    "in a hall": _HALL,
    "in a church": _HALL,
    "in a cathedral": _HALL,
    "in a cave": _HALL,
    "in a tunnel": _HALL,
    "with reverb": _HALL,
    "with echo": _HALL,
    "reverberant": _HALL,
    "echoing": _HALL,
    "heavy": _LARGE,
    "huge": _LARGE,
    "giant": _LARGE,
    "massive": _LARGE,
    "large": _LARGE,
    "big": _LARGE,
    "deep": _LARGE,
    "small": _SMALL,
    "tiny": _SMALL,
    "little": _SMALL,
    "delicate": _SMALL,
    "bright": _BRIGHT,
    "crisp": _BRIGHT,
    "sharp": _BRIGHT,
    "muffled": _DULL,
    "muted": _DULL,
    "dull": _DULL,
    "very quiet": Manner(Traits(), -14.0),
    "quietly": _QUIET,
    "quiet": _QUIET,
    "faintly": _QUIET,
    "faint": _QUIET,
    "softly": _QUIET,
    "gently": _QUIET,
    "gentle": _QUIET,
    "loudly": Manner(Traits(), 3.0),
    "loud": Manner(Traits(), 3.0),
}
