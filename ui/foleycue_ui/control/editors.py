# SPDX-License-Identifier: GPL-3.0-or-later
"""Editors that run beside the panel: offers their timelines, lays takes into them, does what is clicked in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import CUE_RATE
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.generation import Generation
from foleycue_ui.control.marking import Marking
from foleycue_ui.look.words import tr

if TYPE_CHECKING:
    from foleycue_plugin.bridge.asks import Ask, RegenerateAsk
    from foleycue_plugin.bridge.server import Editor
    from foleycue_plugin.hosts.base import Clipboard, LiveHost
    from foleycue_plugin.project import LivePlacement, RunningEditor
    from foleycue_plugin.usecases import Project, Selection, StoredTake

LOOK_MS = 2_000
#: A named track is made where there is none that is free, so that each sound gets a track of its own.
TRACK_OF_ITS_OWN = "FoleyCue {prompt}"
_Found = tuple[tuple["LiveHost", "RunningEditor"], ...]


class Way(Enum):
    """How a take is put onto a timeline."""

    USUAL = "usual"
    NEW_TRACK = "new track"
    REPLACE = "replace"


@dataclass(frozen=True)
class Laid:
    """A take in a running editor; instead_of is the sound that gave way to it."""

    host: "LiveHost"
    placement: "LivePlacement"
    instead_of: Path | None = None


class Editors(QObject):
    """Looks for running editors every two seconds, in the background."""

    attention = pyqtSignal()  # somebody clicked in an editor: show the panel
    _asked = pyqtSignal(str, object)  # editor id, what was asked

    def __init__(
        self,
        desk: Desk,
        marking: Marking,
        generation: Generation,
        clipboard: "Clipboard | None" = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._marking = marking
        self._generation = generation
        self._clipboard = clipboard
        self._hosts: tuple[LiveHost, ...] | None = None
        self._found: _Found = ()
        self._open: tuple[LiveHost, RunningEditor, Project] | None = None
        self._after: Callable[[], None] | None = None
        self._expected: tuple[str, Path] | None = None
        self._looking = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._asked.connect(self._on_asked)
        desk.state.range.selection_changed.connect(self._on_selection)

    def start(self) -> None:
        """Let editors' scripts in, and begin to look."""

        def begin() -> None:
            from foleycue_plugin.bridge.asks import parse_ask
            from foleycue_plugin.bridge.server import open_bridge
            from foleycue_plugin.hosts.registry import live_hosts

            def on_ask(editor: "Editor", name: str, arguments: dict[str, object]) -> None:
                try:
                    self._asked.emit(editor.id, parse_ask(name, arguments))
                except FoleyCueError as error:
                    self._asked.emit(editor.id, error)

            self._hosts = live_hosts(self._clipboard)
            open_bridge(self._desk.places).on_ask = on_ask

        def done(_: None) -> None:
            self._timer.start()
            self.look()

        self._desk.work.submit(begin, done, lambda error: self._desk.tell(error, key="editors"))

    def close(self) -> None:
        """Hang up on the editors."""
        from foleycue_plugin.bridge.server import close_bridge

        self._timer.stop()
        close_bridge()

    def look(self) -> None:
        """Find out which editors run now."""
        hosts = self._hosts
        if self._looking or not hosts:
            return
        self._looking = True

        def probe() -> _Found:
            return tuple((host, editor) for host in hosts for editor in host.probe())

        def done(found: _Found) -> None:
            self._looking = False
            self._take(found)

        def failed(error: FoleyCueError) -> None:
            self._looking = False
            self._desk.tell(error, key="editors")

        self._desk.work.submit(probe, done, failed)

    def open(
        self,
        host: "LiveHost",
        editor: "RunningEditor",
        span: tuple[int, int] | None = None,
        after: Callable[[], None] | None = None,
    ) -> None:
        """Open an editor's timeline with the range that is marked there, or another one; then do something with it."""
        self._desk.state.notices.clear(_key(editor))

        def then(project: "Project") -> None:
            self._open, self._after = (host, editor, project), after
            if span is not None:
                self._desk.state.range.mark(*span)

        name = tr("Editors", "{title} in {editor}").format(title=editor.title, editor=editor.host)
        self._marking.open_from(name, lambda: host.open(editor), then)

    def reaches(self, selection: "Selection") -> bool:
        """Whether a range was read from a running editor, which takes can be laid into."""
        return self._open is not None and selection.project is self._open[2]

    def can_replace(self, selection: "Selection") -> bool:
        """Whether that editor can exchange a take that lies there."""
        return self._open is not None and self.reaches(selection) and self._open[0].capabilities.replace

    def lay(self, selection: "Selection", take: "StoredTake", way: Way) -> "Laid":
        """Put a take into the editor that a range was read from; slow, for a worker thread.

        A take of ours that lies on the range already gives way to the new one in its place, unless a new track is
        wanted. Raises what the host raises, and BAD_INPUT when there is nothing to replace.
        """
        if self._open is None:
            raise FoleyCueError(ErrorCode.BUSY, tr("Editors", "The editor was closed: open its timeline again."))
        host, editor, _ = self._open
        placed = host.find(editor, selection) if host.capabilities.replace and way is not Way.NEW_TRACK else None
        if placed is not None:
            return Laid(host, host.replace(placed, take), placed.media)
        if way is Way.REPLACE:
            text = tr("Editors", "No take lies on exactly this range in {editor}: insert this one instead.")
            raise FoleyCueError(ErrorCode.BAD_INPUT, text.format(editor=editor.host))
        track = TRACK_OF_ITS_OWN.format(prompt=take.take.prompt[:40]).strip() if way is Way.NEW_TRACK else ""
        return Laid(host, host.insert(editor, selection, take, track))

    def lay_stems(self, selection: "Selection", takes: "Sequence[StoredTake]") -> "tuple[Laid, ...]":
        """Put takes of several objects into the editor, each on a track of its own; slow, for a worker thread.

        All or none: what lies there already is taken out again when the next one fails. Raises as lay.
        """
        if self._open is None:
            raise FoleyCueError(ErrorCode.BUSY, tr("Editors", "The editor was closed: open its timeline again."))
        host, editor, _ = self._open
        laid: tuple[Laid, ...] = ()
        try:
            for take in takes:
                laid = (*laid, Laid(host, host.insert(editor, selection, take, take.take.stem)))
        except FoleyCueError:
            take_out(laid)
            raise
        return laid

    def name_of(self, project: "Project | None") -> str:
        """The host that a project was read from while it ran, empty for files."""
        return self._open[1].host if self._open is not None and self._open[2] is project else ""

    def expect(self, host: str, project: Path) -> None:
        """Open a project by itself once the editor that has it open is found."""
        self._expected = (host, project)

    # -- inner ----------------------------------------------------------------------------------------------------

    def _take(self, found: _Found) -> None:
        before = {editor.id: editor for _, editor in self._found}
        self._found = found
        now = {editor.id for _, editor in found}
        for gone in set(before) - now:
            self._desk.state.notices.clear(_key(before[gone]))
        for host, editor in found:
            if editor.id not in before and (self._open is None or self._open[1].id != editor.id):
                if not self._desk.state.range.open and self._expected == (editor.host, editor.project):
                    self.open(host, editor)
                else:
                    self._offer(host, editor)

    def _offer(self, host: "LiveHost", editor: "RunningEditor") -> None:
        self._desk.inform(
            tr("Editors", "{editor} runs with {title}.").format(editor=editor.host, title=editor.title),
            key=_key(editor),
            action=tr("Editors", "Open its timeline"),
            run=lambda: self.open(host, editor),
        )

    def _on_asked(self, editor_id: str, ask: "Ask | FoleyCueError") -> None:
        self.attention.emit()
        if isinstance(ask, FoleyCueError):
            self._desk.tell(ask, key="asked")
            return
        self._desk.work.submit(
            lambda: tuple((host, editor) for host in self._hosts or () for editor in host.probe()),
            lambda found: self._answer(found, editor_id, ask),
            lambda error: self._desk.tell(error, key="asked"),
        )

    def _answer(self, found: _Found, editor_id: str, ask: "Ask") -> None:
        from foleycue_plugin.bridge.asks import GenerateAsk, RegenerateAsk

        host, editor = next((entry for entry in found if entry[1].id == editor_id), (None, None))
        if host is None or editor is None:
            return
        state = self._desk.state
        if isinstance(ask, GenerateAsk):
            state.request.set(prompt=ask.prompt, negative=ask.negative)
            self.open(host, editor, after=self._generation.generate)
        elif isinstance(ask, RegenerateAsk):
            self._regenerate(host, editor, ask)
        else:
            self.open(host, editor)

    def _regenerate(self, host: "LiveHost", editor: "RunningEditor", ask: "RegenerateAsk") -> None:
        """The recipe's words, cues and engine (where it can run here), with new seeds."""
        state, recipe = self._desk.state, ask.recipe
        known = state.request.info(recipe.engine)
        engine = recipe.engine if known is not None and known.available else None
        state.request.set(prompt=recipe.prompt, negative=recipe.negative, engine=engine)
        state.request.set_seed(None)

        def after() -> None:
            limit = state.range.marked.samples(CUE_RATE)
            if recipe.cues:
                state.cues.load(cue for cue in recipe.cue_sheet if cue.sample < limit)
            self._generation.generate()

        self.open(host, editor, (ask.start, ask.start + ask.frames), after)

    def _on_selection(self) -> None:
        if self._after is not None and self._desk.state.range.selection is not None:
            # Once the range has been taken over as a whole.
            QTimer.singleShot(0, self._carry_on)

    def _carry_on(self) -> None:
        after, self._after = self._after, None
        if after is not None:
            after()


def take_out(laid: "Sequence[Laid]") -> None:
    """Take takes out of their editor again, the last one first. Raises what the host raises."""
    for one in reversed(laid):
        one.host.remove(one.placement)


def _key(editor: "RunningEditor") -> str:
    return f"editor {editor.id}"
