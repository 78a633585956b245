# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user can do with a timeline, without a widget: shared by the command line and the panel."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from foleycue_plugin.hosts.registry import file_host
from foleycue_plugin.insertion import DEFAULT_TRACK, Stem, insert, insert_beside, insert_stems
from foleycue_plugin.media import check_pieces
from foleycue_plugin.outputs import Delivery
from foleycue_plugin.project import Placement, PlannedPlacement, Project
from foleycue_plugin.selection import Selection, mark, select_frames
from foleycue_plugin.takes import Plan, StoredTake, TakeStore
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.job_ids import new_job_id
from foleycue_shared.messages import (
    DEFAULT_SETTING,
    MAX_PROMPT,
    MAX_TAKES,
    Analyse,
    CueRequest,
    Generate,
    Guidance,
    Locate,
    PicturePoint,
    ShotPrompt,
)

__all__ = [
    "DEFAULT_TRACK",
    "AnalysisPlan",
    "Placement",
    "Plan",
    "PlannedPlacement",
    "Project",
    "Selection",
    "Stem",
    "StoredTake",
    "TakeStore",
    "deliver",
    "insert",
    "insert_beside",
    "insert_stems",
    "mark",
    "open_source",
    "plan_analysis",
    "plan_generation",
    "plan_search",
    "renew",
    "select_frames",
]

MAX_SEED = 2**53 - 1


class AnalysisPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A request for cues, or for where an object is, with the document that travels beside it."""

    request: Analyse | Locate
    document: bytes


def open_source(path: Path | str) -> Project:
    """Open a timeline, or a media file as a timeline of one clip. Errors as Host.open."""
    source = Path(path)
    return file_host(source).open(source)


def plan_analysis(selection: Selection, *, engine: str = "mini", cues: CueRequest | None = None) -> AnalysisPlan:
    """What to send to learn a range's cues. Raises MEDIA_OFFLINE, MEDIA_UNREADABLE, NO_PICTURE or NO_GUIDE."""
    cues = cues or CueRequest()
    _check_media(selection, cues)
    request = Analyse(job_id=new_job_id(), scope=selection.scope, engine=engine, cues=cues)
    return AnalysisPlan(request=request, document=selection.document)


def plan_search(selection: Selection, *, words: str = "", point: PicturePoint | None = None) -> AnalysisPlan:
    """What to send to learn where an object is, by its name or a place on it. Raises as plan_analysis."""
    _check_text("name of the object", words)
    _check_media(selection, CueRequest())
    request = Locate(job_id=new_job_id(), scope=selection.scope, words=words, point=point)
    return AnalysisPlan(request=request, document=selection.document)


def plan_generation(
    selection: Selection,
    *,
    seeds: Sequence[int],
    engine: str = "mini",
    prompt: str = "",
    negative: str = "",
    cue_sheet: Sequence[Cue] | None = None,
    cues: CueRequest | None = None,
    guidance: Guidance | None = None,
    steps: int | None = None,
    setting: str = DEFAULT_SETTING,
    shot_prompts: Sequence[ShotPrompt] = (),
    stem: str = "",
    stereo: bool = False,
    track: str = DEFAULT_TRACK,
    job_id: str = "",
) -> Plan:
    """Fix a generation and its placement; job_id is one of new_job_ids for one of several that are asked for together.

    Raises LIMIT or BAD_INPUT, and what plan_analysis raises.
    """
    cues = cues or CueRequest()
    for name, text in (("prompt", prompt), ("negative prompt", negative)):
        _check_text(name, text)
    for shot in shot_prompts:
        _check_text("prompt of a shot", shot.prompt)
    _check_text("track name", track)
    _check_text("name of the object", stem)
    _check_seeds(seeds)
    # With cues given by hand nobody listens to the guide track.
    _check_media(selection, cues if cue_sheet is None else CueRequest())
    request = Generate(
        job_id=job_id or new_job_id(),
        scope=selection.scope,
        engine=engine,
        prompt=prompt,
        negative=negative,
        seeds=tuple(seeds),
        cue_sheet=None if cue_sheet is None else tuple(cue_sheet),
        cues=cues,
        guidance=guidance or Guidance(),
        steps=steps,
        setting=setting,
        shot_prompts=tuple(shot_prompts),
        stem=stem,
        stereo=stereo,
    )
    placement = PlannedPlacement(
        track=track,
        start_frame=selection.range.start,
        frames=selection.range.frames,
        timecode=selection.timecode,
    )
    return Plan(
        request=request,
        document=selection.document,
        placement=placement,
        source=str(selection.project.source),
        fingerprint=selection.fingerprint,
    )


def renew(plan: Plan) -> Plan:
    """The same generation as a job of its own, for another session to send."""
    return msgspec.structs.replace(plan, request=msgspec.structs.replace(plan.request, job_id=new_job_id()))


def deliver(
    selection: Selection, stems: Sequence[Stem], audio: Sequence[Path], save: Path | None, force: bool
) -> tuple[list[StoredTake], list[Placement]]:
    """Copy takes to where they were asked for and save the timeline; when anything fails, nothing was written.

    audio are the paths of all takes, one stem's after the other's. Returns the takes in that order, and their places
    on the saved timeline.
    """
    targets = iter(audio)
    with Delivery(force) as delivery:
        delivered = [[_delivered(take, next(targets, None), delivery) for take in stem.takes] for stem in stems]
        placements: list[Placement] = []
        if save is not None:
            placed = [Stem(stem.track, takes) for stem, takes in zip(stems, delivered, strict=True)]
            placements = insert_stems(selection, placed, save, force=force)
    return [take for takes in delivered for take in takes], placements


def _delivered(take: StoredTake, target: Path | None, delivery: Delivery) -> StoredTake:
    if target is None:
        return take
    delivery.copy(take.path, target)
    return msgspec.structs.replace(take, path=target)


def _check_media(selection: Selection, cues: CueRequest) -> None:
    check_pieces(selection.picture_pieces, picture=True)
    if cues.source == CueSource.GUIDE:
        if not selection.sound_pieces:
            raise FoleyCueError(
                ErrorCode.NO_GUIDE, "The range has no sound to take cues from: take them from the picture instead."
            )
        check_pieces(selection.sound_pieces, picture=False)


def _check_text(name: str, text: str) -> None:
    if len(text) > MAX_PROMPT:
        raise FoleyCueError(
            ErrorCode.LIMIT, f"The {name} has {len(text)} characters; {MAX_PROMPT} are the most: shorten it."
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"The {name} is not valid text: write it as UTF-8.") from error
    if any(ord(character) < 32 and character not in "\t\n\r" for character in text):
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"The {name} holds control characters: remove them.")


def _check_seeds(seeds: Sequence[int]) -> None:
    if not 1 <= len(seeds) <= MAX_TAKES:
        raise FoleyCueError(ErrorCode.LIMIT, f"{len(seeds)} takes were asked for; 1 to {MAX_TAKES} are possible.")
    if any(not 0 <= seed <= MAX_SEED for seed in seeds):
        raise FoleyCueError(ErrorCode.LIMIT, f"A seed must lie between 0 and {MAX_SEED}.")
