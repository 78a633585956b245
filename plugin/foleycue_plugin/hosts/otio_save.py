# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a copy of a timeline with takes on a new audio track, proven by reading the copy back."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import opentimelineio as otio

from foleycue_plugin.hosts.bundle import write_bundle
from foleycue_plugin.hosts.interchange import ADAPTERS, WRITERS, write_interchange
from foleycue_plugin.hosts.media_time import MediaTime, count_media_from
from foleycue_plugin.hosts.otio_read import read_source
from foleycue_plugin.outputs import Delivery, check_apart, check_output, remove, temporary
from foleycue_plugin.project import Placement, Project
from foleycue_plugin.references import external_references, is_relative, media_file, resolved
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake
from foleycue_shared import timeline as timelines
from foleycue_shared.broadcast_wav import read_wav_header
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.timing import FrameRange, samples_to_frames

_BUNDLES = (".otioz", ".otiod")
#: Formats that were proven to bring the new clip back where it was put.
_FORMATS = (".otio", *_BUNDLES, *ADAPTERS, *WRITERS)
#: Of these, those that are not OTIO's own: they lose what they have no word for.
_EXCHANGE = (*ADAPTERS, *WRITERS)


def writable_suffixes() -> list[str]:
    """Extensions that save_copy takes here, with their dots."""
    installed = otio.adapters.suffixes_with_defined_adapters(write=True)
    return [suffix for suffix in _FORMATS if suffix in WRITERS or suffix[1:] in installed]


def save_targets(project: Project, save: Path) -> list[Path]:
    """Everything that save_copy will create: the copy, and a folder for media that lie inside a zipped source."""
    # What was read from the copy itself has its media beside it already.
    zipped = project.source.suffix.lower() == ".otioz" and project.base != save.parent
    if zipped and save.suffix.lower() not in _BUNDLES:
        return [save, save.with_name(f"{save.stem}_media")]
    return [save]


def save_copy(
    selection: Selection,
    takes: Sequence[StoredTake],
    track: str,
    save: Path,
    force: bool,
    media_time: MediaTime = MediaTime.AS_IS,
) -> Placement:
    """Write the copy beside its final name, read it back, verify the new clip to the frame, and rename it.

    media_time says from where the copy counts the time of its media.
    save has one of the writable suffixes. Raises output errors or VERIFICATION; nothing new is on disk then.
    """
    project = selection.project
    targets = save_targets(project, save)
    for target in targets:
        check_output(target, force)
    check_apart(targets, [project.source])
    # Editors look for a file's own timecode; OTIO's readers count from its first sample.
    media = [_take_media(stored, selection, own_timecode=save.suffix.lower() in _EXCHANGE) for stored in takes]
    placed, name = _placed(selection, media, track)
    part = temporary(save)
    try:
        with Delivery(force) as delivery:
            if len(targets) > 1:
                _unpack_media(placed, project, targets[1], delivery)
            else:
                _keep_media_reachable(placed, project, save)
            count_media_from(placed, media_time, save.parent)
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


def rehearse(selection: Selection, save: Path) -> None:
    """Find out before any work whether a format keeps this timeline, by writing and reading a copy of it.

    Raises BAD_INPUT when it does not, and output errors.
    """
    if save.suffix.lower() not in _EXCHANGE:
        return
    media = timelines.TakeMedia(url=save.with_suffix(".wav").as_uri(), name=save.stem)
    placed, name = _placed(selection, [media], "FoleyCue")
    part = temporary(save)
    try:
        _keep_media_reachable(placed, selection.project, save)
        _write(placed, part, save.suffix.lower(), selection)
        _verified(part, name, placed, selection)
    except FoleyCueError as error:
        raise FoleyCueError(ErrorCode.BAD_INPUT, error.message, error.detail) from error
    except OSError as error:
        raise explain_os_error(error, save) from error
    finally:
        remove(part)


def _placed(selection: Selection, media: Sequence[timelines.TakeMedia], track: str) -> tuple[otio.schema.Timeline, str]:
    project = selection.project
    basis = project.original if _has_rate(project.original) else project.timeline
    return timelines.place_takes(basis, selection.range, media, track)


def _take_media(stored: StoredTake, selection: Selection, own_timecode: bool) -> timelines.TakeMedia:
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
        **({"stem": take.stem} if take.stem else {}),
    }
    origin = 0
    if own_timecode:
        header = read_wav_header(stored.path)
        origin = samples_to_frames(header.time_reference, selection.range.rate, header.sample_rate)
    name = take.stem or stored.path.stem
    return timelines.TakeMedia(
        url=stored.path.absolute().as_uri(), name=name, metadata=metadata, cues=take.cues, origin=origin
    )


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
    """Rewrite relative references for a copy in another folder, or in a format that knows absolute ones only."""
    suffix = save.suffix.lower()
    if suffix in _BUNDLES or (suffix == ".otio" and save.parent == project.base):
        return
    for reference, path in _relative_media(placed, project.base):
        if suffix == ".otio":
            reference.target_url = otio.url_utils.url_from_filepath(os.path.relpath(path, save.parent))
        else:
            reference.target_url = path.as_uri()


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
    project = selection.project
    try:
        if suffix in _BUNDLES:
            write_bundle(placed, part, project.base)
        elif suffix in _EXCHANGE:
            write_interchange(placed, part, project)
        else:
            otio.adapters.write_to_file(placed, str(part), adapter_name="otio_json")
    except OSError:
        raise
    except Exception as error:
        # Adapters are plug-ins of many authors: whatever else they raise means that they cannot hold this timeline.
        raise FoleyCueError(
            ErrorCode.VERIFICATION,
            f"This timeline cannot be written as {suffix} ({_first_line(error)}): save it as .otio instead.",
            f"{type(error).__name__}: {error}",
        ) from error
    if part.is_file():
        with part.open("rb+") as file:
            os.fsync(file.fileno())


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:160]


def _verified(part: Path, track: str, placed: otio.schema.Timeline, selection: Selection) -> FrameRange:
    """Where the new clip lies in the file just written. Raises VERIFICATION when anything is not as it should be."""
    try:
        back, base = read_source(part)
        same = len(back.audio_tracks()) == len(placed.audio_tracks())
        if part.suffix.lower() in WRITERS or (part.suffix.lower() in ADAPTERS and same):
            # These formats keep the order of tracks, not their names; ours was added last.
            back.audio_tracks()[-1].name = track
        found = timelines.find_placed(back, track)
        origin = timelines.start_frame(back)
    except FoleyCueError as error:
        raise _mismatch(error.message) from error
    if found != selection.range or origin != selection.project.start_frame:
        raise _mismatch(f"frame {found.start} of {found.frames} at {found.rate}, origin {origin}")
    if part.suffix.lower() == ".otio" and not back.is_equivalent_to(placed):
        raise _mismatch("the copy differs from what was written")
    if part.suffix.lower() in _EXCHANGE and _shown(resolved(back, base)) != _shown(selection.project.timeline):
        raise FoleyCueError(
            ErrorCode.VERIFICATION,
            f"A file of the type {part.suffix.lower()} does not keep all of this timeline (retimes, nested sequences): "
            "save it as .otio instead.",
        )
    return found


def _shown(timeline: otio.schema.Timeline) -> list[tuple[object, ...]]:
    """What a timeline shows from its first frame to its last picture, names apart."""
    pieces = timelines.picture_pieces(timeline, timelines.whole_range(timeline))
    while pieces and not pieces[-1].name:
        pieces.pop()
    return [(piece.start, piece.frames, piece.media, piece.media_start, piece.speed) for piece in pieces]


def _mismatch(found: str) -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.VERIFICATION,
        "The saved copy did not hold the take where it belongs and was removed: save it as .otio instead.",
        found,
    )
