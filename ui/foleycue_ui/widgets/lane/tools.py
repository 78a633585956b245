# SPDX-License-Identifier: GPL-3.0-or-later
"""Below the cue lane: how many cues, where they come from, how many of them, and files of cues."""

from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QSlider, QVBoxLayout, QWidget

from foleycue_shared.cues import CueSource
from foleycue_ui.control.controller import Controller
from foleycue_ui.look.words import tr
from foleycue_ui.model.cues import SENSITIVITY
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.controls import Button, Elided, IconButton, caption
from foleycue_ui.widgets.lane.files import SHEET_SUFFIXES
from foleycue_ui.widgets.lane.lane import CueLane
from foleycue_ui.widgets.lane.legend import Legend
from foleycue_ui.widgets.lane.words import confidence_words

#: Steps of the slider from few to many.
_STEPS = 20
CLOSER, WIDER = 1 / 1.5, 1.5


class CueTools(QWidget):
    """Three quiet rows."""

    def __init__(self, state: PanelState, controller: Controller, lane: CueLane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._controller, self._lane = state, controller, lane
        self.legend = Legend(state)
        self._make_buttons()
        self._make_slider()
        self._lay_out()
        for signal in (state.cues.changed, state.job.changed, state.range.project_changed, lane.view_changed):
            signal.connect(self._show)
        state.cues.picture_changed.connect(self._show)
        state.cues.sensitivity_changed.connect(self._show)
        self._show()

    # -- files ----------------------------------------------------------------------------------------------------

    def ask_import(self) -> None:
        """Let the user choose a cue sheet; the panel goes on meanwhile."""
        dialog = self._dialog(tr("Lane", "Import cues"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._controller.cue_sheets.read(Path(name)))
        dialog.open()

    def ask_export(self) -> None:
        """Let the user choose where the cues go."""
        dialog = self._dialog(tr("Lane", "Export cues"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda name: self._controller.cue_sheets.write(Path(name)))
        dialog.open()

    # -- inner ----------------------------------------------------------------------------------------------------

    def _make_buttons(self) -> None:
        cues, lane = self._state.cues, self._lane
        ask = self._controller.marking.cues_from
        stay = tr("Lane", "Cues that you set or performed stay.")
        self.undo = Button(tr("Lane", "Undo"), "link", tr("Lane", "Undo the last change of cues"))
        self.from_picture = Button(tr("Lane", "From picture"), "link", tr("Lane", "Cues from the picture"))
        self.from_picture.setToolTip(
            tr("Lane", "Exchange the predicted cues for all that the picture shows.") + "\n" + stay
        )
        self.from_guide = Button(tr("Lane", "From guide track"), "link", tr("Lane", "Cues from the guide track"))
        self.from_guide.setToolTip(
            tr("Lane", "Exchange the predicted cues for those heard in the timeline's own sound.") + "\n" + stay
        )
        self.clear = Button(tr("Lane", "Clear"), "link", tr("Lane", "Remove all cues"))
        self.files = IconButton("more", tr("Lane", "Import and export cues"))
        self.closer = IconButton("closer", tr("Lane", "Zoom in (+)"))
        self.wider = IconButton("wider", tr("Lane", "Zoom out (-)"))
        self.fit = IconButton("fit", tr("Lane", "Show the whole range (Z)"))
        for button, act in (
            (self.undo, cues.undo),
            (self.from_picture, lambda: ask(CueSource.PICTURE)),
            (self.from_guide, lambda: ask(CueSource.GUIDE)),
            (self.clear, cues.clear),
            (self.files, self._show_menu),
            (self.closer, lambda: lane.zoom(CLOSER)),
            (self.wider, lambda: lane.zoom(WIDER)),
            (self.fit, lane.show_all),
        ):
            button.clicked.connect(lambda _, act=act: act())
        for button in (self.undo, self.clear):
            button.setToolTip(button.accessibleName())

    def _make_slider(self) -> None:
        self.sensitivity = QSlider(Qt.Orientation.Horizontal)
        self.sensitivity.setRange(0, _STEPS)
        self.sensitivity.setValue(round(SENSITIVITY * _STEPS))
        self.sensitivity.setPageStep(_STEPS // 5)
        self.sensitivity.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.sensitivity.setAccessibleName(tr("Lane", "How many cues are predicted, from few to many"))
        self.sensitivity.setToolTip(
            tr(
                "Lane",
                "Few: only what is certain. Many: whatever may be an event.\n"
                "Only predicted cues come and go; yours, performed ones and what you removed stay as they are.",
            )
        )
        self.sensitivity.valueChanged.connect(lambda value: self._state.cues.set_sensitivity(value / _STEPS))
        self.confidence = Elided(look="caption")

    def _lay_out(self) -> None:
        rows = (
            (self.legend, self.wider, self.closer, self.fit),
            (self.from_picture, self.from_guide, self.clear, None, self.undo, self.files),
            (caption(tr("Lane", "Few")), self.sensitivity, caption(tr("Lane", "Many")), self.confidence),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for parts in rows:
            row = QHBoxLayout()
            row.setSpacing(8 if self.sensitivity in parts else 2)
            for part in parts:
                if part is None:
                    row.addStretch(1)
                else:
                    row.addWidget(part, 1 if part in (self.legend, self.confidence) else 0)
            column.addLayout(row)
        self.sensitivity.setFixedWidth(72)
        self.confidence.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _dialog(self, title: str) -> QFileDialog:
        patterns = " ".join(f"*{suffix}" for suffix in SHEET_SUFFIXES)
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters(
            [
                tr("Lane", "Cue sheets ({patterns})").format(patterns=patterns),
                tr("Lane", "Cues as JSON ({patterns})").format(patterns="*.json"),
                tr("Lane", "OTIO markers ({patterns})").format(patterns="*.otio"),
                tr("Lane", "Audacity labels ({patterns})").format(patterns="*.txt *.tsv"),
            ]
        )
        return dialog

    def _show_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(self.files.accessibleName())
        for name, text, act, able in (
            ("import", tr("Lane", "Import cues…"), self.ask_import, self._state.range.open),
            ("export", tr("Lane", "Export cues…"), self.ask_export, bool(self._state.cues.cues)),
        ):
            action = menu.addAction(text)
            if action is not None:
                action.setObjectName(name)
                action.setEnabled(able)
                action.triggered.connect(lambda _, act=act: act())
        menu.popup(self.files.mapToGlobal(self.files.rect().bottomLeft()))

    def _show(self) -> None:
        cues, open_ = self._state.cues, self._state.range.open
        self.undo.setEnabled(cues.can_undo)
        self.from_picture.setEnabled(open_ and (cues.edited or cues.source != CueSource.PICTURE))
        self.from_guide.setEnabled(open_ and (cues.edited or cues.source != CueSource.GUIDE))
        self.clear.setEnabled(bool(cues.cues))
        for part in (self.files, self.sensitivity, self.closer):
            part.setEnabled(open_)
        for button in (self.wider, self.fit):
            button.setEnabled(open_ and not self._lane.view.fits)
        self.sensitivity.setValue(round(cues.sensitivity * _STEPS))
        self.confidence.set_text(confidence_words(self._state))
