# SPDX-License-Identifier: GPL-3.0-or-later
"""Kdenlive's documents name tracks by number: whatever does so is counted anew where a track comes or goes."""

import json
import re
from collections.abc import Callable

from foleycue_plugin.hosts.mlt.document import Element, Patch, property_xml
from foleycue_plugin.hosts.mlt.sequence import Edit

#: Settings that name a track by its index.
_TRACK_SETTINGS = ("activeTrack", "audioTarget", "videoTarget")
_GROUPED = re.compile(r"^(-?[0-9]+):(.*)$", re.DOTALL)


def count_anew(patch: Patch, edit: Edit, root: Element, first: int, step: int) -> None:
    """The main tractor's tracks from index first on count step more (1: one came below them, -1: one went).

    Groups are counted anew by change_groups, with regrouped.
    """
    for transition in root.named("transition", "filter"):
        for name in ("a_track", "b_track", "track"):
            found = transition.property_element(name)
            if found is not None and (number := _number(found)) is not None and number >= first:
                patch.replace(found, property_xml(name, number + step))
    for holder, prefix in _holders(edit, root):
        for name in _TRACK_SETTINGS:
            found = holder.property_element(f"{prefix}{name}")
            # Kdenlive counts here without its background, and from 0; less than that is no track.
            if found is not None and (number := _number(found)) is not None and 0 <= number >= first - 1:
                patch.replace(found, property_xml(f"{prefix}{name}", number + step))
        count = holder.property_element(f"{prefix}tracksCount")
        if count is not None and (number := _number(count)) is not None:
            patch.replace(count, property_xml(f"{prefix}tracksCount", number + step))


def change_groups(patch: Patch, edit: Edit, root: Element, change: Callable[[list[object]], list[object]]) -> None:
    """Give the groups of clips, and what is selected, another content."""
    for holder, prefix in _holders(edit, root):
        found = holder.property_element(f"{prefix}groups")
        if found is not None and (groups := json.loads(found.text or "[]")) and (new := change(groups)) != groups:
            patch.replace(found, property_xml(f"{prefix}groups", json.dumps(new, indent=4)))


def regrouped(groups: list[object], first: int, step: int) -> list[object]:
    """The groups with every "track:position" counted as in count_anew."""

    def walk(node: object) -> object:
        if isinstance(node, list):
            return [walk(child) for child in node]
        if not isinstance(node, dict):
            return node
        node = {key: walk(value) for key, value in node.items()}
        leaf = node.get("data")
        if isinstance(leaf, str) and (found := _GROUPED.match(leaf)) and 0 <= int(found[1]) >= first - 1:
            node["data"] = f"{int(found[1]) + step}:{found[2]}"
        return node

    return [walk(group) for group in groups]


def _holders(edit: Edit, root: Element) -> list[tuple[Element, str]]:
    """Where settings lie: with the sequence since 23.04, in the bin before."""
    found = [(root, "kdenlive:sequenceproperties.")]
    return found if edit.bin is None else [*found, (edit.bin, "kdenlive:docproperties.")]


def _number(element: Element) -> int | None:
    text = element.text.strip()
    return int(text) if text.lstrip("-").isdigit() else None
