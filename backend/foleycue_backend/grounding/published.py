# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the networks that find and follow objects are published, and what they may be used for.

No engine: Find beside the picture needs nothing else, and vta-sam looks with the same.
"""

from foleycue_backend.models.entries import Model, Part, Source

_TOKENIZER = (("tokenizer.json",), ("tokenizer_config.json",))
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")

#: Folders of the installed model.
DETECTOR, MASKS = "detector", "masks"

MODEL = Model(
    name="grounding",
    title="Grounding DINO and SAM 2: where an object is that was named or clicked (Liu et al., Ravi et al., 2024)",
    engines=(),
    purpose="finding objects in the picture by name or by a click; vta-sam looks with it too",
    code_licence="Apache-2.0 (transformers)",
    weights_licence="Apache-2.0 (IDEA Research, Meta)",
    commercial=True,
    use="Commercial work too.",
    memory_bytes=1_600_000_000,
    parts=(
        Part(
            "detector",
            "Apache-2.0",
            (
                Source(
                    "IDEA-Research/grounding-dino-tiny",
                    (("config.json",), _WEIGHTS, ("preprocessor_config.json",), *_TOKENIZER),
                ),
            ),
        ),
        Part("masks", "Apache-2.0", (Source("facebook/sam2.1-hiera-tiny", (("config.json",), _WEIGHTS)),)),
    ),
    converter="foleycue_backend.grounding.converter:convert",
)
