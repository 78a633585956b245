# SPDX-License-Identifier: GPL-3.0-or-later
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from foleycue_shared.cues import CueSource
from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.panel import Panel
from foleycue_ui.widgets.cue_lane import CueLane

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def on_frame(panel: Panel, sample: int) -> bool:
    rate = panel.state.range.rate
    return any(frames_to_samples(k, rate, CUE_RATE) == sample for k in range(panel.state.range.marked.frames))


def at(lane: CueLane, sample: int, strength: float = 0.5) -> QPoint:
    geometry = lane.geometry_
    return QPoint(round(geometry.x(sample)), round(geometry.y(strength)))


def drag(lane: CueLane, start: QPoint, end: QPoint, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(lane, LEFT, modifier, start)
    for part in (0.3, 0.7, 1.0):
        middle = start + QPoint(round((end.x() - start.x()) * part), round((end.y() - start.y()) * part))
        _move(lane, middle, modifier)
    QTest.mouseRelease(lane, LEFT, modifier, end)


def _move(lane: CueLane, place: QPoint, modifier: Qt.KeyboardModifier) -> None:
    # QTest.mouseMove carries neither buttons nor modifiers.
    from PyQt6.QtCore import QEvent
    from PyQt6.QtGui import QMouseEvent

    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(place), QPointF(lane.mapToGlobal(place)), Qt.MouseButton.NoButton, LEFT, modifier
    )
    QApplication.sendEvent(lane, event)


def wheel(lane: CueLane, place: QPoint, notches: int) -> QWheelEvent:
    event = QWheelEvent(
        QPointF(place),
        QPointF(lane.mapToGlobal(place)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(lane, event)
    return event


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
    moved = cues.cues[1]
    assert on_frame(opened, moved.sample)
    assert abs(moved.sample - lane.geometry_.sample(start.x() + 37)) < 1_200
    assert moved.source == CueSource.USER
    assert moved.strength == 0.6
    free = []
    for step in (3, 5, 11):
        drag(
            lane,
            at(lane, cues.cues[1].sample),
            at(lane, cues.cues[1].sample) + QPoint(step, 0),
            Qt.KeyboardModifier.AltModifier,
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
    assert wheel(lane, start, -2).isAccepted()
    assert abs(cues.cues[1].strength - (before - 0.1)) < 1e-6
    assert not wheel(lane, at(lane, 100_000), 1).isAccepted()


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
    assert abs(opened.player.position - lane.geometry_.sample(200)) < 1_100
    QTest.mouseMove(lane, at(lane, 24_000))
    _move(lane, at(lane, 24_000), NONE)


def test_a_cue_that_the_take_missed_is_drawn_hollow(opened: Panel, qtbot: QtBot):
    """The head's middle shows the ground instead of the cue's colour."""
    from foleycue_ui.widgets import cue_paint

    lane = opened.lane_section.cue_lane
    seen = []
    for missed in (frozenset(), frozenset({24_000})):
        from PyQt6.QtGui import QPainter, QPixmap

        pixmap = QPixmap(lane.size())
        pixmap.fill(Qt.GlobalColor.black)
        painter = QPainter(pixmap)
        cue_paint.cues(painter, opened.state.cues, lane.geometry_, missed)
        painter.end()
        seen.append(pixmap.toImage().pixelColor(at(lane, 24_000, 0.6)).name())
    assert seen[0] != seen[1]


def test_nothing_happens_without_a_timeline(panel: Panel):
    lane = panel.lane_section.cue_lane
    QTest.mouseClick(lane, LEFT, NONE, QPoint(100, 80))
    QTest.keyClick(lane, Qt.Key.Key_C)
    assert panel.state.cues.cues == ()
