# SPDX-License-Identifier: GPL-3.0-or-later
"""What is heard, sample by sample: voices under a playhead that jumps, loops and runs at any speed.

A tape hands out blocks of output samples at CUE_RATE. Whoever plays them says how many were heard; the tape knows
which place of the range each of them was, so that picture and taps follow what is heard and not what was handed out.
Places are samples at CUE_RATE from the range's start. No Qt: one thread pulls, another gives orders; orders and legs
are immutable values that are exchanged whole, so that neither ever waits for the other.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from foleycue_shared.timing import CUE_RATE

#: A change of voices, levels or place is a cross-fade of this many output samples (5 ms): no click and no gap.
FADE = CUE_RATE // 200
_LEGS_KEPT = 32

Samples = NDArray[np.float32]
Places = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Voice:
    """A sound laid under the range from its start on: float32 (n,) or (n, 2) at its own rate; gain 1 is 1:1."""

    samples: Samples
    rate: int = CUE_RATE
    gain: float = 1.0

    def read(self, places: Places) -> Samples:
        """The sound at places, which may lie between samples; silence outside."""
        at = places * (self.rate / CUE_RATE)
        low = np.floor(at).astype(np.int64)
        part = (at - low).astype(np.float32)
        read = self._pick(low)
        if part.any():
            read += (self._pick(low + 1) - read) * (part if read.ndim == 1 else part[:, None])
        read *= self.gain
        return read

    def _pick(self, index: NDArray[np.int64]) -> Samples:
        inside = (index >= 0) & (index < len(self.samples))
        picked = np.zeros((len(index), *self.samples.shape[1:]), np.float32)
        picked[inside] = self.samples[index[inside]]
        return picked


@dataclass(frozen=True)
class Leg:
    """An even run: output sample `output` is `place`, and each further one lies `speed` samples on.

    length is the range's, in samples; with loop places wrap round inside it. jumped: the place was ordered by hand.
    """

    output: int
    place: int
    speed: Fraction
    length: int
    loop: bool
    jumped: bool = False

    def at(self, output: int) -> int:
        """The place of an output sample; without loop it may lie outside of the range."""
        moved = (output - self.output) * self.speed
        return self._wrapped(self.place + moved.numerator // moved.denominator)

    def places(self, output: int, count: int) -> Places:
        """The exact places of the next samples."""
        exact = np.arange(count, dtype=np.float64) + (output - self.output)
        exact = exact * float(self.speed) + self.place
        return exact % self.length if self.loop and self.length else exact

    def _wrapped(self, place: int) -> int:
        return place % self.length if self.loop and self.length else place


@dataclass(frozen=True, eq=False)
class _Order:
    """What should be so from the next pulled sample on; jumps counts the places ordered by hand."""

    voices: tuple[Voice, ...] = ()
    place: int = 0
    jumps: int = 0
    speed: Fraction = Fraction(1)
    length: int = 0
    loop: bool = False


class Tape:
    """pull() and adopt() are for the thread that plays, everything else for the one that gives orders."""

    def __init__(self) -> None:
        self.handed = 0  # output samples handed out since rewind()
        self._order = self._playing = _Order()
        self._legs: tuple[Leg, ...] = (Leg(0, 0, Fraction(1), 0, False),)
        self._fading: tuple[_Order, Leg] | None = None
        self._faded = 0

    # -- orders ---------------------------------------------------------------------------------------------------

    def rewind(self, place: int, speed: Fraction, length: int, loop: bool) -> None:
        """Stand at a place, with nothing handed out; only while nobody pulls."""
        self.handed, self._fading = 0, None
        self._order = replace(self._order, place=place, speed=speed, length=length, loop=loop)
        self._playing = self._order
        self._legs = (Leg(0, place, speed, length, loop),)

    def set_voices(self, voices: tuple[Voice, ...]) -> None:
        """Change what is heard under the same playhead."""
        self._order = replace(self._order, voices=voices)

    def jump(self, place: int) -> None:
        """Go on from another place."""
        self._order = replace(self._order, place=place, jumps=self._order.jumps + 1)

    def set_speed(self, speed: Fraction) -> None:
        """Go on from here at another speed; below 0 backwards."""
        self._order = replace(self._order, speed=speed)

    def set_loop(self, loop: bool) -> None:
        """Start over at the range's end, or run past it."""
        self._order = replace(self._order, loop=loop)

    def place(self, output: int) -> int:
        """Which place of the range an output sample was."""
        leg = next((leg for leg in reversed(self._legs) if leg.output <= output), self._legs[0])
        return leg.at(output)

    def ordered_place(self, heard: int) -> int | None:
        """The place that was ordered by hand and is not heard yet, while that is so."""
        if self._order.jumps != self._playing.jumps:
            return self._order.place
        leg = self._legs[-1]
        return leg.place if leg.jumped and leg.output > heard else None

    # -- playing --------------------------------------------------------------------------------------------------

    def adopt(self, output: int) -> None:
        """Let the latest order hold from an output sample on."""
        order, before = self._order, self._playing
        if order is before:
            return
        old = self._legs[-1]
        jumped = order.jumps != before.jumps
        leg = Leg(
            output, order.place if jumped else old.at(output), order.speed, order.length, order.loop, jumped=jumped
        )
        if jumped or (leg.speed, leg.loop) != (old.speed, old.loop):
            self._legs = (*self._legs[-_LEGS_KEPT:], leg)
        self._playing = order

    def pull(self, count: int) -> Samples:
        """The next samples, -1 … 1 and beyond where voices add up; (count, 2) where one of them has two channels."""
        if self._fading is None:
            before = self._playing, self._legs[-1]
            self.adopt(self.handed)
            if self._playing is not before[0]:
                self._fading, self._faded = before, 0
        block = self._render(self._playing, self._legs[-1], count)
        if self._fading is not None:
            block = self._faded_in(block, *self._fading)
        self.handed += count
        return block

    def _faded_in(self, block: Samples, order: _Order, leg: Leg) -> Samples:
        count = min(FADE - self._faded, len(block))
        rise = ((np.arange(count) + self._faded + 1) / FADE).astype(np.float32)
        old = self._render(order, leg, count)
        block, old = (_wide(block), _wide(old)) if block.ndim != old.ndim else (block, old)
        rise = rise if block.ndim == 1 else rise[:, None]
        block[:count] = block[:count] * rise + old * (1 - rise)
        self._faded += count
        if self._faded >= FADE:
            self._fading = None
        return block

    def _render(self, order: _Order, leg: Leg, count: int) -> Samples:
        # Above single speed several samples become one: their mean, so that fast winding does not hiss.
        finer = max(1, -(-abs(leg.speed).numerator // leg.speed.denominator))
        places = leg.places(self.handed, count)
        if finer > 1:
            inner = np.arange(finer) * (float(leg.speed) / finer)
            places = (places[:, None] + inner).ravel()
        block = np.zeros(len(places), np.float32)
        for voice in order.voices:
            heard = voice.read(places)
            block = block + heard if block.ndim == heard.ndim else _wide(block) + _wide(heard)
        return block.reshape(count, finer, *block.shape[1:]).mean(1) if finer > 1 else block


def _wide(block: Samples) -> Samples:
    """One channel as two, of which each has all of it."""
    return block if block.ndim > 1 else np.repeat(block[:, None], 2, axis=1)
