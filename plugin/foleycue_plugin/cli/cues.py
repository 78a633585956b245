# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue cues: where a range should sound, found in picture or sound or read from a file; to another file too."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from foleycue_plugin import outputs, usecases
from foleycue_plugin.cli import answer
from foleycue_plugin.cli.arguments import Region
from foleycue_plugin.cli.interrupt import cancelling
from foleycue_plugin.cli.progress import ProgressLine
from foleycue_plugin.cue_files import check_suffix, read_cues, write_cues
from foleycue_plugin.hosts.otio_read import absolute
from foleycue_plugin.jobs import JobRunner
from foleycue_plugin.references import media_paths
from foleycue_plugin.selection import Selection
from foleycue_shared import places
from foleycue_shared.cues import CueSource
from foleycue_shared.messages import Analysed, CueRequest, RegionKey
from foleycue_shared.timing import CUE_RATE


def run(options: argparse.Namespace) -> int:
    """Analyse the range, or read a file of cues instead; print the cues, and write them where that was asked for."""
    target = _target(options)
    project = usecases.open_source(options.source)
    selection = usecases.mark(project, *(options.range or (None, None)))
    if options.import_from is not None:
        analysed = Analysed(job_id="", cues=read_cues(options.import_from, selection), confidence=1.0)
    else:
        analysed = _analyse(selection, options)
    if target is not None:
        outputs.check_apart([target], [project.source, *media_paths(project.timeline)])
        write_cues(target, analysed.cues, selection, options.force)
    if options.json:
        answer.print_json(answer.cues(selection, analysed))
    else:
        _table(selection, analysed)
    return 0


def _target(options: argparse.Namespace) -> Path | None:
    """Where the cues go, refused before anything is done when that cannot work."""
    if options.export_to is None:
        return None
    target = absolute(options.export_to)
    check_suffix(target)
    outputs.check_output(target, options.force)
    return target


def _analyse(selection: Selection, options: argparse.Namespace) -> Analysed:
    plan = usecases.plan_analysis(selection, engine=options.engine, cues=request(options))
    with ProgressLine() as line, JobRunner(places.home(), line.progress, line.state) as runner, cancelling(runner):
        return runner.analyse(plan)[0]


def request(options: argparse.Namespace) -> CueRequest:
    """Where cues come from, by --cues-from (or --from) and --region."""
    return CueRequest(source=CueSource(options.cues_from or "picture"), regions=region_keys(options.region))


def region_keys(regions: Iterable[Region]) -> tuple[RegionKey, ...]:
    """Places of the command line as the protocol has them."""
    return tuple(RegionKey(frame=frame, x=x, y=y, width=width, height=height) for frame, x, y, width, height in regions)


def _table(selection: Selection, analysed: Analysed) -> None:
    frames = selection.range.frames
    answer.say(
        f"{len(analysed.cues)} cues in {frames} frames from {selection.timecode}, confidence {analysed.confidence:.0%}"
    )
    for cue in analysed.cues:
        frame = cue.sample * selection.range.rate // CUE_RATE
        label = selection.project.timecode(selection.range.start + int(frame), selection.drop_frame)
        answer.say(f"{label}  {cue.seconds:9.3f} s  {cue.strength:4.2f}  {cue.source}")
