# SPDX-License-Identifier: GPL-3.0-or-later
"""A panel beside a running editor: what it offers, what clicks over there set off, and where takes go."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from fakes.editor_script import EditorScript
from fakes.waiting import until, wait_ready
from foleycue_plugin.bridge.server import current_bridge
from foleycue_shared.messages import Generate
from foleycue_ui.panel import Panel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def script(panel: Panel, backend: FakeBackend, clip: Path, qtbot: QtBot) -> Iterator[EditorScript]:
    """A Blender with the clip on its timeline, frames 12 to 48 marked."""
    until(qtbot, lambda: current_bridge() is not None)
    with EditorScript(backend.places.data / "bridge.json", clip, 72, (12, 48)) as running:
        yield running


def notices(panel: Panel) -> list[str]:
    return [notice.text for notice in panel.state.notices.notices]


def offered(panel: Panel):
    return next((n for n in panel.state.notices.notices if n.key == "editor blender-4242"), None)


def test_a_running_editor_is_offered_and_its_range_is_marked(panel: Panel, script: EditorScript, qtbot: QtBot):
    panel.controller.editors.look()
    until(qtbot, lambda: offered(panel) is not None)
    assert offered(panel).text == "Blender runs with scene.blend."
    QTest.mouseClick(panel.notices.frames[0].action, LEFT)
    wait_ready(panel, qtbot)
    assert offered(panel) is None
    assert (panel.state.range.start, panel.state.range.end, panel.state.range.whole) == (12, 48, 72)
    assert panel.state.range.selection.scope.rate == "24000/1001"


def test_an_editor_that_ends_is_no_longer_offered(panel: Panel, script: EditorScript, qtbot: QtBot):
    panel.controller.editors.look()
    until(qtbot, lambda: offered(panel) is not None)
    script.line.close()
    until(qtbot, lambda: (panel.controller.editors.look(), offered(panel) is None)[1])


def test_generate_there_makes_takes_here_and_insert_lays_them_there(
    panel: Panel, backend: FakeBackend, script: EditorScript, qtbot: QtBot
):
    panel.ask_section.options.takes.setValue(2)
    script.ask("generate", {"prompt": "a door falls shut", "negative": "music"})
    until(qtbot, lambda: len(panel.state.takes.entries) == 2 and not panel.state.job.active)
    request = backend.wait_for(Generate)
    assert (request.prompt, request.negative, request.scope.frames) == ("a door falls shut", "music", 36)
    assert panel.ask_section.prompt.prompt.toPlainText() == "a door falls shut"

    first, second = panel.state.takes.entries
    panel.controller.insert(first.take.take_id)
    until(qtbot, lambda: panel.state.takes.entries[0].stored.used)
    sound = script.sounds["sound 0"]
    assert (sound["path"], sound["start"], sound["frames"]) == (str(first.path), 12, 36)
    assert sound["recipe"]["prompt"] == "a door falls shut"
    assert "The take lies on Channel 2 of Blender at 00:00:00:12." in notices(panel)

    # Another take for the same range takes the place of the first one.
    panel.controller.insert(second.take.take_id)
    until(qtbot, lambda: panel.state.takes.entries[1].stored.used)
    assert list(script.sounds) == ["sound 0"]
    assert script.sounds["sound 0"]["path"] == str(second.path)


def test_regenerate_there_uses_the_recipe_with_new_seeds(
    panel: Panel, backend: FakeBackend, script: EditorScript, qtbot: QtBot
):
    panel.state.request.set_seed(5)
    recipe = {
        "version": 1, "take": "t", "prompt": "glass", "negative": "", "engine": "gone", "seed": 5,
        "cues": [[24_000, 0.5, "user"], [96_000, 1.0, "picture"]],
    }  # fmt: skip
    script.ask("regenerate", {"handle": "sound 0", "start": 20, "frames": 24, "recipe": recipe})
    until(qtbot, lambda: bool(panel.state.takes.entries))
    request = backend.wait_for(Generate)
    assert (request.prompt, request.scope.frames, request.engine) == ("glass", 24, "mini")
    # The second cue lies behind the end of the strip, which was trimmed since.
    assert [(cue.sample, cue.strength) for cue in request.cue_sheet] == [(24_000, 0.5)]
    assert 5 not in request.seeds
    until(qtbot, lambda: not panel.state.job.active)
    assert (panel.state.range.start, panel.state.range.end) == (20, 44)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("explode", {}),
        ("generate", {"prompt": "x" * 2_000}),
        ("regenerate", {"start": -1, "frames": 1, "recipe": {}}),
        ("regenerate", {"start": 0, "frames": 9, "recipe": {"cues": [[0, 7, "user"]]}}),
    ],
)
def test_nonsense_from_an_editor_is_one_notice(panel: Panel, script: EditorScript, qtbot: QtBot, name, arguments):
    script.ask(name, arguments)
    until(qtbot, lambda: any("does not know" in text for text in notices(panel)))
    assert not panel.state.job.active


def test_what_the_editor_refuses_is_told_with_a_way_on(panel: Panel, script: EditorScript, qtbot: QtBot):
    script.ask("generate", {})
    until(qtbot, lambda: bool(panel.state.takes.entries) and not panel.state.job.active)
    script.error = {"code": "bad-input", "message": "A meta strip is open in Blender: close it there with Tab."}
    panel.controller.insert()
    until(qtbot, lambda: any("meta strip" in text for text in notices(panel)))
    script.error = None
    notice = next(n for n in panel.state.notices.notices if n.key == "insert")
    notice.run()
    until(qtbot, lambda: bool(script.sounds))
