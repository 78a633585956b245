# SPDX-License-Identifier: GPL-3.0-or-later
"""A rectangle that says where movement counts: where it lies, what it keeps out, and what it must not be."""

from fractions import Fraction

import numpy as np
import pytest

from backend.stages.media_files import striker
from foleycue_backend.stages.cache import content_key
from foleycue_backend.stages.motion import measure
from foleycue_backend.stages.picture_cues import predict
from foleycue_backend.stages.pictures import GreyFrame
from foleycue_backend.stages.region import Regions
from foleycue_shared.cues import match_cues
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import RegionKey
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import CUE_RATE, FrameRange

SHAPE = (100, 200)
SPAN = FrameRange(0, 60, Fraction(30))
SHOTS = [Piece(start=0, frames=40, media="a", name="a"), Piece(start=40, frames=20, media="b", name="b")]


def _key(frame, x=0.25, y=0.5, width=0.25, height=0.25):
    return RegionKey(frame=frame, x=x, y=y, width=width, height=height)


def _corner(regions, piece, seconds):
    rows, columns = regions.window(piece, seconds, SHAPE)
    return columns.start, rows.start


def test_a_rectangle_moves_evenly_between_its_keys_and_rests_outside_them():
    regions = Regions([_key(30, x=0.5), _key(10)], SHOTS, SPAN)
    assert [_corner(regions, 0, frame / 30) for frame in (0, 10, 20, 30, 39)] == [
        (50, 50), (50, 50), (75, 50), (100, 50), (100, 50),
    ]  # fmt: skip


def test_a_shot_without_keys_is_looked_at_as_a_whole():
    regions = Regions([_key(10)], SHOTS, SPAN)
    image = np.zeros(SHAPE)
    assert image[regions.window(0, 0.5, SHAPE)].shape == (25, 50)
    assert image[regions.window(1, 1.5, SHAPE)].shape == SHAPE


def test_a_rectangle_ends_with_the_picture():
    rows, columns = Regions([_key(0, x=0.9, width=1.0)], SHOTS, SPAN).window(0, 0.0, SHAPE)
    assert (rows.stop, columns.stop) == (75, 200)


def test_bad_regions_are_refused_in_one_sentence():
    with pytest.raises(FoleyCueError, match="frame 60 lies outside the range of 60 frames"):
        Regions([_key(60)], SHOTS, SPAN)
    small = Regions([_key(0), _key(30, width=0.01)], SHOTS, SPAN)
    with pytest.raises(FoleyCueError, match="frame 30 covers 2 x 25 pixels of the 200 x 100") as caught:
        small.window(0, 0.0, SHAPE)
    assert caught.value.code is ErrorCode.BAD_INPUT


def _shaken(draw, second, shake):
    """The striker's pictures, enlarged sideways by a strip in which another thing jerks about, from a shaking hand."""

    jerks = np.random.default_rng(0).integers(0, 35, 97)

    def with_mover(k):
        image = np.pad(draw(k), ((12, 12), (12, 92)), mode="reflect")
        if second:
            x = 240 + jerks[k // 9 % len(jerks)] * (k % 9 < 2) + jerks[(k // 9 + 1) % len(jerks)] * (k % 9 >= 2)
            image[30:120, x : x + 40] = np.kron(np.indices((9, 4)).sum(0) % 2, np.ones((10, 10))) * 200 + 30
        dx, dy = (round(shake * np.sin(k / step)) for step in (5.0, 7.0))
        return np.ascontiguousarray(image[12 + dy : 148 + dy, 12 + dx : 332 + dx])

    return with_mover


@pytest.mark.parametrize("shake", [0, 6])
def test_a_second_mover_is_kept_out(shake):
    scores = {"whole": [], "region": [], "wrong corner": []}
    for seed in range(2):
        draw, count, contacts = striker(seed, 6.0)
        draw, span = _shaken(draw, True, shake), FrameRange(0, count, Fraction(30))
        piece = [Piece(start=0, frames=count, media="a", name="a")]
        boxes = {
            "whole": (),
            "region": (_key(0, 0.25, 0.0, 0.25, 1.0),),
            "wrong corner": (_key(0, 0.0, 0.0, 0.2, 1.0),),
        }
        for name, keys in boxes.items():
            frames = [GreyFrame(0, k / 30, draw(k)) for k in range(count)]
            cues = predict(measure(frames, Regions(keys, piece, span)), span, 0.5).cues
            pairs = match_cues([c.sample for c in cues], [round(t * CUE_RATE) for t in contacts], CUE_RATE // 20)
            scores[name].append(2 * len(pairs) / (len(cues) + len(contacts)))
    assert np.mean(scores["region"]) >= 0.75
    assert np.mean(scores["whole"]) <= 0.5
    assert np.mean(scores["wrong corner"]) <= 0.4


def test_another_region_is_another_analysis(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    pieces = [Piece(start=0, frames=60, media=str(tmp_path / "a"), name="a")]
    keys = {content_key("motion", pieces, SPAN, regions) for regions in ((), (_key(0),), (_key(1),), (_key(0),))}
    assert len(keys) == 3
