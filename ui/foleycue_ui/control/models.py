# SPDX-License-Identifier: GPL-3.0-or-later
"""Gets, checks and keeps models by the backend's models tool, one thing at a time."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import EngineInfo, ListEngines
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.work import Work
from foleycue_ui.look.words import tr
from foleycue_ui.model.models import ModelsModel, Plan, Task, plan_of
from foleycue_ui.model.settings import COMMERCIAL_ONLY

if TYPE_CHECKING:
    from foleycue_plugin.backend_tool import Interrupt

_KEY = "models"


class ModelKeeper(QObject):
    """Its threads are its own, since a download may last for hours; close() ends one that runs, to be continued."""

    _said = pyqtSignal(dict)

    def __init__(self, desk: Desk, model: ModelsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = model
        self._work = Work(self)
        self._interrupt: Interrupt | None = None
        self._engines: tuple[EngineInfo, ...] = ()
        self._planned: Plan | None = None
        self._listed = self._listing = False
        self._said.connect(self._on_said)
        desk.settings.changed.connect(self._on_setting)

    # -- looking --------------------------------------------------------------------------------------------------

    def take_engines(self, engines: tuple[EngineInfo, ...]) -> None:
        """The backend listed its engines: those that the user's filter lets through can be chosen."""
        self._engines = engines
        self._model.set_engines(engines)
        if self._commercial_only and not self._listed:
            self.refresh()  # only the tool knows what each may be used for
        self._offer()

    def refresh(self) -> None:
        """Look up what is installed."""
        if self._listing:
            return
        self._listing = True
        heard: list[dict[str, Any]] = []

        def done(_: int) -> None:
            self._listing, self._listed = False, True
            for event in heard:
                self._model.set_published(event["folder"], event["models"])
            self._offer()

        def failed(error: FoleyCueError) -> None:
            self._listing = False
            self._desk.tell(error, key=_KEY)

        places = self._desk.places

        def run() -> int:
            from foleycue_plugin.backend_tool import run_tool

            return run_tool(places, "models", ["list"], heard.append)

        self._work.submit(run, done, failed)

    # -- doing ----------------------------------------------------------------------------------------------------

    def plan(self, name: str) -> None:
        """Ask the hub what a download would bring."""
        self._do(Task(action="plan", model=name), ["pull", name, "--plan"])

    def pull(self, name: str) -> None:
        """Download, convert and install; what is here already is not fetched again."""
        self._model.set_plan(None)
        self._do(Task(action="pull", model=name), ["pull", name, "--yes"])

    def bring(self, name: str, folder: Path) -> None:
        """Install from a folder on disk."""
        self._do(Task(action="import", model=name), ["import", name, str(folder)])

    def verify(self, name: str) -> None:
        """Hash every file again."""
        self._do(Task(action="verify", model=name), ["verify", name])

    def move(self, folder: Path) -> None:
        """Keep all models in another folder."""
        self._do(Task(action="move", model=""), ["move", str(folder)])

    def remove(self, name: str) -> None:
        """Take a model off the disk."""
        self._do(Task(action="remove", model=name), ["remove", name])

    def cancel(self) -> None:
        """Stop what runs; a download goes on there at the next one."""
        if self._interrupt is not None and self._model.task is not None:
            self._model.set_task(replace(self._model.task, stopping=True))
            # Sent by a thread, since a process that starts holds the lock for a moment.
            self._work.submit(self._interrupt.send, lambda _: None, lambda _: None)

    def close(self) -> None:
        """End what runs, and the threads."""
        if self._interrupt is not None:
            self._interrupt.send()
        self._work.close()

    # -- inner ----------------------------------------------------------------------------------------------------

    def _do(self, task: Task, arguments: Sequence[str]) -> None:
        if self._model.task is not None:
            return
        from foleycue_plugin.backend_tool import Interrupt, run_tool

        interrupt, places = Interrupt(), self._desk.places
        self._interrupt = interrupt
        self._desk.state.notices.clear(_KEY)
        self._model.set_task(task)

        def done(_: int) -> None:
            planned, self._planned = self._planned, None
            self._over()
            if planned is not None:  # asked only now, since the answer may begin the next task at once
                self._model.set_plan(planned)

        def failed(error: FoleyCueError) -> None:
            self._over()
            if error.code is ErrorCode.CANCELLED:
                self._desk.inform(tr("Models", "Stopped. What was downloaded stays for the next time."), key=_KEY)
            else:
                again = tr("Models", "Try again")
                self._desk.tell(error, key=_KEY, action=again, run=lambda: self._do(task, arguments))

        def run() -> int:
            return run_tool(places, "models", arguments, self._said.emit, interrupt)

        self._work.submit(run, done, failed)

    def _over(self) -> None:
        self._interrupt = None
        self._model.set_task(None)
        self.refresh()
        self._desk.bridge.send(ListEngines())

    def _on_said(self, event: dict[str, Any]) -> None:
        task = self._model.task
        if event["event"] == "progress" and task is not None:
            told = {name: event[name] for name in ("phase", "done", "total", "seconds_left")}
            self._model.set_task(replace(task, **told))
        elif event["event"] == "plan" and task is not None and task.action == "plan":
            self._planned = plan_of(event)
        elif event["event"] == "verified":
            self._tell_verdict(event)
        elif event["event"] == "done":
            self._desk.inform(_done_words(event), key=_KEY)

    def _tell_verdict(self, event: dict[str, Any]) -> None:
        name, bad = event["model"], event["bad"]
        if not bad:
            good = tr("Models", "{model} is as it was installed: {count} files checked.")
            self._desk.inform(good.format(model=name, count=event["files"]), key=_KEY)
            return
        detail = "\n".join(f"{file['path']} {file['fault']}" for file in bad)
        words = tr("Models", "{model} is not as it was installed ({count} bad files): download or import it again.")
        self._desk.tell(FoleyCueError(ErrorCode.BAD_INPUT, words.format(model=name, count=len(bad)), detail), key=_KEY)

    @property
    def _commercial_only(self) -> bool:
        return self._desk.settings.value(COMMERCIAL_ONLY, False)

    def _offer(self) -> None:
        allowed = self._model.allowed if self._commercial_only else lambda _: True
        self._desk.state.request.set_engines(tuple(info for info in self._engines if allowed(info.id)))

    def _on_setting(self, key: str) -> None:
        if key == COMMERCIAL_ONLY:
            self.take_engines(self._engines)


def _done_words(event: dict[str, Any]) -> str:
    words = {
        "installed": tr("Models", "{model} is installed in {path}."),
        "moved": tr("Models", "The models lie in {path} now."),
        "removed": tr("Models", "{model} is removed."),
    }
    said = words.get(event["action"])
    return event["sentence"] if said is None else said.format(model=event["model"], path=event["path"])
