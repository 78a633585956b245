# SPDX-License-Identifier: GPL-3.0-or-later
"""Project files in the shape in which Shotcut and Kdenlive (both generations) save them, at any rate."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from fakes.mlt_clock import clock_of
from foleycue_plugin.hosts.mlt.document import property_xml

FLAVOURS = ("shotcut", "kdenlive-1", "kdenlive-2")
ACTIVE, OTHER = "{11111111-1111-4111-8111-111111111111}", "{22222222-2222-4222-8222-222222222222}"


@dataclass
class Lane:
    """A track: items are (start, frames, first frame of the film shown); speed belongs to all of them."""

    items: list[tuple[int, int, int]]
    audio: bool = False
    hide: str = ""
    name: str = ""
    locked: bool = False
    speed: float = 1
    second: list[tuple[int, int, int]] | None = None  # the other half of a mix, in Kdenlive


@dataclass
class Project:
    """What a project file should say."""

    rate: Fraction
    film: Path
    film_frames: int
    lanes: list[Lane]
    zone: tuple[int, int] = (0, 75)
    position: int = 0
    active: int = 0
    groups: str = "[\n]\n"

    def write(self, path: Path, flavour: str) -> Path:
        """Write it in one of FLAVOURS; path's extension is corrected."""
        path = path.with_suffix(".mlt" if flavour == "shotcut" else ".kdenlive")
        text = {"shotcut": self._shotcut, "kdenlive-1": self._first, "kdenlive-2": self._second}[flavour](path)
        path.write_text(text, encoding="utf-8")
        return path

    # -- parts ----------------------------------------------------------------------------------------------------

    def _head(self, path: Path, producer: str) -> str:
        rate = self.rate
        return (
            "<?xml version='1.0' encoding='utf-8'?>\n"
            f'<mlt LC_NUMERIC="C" producer="{producer}" version="7.12.0" root="{path.parent}">\n'
            f' <profile frame_rate_num="{rate.numerator}" frame_rate_den="{rate.denominator}" width="1280" height="720"'
            ' progressive="1" sample_aspect_num="1" sample_aspect_den="1" display_aspect_num="16"'
            f' display_aspect_den="9" colorspace="709" description="HD 720p {float(rate):.5g} fps"/>\n'
        )

    def _film(self, name: str, speed: float = 1) -> str:
        frames = round(self.film_frames / abs(speed))
        facts: dict[str, object] = {"length": frames, "eof": "pause"}
        if speed == 1:
            facts |= {"resource": self.film, "mlt_service": "avformat-novalidate"}
        else:
            facts |= {"resource": f"{speed}:{self.film}", "mlt_service": "timewarp", "warp_speed": speed}
            facts |= {"warp_resource": self.film}
        facts |= {"kdenlive:id": 2, "kdenlive:folderid": -1, "kdenlive:clip_type": 0}
        return (
            f' <producer id="{name}" in="{self.clock(0)}" out="{self.clock(frames - 1)}">\n{_all(facts)} </producer>\n'
        )

    def clock(self, frame: int) -> str:
        """A frame as MLT writes it."""
        return clock_of(frame, self.rate)

    def _playlist(self, name: str, items: list[tuple[int, int, int]], producer: str, facts: dict[str, object]) -> str:
        text, position = f' <playlist id="{name}">\n{_all(facts)}', 0
        for start, frames, first in items:
            if start > position:
                text += f'  <blank length="{self.clock(start - position)}"/>\n'
            span = f'in="{self.clock(first)}" out="{self.clock(first + frames - 1)}"'
            text += f'  <entry producer="{producer}" {span}>\n{_all({"kdenlive:id": 2})}  </entry>\n'
            position = start + frames
        return f"{text} </playlist>\n"

    # -- Shotcut --------------------------------------------------------------------------------------------------

    def _shotcut(self, path: Path) -> str:
        end = self.clock(max(start + frames for lane in self.lanes for start, frames, _ in lane.items) - 1)
        black = {"length": end, "resource": 0, "mlt_service": "color", "set.test_audio": 0}
        text = self._head(path, "tractor0") + f' <producer id="black" in="0" out="{end}">\n{_all(black)} </producer>\n'
        text += f' <playlist id="background">\n  <entry producer="black" in="0" out="{end}"/>\n </playlist>\n'
        tracks = '  <track producer="background"/>\n'
        mixes = ""
        for number, lane in enumerate(self.lanes, 1):
            text += self._film(f"film{number}", lane.speed)
            facts = {f"shotcut:{'audio' if lane.audio else 'video'}": 1, "shotcut:name": lane.name or f"T{number}"}
            text += self._playlist(f"playlist{number}", lane.items, f"film{number}", facts)
            hide = lane.hide or ("video" if lane.audio else "")
            tracks += f'  <track producer="playlist{number}"' + (f' hide="{hide}"' if hide else "") + "/>\n"
            mixes += _mix(number)
        shotcut = _all({"shotcut": 1, "shotcut:projectFolder": 0})
        return f'{text} <tractor id="tractor0" title="Shotcut">\n{shotcut}{tracks}{mixes} </tractor>\n</mlt>\n'

    # -- Kdenlive -------------------------------------------------------------------------------------------------

    def _lanes(self, prefix: str = "") -> tuple[str, str]:
        """The tracks, and what a main tractor says about them."""
        text, tracks, mixes = "", "", ""
        for number, lane in enumerate(self.lanes):
            audio: dict[str, object] = {"kdenlive:audio_track": 1} if lane.audio else {}
            name = f"{prefix}{number}"
            text += self._film(f"film{name}", lane.speed)
            text += self._playlist(f"playlist{name}a", lane.items, f"film{name}", audio)
            text += self._playlist(f"playlist{name}b", lane.second or [], f"film{name}", audio)
            hide = lane.hide or ("video" if lane.audio else "audio")
            facts = {**audio, "kdenlive:trackheight": 60, "kdenlive:timeline_active": 1, "kdenlive:collapsed": 0}
            if lane.name:
                facts["kdenlive:track_name"] = lane.name
            if lane.locked:
                facts["kdenlive:locked_track"] = 1
            halves = "".join(f'  <track hide="{hide}" producer="playlist{name}{half}"/>\n' for half in "ab")
            text += f' <tractor id="tractor{name}">\n{_all(facts)}{halves} </tractor>\n'
            tracks += f'  <track producer="tractor{name}"/>\n'
            mixes += _mix(number + 1, lane.audio)
        return text, f'  <track producer="black{prefix}"/>\n{tracks}{mixes}'

    def _black(self, name: str) -> str:
        facts = {
            "length": 2147483647,
            "eof": "continue",
            "resource": "black",
            "aspect_ratio": 1,
            "mlt_service": "color",
        }
        facts |= {"mlt_image_format": "rgba", "set.test_audio": 0, "kdenlive:playlistid": "black_track"}
        return f' <producer id="{name}" in="0" out="200000">\n{_all(facts)} </producer>\n'

    def _settings(self, prefix: str) -> dict[str, object]:
        names = {"activeTrack": self.active, "position": self.position, "groups": self.groups}
        names |= {"audioTarget": -1, "videoTarget": -1, "zonein": self.zone[0], "zoneout": self.zone[1]}
        return {f"kdenlive:{prefix}.{name}": value for name, value in names.items()}

    def _profile(self) -> dict[str, object]:
        name = f"atsc_720p_{'25' if self.rate == 25 else int(self.rate * 100)}"
        return {"kdenlive:docproperties.profile": name}

    def _bin(self, facts: dict[str, object], entries: str) -> str:
        facts = {"kdenlive:docproperties.documentid": 1700000000000, **facts, "xml_retain": 1}
        return f' <playlist id="main_bin">\n{_all(facts)}  <entry producer="film" in="0"/>\n{entries} </playlist>\n'

    def _first(self, path: Path) -> str:
        lanes, tracks = self._lanes()
        facts = {"kdenlive:docproperties.version": "1.04", "kdenlive:docproperties.kdenliveversion": "22.12.3"}
        facts |= {**self._settings("docproperties"), **self._profile()}
        return (
            f"{self._head(path, 'main_bin')}{self._film('film')}{self._bin(facts, '')}{self._black('black')}{lanes}"
            f' <tractor id="main" in="0" out="200000">\n{tracks} </tractor>\n</mlt>\n'
        )

    def _second(self, path: Path) -> str:
        """Two sequences: the active one, named by property only, and another that comes first."""
        text = self._head(path, "main_bin") + self._film("film")
        other = Project(self.rate, self.film, self.film_frames, [Lane([(0, 5, 0)], audio=True), Lane([(0, 5, 0)])])
        for uuid, name, project in ((OTHER, "x", other), (ACTIVE, "", self)):
            lanes, tracks = project._lanes(name)
            facts = {"kdenlive:uuid": uuid, "kdenlive:clipname": f"Sequence {name or 'active'}"}
            facts |= {"kdenlive:sequenceproperties.tracksCount": len(project.lanes), "kdenlive:producer_type": 17}
            facts |= {"kdenlive:sequenceproperties.hasAudio": 1, "kdenlive:sequenceproperties.hasVideo": 1}
            facts |= {"kdenlive:sequenceproperties.documentuuid": uuid, "kdenlive:control_uuid": uuid}
            facts |= {"kdenlive:clip_type": 0, "kdenlive:folderid": -1}
            facts |= {"kdenlive:id": 4 if name else 5, **project._settings("sequenceproperties")}
            identity = uuid if name else "tractor-active"
            text += project._black(f"black{name}") + lanes
            text += f' <tractor id="{identity}" in="0">\n{_all(facts)}{tracks} </tractor>\n'
        facts = {"kdenlive:docproperties.version": "1.1", "kdenlive:docproperties.kdenliveversion": "24.12.3"}
        facts |= {"kdenlive:docproperties.activetimeline": ACTIVE, **self._profile()}
        facts |= {"kdenlive:docproperties.opensequences": ACTIVE, "kdenlive:docproperties.uuid": ACTIVE}
        entries = "".join(f'  <entry producer="{name}" in="0" out="0"/>\n' for name in (OTHER, "tractor-active"))
        text += self._bin(facts, entries)
        shown = f'{_all({"kdenlive:projectTractor": 1})}  <track producer="tractor-active" in="0" out="200000"/>\n'
        return f'{text} <tractor id="project" in="0" out="200000">\n{shown} </tractor>\n</mlt>\n'


def _all(facts: dict[str, object]) -> str:
    return "".join(f"  {property_xml(name, value)}\n" for name, value in facts.items())


def _mix(index: int, audio: bool = True) -> str:
    facts: dict[str, object] = {"a_track": 0, "b_track": index, "always_active": 1, "internal_added": 237}
    facts |= {"mlt_service": "mix", "sum": 1} if audio else {"mlt_service": "qtblend", "compositing": 0}
    return f'  <transition id="transition{index}">\n{_all(facts)}  </transition>\n'
