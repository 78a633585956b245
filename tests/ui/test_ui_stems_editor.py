# SPDX-License-Identifier: GPL-3.0-or-later
"""All stems of a round into a running editor: each by its object's name, and all out again with one undo."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from fakes.editor_script import EditorScript
from fakes.mouse import LEFT
from fakes.waiting import until
from foleycue_plugin.bridge.server import current_bridge
from foleycue_plugin.hosts.blender.live import BlenderHost
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_ui.model.seen_object import Box
from foleycue_ui.panel import Panel


@pytest.fixture
def script(panel: Panel, backend: FakeBackend, clip: Path, qtbot: QtBot) -> Iterator[EditorScript]:
    """A Blender with a range marked, and a take of each of two objects in the panel."""
    until(qtbot, lambda: current_bridge() is not None)
    with EditorScript(backend.places.data / "bridge.json", clip, 72, (12, 48)) as running:
        panel.ask_section.options.takes.setValue(1)
        panel.controller.editors.look()
        until(qtbot, lambda: any(n.key.startswith("editor ") for n in panel.state.notices.notices))
        QTest.mouseClick(panel.notices.frames[0].action, LEFT)
        until(qtbot, lambda: panel.state.range.selection is not None and panel.state.cues.known)
        for name, x in (("car", 0.1), ("dog", 0.6)):
            panel.state.regions.add(0, Box(x, 0.1, 0.3, 0.3))
            panel.state.regions.describe(panel.state.regions.objects[-1].number, label=name)
        panel.controller.generate()
        until(qtbot, lambda: len(panel.state.takes.entries) == 2 and not panel.state.job.active)
        yield running


def told(panel: Panel) -> str:
    return next((notice.text for notice in panel.state.notices.notices if notice.key == "insert"), "")


def test_in_and_out(panel: Panel, script: EditorScript, qtbot: QtBot):
    panel.controller.insertion.insert_stems(panel.state.takes.chosen_id)
    until(qtbot, lambda: told(panel).startswith("The stems lie on"))
    assert [sound["name"] for sound in script.sounds.values()] == ["car", "dog"]
    assert [sound["path"] for sound in script.sounds.values()] == [str(e.path) for e in panel.state.takes.entries]
    notice = next(n for n in panel.state.notices.notices if n.key == "insert")
    assert notice.run is not None
    notice.run()
    until(qtbot, lambda: told(panel) == "The insertion was undone.")
    assert not script.sounds
    panel.controller.insertion.insert_stems(panel.state.takes.chosen_id)
    until(qtbot, lambda: told(panel).startswith("The stems lie on"))
    QTest.keyClick(panel, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: told(panel) == "The insertion was undone.")
    assert not script.sounds


def test_all_or_none(panel: Panel, script: EditorScript, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    insert = BlenderHost.insert

    def second_fails(self, editor, selection, take, track=""):
        if track == "dog":
            raise FoleyCueError(ErrorCode.BUSY, "A dialog is open in Blender: close it.")
        return insert(self, editor, selection, take, track)

    monkeypatch.setattr(BlenderHost, "insert", second_fails)
    panel.controller.insertion.insert_stems(panel.state.takes.chosen_id)
    until(qtbot, lambda: "A dialog is open" in told(panel))
    assert not script.sounds
    assert not any(entry.stored.used for entry in panel.state.takes.entries)
