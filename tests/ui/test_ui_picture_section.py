# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture's controls: shuttle, scrubbing, sound, the large picture, and the region drawn on it."""

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.numbered_film import number_in
from fakes.waiting import until
from foleycue_ui.model.seen_object import Box
from foleycue_ui.model.settings import TAKE_LEVEL
from foleycue_ui.model.snapshot import take_snapshot
from foleycue_ui.panel import Panel
from foleycue_ui.widgets.picture_section import PictureSection
from foleycue_ui.widgets.region_box import grips

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def section(opened: Panel) -> PictureSection:
    opened.setFocus()
    return opened.picture_section


def press(panel: Panel, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or panel, key, modifier)


def drag(section: PictureSection, start: QPointF, end: QPointF) -> None:
    """A press, moves (which QTest sends without buttons), a release."""
    overlay = section.region
    QTest.mousePress(overlay, LEFT, pos=start.toPoint())
    for part in (0.3, 0.7, 1.0):
        at = start + (end - start) * part
        none, left = Qt.MouseButton.NoButton, LEFT
        move = QMouseEvent(
            QMouseEvent.Type.MouseMove, at, overlay.mapToGlobal(at), none, left, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(overlay, move)
    QTest.mouseRelease(overlay, LEFT, pos=end.toPoint())


class TestPlaying:
    def test_j_k_l_and_half_speed_while_k_is_held(self, opened: Panel, section: PictureSection):
        player = opened.player
        press(opened, KEY.Key_L)
        press(opened, KEY.Key_L)
        assert player.speed == 2
        assert section.transport.speed.whole() == "2×"
        press(opened, KEY.Key_J)
        assert player.speed == -1
        QTest.keyPress(opened, KEY.Key_K)
        assert not player.playing
        press(opened, KEY.Key_L)
        assert player.speed * 2 == 1
        QTest.keyRelease(opened, KEY.Key_K)
        press(opened, KEY.Key_L)
        assert player.speed == 1
        press(opened, KEY.Key_K)
        assert not player.playing
        player.seek(0)
        for key in (KEY.Key_L, KEY.Key_Right):
            for _ in range(3):
                event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", True)
                QApplication.sendEvent(opened, event)
        assert not player.playing
        assert player.frame == 3, "a held key steps on, but shuttles once"

    def test_dragging_bar_or_playhead_scrubs_with_the_picture(
        self, opened: Panel, section: PictureSection, qtbot: QtBot
    ):
        bar = section.scrub_bar
        QTest.mousePress(bar, LEFT, pos=QPoint(round(bar.x_of(10)), 9))
        assert opened.player.frame == 10
        at = QPointF(bar.x_of(44), 9)
        move = QMouseEvent(
            QMouseEvent.Type.MouseMove, at, at, Qt.MouseButton.NoButton, LEFT, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(bar, move)
        assert opened.player.frame == 44
        QTest.mouseRelease(bar, LEFT)
        until(qtbot, lambda: opened.player.picture_frame == 44)
        assert number_in(section.picture.image) == 44
        assert section.transport.frame.text() == "44"
        assert section.transport.clock.text() == "00:00:01:20"
        assert "44" in bar.accessibleDescription()
        strip, marked = section.range_strip.strip, opened.state.range
        ends = marked.start, marked.end
        QTest.mousePress(strip, LEFT, pos=QPoint(round(strip.x_of(30)), 3))
        assert opened.player.frame == 30
        QTest.mouseRelease(strip, LEFT)
        assert (marked.start, marked.end) == ends, "the playhead above the range strip leaves the range alone"

    def test_the_mixer_is_heard_shown_and_kept(self, opened: Panel, section: PictureSection):
        mixer, row = opened.player.mixer, section.mixer_row
        press(opened, KEY.Key_M)
        assert mixer.muted
        assert mixer.take_gain == 0
        assert "Muted" in row.mute.toolTip()
        press(opened, KEY.Key_M)
        row.take_level.setValue(50)
        assert mixer.take_gain == pytest.approx(0.25)
        assert opened.settings.value(TAKE_LEVEL, 1.0) == 0.5
        QTest.mouseClick(row.take, LEFT)
        assert mixer.take_gain == 0
        assert not row.guide.isEnabled()
        assert "no sound" in row.guide.toolTip()

    def test_a_double_click_shows_it_large_and_keys_go_on_working(
        self, opened: Panel, section: PictureSection, qtbot: QtBot
    ):
        QTest.mouseClick(section.picture, LEFT)
        assert opened.player.playing
        QTest.mouseDClick(section.picture, LEFT)
        assert section.large.isVisible()
        assert not opened.player.playing, "the first click of the two was taken back"
        QTest.keyClick(section.large, KEY.Key_Right)
        frame = opened.player.frame
        QTest.keyClick(section.large, KEY.Key_Left)
        assert opened.player.frame == frame - 1
        QTest.mouseClick(section.large, LEFT)
        assert opened.player.playing
        QTest.keyClick(section.large, KEY.Key_Escape)
        assert not section.large.isVisible()
        opened.player.pause()


class TestRegion:
    def test_draw_move_resize(self, opened: Panel, section: PictureSection):
        regions, overlay = opened.state.regions, section.region
        QTest.mouseClick(section.transport.region, LEFT)
        assert overlay.editing
        opened.player.seek_frame(5)
        area = section.picture.picture_rect()
        corner = area.topLeft() + QPointF(area.width() * 0.2, area.height() * 0.2)
        drag(section, corner, corner + QPointF(area.width() * 0.4, area.height() * 0.4))
        box = regions.at(5)
        assert box is not None
        assert (box.x, box.y, box.width, box.height) == pytest.approx((0.2, 0.2, 0.4, 0.4), abs=0.02)
        rect = overlay.box_rect(box)
        drag(section, rect.center(), rect.center() + QPointF(area.width() * 0.1, 0))
        moved = regions.at(5)
        assert moved is not None
        assert moved.x == pytest.approx(box.x + 0.1, abs=0.01)
        assert moved.width == box.width
        for name in grips(rect):
            before = regions.at(5)
            assert before is not None
            grip = grips(overlay.box_rect(before))[name]
            drag(section, grip, grip + QPointF(6, 6))
            assert regions.at(5) != before, name
        assert regions.key_frames == (5,)

    def test_moving_it_at_another_frame_sets_a_keyframe(self, opened: Panel, section: PictureSection):
        regions, overlay = opened.state.regions, section.region
        section.transport.region.click()
        regions.put(0, Box(0.1, 0.1, 0.3, 0.3))
        opened.player.seek_frame(40)
        overlay.setFocus()
        press(opened, KEY.Key_Right, CTRL)
        press(opened, KEY.Key_Down)
        press(opened, KEY.Key_Right, SHIFT)
        assert regions.key_frames == (0, 40)
        box = regions.at(40)
        assert box is not None
        assert (box.x, box.y, box.width, box.height) == pytest.approx((0.15, 0.11, 0.31, 0.3), abs=1e-3)
        opened.player.seek_frame(20)
        assert "11 % from the top" in overlay.accessibleDescription() or "10 % from" in overlay.accessibleDescription()
        assert not section.region_bar.keyframe.isChecked()
        QTest.mouseClick(section.region_bar.keyframe, LEFT)
        assert regions.key_frames == (0, 20, 40)
        overlay.setFocus()
        press(opened, KEY.Key_Delete)
        assert regions.key_frames == (0, 40)

    def test_diamonds_are_removed_and_brought_back(self, opened: Panel, section: PictureSection):
        regions, bar = opened.state.regions, section.scrub_bar
        regions.put(10, Box(0.1, 0.1, 0.3, 0.3))
        regions.put(50, Box(0.5, 0.1, 0.3, 0.3))
        QTest.mouseClick(bar, LEFT, pos=QPoint(round(bar.x_of(50)) + 4, 9))
        assert opened.player.frame == 50, "a click near a diamond goes exactly there"
        QTest.mouseClick(bar, Qt.MouseButton.RightButton, pos=QPoint(round(bar.x_of(50)), 9))
        assert regions.key_frames == (10,)
        notice = next(n for n in opened.state.notices.notices if n.key == "region")
        assert notice.run is not None
        notice.run()
        assert regions.key_frames == (10, 50)
        assert take_snapshot(opened.state, "").objects == regions.objects, "kept over restarts"
        press(opened, KEY.Key_G, CTRL)
        assert regions.keys == ()

    def test_outside_of_editing_the_mouse_goes_through(self, opened: Panel, section: PictureSection):
        opened.state.regions.put(0, Box(0.1, 0.1, 0.8, 0.8))
        attribute = Qt.WidgetAttribute.WA_TransparentForMouseEvents
        assert section.region.testAttribute(attribute)
        press(opened, KEY.Key_G)
        assert not section.region.testAttribute(attribute)
        press(opened, KEY.Key_G)
        assert section.region.testAttribute(attribute)
        assert QApplication.focusWidget() is opened
