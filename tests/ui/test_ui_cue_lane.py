# SPDX-License-Identifier: GPL-3.0-or-later
"""The cue lane under real mouse and keys."""

from PyQt6.QtCore import QPoint, QRectF, Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from fakes.mouse import LEFT, NONE, drag, move, wheel
from fakes.waiting import until
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.panel import Panel
from foleycue_ui.widgets.lane.lane import CueLane

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def on_frame(panel: Panel, sample: int) -> bool:
    rate = panel.state.range.rate
    return any(frames_to_samples(k, rate, CUE_RATE) == sample for k in range(panel.state.range.marked.frames))


def at(lane: CueLane, sample: int, strength: float = 0.5) -> QPoint:
    return QPoint(round(lane.view.x(sample)), round(lane.view.y(strength)))


def test_a_click_adds_a_cue_on_a_frame_with_the_strength_of_its_height(opened: Panel):
    lane, cues = opened.lane_section.cue_lane, opened.state.cues
    QTest.mouseClick(lane, LEFT, NONE, at(lane, 90_000, 0.7))
    assert len(cues.cues) == 3
    new = next(cue for cue in cues.cues if cue.source == CueSource.USER)
    assert on_frame(opened, new.sample)
    assert abs(new.sample - 90_000) < 2_100
    assert abs(new.strength - 0.7) < 0.02
    assert cues.selected == {cues.cues.index(new)}
    assert cues.edited


def test_drag_snaps_to_frames_and_alt_frees_it(opened: Panel):
    lane, cues = opened.lane_section.cue_lane, opened.state.cues
    start = at(lane, 24_000)
    drag(lane, start, start + QPoint(37, 1))
    assert opened.lane_section.cue_tools.undo.isEnabled()
    moved = cues.cues[1]
    assert on_frame(opened, moved.sample)
    assert abs(moved.sample - lane.view.sample(start.x() + 37)) < 1_200
    assert moved.source == CueSource.USER
    assert moved.strength == 0.6
    free = []
    for step in (3, 5, 11):
        drag(
            lane,
            at(lane, cues.cues[1].sample),
            at(lane, cues.cues[1].sample) + QPoint(step, 0),
            ALT,
        )
        free.append(on_frame(opened, cues.cues[1].sample))
    assert not all(free)
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not cues.edited


def test_vertical_drag_and_wheel_change_strength_only(opened: Panel):
    lane, cues = opened.lane_section.cue_lane, opened.state.cues
    start = at(lane, 24_000, 0.6)
    drag(lane, start, QPoint(start.x() + 2, at(lane, 24_000, 0.9).y()))
    assert cues.cues[1].sample == 24_000
    assert abs(cues.cues[1].strength - 0.9) < 0.03
    before = cues.cues[1].strength
    assert wheel(lane, start, -2)
    assert abs(cues.cues[1].strength - (before - 0.1)) < 1e-6
    assert not wheel(lane, at(lane, 100_000), 1)


def test_delete_removes_and_keys_choose_nudge_and_add(opened: Panel):
    lane, cues = opened.lane_section.cue_lane, opened.state.cues
    QTest.mouseClick(lane, LEFT, NONE, at(lane, 24_000))
    assert cues.selected == {1}
    assert not cues.edited
    QTest.keyClick(lane, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert cues.cues[1].sample == frames_to_samples(13, opened.state.range.rate, CUE_RATE)
    QTest.keyClick(lane, Qt.Key.Key_Down)
    assert abs(cues.cues[1].strength - 0.55) < 1e-6
    QTest.keyClick(lane, Qt.Key.Key_Delete)
    assert len(cues.cues) == 1
    QTest.keyClick(lane, Qt.Key.Key_Comma)
    assert cues.selected == {0}
    opened.player.seek_frame(40)
    QTest.keyClick(lane, Qt.Key.Key_C)
    assert cues.cues[1].sample == frames_to_samples(40, opened.state.range.rate, CUE_RATE)
    assert "Cue 2" in lane.accessibleDescription()


def test_shift_click_gathers_and_ruler_scrubs(opened: Panel, qtbot: QtBot):
    lane, cues = opened.lane_section.cue_lane, opened.state.cues
    QTest.mouseClick(lane, LEFT, NONE, at(lane, 4_800))
    QTest.mouseClick(lane, LEFT, Qt.KeyboardModifier.ShiftModifier, at(lane, 24_000))
    assert cues.selected == {0, 1}
    drag(lane, QPoint(50, 6), QPoint(200, 6))
    assert len(cues.cues) == 2
    assert opened.player.position == lane.view.frame_sample(200)
    move(lane, at(lane, 24_000), NONE, Qt.MouseButton.NoButton)
    assert "Cue 2 of 2" in lane.toolTip()
    move(lane, at(lane, 120_000, 0.1), NONE, Qt.MouseButton.NoButton)
    assert "◆ from the picture" in lane.toolTip()


def test_nothing_happens_without_a_timeline(panel: Panel):
    lane = panel.lane_section.cue_lane
    QTest.mouseClick(lane, LEFT, NONE, QPoint(100, 80))
    QTest.keyClick(lane, Qt.Key.Key_C)
    assert panel.state.cues.cues == ()


def many(panel: Panel, count: int = 12) -> tuple[Cue, ...]:
    rate = panel.state.range.rate
    cues = tuple(Cue(frames_to_samples(4 + 5 * k, rate, CUE_RATE), 0.5) for k in range(count))
    panel.state.cues.load(cues)
    return cues


def test_a_rubber_band_and_clicks_with_ctrl_and_shift_select_dozens(opened: Panel):
    lane, cues = opened.lane_section.cue_lane, opened.state.cues
    sheet = many(opened)
    first, last = at(lane, sheet[2].sample, 0.8) - QPoint(4, 0), at(lane, sheet[7].sample, 0.2) + QPoint(4, 0)
    drag(lane, first, last)
    assert cues.selected == set(range(2, 8))
    QTest.mouseClick(lane, LEFT, CTRL, at(lane, sheet[4].sample, 0.4))
    assert cues.selected == {2, 3, 5, 6, 7}
    QTest.mouseClick(lane, LEFT, NONE, at(lane, sheet[0].sample, 0.4))
    assert cues.selected == {0}
    QTest.mouseClick(lane, LEFT, SHIFT, at(lane, sheet[10].sample, 0.4))
    assert cues.selected == set(range(11))
    drag(lane, at(lane, sheet[11].sample, 0.9) - QPoint(3, 0), at(lane, sheet[11].sample, 0.3) + QPoint(3, 0), CTRL)
    assert cues.selected == set(range(12))
    assert cues.cues == sheet
    assert "12 selected" in lane.accessibleDescription()


def test_what_is_selected_is_dragged_together_as_one_step_of_undo(opened: Panel):
    lane, cues = opened.lane_section.cue_lane, opened.state.cues
    sheet = many(opened, 6)
    cues.select({3, 4, 5})
    start = at(lane, sheet[4].sample, 0.4)
    drag(lane, start, start + QPoint(40, 2))
    shift = cues.cues[4].sample - sheet[4].sample
    assert shift > 0
    assert [c.sample - old.sample for c, old in zip(cues.cues, sheet, strict=True)] == [0, 0, 0, shift, shift, shift]
    assert all(on_frame(opened, cue.sample) for cue in cues.cues)
    drag(lane, at(lane, cues.cues[4].sample, 0.4), at(lane, cues.cues[4].sample, 0.7))
    assert [round(c.strength, 1) for c in cues.cues] == [0.5, 0.5, 0.5, 0.8, 0.8, 0.8]
    QTest.keyClick(lane, Qt.Key.Key_Z, CTRL)
    QTest.keyClick(lane, Qt.Key.Key_Z, CTRL)
    assert cues.cues == sheet
    QTest.keyClick(lane, Qt.Key.Key_Z, CTRL | SHIFT)
    assert cues.cues[4].sample == sheet[4].sample + shift


def test_keys_walk_nudge_by_frame_and_by_millisecond_and_let_go(opened: Panel):
    lane, cues = opened.lane_section.cue_lane, opened.state.cues
    lane.setFocus()
    opened.player.seek_frame(10)
    QTest.keyClick(lane, Qt.Key.Key_Right)
    assert opened.player.frame == 11  # nothing is selected: the arrows are the player's
    QTest.keyClick(lane, Qt.Key.Key_Period)
    assert cues.selected == {0}
    QTest.keyClick(lane, Qt.Key.Key_Right)
    assert cues.selected == {1}
    assert lane.accessibleDescription() == "2 cues. Cue 2 of 2, 0.500 s, strength 0.60, from the picture"
    QTest.keyClick(lane, Qt.Key.Key_Right, CTRL)
    assert cues.cues[1].sample == 24_048
    QTest.keyClick(lane, Qt.Key.Key_Left, ALT)
    QTest.keyClick(lane, Qt.Key.Key_Left, ALT)
    assert cues.cues[1].sample == 23_952
    QTest.keyClick(lane, Qt.Key.Key_Left, SHIFT)
    assert on_frame(opened, cues.cues[1].sample)
    assert "yours" in lane.accessibleDescription()
    QTest.keyClick(lane, Qt.Key.Key_Tab, SHIFT)
    assert cues.selected == {0}
    assert lane.hasFocus()
    QTest.keyClick(lane, Qt.Key.Key_Tab)
    QTest.keyClick(lane, Qt.Key.Key_Tab)
    assert not lane.hasFocus()
    lane.setFocus()
    QTest.keyClick(lane, Qt.Key.Key_Escape)
    assert not cues.selected
    QTest.keyClick(lane, Qt.Key.Key_A, CTRL)
    assert cues.selected == {0, 1}


def test_the_view_zooms_round_the_pointer_scrolls_and_follows_the_playhead(opened: Panel):
    lane, section = opened.lane_section.cue_lane, opened.lane_section
    assert lane.view.fits
    assert not section.scroll_bar.isEnabled()
    pointer = at(lane, 100_000)
    under = lane.view.sample(pointer.x())
    for _ in range(8):
        assert wheel(lane, pointer, 1, CTRL)
    assert not lane.view.fits
    assert abs(lane.view.sample(pointer.x()) - under) <= 2 * lane.view.span // lane.view.inner
    start = lane.view.start
    assert wheel(lane, QPoint(30, 100), -1)
    assert lane.view.start > start
    wheel(lane, QPoint(30, 100), 3, SHIFT)
    assert lane.view.start < start
    section.scroll_bar.setValue(0)
    assert lane.view.start == 0
    opened.player.seek(1_000)
    opened.player.seek(lane.view.end + 5_000)
    assert lane.view.start < opened.player.position < lane.view.end
    QTest.keyClick(lane, Qt.Key.Key_Z)
    assert lane.view.fits
    QTest.keyClick(lane, Qt.Key.Key_Plus)
    QTest.mouseClick(section.cue_tools.closer, LEFT)
    assert lane.view.span < 0.5 * lane.view.samples
    QTest.keyClick(lane, Qt.Key.Key_Minus)
    opened.state.cues.select({1})
    QTest.keyClick(lane, Qt.Key.Key_Z, SHIFT)
    assert lane.view.start < 24_000 < lane.view.end
    assert lane.view.span < CUE_RATE / 2
    QTest.mouseClick(section.cue_tools.fit, LEFT)
    assert lane.view.fits


def test_zoomed_in_a_click_names_the_frame_under_the_pointer(opened: Panel):
    lane, cues = opened.lane_section.cue_lane, opened.state.cues
    rate = opened.state.range.rate
    cues.clear()
    lane.show_view(lane.view.zoomed(0.1, 200))
    for frame in range(lane.view.frame(40), lane.view.frame(300), 3):
        centre = frames_to_samples(frame, rate, CUE_RATE) + float(CUE_RATE / rate / 2)
        QTest.mouseClick(lane, LEFT, NONE, QPoint(round(lane.view.x(centre)), 60))
        assert cues.cues[max(cues.selected)].sample == frames_to_samples(frame, rate, CUE_RATE)
    cues.clear()
    QTest.mouseClick(lane, LEFT, CTRL, QPoint(157, 60))
    assert cues.cues[max(cues.selected)].sample == lane.view.sample(157)


def test_missed_and_moved_cues_are_shown_by_shape_and_said_with_their_distance(
    opened: Panel, backend: FakeBackend, qtbot: QtBot
):
    lane = opened.lane_section.cue_lane
    opened.state.cues.load((Cue(24_000, 0.6), Cue(72_000, 0.6)))
    before = lane.grab().toImage()
    opened.controller.generate()
    until(qtbot, lambda: opened.state.takes.chosen is not None and not opened.state.job.active)
    chosen = opened.state.takes.chosen
    assert chosen is not None
    lane.answers = {24_000: None, 72_000: 1_632}
    opened.state.cues.select({0})
    opened.state.cues.select(())
    after = lane.grab().toImage()
    foot = round(lane.view.floor)
    ratio = before.devicePixelRatio()
    for x in (lane.view.x(24_000) + 2, lane.view.x(72_000) + 4):
        place = round(x * ratio), round(foot * ratio)
        assert before.pixelColor(*place) != after.pixelColor(*place)
    move(lane, at(lane, 24_000, 0.5), NONE, Qt.MouseButton.NoButton)
    assert "missed it: no sound starts within 50 ms" in lane.toolTip()
    move(lane, at(lane, 72_000, 0.5), NONE, Qt.MouseButton.NoButton)
    assert "sounds 34 ms late" in lane.toolTip()
    opened.state.cues.select({1})
    assert "1 missed by the take" in lane.accessibleDescription()
    assert "34 ms late" in lane.accessibleDescription()


def test_five_thousand_cues_are_painted_by_what_is_visible(opened: Panel):
    lane, cues = opened.lane_section.cue_lane, opened.state.cues
    cues.load(Cue(k * 28, 0.5) for k in range(5_000))
    lane.grab()
    assert len(lane.cues_in(QRectF(lane.rect()))) == 5_000
    drag(lane, at(lane, 70_000, 0.5), at(lane, 70_000, 0.8))
    lane.grab()
    assert max(cue.strength for cue in cues.cues) > 0.7
    assert cues.can_undo
