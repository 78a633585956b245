# SPDX-License-Identifier: GPL-3.0-or-later
"""The models that can be installed: what each is, what it may be used for, and where its parts are published."""

from foleycue_backend.engines.diff_foley import published as diff_foley
from foleycue_backend.engines.foleycrafter import published as foleycrafter
from foleycue_backend.engines.sta_v2a import published as sta_v2a
from foleycue_backend.engines.tango import published as tango
from foleycue_backend.engines.vta_ldm import published as vta_ldm
from foleycue_backend.engines.vta_sam import published as vta_sam
from foleycue_backend.grounding import published as grounding
from foleycue_backend.models.entries import Model
from foleycue_shared.errors import ErrorCode, FoleyCueError

_MINI = Model(
    name="mini",
    title="Mini with your own sounds, instead of the one that ships",
    engines=("mini",),
    code_licence="GPL-3.0-or-later",
    weights_licence="your own, made from the shipped ones, which are GPL-3.0-or-later",
    commercial=True,
    use="Commercial work too, as far as your own sounds allow it.",
    memory_bytes=700_000_000,
)

CATALOGUE: tuple[Model, ...] = (
    sta_v2a.MODEL,
    tango.MODEL,
    vta_ldm.MODEL,
    grounding.MODEL,
    vta_sam.TEXT_TOWER,
    vta_sam.MODEL,
    foleycrafter.MODEL,
    diff_foley.MODEL,
    _MINI,
)


def model(name: str) -> Model:
    """The entry of that name. Raises BAD_INPUT."""
    for entry in CATALOGUE:
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in CATALOGUE)
    raise FoleyCueError(ErrorCode.BAD_INPUT, f"There is no model {name!r}: choose one of {known}.")
