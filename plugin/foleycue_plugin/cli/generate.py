# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue generate: takes for a marked range, as files, and on a copy of the timeline."""

import argparse
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from foleycue_plugin import outputs, usecases
from foleycue_plugin.cli import answer, plans
from foleycue_plugin.cli.interrupt import cancelling
from foleycue_plugin.cli.progress import ProgressLine
from foleycue_plugin.hosts.otio_read import absolute
from foleycue_plugin.hosts.registry import check_save_format, file_host
from foleycue_plugin.insertion import check_stems_format
from foleycue_plugin.jobs import JobRunner
from foleycue_plugin.references import media_paths
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import Plan, StoredTake, TakeStore
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import DEFAULT_SETTING, EngineInfo

_BYTES_PER_SAMPLE = 3


def run(options: argparse.Namespace) -> int:
    """Check everything that can be checked, generate, and deliver all results or none."""
    plans.check_objects(options)
    audio, save = _output_paths(options)
    project = usecases.open_source(options.source)
    selection = usecases.mark(project, *(options.range or (None, None)))
    asked = plans.plans(selection, options)
    home = places.home()
    _check_outputs(selection, asked, audio, save, home, options.force)
    store = TakeStore(home)
    made = _generate(asked, options.takes, store, home)
    stems = plans.by_track(asked, made)
    takes, placements = usecases.deliver(selection, stems, audio, save, options.force)
    if audio:
        for stored in takes:
            store.discard([stored.take.take_id])
    planned = [plan.placement for plan in asked]
    if options.json:
        answer.print_json(answer.generation(selection, takes, placements or planned[: len(stems)], save))
    else:
        _tell(takes, placements, compared=len(asked) > 1)
    return 0


def _generate(asked: Sequence[Plan], takes: int, store: TakeStore, home: places.Places) -> list[list[StoredTake]]:
    """The takes of each generation, one after the other."""
    line = ProgressLine(takes=takes)
    made: list[list[StoredTake]] = []
    with line, JobRunner(home, line.progress, line.state) as runner, cancelling(runner):
        known = runner.engines()
        for plan in asked:
            check_engine(plan.request.engine, known, plan.request.setting)
        for number, plan in enumerate(asked, 1):
            if len(asked) > 1:
                name = f"{plan.request.engine} {plan.request.stem}".strip()
                line.show(plan.request.job_id, f"{name}, {number} of {len(asked)}")
            made.append(runner.generate(plan, store))
            if len(made[-1]) != takes:
                raise FoleyCueError(
                    ErrorCode.INTERNAL, f"{len(made[-1])} of {takes} takes arrived: try again with the same seed."
                )
    return made


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
        check_stems_format(save, len(plans.objects(options)))
        outputs.check_output(save, options.force)
    if options.audio is not None:
        first = absolute(options.audio)
        if first.suffix.lower() != ".wav":
            raise FoleyCueError(ErrorCode.BAD_INPUT, f"{first.name} must end in .wav: takes are broadcast WAV files.")
        audio = _audio_paths(first, options)
        for path in audio:
            outputs.check_output(path, options.force)
    return audio, save


def _audio_paths(first: Path, options: argparse.Namespace) -> list[Path]:
    """One path a take, stem by stem: an object's name goes into the file's, other takes of it are numbered."""
    count = options.takes * len(plans.engines(options))
    names = [re.sub(r"[^\w-]+", "-", name).strip("-") for name in plans.objects(options)]
    stems = [first.with_name(f"{first.stem}-{name}{first.suffix}") for name in names] or [first]
    return [path for stem in stems for path in outputs.numbered(stem, count)]


def _check_outputs(
    selection: Selection,
    asked: Sequence[Plan],
    audio: list[Path],
    save: Path | None,
    home: places.Places,
    force: bool,
) -> None:
    """The checks that need the opened source: nothing it uses is overwritten, and there is room for everything."""
    project = selection.project
    targets = file_host(save).save_targets(project, save) if save is not None else []
    for target in targets[1:]:
        outputs.check_output(target, force)
    inputs = media_paths(project.timeline)
    outputs.check_apart([*targets, *audio], [project.source, *inputs])
    first = asked[0].request
    size = selection.range.samples(first.sample_rate) * _BYTES_PER_SAMPLE * (2 if first.stereo else 1)
    made = sum(len(plan.request.seeds) for plan in asked)
    needs = [(home.outbox, size * made), *((path.parent, size) for path in audio)]
    if save is not None:
        needs.append((save.parent, len(selection.document)))
        if len(targets) > 1 or save.suffix.lower() in (".otioz", ".otiod"):
            needs.append((save.parent, size + sum(path.stat().st_size for path in inputs if path.is_file())))
    outputs.check_space(needs)
    if save is not None:
        file_host(save).rehearse(selection, save)


def _tell(takes: Sequence[StoredTake], placements: Sequence[usecases.Placement], compared: bool) -> None:
    for stored in takes:
        take = stored.take
        error = "" if take.cue_error_ms is None else f", cues met within {take.cue_error_ms:.0f} ms"
        answer.say(f"{stored.path}  seed {take.seed}, {take.samples} samples at {take.sample_rate} Hz{error}")
    for placed in placements:
        answer.say(f"{placed.saved}  track {placed.track}, {placed.frames} frames at {placed.timecode}")
    if compared:
        answer.say()
        answer.table(takes)
