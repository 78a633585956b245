# SPDX-License-Identifier: GPL-3.0-or-later
"""A range with several prompts: cut, made and joined again to the sample."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_backend.stages.stretches import join_stretches, plan_stretches, shared_steps
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import ShotPrompt
from foleycue_shared.timing import FrameRange, frames_to_samples

SPAN = FrameRange(0, 100, Fraction(25))
RATES = [Fraction(25), Fraction(30_000, 1001), Fraction(24_000, 1001), Fraction(50)]


def prompts(*pairs):
    return [ShotPrompt(frame=frame, prompt=text) for frame, text in pairs]


def test_a_range_is_cut_only_where_its_prompt_changes():
    found = plan_stretches("a", prompts((60, "c"), (40, "b"), (20, "a")), [0, 20, 40, 60, 80], SPAN)
    assert [(s.start, s.stop, s.reach, s.prompt) for s in found] == [
        (0, 40, 48, "a"), (40, 60, 68, "b"), (60, 100, 100, "c")
    ]  # fmt: skip
    (whole,) = plan_stretches("a", prompts((0, "b")), [0, 20], SPAN)
    assert (whole.start, whole.stop, whole.reach, whole.prompt) == (0, 100, 100, "b")


@pytest.mark.parametrize(
    ("given_prompts", "words"),
    [([(30, "b")], "No shot starts at frame 30"), ([(20, "b"), (20, "c")], "two prompts")],
)
def test_a_prompt_belongs_to_one_shot(given_prompts, words):
    with pytest.raises(FoleyCueError, match=words) as caught:
        plan_stretches("a", prompts(*given_prompts), [0, 20], SPAN)
    assert caught.value.code is ErrorCode.BAD_INPUT


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(RATES), st.sampled_from([16_000, 44_100, 48_000]))
def test_stretches_join_to_the_sample_without_a_click(tmp_path_factory, data, rate, sample_rate):
    folder = tmp_path_factory.mktemp("s")
    frames = data.draw(st.integers(2, 90))
    cuts = sorted(data.draw(st.sets(st.integers(1, frames - 1), max_size=4)))
    changes = prompts(*((cut, f"p{cut}") for cut in cuts))
    stretches = plan_stretches("a", changes, [0, *cuts], FrameRange(0, frames, rate))
    sounds = []
    for number, stretch in enumerate(stretches):
        low, high = (frames_to_samples(f, rate, sample_rate) for f in (stretch.start, stretch.reach))
        sound = RawAudio(folder / f"{number}.f32", sample_rate)
        sound.append(np.full(high - low, 0.25, np.float32))
        sounds.append(sound)
    joined = join_stretches(sounds, stretches, rate, folder / "joined.f32")
    assert joined.samples == frames_to_samples(frames, rate, sample_rate)
    whole = joined.read(0, joined.samples)
    assert whole.min() > 0.2 and np.abs(np.diff(whole)).max() < 0.05


def test_progress_grows_over_all_stretches():
    told = []
    stretches = plan_stretches("a", prompts((20, "b"), (60, "c")), [0, 20, 60], SPAN)
    for number in range(3):
        on_step = shared_steps(lambda *step: told.append(step), stretches, number)
        for step in range(1, 5):
            on_step("diffuse", step, 4)
        on_step("vocode", 0, 1)
    phases = [phase for phase, _, _ in told]
    assert phases == ["diffuse"] * 14 + ["vocode"]
    steps = [step for _, step, _ in told[:-1]]
    assert steps == sorted(steps) and steps[-1] == 1000
