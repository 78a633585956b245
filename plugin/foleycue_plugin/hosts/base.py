# SPDX-License-Identifier: GPL-3.0-or-later
"""What FoleyCue asks of an editor."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from foleycue_plugin.project import Placement, Project
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake


class Host(Protocol):
    """A source of timelines that takes can be put back into. All calls may block; none changes the source file."""

    @property
    def name(self) -> str:
        """How the host is called on screen."""
        ...

    def open(self, source: Path) -> Project:
        """Read a timeline. Raises BAD_INPUT, NOT_A_TIMELINE, NO_PICTURE, MEDIA_OFFLINE or MEDIA_UNREADABLE."""
        ...

    def insert(
        self, selection: Selection, takes: Sequence[StoredTake], track: str, save: Path, force: bool
    ) -> Placement:
        """Put takes of one range on one new audio track of a copy, and prove by reading back that they lie there.

        The first take is heard, the others are its alternatives. Raises output errors, or VERIFICATION; after an error
        nothing new is on disk and nothing old is changed.
        """
        ...
