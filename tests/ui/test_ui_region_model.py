# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions: one rectangle a shot, moved by keyframes, kept with the marked range and sent with requests."""

import pytest
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from fakes.waiting import until
from foleycue_shared.messages import Analyse, RegionKey
from foleycue_shared.timeline import Piece
from foleycue_ui.model.region import RegionModel
from foleycue_ui.model.seen_object import SMALLEST, Box, SeenObject
from foleycue_ui.panel import Panel


@pytest.fixture
def model() -> RegionModel:
    """Three shots of ten frames."""
    made = RegionModel()
    made.set_shots([Piece(start=k, frames=10, media="x") for k in (0, 10, 20)], 30)
    return made


def test_between_keys_it_moves_evenly_and_rests_outside(model: RegionModel):
    model.put(12, Box(0.0, 0.0, 0.2, 0.2))
    model.put(16, Box(0.4, 0.2, 0.2, 0.4))
    assert model.at(9) is None
    assert model.at(20) is None
    assert model.at(10) == Box(0.0, 0.0, 0.2, 0.2)
    middle = model.at(14)
    assert middle is not None
    assert (middle.x, middle.y, middle.width, middle.height) == pytest.approx((0.2, 0.1, 0.2, 0.3))
    assert model.at(19) == Box(0.4, 0.2, 0.2, 0.4)
    assert model.shot_keys(11) == [12, 16]


def test_one_shot_is_cleared_alone(model: RegionModel):
    for frame in (3, 12, 16):
        model.put(frame, Box(0.1, 0.1, 0.3, 0.3))
    model.remove(16)
    assert model.key_frames == (3, 12)
    model.clear_shot(0)
    assert model.key_frames == (12,)


def test_a_box_stays_in_the_picture(model: RegionModel):
    model.put(0, Box(0.9, -0.3, 0.3, 0.001))
    box = model.at(0)
    assert box == Box(0.7, 0.0, 0.3, SMALLEST)
    model.put(0, Box(0, 0, 7, 7))
    assert model.at(0) == Box(0, 0, 1, 1)


def test_keys_go_out_and_come_in_as_the_protocol_has_them(model: RegionModel):
    key = RegionKey(frame=4, x=0.1, y=0.2, width=0.3, height=0.4)
    model.load([SeenObject(number=0, keys=(key,))], 0)
    assert model.keys == (key,)
    model.move_range(-5)
    assert model.keys == ()
    model.load([SeenObject(number=0, keys=(key,))], 0)
    model.move_range(3)
    assert model.key_frames == (7,)
    model.set_shots([], 7)
    assert model.keys == ()


def test_it_follows_the_range_and_asks_for_cues_anew(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    regions = opened.state.regions
    opened.state.range.mark(10, 60)
    until(qtbot, lambda: opened.state.range.selection is not None)
    regions.put(20, Box(0.1, 0.2, 0.3, 0.4))
    asked = len([r for r, _ in backend.requests if isinstance(r, Analyse)])
    until(qtbot, lambda: backend.wait_for(Analyse, count=asked).cues.regions == regions.keys)
    opened.state.range.mark(15, 60)
    assert regions.key_frames == (15,)
    until(qtbot, lambda: backend.wait_for(Analyse).cues.regions == regions.keys)
    opened.state.range.mark(40, 60)
    assert regions.key_frames == ()
