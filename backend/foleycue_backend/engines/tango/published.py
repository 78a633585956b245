# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Tango is published, and what it may be used for."""

from foleycue_backend.models.entries import CODEC_LICENCE, TANGO_CODEC, TOKENIZER, Model, Part, Source, configuration

_TANGO = "declare-lab/tango"

MODEL = Model(
    name="tango",
    title="Tango: sound from text alone (Ghosal et al., 2023)",
    engines=("tango",),
    code_licence="GPL-3.0-or-later (our own; the authors' repository is CC BY-NC-ND 4.0)",
    weights_licence="CC BY-NC-SA 4.0",
    commercial=False,
    use="Non-commercial work only.",
    memory_bytes=2_700_000_000,
    parts=(
        Part("model", "CC BY-NC-SA 4.0", (Source(_TANGO, (("pytorch_model_main.bin",),)),)),
        configuration("unet", _TANGO, "*unet/config.json"),
        Part("sound codec", CODEC_LICENCE, (TANGO_CODEC,)),
        TOKENIZER,
    ),
    converter="foleycue_backend.engines.tango.checkpoint:convert",
)
