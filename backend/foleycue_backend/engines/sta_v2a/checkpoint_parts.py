# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks inside the published STA-V2A files: where each has its weights, and how wide it is built."""

from __future__ import annotations

from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from foleycue_backend.engines.checkpoints import published_files
from foleycue_backend.engines.checkpoints.conversion import Component, reading
from foleycue_backend.engines.checkpoints.key_report import CheckpointReport
from foleycue_backend.engines.checkpoints.published_cavp import video_encoder_of
from foleycue_backend.engines.checkpoints.published_files import PublishedFiles
from foleycue_backend.engines.checkpoints.published_parts import codec_of, text_encoder_of, unet_of
from foleycue_backend.engines.checkpoints.state_dict import strip_prefix
from foleycue_backend.engines.sta_v2a import shapes
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_shared.errors import ErrorCode, FoleyCueError

#: Prefixes of the authors' state dict.
PREFIXES = {
    "unet": "unet.",
    "controlnet": "controlnet.",
    "text_encoder": "text_encoder.",
    "video_encoder": "extract_cavp.stage1_model.",
    "local_features": "trans_cvap_feature.",
    "onset_predictor": "pre_onset.",
    "attentive_pooling": "global_video_feature.",
}


def components_of(files: PublishedFiles, report: CheckpointReport) -> list[Component]:
    """Every network of a published folder, frozen ones from wherever they are; notes go to the report.

    Raises BAD_INPUT naming the part that is nowhere, or the key without which a width is not known.
    """
    main = files.needed(published_files.STA_V2A)
    parts = {name: strip_prefix(main.tensors, prefix) for name, prefix in PREFIXES.items()}
    report.unknown = [key for key in main.tensors if not key.startswith(tuple(PREFIXES.values()))]
    absent = [PREFIXES[name] for name in ("controlnet", "local_features", "onset_predictor") if not parts[name]]
    if absent:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{main.path.name} is not the whole STA-V2A model: no key of it begins with {' or '.join(absent)}.",
        )
    unet = unet_of(files, parts["unet"], main.path.name)
    with reading("onset_predictor"):
        onset = shapes.onset_predictor_config(parts["onset_predictor"])
    with reading("local_features"):
        local = shapes.local_features_config(parts["local_features"], onset["input_size"])
    with reading("controlnet"):
        channels = shapes.condition_channels(parts["controlnet"])
    components = [
        unet,
        Component(
            "controlnet",
            main.path.name,
            lambda: CueControlNet.from_unet(_unet_of(unet), channels),
            parts["controlnet"],
        ),
        Component("local_features", main.path.name, lambda: LocalFeatures(**local), parts["local_features"]),
        Component("onset_predictor", main.path.name, lambda: OnsetPredictor(**onset), parts["onset_predictor"]),
        text_encoder_of(files, parts["text_encoder"], main.path.name),
        video_encoder_of(files, parts["video_encoder"], main.path.name, report),
        *codec_of(files),
    ]
    if parts["attentive_pooling"]:
        with reading("attentive_pooling"):
            pooling = shapes.attentive_pooling_config(parts["attentive_pooling"])
        components.append(
            Component(
                "attentive_pooling",
                main.path.name,
                lambda: AttentivePooling(**pooling),
                parts["attentive_pooling"],
            )
        )
    else:
        report.notes.append("The checkpoint has no global picture tokens: the text alone says what is heard.")
    return components


def _unet_of(component: Component) -> UNet2DConditionModel:
    unet = component.build()
    assert isinstance(unet, UNet2DConditionModel)
    return unet
