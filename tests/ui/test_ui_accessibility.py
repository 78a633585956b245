# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything can be reached, is named, can be read, and says its state in more than colour."""

from itertools import pairwise

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from fakes.waiting import until
from foleycue_shared.cues import CueSource
from foleycue_ui.look.icons import cue_shape
from foleycue_ui.look.palettes import GRAPHIC_PAIRS, PALETTES, TEXT_PAIRS, Tokens, contrast
from foleycue_ui.panel import Panel
from foleycue_ui.widgets.lane.lane import CueLane
from foleycue_ui.widgets.range_strip import Strip

INTERACTIVE = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QProgressBar, CueLane, Strip)


def own(widget: QWidget) -> bool:
    """Not an inner part of a Qt widget (a spin box's line edit, a scroll bar …)."""
    return not widget.objectName().startswith("qt_")


def height(widget: QWidget, panel: Panel) -> int:
    """Where a widget is in the panel if both columns were long enough to show all they hold."""
    for offset, column in ((10_000, panel.columns.above), (20_000, panel.columns.below)):
        if column.inner.isAncestorOf(widget):
            return offset + widget.mapTo(column.inner, widget.rect().topLeft()).y()
    return widget.mapTo(panel, widget.rect().topLeft()).y()


@pytest.fixture
def full(opened: Panel, backend: FakeBackend, qtbot: QtBot) -> Panel:
    opened.controller.generate()
    until(qtbot, lambda: len(opened.takes_section.takes.cards) == 3 and not opened.state.job.active)
    opened.state.cues.add(50_000)
    opened.state.request.set_seed(4)
    return opened


def test_every_interactive_widget_has_a_name(full: Panel):
    unnamed = [w for kind in INTERACTIVE for w in full.findChildren(kind) if own(w) and not w.accessibleName()]
    assert not unnamed, [type(w).__name__ for w in unnamed]
    names = [w.accessibleName() for w in full.findChildren(QAbstractButton) if own(w) and w.isVisible()]
    assert len(names) == len(set(names)), "two buttons with one name"


def test_tab_goes_once_through_everything_from_top_to_bottom(full: Panel):
    full.setFocus()
    wanted = {
        w
        for kind in (*INTERACTIVE[:4], CueLane, Strip)
        for w in full.findChildren(kind)
        if own(w) and w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    }
    met: list[QWidget] = []
    for _ in range(100):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        if focused is None or focused in met:
            break
        met.append(focused)
    missing = [w.accessibleName() for w in wanted if w not in met]
    assert not missing, f"Tab never reaches {missing}"
    heights = [height(w, full) for w in met if w in wanted]
    for above, below in pairwise(heights):
        assert below > above - 30, [w.accessibleName() for w in met]


@pytest.mark.parametrize("tokens", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_PAIRS, 4.5), (GRAPHIC_PAIRS, 3.0)], ids=["text", "graphics"])
def test_contrast(tokens: Tokens, pairs: tuple[tuple[str, str], ...], least: float):
    for front, back in pairs:
        ratio = contrast(getattr(tokens, front), getattr(tokens, back))
        assert ratio >= least, f"{front} on {back}: {ratio:.2f}"


def test_high_contrast_is_higher():
    ratios = [contrast(getattr(PALETTES["contrast"], a), getattr(PALETTES["contrast"], b)) for a, b in TEXT_PAIRS]
    assert min(ratios) >= 7.0


def test_contrast_formula_on_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_each_source_of_cues_has_its_own_shape():
    shapes = {source: cue_shape(source.value, 0, 0, 10) for source in CueSource}
    outlines = {(path.elementCount(), round(path.boundingRect().height(), 3)) for path in shapes.values()}
    assert len(outlines) == len(CueSource)


def test_state_is_never_colour_alone(full: Panel):
    assert "chosen" in full.takes_section.takes.cards[0].accessibleName()
    assert full.takes_section.takes.cards[0].check.isVisible()
    assert not full.takes_section.takes.cards[1].check.isVisible()
    for state in ("connecting", "starting", "connected", "reconnecting", "failed", "closed"):
        full.state.link.set_state(state, "")
        assert full.state_bar.status.text()
        assert full.state_bar.status.accessibleName().startswith("Backend: ")


def test_the_column_fits_420_pixels_and_grows(full: Panel, qtbot: QtBot):
    for width in (420, 700):
        full.resize(width, 1000)
        qtbot.wait(50)
        for column in (full.columns.above, full.columns.below):
            assert column.inner.width() <= column.width()
        assert full.picture_section.picture.height() == full.picture_section.picture.height_for(
            full.picture_section.picture.width()
        )
        for card in full.takes_section.takes.cards:
            assert card.geometry().right() <= full.columns.below.width()
