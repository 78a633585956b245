# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue package: takes of a range as a folder that an editor can import."""

import argparse

from foleycue_plugin import usecases
from foleycue_plugin.cli import answer
from foleycue_plugin.hosts.otio_read import absolute
from foleycue_plugin.package import Package, write_package
from foleycue_plugin.package_guides import Editor
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake, TakeStore
from foleycue_plugin.wav_takes import take_from_wav
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError


def run(options: argparse.Namespace) -> int:
    """Write the package, or nothing."""
    project = usecases.open_source(options.source)
    selection = usecases.mark(project, *(options.range or (None, None)))
    takes = _takes(selection, options)
    package = write_package(
        selection, takes, Editor(options.editor), absolute(options.out), track=options.track, force=options.force
    )
    if options.json:
        answer.print_json(_entry(package, selection))
    else:
        for path in sorted(package.folder.iterdir()):
            answer.say(str(path))
        for suffix, reason in package.left_out.items():
            answer.say(f"left out {suffix}: {reason}")
    return 0


def _takes(selection: Selection, options: argparse.Namespace) -> list[StoredTake]:
    """The WAV files that were named, else the takes that were last made of this range."""
    if options.audio:
        return [take_from_wav(absolute(path), selection) for path in options.audio]
    store = TakeStore(places.home())
    takes = store.takes_for(selection.fingerprint)
    if not takes:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            "There are no takes of this range yet: make some with foleycue generate, or name WAV files with --audio.",
        )
    return store.takes_of_job(takes[-1].take.job_id)


def _entry(package: Package, selection: Selection) -> dict[str, object]:
    placement = package.placement
    return {
        "range": answer.range_entry(selection),
        "editor": package.editor.value,
        "folder": answer.path_text(package.folder),
        "takes": [answer.path_text(path) for path in package.takes],
        "timelines": [answer.path_text(path) for path in package.timelines],
        "left_out": package.left_out,
        "placement": {
            "track": placement.track,
            "timecode": placement.timecode,
            "start_frame": placement.start_frame,
            "frames": placement.frames,
        },
    }
