# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel's memory over restarts and crashes: timeline, range, cues, words, presets and the history of prompts."""

from pathlib import Path

import msgspec
from PyQt6.QtCore import QObject, QTimer

from foleycue_ui.control.desk import Desk
from foleycue_ui.control.editors import Editors
from foleycue_ui.control.marking import Marking
from foleycue_ui.control.notebook import Notebook
from foleycue_ui.look.words import tr
from foleycue_ui.model.snapshot import Snapshot, restore_request, take_snapshot


class Memory(QObject):
    """Three notebooks in the data folder. What the user opens or writes before they are read wins."""

    def __init__(self, desk: Desk, marking: Marking, editors: Editors, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._state = desk.state
        self._marking, self._editors = marking, editors
        self._due: Snapshot | None = None  # whose range and cues wait for their timeline
        self._chosen = ""
        state, data = desk.state, desk.places.data
        seen = (
            *(state.range.changed, state.range.project_changed, state.cues.changed, state.regions.changed),
            *(state.request.changed, state.takes.chosen_changed),
        )
        presets, history = state.presets, state.history
        self._books = (
            Notebook(desk, data / "presets.json", (presets.changed,), presets.encode, presets.decode, self),
            Notebook(desk, data / "prompts.json", (history.changed,), history.encode, history.decode, self),
            Notebook(desk, data / "panel.json", seen, self._encode, self._decode, self),
        )
        self._fresh = state.request.wish
        state.range.project_changed.connect(self._on_project)
        state.takes.changed.connect(self._on_takes)

    def start(self) -> None:
        """Remember."""
        for book in self._books:
            book.read()

    def close(self) -> None:
        """Write what was not written yet."""
        for book in self._books:
            book.write()

    def _encode(self) -> bytes:
        if self._due is not None:
            return msgspec.json.encode(self._due)
        return msgspec.json.encode(take_snapshot(self._state, self._editors.name_of(self._state.range.project)))

    def _decode(self, content: bytes) -> None:
        snapshot = msgspec.json.decode(content, type=Snapshot)
        if self._state.request.wish == self._fresh:
            restore_request(snapshot, self._state)
        if not snapshot.source:
            return
        marked, path = self._state.range, Path(snapshot.source)
        self._due = snapshot
        if marked.open:
            self._on_project()
        elif marked.opening:
            return
        elif snapshot.editor:
            self._editors.expect(snapshot.editor, path)
        elif path.exists():
            self._marking.open(path)
        else:
            self._due = None
            text = tr("Memory", "{file}, which was open last time, is no longer there: open it from its new place.")
            self._desk.warn(text.format(file=path.name), key="open")

    def _on_project(self) -> None:
        due, marked = self._due, self._state.range
        if due is None or not marked.open:
            return
        if str(marked.path) == due.source:
            # After the project's own proposal of a range.
            QTimer.singleShot(0, self._bring_back)
        else:
            self._due = None

    def _bring_back(self) -> None:
        due, self._due = self._due, None
        if due is None:
            return
        self._chosen = due.chosen
        self._state.range.mark(due.start, due.end)
        for frame, prompt in due.shot_prompts.items():
            self._state.request.set_shot_prompt(frame, prompt)
        self._state.regions.load(due.objects, due.selected)
        self._state.regions.keep_cues(None, due.whole_cues)
        if due.cues is not None:
            self._state.cues.load(due.cues)

    def _on_takes(self) -> None:
        if self._chosen and self._state.takes.get(self._chosen) is not None:
            chosen, self._chosen = self._chosen, ""
            self._state.takes.choose(chosen)
