# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue sheets as files: FoleyCue's JSON, OTIO timelines with markers, Audacity's labels. The file's ending decides."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from foleycue_plugin.outputs import Delivery, check_output, remove, temporary
from foleycue_plugin.selection import Selection
from foleycue_shared.cues import MAX_CUES, Cue, CueSource, cue_entries, parse_cue_sheet
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.timeline import from_document, parse_json, to_document
from foleycue_shared.timeline.times import duration as item_duration
from foleycue_shared.timeline.times import item_children, otio_rate, seconds, trimmed_range
from foleycue_shared.timing import CUE_RATE, frames_to_samples, samples_to_frames, seconds_to_samples

OTIO = ".otio"
LABELS = (".txt", ".tsv")
SUFFIXES = (".json", OTIO, *LABELS)

_LARGEST = 64 << 20
_METADATA = "foleycue"
_COLOURS = {
    CueSource.PICTURE: otio.schema.MarkerColor.ORANGE,
    CueSource.GUIDE: otio.schema.MarkerColor.CYAN,
    CueSource.USER: otio.schema.MarkerColor.PINK,
    CueSource.PERFORMED: otio.schema.MarkerColor.PURPLE,
}


def read_cues(path: Path, selection: Selection) -> tuple[Cue, ...]:
    """The cues of a file, in samples from the range's start, sorted.

    OTIO markers lie at record time: those outside of the range are left out. Times in JSON and labels count from the
    range's start. Any ending but .otio, .txt and .tsv is read as JSON. Raises BAD_CUES with a sentence.
    """
    content, suffix = _content(path), path.suffix.lower()
    limit = selection.range.samples(CUE_RATE)
    if suffix == OTIO:
        return _from_markers(content, path.name, selection)
    if suffix in LABELS:
        return _from_labels(content, path.name, limit)
    return parse_cue_sheet(content, limit)


def write_cues(path: Path, cues: Sequence[Cue], selection: Selection, force: bool = False) -> None:
    """Write cues as the file's ending says, whole or not at all.

    Raises BAD_INPUT for another ending, OUTPUT_EXISTS without force, OUTPUT_UNWRITABLE.
    """
    check_suffix(path)
    check_output(path, force)
    suffix = path.suffix.lower()
    part = temporary(path)
    try:
        if suffix == OTIO:
            part.write_bytes(_markers(cues, selection))
        else:
            part.write_text(_labels(cues) if suffix in LABELS else _json(cues), encoding="utf-8", newline="")
        with Delivery(force) as delivery:
            delivery.move(part, path)
    except OSError as error:
        raise explain_os_error(error, path) from error
    finally:
        remove(part)


def check_suffix(path: Path) -> None:
    """Raise BAD_INPUT for an ending that no cues can be written to."""
    if path.suffix.lower() not in SUFFIXES:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{path.name} must end in .json (cue sheet), .otio (markers) or .txt (Audacity labels).",
        )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise _bad(f"{path} is too large for a cue sheet: check which file it is.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise _bad(f"The cue sheet {path} cannot be read ({reason}): check the path.") from error


def _json(cues: Iterable[Cue]) -> str:
    return json.dumps(cue_entries(cues), indent=1) + "\n"


# -- Audacity: https://manual.audacityteam.org/man/importing_and_exporting_labels.html


def _labels(cues: Iterable[Cue]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    for cue in cues:
        writer.writerow((f"{cue.seconds:.6f}", f"{cue.seconds:.6f}", f"{cue.strength:.4g} {cue.source.value}"))
    return out.getvalue()


def _from_labels(content: bytes, name: str, limit: int) -> tuple[Cue, ...]:
    """Start, end and text in seconds, a label a line; the text may begin with a strength and a source, as ours do."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad(f"{name} holds no labels but other data: export them from Audacity as text.") from error
    cues = []
    for number, line in enumerate(text.splitlines(), 1):
        # A line that begins with a backslash tells the frequencies of the label before it.
        if line.strip() and not line.startswith("\\"):
            cues.append(_from_label(line.split("\t"), name, number, limit))
    return _checked(cues, name)


def _from_label(parts: list[str], name: str, number: int, limit: int) -> Cue:
    try:
        start = Fraction(parts[0].strip().replace(",", "."))
    except (ValueError, ZeroDivisionError) as error:
        raise _bad(
            f"Line {number} of {name} does not begin with a time in seconds: export the labels from Audacity again."
        ) from error
    if not 0 <= start * CUE_RATE < limit:
        raise _bad(
            f"Line {number} of {name} lies at {float(start):g} s, outside the range of {limit / CUE_RATE:.3f} s: "
            "mark the range that the labels were made for."
        )
    sample = min(seconds_to_samples(start, CUE_RATE), limit - 1)
    words = parts[2].split() if len(parts) > 2 else []
    return Cue(sample, _strength(words[0]) if words else 1.0, _source(words[1]) if len(words) > 1 else CueSource.USER)


# -- OTIO


def _markers(cues: Iterable[Cue], selection: Selection) -> bytes:
    """The range's own timeline with a marker on its stack for each cue: in frames where a cue lies on one."""
    timeline = from_document(selection.document)
    rate = otio_rate(timeline)
    for cue in cues:
        frame = samples_to_frames(cue.sample, selection.range.rate, CUE_RATE)
        on_frame = frames_to_samples(frame, selection.range.rate, CUE_RATE) == cue.sample
        place = otio.opentime.RationalTime(*((frame, rate) if on_frame else (cue.sample, CUE_RATE)))
        marker = otio.schema.Marker(
            name="Cue",
            marked_range=otio.opentime.TimeRange(place, otio.opentime.RationalTime(0, place.rate)),
            color=_COLOURS[cue.source],
            metadata={_METADATA: {"strength": round(cue.strength, 4), "source": cue.source.value}},
        )
        timeline.tracks.markers.append(marker)
    return to_document(timeline)


def _from_markers(content: bytes, name: str, selection: Selection) -> tuple[Cue, ...]:
    try:
        timeline = parse_json(content)
    except ValueError as error:
        raise _bad(f"{name} is no OTIO timeline: export it again from the editor.", str(error)) from error
    if not isinstance(timeline, otio.schema.Timeline):
        raise _bad(f"{name} holds no timeline but something else: export the timeline with its markers.")
    project, origin = selection.project, timeline.global_start_time  # type: ignore[attr-defined]
    first = project.start_frame / project.rate if origin is None else seconds(origin)
    start = (project.start_frame + selection.range.start) / project.rate
    found = list(_placed(timeline.tracks, first))  # type: ignore[attr-defined]
    limit = selection.range.samples(CUE_RATE)
    cues = []
    for place, marker in found:
        sample = seconds_to_samples(place - start, CUE_RATE)
        if 0 <= sample < limit:
            cues.append(_cue(sample, marker))
    if found and not cues:
        raise _bad(f"None of the {len(found)} markers of {name} lies in the range: mark the range they belong to.")
    if not found:
        raise _bad(f"{name} holds no markers: set some in the editor, or choose another file.")
    return _checked(cues, name)


def _placed(item: otio.core.Item, offset: Fraction) -> Iterator[tuple[Fraction, otio.schema.Marker]]:
    """The markers of an item that starts at a record time, and of all that lies in it.

    Retimed items are passed over: their markers count in media time that no longer runs evenly with the record's.
    """
    start, length = trimmed_range(item)
    if any(isinstance(effect, otio.schema.TimeEffect) for effect in item.effects):
        return
    for marker in item.markers:
        place = seconds(marker.marked_range.start_time) - start
        if 0 <= place < length:
            yield offset + place, marker
    if not isinstance(item, otio.core.Composition):
        return
    position = offset - start
    for child in item_children(item):
        for place, marker in _placed(child, position):
            if offset <= place < offset + length:
                yield place, marker
        if isinstance(item, otio.schema.Track):
            position += item_duration(child)


def _cue(sample: int, marker: otio.schema.Marker) -> Cue:
    ours = marker.metadata.get(_METADATA, {})
    strength = ours.get("strength", 1.0) if hasattr(ours, "get") else 1.0
    source = ours.get("source", "") if hasattr(ours, "get") else ""
    return Cue(sample, _strength(str(strength)), _source(str(source)))


# -- both


def _strength(word: str) -> float:
    """A strength, or 1 for any other word."""
    try:
        strength = float(word)
    except ValueError:
        return 1.0
    return strength if 0 <= strength <= 1 else 1.0


def _source(word: str) -> CueSource:
    """A source, or the user for any other word."""
    return CueSource(word) if word in set(CueSource) else CueSource.USER


def _checked(cues: list[Cue], name: str) -> tuple[Cue, ...]:
    if len(cues) > MAX_CUES:
        raise _bad(f"{name} has {len(cues)} cues; {MAX_CUES} are the most for one range.")
    return tuple(sorted(cues))


def _bad(sentence: str, detail: str = "") -> FoleyCueError:
    return FoleyCueError(ErrorCode.BAD_CUES, sentence, detail)
