# SPDX-License-Identifier: GPL-3.0-or-later
"""From the command line's words to what is sent: one generation for each engine and object, from the same seeds."""

import argparse
import secrets
from collections.abc import Iterator, Sequence

from foleycue_plugin import usecases
from foleycue_plugin.cli import cues
from foleycue_plugin.cli.arguments import SCALES, Region
from foleycue_plugin.cue_files import read_cues
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import Plan, StoredTake
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.job_ids import new_job_ids
from foleycue_shared.messages import DEFAULT_SETTING, CueRequest, Guidance

FAITHFUL = "faithful"
DEFAULT_ENGINE = "mini"
_HIGHEST_RANDOM_SEED = 2**32


def engines(options: argparse.Namespace) -> list[str]:
    """The engines that were asked for, each once."""
    return list(dict.fromkeys(options.engine or [DEFAULT_ENGINE]))


def objects(options: argparse.Namespace) -> dict[str, list[Region]]:
    """The objects that were pointed at, each with its places."""
    found: dict[str, list[Region]] = {}
    for name, region in options.object:
        found.setdefault(name, []).append(region)
    return found


def check_objects(options: argparse.Namespace) -> None:
    """Raise BAD_INPUT for what cannot go with --object."""
    for given, name in ((options.region, "--region"), (options.cues, "--cues")):
        if options.object and given:
            raise FoleyCueError(
                ErrorCode.BAD_INPUT, f"Each object has cues of its own: leave out either --object or {name}."
            )


def plans(selection: Selection, options: argparse.Namespace) -> list[Plan]:
    """What to send, in order: engine by engine, and object by object with each. Raises what plan_generation raises."""
    seed = secrets.randbelow(_HIGHEST_RANDOM_SEED) if options.seed is None else options.seed
    sheet = None if options.cues is None else read_cues(options.cues, selection)
    wanted = [(engine, stem) for engine in engines(options) for stem in _stems(options)]
    return [
        usecases.plan_generation(
            selection,
            seeds=[seed + number for number in range(options.takes)],
            engine=engine,
            prompt=options.prompt or name,
            negative=options.negative,
            cue_sheet=sheet,
            cues=request,
            guidance=Guidance(**{what: getattr(options, f"guide_{what}") for what in SCALES}),
            steps=options.steps,
            setting=FAITHFUL if options.faithful else DEFAULT_SETTING,
            stem=name,
            stereo=options.stereo,
            track=name or options.track,
            job_id=job_id,
        )
        for job_id, (engine, (name, request)) in zip(new_job_ids(len(wanted)), wanted, strict=True)
    ]


def by_track(plans: Sequence[Plan], takes: Sequence[Sequence[StoredTake]]) -> list[usecases.Stem]:
    """The takes by the track they are for: those of other engines are alternatives of the first one's."""
    found: dict[str, list[StoredTake]] = {}
    for plan, made in zip(plans, takes, strict=True):
        found.setdefault(plan.placement.track, []).extend(made)
    return [usecases.Stem(track, made) for track, made in found.items()]


def _stems(options: argparse.Namespace) -> Iterator[tuple[str, CueRequest]]:
    """Names and cues of what is to be heard by itself; without objects of everything together."""
    whole = cues.request(options)
    if not options.object:
        yield "", whole
    for name, regions in objects(options).items():
        yield name, CueRequest(source=whole.source, regions=cues.region_keys(regions))
