# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue generate: takes for a marked range, as files, and on a copy of the timeline."""

import argparse
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from foleycue_plugin import outputs, usecases
from foleycue_plugin.cli import answer, cues
from foleycue_plugin.cli.arguments import SCALES
from foleycue_plugin.cli.interrupt import cancelling
from foleycue_plugin.cli.progress import ProgressLine
from foleycue_plugin.cue_files import read_cues
from foleycue_plugin.hosts.otio_read import absolute
from foleycue_plugin.hosts.registry import check_save_format, file_host
from foleycue_plugin.jobs import JobRunner
from foleycue_plugin.references import media_paths
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import Plan, StoredTake, TakeStore
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import DEFAULT_SETTING, EngineInfo, Guidance

FAITHFUL = "faithful"
_BYTES_PER_SAMPLE = 3
_HIGHEST_RANDOM_SEED = 2**32


def run(options: argparse.Namespace) -> int:
    """Check everything that can be checked, generate, and deliver all results or none."""
    audio, save = _output_paths(options)
    project = usecases.open_source(options.source)
    selection = usecases.mark(project, *(options.range or (None, None)))
    plan = _plan(selection, options)
    home = places.home()
    _check_outputs(selection, plan, audio, save, home, options.force)
    store = TakeStore(home)
    line = ProgressLine(takes=options.takes)
    with line, JobRunner(home, line.progress, line.state) as runner, cancelling(runner):
        check_engine(options.engine, runner.engines(), plan.request.setting)
        takes = runner.generate(plan, store)
    if len(takes) != options.takes:
        raise FoleyCueError(
            ErrorCode.INTERNAL, f"{len(takes)} of {options.takes} takes arrived: try again with the same seed."
        )
    takes, placement = usecases.deliver(selection, plan, takes, audio, save, options.force)
    if audio:
        for stored in takes:
            store.discard(stored.take.take_id)
    saved = placement.saved if isinstance(placement, usecases.Placement) else None
    if options.json:
        answer.print_json(answer.generation(selection, takes, placement, saved))
    else:
        _tell(takes, placement, saved)
    return 0


def check_engine(engine: str, known: Iterable[EngineInfo], setting: str = DEFAULT_SETTING) -> None:
    """Raise UNKNOWN_ENGINE, with the engines there are, or with the reason why this one cannot run here.

    Raises BAD_INPUT for a setting that the engine does not have.
    """
    engines = {info.id: info for info in known}
    if engine not in engines:
        raise FoleyCueError(
            ErrorCode.UNKNOWN_ENGINE, f"There is no engine {engine!r}: choose one of {', '.join(sorted(engines))}."
        )
    if not engines[engine].available:
        raise FoleyCueError(
            ErrorCode.UNKNOWN_ENGINE, f"The engine {engine} cannot run here: {engines[engine].reason.rstrip('.')}."
        )
    if setting not in engines[engine].settings:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"The engine {engine} has no {setting} setting: leave out --{setting}."
        )


def _output_paths(options: argparse.Namespace) -> tuple[list[Path], Path | None]:
    """Where results go, refused before the source is even opened when that cannot work."""
    audio: list[Path] = []
    save = None if options.save is None else absolute(options.save)
    if save is not None:
        check_save_format(save)
        outputs.check_output(save, options.force)
    if options.audio is not None:
        first = absolute(options.audio)
        if first.suffix.lower() != ".wav":
            raise FoleyCueError(ErrorCode.BAD_INPUT, f"{first.name} must end in .wav: takes are broadcast WAV files.")
        audio = outputs.numbered(first, options.takes)
        for path in audio:
            outputs.check_output(path, options.force)
    return audio, save


def _plan(selection: Selection, options: argparse.Namespace) -> Plan:
    seed = secrets.randbelow(_HIGHEST_RANDOM_SEED) if options.seed is None else options.seed
    return usecases.plan_generation(
        selection,
        seeds=[seed + number for number in range(options.takes)],
        engine=options.engine,
        prompt=options.prompt,
        negative=options.negative,
        cue_sheet=None if options.cues is None else read_cues(options.cues, selection),
        cues=cues.request(options),
        guidance=Guidance(**{what: getattr(options, f"guide_{what}") for what in SCALES}),
        steps=options.steps,
        setting=FAITHFUL if options.faithful else DEFAULT_SETTING,
        track=options.track,
    )


def _check_outputs(
    selection: Selection, plan: Plan, audio: list[Path], save: Path | None, home: places.Places, force: bool
) -> None:
    """The checks that need the opened source: nothing it uses is overwritten, and there is room for everything."""
    project = selection.project
    targets = file_host(save).save_targets(project, save) if save is not None else []
    for target in targets[1:]:
        outputs.check_output(target, force)
    inputs = media_paths(project.timeline)
    outputs.check_apart([*targets, *audio], [project.source, *inputs])
    size = selection.range.samples(plan.request.sample_rate) * _BYTES_PER_SAMPLE
    needs = [(home.outbox, size * len(plan.request.seeds)), *((path.parent, size) for path in audio)]
    if save is not None:
        needs.append((save.parent, len(selection.document)))
        if len(targets) > 1 or save.suffix.lower() in (".otioz", ".otiod"):
            needs.append((save.parent, size + sum(path.stat().st_size for path in inputs if path.is_file())))
    outputs.check_space(needs)
    if save is not None:
        file_host(save).rehearse(selection, save)


def _tell(takes: Sequence[StoredTake], placement: usecases.PlannedPlacement, saved: Path | None) -> None:
    for stored in takes:
        take = stored.take
        error = "" if take.cue_error_ms is None else f", cues met within {take.cue_error_ms:.0f} ms"
        answer.say(f"{stored.path}  seed {take.seed}, {take.samples} samples at {take.sample_rate} Hz{error}")
    if saved is not None:
        answer.say(f"{saved}  track {placement.track}, {placement.frames} frames at {placement.timecode}")
