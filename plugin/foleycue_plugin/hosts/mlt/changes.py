# SPDX-License-Identifier: GPL-3.0-or-later
"""Exchanging and removing a sound in a Kdenlive document. Nothing else moves, and what was done to a clip stays."""

from pathlib import Path

from foleycue_plugin.hosts.mlt.counting import change_groups, count_anew, regrouped
from foleycue_plugin.hosts.mlt.document import Patch, property_xml
from foleycue_plugin.hosts.mlt.parts import Sound, bin_clip, next_bin_id, position_before, set_attribute
from foleycue_plugin.hosts.mlt.sequence import Edit, Item, Sequence, Track, track_places
from foleycue_shared.timing import FrameRange


def find_item(edit: Edit, sequence: Sequence, path: Path, span: FrameRange) -> tuple[Track, Item] | None:
    """The item on an audio track that plays a sound at exactly a range, from its first sample on."""
    for track in sequence.audio_tracks:
        for item in track.items:
            exact = (item.start, item.frames, item.first) == (span.start, span.frames, 0)
            if exact and resource_of(edit, item) == path:
                return track, item
    return None


def resource_of(edit: Edit, item: Item) -> Path:
    """The file that an item plays."""
    return edit.folder / item.service.property("resource")


def exchange(edit: Edit, item: Item, sound: Sound) -> bytes:
    """The document with another sound of the same length in an item, whose effects and groups stay."""
    if edit.bin is None or sound.frames != item.frames:
        raise ValueError("the sound does not fit")
    patch = Patch(edit.document)
    clip = bin_clip(patch, edit, sound, next_bin_id(edit))
    patch.insert(position_before(edit, edit.bin, item.entry), clip.xml)
    set_attribute(patch, edit, item.entry, "producer", clip.id)
    number = item.entry.property_element("kdenlive:id")
    if number is not None:
        patch.replace(number, property_xml("kdenlive:id", clip.bin_id))
    _drop_unused(patch, edit, item)
    return patch.apply()


def remove(edit: Edit, sequence: Sequence, track: Track, item: Item, *, with_track: bool = False) -> bytes:
    """The document without an item: its place is empty, and its bin clip is gone where nothing else uses it.

    with_track: its track goes with it, unless something else lies there.
    """
    patch = Patch(edit.document)
    alone = with_track and track.items == (item,)
    if alone:
        _drop_track(patch, edit, sequence, track)
    else:
        patch.replace(item.entry, f'<blank length="{item.frames}"/>')
    _drop_unused(patch, edit, item)
    # Kdenlive counts tracks here without its background.
    place = f"{track.index - 1}:{item.start}"

    def without(groups: list[object]) -> list[object]:
        rest = _ungrouped(groups, place)
        return regrouped(rest, track.index + 1, -1) if alone else rest

    change_groups(patch, edit, sequence.element, without)
    return patch.apply()


def _drop_track(patch: Patch, edit: Edit, sequence: Sequence, track: Track) -> None:
    """Take a track out with its playlists and its transition; those above it are counted anew."""
    root = sequence.element
    lanes = [edit.service(place) for place in track_places(track.service)]
    mixes = [mix for mix in root.named("transition") if mix.property("b_track") == str(track.index)]
    for element in (track_places(root)[track.index], track.service, *lanes, *mixes):
        patch.remove(element)
    count_anew(patch, edit, root, track.index + 1, -1)


def _drop_unused(patch: Patch, edit: Edit, item: Item) -> None:
    """Take a clip out of the bin when this item was its only use."""
    number = item.service.property("kdenlive:id")
    owners = {service.id for service in edit.services.values() if number and service.property("kdenlive:id") == number}
    entries = [element for element in edit.root.all() if element.tag in ("entry", "track")]
    uses = [entry for entry in entries if entry.attributes.get("producer") in owners and entry is not item.entry]
    in_bin = [entry for entry in uses if edit.bin is not None and entry in edit.bin.children]
    if not number or len(uses) != len(in_bin):
        return
    for entry in in_bin:
        patch.remove(entry)
    for name in owners:
        patch.remove(edit.services[name])


def _ungrouped(groups: list[object], place: str) -> list[object]:
    """The groups without the clip at a place ("track:position"); a group of one is none."""
    kept: list[object] = []
    for node in groups:
        if isinstance(node, dict) and isinstance(children := node.get("children"), list):
            rest = _ungrouped(children, place)
            if len(rest) > 1:
                kept.append({**node, "children": rest})
            else:
                kept += [child for child in rest if isinstance(child, dict) and "children" in child]
        elif not (isinstance(node, dict) and ":".join(str(node.get("data", "")).split(":")[:2]) == place):
            kept.append(node)
    return kept
