# SPDX-License-Identifier: GPL-3.0-or-later
"""FoleyCue in DaVinci Resolve, started from Workspace > Scripts. Standard library and Resolve's own objects only.

Resolve says "no" by giving None or False, so every answer is looked at. Tracks count from 1. Frames towards the panel
count from the timeline's first frame. Written from Resolve's public documentation: it has not met the real one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from foleycue_line import LineError, bridge_file, connect, error_answer

NAMESPACE = "foleycue"
TRACK = "FoleyCue"
AUDIO_ONLY = 2
START_SECONDS = 60.0
#: Written beside this file by the installer: where the panel is, and where it keeps its files.
INSTALLED = Path(__file__).with_name("installed.json")


class Refused(Exception):
    """A request that is not carried out, with a code of the panel's and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Resolve:
    """What the panel may ask, on the project and timeline that are open at that moment."""

    def __init__(self, resolve: object) -> None:
        self._resolve = resolve

    # -- reading ----------------------------------------------------------------------------------------------------

    def about(self) -> dict:
        """What the panel shows of this Resolve."""
        manager = self._resolve.GetProjectManager()
        project = manager.GetCurrentProject() if manager else None
        timeline = project.GetCurrentTimeline() if project else None
        names = [thing.GetName() for thing in (project, timeline) if thing]
        version = str(self._resolve.GetVersionString() or "")
        return {"host": "resolve", "pid": os.getpid(), "title": " / ".join(names) or "No project", "version": version}

    def state(self, arguments: dict) -> dict:
        """The timeline as an OTIO file that is written to the path asked for, and the range marked by in and out."""
        timeline = self._timeline()
        path = str(arguments["export_to"])
        if not hasattr(self._resolve, "EXPORT_OTIO"):
            raise Refused("bad-input", "This Resolve cannot export OTIO: FoleyCue needs version 18.5 or later.")
        if not timeline.Export(path, self._resolve.EXPORT_OTIO, self._resolve.EXPORT_NONE):
            raise Refused("bad-input", "Resolve could not export its timeline: save the project, then try again.")
        return {
            "clock": self._clock(timeline),
            "rate": str(timeline.GetSetting("timelineFrameRate")),
            "drop_frame": str(timeline.GetSetting("timelineDropFrameTimecode")) == "1",
            "start": int(timeline.GetStartFrame()),
            "marked": _marked(timeline),
            "name": timeline.GetName(),
            "ours": sorted({_path(item) for _, item in _audio_items(timeline) if _recipe(item) is not None}),
        }

    def find(self, arguments: dict) -> dict:
        """The newest sound of ours on exactly this range, or nothing."""
        timeline = self._timeline(arguments)
        start = int(timeline.GetStartFrame()) + int(arguments["start"])
        found = []
        for index, item in _audio_items(timeline):
            recipe = _recipe(item)
            if recipe is not None and (item.GetStart(), item.GetDuration()) == (start, int(arguments["frames"])):
                found.append((recipe.get("placed", 0), index, item))
        if not found:
            return {}
        _, index, item = max(found, key=lambda entry: entry[0])
        return self._placed(timeline, index, item)

    # -- changing ---------------------------------------------------------------------------------------------------

    def insert(self, arguments: dict) -> dict:
        """Put a sound on a track of ours that is free there, or on a new one; taken back when it lies wrong."""
        timeline = self._timeline(arguments)
        start = int(timeline.GetStartFrame()) + int(arguments["start"])
        frames = int(arguments["frames"])
        media = self._import(str(arguments["path"]))
        index, made = self._free_track(timeline, str(arguments["name"]), start, start + frames)
        item = self._append(timeline, media, index, start, frames)
        if item is None:
            if made:
                timeline.DeleteTrack("audio", index)
            raise Refused("verification", "Resolve did not put the sound where it belongs, and it was taken out again.")
        _keep_recipe(item, arguments["recipe"])
        return self._placed(timeline, index, item)

    def replace(self, arguments: dict) -> dict:
        """Exchange the sound of a clip of ours."""
        timeline = self._timeline()
        index, item = self._ours(timeline, arguments)
        media = item.GetMediaPoolItem()
        if not media or not media.ReplaceClip(str(arguments["path"])):
            raise Refused("verification", "Resolve did not exchange the sound: insert the take as a new clip instead.")
        _keep_recipe(item, arguments["recipe"])
        return self._placed(timeline, index, item)

    def remove(self, arguments: dict) -> dict:
        """Take a clip of ours out; nothing moves."""
        timeline = self._timeline()
        _, item = self._ours(timeline, arguments)
        if not timeline.DeleteClips([item], False):
            raise Refused("verification", "Resolve did not delete the clip: delete it there.")
        return {}

    # -- inner ------------------------------------------------------------------------------------------------------

    def _project(self) -> object:
        manager = self._resolve.GetProjectManager()
        project = manager.GetCurrentProject() if manager else None
        if not project:
            raise Refused("bad-input", "No project is open in Resolve: open one, then try again.")
        return project

    def _timeline(self, arguments: dict | None = None) -> object:
        timeline = self._project().GetCurrentTimeline()
        if not timeline:
            raise Refused("bad-input", "No timeline is open in Resolve: open one, then try again.")
        if arguments is not None and list(arguments["clock"]) != self._clock(timeline):
            raise Refused("bad-input", "The range was read from another timeline of Resolve: open that one there.")
        return timeline

    @staticmethod
    def _clock(timeline: object) -> list:
        rate = timeline.GetSetting("timelineFrameRate")
        return [str(timeline.GetUniqueId()), str(rate), str(timeline.GetStartFrame())]

    def _import(self, path: str) -> object:
        if not os.path.isfile(path):  # noqa: PTH113
            raise Refused("bad-input", f"{path} is missing: generate the take again.")
        pool = self._project().GetMediaPool()
        items = pool.ImportMedia([path]) if pool else None
        if not items:
            raise Refused("verification", f"Resolve could not import {path}: look at its storage preferences.")
        return items[0]

    @staticmethod
    def _free_track(timeline: object, name: str, start: int, end: int) -> tuple:
        """The number of a track of that name (or with a number behind it) that is free, and whether it is new."""
        before = int(timeline.GetTrackCount("audio") or 0)
        names = [str(timeline.GetTrackName("audio", index) or "") for index in range(1, before + 1)]
        for index in range(1, before + 1):
            ours = names[index - 1].startswith(name)
            locked = timeline.GetIsTrackLocked("audio", index)
            items = timeline.GetItemListInTrack("audio", index) or []
            if ours and not locked and all(item.GetEnd() <= start or item.GetStart() >= end for item in items):
                return index, False
        # Without the second word the track would be mono.
        if not timeline.AddTrack("audio", "stereo") or int(timeline.GetTrackCount("audio") or 0) != before + 1:
            raise Refused("verification", f"Resolve did not make a new audio track: make one named {name} there.")
        number, free = 1, name
        while free in names:
            number += 1
            free = f"{name} {number}"
        timeline.SetTrackName("audio", before + 1, free)
        return before + 1, True

    def _append(self, timeline: object, media: object, index: int, start: int, frames: int) -> object:
        """The clip at its place, or None. Documents disagree on endFrame (inclusive or not): length decides."""
        where = {"mediaPoolItem": media, "mediaType": AUDIO_ONLY, "trackIndex": index, "recordFrame": start}
        pool = self._project().GetMediaPool()
        for cut in ({}, {"startFrame": 0, "endFrame": frames - 1}, {"startFrame": 0, "endFrame": frames}):
            items = pool.AppendToTimeline([{**where, **cut}])
            item = items[0] if items else None
            if item is None:
                continue
            if (item.GetStart(), item.GetDuration()) == (start, frames):
                return item
            timeline.DeleteClips([item], False)
        return None

    @staticmethod
    def _ours(timeline: object, arguments: dict) -> tuple:
        for index, item in _audio_items(timeline):
            if item.GetUniqueId() == arguments["handle"] and _recipe(item) is not None:
                return index, item
        raise Refused("bad-input", "The clip is not on the timeline any more: insert the take again.")

    @staticmethod
    def _placed(timeline: object, index: int, item: object) -> dict:
        return {
            "handle": str(item.GetUniqueId()),
            "track": str(timeline.GetTrackName("audio", index)),
            "start": int(item.GetStart()) - int(timeline.GetStartFrame()),
            "frames": int(item.GetDuration()),
            "path": _path(item),
        }


def _marked(timeline: object) -> list | None:
    """In and out as a range with an exclusive end; Resolve's out is inclusive. Older ones than 19.1 tell none."""
    if not hasattr(timeline, "GetMarkInOut"):
        return None
    marks = timeline.GetMarkInOut() or {}
    for kind in ("video", "audio"):
        found = marks.get(kind) or {}
        if "in" in found and "out" in found:
            return [int(found["in"]), int(found["out"]) + 1]
    return None


def _audio_items(timeline: object) -> list:
    """Track number and clip of everything on audio tracks."""
    found = []
    for index in range(1, int(timeline.GetTrackCount("audio") or 0) + 1):
        found += [(index, item) for item in timeline.GetItemListInTrack("audio", index) or []]
    return found


def _path(item: object) -> str:
    media = item.GetMediaPoolItem()
    return str(media.GetClipProperty("File Path") or "") if media else ""


def _keep_recipe(item: object, recipe: dict) -> None:
    """With the media where Resolve can (from 19.0.2), else in a marker of the clip."""
    text = json.dumps({**recipe, "placed": time.time()})
    media = item.GetMediaPoolItem()
    if hasattr(media, "SetThirdPartyMetadata") and media.SetThirdPartyMetadata(NAMESPACE, text):
        return
    item.DeleteMarkerAtFrame(0)
    if not item.AddMarker(0, "Purple", TRACK, "", 1, text):
        raise Refused(
            "verification", "Resolve did not keep what the take was made from: remove the clip, and try again."
        )


def _recipe(item: object) -> dict | None:
    media = item.GetMediaPoolItem()
    texts = []
    if hasattr(media, "GetThirdPartyMetadata"):
        texts.append(media.GetThirdPartyMetadata(NAMESPACE))
    texts += [marker.get("customData") for marker in (item.GetMarkers() or {}).values()]
    for text in texts:
        try:
            recipe = json.loads(text)
        except (TypeError, ValueError):
            continue
        if isinstance(recipe, dict) and "take" in recipe:
            return recipe
    return None


# -- the line to the panel ------------------------------------------------------------------------------------------


def run(resolve: object) -> int:
    """Serve the panel until it is closed; starts it where it does not run."""
    if not resolve:
        return _say("FoleyCue: start this from Resolve's menu Workspace > Scripts.")
    editor = Resolve(resolve)
    line = _connected(editor.about())
    if line is None:
        return _say("FoleyCue: the panel was not found; run foleycue install-host resolve, or start its panel.")
    try:
        line.send({"ask": "open", "arguments": {}})
        while True:
            line.send(answer(editor, line.receive()))
            line.send({"about": editor.about()})
    except LineError:
        return 0
    finally:
        line.close()


def answer(editor: Resolve, call: dict) -> dict:
    """Carry one call out."""
    number = call.get("id", 0)
    calls = {name: getattr(editor, name) for name in ("state", "insert", "find", "replace", "remove")}
    try:
        return {"id": number, "result": calls[call["call"]](call.get("arguments", {}))}
    except Refused as error:
        return error_answer(number, error.code, error.message)
    except Exception as error:
        # Whatever Resolve throws must reach the panel as a sentence, and must not end the script.
        return error_answer(number, "internal", f"Resolve could not do it ({type(error).__name__}: {error}).")


def _connected(about: dict) -> object:
    file = _bridge_file()
    try:
        return connect(file, about)
    except LineError:
        if not _start_panel():
            return None
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        time.sleep(0.3)
        try:
            return connect(file, about)
        except LineError:
            continue
    return None


def _bridge_file() -> Path:
    home = _installed().get("data")
    return Path(home) / "bridge.json" if home and not os.environ.get("FOLEYCUE_HOME") else bridge_file()


def _start_panel() -> bool:
    command = _installed().get("panel")
    if not command:
        return False
    # Resolve's script host has a Python of its own, which is not the panel's.
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
    try:
        subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    except OSError:
        return False
    return True


def _installed() -> dict:
    try:
        found = json.loads(INSTALLED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _say(text: str) -> int:
    # Resolve shows a script's output in its console.
    sys.stdout.write(text + "\n")
    return 1
