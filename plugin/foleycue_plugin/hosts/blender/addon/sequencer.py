# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel may ask of the Video Sequencer. Runs in Blender's main thread only.

Frames towards the panel count from the scene's start frame, which is 0 there; ends are exclusive.
"""

from __future__ import annotations

import json
import os
import time

import bpy

#: The custom property of a strip that holds its recipe.
RECIPE = "foleycue"
HIGHEST_CHANNEL = 128
MOST_STRIPS = 20_000


class Refused(Exception):
    """A request that is not carried out, with a code of the panel's and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def scene() -> bpy.types.Scene:
    """The scene that is edited: since 5.0 the sequencer has one of its own."""
    return getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene


def strips_of(owner: object) -> object:
    """The strips of an editor or a meta strip: called sequences before 4.4."""
    found = getattr(owner, "strips", None)
    return owner.sequences if found is None else found


def top_strips() -> list:
    """All strips that lie in the timeline itself."""
    editor = scene().sequence_editor
    return list(strips_of(editor)) if editor is not None else []


def clock() -> list[str]:
    """What decides where a frame lies: rate and start frame. A project that was read carries it along."""
    now = scene()
    return [str(now.render.fps), repr(now.render.fps_base), str(now.frame_start)]


# -- reading --------------------------------------------------------------------------------------------------------


def state(_arguments: dict) -> dict:
    """The timeline: rate, length, marked range and strips."""
    now = scene()
    marked = marked_range()
    entries = _entries(top_strips(), (), muted_channels())
    if len(entries) > MOST_STRIPS:
        raise Refused("limit", f"The timeline has more than {MOST_STRIPS} strips: make a smaller scene of the part.")
    return {
        "clock": clock(),
        "fps": now.render.fps,
        "fps_base": now.render.fps_base,
        "frames": now.frame_end + 1 - now.frame_start,
        "file": bpy.data.filepath,
        "scene": now.name,
        "marked": None if marked is None else [frame - now.frame_start for frame in marked],
        "strips": entries,
    }


def marked_range() -> tuple[int, int] | None:
    """The preview range, else what the selected strips span; the end is exclusive."""
    now = scene()
    if now.use_preview_range:
        return now.frame_preview_start, now.frame_preview_end + 1
    chosen = [strip for strip in top_strips() if strip.select]
    if not chosen:
        return None
    return min(strip.frame_final_start for strip in chosen), max(strip.frame_final_end for strip in chosen)


def muted_channels() -> set[int]:
    """Numbers of the channels that are switched off."""
    editor = scene().sequence_editor
    return {number for number, channel in enumerate(getattr(editor, "channels", ())) if channel.mute}


def _entries(strips: list, channels: tuple, muted: set, bounds: tuple | None = None) -> list[dict]:
    """Strips as the panel reads them; what lies in a meta strip is cut to its edges, and lies on its channel.

    Our own sounds are no part of what is to be heard anew: with a take on it, a range stays the same range.
    """
    found = []
    for strip in strips:
        start, end = strip.frame_final_start, strip.frame_final_end
        if bounds is not None:
            start, end = max(start, bounds[0]), min(end, bounds[1])
        if start >= end or strip.mute or (not channels and strip.channel in muted) or recipe_of(strip) is not None:
            continue
        where = (*channels, strip.channel)
        if strip.type == "META":
            found += _entries(list(strips_of(strip)), where, muted, (start, end))
        else:
            found.append(_entry(strip, where, start, end))
    return found


def _entry(strip: bpy.types.Strip, channels: tuple, start: int, end: int) -> dict:
    kind = {"MOVIE": "movie", "SOUND": "sound"}.get(strip.type, "other")
    return {
        "name": strip.name,
        "kind": kind,
        "path": _path(strip),
        "channels": list(channels),
        "start": start - scene().frame_start,
        "end": end - scene().frame_start,
        # Where the strip's first frame lies in its file, in frames of the scene.
        "source": start - strip.frame_start + getattr(strip, "animation_offset_start", 0),
        "retimed": _retimed(strip),
    }


def _path(strip: bpy.types.Strip) -> str:
    if strip.type == "MOVIE":
        return bpy.path.abspath(strip.filepath)
    if strip.type == "SOUND" and strip.sound is not None:
        return bpy.path.abspath(strip.sound.filepath)
    return ""


def _retimed(strip: bpy.types.Strip) -> bool:
    """Whether it plays at another speed than its own: by a property (3.x), keys (4.x), or an effect on top."""
    if getattr(strip, "speed_factor", 1.0) != 1.0 or len(getattr(strip, "retiming_keys", ())) > 2:
        return True
    return any(other.type == "SPEED" and getattr(other, "input_1", None) == strip for other in top_strips())


# -- changing -------------------------------------------------------------------------------------------------------


def insert(arguments: dict) -> dict:
    """Put a sound on the lowest channel that is free there; one undo step."""
    _check_clock(arguments)
    now = scene()
    editor = now.sequence_editor or now.sequence_editor_create()
    if editor.meta_stack:
        raise Refused("bad-input", "A meta strip is open in Blender: close it there with Tab, then try again.")
    start, frames = now.frame_start + int(arguments["start"]), int(arguments["frames"])
    path = _sound_file(arguments)
    channel = free_channel(start, start + frames)
    strips = strips_of(editor)
    try:
        strip = strips.new_sound(str(arguments["name"]), path, channel, start)
    except RuntimeError as error:
        raise Refused("verification", f"Blender could not load the sound ({error}).") from error
    if strip.frame_final_duration != frames:
        strip.frame_final_duration = frames
    _keep_recipe(strip, arguments)
    found = _placed(strip)
    if (found["start"], found["frames"]) != (int(arguments["start"]), frames) or strip.channel != channel:
        strips.remove(strip)
        raise Refused("verification", "Blender did not put the sound where it belongs, and it was taken out again.")
    _undo_step("FoleyCue: insert take")
    return found


def free_channel(start: int, end: int) -> int:
    """The lowest channel where nothing lies from start up to end, and which is not locked."""
    editor = scene().sequence_editor
    locked = {number for number, channel in enumerate(getattr(editor, "channels", ())) if channel.lock}
    taken = {strip.channel for strip in top_strips() if strip.frame_final_start < end and strip.frame_final_end > start}
    for channel in range(1, HIGHEST_CHANNEL + 1):
        if channel not in taken and channel not in locked:
            return channel
    raise Refused("bad-input", "No channel is free in this range: make room in the sequencer, then try again.")


def find(arguments: dict) -> dict:
    """The newest sound of ours on exactly this range, or nothing."""
    _check_clock(arguments)
    wanted = int(arguments["start"]), int(arguments["frames"])
    ours = [(recipe, strip) for strip in top_strips() if (recipe := recipe_of(strip)) is not None]
    there = [entry for entry in ours if _span(entry[1]) == wanted]
    return _placed(max(there, key=lambda entry: entry[0].get("placed", 0))[1]) if there else {}


def replace(arguments: dict) -> dict:
    """Exchange the sound of a strip of ours; all else of it stays; one undo step."""
    strip, path = _ours(arguments), _sound_file(arguments)
    strip.sound = bpy.data.sounds.load(path, check_existing=True)
    _keep_recipe(strip, arguments)
    _undo_step("FoleyCue: replace take")
    return _placed(strip)


def remove(arguments: dict) -> dict:
    """Take a strip of ours out; one undo step."""
    strips_of(scene().sequence_editor).remove(_ours(arguments))
    _undo_step("FoleyCue: remove take")
    return {}


def recipe_of(strip: bpy.types.Strip) -> dict | None:
    """What a strip of ours was made from."""
    try:
        recipe = json.loads(strip.get(RECIPE, ""))
    except (TypeError, ValueError):
        return None
    return recipe if isinstance(recipe, dict) and strip.type == "SOUND" else None


def _sound_file(arguments: dict) -> str:
    # Blender itself puts a missing sound in as silence.
    path = str(arguments["path"])
    if not os.path.isfile(path):  # noqa: PTH113
        raise Refused("bad-input", f"{path} is missing: generate the take again.")
    return path


def _keep_recipe(strip: bpy.types.Strip, arguments: dict) -> None:
    strip[RECIPE] = json.dumps({**arguments["recipe"], "placed": time.time()})


def _ours(arguments: dict) -> bpy.types.Strip:
    for strip in top_strips():
        if strip.name == arguments["handle"] and recipe_of(strip) is not None:
            return strip
    raise Refused("bad-input", f"The strip {arguments['handle']} is not there any more: insert the take again.")


def _check_clock(arguments: dict) -> None:
    if list(arguments["clock"]) != clock():
        raise Refused(
            "bad-input",
            "Frame rate or start frame changed since the range was read: open it again from Blender.",
        )


def _span(strip: bpy.types.Strip) -> tuple[int, int]:
    return strip.frame_final_start - scene().frame_start, strip.frame_final_end - strip.frame_final_start


def _placed(strip: bpy.types.Strip) -> dict:
    start, frames = _span(strip)
    return {
        "handle": strip.name,
        "track": f"Channel {strip.channel}",
        "start": start,
        "frames": frames,
        "path": _path(strip),
    }


def _undo_step(message: str) -> None:
    if bpy.ops.ed.undo_push.poll():
        bpy.ops.ed.undo_push(message=message)


CALLS = {"state": state, "insert": insert, "find": find, "replace": replace, "remove": remove}
