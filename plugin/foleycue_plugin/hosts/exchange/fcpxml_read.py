# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading FCPXML: the primary storyline, and what is connected to it, as tracks of clips and gaps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio

from foleycue_shared.timing import exact_rate

_STORY = ("asset-clip", "clip", "sync-clip", "video", "audio", "gap", "title", "audition", "ref-clip", "mc-clip")
_LARGEST = 64 << 20


@dataclass(frozen=True)
class _Placed:
    """A clip at record seconds after the sequence's start, on a lane (0: the primary storyline)."""

    record: Fraction
    lane: int
    clip: otio.schema.Clip
    sound: bool


@dataclass
class _Sequence:
    rate: Fraction
    assets: dict[str, ElementTree.Element]
    placed: list[_Placed] = field(default_factory=list)


def read_fcpxml(source: Path) -> otio.schema.Timeline:
    """The one project of an FCPXML file.

    Raises ValueError with a clause when there is none or several, or when it holds compound clips, multicam clips or
    changed speeds, which only Final Cut Pro can resolve.
    """
    root = _parse(source)
    resources = root.find("resources")
    known = {entry.get("id", ""): entry for entry in (resources if resources is not None else [])}
    sequences = [(project, sequence) for project in root.iter("project") for sequence in project.iter("sequence")]
    if len(sequences) != 1:
        raise ValueError(f"it holds {len(sequences)} projects instead of one")
    project, sequence = sequences[0]
    frame = _time(known[sequence.get("format", "")].get("frameDuration")) if sequence.get("format") in known else 0
    if not frame:
        raise ValueError("its sequence has no frame duration")
    rate = exact_rate(1 / frame)
    origin = _time(sequence.get("tcStart"))
    found = _Sequence(rate, {name: entry for name, entry in known.items() if entry.tag == "asset"})
    for spine in sequence.findall("spine"):
        _read_story(found, spine, -origin, 0)
    timeline = otio.schema.Timeline(project.get("name", source.stem), global_start_time=_rational(origin, rate))
    timeline.metadata["drop_frame"] = sequence.get("tcFormat") == "DF"
    length = _time(sequence.get("duration"))
    for sound in (False, True):
        for lane in sorted({entry.lane for entry in found.placed if entry.sound == sound}, key=abs):
            clips = [entry for entry in found.placed if entry.sound == sound and entry.lane == lane]
            timeline.tracks.append(_track(clips, sound, lane, rate, length))
    return timeline


def _parse(source: Path) -> ElementTree.Element:
    if source.stat().st_size > _LARGEST:
        raise ValueError("it is too large")
    text = source.read_bytes()
    if b"<!ENTITY" in text:
        raise ValueError("it declares entities, which no editor writes")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f"it is not well-formed XML ({error})") from error
    if root.tag != "fcpxml":
        raise ValueError("it is not FCPXML")
    return root


def _read_story(sequence: _Sequence, parent: ElementTree.Element, base: Fraction, lane: int) -> None:
    """Elements of a storyline; base + offset is the record time of each."""
    for element in parent:
        if element.tag in _STORY:
            _read_item(sequence, element, base + _time(element.get("offset")), lane)


def _read_item(sequence: _Sequence, element: ElementTree.Element, record: Fraction, lane: int) -> None:
    if element.tag == "audition":
        chosen = next(iter(element), None)
        if chosen is not None:
            _read_item(sequence, chosen, record, lane)
        return
    if element.tag in ("ref-clip", "mc-clip"):
        raise ValueError(f"{element.get('name', 'a clip')} is a compound or multicam clip")
    for clip, sound in _clips(sequence, element, lane):
        sequence.placed.append(_Placed(record, lane, clip, sound))
    # What is connected counts in the local time of the clip that carries it.
    local = _time(element.get("start"))
    for child in element:
        own_lane = int(child.get("lane", "0"))
        if not own_lane:
            continue
        start = record + _time(child.get("offset")) - local
        if child.tag == "spine":
            _read_story(sequence, child, start, lane + own_lane)
        elif child.tag in _STORY:
            _read_item(sequence, child, start, lane + own_lane)


def _clips(sequence: _Sequence, element: ElementTree.Element, lane: int) -> Iterator[tuple[otio.schema.Clip, bool]]:
    """The picture and the sound of one element, each where it has it."""
    media = _media_element(element)
    asset = None if media is None else sequence.assets.get(media.get("ref", ""))
    if media is None or asset is None or element.get("enabled") == "0":
        return
    _check_speed(element, media)
    start = _time(element.get("start", asset.get("start") if media is element else "0s"))
    if media is not element:
        inner = _time(media.get("start", asset.get("start")))
        start += inner - _time(media.get("offset"))
    length = _time(element.get("duration", asset.get("duration")))
    enabled = element.get("srcEnable", "all")
    sees = asset.get("hasVideo") == "1" and enabled != "audio" and element.tag != "audio"
    hears = asset.get("hasAudio") == "1" and enabled != "video" and element.tag != "video"
    for wanted, sound in ((sees, False), (hears and (lane <= 0 or not sees), True)):
        if wanted:
            yield _clip(element, asset, start, length, sequence.rate), sound


def _media_element(element: ElementTree.Element) -> ElementTree.Element | None:
    """The part of an element that names its asset."""
    if element.tag in ("asset-clip", "video", "audio"):
        return element
    if element.tag in ("clip", "sync-clip"):
        inside = (child for child in element.iter() if child.tag in ("asset-clip", "video", "audio"))
        return next((child for child in inside if not int(child.get("lane", "0"))), None)
    return None


def _check_speed(*elements: ElementTree.Element) -> None:
    for element in elements:
        rate = element.find("conform-rate")
        if element.find("timeMap") is not None or (rate is not None and rate.get("scaleEnabled", "1") == "1"):
            raise ValueError(f"{element.get('name', 'a clip')} has a changed speed")


def _clip(
    element: ElementTree.Element, asset: ElementTree.Element, start: Fraction, length: Fraction, rate: Fraction
) -> otio.schema.Clip:
    media = asset.find("media-rep")
    url = (media if media is not None else asset).get("src", "")
    available = None
    if asset.get("duration"):
        available = otio.opentime.TimeRange(
            _rational(_time(asset.get("start")), rate), _rational(_time(asset.get("duration")), rate)
        )
    reference = otio.schema.ExternalReference(url, available)
    shown = otio.opentime.TimeRange(_rational(start, rate), _rational(length, rate))
    name = element.get("name") or asset.get("name") or "clip"
    markers = [_marker(marker, rate) for marker in element.findall("marker")]
    return otio.schema.Clip(name, reference, shown, markers=markers)


def _marker(element: ElementTree.Element, rate: Fraction) -> otio.schema.Marker:
    marked = otio.opentime.TimeRange(
        _rational(_time(element.get("start")), rate), _rational(_time(element.get("duration")), rate)
    )
    return otio.schema.Marker(element.get("value", ""), marked, comment=element.get("note", ""))


def _track(clips: list[_Placed], sound: bool, lane: int, rate: Fraction, length: Fraction) -> otio.schema.Track:
    kind = otio.schema.TrackKind.Audio if sound else otio.schema.TrackKind.Video
    track = otio.schema.Track(f"{'A' if sound else 'V'} lane {lane}", kind=kind)
    position = Fraction(0)
    for entry in sorted(clips, key=lambda entry: entry.record):
        if entry.record < position:
            raise ValueError("clips of one lane overlap")
        if entry.record > position:
            track.append(otio.schema.Gap(duration=_rational(entry.record - position, rate)))
        track.append(entry.clip)
        position = entry.record + Fraction(entry.clip.duration().value) / exact_rate(entry.clip.duration().rate)
    if not sound and length > position:
        track.append(otio.schema.Gap(duration=_rational(length - position, rate)))
    return track


def _time(text: str | None) -> Fraction:
    """Rational seconds: "1001/24000s", "5s"; nothing is 0."""
    try:
        return Fraction((text or "0s").strip().removesuffix("s"))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{text!r} is not a time") from error


def _rational(time: Fraction, rate: Fraction) -> otio.opentime.RationalTime:
    """Whole frames of the timeline where the time is such, else whole units of its own denominator."""
    frames = time * rate
    if frames.denominator == 1:
        return otio.opentime.RationalTime(frames.numerator, float(rate))
    return otio.opentime.RationalTime(time.numerator, time.denominator)
