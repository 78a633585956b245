# SPDX-License-Identifier: GPL-3.0-or-later
"""One piece of work in a running Kdenlive: its state by way of the project it saves, and changes with a way back."""

import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from foleycue_plugin.hosts.kdenlive.bus import Kdenlive
from foleycue_plugin.hosts.kdenlive.instances import projects, title_name
from foleycue_plugin.hosts.mlt.files import read_edit, write_whole
from foleycue_plugin.hosts.mlt.sequence import Edit, Sequence, Track
from foleycue_plugin.hosts.mlt.timeline import setting
from foleycue_plugin.outputs import remove, temporary
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

_PATIENCE = 15.0
_GLANCE = 0.02
#: Actions that choose a track exist for the first nine of each kind.
_CHOOSABLE = 9


@dataclass(frozen=True, eq=False)
class State:
    """A project as Kdenlive saved it just now. position and active may be None where Kdenlive does not say."""

    path: Path
    data: bytes
    edit: Edit
    sequence: Sequence
    position: int | None
    active: int | None

    def choose_action(self, track: Track) -> str | None:
        """The action that makes a track the active one: audio counts from the top, video from the bottom."""
        same = [other for other in self.sequence.tracks if other.audio == track.audio]
        number = len(same) - same.index(track) if track.audio else same.index(track) + 1
        return f"activate_{'audio' if track.audio else 'video'}_{number}" if number <= _CHOOSABLE else None

    @property
    def active_track(self) -> Track | None:
        """The active track; Kdenlive counts them from the lowest."""
        tracks = self.sequence.tracks
        return tracks[self.active] if self.active is not None and 0 <= self.active < len(tracks) else None

    def label(self, track: Track) -> str:
        """A track's name, or how Kdenlive counts it."""
        audio = self.sequence.audio_tracks
        return track.name or (f"A{len(audio) - audio.index(track)}" if track in audio else "V")


@dataclass
class Backup:
    """A copy of the project beside our own data; restore says whether it is put back when the work fails."""

    copy: Path
    restore: bool = True


class Session:
    """Holds the line to one instance."""

    def __init__(self, kdenlive: Kdenlive) -> None:
        self.kdenlive = kdenlive

    def saved(self) -> State:
        """Have Kdenlive save, and read the project. Even an unchanged one is saved: playhead and active track are
        written at no other time."""
        candidates = self._candidates()
        before = {path: _stamp(path) for path in candidates}
        for path in candidates:
            check_writable(path)
        self.kdenlive.activate_always("file_save")
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            for path in candidates:
                if (now := _stamp(path)) is not None and now != before[path] and (state := _read(path, now)):
                    return state
            time.sleep(_GLANCE)
        raise FoleyCueError(
            ErrorCode.BUSY,
            f"Kdenlive did not save {candidates[0].name}: close the dialog that is open in it, or save it there once.",
        )

    def rewrite(self, state: State, data: bytes, check: Callable[[State], None]) -> State:
        """Give Kdenlive a changed project: it reads the file anew and saves it again, and check looks at the result.

        When anything fails, check's raising included, the file is, byte for byte, what it was.
        """
        with self.backup(state) as backup:
            backup.restore = False
            if state.path.read_bytes() != state.data:
                raise FoleyCueError(
                    ErrorCode.BUSY, f"{state.path.name} was changed by another program meanwhile: try again."
                )
            backup.restore = True
            _put(state.path, data)
            self.kdenlive.activate("file_revert")
            after = self.saved()
            check(after)
        return after

    @contextmanager
    def backup(self, state: State) -> Iterator[Backup]:
        """Keep a copy of the project until the body succeeds; when it does not, the project is put back from it."""
        folder = places.home().data / "backups"
        copy = folder / f"{state.path.stem}-{secrets.token_hex(4)}{state.path.suffix}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(copy, state.data)
        except OSError as error:
            raise explain_os_error(error, copy) from error
        backup = Backup(copy)
        try:
            yield backup
        except BaseException:
            if backup.restore:
                self._put_back(state, copy)
            copy.unlink(missing_ok=True)
            raise
        copy.unlink(missing_ok=True)

    def _put_back(self, state: State, copy: Path) -> None:
        """The old project on disk and in Kdenlive; the backup stays where even that fails."""
        try:
            if state.path.read_bytes() != state.data:
                _put(state.path, state.data)
                self._reread()
        except OSError as error:
            raise FoleyCueError(
                ErrorCode.OUTPUT_UNWRITABLE,
                f"{state.path} could not be put back as it was: its backup is {copy}.",
                str(error),
            ) from error

    def _reread(self) -> None:
        try:
            self.kdenlive.activate("file_revert")
        except FoleyCueError:
            return  # whoever is gone or busy will read the file as it is when it opens it next

    def _candidates(self) -> list[Path]:
        title = self.kdenlive.title()
        if found := projects(self.kdenlive.process(), title):
            return found
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"Where Kdenlive keeps the project {title_name(title)!r} cannot be seen: save it there under a name, or "
            "open it by its file.",
        )


def check_writable(path: Path) -> None:
    """Raise OUTPUT_UNWRITABLE for a project that is meant to stay as it is, before Kdenlive asks about it."""
    read_only = not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    if read_only or not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK | os.X_OK):
        raise FoleyCueError(
            ErrorCode.OUTPUT_UNWRITABLE,
            f"{path} is read-only, so that nothing can be inserted: make it writable, or save it under another name.",
        )


def _put(path: Path, data: bytes) -> None:
    """Replace a file in one step, keeping its permissions."""
    part = temporary(path)
    try:
        write_whole(part, data)
        part.chmod(stat.S_IMODE(path.stat().st_mode))
        part.replace(path)
    finally:
        remove(part)


def _read(path: Path, stamp: tuple[int, ...]) -> State | None:
    """The project, once it lies there whole."""
    try:
        data = path.read_bytes()
        edit, sequence = read_edit(path, data)
    except FoleyCueError:
        return None
    if _stamp(path) != stamp:
        return None
    position = setting(edit, sequence, "position")
    return State(path, data, edit, sequence, position, setting(edit, sequence, "activeTrack"))


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
