# SPDX-License-Identifier: GPL-3.0-or-later
"""Where STA-V2A is published, and what it may be used for."""

from foleycue_backend.models.entries import CODEC_LICENCE, TANGO_CODEC, TEXT_ENCODER, Model, Part, Source, configuration

_STA_V2A = "y-ren16/STAV2A"

MODEL = Model(
    name="sta-v2a",
    title="STA-V2A: sound from picture, text and cues (Ren et al., ICASSP 2025)",
    engines=("sta-v2a",),
    code_licence="GPL-3.0-or-later (our own; the authors' README says Apache-2.0, without a licence file)",
    weights_licence="not settled: built on Tango and AudioLDM weights, which are CC BY-NC-SA 4.0",
    commercial=False,
    use="Non-commercial work only, until its authors say otherwise.",
    memory_bytes=3_400_000_000,
    parts=(
        Part(
            "model",
            "Apache-2.0 by its README; made from CC BY-NC-SA 4.0 weights",
            (
                Source(
                    _STA_V2A,
                    (("*pytorch_model_2.safetensors", "*model_2.safetensors", "*pytorch_model_2.[bp][it]*"),),
                ),
            ),
        ),
        Part("summary", "as the model", (Source(_STA_V2A, (("*summary.jsonl",),)),), required=False),
        configuration("unet", _STA_V2A, "*unet/config.json", "*unet_config.json", "*diffusion_model_config*.json"),
        Part(
            "picture encoder",
            "MIT (Diff-Foley)",
            (
                Source(_STA_V2A, (("*cavp_epoch66.ckpt",),)),
                Source("SimianLuo/Diff-Foley", (("*cavp_epoch66.ckpt",),)),
            ),
        ),
        Part(
            "sound codec",
            CODEC_LICENCE,
            (
                Source(_STA_V2A, (("*audioldm-s-full.ckpt",),)),
                TANGO_CODEC,
            ),
        ),
        TEXT_ENCODER,
    ),
    converter="foleycue_backend.engines.sta_v2a.checkpoint:convert",
)
