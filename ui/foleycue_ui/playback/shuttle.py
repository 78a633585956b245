# SPDX-License-Identifier: GPL-3.0-or-later
"""The speeds of J, K and L."""

from fractions import Fraction

_LADDER = (Fraction(1), Fraction(2), Fraction(4), Fraction(8))
HALF = Fraction(1, 2)


def next_speed(speed: Fraction | None, direction: int, held: bool) -> Fraction:
    """The speed after one more press towards a direction (1 or -1), from a speed (None: standing still).

    Each press is faster; the other direction begins at single speed; with K held it is half speed.
    """
    if held:
        return direction * HALF
    if speed is None or speed * direction < 0:
        return direction * _LADDER[0]
    return direction * next((step for step in _LADDER if step > abs(speed)), _LADDER[-1])


def speed_text(speed: Fraction) -> str:
    """A speed for reading: "2x", "-1/2x"; a minus sign for backwards."""
    size = str(abs(speed)) if abs(speed) >= 1 else f"{abs(speed).numerator}/{abs(speed).denominator}"
    return f"{'−' if speed < 0 else ''}{size}×"
