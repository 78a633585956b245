# SPDX-License-Identifier: GPL-3.0-or-later
"""The models, of engines and of what finds objects: what there is, what is installed, what is being done with one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.messages import EngineInfo


@dataclass(frozen=True, kw_only=True)
class ModelEntry:
    """One model, or an engine whose model is part of FoleyCue (built_in). Bytes; waiting is what a download left."""

    name: str
    title: str
    code_licence: str
    weights_licence: str
    use: str
    purpose: str
    commercial: bool
    memory_bytes: int
    size_bytes: int
    installed: bool
    engines: tuple[str, ...]
    path: str = ""
    waiting_bytes: int = 0
    built_in: bool = False
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a download would bring, before anything moves."""

    model: str
    endpoint: str
    transfer_bytes: int
    room_bytes: int
    free_bytes: int
    licences: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is being done: action of pull, plan, import, verify, move, remove; phase as the tool names it."""

    action: str
    model: str
    phase: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    stopping: bool = False


class ModelsModel(QObject):
    """All models and the one task that may run."""

    changed = pyqtSignal()
    task_changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = ""
        self.entries: tuple[ModelEntry, ...] = ()
        self.plan: Plan | None = None
        self.task: Task | None = None
        self._engines: tuple[EngineInfo, ...] = ()
        self._published: tuple[ModelEntry, ...] = ()

    def set_engines(self, engines: tuple[EngineInfo, ...]) -> None:
        """Take over the backend's list of engines."""
        self._engines = engines
        self._put_together()

    def set_published(self, folder: str, models: list[dict[str, Any]]) -> None:
        """Take over the models tool's list."""
        self.folder = folder
        self._published = tuple(_published(entry) for entry in models)
        self._put_together()

    def set_plan(self, plan: Plan | None) -> None:
        """Show what a download would bring, or no more."""
        self.plan = plan
        self.changed.emit()

    def set_task(self, task: Task | None) -> None:
        """Something begins, goes on, or is over."""
        self.task = task
        self.task_changed.emit()

    def allowed(self, engine: str) -> bool:
        """Whether what an engine makes may be used commercially, as far as is known; what is built in may."""
        return all(entry.commercial for entry in self._published if engine in entry.engines)

    def _put_together(self) -> None:
        if not self.folder:
            return  # until the tool has answered, nobody knows which engines have a model of their own
        by_engine = {engine: entry for entry in self._published for engine in entry.engines}
        built_in = tuple(_built_in(info) for info in self._engines if info.id not in by_engine)
        reasons = {info.id: info.reason for info in self._engines if not info.available}
        published = tuple(
            replace(entry, fault=next((reasons[e] for e in entry.engines if e in reasons), ""))
            if entry.installed
            else entry
            for entry in self._published
        )
        self.entries = (*built_in, *published)
        self.changed.emit()


def plan_of(event: Mapping[str, Any]) -> Plan:
    """The plan in the models tool's event."""
    return Plan(
        model=event["model"],
        endpoint=event["endpoint"],
        transfer_bytes=event["transfer_bytes"],
        room_bytes=event["room_bytes"],
        free_bytes=event["free_bytes"],
        licences=tuple((entry["part"], entry["licence"]) for entry in event["licences"]),
    )


def _published(entry: Mapping[str, Any]) -> ModelEntry:
    return ModelEntry(
        name=entry["name"],
        title=entry["title"],
        code_licence=entry["code_licence"],
        weights_licence=entry["weights_licence"],
        use=entry["use"],
        purpose=entry["purpose"],
        commercial=entry["commercial"],
        memory_bytes=entry["memory_bytes"],
        size_bytes=entry["size_bytes"],
        installed=entry["installed"],
        engines=tuple(entry["engines"]),
        path=entry["path"] or "",
        waiting_bytes=entry["waiting_bytes"],
    )


def _built_in(info: EngineInfo) -> ModelEntry:
    return ModelEntry(
        name=info.id,
        title=info.name,
        code_licence=info.code_licence,
        weights_licence=info.weights_licence,
        use="",
        purpose="",
        commercial=True,
        memory_bytes=info.memory_bytes,
        size_bytes=info.size_bytes,
        installed=info.available,
        engines=(info.id,),
        built_in=True,
        fault=info.reason,
    )
