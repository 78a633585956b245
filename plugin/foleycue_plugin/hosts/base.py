# SPDX-License-Identifier: GPL-3.0-or-later
"""What FoleyCue asks of an editor: of its files, and of one that runs."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import msgspec

from foleycue_plugin.project import LivePlacement, Placement, Project, RunningEditor
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a host can do: insert on a new track, exchange and remove a take, and have its own undo take one back."""

    new_track: bool = True
    replace: bool = False
    undo: bool = False


class Host(Protocol):
    """A kind of timeline file that takes can be put on. All calls may block; none changes the source file."""

    @property
    def name(self) -> str:
        """How the host is called on screen."""
        ...

    def open(self, source: Path) -> Project:
        """Read a timeline. Raises BAD_INPUT, NOT_A_TIMELINE, NO_PICTURE, MEDIA_OFFLINE or MEDIA_UNREADABLE."""
        ...

    def save_targets(self, project: Project, save: Path) -> list[Path]:
        """Everything that insert creates for a copy at save: the copy first, then what must lie beside it."""
        ...

    def rehearse(self, selection: Selection, save: Path) -> None:
        """Find out before any work whether a copy at save would keep this timeline.

        Raises BAD_INPUT when it would not, and output errors.
        """
        ...

    def insert(
        self, selection: Selection, takes: Sequence[StoredTake], track: str, save: Path, force: bool
    ) -> Placement:
        """Put takes of one range on one new audio track of a copy, and prove by reading back that they lie there.

        The first take is heard, the others are its alternatives. Raises output errors, or VERIFICATION; after an error
        nothing new is on disk and nothing old is changed.
        """
        ...


class LiveHost(Protocol):
    """An editor that runs while we work. All calls but probe may block for seconds: never call them in a GUI thread.

    Whatever goes wrong is a FoleyCueError: BUSY when the editor does not answer (a dialog is open in it), BAD_INPUT
    when the user must do something there first (save, choose another range), OUTPUT_UNWRITABLE when its project cannot
    be changed, VERIFICATION when what was done could not be read back. After an error the project is as it was.
    """

    @property
    def name(self) -> str:
        """How the editor is called on screen."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What can be done in it."""
        ...

    def probe(self) -> tuple[RunningEditor, ...]:
        """The instances that run now. Takes less than a second and never raises."""
        ...

    def open(self, editor: RunningEditor) -> Project:
        """The timeline as it is in the editor now; its marked range is the one marked there."""
        ...

    def insert(self, editor: RunningEditor, selection: Selection, take: StoredTake, track: str = "") -> LivePlacement:
        """Put a take at its range, where nothing lies, and prove by reading back that it lies there.

        track names an audio track; one that does not exist, or is not free there, is made new (with a number when the
        name is taken). Without a name any audio track that is free there will do, and a new one is made only when there
        is none.
        """
        ...

    def find(self, editor: RunningEditor, selection: Selection) -> LivePlacement | None:
        """The take of ours that lies on exactly this range in the editor now, whoever put it there; the newest one."""
        ...

    def replace(self, placement: LivePlacement, take: StoredTake) -> LivePlacement:
        """Exchange the sound of a placed take, which stays where it is with all that was done to it."""
        ...

    def remove(self, placement: LivePlacement) -> None:
        """Take a placed take out again; its place becomes empty and nothing else moves.

        A track that was made for it goes too where the host can, unless something else lies there.
        """
        ...


class Clipboard(Protocol):
    """The desktop's clipboard, lent to a host by whoever owns a window. May be used from any thread."""

    def holding(self, text: str) -> AbstractContextManager[None]:
        """Offer a text to other programs as long as the context lasts; afterwards what was there before is back."""
        ...
