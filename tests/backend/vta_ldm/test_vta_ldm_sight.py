# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pictures of a range VTA-LDM looks at: by their times, or as published by a rate without its fraction."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from transformers.models.clip.configuration_clip import CLIPVisionConfig
from transformers.models.clip.modeling_clip import CLIPVisionModelWithProjection

from backend.stages.media_files import number_of, numbered, write_video
from fakes.published_tango import VISION
from foleycue_backend.engines.vta_ldm import sight
from foleycue_backend.engines.vta_ldm.frames import frame_indices
from foleycue_backend.engines.vta_ldm.settings import SETTINGS
from foleycue_backend.stages.pictures import Pictures
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange

NTSC = Fraction(24000, 1001)


@pytest.fixture
def tower(monkeypatch: pytest.MonkeyPatch) -> CLIPVisionModelWithProjection:
    """A small tower; the pictures that it is shown are kept in `tower.shown` by number."""
    network = CLIPVisionModelWithProjection(CLIPVisionConfig(**VISION)).eval()
    network.shown = []
    embed = sight.embed_pictures

    def keep(model: CLIPVisionModelWithProjection, pictures: torch.Tensor) -> torch.Tensor:
        assert 0 <= pictures.min() <= pictures.max() <= 1  # un-normalised
        network.shown.append(number_of(pictures[0].permute(1, 2, 0).numpy() * 255))
        return embed(model, pictures)

    monkeypatch.setattr(sight, "embed_pictures", keep)
    return network


def square(k: int) -> np.ndarray:
    """The middle square of what is encoded spells k."""
    image = np.zeros((64, 96), np.uint8)
    image[:, 16:80] = numbered(k)[:, np.linspace(0, 95, 64).round().astype(int)]
    return image


@pytest.mark.parametrize("frames", [1, 13, 60])
def test_frames_as_published_and_by_their_times(tmp_path, tower, frames):
    path = tmp_path / "film.mp4"
    write_video(path, square, frames, NTSC)
    span = FrameRange(0, frames, NTSC)
    pictures = Pictures([Piece(start=0, frames=frames, media=str(path), name="film")], span, lambda seconds: None)

    def look(setting: str) -> list[int]:
        tower.shown.clear()
        rows = sight.see(tower, pictures, SETTINGS[setting], lambda phase, step, steps: None)
        assert rows.shape == (len(tower.shown), VISION["projection_dim"])
        return list(tower.shown)

    assert look("faithful") == frame_indices(frames, float(NTSC))
    # What is on screen at every half second; times of containers are read with a slack of 1 ms.
    expected = [int((Fraction(tick, 2) + Fraction(1, 1000)) * NTSC) for tick in range(math.ceil(span.seconds * 2))]
    assert look("default") == expected
