# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines and models: the page against a scripted tool, and once against the real one and a hub on loopback."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fakes.hub import FakeHub
from fakes.waiting import until
from foleycue_plugin import backend_tool
from foleycue_plugin.backend_tool import Interrupt
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import Places
from foleycue_ui.model.models import Task
from foleycue_ui.model.settings import COMMERCIAL_ONLY
from foleycue_ui.panel import Panel
from foleycue_ui.widgets.model_card import ModelCard

LEFT = Qt.MouseButton.LeftButton
Event = dict[str, Any]


class Tool:
    """Says what the models tool would say; a pull goes on until it is released or interrupted."""

    def __init__(self) -> None:
        self.installed, self.waiting, self.folder = False, 0, "/models"
        self.asked: list[list[str]] = []
        self.fails: FoleyCueError | None = None
        self.bad: list[dict[str, str]] = []
        self.go_on = threading.Event()

    def entry(self) -> Event:
        return {
            "name": "sta-v2a",
            "title": "STA-V2A: sound from picture, text and cues",
            "engines": ["sta-v2a"],
            "code_licence": "GPL-3.0-or-later",
            "weights_licence": "CC BY-NC-SA 4.0",
            "commercial": False,
            "use": "Non-commercial work only.",
            "purpose": "",
            "memory_bytes": 3_400_000_000,
            "installed": self.installed,
            "path": f"{self.folder}/sta-v2a" if self.installed else None,
            "size_bytes": 2_900_000_000 if self.installed else 0,
            "waiting_bytes": self.waiting,
        }

    def __call__(
        self,
        places: Places,
        room: str,
        arguments: Sequence[str],
        on_event: Callable[[Event], None],
        interrupt: Interrupt | None = None,
    ) -> int:
        assert room == "models"
        if arguments[0] == "list":
            on_event({"event": "models", "folder": self.folder, "models": [self.entry()]})
            return 0
        self.asked.append(list(arguments))
        if self.fails is not None:
            raise self.fails
        return getattr(self, f"_{arguments[0]}")(arguments, on_event, interrupt)

    def _pull(self, arguments: Sequence[str], on_event: Callable[[Event], None], interrupt: Interrupt) -> int:
        if "--plan" in arguments:
            plan = {"endpoint": "http://hub", "transfer_bytes": 2e9, "room_bytes": 5e9, "free_bytes": 9e9}
            licences = [{"part": "model", "licence": "CC BY-NC-SA 4.0"}]
            on_event({"event": "plan", "model": "sta-v2a", "licences": licences, **plan})
            return 0
        on_event(progress("download", 1_200_000_000, 2_900_000_000, 95.0))
        while not self.go_on.wait(0.01):
            if interrupt._wanted:
                self.waiting = 1_200_000_000
                raise FoleyCueError(ErrorCode.CANCELLED, "Cancelled.")
        self.installed, self.waiting = True, 0
        done = {"action": "installed", "model": "sta-v2a", "path": "/models/sta-v2a", "sentence": ""}
        on_event({"event": "done", **done})
        return 0

    def _import(self, arguments: Sequence[str], on_event: Callable[[Event], None], _: Interrupt) -> int:
        self.go_on.set()
        return self._pull(arguments, on_event, _)

    def _verify(self, arguments: Sequence[str], on_event: Callable[[Event], None], _: Interrupt) -> int:
        on_event({"event": "verified", "model": "sta-v2a", "files": 7, "size_bytes": 1, "bad": self.bad})
        return 1 if self.bad else 0

    def _move(self, arguments: Sequence[str], on_event: Callable[[Event], None], _: Interrupt) -> int:
        self.folder = arguments[1]
        on_event({"event": "done", "action": "moved", "model": None, "path": self.folder, "sentence": ""})
        return 0

    def _remove(self, arguments: Sequence[str], on_event: Callable[[Event], None], _: Interrupt) -> int:
        self.installed = False
        on_event({"event": "done", "action": "removed", "model": "sta-v2a", "path": None, "sentence": ""})
        return 0


def progress(phase: str, done: int, total: int, left: float | None) -> Event:
    return {"event": "progress", "phase": phase, "item": "x", "done": done, "total": total, "seconds_left": left}


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tool:
    made = Tool()
    monkeypatch.setattr(backend_tool, "run_tool", made)
    return made


def show(panel: Panel, qtbot: QtBot) -> None:
    QTest.mouseClick(panel.state_bar.engines_button, LEFT)
    until(qtbot, lambda: len(panel.engines_page.cards) > 1)


def card(panel: Panel) -> ModelCard:
    """That of the engine that these tests download."""
    return next(made for made in panel.engines_page.cards if made.entry.name == "sta-v2a")


def words(panel: Panel) -> str:
    return " ".join(frame.notice.text for frame in panel.notices.frames)


def rested(panel: Panel) -> bool:
    return panel.state.models.task is None


def test_the_page_says_what_there_is_and_what_it_may_be_used_for(panel: Panel, tool: Tool, qtbot: QtBot):
    show(panel, qtbot)
    mini, published = (made.entry for made in panel.engines_page.cards)
    assert (mini.built_in, mini.commercial, mini.installed) == (True, True, True)
    assert (published.built_in, published.commercial, published.installed) == (False, False, False)
    assert panel.engines_page.folder.whole() == "/models"
    assert not panel.engines_page.cards[0].buttons.isVisible()
    assert card(panel).download.isEnabled() and not card(panel).verify.isEnabled()


def test_a_download_is_agreed_to_cancelled_and_continued(panel: Panel, tool: Tool, qtbot: QtBot):
    show(panel, qtbot)
    QTest.mouseClick(card(panel).download, LEFT)
    until(qtbot, card(panel).question.isVisible)
    asked = card(panel).question.words.text()
    assert "2.0 GB" in asked and "http://hub" in asked and "CC BY-NC-SA" in asked
    assert tool.asked == [["pull", "sta-v2a", "--plan"]]
    QTest.mouseClick(card(panel).question.yes, LEFT)
    until(qtbot, lambda: "1.2 GB of 2.9 GB" in card(panel).task.words.whole())
    assert "2 min left" in card(panel).task.words.whole()
    assert not panel.engines_page.move_button.isEnabled()
    QTest.mouseClick(card(panel).task.cancel, LEFT)
    until(qtbot, lambda: rested(panel) and card(panel).entry.waiting_bytes > 0)
    assert "stays for the next time" in words(panel)
    assert card(panel).download.text() == "Continue download…"
    QTest.mouseClick(card(panel).download, LEFT)
    until(qtbot, card(panel).question.isVisible)
    QTest.mouseClick(card(panel).question.yes, LEFT)
    tool.go_on.set()
    until(qtbot, lambda: card(panel).entry.installed)
    assert "sta-v2a is installed in" in words(panel)


def test_a_failure_says_what_to_do_and_can_be_tried_again(panel: Panel, tool: Tool, qtbot: QtBot):
    show(panel, qtbot)
    tool.fails = FoleyCueError(ErrorCode.DISK_FULL, "The disk is full: make room.", "detail")
    QTest.mouseClick(card(panel).download, LEFT)
    until(qtbot, lambda: "make room" in words(panel))
    frame = panel.notices.frames[0]
    assert frame.copy is not None and frame.action is not None
    tool.fails = None
    QTest.mouseClick(frame.action, LEFT)
    until(qtbot, card(panel).question.isVisible)
    assert not panel.notices.frames


def test_verify_delete_import_and_move(
    panel: Panel, tool: Tool, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tool.installed = True
    show(panel, qtbot)
    monkeypatch.setattr(panel.engines_page, "ask_folder", lambda _: tmp_path)
    QTest.mouseClick(card(panel).verify, LEFT)
    until(qtbot, lambda: "as it was installed: 7 files" in words(panel))
    tool.bad = [{"path": "unet/weights", "fault": "is missing"}]
    QTest.mouseClick(card(panel).verify, LEFT)
    until(qtbot, lambda: "1 bad files" in words(panel))
    assert "unet/weights is missing" in panel.notices.frames[0].notice.detail
    until(qtbot, lambda: rested(panel))
    QTest.mouseClick(card(panel).remove, LEFT)
    assert "2.9 GB" in card(panel).question.words.text()
    QTest.mouseClick(card(panel).question.no, LEFT)
    assert tool.installed and not card(panel).question.isVisible()
    QTest.mouseClick(card(panel).remove, LEFT)
    QTest.mouseClick(card(panel).question.yes, LEFT)
    until(qtbot, lambda: rested(panel) and not card(panel).entry.installed)
    QTest.mouseClick(card(panel).bring, LEFT)
    until(qtbot, lambda: rested(panel) and card(panel).entry.installed)
    assert ["import", "sta-v2a", str(tmp_path)] in tool.asked
    QTest.mouseClick(panel.engines_page.move_button, LEFT)
    until(qtbot, lambda: panel.engines_page.folder.whole() == str(tmp_path))


def test_commercial_only_hides_engines_here_and_in_the_choice(panel: Panel, tool: Tool, qtbot: QtBot):
    until(qtbot, lambda: len(panel.state.request.engines) > 1)
    show(panel, qtbot)
    panel.engines_page.commercial.setFocus()
    QTest.keyClick(panel.engines_page.commercial, Qt.Key.Key_Space)
    assert panel.settings.value(COMMERCIAL_ONLY, False)
    assert [made.entry.name for made in panel.engines_page.cards] == ["mini"]
    assert [info.id for info in panel.state.request.engines] == ["mini"]
    QTest.keyClick(panel.engines_page.commercial, Qt.Key.Key_Space)
    assert len(panel.engines_page.cards) == 2
    assert len(panel.state.request.engines) == 2


def test_closing_the_panel_ends_a_download(panel: Panel, tool: Tool, qtbot: QtBot):
    show(panel, qtbot)
    panel.controller.models.pull("sta-v2a")
    until(qtbot, lambda: bool(tool.asked))
    panel.close()
    assert tool.waiting > 0


def test_what_finds_objects_has_a_card_of_its_own_and_is_no_engine_to_choose(panel: Panel, qtbot: QtBot):
    """With the real tool's list, also where only what may be used commercially is shown."""
    panel.settings.set(COMMERCIAL_ONLY, True)
    show(panel, qtbot)
    until(qtbot, lambda: any(made.entry.name == "grounding" for made in panel.engines_page.cards), 30_000)
    shown = next(made for made in panel.engines_page.cards if made.entry.name == "grounding")
    said = [label.text() for label in shown.findChildren(QLabel)]
    assert {"For", "Code", "Weights", "Not installed", shown.entry.purpose, shown.entry.weights_licence} <= set(said)
    assert "by name or by a click" in shown.entry.purpose
    assert not shown.entry.engines and shown.download.isEnabled()
    assert [info.id for info in panel.state.request.engines] == ["mini"]


def test_the_real_tool_plans_downloads_and_is_interrupted(panel: Panel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    """Until the conversion, which needs torch and is tested where it is at home."""
    nothing = Task(action="", model="")
    with FakeHub(pause=0.006) as hub:
        monkeypatch.setenv("FOLEYCUE_HUB", hub.endpoint)
        for repository, path in (
            ("y-ren16/STAV2A", "saved/best/pytorch_model_2.bin"),
            ("SimianLuo/Diff-Foley", "cavp_epoch66.ckpt"),
            ("declare-lab/tango", "pytorch_model_vae.bin"),
            ("declare-lab/tango", "vae_config.json"),
            ("google/flan-t5-large", "config.json"),
            ("google/flan-t5-large", "model.safetensors"),
            ("google/flan-t5-large", "tokenizer.json"),
            ("google/flan-t5-large", "tokenizer_config.json"),
        ):
            hub.add(repository, path, b"x" * 3_000_000 if path.endswith(".bin") else b"{}")
        show(panel, qtbot)
        QTest.mouseClick(card(panel).download, LEFT)
        until(qtbot, lambda: card(panel).question.isVisible() or bool(panel.notices.frames), 30_000)
        assert "6.0 MB will be downloaded" in card(panel).question.words.text(), words(panel)
        QTest.mouseClick(card(panel).question.yes, LEFT)
        until(qtbot, lambda: (panel.state.models.task or nothing).done > 500_000, 30_000)
        QTest.mouseClick(card(panel).task.cancel, LEFT)
        until(qtbot, lambda: rested(panel) and card(panel).entry.waiting_bytes > 0, 30_000)
        assert card(panel).download.text() == "Continue download…"
