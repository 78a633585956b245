# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact time: rates are fractions, positions are integer frames or samples."""

from fractions import Fraction

import msgspec

#: Samples a second in which cues and onsets are counted, whatever rate the take has.
CUE_RATE = 48_000

_NTSC = Fraction(1000, 1001)
_MAX_RATE = 1_000_000_000


def exact_rate(rate: float | int | str | Fraction) -> Fraction:
    """The exact rate behind a number as files carry it.

    23.976, 29.97 and their multiples become n·1000/1001, whole numbers stay whole, and any other rate
    becomes the simplest fraction that lies within one part in ten million. Raises ValueError for a rate that is not
    positive, or absurd.
    """
    try:
        exact = Fraction(rate)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"{rate!r} is not a rate") from error
    if not 0 < exact <= _MAX_RATE:
        raise ValueError(f"{rate!r} is not a rate")
    if isinstance(rate, Fraction | int) or (isinstance(rate, str) and "/" in rate):
        return exact
    whole = Fraction(round(exact))
    if whole and abs(exact - whole) <= exact / 10_000_000:
        return whole
    ntsc = Fraction(round(exact / _NTSC)) * _NTSC
    # Files round 23.976023976 to as little as two decimals ("29.97", "23.98").
    if ntsc and abs(exact - ntsc) <= Fraction(1, 200) and exact < 1000:
        return ntsc
    return _simplest(exact)


def _simplest(exact: Fraction) -> Fraction:
    """The fraction with the smallest denominator within one part in ten million of exact."""
    limit = 1
    while abs((near := exact.limit_denominator(limit)) - exact) > exact / 10_000_000:
        limit *= 10
    return near


def rate_text(rate: Fraction) -> str:
    """A rate as protocol and JSON write it: "24000/1001", or "25/1"."""
    return f"{rate.numerator}/{rate.denominator}"


def frames_to_samples(frames: int, rate: Fraction, sample_rate: int) -> int:
    """round(frames · den · sample_rate / num), in integers (a half goes to the even neighbour)."""
    return _nearest(frames * sample_rate * rate.denominator, rate.numerator)


def samples_to_frames(samples: int, rate: Fraction, sample_rate: int) -> int:
    """The frame whose start lies nearest to a sample."""
    return _nearest(samples * rate.numerator, sample_rate * rate.denominator)


def _nearest(numerator: int, denominator: int) -> int:
    """round(Fraction(numerator, denominator)) ten times as fast: whole sheets of cues are brought to frames at once."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2))


def seconds_to_samples(seconds: float | Fraction, sample_rate: int) -> int:
    """The sample nearest to a time in seconds."""
    return round(Fraction(seconds) * sample_rate)


class FrameRange(msgspec.Struct, frozen=True):
    """Frames start … start + frames - 1 at an exact rate; start is 0 at the timeline's first frame."""

    start: int
    frames: int
    rate: Fraction

    @property
    def end(self) -> int:
        """The first frame after the range."""
        return self.start + self.frames

    @property
    def seconds(self) -> Fraction:
        """Exact length in seconds."""
        return self.frames / self.rate

    def samples(self, sample_rate: int) -> int:
        """Exact length in samples."""
        return frames_to_samples(self.frames, self.rate, sample_rate)
