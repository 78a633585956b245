# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples and strengths to pixels and back. No widget, no rounding where a click must name a frame."""

from dataclasses import dataclass, replace
from fractions import Fraction

from foleycue_shared.timing import CUE_RATE, FrameRange, frames_to_samples

RULER = 20
PAD = 10
#: Height of a waveform's band below the cues.
WAVE = 34
#: What a marker's head needs above the strongest cue.
_HEAD_ROOM = 24


@dataclass(frozen=True)
class LaneView:
    """The part of a range that a lane of width × height pixels shows: span samples from start on.

    waves is how many bands of sound lie below the cues. Samples count from the range's start at CUE_RATE.
    """

    width: int
    height: int
    range: FrameRange
    waves: int = 0
    start: int = 0
    span: int = 1

    @classmethod
    def whole(cls, width: int, height: int, range_: FrameRange, waves: int = 0) -> "LaneView":
        """All of a range."""
        return cls(width, height, range_, waves, 0, range_.samples(CUE_RATE))

    @property
    def samples(self) -> int:
        """The range's length."""
        return self.range.samples(CUE_RATE)

    @property
    def inner(self) -> int:
        """The pixels that span is spread over."""
        return max(1, self.width - 2 * PAD)

    @property
    def end(self) -> int:
        """The first sample after what is shown."""
        return self.start + self.span

    # -- time -----------------------------------------------------------------------------------------------------

    def x(self, sample: float) -> float:
        """Where a sample lies."""
        return PAD + (sample - self.start) * self.inner / self.span

    def place(self, x: float) -> Fraction:
        """The exact place under a pixel, in samples; may lie outside of the range."""
        return self.start + (Fraction(x) - PAD) * self.span / self.inner

    def sample(self, x: float) -> int:
        """The sample under a pixel, inside the range."""
        return min(max(round(self.place(x)), 0), self.samples - 1)

    def frame(self, x: float) -> int:
        """The frame that a pixel lies in, inside the range."""
        return min(max(self.place(x) * self.range.rate // CUE_RATE, 0), self.range.frames - 1)

    def frame_sample(self, x: float) -> int:
        """The first sample of the frame that a pixel lies in."""
        return frames_to_samples(self.frame(x), self.range.rate, CUE_RATE)

    # -- height ---------------------------------------------------------------------------------------------------

    @property
    def floor(self) -> float:
        """Where stems end and the bands of sound begin."""
        return self.height - self.waves * WAVE - 6

    def y(self, strength: float) -> float:
        """Where a strength 0 … 1 lies."""
        return self.floor - 4 - self._rise * strength

    def strength(self, y: float) -> float:
        """The strength at a height; not clipped."""
        return (self.floor - 4 - y) / self._rise

    def band(self, number: int) -> tuple[float, float]:
        """Top and height of a band of sound, counted from above."""
        return self.height - (self.waves - number) * WAVE, WAVE - 4

    @property
    def _rise(self) -> float:
        return max(1.0, self.floor - 4 - RULER - _HEAD_ROOM)

    # -- zoom and scroll ------------------------------------------------------------------------------------------

    @property
    def fits(self) -> bool:
        """Whether all of the range is shown."""
        return self.span >= self.samples

    def zoomed(self, factor: float, anchor: float) -> "LaneView":
        """Shows factor times as much (below 1: closer), with what lies under the pixel anchor staying there.

        No closer than one sample a pixel.
        """
        span = min(max(round(self.span * factor), min(self.inner, self.samples)), self.samples)
        start = round(self.place(anchor) - (Fraction(anchor) - PAD) * span / self.inner)
        return replace(self, span=span).scrolled_to(start, span)

    def showing(self, low: int, high: int) -> "LaneView":
        """Shows a stretch with a little air on both sides."""
        air = max((high - low) // 10, CUE_RATE // 20)
        span = min(max(high - low + 2 * air, min(self.inner, self.samples)), self.samples)
        return self.scrolled_to((low + high - span) // 2, span)

    def scrolled(self, pixels: float) -> "LaneView":
        """Further right by pixels."""
        return self.scrolled_to(self.start + round(pixels * self.span / self.inner), self.span)

    def scrolled_to(self, start: int, span: int) -> "LaneView":
        """From start on, as far as the range goes."""
        return replace(self, start=min(max(start, 0), max(0, self.samples - span)), span=span)

    def resized(self, width: int, height: int, waves: int) -> "LaneView":
        """The same stretch in another size."""
        return replace(self, width=width, height=height, waves=waves)
