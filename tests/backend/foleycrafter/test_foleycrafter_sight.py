# SPDX-License-Identifier: GPL-3.0-or-later
"""What FoleyCrafter looks at: one pass over the pictures, in pieces that make no difference, or as published."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from av.video.frame import VideoFrame
from transformers.models.clip.configuration_clip import CLIPVisionConfig
from transformers.models.clip.modeling_clip import CLIPVisionModelWithProjection

from foleycue_backend.engines.base import Pictures
from foleycue_backend.engines.foleycrafter import sight
from foleycue_backend.engines.foleycrafter.frames import clip_pixels, detector_input
from foleycue_backend.engines.foleycrafter.onset_net import OnsetNet
from foleycue_backend.engines.foleycrafter.settings import SETTINGS

DEFAULT, FAITHFUL = SETTINGS["default"], SETTINGS["faithful"]


class Film(Pictures):
    """Pictures whose grey is their number; every 40th is a gap."""

    def __init__(self, seconds):
        self._seconds = seconds
        self.asked = []

    @property
    def seconds(self):
        return self._seconds

    def frames(self, rate, width, height, first=Fraction(0)):
        raise NotImplementedError  # both networks want the decoder's own

    def decoded(self, rate, first=Fraction(0)):
        self.asked.append(rate)
        for number in range(round(self.seconds * rate)):
            yield None if number % 40 == 39 else VideoFrame.from_ndarray(picture(number), "rgb24")


def picture(number):
    rows = np.random.default_rng(number).integers(0, 255, (24, 32, 3), np.uint8)
    return np.clip(rows // 2 + number % 120, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def detector():
    torch.manual_seed(4)
    return OnsetNet(stem=5, widths=[4, 8], blocks=[2, 1], head=6).eval()


@pytest.fixture(scope="module")
def tower():
    torch.manual_seed(5)
    config = CLIPVisionConfig(hidden_size=16, intermediate_size=24, projection_dim=12, num_hidden_layers=1,
                              num_attention_heads=2, image_size=28, patch_size=14)  # fmt: skip
    return CLIPVisionModelWithProjection(config).eval()


def squares(count):
    return [torch.rand(3, 20, 24, generator=torch.Generator().manual_seed(n)) * 255 for n in range(count)]


def nothing(phase, step, steps):
    """Hears of progress."""


@pytest.mark.parametrize("count", [1, 149, 157, 158, 330])
def test_pieces_with_context_are_one_long_clip(detector, count):
    shown = squares(count)
    with torch.inference_mode():
        whole = detector.eval()(detector_input(torch.stack(shown), unit=True))[0].numpy()
    np.testing.assert_allclose(sight.hear(detector, shown, DEFAULT), whole, atol=1e-5)


def test_as_published_each_clip_has_statistics_and_values_of_its_own(detector):
    shown = squares(170)
    logits = sight.hear(detector, shown, FAITHFUL)
    with torch.inference_mode():
        last = detector.train()(detector_input(torch.stack(shown[150:])))[0].numpy()
    np.testing.assert_allclose(logits[150:], last, atol=1e-5)
    assert not np.allclose(logits, sight.hear(detector, shown, DEFAULT), atol=1e-3)


def test_the_corrected_way_looks_fifteen_times_a_second_and_embeds_every_tenth(detector, tower):
    film, told = Film(4.0), []
    seen = sight.look(film, detector, tower, DEFAULT, lambda *at: told.append(at))
    assert (film.asked, seen.onsets.rate, seen.rate) == ([15.0], 15, Fraction(3, 2))
    assert (seen.onsets.logits.shape, seen.embeddings.shape) == ((60,), (6, 12))
    assert told[0] == ("analyse", 0, 60)
    with torch.inference_mode():
        one = tower(pixel_values=clip_pixels(picture(10), 28)[None]).image_embeds[0].numpy()
    np.testing.assert_allclose(seen.embeddings[1], one, atol=1e-5)


def test_as_published_there_are_150_pictures_of_a_clip_and_fifteen_a_second_of_a_longer_one(detector, tower):
    short = sight.look(Film(4.0), detector, tower, FAITHFUL, nothing)
    assert (len(short.onsets.logits), len(short.embeddings)) == (150, 150)
    assert short.onsets.rate == short.rate == Fraction(75, 2)
    long = sight.look(Film(11.0), detector, tower, FAITHFUL, nothing)
    assert (len(long.onsets.logits), long.onsets.rate) == (165, 15)


def test_what_was_seen_survives_being_kept(detector, tower):
    seen = sight.look(Film(1.1), detector, tower, DEFAULT, nothing)
    again = sight.Seen.of(seen.features())
    assert (again.rate, again.onsets.rate) == (seen.rate, seen.onsets.rate)
    np.testing.assert_array_equal(again.onsets.logits, seen.onsets.logits)
    np.testing.assert_array_equal(again.embeddings, seen.embeddings)
