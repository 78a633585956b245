# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting a sound on a new audio track of an MLT document, by additions only.

In Kdenlive a new audio track becomes the lowest one, right above the black background, so that everything that counts
tracks is counted anew.
"""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from foleycue_plugin.hosts.mlt.counting import change_groups, count_anew, regrouped
from foleycue_plugin.hosts.mlt.document import Element, Patch, property_xml
from foleycue_plugin.hosts.mlt.parts import (
    Clip,
    Sound,
    bin_clip,
    fresh_id,
    mix_xml,
    next_bin_id,
    plain_clip,
    position_before,
    set_attribute,
)
from foleycue_plugin.hosts.mlt.sequence import Edit, track_places
from foleycue_plugin.hosts.mlt.sequence import Sequence as EditSequence
from foleycue_shared.timing import FrameRange


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


# -- Shotcut and plain MLT ----------------------------------------------------------------------------------------


def _add_plain(patch: Patch, edit: Edit, sequence: EditSequence, name: str, span: FrameRange, sound: Sound) -> None:
    clip = plain_clip(edit, sound)
    playlist_id = fresh_id(edit, "foleycue-track")
    blank = f'\n  <blank length="{span.start}"/>' if span.start else ""
    playlist = (
        f"\n <playlist id={quoteattr(playlist_id)}>"
        f"\n  {property_xml('shotcut:audio', 1)}\n  {property_xml('shotcut:name', name)}"
        f"{blank}{clip.entry()}\n </playlist>"
    )
    track = f'\n  <track producer={quoteattr(playlist_id)} hide="video"/>'
    root = sequence.element
    if root.tag == "tractor":
        places = track_places(root)
        patch.insert(position_before(edit, root), clip.xml + playlist)
        if places:
            patch.insert(places[-1].end, track)
        else:
            patch.append_to(root, track)
        patch.insert(_behind_tracks(root), mix_xml(len(places), internal=False))
        return
    if not root.id:
        raise ValueError("what it plays has no name")
    # What plays now becomes the first track of a tractor around it.
    tractor_id = fresh_id(edit, "foleycue-edit")
    tractor = (
        f"{clip.xml}{playlist}\n <tractor id={quoteattr(tractor_id)}>\n  <track producer={quoteattr(root.id)}/>"
        f"{track}{mix_xml(1, internal=False)}\n </tractor>"
    )
    patch.insert(edit.root.children[-1].end, tractor)
    if "producer" in edit.root.attributes:
        set_attribute(patch, edit, edit.root, "producer", tractor_id)


def _keep_root(patch: Patch, edit: Edit) -> None:
    """Relative paths go on counting from where they did, in a copy that lies elsewhere."""
    if not Path(edit.root.attributes.get("root", "")).is_absolute():
        set_attribute(patch, edit, edit.root, "root", str(edit.folder.absolute()))


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
    first = next_bin_id(edit)
    clips = [bin_clip(patch, edit, sound, first + number) for number, sound in enumerate(sounds)]
    tractor_id = fresh_id(edit, "foleycue-track")
    # Kdenlive takes the first playlist of a document for its bin, so that only the clips may come before that.
    patch.insert(position_before(edit, root, edit.bin), "".join(clip.xml for clip in clips))
    patch.insert(position_before(edit, root), _kdenlive_track(edit, tractor_id, name, span, clips[0]))
    patch.insert(places[0].end, f"\n  <track producer={quoteattr(tractor_id)}/>")
    count_anew(patch, edit, root, 1, 1)
    change_groups(patch, edit, root, lambda groups: regrouped(groups, 1, 1))
    patch.insert(_behind_tracks(root), mix_xml(1, internal=True))


def _kdenlive_track(edit: Edit, tractor_id: str, name: str, span: FrameRange, clip: Clip) -> str:
    """A track of Kdenlive's: a tractor of two playlists, of which the second is for mixes."""
    lanes = [fresh_id(edit, "foleycue-lane"), fresh_id(edit, "foleycue-lane")]
    blank = f'\n  <blank length="{span.start}"/>' if span.start else ""
    audio = f"\n  {property_xml('kdenlive:audio_track', 1)}"
    playlists = "".join(
        f"\n <playlist id={quoteattr(lane)}>{audio}{content}\n </playlist>"
        for lane, content in zip(lanes, (blank + clip.entry(), ""), strict=True)
    )
    tracks = "".join(f'\n  <track hide="video" producer={quoteattr(lane)}/>' for lane in lanes)
    named = f"\n  {property_xml('kdenlive:track_name', name)}"
    return f"{playlists}\n <tractor id={quoteattr(tractor_id)}>{audio}{named}{tracks}\n </tractor>"
