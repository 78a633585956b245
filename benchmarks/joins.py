# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the joins of a long range can be heard: clicks and level, at the joins and everywhere else.

    python benchmarks/joins.py [--seconds 180] [--shots 6]

Steady sound is made, where a join has nowhere to hide. A stretch is 0.5 s. Its click figure is the largest second
difference over the median one (a click is a broadband step), its level figure the largest change between
neighbouring 40 ms in dB. Printed: the place of the stretches that hold joins among all others (0 = calmest,
1 = roughest; 0.5 is what a join that nobody hears has), and how far the worst one goes beyond the worst other one.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from foleycue_backend.engines import registry
from foleycue_backend.engines.base import Audio, Conditions

RATE = 48_000
STRETCH = RATE // 2
PROMPTS = ("steady rain", "wind in the trees", "a fire crackles", "an engine idles")


def main() -> None:
    """Make, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--shots", type=int, default=6)
    options = parser.parse_args()
    shots = tuple(RATE * options.seconds * k // options.shots for k in range(1, options.shots))
    engine = registry.load_engine("mini")
    for prompt in PROMPTS:
        conditions = Conditions(samples=options.seconds * RATE, prompt=prompt, seed=3, shots=shots)
        joins: set[int] = set()
        sound = np.concatenate(list(recorded(engine.generate(conditions, lambda *_: None), joins)))
        for name, measure in (("click", click), ("level", level)):
            print(f"{prompt:20} {name}: {compare(sound, joins, measure)}", flush=True)


def recorded(blocks: Iterable[Audio], joins: set[int]) -> Iterator[Audio]:
    """Blocks as they come; each crossfade's middle is noted. The join yields every second block as a crossfade."""
    position = 0
    for number, block in enumerate(blocks):
        if number % 2:
            joins.add(position + len(block) // 2)
        position += len(block)
        yield block


def compare(sound: Audio, joins: set[int], measure: Callable[[Audio], float]) -> str:
    """How the stretches with joins stand among the others."""
    inside, outside = [], []
    for start in range(STRETCH, len(sound) - 2 * STRETCH, STRETCH):
        value = measure(sound[start : start + STRETCH])
        (inside if any(start <= join < start + STRETCH for join in joins) else outside).append(value)
    places = [np.mean(np.asarray(outside) < value) for value in inside]
    return (
        f"{len(inside)} joins, mean place {np.mean(places):.2f}, "
        f"worst {max(inside):.2f} against {max(outside):.2f} elsewhere"
    )


def click(stretch: Audio) -> float:
    """Largest second difference over the median one."""
    steps = np.abs(np.diff(stretch.astype(np.float64), 2))
    return float(steps.max() / (np.median(steps) + 1e-9))


def level(stretch: Audio) -> float:
    """Largest change of level between neighbouring 40 ms, in dB."""
    parts = stretch[: len(stretch) // 1920 * 1920].reshape(-1, 1920).astype(np.float64)
    decibel = 10 * np.log10((parts**2).mean(1) + 1e-12)
    return float(np.abs(np.diff(decibel)).max())


if __name__ == "__main__":
    main()
