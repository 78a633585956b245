# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading timelines through whatever OpenTimelineIO adapters are installed, and media files as timelines."""

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import cast

import opentimelineio as otio

from foleycue_plugin.hosts.bundle import CONTENT
from foleycue_plugin.hosts.exchange.edl_read import read_edl
from foleycue_plugin.hosts.exchange.fcpxml_read import read_fcpxml
from foleycue_plugin.media import MediaInfo, probe
from foleycue_shared import places
from foleycue_shared import timeline as timelines
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

#: Formats that are timelines, but whose reader is a package of its own.
_EXTRA_READERS = {
    ".xml": "otio-fcp-adapter",
    ".aaf": "otio-aaf-adapter",
    ".xges": "otio-xges-adapter",
}


#: Formats that we read ourselves, whatever adapters are installed.
_OWN_READERS: dict[str, Callable[[Path], otio.schema.Timeline]] = {".fcpxml": read_fcpxml, ".edl": read_edl}


def read_source(source: Path) -> tuple[otio.schema.Timeline, Path]:
    """The timeline of a file, and the folder against which its relative media references count.

    Raises BAD_INPUT for what is no readable file, NOT_A_TIMELINE, MEDIA_UNREADABLE or NO_PICTURE.
    """
    check_file(source)
    suffix = source.suffix.lower()
    if suffix == ".otioz":
        return _read_bundle(source)
    if suffix == ".otiod":
        return _as_timeline(_read_json(source / CONTENT, source.name), source.name), source
    if suffix == ".otio":
        return _as_timeline(_read_json(source, source.name), source.name), source.parent
    if suffix in _OWN_READERS:
        return _read_own(source), source.parent
    if suffix.lstrip(".") in otio.adapters.suffixes_with_defined_adapters(read=True):
        return _as_timeline(_read_by_adapter(source), source.name), source.parent
    if suffix in _EXTRA_READERS:
        raise FoleyCueError(
            ErrorCode.NOT_A_TIMELINE,
            f"{source.name} needs a reader that is not installed: pip install {_EXTRA_READERS[suffix]}.",
        )
    return _media_timeline(source), source.parent


def check_file(source: Path) -> None:
    """Raise BAD_INPUT with the reason why a file cannot be opened."""
    try:
        source.stat()
        if source.is_dir() and source.suffix.lower() != ".otiod":
            raise _bad_input(f"{source} is a folder: give a timeline or a media file.")
        if not source.is_dir() and not source.is_file():
            raise _bad_input(f"{source} is not a regular file: give a timeline or a media file.")
        with (source / CONTENT if source.is_dir() else source).open("rb"):
            pass
    except FileNotFoundError as error:
        what = error.filename or source
        raise _bad_input(f"{what} does not exist: check the path.") from error
    except PermissionError as error:
        raise _bad_input(f"{source} may not be read: change its permissions.") from error
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise _bad_input(f"{str(source)!r} cannot be opened ({reason}): check the path.") from error


def _read_json(path: Path, name: str) -> object:
    return _parse(path.read_bytes(), name)


def _parse(content: bytes, name: str) -> object:
    try:
        return timelines.parse_json(content)
    except ValueError as error:
        raise not_a_timeline(name, str(error)) from error


def _read_own(source: Path) -> otio.schema.Timeline:
    try:
        return _OWN_READERS[source.suffix.lower()](source)
    except (ValueError, OverflowError) as error:
        raise FoleyCueError(
            ErrorCode.NOT_A_TIMELINE,
            f"{source.name} cannot be read, because {error}: export it as .otio or FCP 7 XML instead.",
        ) from error


def _read_by_adapter(source: Path) -> object:
    try:
        return otio.adapters.read_from_file(str(source))
    except OSError as error:
        raise explain_os_error(error, source) from error
    except Exception as error:
        # Adapters are plug-ins of many authors: whatever they raise means that they could not read the file.
        raise not_a_timeline(source.name, f"{type(error).__name__}: {error}") from error


def _read_bundle(source: Path) -> tuple[otio.schema.Timeline, Path]:
    """A zipped bundle, unpacked below the spool once for each state of the file."""
    state = source.stat()
    key = hashlib.sha256(f"{source}\0{state.st_mtime_ns}\0{state.st_size}".encode(errors="surrogateescape"))
    target = places.home().spool / f"bundle-{key.hexdigest()[:24]}"
    try:
        if not target.is_dir():
            _unpack(source, target)
        content = (target / CONTENT).read_bytes()
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError) as error:
        raise not_a_timeline(source.name, str(error)) from error
    except FileNotFoundError as error:
        raise not_a_timeline(source.name, "no content.otio inside") from error
    except OSError as error:
        raise explain_os_error(error, target) from error
    return _as_timeline(_parse(content, source.name), source.name), target


def _unpack(source: Path, target: Path) -> None:
    part = Path(tempfile.mkdtemp(prefix="unpack-", dir=target.parent))
    try:
        with zipfile.ZipFile(source) as bundle:
            bundle.getinfo(CONTENT)
            bundle.extractall(part)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _as_timeline(found: object, name: str) -> otio.schema.Timeline:
    """The one timeline in what an adapter gave."""
    if isinstance(found, otio.schema.SerializableCollection):
        items = cast("Iterable[object]", found)
        inside = [item for item in items if isinstance(item, otio.schema.Timeline)]
        if len(inside) > 1:
            raise FoleyCueError(
                ErrorCode.NOT_A_TIMELINE, f"{name} holds {len(inside)} timelines: export the one you mean alone."
            )
        found = inside[0] if inside else None
    if not isinstance(found, otio.schema.Timeline):
        raise not_a_timeline(name)
    timeline = cast("otio.schema.Timeline", found)
    if timeline.tracks is None:
        raise not_a_timeline(name)
    return timeline


def _media_timeline(source: Path) -> otio.schema.Timeline:
    """A media file as a timeline of one clip, at the file's own rate and timecode."""
    try:
        info = probe(source)
    except FoleyCueError as error:
        if error.code is ErrorCode.MEDIA_UNREADABLE and not _looks_like_media(source):
            raise FoleyCueError(
                ErrorCode.NOT_A_TIMELINE,
                f"{source.name} is neither a timeline nor a media file that can be read: check what it is.",
                error.detail,
            ) from error
        raise
    if info.rate is None:
        raise FoleyCueError(ErrorCode.NO_PICTURE, f"{source.name} shows no picture: choose a video file.")
    rate = float(info.rate)
    timeline = otio.schema.Timeline(source.stem, global_start_time=otio.opentime.RationalTime(info.start_frame, rate))
    if info.start_frame:
        timeline.metadata["drop_frame"] = info.drop_frame
    timeline.tracks.append(_one_clip(source, info, otio.schema.TrackKind.Video))
    if info.sound_seconds is not None:
        timeline.tracks.append(_one_clip(source, info, otio.schema.TrackKind.Audio))
    return timeline


def _one_clip(source: Path, info: MediaInfo, kind: str) -> otio.schema.Track:
    rate = float(info.rate or 1)
    whole = otio.opentime.TimeRange(
        otio.opentime.RationalTime(info.start_frame, rate), otio.opentime.RationalTime(info.frames, rate)
    )
    reference = otio.schema.ExternalReference(source.as_uri(), whole)
    track = otio.schema.Track("V1" if kind == otio.schema.TrackKind.Video else "A1", kind=kind)
    track.append(otio.schema.Clip(source.name, reference, whole))
    return track


def _looks_like_media(source: Path) -> bool:
    import mimetypes

    kind = mimetypes.guess_type(source.name)[0] or ""
    return kind.startswith(("video/", "audio/")) or source.suffix.lower() in (".mkv", ".mxf", ".mts", ".m2ts", ".webm")


def not_a_timeline(name: str, detail: str = "") -> FoleyCueError:
    """NOT_A_TIMELINE with the sentence for a file that cannot be read as one."""
    return FoleyCueError(
        ErrorCode.NOT_A_TIMELINE, f"{name} is not a timeline that can be read: export it again from the editor.", detail
    )


def _bad_input(sentence: str) -> FoleyCueError:
    return FoleyCueError(ErrorCode.BAD_INPUT, sentence)


def absolute(path: Path) -> Path:
    """The path without "..", links kept."""
    return Path(os.path.abspath(path))  # noqa: PTH100
