# SPDX-License-Identifier: GPL-3.0-or-later
"""Where FoleyCrafter is published, and what it may be used for."""

from foleycue_backend.models.entries import Model, Part, Source

_AUFFUSION = "auffusion/auffusion-full-no-adapter"
_FOLEYCRAFTER = "ymzhang319/FoleyCrafter"
_NON_COMMERCIAL = "CC BY-NC-SA 4.0 (Auffusion): non-commercial"
_APACHE = "Apache-2.0 by its page; made from Auffusion's CC BY-NC-SA 4.0 weights"


def _network(folder: str) -> Source:
    """A diffusers network of Auffusion."""
    weights = (f"{folder}/diffusion_pytorch_model.safetensors", f"{folder}/diffusion_pytorch_model.bin")
    return Source(_AUFFUSION, ((f"{folder}/config.json",), weights))


MODEL = Model(
    name="foleycrafter",
    title="FoleyCrafter: sound from picture, text and onsets (Zhang et al., 2024)",
    engines=("foleycrafter",),
    code_licence="GPL-3.0-or-later (our own; the authors' code is Apache-2.0)",
    weights_licence="CC BY-NC-SA 4.0: Auffusion, which FoleyCrafter stands on; its own weights are Apache-2.0",
    commercial=False,
    use="Non-commercial work only: the base model Auffusion allows no other.",
    memory_bytes=5_300_000_000,
    parts=(
        Part("base network", _NON_COMMERCIAL, (_network("unet"),)),
        Part("picture codec", _NON_COMMERCIAL, (_network("vae"),)),
        Part(
            "text encoder",
            _NON_COMMERCIAL,
            (
                Source(
                    _AUFFUSION,
                    (
                        ("text_encoder/config.json",),
                        ("text_encoder/model.safetensors", "text_encoder/pytorch_model.bin"),
                        ("tokenizer/vocab.json",),
                        ("tokenizer/merges.txt",),
                        ("tokenizer/tokenizer_config.json",),
                    ),
                ),
            ),
        ),
        Part(
            "noise schedule",
            _NON_COMMERCIAL,
            (Source(_AUFFUSION, (("scheduler/scheduler_config.json",),)),),
            required=False,
        ),
        Part("semantic adapter", _APACHE, (Source(_FOLEYCRAFTER, (("semantic/semantic_adapter.bin",),)),)),
        Part("temporal adapter", _APACHE, (Source(_FOLEYCRAFTER, (("temporal_adapter.ckpt",),)),)),
        Part("timestamp detector", _APACHE, (Source(_FOLEYCRAFTER, (("timestamp_detector.pth.tar",),)),)),
        Part("vocoder", _APACHE, (Source(_FOLEYCRAFTER, (("vocoder/config.json",), ("vocoder/vocoder.pt",))),)),
        Part(
            "picture encoder",
            "Apache-2.0 by its page (IP-Adapter); OpenCLIP ViT-H",
            (
                Source(
                    "h94/IP-Adapter",
                    (
                        ("models/image_encoder/config.json",),
                        ("models/image_encoder/model.safetensors", "models/image_encoder/pytorch_model.bin"),
                    ),
                ),
            ),
        ),
    ),
    converter="foleycue_backend.engines.foleycrafter.checkpoint:convert",
)
