# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the engine with one set of installed weights: to read a prompt and to make sound of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from transformers import T5EncoderModel

from foleycue_backend.engines.base import Audio, Conditions, OnStep
from foleycue_backend.engines.parts.audioldm import CLASSES, AudioLdmSystem
from foleycue_backend.engines.parts.text import TextStates, encode_text
from foleycue_backend.engines.studio.components import Components
from foleycue_backend.engines.studio.grid import AUDIOLDM
from foleycue_backend.engines.studio.remembered import Remembered
from foleycue_backend.engines.studio.takes import make_takes
from foleycue_backend.engines.tango.checkpoint import MAX_TOKENS
from foleycue_backend.engines.tango.settings import SETTINGS, TEXT_SCALE


class TangoStudio:
    """One set of weights. The text encoder is read for each new prompt and given back after use."""

    def __init__(self, folder: Path) -> None:
        self._parts = Components(folder, {**CLASSES, "text_encoder": T5EncoderModel}, half=True)
        self._texts = Remembered[TextStates]()

    def takes_at_once(self) -> int:
        """How many takes one pass should hold on the device at hand."""
        return self._parts.takes_at_once()

    def make(self, takes: Sequence[Conditions], on_step: OnStep) -> Iterator[tuple[int, Audio]]:
        """(which take, block), take after take, each as long as its conditions say."""
        first = takes[0]
        setting = SETTINGS[first.setting].with_steps(first.steps)
        parts = self._parts.at(setting.half)

        def read() -> TextStates:
            on_step("text", 0, 1)
            prompt = (parts.index.get("prefix") or "") + first.prompt
            return parts.use(
                "text_encoder",
                lambda encoder: encode_text(encoder, parts.tokenizer(), [prompt], [first.negative], MAX_TOKENS),
            )

        text = self._texts.get((first.prompt, first.negative, setting.half), read)
        scale = TEXT_SCALE if first.guidance.text is None else first.guidance.text
        system = AudioLdmSystem(parts, setting, lambda span: text, scale)
        spans = AUDIOLDM.spans(first.samples, first.shots, setting.least_frames)
        return make_takes(system, spans, takes, setting, on_step)
