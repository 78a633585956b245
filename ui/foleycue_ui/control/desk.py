# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of the controller share: state, line, pool, take store, and how failures are told."""

import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from foleycue_shared.errors import FoleyCueError
from foleycue_shared.version import PRODUCT_VERSION
from foleycue_ui.control.bridge import Bridge
from foleycue_ui.control.work import Work
from foleycue_ui.model.settings import Settings
from foleycue_ui.model.state import Notice, PanelState
from foleycue_ui.playback.player import Player

if TYPE_CHECKING:
    from foleycue_plugin.usecases import TakeStore
    from foleycue_shared.places import Places


@dataclass
class Desk:
    """The tools on the table."""

    state: PanelState
    player: Player
    bridge: Bridge
    work: Work
    places: "Places"
    settings: Settings
    _store: "TakeStore | None" = None
    _lock: Lock = field(default_factory=Lock)

    def store(self) -> "TakeStore":
        """The take store, opened at the first use; touches the disk, so for worker threads only."""
        from foleycue_plugin.usecases import TakeStore

        with self._lock:
            if self._store is None:
                self._store = TakeStore(self.places)
            return self._store

    def shown(self, fingerprint: str) -> bool:
        """Whether the range on screen is the one with this fingerprint."""
        selection = self.state.range.selection
        return selection is not None and selection.fingerprint == fingerprint

    def tell(self, error: FoleyCueError, *, key: str, action: str = "", run: Callable[[], None] | None = None) -> None:
        """Post a failure as a notice."""
        detail = report(error)
        self.state.notices.post(Notice("error", error.message, detail=detail, key=key, action=action, run=run))

    def warn(self, text: str, *, key: str, action: str = "", run: Callable[[], None] | None = None) -> None:
        """Post what goes wrong, but may yet go right."""
        self.state.notices.post(Notice("warning", text, key=key, action=action, run=run))

    def inform(self, text: str, *, key: str, action: str = "", run: Callable[[], None] | None = None) -> None:
        """Post good news or a question."""
        self.state.notices.post(Notice("info", text, key=key, action=action, run=run))


def report(error: FoleyCueError) -> str:
    """What "Copy details" puts on the clipboard: enough for a bug report, nothing private beyond the error itself."""
    lines = [
        f"FoleyCue {PRODUCT_VERSION}, Python {sys.version.split()[0]}, {platform.platform()}",
        f"{error.code.value}: {error.message}",
    ]
    return "\n".join([*lines, error.detail] if error.detail else lines)
