# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk of test_ui_accessibility on the welcome and on each page."""

from itertools import pairwise

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from fakes.waiting import until
from foleycue_ui.panel import Panel

KINDS = (QAbstractButton, QLineEdit, QComboBox, QProgressBar)


def controls(inside: QWidget) -> list[QWidget]:
    found = [widget for kind in KINDS for widget in inside.findChildren(kind)]
    return [widget for widget in found if widget.isVisible() and not widget.objectName().startswith("qt_")]


def walked(panel: Panel) -> list[QWidget]:
    met: list[QWidget] = []
    panel.state_bar.open_button.setFocus()
    for _ in range(200):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        if focused is None or focused in met:
            break
        met.append(focused)
    return met


@pytest.mark.parametrize("name", ["welcome", "engines_page", "settings_page", "shortcuts_page"])
def test_every_control_of_a_page_is_named_explained_and_reached(panel: Panel, qtbot: QtBot, name: str):
    page = getattr(panel, name)
    if name != "welcome":
        panel.pages.turn_to(page)
    if name == "engines_page":
        until(qtbot, lambda: len(panel.engines_page.cards) > 1)
    shown = controls(page)
    assert shown
    assert not [type(widget).__name__ for widget in shown if not widget.accessibleName()]
    names = [widget.accessibleName() for widget in shown]
    assert len(names) == len(set(names)), sorted(names)
    untold = [widget.accessibleName() for widget in shown if not widget.toolTip()]
    assert not untold, f"no tool tip on {untold}"
    met = walked(panel)
    wanted = [w for w in shown if w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    missing = [widget.accessibleName() for widget in wanted if widget not in met]
    assert not missing, f"Tab never reaches {missing}"
    heights = [w.mapTo(page, w.rect().topLeft()).y() for w in met if w in wanted]
    assert all(below > above - 30 for above, below in pairwise(heights)), heights


def test_what_a_model_may_be_used_for_is_said_in_words(panel: Panel, qtbot: QtBot):
    panel.pages.turn_to(panel.engines_page)
    until(qtbot, lambda: len(panel.engines_page.cards) > 1)
    said = [label.text() for card in panel.engines_page.cards for label in card.findChildren(QLabel)]
    assert "For any work, also commercial" in said
    assert "Not for commercial work" in said
