# SPDX-License-Identifier: GPL-3.0-or-later
"""All kinds of goldens, and the run of one: recognised, computed, compared."""

from __future__ import annotations

import torch

from foleycue_backend.parity import (
    cues,
    denoising,
    diff_foley,
    diff_foley_loops,
    diff_foley_sound,
    foleycrafter,
    foleycrafter_loops,
    foleycrafter_networks,
    foleycrafter_onsets,
    losses,
    network,
    noise_schedule,
    picture,
    sound,
    tango,
    vta_ldm,
)
from foleycue_backend.parity.compare import Verdict, judge
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind
from foleycue_shared.errors import FoleyCueError

#: The first kind that recognises a golden computes it.
KINDS: tuple[Kind, ...] = (
    *cues.KINDS,
    *picture.KINDS,
    *network.KINDS,
    *denoising.KINDS,
    *losses.KINDS,
    *sound.KINDS,
    *noise_schedule.KINDS,
    *diff_foley.KINDS,
    *diff_foley_loops.KINDS,
    *diff_foley_sound.KINDS,
    *tango.KINDS,
    *vta_ldm.KINDS,
    *foleycrafter.KINDS,
    *foleycrafter_onsets.KINDS,
    *foleycrafter_networks.KINDS,
    *foleycrafter_loops.KINDS,
)


def kind_of(golden: Golden) -> Kind | None:
    """The kind that recognises a golden, None if none does."""
    return next((kind for kind in KINDS if kind.recognises(golden)), None)


@torch.no_grad()
def check(golden: Golden) -> Verdict:
    """The verdict on one golden; whatever goes wrong becomes its reason."""
    try:
        kind = kind_of(golden)
        if kind is None:
            return Verdict(golden.name, reason=f"no component for {golden.component or 'this file'}")
        outcome = kind.run(golden)
        return judge(golden.name, outcome, {**golden.results(), **outcome.expected}, kind.strictness)
    except FoleyCueError as error:
        return Verdict(golden.name, reason=error.message)
    except Exception as error:  # the line says what happened, the other goldens are still to be run
        return Verdict(golden.name, reason=f"it could not be computed ({type(error).__name__}: {error})")
