# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Diff-Foley is published, and what it may be used for."""

from foleycue_backend.models.entries import Model, Part, Source

_REPOSITORY = "SimianLuo/Diff-Foley"

MODEL = Model(
    name="diff-foley",
    title="Diff-Foley: sound from the picture alone (Luo et al., NeurIPS 2023)",
    engines=("diff-foley",),
    code_licence="GPL-3.0-or-later (our own; the authors' is Apache-2.0)",
    weights_licence="MIT by its authors; trained on from Stable Diffusion 1.4, which has a licence of its own",
    commercial=True,
    use=(
        "Commercial work too, as its authors say. The networks began as Stable Diffusion 1.4, understood to be "
        "under CreativeML OpenRAIL-M: keep to its list of forbidden uses as well."
    ),
    memory_bytes=4_600_000_000,
    parts=(
        Part("model", "MIT (its authors; see above)", (Source(_REPOSITORY, (("*ldm_epoch240.ckpt",),)),)),
        Part("picture encoder", "MIT (its authors)", (Source(_REPOSITORY, (("*cavp_epoch66.ckpt",),)),)),
        Part(
            "alignment classifier",
            "MIT (its authors)",
            (Source(_REPOSITORY, (("*double_guidance_classifier.ckpt",),)),),
            required=False,
        ),
    ),
    converter="foleycue_backend.engines.diff_foley.converter:convert",
)
