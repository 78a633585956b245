# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a copy of a timeline with takes on a new audio track, proven by reading the copy back."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import opentimelineio as otio

from foleycue_plugin.hosts.otio_read import read_source
from foleycue_plugin.outputs import Delivery, check_apart, check_output, remove, temporary
from foleycue_plugin.project import Placement, Project
from foleycue_plugin.references import external_references, is_relative, media_file
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake
from foleycue_shared import timeline as timelines
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.timecode import format_timecode
from foleycue_shared.timing import FrameRange

_BUNDLES = (".otioz", ".otiod")
#: Formats whose adapters were proven to bring the new clip back where it was put.
_WRITERS = {".otio": "otio_json", ".otioz": "otioz", ".otiod": "otiod", ".xml": "fcp_xml", ".aaf": "AAF"}


def check_save_format(save: Path) -> None:
    """Raise BAD_INPUT when no installed adapter writes files with this extension."""
    suffix = save.suffix.lower()
    if suffix not in _WRITERS or suffix[1:] not in otio.adapters.suffixes_with_defined_adapters(write=True):
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{save.name} names no format that can be written: choose one of {', '.join(writable_suffixes())}.",
        )


def writable_suffixes() -> list[str]:
    """Extensions that save_copy takes here, with their dots."""
    installed = otio.adapters.suffixes_with_defined_adapters(write=True)
    return [suffix for suffix in _WRITERS if suffix[1:] in installed]


def save_targets(project: Project, save: Path) -> list[Path]:
    """Everything that save_copy will create: the copy, and a folder for media that lie inside a zipped source."""
    if project.source.suffix.lower() == ".otioz" and save.suffix.lower() not in _BUNDLES:
        return [save, save.with_name(f"{save.stem}_media")]
    return [save]


def save_copy(selection: Selection, takes: Sequence[StoredTake], track: str, save: Path, force: bool) -> Placement:
    """Write the copy beside its final name, read it back, verify the new clip to the frame, and rename it.

    Raises BAD_INPUT, output errors or VERIFICATION; nothing new is on disk then.
    """
    project = selection.project
    check_save_format(save)
    targets = save_targets(project, save)
    for target in targets:
        check_output(target, force)
    check_apart(targets, [project.source])
    basis = project.original if _has_rate(project.original) else project.timeline
    media = [_take_media(stored) for stored in takes]
    placed, name = timelines.place_takes(basis, selection.range, media, track)
    part = temporary(save)
    try:
        with Delivery(force) as delivery:
            if len(targets) > 1:
                _unpack_media(placed, project, targets[1], delivery)
            else:
                _keep_media_reachable(placed, project, save)
            _write(placed, part, save.suffix.lower(), selection)
            found = _verified(part, name, placed, selection)
            delivery.move(part, save)
    except OSError as error:
        raise explain_os_error(error, save) from error
    finally:
        remove(part)
    return Placement(
        track=name,
        start_frame=found.start,
        frames=found.frames,
        timecode=project.timecode(found.start, selection.drop_frame),
        saved=save,
    )


def _take_media(stored: StoredTake) -> timelines.TakeMedia:
    take = stored.take
    cues = [{"sample": cue.sample, "strength": cue.strength, "source": cue.source.value} for cue in take.cues]
    metadata = {
        "job": take.job_id,
        "take": take.take_id,
        "seed": take.seed,
        "engine": take.engine,
        "prompt": take.prompt,
        "negative": take.negative,
        "cues": cues,
        "sha256": take.sha256,
    }
    return timelines.TakeMedia(url=stored.path.absolute().as_uri(), name=stored.path.stem, metadata=metadata)


def _has_rate(timeline: otio.schema.Timeline) -> bool:
    try:
        timelines.timeline_rate(timeline)
    except FoleyCueError:
        return False
    return True


def _relative_media(placed: otio.schema.Timeline, base: Path) -> list[tuple[otio.schema.ExternalReference, Path]]:
    """References that depend on the source's folder, each with the path it means."""
    relative = (reference for reference in external_references(placed) if is_relative(reference.target_url))
    paths = ((reference, media_file(reference.target_url, base)) for reference in relative)
    return [(reference, path) for reference, path in paths if path is not None]


def _keep_media_reachable(placed: otio.schema.Timeline, project: Project, save: Path) -> None:
    """Rewrite relative references for a copy in another folder; bundles collect their media by absolute path."""
    bundle = save.suffix.lower() in _BUNDLES
    if not bundle and save.parent == project.base:
        return
    for reference, path in _relative_media(placed, project.base):
        if bundle:
            reference.target_url = path.as_uri()
        else:
            reference.target_url = otio.url_utils.url_from_filepath(os.path.relpath(path, save.parent))


def _unpack_media(placed: otio.schema.Timeline, project: Project, folder: Path, delivery: Delivery) -> None:
    """Put a zipped source's media beside the copy: where the source was unpacked is no place to refer to."""
    part = temporary(folder)
    part.mkdir()
    try:
        for reference, path in _relative_media(placed, project.base):
            if path.is_file() and not (part / path.name).exists():
                shutil.copyfile(path, part / path.name)
            reference.target_url = otio.url_utils.url_from_filepath(f"{folder.name}/{path.name}")
        delivery.move(part, folder)
    finally:
        remove(part)


def _write(placed: otio.schema.Timeline, part: Path, suffix: str, selection: Selection) -> None:
    options: dict[str, Any] = {}
    if suffix in _BUNDLES:
        options["media_policy"] = "MissingIfNotFile"
    elif suffix == ".aaf":
        options["use_empty_mob_ids"] = True
    try:
        otio.adapters.write_to_file(placed, str(part), adapter_name=_WRITERS[suffix], **options)
    except OSError:
        raise
    except Exception as error:
        # Adapters are plug-ins of many authors: whatever else they raise means that they cannot hold this timeline.
        raise FoleyCueError(
            ErrorCode.VERIFICATION,
            f"This timeline cannot be written as {suffix} ({_first_line(error)}): save it as .otio instead.",
            f"{type(error).__name__}: {error}",
        ) from error
    if suffix == ".xml" and selection.project.drop_frame:
        _mark_drop_frame(part, selection.project)
    if part.is_file():
        with part.open("rb+") as file:
            os.fsync(file.fileno())


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:160]


def _mark_drop_frame(part: Path, project: Project) -> None:
    """The adapter writes every sequence as NDF, with a label that is wrong for its right frame number."""
    text = part.read_text(encoding="utf-8")
    label = format_timecode(project.start_frame, project.rate, drop_frame=True)
    frame = re.compile(rf"<frame>{project.start_frame}(\.0)?</frame>")

    def mend(found: re.Match[str]) -> str:
        block = found[0]
        if frame.search(block):
            block = re.sub(r"<string>[^<]*</string>", f"<string>{label}</string>", block)
            block = block.replace("<displayformat>NDF</displayformat>", "<displayformat>DF</displayformat>")
        return block

    part.write_text(re.sub(r"<timecode>.*?</timecode>", mend, text, flags=re.DOTALL), encoding="utf-8")


def _verified(part: Path, track: str, placed: otio.schema.Timeline, selection: Selection) -> FrameRange:
    """Where the new clip lies in the file just written. Raises VERIFICATION when anything is not as it should be."""
    try:
        back, _ = read_source(part)
        found = timelines.find_placed(back, track)
        origin = timelines.start_frame(back)
    except FoleyCueError as error:
        raise _mismatch(error.message) from error
    if found != selection.range or origin != selection.project.start_frame:
        raise _mismatch(f"frame {found.start} of {found.frames} at {found.rate}, origin {origin}")
    if part.suffix.lower() == ".otio" and not back.is_equivalent_to(placed):
        raise _mismatch("the copy differs from what was written")
    return found


def _mismatch(found: str) -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.VERIFICATION,
        "The saved copy did not hold the take where it belongs and was removed: save it as .otio instead.",
        found,
    )
