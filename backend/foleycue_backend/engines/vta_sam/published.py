# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of VTA-SAM is published: its added parts can only be trained, on top of VTA-LDM's.

What an object is called is embedded by the text tower of VTA-LDM's CLIP, which is published with CLIP itself.
"""

from foleycue_backend.models.entries import Model, Part, Source

MODEL = Model(
    name="vta-sam",
    title="VTA-SAM's added parts as you trained them, on top of VTA-LDM",
    engines=("vta-sam",),
    code_licence="GPL-3.0-or-later",
    weights_licence="your own, of use with VTA-LDM's only",
    commercial=False,
    use="As VTA-LDM: non-commercial work only.",
    memory_bytes=100_000_000,
)

TEXT_TOWER = Model(
    name="clip-text",
    title="CLIP ViT-L/14's text tower: what the name of an object means (Radford et al., 2021)",
    engines=("vta-sam",),
    code_licence="Apache-2.0 (transformers)",
    weights_licence="MIT (OpenAI)",
    commercial=True,
    use="Commercial work too.",
    memory_bytes=500_000_000,
    parts=(
        Part(
            "text tower",
            "MIT",
            (
                Source(
                    "openai/clip-vit-large-patch14",
                    (
                        ("config.json",),
                        ("model.safetensors", "pytorch_model.bin"),
                        ("tokenizer.json",),
                        ("tokenizer_config.json",),
                    ),
                ),
            ),
        ),
    ),
    converter="foleycue_backend.engines.vta_sam.converter:convert",
)

NO_TEXT_TOWER = f"CLIP's text tower is not installed: get it with `foleycue models pull {TEXT_TOWER.name}`."
