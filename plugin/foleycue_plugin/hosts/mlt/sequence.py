# SPDX-License-Identifier: GPL-3.0-or-later
"""The edit inside an MLT document: its tracks, and what lies on them at which frame."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from foleycue_plugin.hosts.mlt.clock import frames_of
from foleycue_plugin.hosts.mlt.document import Document, Element
from foleycue_shared.timing import FrameRange

SERVICES = ("producer", "chain", "playlist", "tractor")
#: Bits of a track's hide attribute.
_HIDES = {"video": 1, "audio": 2, "both": 3}
_PICTURE, _SOUND = 1, 2


@dataclass(frozen=True, eq=False)
class Item:
    """Something on a track: frames start … start + frames - 1 show a service from its frame first on."""

    start: int
    frames: int
    first: int
    service: Element
    entry: Element

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.start + self.frames


@dataclass(frozen=True, eq=False)
class Track:
    """One track as the user sees it. index counts the main tractor's tracks; the lowest may be a background."""

    index: int
    name: str
    audio: bool
    seen: bool
    heard: bool
    locked: bool
    service: Element
    items: tuple[Item, ...]

    def free_at(self, span: FrameRange) -> bool:
        """Whether nothing lies in a range."""
        return all(item.end <= span.start or item.start >= span.end for item in self.items)


@dataclass(frozen=True, eq=False)
class Sequence:
    """The edit: the tractor (or lone playlist or producer) that plays, and its tracks from the lowest upward."""

    element: Element
    tracks: tuple[Track, ...]

    @property
    def audio_tracks(self) -> list[Track]:
        """The audio tracks as the user counts them: in Kdenlive A1 is the topmost."""
        return [track for track in self.tracks if track.audio]


class Edit:
    """A document read as an edit. Raises ValueError where it is none."""

    def __init__(self, document: Document, folder: Path) -> None:
        self.document = document
        self.root = document.root
        self.folder = folder / self.root.attributes.get("root", "")
        self.services = {element.id: element for element in self.root.all() if element.tag in SERVICES and element.id}
        self.bin = self.services.get("main_bin")
        self.rate = self._rate()

    def _rate(self) -> Fraction:
        profile = next(iter(self.root.named("profile")), None)
        if profile is None:
            raise ValueError("it has no profile, which would say its frame rate")
        numerator, denominator = (int(profile.attributes.get(f"frame_rate_{part}", "0")) for part in ("num", "den"))
        if numerator < 1 or denominator < 1 or not 1 <= Fraction(numerator, denominator) <= 1000:
            raise ValueError(f"its frame rate is {numerator}/{denominator}")
        return Fraction(numerator, denominator)

    @property
    def kdenlive(self) -> bool:
        """Whether Kdenlive wrote it."""
        return bool(self.setting("version"))

    def setting(self, name: str) -> str:
        """A document property of Kdenlive's; empty where there is none."""
        return "" if self.bin is None else self.bin.property(f"kdenlive:docproperties.{name}")

    def frames(self, text: str) -> int:
        """A time of the document in frames."""
        return frames_of(text, self.rate)

    # -- services -------------------------------------------------------------------------------------------------

    def played(self) -> Element:
        """The service that is the edit: Kdenlive's active sequence, else what MLT would play."""
        if active := self.setting("activetimeline"):
            return self.sequence(active)
        named = self.services.get(self.root.attributes.get("producer", ""))
        # MLT sets services aside that are to be kept, such as the bin, and plays the last one.
        if named is not None and named.tag != "playlist":
            return named
        candidates = [element for element in self.root.named(*SERVICES) if not element.property("xml_retain")]
        if not candidates:
            raise ValueError("nothing in it can be played")
        return candidates[-1] if named is None or named is self.bin else named

    def sequence(self, uuid: str) -> Element:
        """A sequence of Kdenlive 23.04 and later, which names its tractor by id or by property."""
        if (found := self.services.get(uuid)) is not None:
            return found
        for element in self.services.values():
            if element.tag == "tractor" and element.property("kdenlive:uuid") == uuid:
                return element
        raise ValueError(f"its active sequence {uuid} is missing")

    def service(self, place: Element) -> Element:
        """What a track or an entry plays."""
        if (name := place.attributes.get("producer")) is not None:
            if name not in self.services:
                raise ValueError(f"{name} is missing")
            return self.services[name]
        inside = place.named(*SERVICES)
        if not inside:
            raise ValueError(f"a {place.tag} plays nothing")
        return inside[0]

    def length(self, service: Element, seen: tuple[Element, ...] = ()) -> int:
        """How many frames a service plays when nobody says otherwise."""
        if service in seen:
            raise ValueError(f"{service.id} plays itself")
        seen = (*seen, service)
        if "out" in service.attributes:
            return self.frames(service.attributes["out"]) - self.frames(service.attributes.get("in", "0")) + 1
        if service.tag == "playlist":
            return max((item.end for item in self.items(service, seen)), default=0)
        if service.tag == "tractor":
            return max((self.length(self.service(place), seen) for place in track_places(service)), default=0)
        length = service.property("length")
        return self.frames(length) if length else 0

    def items(self, playlist: Element, seen: tuple[Element, ...] = ()) -> list[Item]:
        """What lies on a playlist."""
        items, position = [], 0
        for child in playlist.children:
            if child.tag == "blank":
                position += self.frames(child.attributes.get("length", "0"))
            elif child.tag == "entry":
                items.append(item := self._item(child, position, seen))
                position = item.end
            if position < 0 or (items and items[-1].frames < 1):
                raise ValueError("a clip ends before it begins")
        return items

    def _item(self, place: Element, start: int, seen: tuple[Element, ...] = ()) -> Item:
        service = self.service(place)
        first = self.frames(place.attributes.get("in") or service.attributes.get("in", "0"))
        if "out" in place.attributes:
            last = self.frames(place.attributes["out"])
        elif "out" in service.attributes:
            last = self.frames(service.attributes["out"])
        else:
            last = self.length(service, seen) - 1
        return Item(start, last - first + 1, first, service, place)

    # -- tracks ---------------------------------------------------------------------------------------------------

    def main(self) -> Sequence:
        """The edit that a user sees."""
        return self.read(self.played())

    def read(self, element: Element) -> Sequence:
        """A service as a sequence: a tractor's tracks, or the one track that a playlist or a clip is."""
        if element.tag != "tractor":
            return Sequence(element, (self._track(0, element, element, 0),))
        tracks = []
        for index, place in enumerate(track_places(element)):
            service = self.service(place)
            if index == 0 and self._background(service):
                continue
            tracks.append(self._track(index, place, service, _hidden(place)))
        return Sequence(element, tuple(tracks))

    def _track(self, index: int, place: Element, service: Element, hidden: int) -> Track:
        playlists = self._lanes(service)
        if playlists is None:
            lanes: tuple[Element, ...] = (service,) if service.tag == "playlist" else ()
        else:
            lanes = tuple(lane for lane, _ in playlists)
            hidden |= playlists[0][1] if playlists else 0
        items = [item for lane in lanes for item in self.items(lane)] if lanes else [self._item(place, 0)]
        audio = service.property("kdenlive:audio_track") == "1" or service.property("shotcut:audio") == "1"
        if not audio and not self.kdenlive and hidden == _PICTURE:
            audio = not service.property("shotcut:video")
        return Track(
            index=index,
            name=service.property("kdenlive:track_name") or service.property("shotcut:name"),
            audio=audio,
            seen=not audio and not hidden & _PICTURE,
            heard=not hidden & _SOUND,
            locked=(service.property("kdenlive:locked_track") or service.property("shotcut:lock") or "0") != "0",
            service=service,
            items=tuple(sorted(items, key=lambda item: item.start)),
        )

    def _lanes(self, service: Element) -> list[tuple[Element, int]] | None:
        """The playlists of a track of Kdenlive's, which is a tractor of its own; None for any other service."""
        if service.tag != "tractor" or not self.kdenlive or service.property("kdenlive:uuid"):
            return None
        places = [(self.service(place), _hidden(place)) for place in track_places(service)]
        return places if all(lane.tag == "playlist" for lane, _ in places) else None

    def _background(self, service: Element) -> bool:
        """Whether a lowest track is only the black behind all others."""
        if service.tag == "playlist":
            return service.id in ("background", "black_track")
        return service.property("mlt_service") in ("color", "colour") and service.tag == "producer"


def track_places(tractor: Element) -> list[Element]:
    """The track elements of a tractor; older documents wrap them in a multitrack."""
    return [track for holder in (tractor, *tractor.named("multitrack")) for track in holder.named("track")]


def _hidden(place: Element) -> int:
    return _HIDES.get(place.attributes.get("hide", ""), 0)
