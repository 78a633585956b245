# SPDX-License-Identifier: GPL-3.0-or-later
"""A package for an editor: the takes, timeline files that this editor imports, and a page that says how."""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from foleycue_plugin.hosts import registry
from foleycue_plugin.hosts.otio_save import save_copy, writable_suffixes
from foleycue_plugin.outputs import check_space, remove, temporary
from foleycue_plugin.package_guides import GUIDES, Editor, Guide
from foleycue_plugin.project import Placement, PlannedPlacement
from foleycue_plugin.references import media_paths
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

#: The page; it is written last, so that a folder that holds it is a whole package.
PAGE = "HOW-TO-IMPORT.txt"
#: Project files of editors that are better served by a copy of their own file.
_NATIVE = {Editor.KDENLIVE: (".kdenlive",), Editor.SHOTCUT: (".mlt",)}


@dataclass(frozen=True)
class Package:
    """What was written. left_out names the formats that cannot hold this timeline, each with the reason."""

    folder: Path
    editor: Editor
    takes: tuple[Path, ...]
    timelines: tuple[Path, ...]
    left_out: dict[str, str]
    placement: PlannedPlacement


def write_package(
    selection: Selection,
    takes: Sequence[StoredTake],
    editor: Editor,
    folder: Path,
    *,
    track: str = "FoleyCue",
    force: bool = False,
) -> Package:
    """Write a new folder with everything that an editor needs to take in the takes of one range.

    The first take is the one on the timelines' new track. force replaces an older package, and never any other folder.
    Raises OUTPUT_EXISTS, OUTPUT_UNWRITABLE, DISK_FULL or BAD_INPUT; after an error everything is as it was.
    """
    _check(selection, folder, force)
    check_space([(folder.parent, 2 * sum(stored.path.stat().st_size for stored in takes))])
    try:
        with _new_folder(folder):
            copies = _copy_takes(takes, folder)
            timelines, left_out, placement = _write_timelines(selection, copies, editor, folder, track)
            package = Package(
                folder=folder,
                editor=editor,
                takes=tuple(stored.path for stored in copies),
                timelines=tuple(timelines),
                left_out=left_out,
                placement=placement,
            )
            (folder / PAGE).write_text(_page(package, selection), encoding="utf-8")
    except OSError as error:
        raise explain_os_error(error, folder) from error
    return package


def _check(selection: Selection, folder: Path, force: bool) -> None:
    parent = folder.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise FoleyCueError(
            ErrorCode.OUTPUT_UNWRITABLE, f"The folder {parent} does not exist or is not writable: choose another place."
        )
    if not os.path.lexists(folder):
        return
    if not (folder / PAGE).is_file() or folder.is_symlink():
        raise FoleyCueError(
            ErrorCode.OUTPUT_EXISTS, f"{folder} exists and is no package of FoleyCue: choose another name."
        )
    if not force:
        raise FoleyCueError(
            ErrorCode.OUTPUT_EXISTS, f"{folder} exists: choose another name, or allow replacing it with --force."
        )
    for path in [selection.project.source, *media_paths(selection.project.timeline)]:
        if path.resolve().is_relative_to(folder.resolve()):
            raise FoleyCueError(
                ErrorCode.BAD_INPUT, f"{path} lies in the package that would be replaced: choose another name."
            )


@contextmanager
def _new_folder(folder: Path) -> Iterator[None]:
    """An empty folder for the body; when it fails, the old one is back or there is none."""
    backup = temporary(folder) if folder.exists() else None
    if backup is not None:
        folder.rename(backup)
    try:
        folder.mkdir()
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if backup is not None:
            backup.rename(folder)
        raise
    if backup is not None:
        remove(backup)


def _copy_takes(takes: Sequence[StoredTake], folder: Path) -> list[StoredTake]:
    copies: list[StoredTake] = []
    for number, stored in enumerate(takes, 1):
        words = re.sub(r"[^A-Za-z0-9]+", "-", stored.take.prompt).strip("-").lower()[:40].strip("-")
        target = folder / f"{words or 'foley'}-take-{number}.wav"
        shutil.copyfile(stored.path, target)
        copies.append(StoredTake(path=target, take=stored.take))
    return copies


def _write_timelines(
    selection: Selection, takes: Sequence[StoredTake], editor: Editor, folder: Path, track: str
) -> tuple[list[Path], dict[str, str], PlannedPlacement]:
    """The files that could be written, why others could not, and where the take lies in them."""
    guide, source = GUIDES[editor], selection.project.source
    written: list[Path] = []
    left_out: dict[str, str] = {}
    placement = PlannedPlacement(
        track=track,
        start_frame=selection.range.start,
        frames=selection.range.frames,
        timecode=selection.timecode,
    )
    native = source.suffix.lower() if source.suffix.lower() in _NATIVE.get(editor, ()) else None
    for suffix in filter(None, (native, *guide.formats)):
        target = folder / f"{source.stem}-foley{suffix}"
        try:
            placed = _save(selection, takes, track, target, guide, suffix == native)
        except FoleyCueError as error:
            if error.code not in (ErrorCode.VERIFICATION, ErrorCode.BAD_INPUT):
                raise
            left_out[suffix] = error.message
            continue
        placement = placement if written else placed
        written.append(target)
    return written, left_out, placement


def _save(
    selection: Selection, takes: Sequence[StoredTake], track: str, target: Path, guide: Guide, native: bool
) -> Placement:
    if native:
        return registry.file_host(target).insert(selection, takes, track, target, False)
    if target.suffix not in writable_suffixes():
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"No writer for {target.suffix} is installed: install foleycue[interchange]."
        )
    return save_copy(selection, takes, track, target, False, guide.media_time)


def _page(package: Package, selection: Selection) -> str:
    guide, placement = GUIDES[package.editor], package.placement
    words = {
        "timeline": package.timelines[0].name if package.timelines else "",
        "timecode": placement.timecode,
        "frame": str(placement.start_frame),
        "wav": package.takes[0].name,
        "track": placement.track,
    }
    steps = guide.steps if package.timelines else guide.by_hand
    lines = [f"FoleyCue: sound for {selection.project.source.name}, into {guide.name}", ""]
    lines += [f"{number}. {step.format(**words)}" for number, step in enumerate(steps, 1)]
    lines += [
        "",
        f"The take starts at record timecode {placement.timecode} (frame {placement.start_frame}, counted from 0)",
        f"and lasts {placement.frames} frames at {float(selection.range.rate):.6g} frames a second.",
        "Each WAV is mono, 24 bit, and says its timecode itself (broadcast WAV, TimeReference).",
        f"The timeline files look for the WAV files in {package.folder}: where you move them, relink.",
        "",
        "Takes:",
        *(f"  {path.name}" for path in package.takes),
    ]
    if package.left_out:
        lines += ["", "Left out:", *(f"  {suffix}: {reason}" for suffix, reason in package.left_out.items())]
    if not GUIDES[package.editor].formats and not package.timelines:
        lines += ["", f"There is no timeline file here, since {guide.name} imports none that holds this."]
    return "\n".join(lines) + "\n"
