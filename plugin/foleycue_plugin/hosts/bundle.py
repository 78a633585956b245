# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing OTIO bundles (.otioz, .otiod): the timeline together with its media.

OTIO's own writers refuse two media of one name from two folders, and leave alternative media references behind; ours
take both. The layout is OTIO's file bundle 1.0.0: version.txt, content.otio, media/.
"""

import shutil
import zipfile
from pathlib import Path

import opentimelineio as otio

from foleycue_plugin.references import external_references, media_file

CONTENT = "content.otio"
_MEDIA = "media"
_VERSION = "1.0.0"


def write_bundle(timeline: otio.schema.Timeline, target: Path, base: Path) -> None:
    """Write the timeline and every media file it refers to; references are rewritten in place.

    base is the folder of relative references. Files that are missing stay referred to as they were.
    """
    members = _collect(timeline, base)
    text = otio.adapters.write_to_string(timeline, "otio_json")
    if target.suffix.lower() == ".otiod":
        (target / _MEDIA).mkdir(parents=True)
        (target / CONTENT).write_text(text, encoding="utf-8")
        for path, name in members.items():
            shutil.copyfile(path, target / _MEDIA / name)
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
        bundle.writestr("version.txt", _VERSION, zipfile.ZIP_DEFLATED)
        bundle.writestr(CONTENT, text, zipfile.ZIP_DEFLATED)
        for path, name in members.items():
            bundle.write(path, f"{_MEDIA}/{name}")


def _collect(timeline: otio.schema.Timeline, base: Path) -> dict[Path, str]:
    """Name each file inside the bundle, and point the references there."""
    members: dict[Path, str] = {}
    for reference in external_references(timeline):
        path = media_file(reference.target_url, base)
        if path is None or not path.is_file():
            continue
        if path not in members:
            members[path] = _free_name(path, {name.lower() for name in members.values()})
        reference.target_url = otio.url_utils.url_from_filepath(f"{_MEDIA}/{members[path]}")
    return members


def _free_name(path: Path, taken: set[str]) -> str:
    number, name = 1, path.name
    while name.lower() in taken:
        number += 1
        name = f"{path.stem}-{number}{path.suffix}"
    return name
