# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may ask for in an editor, checked: scripts say it, and a recipe may come with somebody else's project."""

from typing import Annotated

import msgspec
from msgspec import Meta

from foleycue_plugin.bridge.line import Message
from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Text

_Sample = Annotated[int, Meta(ge=0, le=2**40)]
_Strength = Annotated[float, Meta(ge=0, le=1)]


class OpenAsk(msgspec.Struct, frozen=True):
    """Show this editor's timeline."""


class GenerateAsk(msgspec.Struct, frozen=True):
    """Make takes for the range that is marked there."""

    prompt: Text = ""
    negative: Text = ""


class Recipe(msgspec.Struct, frozen=True):
    """What a take was made from, as a clip carries it; cues are samples at 48 kHz, strength, and source."""

    prompt: Text = ""
    negative: Text = ""
    engine: Annotated[str, Meta(max_length=64)] = "mini"
    cues: Annotated[tuple[tuple[_Sample, _Strength, CueSource], ...], Meta(max_length=MAX_CUES)] = ()

    @property
    def cue_sheet(self) -> tuple[Cue, ...]:
        """The cues in order."""
        return tuple(sorted(Cue(sample, strength, source) for sample, strength, source in self.cues))


class RegenerateAsk(msgspec.Struct, frozen=True):
    """Make a placed take again; start counts from the timeline's first frame."""

    start: Annotated[int, Meta(ge=0, le=10_000_000)]
    frames: Annotated[int, Meta(ge=1, le=10_000_000)]
    recipe: Recipe


Ask = OpenAsk | GenerateAsk | RegenerateAsk
_KINDS: dict[str, type[Ask]] = {"open": OpenAsk, "generate": GenerateAsk, "regenerate": RegenerateAsk}


def parse_ask(name: str, arguments: Message) -> Ask:
    """What was asked. Raises PROTOCOL with a sentence when it makes no sense."""
    try:
        return msgspec.convert(arguments, _KINDS[name])
    except (KeyError, msgspec.ValidationError) as error:
        raise FoleyCueError(
            ErrorCode.PROTOCOL,
            "The editor asked for something that this panel does not know: install its part again with foleycue "
            "install-host.",
            f"{name}: {error}",
        ) from error
