# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the windows of a range lie, in a system's latent frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from foleycue_backend.stages.windows import plan_windows


@dataclass(frozen=True)
class Span:
    """Latent frames low … high - 1 of the range, of which some may lie behind its end."""

    low: int
    high: int

    @property
    def frames(self) -> int:
        """How many."""
        return self.high - self.low


@dataclass(frozen=True)
class Grid:
    """A system's latent frames: `frame_samples` samples at `sample_rate` each, `whole` of them in one window.

    `context` frames on either side of a cut are made by both windows, to join over; of them the `edge` outermost are
    spoilt by a decoder that has no neighbours there. `multiple` is what the network's frames must divide by, `fade`
    the crossfade's length in samples.
    """

    sample_rate: int
    frame_samples: int
    whole: int
    context: int = 16
    multiple: int = 8
    edge: int = 3
    fade: int = 640

    @property
    def window_seconds(self) -> float:
        """How much the system hears at once."""
        return self.whole * self.frame_samples / self.sample_rate

    def spans(self, samples: int, shots: Sequence[int], least: int) -> list[Span]:
        """Overlapping windows that cover `samples`, cut at `shots` (samples) where possible.

        Each is as long as the network likes it and at least `least` frames, and so may reach over the range's end.
        """
        frames = max(1, -(-samples // self.frame_samples))
        if self.fits_one_window(samples):
            bounds = [(0, frames)]
        else:
            cuts = [shot // self.frame_samples for shot in shots]
            windows = plan_windows(frames, self.whole - 2 * self.context, self.context, cuts)
            bounds = [(window.low, window.high) for window in windows]
        return [Span(low, low + self._length(high - low, least)) for low, high in bounds]

    def fits_one_window(self, samples: int) -> bool:
        """Whether a range is short enough for the system to hear it whole."""
        return samples <= self.whole * self.frame_samples

    def pictures_of(self, span: Span, rate: int | Fraction, time: int) -> slice:
        """Which of a range's `time` pictures, `rate` a second, show a window; at least one."""
        first = min(self._pictures(span.low, rate), time - 1)
        return slice(first, max(first + 1, min(time, -self._pictures(-span.high, rate))))

    def _pictures(self, frames: int, rate: int | Fraction) -> int:
        return frames * self.frame_samples * rate // self.sample_rate

    def _length(self, frames: int, least: int) -> int:
        return max(least, -(-frames // self.multiple) * self.multiple)


#: Of AudioLDM's autoencoder, which STA-V2A, Tango and VTA-LDM share: 25 latent frames a second, windows of 10.24 s.
AUDIOLDM = Grid(sample_rate=16_000, frame_samples=640, whole=256)
