# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host is in charge: file hosts by extension, live hosts by what runs here."""

import importlib
import sys
from pathlib import Path

from foleycue_plugin.hosts.base import Clipboard, Host, LiveHost
from foleycue_plugin.hosts.otio_file import OtioFileHost
from foleycue_plugin.hosts.otio_save import writable_suffixes as otio_suffixes
from foleycue_shared.errors import ErrorCode, FoleyCueError

#: Files that have a host of their own: extension to module and class. All others are OpenTimelineIO's.
_OWN: dict[str, tuple[str, str]] = {
    ".kdenlive": ("foleycue_plugin.hosts.mlt.file_host", "MltFileHost"),
    ".mlt": ("foleycue_plugin.hosts.mlt.file_host", "MltFileHost"),
}
#: Editors that can be worked in while they run: module and class, made with the clipboard, and where they exist.
_LIVE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("foleycue_plugin.hosts.kdenlive.live", "KdenliveHost", ("linux",)),
    ("foleycue_plugin.hosts.blender.live", "BlenderHost", ("linux", "darwin", "win32")),
    ("foleycue_plugin.hosts.resolve.live", "ResolveHost", ("linux", "darwin", "win32")),
)

_OTIO = OtioFileHost()


def file_host(path: Path) -> Host:
    """The host that reads and writes files with this path's extension."""
    found = _OWN.get(path.suffix.lower())
    return _OTIO if found is None else _load(*found)()


def live_hosts(clipboard: Clipboard | None = None) -> tuple[LiveHost, ...]:
    """All editors that FoleyCue can work in on this system; without a clipboard those that need one do without."""
    return tuple(_load(module, name)(clipboard) for module, name, systems in _LIVE if sys.platform in systems)


def writable_suffixes() -> list[str]:
    """Extensions, with their dots, that a copy of a timeline may have."""
    return [*otio_suffixes(), *_OWN]


def check_save_format(save: Path) -> None:
    """Raise BAD_INPUT when no host here writes files with this extension."""
    if save.suffix.lower() not in writable_suffixes():
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{save.name} names no format that can be written: choose one of {', '.join(writable_suffixes())}.",
        )


def _load(module: str, name: str) -> type:
    return getattr(importlib.import_module(module), name)
