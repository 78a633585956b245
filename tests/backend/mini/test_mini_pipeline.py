# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped pipeline: obedience, repeatability, cancelling, exact lengths."""

import numpy as np
import pytest
import torch

from foleycue_backend.engines.mini.cues import control_rows
from foleycue_backend.engines.mini.pipeline import MiniPipeline
from foleycue_backend.training.mini.judge import onset_f1, salient_onsets
from foleycue_backend.training.mini.measure.orders import five_cues


@pytest.mark.parametrize("seconds", [0.01, 0.5, 1.23457])
def test_exact_sample_count(pipe, seconds):
    y = pipe("click", [(0.2, 1.0)], seconds, steps=2)
    assert y.shape == (round(seconds * 48000),) and y.dtype == np.float32


def test_bad_arguments(pipe):
    with pytest.raises(ValueError, match="duration"):
        pipe("click", [], 0.0)
    with pytest.raises(ValueError, match="curve"):
        nothing = torch.zeros(pipe.text.dim)
        pipe.denoise(torch.zeros(pipe.codec.channels, 8), nothing, nothing, control_rows([], None, 9))


def test_same_seed_same_sound(pipe):
    a, b, c = (pipe("knock", [(0.3, 1.0)], 0.8, seed=s, steps=4) for s in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_save_and_load_give_the_same_sound(pipe, tmp_path):
    pipe.save_pretrained(tmp_path)
    again = MiniPipeline.from_pretrained(tmp_path)
    args = ("drum", [(0.2, 0.9)], 0.6)
    np.testing.assert_array_equal(pipe(*args, steps=3), again(*args, steps=3))


def test_raising_in_on_step_cancels_and_harms_nothing(pipe):
    seen = []

    def stop(done, steps):
        seen.append((done, steps))
        if done == 2:
            raise KeyboardInterrupt

    before = pipe("click", [(0.1, 1.0)], 0.4, steps=3)
    with pytest.raises(KeyboardInterrupt):
        pipe("click", [(0.1, 1.0)], 0.4, steps=5, on_step=stop)
    assert seen == [(1, 5), (2, 5)]
    np.testing.assert_array_equal(pipe("click", [(0.1, 1.0)], 0.4, steps=3), before)


def test_cues_are_obeyed(pipe):
    prompts = ["footsteps on concrete", "knock on a door", "drum hit", "hand clap", "wood impact", "gunshot"]
    scores = []
    for seed, prompt in enumerate(prompts):
        cues = five_cues(seed)
        found = salient_onsets(pipe(prompt, cues, 4.5, seed=seed), 48000)
        scores.append(onset_f1(found, [t for t, _ in cues]))
    assert np.mean(scores) >= 0.8


def test_silence_without_cues(pipe):
    loud = np.abs(pipe("knock on a door", [(1.0, 1.0)], 2.0, seed=3))
    quiet = np.abs(pipe("knock on a door", [], 2.0, seed=3)).max()
    assert quiet < loud.max() * 10 ** (-25 / 20)
    assert loud[:45000].max() < loud.max() * 10 ** (-25 / 20)


def test_strength_is_audible(pipe):
    y = np.abs(pipe("drum hit", [(0.5, 1.0), (1.5, 0.4)], 2.2, seed=4))
    assert y[24000:40000].max() > 1.6 * y[72000:88000].max()


def test_a_bed_follows_its_intensity(pipe):
    y = pipe("rain", None, 3.0, intensity=[(0.9, 1.0), (1.1, 0.2)], seed=5)
    loud, soft = (np.sqrt(np.square(y[a:b]).mean()) for a, b in ((10_000, 40_000), (60_000, 140_000)))
    assert loud > 4 * soft > 0


def test_several_sounds_are_painted_together(pipe):
    cues = [(0.5, 1.0), (1.3, 1.0)]
    both = pipe("knock on a door and rain", cues, 2.0, seed=6)
    alone = pipe("knock on a door", cues, 2.0, seed=6)
    quiet = slice(40_000, 60_000)
    assert np.sqrt(np.square(both[quiet]).mean()) > 10 * np.sqrt(np.square(alone[quiet]).mean())
    assert onset_f1(salient_onsets(both, 48000), [t for t, _ in cues]) == 1.0
