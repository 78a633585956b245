# SPDX-License-Identifier: GPL-3.0-or-later
"""The pieces of XML that a sound brings into an MLT document, and where they go.

Positions are written as whole frames, which MLT reads the same at every rate.
"""

import re
import secrets
import uuid
from pathlib import Path
from xml.sax.saxutils import quoteattr

import msgspec

from foleycue_plugin.hosts.mlt.document import Element, Patch, property_xml
from foleycue_plugin.hosts.mlt.sequence import Edit


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A sound file that is put into a document: name is what the user reads, frames its whole length."""

    path: Path
    name: str
    frames: int


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """A sound as a producer: its id and XML, and the number of its bin clip in Kdenlive."""

    id: str
    xml: str
    frames: int
    bin_id: int | None = None

    def entry(self) -> str:
        """An entry that plays the whole sound on a playlist."""
        opened = f'\n  <entry producer={quoteattr(self.id)} in="0" out="{self.frames - 1}"'
        if self.bin_id is None:
            return f"{opened}/>"
        return f"{opened}>\n   {property_xml('kdenlive:id', self.bin_id)}\n  </entry>"


def plain_clip(edit: Edit, sound: Sound) -> Clip:
    """A sound as Shotcut has it."""
    facts: dict[str, object] = {"mlt_service": "avformat", "shotcut:caption": sound.name}
    name = fresh_id(edit, "foleycue")
    return Clip(id=name, xml=_producer(name, sound, facts), frames=sound.frames)


def bin_clip(patch: Patch, edit: Edit, sound: Sound, bin_id: int) -> Clip:
    """A sound as a new clip of Kdenlive's bin, whose entry is patched in; its producer's XML must come before that."""
    if edit.bin is None:
        raise ValueError("it has no bin")
    facts: dict[str, object] = {
        "mlt_service": "avformat-novalidate",
        "kdenlive:clipname": sound.name,
        "kdenlive:clip_type": 1,
        "kdenlive:folderid": -1,
        "kdenlive:id": bin_id,
    }
    if edit.setting("activetimeline"):
        facts["kdenlive:control_uuid"] = f"{{{uuid.uuid4()}}}"
    name = fresh_id(edit, "foleycue")
    patch.append_to(edit.bin, f'\n  <entry producer={quoteattr(name)} in="0" out="{sound.frames - 1}"/>')
    return Clip(id=name, xml=_producer(name, sound, facts), frames=sound.frames, bin_id=bin_id)


def next_bin_id(edit: Edit) -> int:
    """A number that no clip of Kdenlive's bin has, nor a folder of it."""
    found = [element.property("kdenlive:id") for element in edit.services.values()]
    if edit.bin is not None:
        names = (child.attributes.get("name", "") for child in edit.bin.named("property"))
        found += [name.rpartition(".")[2] for name in names if name.startswith("kdenlive:folder.")]
    return max((int(text) for text in found if text.isdigit()), default=1) + 1


def mix_xml(index: int, *, internal: bool) -> str:
    """The transition that adds a track's sound to the sum."""
    facts: dict[str, object] = {"a_track": 0, "b_track": index, "mlt_service": "mix", "always_active": 1, "sum": 1}
    if internal:
        facts |= {"kdenlive_id": "mix", "internal_added": 237, "accepts_blanks": 1}
    inner = "".join(f"\n   {property_xml(key, value)}" for key, value in facts.items())
    return f"\n  <transition>{inner}\n  </transition>"


def fresh_id(edit: Edit, stem: str) -> str:
    """An id that the document does not use."""
    while (name := f"{stem}-{secrets.token_hex(4)}") in edit.services:
        pass
    return name


def position_before(edit: Edit, *elements: Element) -> int:
    """The byte position before the first of the root's children that hold these elements, white space apart."""
    children = edit.root.children
    position = min(c.start for c in children if any(c.start <= element.start < c.end for element in elements))
    while position and edit.document.data[position - 1 : position].isspace():
        position -= 1
    return position


def set_attribute(patch: Patch, edit: Edit, element: Element, name: str, value: str) -> None:
    """Give an element's attribute another value, or add it."""
    opened = edit.document.data[element.start : element.inside]
    found = re.search(rb"""\s%s\s*=\s*("[^"]*"|'[^']*')""" % name.encode(), opened)
    if found is None:
        patch.insert(element.start + 1 + len(element.tag.encode()), f" {name}={quoteattr(value)}")
    else:
        patch.replace_span(element.start + found.start(1), element.start + found.end(1), quoteattr(value))


def _producer(name: str, sound: Sound, facts: dict[str, object]) -> str:
    common: dict[str, object] = {"length": sound.frames, "eof": "pause", "resource": sound.path}
    facts = {**common, **facts, "audio_index": 0, "video_index": -1, "seekable": 1}
    inner = "".join(f"\n  {property_xml(key, value)}" for key, value in facts.items())
    return f'\n <producer id={quoteattr(name)} in="0" out="{sound.frames - 1}">{inner}\n </producer>'
