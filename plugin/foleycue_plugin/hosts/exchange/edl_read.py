# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading CMX 3600 edit decision lists."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from foleycue_plugin.hosts.exchange.edl_write import CHANNELS, RATE_COMMENT
from foleycue_plugin.media import probe
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.timecode import parse_timecode
from foleycue_shared.timing import exact_rate

_TIMECODE = r"(\d\d:\d\d:\d\d[:;.,]\d\d)"
_EVENT = re.compile(r"\d+\s+(\S+)\s+(\S+)\s+([A-Z]\w*)(?:\s+\d+)?\s+" + r"\s+".join([_TIMECODE] * 4) + "$")
_LOCATOR = re.compile(rf"LOC:\s*{_TIMECODE}\s+(\S+)\s*(.*)")
_BLACK = ("BL", "BLACK")
#: The names under which editors write an event's channels.
_MERGED = {"B": ("V", "A"), "AA": ("A", "A2"), "AA/V": ("V", "A", "A2"), "A/V": ("V", "A"), "A1": ("A",)}
_LARGEST = 16 << 20


@dataclass
class _Cut:
    """One event with the comments below it; the four timecodes as they stand."""

    reel: str
    channels: tuple[str, ...]
    source_in: str
    record_in: str
    record_out: str
    name: str = ""
    path: str = ""
    file: str = ""
    locators: list[tuple[str, str]] = field(default_factory=list)


def read_edl(source: Path) -> otio.schema.Timeline:
    """The timeline of a list, with media where its comments name files that are at hand.

    An EDL has no rate: our own comment names it, else drop-frame labels do, else the first movie that is found. Raises
    ValueError with a clause when none does, or when the list holds changed speeds.
    """
    if source.stat().st_size > _LARGEST:
        raise ValueError("it is too large")
    title, rate, cuts = _parse(source.read_text(encoding="utf-8", errors="replace"))
    if not cuts:
        raise ValueError("it holds no event")
    rate = rate or _rate_of(cuts, source.parent)
    records = [(cut, _frame(cut.record_in, rate), _frame(cut.record_out, rate)) for cut in cuts]
    origin = min(start for _, start, _ in records)
    timeline = otio.schema.Timeline(
        title or source.stem, global_start_time=otio.opentime.RationalTime(origin, float(rate))
    )
    timeline.metadata["drop_frame"] = ";" in cuts[0].record_in
    for channel in ("V", *CHANNELS):
        events = [entry for entry in records if channel in entry[0].channels]
        if events:
            timeline.tracks.append(_track(channel, events, origin, rate, source.parent))
    return timeline


def _parse(text: str) -> tuple[str, Fraction | None, list[_Cut]]:
    title, rate = "", None
    cuts: list[_Cut] = []
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("TITLE:"):
            title = line.removeprefix("TITLE:").strip()
        elif line.startswith(RATE_COMMENT):
            rate = exact_rate(line.removeprefix(RATE_COMMENT).strip())
        elif line.startswith("M2"):
            raise ValueError("it holds a changed speed (M2)")
        elif found := _EVENT.match(line):
            cuts.append(_cut(*found.groups()))
        elif line.startswith("*") and cuts:
            _comment(cuts[-1], line.lstrip("* "))
        elif line[:1].isdigit():
            raise ValueError(f"the event {line[:40]!r} is not understood")
    return title, rate, cuts


def _cut(reel: str, channel: str, _kind: str, source_in: str, _source_out: str, start: str, end: str) -> _Cut:
    return _Cut(reel, _MERGED.get(channel, (channel,)), source_in, start, end)


def _comment(cut: _Cut, text: str) -> None:
    for label, attribute in (
        ("FROM CLIP NAME:", "name"), ("TO CLIP NAME:", "name"), ("FROM CLIP:", "path"), ("SOURCE FILE:", "file"),
    ):  # fmt: skip
        if text.startswith(label):
            setattr(cut, attribute, text.removeprefix(label).strip())
            return
    if found := _LOCATOR.match(text):
        cut.locators.append((found[1], found[3].strip()))


def _rate_of(cuts: list[_Cut], folder: Path) -> Fraction:
    for cut in cuts:
        if ";" in cut.record_in:
            return Fraction(30000, 1001)
    for cut in cuts:
        path = _file(cut, folder)
        try:
            rate = probe(path).rate if path is not None else None
        except FoleyCueError:
            continue
        if rate is not None:
            return rate
    raise ValueError("it does not say its frame rate, and none of its movies lies beside it")


def _file(cut: _Cut, folder: Path) -> Path | None:
    """The media file of an event, if one of its comments leads to one."""
    for text in filter(None, (cut.path, cut.file, cut.name)):
        try:
            if (path := folder / text).is_file():
                return path
        except (OSError, ValueError):
            continue
    return None


def _frame(label: str, rate: Fraction) -> int:
    return parse_timecode(label, rate)[0]


def _track(
    channel: str, events: Iterable[tuple[_Cut, int, int]], origin: int, rate: Fraction, folder: Path
) -> otio.schema.Track:
    picture = channel == "V"
    kind = otio.schema.TrackKind.Video if picture else otio.schema.TrackKind.Audio
    track = otio.schema.Track(channel, kind=kind)
    position = origin
    for cut, start, end in sorted(events, key=lambda entry: entry[1]):
        # The first line of a transition has no length: the clip that it leaves.
        if end == start:
            continue
        if start < position or end < start:
            raise ValueError(f"events of the channel {channel} overlap")
        if start > position:
            track.append(otio.schema.Gap(duration=otio.opentime.RationalTime(start - position, float(rate))))
        track.append(_item(cut, start, end - start, rate, folder))
        position = end
    return track


def _item(cut: _Cut, record: int, frames: int, rate: Fraction, folder: Path) -> otio.core.Item:
    length = otio.opentime.RationalTime(frames, float(rate))
    if cut.reel in _BLACK:
        return otio.schema.Gap(duration=length)
    first = _frame(cut.source_in, rate)
    path = _file(cut, folder)
    url = path.absolute().as_uri() if path is not None else cut.path or cut.file or cut.name or cut.reel
    reference = otio.schema.ExternalReference(url)
    shown = otio.opentime.TimeRange(otio.opentime.RationalTime(first, float(rate)), length)
    markers = [
        otio.schema.Marker(
            text or "Marker",
            otio.opentime.TimeRange(
                otio.opentime.RationalTime(first + _frame(label, rate) - record, float(rate)),
                otio.opentime.RationalTime(1, float(rate)),
            ),
        )
        for label, text in cut.locators
    ]
    return otio.schema.Clip(cut.name or cut.file or cut.reel, reference, shown, markers=markers)
