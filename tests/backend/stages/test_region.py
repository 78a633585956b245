# SPDX-License-Identifier: GPL-3.0-or-later
"""A rectangle that says where movement counts: where it lies, what it keeps out, and what it must not be."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from fakes.contact_scenes import Filming, contact_scene, two_objects
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


def _score(scene, box, rate=30):
    """F1 within 50 ms of the cues in a box (or anywhere) against a scene's contacts."""
    span = FrameRange(0, scene.frames, Fraction(rate))
    keys = [] if box is None else [RegionKey(frame=0, x=box[0], y=box[1], width=box[2], height=box[3])]
    regions = Regions(keys, [Piece(start=0, frames=scene.frames, media="a", name="a")], span)
    cues = predict(
        measure((GreyFrame(0, k / rate, scene.draw(k)) for k in range(scene.frames)), regions), span, 0.5
    ).cues
    wanted = [round(t * CUE_RATE) for t in scene.contacts]
    pairs = match_cues([cue.sample for cue in cues], wanted, CUE_RATE // 20)
    return 2 * len(pairs) / (len(cues) + len(wanted))


def test_a_second_mover_is_kept_out_before_a_hand_held_camera():
    scene = contact_scene("hammer", 1, Filming(shake=6, mover=True), 4.0)
    corner = (1 - scene.box[2], 0.0, scene.box[2], scene.box[3])
    assert _score(scene, scene.box) >= 0.75
    assert _score(scene, corner) <= 0.4


def test_of_two_objects_the_one_in_the_box_is_heard():
    for one, other in (two_objects(2, Filming(), 4.0), two_objects(0, Filming(), 4.0)[::-1]):
        assert _score(one, one.box) >= 0.8
        assert _score(replace(one, contacts=other.contacts), one.box) <= 0.5


def test_another_region_is_another_analysis(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    pieces = [Piece(start=0, frames=60, media=str(tmp_path / "a"), name="a")]
    keys = {content_key("motion", pieces, SPAN, regions) for regions in ((), (_key(0),), (_key(1),), (_key(0),))}
    assert len(keys) == 3
