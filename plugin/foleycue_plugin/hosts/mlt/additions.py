# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting a sound on a new audio track of an MLT document, by additions only.

Positions are written as whole frames, which MLT reads the same at every rate. In Kdenlive a new audio track becomes the
lowest one, right above the black background, so that everything that counts tracks is counted anew.
"""

import json
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import msgspec

from foleycue_plugin.hosts.mlt.document import Document, Element, Patch, property_xml
from foleycue_plugin.hosts.mlt.sequence import Edit, track_places
from foleycue_plugin.hosts.mlt.sequence import Sequence as EditSequence
from foleycue_shared.timing import FrameRange

#: Settings of Kdenlive's that name a track by its index.
_TRACK_SETTINGS = ("activeTrack", "audioTarget", "videoTarget")
_GROUPED = re.compile(r"^(-?[0-9]+):(.*)$", re.DOTALL)
_INTERNAL = "237"


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A sound file that is put into a document: name is what the user reads, frames its whole length."""

    path: Path
    name: str
    frames: int


def add_track(
    edit: Edit,
    sequence: EditSequence,
    name: str,
    span: FrameRange,
    sounds: Sequence[Sound],
    folder: Path | None = None,
) -> bytes:
    """The document with the first sound at a range of a new audio track; the others lie ready in Kdenlive's bin.

    folder is where the result will lie, when that is elsewhere. Raises ValueError where the document has no place.
    """
    patch = Patch(edit.document)
    if folder is not None and folder != edit.folder:
        _keep_root(patch, edit)
    if edit.kdenlive:
        _add_kdenlive(patch, edit, sequence, name, span, sounds)
    else:
        _add_plain(patch, edit, sequence, name, span, sounds[0])
    return patch.apply()


def free_track_name(sequence: EditSequence, wanted: str) -> str:
    """The wanted name, with a number where a track has it already."""
    taken = {track.name for track in sequence.tracks}
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted} {number}"
    return name


def bin_ids(edit: Edit) -> set[int]:
    """The ids that Kdenlive's bin uses."""
    found = (element.property("kdenlive:id") for element in edit.services.values())
    return {int(text) for text in found if text.isdigit()}


def clip_xml(edit: Edit, sound: Sound, *, bin_id: int | None, control: str = "") -> tuple[str, str]:
    """A producer of a sound, and its id; in Kdenlive it belongs to the bin clip of that number."""
    name = _fresh(edit, "foleycue")
    facts: dict[str, object] = {
        "length": sound.frames,
        "eof": "pause",
        "resource": sound.path,
        "mlt_service": "avformat-novalidate" if bin_id is not None else "avformat",
        "audio_index": 0,
        "video_index": -1,
        "seekable": 1,
    }
    if bin_id is None:
        facts["shotcut:caption"] = sound.name
    else:
        facts |= {
            "kdenlive:clipname": sound.name,
            "kdenlive:clip_type": 1,
            "kdenlive:folderid": -1,
            "kdenlive:id": bin_id,
        }
        if control:
            facts["kdenlive:control_uuid"] = control
    inner = "".join(f"\n  {property_xml(key, value)}" for key, value in facts.items())
    return f'\n <producer id={quoteattr(name)} in="0" out="{sound.frames - 1}">{inner}\n </producer>', name


def entry_xml(producer: str, sound: Sound, bin_id: int | None) -> str:
    """An entry that plays a whole sound."""
    entry = f'\n  <entry producer={quoteattr(producer)} in="0" out="{sound.frames - 1}"'
    return f"{entry}/>" if bin_id is None else f"{entry}>\n   {property_xml('kdenlive:id', bin_id)}\n  </entry>"


def mix_xml(index: int, *, internal: bool) -> str:
    """The transition that adds a track's sound to the sum."""
    facts: dict[str, object] = {"a_track": 0, "b_track": index, "mlt_service": "mix", "always_active": 1, "sum": 1}
    if internal:
        facts |= {"kdenlive_id": "mix", "internal_added": _INTERNAL, "accepts_blanks": 1}
    inner = "".join(f"\n   {property_xml(key, value)}" for key, value in facts.items())
    return f"\n  <transition>{inner}\n  </transition>"


# -- Shotcut and plain MLT ----------------------------------------------------------------------------------------


def _add_plain(patch: Patch, edit: Edit, sequence: EditSequence, name: str, span: FrameRange, sound: Sound) -> None:
    producer, producer_id = clip_xml(edit, sound, bin_id=None)
    playlist_id = _fresh(edit, "foleycue-track")
    blank = f'\n  <blank length="{span.start}"/>' if span.start else ""
    playlist = (
        f"\n <playlist id={quoteattr(playlist_id)}>"
        f"\n  {property_xml('shotcut:audio', 1)}\n  {property_xml('shotcut:name', name)}"
        f"{blank}{entry_xml(producer_id, sound, None)}\n </playlist>"
    )
    track = f'\n  <track producer={quoteattr(playlist_id)} hide="video"/>'
    root = sequence.element
    if root.tag == "tractor":
        places = track_places(root)
        patch.insert(_before(edit.document, _top(edit, root)), producer + playlist)
        if places:
            patch.insert(places[-1].end, track)
        else:
            patch.append_to(root, track)
        patch.insert(_behind_tracks(root), mix_xml(len(places), internal=False))
        return
    if not root.id:
        raise ValueError("what it plays has no name")
    # What plays now becomes the first track of a tractor around it.
    tractor_id = _fresh(edit, "foleycue-edit")
    tractor = (
        f"{producer}{playlist}\n <tractor id={quoteattr(tractor_id)}>\n  <track producer={quoteattr(root.id)}/>"
        f"{track}{mix_xml(1, internal=False)}\n </tractor>"
    )
    patch.insert(edit.root.children[-1].end, tractor)
    if "producer" in edit.root.attributes:
        _set_root_attribute(patch, edit, "producer", tractor_id)


def _keep_root(patch: Patch, edit: Edit) -> None:
    """Relative paths go on counting from where they did, in a copy that lies elsewhere."""
    if not Path(edit.root.attributes.get("root", "")).is_absolute():
        _set_root_attribute(patch, edit, "root", str(edit.folder.absolute()))


def _set_root_attribute(patch: Patch, edit: Edit, name: str, value: str) -> None:
    start = edit.root.start
    opened = edit.document.data[start : edit.root.inside]
    found = re.search(rb"""\s%s\s*=\s*("[^"]*"|'[^']*')""" % name.encode(), opened)
    if found is None:
        patch.insert(start + len(b"<mlt"), f" {name}={quoteattr(value)}")
    else:
        patch.replace_span(start + found.start(1), start + found.end(1), quoteattr(value))


def _behind_tracks(root: Element) -> int:
    """Behind the last transition, so that filters of the whole edit still hear the sum; else behind the tracks."""
    transitions = root.named("transition")
    if transitions:
        return transitions[-1].end
    holders = root.named("multitrack") or root.named("track")
    return holders[-1].end if holders else root.inside


# -- Kdenlive -----------------------------------------------------------------------------------------------------


def _add_kdenlive(
    patch: Patch, edit: Edit, sequence: EditSequence, name: str, span: FrameRange, sounds: Sequence[Sound]
) -> None:
    root, places = sequence.element, track_places(sequence.element)
    if edit.bin is None or root.tag != "tractor" or not places:
        raise ValueError("it has no tracks")
    if sequence.tracks and sequence.tracks[0].index == 0:
        raise ValueError("its lowest track is not the black background")
    first_bin = max(bin_ids(edit), default=1) + 1
    made = ""
    for number, sound in enumerate(sounds):
        made += _to_bin(patch, edit, sound, first_bin + number)
    control = _control(edit)
    producer, producer_id = clip_xml(edit, sounds[0], bin_id=first_bin, control=control)
    lanes = [_fresh(edit, "foleycue-lane"), _fresh(edit, "foleycue-lane")]
    blank = f'\n  <blank length="{span.start}"/>' if span.start else ""
    filled = f"{blank}{entry_xml(producer_id, sounds[0], first_bin)}"
    audio = f"\n  {property_xml('kdenlive:audio_track', 1)}"
    made += producer + "".join(
        f"\n <playlist id={quoteattr(lane)}>{audio}{content}\n </playlist>"
        for lane, content in zip(lanes, (filled, ""), strict=True)
    )
    tractor_id = _fresh(edit, "foleycue-track")
    tracks = "".join(f'\n  <track hide="video" producer={quoteattr(lane)}/>' for lane in lanes)
    made += (
        f"\n <tractor id={quoteattr(tractor_id)}>{audio}\n  {property_xml('kdenlive:track_name', name)}{tracks}"
        "\n </tractor>"
    )
    first = min(_top(edit, root), _top(edit, edit.bin), key=lambda element: element.start)
    patch.insert(_before(edit.document, first), made)
    patch.insert(places[0].end, f"\n  <track producer={quoteattr(tractor_id)}/>")
    _count_anew(patch, edit, root)
    patch.insert(_behind_tracks(root), mix_xml(1, internal=True))


def _to_bin(patch: Patch, edit: Edit, sound: Sound, bin_id: int) -> str:
    """Put a sound into the bin; the XML of its producer, which must come before the bin."""
    assert edit.bin is not None
    producer, producer_id = clip_xml(edit, sound, bin_id=bin_id, control=_control(edit))
    patch.append_to(edit.bin, f'\n  <entry producer={quoteattr(producer_id)} in="0" out="{sound.frames - 1}"/>')
    return producer


def _count_anew(patch: Patch, edit: Edit, root: Element) -> None:
    """Everything that names a track above the background names the next one."""
    for transition in root.named("transition", "filter"):
        for name in ("a_track", "b_track", "track"):
            found = transition.property_element(name)
            if found is not None and found.text.strip().lstrip("-").isdigit() and int(found.text) >= 1:
                patch.replace(found, property_xml(name, int(found.text) + 1))
    for holder, prefix in ((root, "kdenlive:sequenceproperties."), (edit.bin, "kdenlive:docproperties.")):
        if holder is None:
            continue
        for name in _TRACK_SETTINGS:
            found = holder.property_element(f"{prefix}{name}")
            # Kdenlive counts here without its background.
            if found is not None and found.text.strip().isdigit():
                patch.replace(found, property_xml(f"{prefix}{name}", int(found.text) + 1))
        count = holder.property_element(f"{prefix}tracksCount")
        if count is not None and count.text.strip().isdigit():
            patch.replace(count, property_xml(f"{prefix}tracksCount", int(count.text) + 1))
        found = holder.property_element(f"{prefix}groups")
        if found is not None and (groups := json.loads(found.text or "[]")):
            patch.replace(found, property_xml(f"{prefix}groups", json.dumps(_regroup(groups), indent=4)))


def _regroup(groups: object) -> object:
    """The groups with every "track:position" one track higher."""

    def walk(node: object) -> object:
        if isinstance(node, list):
            return [walk(child) for child in node]
        if not isinstance(node, dict):
            return node
        node = {key: walk(value) for key, value in node.items()}
        leaf = node.get("data")
        if isinstance(leaf, str) and (found := _GROUPED.match(leaf)) and int(found[1]) >= 0:
            node["data"] = f"{int(found[1]) + 1}:{found[2]}"
        return node

    return walk(groups)


def _control(edit: Edit) -> str:
    return _uuid() if edit.setting("activetimeline") else ""


def _uuid() -> str:
    import uuid

    return f"{{{uuid.uuid4()}}}"


def _fresh(edit: Edit, stem: str) -> str:
    """An id that the document does not use."""
    while (name := f"{stem}-{secrets.token_hex(4)}") in edit.services:
        pass
    return name


def _top(edit: Edit, element: Element) -> Element:
    """The child of the root that holds an element."""
    return next(child for child in edit.root.children if child.start <= element.start < child.end)


def _before(document: Document, element: Element) -> int:
    """The position behind what comes before an element, white space apart."""
    position = element.start
    while position and document.data[position - 1 : position].isspace():
        position -= 1
    return position
