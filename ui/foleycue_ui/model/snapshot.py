# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be there again after the panel was closed, or killed: range, cues, objects and words."""

import msgspec

from foleycue_shared.cues import Cue
from foleycue_shared.messages import DEFAULT_SETTING, Guidance
from foleycue_ui.model.request import Wish
from foleycue_ui.model.seen_object import SeenObject
from foleycue_ui.model.state import PanelState


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of the panel.

    source is the timeline's file, start … end - 1 the marked frames; editor names the running editor it was read from.
    cues are the user's own (None: the picture's) of the selected object, or of the whole picture while none is;
    whole_cues are what was put away of it. shot_prompts are keyed by timeline frame.
    """

    source: str = ""
    editor: str = ""
    start: int = 0
    end: int = 0
    cues: tuple[Cue, ...] | None = None
    whole_cues: tuple[Cue, ...] | None = None
    objects: tuple[SeenObject, ...] = ()
    selected: int | None = None
    wish: Wish = Wish()
    takes: int = 3
    seed: int | None = None
    engine: str = "mini"
    also: tuple[str, ...] = ()
    stems: bool = True
    stereo: bool = False
    setting: str = DEFAULT_SETTING
    guidance: Guidance = Guidance()
    shot_prompts: dict[int, str] = {}
    chosen: str = ""


def take_snapshot(state: PanelState, editor: str) -> Snapshot:
    """The state as it is now; editor is where its timeline came from, empty for a file."""
    marked, request = state.range, state.request
    return Snapshot(
        source="" if marked.path is None else str(marked.path),
        editor=editor,
        start=marked.start,
        end=marked.end,
        cues=state.cues.cues if state.cues.edited else None,
        whole_cues=state.regions.whole_cues,
        objects=state.regions.objects,
        selected=None if state.regions.selected is None else state.regions.selected.number,
        wish=request.wish,
        takes=request.takes,
        seed=request.seed,
        engine=request.engine,
        also=request.also,
        stems=request.stems,
        stereo=request.stereo,
        setting=request.setting,
        guidance=request.guidance,
        shot_prompts=dict(request.shot_prompts),
        chosen=state.takes.chosen_id,
    )


def restore_request(snapshot: Snapshot, state: PanelState) -> None:
    """Bring back words, engine, strengths, takes and seed."""
    request = state.request
    request.set(takes=snapshot.takes, engine=snapshot.engine)
    request.use(snapshot.wish)
    request.set_seed(snapshot.seed)
    request.set_also(snapshot.also)
    request.set_kind(stems=snapshot.stems, stereo=snapshot.stereo)
    request.set_setting(snapshot.setting)
    request.set_guidance(snapshot.guidance)
