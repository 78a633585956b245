# SPDX-License-Identifier: GPL-3.0-or-later
"""A range with several prompts: where it is cut, and how what was made for each stretch becomes one sound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from foleycue_backend.stages.raw_audio import BLOCK, Audio, RawAudio
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import ShotPrompt
from foleycue_shared.timing import FrameRange, frames_to_samples

#: Seconds for which a stretch sounds on under the next, and in which the next one comes in.
_TAIL = Fraction(3, 10)
_RISE = 0.002

OnStep = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Stretch:
    """Frames start … stop - 1 of a range have this prompt; their sound is made up to reach, so that it can die away."""

    start: int
    stop: int
    reach: int
    prompt: str


def plan_stretches(
    prompt: str, prompts: Sequence[ShotPrompt], shots: Sequence[int], span: FrameRange
) -> tuple[Stretch, ...]:
    """Cut a range where its prompt changes. shots are the first frames of its shots. Raises BAD_INPUT."""
    given = {change.frame: change.prompt for change in prompts}
    for frame in given.keys() - set(shots):
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"No shot starts at frame {frame}: give its prompt to another one.")
    if len(given) < len(prompts):
        raise FoleyCueError(ErrorCode.BAD_INPUT, "A shot has two prompts: leave one.")
    starts = [(0, given.get(0, prompt))]
    for frame in sorted(given.keys() - {0}):
        if given[frame] != starts[-1][1]:
            starts.append((frame, given[frame]))
    tail = -(-_TAIL * span.rate // 1)
    stops = [*(start for start, _ in starts[1:]), span.frames]
    return tuple(
        Stretch(start, stop, min(span.frames, stop + int(tail)), text)
        for (start, text), stop in zip(starts, stops, strict=True)
    )


def shared_steps(on_step: OnStep, stretches: Sequence[Stretch], number: int) -> OnStep:
    """Steps of one stretch, told as a part of those of the whole range: diffusion up to the last one's end."""
    if len(stretches) == 1:
        return on_step
    stretch, total = stretches[number], stretches[-1].stop

    def told(phase: str, step: int, steps: int) -> None:
        if phase != "diffuse" and number == len(stretches) - 1:
            on_step(phase, step, steps)
            return
        # What follows diffusion in an earlier stretch is told as its end: phases never go back.
        share = (step / steps if steps else 0.0) if phase == "diffuse" else 1.0
        on_step("diffuse", round(1000 * (stretch.start + share * (stretch.stop - stretch.start)) / total), 1000)

    return told


def join_stretches(sounds: Sequence[RawAudio], stretches: Sequence[Stretch], rate: Fraction, path: Path) -> RawAudio:
    """One sound (a new file at path): each stretch in its place, its tail fading out under the next."""
    if len(sounds) == 1:
        return sounds[0]
    sample_rate = sounds[0].sample_rate
    out = RawAudio(path, sample_rate)
    total = frames_to_samples(stretches[-1].stop, rate, sample_rate)
    for low in range(0, total, BLOCK):
        out.append(np.zeros(min(BLOCK, total - low), np.float32))
    for sound, stretch in zip(sounds, stretches, strict=True):
        start = frames_to_samples(stretch.start, rate, sample_rate)
        own = frames_to_samples(stretch.stop, rate, sample_rate) - start
        rise = round(_RISE * sample_rate) if start else 0
        position = 0
        for block in sound.blocks():
            out.mix(start + position, block * _gain(position, len(block), rise, own, sound.samples))
            position += len(block)
    return out


def _gain(position: int, count: int, rise: int, own: int, samples: int) -> Audio:
    """Gain of samples position … position + count - 1: a short rise, 1, and from `own` on a fade to the end."""
    index = np.arange(position, position + count)
    gain = np.minimum(1.0, (index + 1) / rise) if rise else np.ones(count)
    if samples > own:
        gain *= np.cos(0.5 * np.pi * np.clip((index - own + 1) / (samples - own), 0, 1)) ** 2
    return gain.astype(np.float32)
