# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine makes of a film: pictures in groups, the published frame path, windows and noise by place."""

from fractions import Fraction
from itertools import pairwise

import av
import av.filter
import numpy as np
import pytest
import torch

from backend.stages.media_files import number_of, numbered, write_video
from foleycue_backend.engines.parts import faithful_frames
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.parts.sight import see, see_in_clips
from foleycue_backend.engines.sta_v2a.settings import DEFAULT, FAITHFUL
from foleycue_backend.engines.studio.grid import AUDIOLDM
from foleycue_backend.engines.studio.noise import noise_at, noise_of_takes, step_noise
from foleycue_backend.stages.pictures import Pictures
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange


def film_of(path, frames, rate):
    piece = Piece(start=0, frames=frames, media=str(path), name="c", media_start=Fraction(0), speed=Fraction(1))
    return Pictures([piece], FrameRange(0, frames, rate), lambda _: None)


def by_fps_filter(path):
    """Numbers of the pictures that ffmpeg's fps filter shows at 4 a second."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        graph = av.filter.Graph()
        chain = [graph.add_buffer(template=stream), graph.add("fps", "4"), graph.add("buffersink")]
        graph.link_nodes(*chain).configure()
        found = []

        def drain():
            while True:
                try:
                    found.append(number_of(graph.pull().to_ndarray(format="rgb24")))
                except (av.BlockingIOError, av.EOFError):
                    return

        for frame in container.decode(stream):
            graph.push(frame)
            drain()
        graph.push(None)
        drain()
        return found


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(30), Fraction(10)])
def test_pictures_are_those_of_the_published_filter(tmp_path, rate):
    path = write_video(tmp_path / "f.mp4", numbered, round(4 * rate), rate)
    film = film_of(path, round(4 * rate), rate)
    taken = [number_of(frame.to_ndarray(format="rgb24")) for frame in film.decoded(4, faithful_frames._FIRST)]
    assert taken == by_fps_filter(path)


def test_the_published_frame_path_squashes_whole_pictures(tmp_path):
    def halves(number, width=320, height=180):
        image = np.full((height, width), 20, np.uint8)
        image[:, width // 2 :] = 200
        image[height // 2 :] += 40
        return image

    path = write_video(tmp_path / "h.mp4", halves, 50, Fraction(25))
    frames = list(faithful_frames.reference_frames(film_of(path, 50, Fraction(25)), 224))
    assert len(frames) == 8
    assert {frame.shape for frame in frames} == {(224, 224, 3)}
    small = frames[3].astype(int)
    for place, grey in (((20, 20), 20), ((20, 200), 200), ((200, 20), 60), ((200, 200), 240)):
        assert np.abs(small[place] - grey).max() < 25


def test_a_gap_is_black_on_the_published_frame_path():
    gap = Pictures([Piece(start=0, frames=25)], FrameRange(0, 25, Fraction(25)), lambda _: None)
    frames = list(faithful_frames.reference_frames(gap, 32))
    assert len(frames) == 4
    assert max(frame.max() for frame in frames) < 3


# -- features -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def encoder():
    torch.manual_seed(0)
    return CavpVideoEncoder(base_channels=4, stage_blocks=(1, 1, 2, 1), features=16)


def pictures_of(count):
    return list(np.random.default_rng(count).integers(0, 255, (count, 32, 32, 3), np.uint8))


def as_clip(encoder, pictures):
    clip = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)[None].float() / 255
    with torch.no_grad():
        return encoder(clip)[0].numpy()


@pytest.mark.parametrize("count", [1, 8, 39, 43, 44, 130])
def test_a_long_film_in_groups_is_one_clip(encoder, count):
    pictures, heard = pictures_of(count), []
    found = see(encoder, iter(pictures), heard.append)
    assert found.shape == (count, 16)
    assert np.abs(found - as_clip(encoder, pictures)).max() < 1e-5
    assert heard[-1] == count


def test_published_clips_know_nothing_of_each_other(encoder):
    pictures, heard = pictures_of(95), []
    found = see_in_clips(encoder, pictures, heard.append)
    parts = [as_clip(encoder, pictures[low : low + 40]) for low in (0, 40, 80)]
    assert np.abs(found - np.concatenate(parts)).max() < 1e-5
    assert heard == sorted(heard)
    assert heard[-1] == 95
    assert see(encoder, [], heard.append).shape == see_in_clips(encoder, [], heard.append).shape == (0, 16)


# -- windows and noise --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frames", [1, 63, 65, 250, 256, 257, 700, 4001])
def test_windows_cover_the_range_and_fit_the_model(frames):
    spans = AUDIOLDM.spans(frames * AUDIOLDM.frame_samples - 5, [], DEFAULT.least_frames)
    assert spans[0].low == 0
    assert spans[-1].high >= frames
    assert all(span.frames % 8 == 0 and 64 <= span.frames <= 256 for span in spans)
    for before, after in pairwise(spans):
        assert before.high - after.low >= 2 * AUDIOLDM.context
    assert (len(spans) == 1) == (frames <= 256)


def test_windows_are_cut_at_shots_and_whole_where_that_is_published():
    spans = AUDIOLDM.spans(400 * AUDIOLDM.frame_samples, [200 * AUDIOLDM.frame_samples], DEFAULT.least_frames)
    assert spans[0].low + 200 + AUDIOLDM.context == 216
    assert spans[1].low == 200 - AUDIOLDM.context
    assert [span.frames for span in AUDIOLDM.spans(20_000, [], FAITHFUL.least_frames)] == [256]


def test_a_window_has_the_features_of_its_own_time():
    (first, *_, last) = AUDIOLDM.spans(700 * AUDIOLDM.frame_samples, [], DEFAULT.least_frames)
    assert AUDIOLDM.pictures_of(first, 4, 112) == slice(0, -(-first.high * 4 // 25))
    assert AUDIOLDM.pictures_of(last, 4, 112) == slice(last.low * 4 // 25, 112)
    assert AUDIOLDM.pictures_of(last, 4, 3) == slice(2, 3)


def test_noise_belongs_to_seed_step_and_place():
    whole = noise_at(7, 0, 300, 8, 16)
    assert torch.equal(noise_at(7, 130, 100, 8, 16), whole[:, 130:230])
    assert abs(float(whole.std()) - 1) < 0.02
    assert abs(float(whole.mean())) < 0.02
    others = [noise_at(8, 0, 300, 8, 16), noise_at(7, 0, 300, 8, 16, step=1), noise_at(7, 64, 300, 8, 16)]
    for other in others:
        assert abs(float((whole * other).mean())) < 0.02
    both = noise_of_takes([7, 8], 10, 20, 8, 16)
    assert torch.equal(both[1], noise_at(8, 10, 20, 8, 16))
    steps = step_noise([7], 10, 20, 8, 16, torch.device("cpu"))
    assert torch.equal(next(steps)[0], noise_at(7, 10, 20, 8, 16, 1))
    assert torch.equal(next(steps)[0], noise_at(7, 10, 20, 8, 16, 2))
