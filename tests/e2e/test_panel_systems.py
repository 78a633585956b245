# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel with the real backend and small checkpoints of published systems: one press, takes of all side by side."""

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.shown_panel import panel_at
from foleycue_plugin.demo import TIMELINE
from foleycue_shared.places import Places
from foleycue_shared.timing import frames_to_samples
from foleycue_ui.look import theme
from foleycue_ui.panel import Panel

pytest.importorskip("torch", reason="no engine without torch")
pytestmark = pytest.mark.timeout(600)

PATIENCE = 240_000


def install(name: str, folder: Path) -> None:
    """What `foleycue models import` does, from a small published folder."""
    from foleycue_backend.models import catalogue
    from foleycue_backend.models.converting import converter_of
    from foleycue_backend.models.store import Store

    store = Store()
    with store.changing(), store.placing(name) as part:
        converter_of(catalogue.model(name))(folder, part, folder / "report.txt", lambda phase, step, steps: None)
        store.seal(part, name, [])


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication, real_home: Places, tmp_path: Path) -> Iterator[Panel]:
    from fakes import published_diff_foley, published_foleycrafter, published_tango
    from fakes.tiny_grounding import write_clip

    writers = {
        "tango": published_tango.write_tango,
        "vta-ldm": published_tango.write_vta_ldm,
        "diff-foley": published_diff_foley.write_published,
        "foleycrafter": published_foleycrafter.write_published,
        "grounding": write_grounding,
        "clip-text": write_clip,
    }
    for name, write in writers.items():
        write(tmp_path / name)
        install(name, tmp_path / name)
    theme.apply(qapp)
    with panel_at(real_home) as shown:
        yield shown


def write_grounding(folder: Path) -> None:
    """What VTA-SAM finds objects with."""
    from fakes.tiny_grounding import write_detector, write_masks

    write_detector(folder / "dino")
    write_masks(folder / "sam2")


OTHERS = ("tango", "vta-ldm", "vta-sam", "diff-foley", "foleycrafter")


def test_engines_are_compared_in_one_press(panel: Panel, qtbot: QtBot):
    state = panel.state
    panel.controller.open(TIMELINE)
    qtbot.waitUntil(lambda: state.range.selection is not None, timeout=PATIENCE)
    state.range.mark(0, 48)
    qtbot.waitUntil(lambda: state.range.selection is not None and state.range.marked.frames == 48, timeout=PATIENCE)
    qtbot.waitUntil(lambda: state.cues.known and not state.job.analysing, timeout=PATIENCE)
    QTest.keyClicks(panel.ask_section.prompt.prompt, "knock on wood")
    panel.ask_section.options.takes.setValue(1)
    menu = panel.ask_section.options.compare.menu_of_engines()
    for action in menu.actions():
        if action.objectName() in OTHERS:
            assert action.isEnabled(), action.toolTip()
            action.trigger()
    menu.deleteLater()
    QTest.mouseClick(panel.ask_section.generate_bar.generate, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(state.takes.entries) == 1 + len(OTHERS) and not state.job.active, timeout=PATIENCE)
    takes = {entry.take.engine: entry.take for entry in state.takes.entries}
    assert set(takes) == {"mini", *OTHERS}
    assert len({take.seed for take in takes.values()}) == 1
    marked = state.range.marked
    for take in takes.values():
        assert take.samples == frames_to_samples(marked.frames, marked.rate, take.sample_rate)
        assert take.licence
    assert [notice.text for notice in state.notices.notices] == []
