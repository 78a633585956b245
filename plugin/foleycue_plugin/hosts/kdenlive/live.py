# SPDX-License-Identifier: GPL-3.0-or-later
"""Kdenlive as a live host: takes go in by paste, or by a new track in the project, and are read back from it."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from foleycue_plugin.hosts.base import Capabilities, Clipboard
from foleycue_plugin.hosts.kdenlive import bus
from foleycue_plugin.hosts.kdenlive.instances import projects, title_name
from foleycue_plugin.hosts.kdenlive.scene import scene
from foleycue_plugin.hosts.kdenlive.session import Session, State
from foleycue_plugin.hosts.mlt.additions import add_track, free_track_name
from foleycue_plugin.hosts.mlt.changes import exchange, find_item, remove, resource_of
from foleycue_plugin.hosts.mlt.files import open_project, sound_of
from foleycue_plugin.hosts.mlt.parts import Sound, next_bin_id
from foleycue_plugin.hosts.mlt.sequence import Item, Track
from foleycue_plugin.project import LivePlacement, Project, RunningEditor
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timecode import format_timecode
from foleycue_shared.timing import FrameRange, frames_to_samples

_NEW_TRACK = "FoleyCue"
_ARRIVAL, _LOOK, _SETTLE = 8.0, 0.05, 0.25


class KdenliveHost:
    """Kdenlive 22.12 and later on Linux. Without a clipboard each take goes on a new track."""

    name = "Kdenlive"
    capabilities = Capabilities(new_track=True, replace=True, undo=True)

    def __init__(self, clipboard: Clipboard | None = None) -> None:
        self._clipboard = clipboard

    def probe(self) -> tuple[RunningEditor, ...]:
        """The instances on the session bus."""
        found = []
        for service in bus.running()[:8]:
            try:
                with bus.Kdenlive(service) as kdenlive:
                    title = kdenlive.title(timeout=0.5)
                    paths = projects(kdenlive.process(), title)
            except FoleyCueError:
                continue
            path = paths[0] if paths else None
            name = path.name if path else title_name(title)
            found.append(RunningEditor(host=self.name, id=service, title=name, project=path))
        return tuple(found)

    def open(self, editor: RunningEditor) -> Project:
        """The active sequence as it is now; its marked range is the zone."""
        with bus.Kdenlive(editor.id) as kdenlive:
            return open_project(Session(kdenlive).saved().path)

    def insert(self, editor: RunningEditor, selection: Selection, take: StoredTake, track: str = "") -> LivePlacement:
        """Paste on a free audio track, or add a new one to the project; zone, playhead, active track, clipboard stay.

        A paste is one step for Kdenlive's undo; for a new track it reads the project anew, which ends its undo history.
        """
        span, sound = selection.range, sound_of(take, selection.range)
        _check_length(take, span)
        with bus.Kdenlive(editor.id) as kdenlive:
            session = Session(kdenlive)
            state = session.saved()
            if state.edit.rate != span.rate:
                raise FoleyCueError(
                    ErrorCode.BAD_INPUT, f"{state.path.name} has another frame rate now: open it in the panel again."
                )
            free = _free_track(state, span, track)
            if free is not None and self._clipboard is not None and state.position is not None:
                return _placement(editor, _paste(session, self._clipboard, state, free, sound, span), sound.path, span)
            counted = any(track == state.label(other) for other in state.sequence.audio_tracks if not other.name)
            name = free_track_name(state.sequence, _NEW_TRACK if counted or not track else track)
            data = _edited(lambda: add_track(state.edit, state.sequence, name, span, [sound]))
            after = session.rewrite(state, data, lambda now: _check(state, now, sound, span))
            return _placement(editor, after, sound.path, span, new_track=True)

    def find(self, editor: RunningEditor, selection: Selection) -> LivePlacement | None:
        """The newest take from our store that lies on exactly this range."""
        store, span = places.home().data / "takes", selection.range
        with bus.Kdenlive(editor.id) as kdenlive:
            state = Session(kdenlive).saved()
        found: list[tuple[int, Path]] = []
        for track in state.sequence.audio_tracks:
            for item in track.items:
                path, number = resource_of(state.edit, item), item.service.property("kdenlive:id")
                if path.parent == store and (item.start, item.frames, item.first) == (span.start, span.frames, 0):
                    found.append((int(number) if number.isdigit() else 0, path))
        return _placement(editor, state, max(found)[1], span) if found else None

    def replace(self, placement: LivePlacement, take: StoredTake) -> LivePlacement:
        """Exchange the sound of a clip, whose place, effects and groups stay; ends Kdenlive's undo history."""
        with bus.Kdenlive(placement.editor.id) as kdenlive:
            session = Session(kdenlive)
            state = session.saved()
            span, (_, item) = _span(state, placement), _located(state, placement)
            _check_length(take, span)
            sound = sound_of(take, span)
            data = _edited(lambda: exchange(state.edit, item, sound))
            after = session.rewrite(state, data, lambda now: _check(state, now, sound, span, gone=placement.media))
            return _placement(placement.editor, after, sound.path, span)

    def remove(self, placement: LivePlacement) -> None:
        """Take a clip off its track and, where nothing else uses it, out of the bin; ends Kdenlive's undo history.

        A track that was made for it goes too, unless something else lies there by now.
        """
        with bus.Kdenlive(placement.editor.id) as kdenlive:
            session = Session(kdenlive)
            state = session.saved()
            span, (track, item) = _span(state, placement), _located(state, placement)
            with_track = placement.new_track
            data = _edited(lambda: remove(state.edit, state.sequence, track, item, with_track=with_track))
            session.rewrite(state, data, lambda now: _check(state, now, None, span, gone=placement.media))


def _paste(session: Session, clipboard: Clipboard, state: State, track: Track, sound: Sound, span: FrameRange) -> State:
    """Paste on a track, with the clip's place given from the playhead on, so that the playhead need not move."""
    choose, position = state.choose_action(track), state.position
    assert choose is not None and position is not None
    before = state.active_track
    with session.backup(state) as backup:
        try:
            session.kdenlive.activate(choose)
            text = scene(sound, span.start - position, next_bin_id(state.edit))
            # Newer versions answer before they act: the text must stay until the clip is there.
            with clipboard.holding(text):
                session.kdenlive.activate("edit_paste")
                _await_paste(session)
            after = session.saved()
            _check(state, after, sound, span)
            return after
        except FoleyCueError:
            backup.restore = not _taken_back(session, state, sound)
            raise
        finally:
            if before is not None and before is not track and (back := state.choose_action(before)):
                session.kdenlive.activate(back)


def _await_paste(session: Session) -> None:
    """Wait until a pasted clip lies on the timeline. Raises VERIFICATION when none comes."""
    until = time.monotonic() + _ARRIVAL
    # The project was saved just now: only the paste can make it worth saving. While Kdenlive still loads the clip,
    # saving would lock it up.
    while not session.kdenlive.enabled("file_save"):
        if time.monotonic() > until:
            raise _not_there("nothing was pasted")
        time.sleep(_LOOK)
    time.sleep(_SETTLE)


def _taken_back(session: Session, state: State, sound: Sound) -> bool:
    """Undo a paste that went wrong, if it did anything; whether the edit is what it was."""
    try:
        now = session.saved()
        if any(sound.path in track for track in _sounds(now)):
            session.kdenlive.activate("edit_undo")
            now = session.saved()
        return _contents(now) == _contents(state)
    except FoleyCueError:
        return False


def _check(before: State, after: State, sound: Sound | None, span: FrameRange, gone: Path | None = None) -> None:
    """Raise VERIFICATION unless the sound lies at its range and all else is as it was, but for what had to go."""
    if sound is not None and find_item(after.edit, after.sequence, sound.path, span) is None:
        raise _not_there("the sound is not at its range")
    if gone is not None and find_item(after.edit, after.sequence, gone, span) is not None:
        raise _not_there("the old sound is still there")
    ours = {gone, sound.path if sound else None} - {None}
    if _contents(after, ours, span) != _contents(before, ours, span):
        raise _not_there("something else has changed")


def _contents(state: State, ours: set[Path | None] | None = None, span: FrameRange | None = None) -> list[list[object]]:
    """What lies on each track that is not empty, our own sounds at the range apart."""
    tracks = []
    for track in state.sequence.tracks:
        items = [(item.start, item.frames, item.first, resource_of(state.edit, item)) for item in track.items]
        where = None if span is None else (span.start, span.frames, 0)
        kept: list[object] = [item for item in items if not (item[:3] == where and item[3] in (ours or ()))]
        if kept:
            tracks.append(kept)
    return tracks


def _sounds(state: State) -> list[set[Path]]:
    return [{resource_of(state.edit, item) for item in track.items} for track in state.sequence.audio_tracks]


def _free_track(state: State, span: FrameRange, wanted: str) -> Track | None:
    """The audio track to paste on: the wanted one, else one of ours, else the first from the top, where free."""
    usable = [
        track
        for track in reversed(state.sequence.audio_tracks)
        if track.free_at(span) and track.heard and not track.locked and state.choose_action(track)
    ]
    if wanted:
        return next((track for track in usable if wanted == state.label(track)), None)
    ours = [track for track in usable if track.name.startswith(_NEW_TRACK)]
    return next(iter([*ours, *usable]), None)


def _located(state: State, placement: LivePlacement) -> tuple[Track, Item]:
    found = find_item(state.edit, state.sequence, placement.media, _span(state, placement))
    if found is None:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "The take is no longer where it was put on the timeline: insert it again."
        )
    return found


def _span(state: State, placement: LivePlacement) -> FrameRange:
    return FrameRange(placement.start_frame, placement.frames, state.edit.rate)


def _placement(
    editor: RunningEditor, state: State, path: Path, span: FrameRange, new_track: bool = False
) -> LivePlacement:
    found = find_item(state.edit, state.sequence, path, span)
    if found is None:
        raise _not_there("the sound is not at its range")
    track, item = found
    return LivePlacement(
        track=state.label(track),
        start_frame=span.start,
        frames=span.frames,
        timecode=format_timecode(span.start, span.rate),
        editor=msgspec.structs.replace(editor, project=state.path),
        media=path,
        handle=item.service.property("kdenlive:id"),
        new_track=new_track,
    )


def _check_length(take: StoredTake, span: FrameRange) -> None:
    if take.take.samples != frames_to_samples(span.frames, span.rate, take.take.sample_rate):
        raise FoleyCueError(ErrorCode.BAD_INPUT, "The take is not as long as the range: generate it for this range.")


def _edited(change: Callable[[], bytes]) -> bytes:
    try:
        return change()
    except ValueError as error:
        raise FoleyCueError(
            ErrorCode.VERIFICATION, f"The project cannot be changed ({error}): open it in Kdenlive and save it again."
        ) from error


def _not_there(detail: str) -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.VERIFICATION,
        "Kdenlive did not take the change as it was asked for, and the project is as it was: keep the pointer off its "
        "timeline, and try again.",
        detail,
    )
