# SPDX-License-Identifier: GPL-3.0-or-later
"""Where VTA-LDM is published, and what it may be used for."""

from foleycue_backend.models.entries import CODEC_LICENCE, TANGO_CODEC, Model, Part, Source, configuration

_VTA_LDM = "ariesssxu/vta-ldm-clip4clip-v-large"

MODEL = Model(
    name="vta-ldm",
    title="VTA-LDM: sound from what the pictures show (Xu et al., 2024)",
    engines=("vta-ldm",),
    code_licence="GPL-3.0-or-later (our own; the authors' is Apache-2.0)",
    weights_licence="CC BY 4.0, with a sound codec that is CC BY-NC-SA 4.0",
    commercial=False,
    use="Non-commercial work only: its sound codec is AudioLDM's.",
    memory_bytes=2_200_000_000,
    parts=(
        Part("model", "CC BY 4.0", (Source(_VTA_LDM, (("*pytorch_model_2.bin", "*pytorch_model_2.safetensors"),)),)),
        configuration("unet", _VTA_LDM, "*unet/config.json"),
        configuration("picture encoder", _VTA_LDM, "*clip*/config.json"),
        Part("summary", "as the model", (Source(_VTA_LDM, (("*summary.jsonl",),)),), required=False),
        Part("sound codec", CODEC_LICENCE, (TANGO_CODEC, Source(_VTA_LDM, (("*audioldm-s-full.ckpt",),)))),
    ),
    converter="foleycue_backend.engines.vta_ldm.converter:convert",
)
