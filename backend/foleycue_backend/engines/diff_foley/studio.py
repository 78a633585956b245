# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of Diff-Foley with one set of installed weights: to see, and to make sound of what was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from foleycue_backend.engines.base import Audio, Conditions, Features, OnStep, Pictures
from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier
from foleycue_backend.engines.diff_foley.feature_encoder import FeatureEncoder
from foleycue_backend.engines.diff_foley.guidance import Scales
from foleycue_backend.engines.diff_foley.plan import spans_of
from foleycue_backend.engines.diff_foley.session import Alignment, Networks, Session
from foleycue_backend.engines.diff_foley.settings import DEFAULT, SETTINGS, DiffFoleySetting
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.parts.sight import see_range
from foleycue_backend.engines.studio.components import Components
from foleycue_backend.engines.studio.takes import make_takes
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Guidance

_CLASSES: dict[str, Any] = {
    "unet": UNet2DConditionModel,
    "vae": AutoencoderKL,
    "feature_encoder": FeatureEncoder,
    "alignment_classifier": AlignmentClassifier,
    "alignment_encoder": FeatureEncoder,
    "video_encoder": CavpVideoEncoder,
}
#: All but the UNet: they are quick, and a hundredth of what the autoencoder gives is a decibel.
_EXACT = tuple(name for name in _CLASSES if name != "unet")


class DiffFoleyStudio:
    """One set of weights. Parts are read when they are needed; the picture encoder is given back after use."""

    def __init__(self, folder: Path) -> None:
        self._components = Components(folder, _CLASSES, DEFAULT.half, _EXACT)

    def see(self, pictures: Pictures, setting: DiffFoleySetting, on_step: OnStep) -> Features:
        """CAVP features (time, 512) of the range."""
        parts = self._components.at(setting.half)
        return {"cavp": see_range(parts, pictures, setting.reference_frames, on_step)}

    def takes_at_once(self) -> int:
        """How many takes one pass should hold on the device at hand."""
        return self._components.takes_at_once()

    def make(self, takes: Sequence[Conditions], on_step: OnStep) -> Iterator[tuple[int, Audio]]:
        """(which take, block), take after take, each as long as its conditions say."""
        first = takes[0]
        setting = SETTINGS[first.setting].with_steps(first.steps)
        networks = self._networks(setting)
        features = torch.from_numpy(np.asarray(first.features["cavp"], np.float32))
        session = Session(networks, setting, features, _scales(first.guidance, networks))
        return make_takes(session, spans_of(first.samples, first.shots, setting), takes, setting, on_step)

    def _networks(self, setting: DiffFoleySetting) -> Networks:
        parts = self._components.at(setting.half)
        classifier, encoder = parts.keep("alignment_classifier"), parts.keep("alignment_encoder")
        return Networks(
            parts.keep("unet"),
            parts.keep("vae"),
            parts.keep("feature_encoder"),
            None if classifier is None else Alignment(classifier, encoder),
        )


def _scales(wanted: Guidance, networks: Networks) -> Scales:
    """The published scales where nothing is wanted. Raises BAD_INPUT for a classifier that is not there."""
    usual = Scales()
    if networks.alignment is None and wanted.alignment:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            "This diff-foley was installed without its alignment classifier: leave the alignment guidance out, or "
            "install it again with double_guidance_classifier.ckpt.",
        )
    return Scales(
        usual.condition if wanted.picture is None else wanted.picture,
        usual.alignment if wanted.alignment is None else wanted.alignment,
    )
