# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of STA-V2A's picture side: CAVP, local features, onset predictor, attentive pooling."""

from __future__ import annotations

import re

from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.engines.checkpoints.published_cavp import video_encoder_config
from foleycue_backend.engines.checkpoints.state_dict import filled
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.sta_v2a import shapes
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.checkpoint_parts import PREFIXES
from foleycue_backend.engines.sta_v2a.local_features import HALF_WIDTHS, LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor, token_of_frame
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.golden import Golden, unreadable
from foleycue_backend.parity.kind import Kind, published_state, value_count

CAVP, LOCAL, ONSET, POOLING = (
    PREFIXES[name] for name in ("video_encoder", "local_features", "onset_predictor", "attentive_pooling")
)


def _is_cavp(golden: Golden) -> bool:
    return golden.has("in.video") and any(name.startswith("out.features") for name in golden.results())


def _base_channels(golden: Golden) -> int:
    """For weights that are not stored: from the shapes of the layers' results, or from the component's words."""
    layers = dict(golden.facts.get("layer_output_shapes", []))
    if "conv1" in layers:
        return int(layers["conv1"][1])
    said = re.search(r"base_channels\D{0,3}(\d+)", golden.component)
    if said is None:
        raise unreadable("neither weights nor JSON tell the encoder's base channels")
    return int(said[1])


def cavp(golden: Golden) -> Outcome:
    """Features with and without the L2 norm."""
    width = next(value for name, value in golden.results().items() if name.startswith("out.features")).shape[-1]
    state = published_state(golden, CAVP, lambda: CavpVideoEncoder(_base_channels(golden), features=width))
    config = video_encoder_config(state)
    encoder = filled(lambda: CavpVideoEncoder(**config), state, "video encoder")
    video = golden.tensor("in.video")
    results = {"out.features": encoder(video, normalize=False), "out.features_normalized": encoder(video)}
    return Outcome(results, value_count(encoder))


def _is_local(golden: Golden) -> bool:
    return any(re.match(r"out(_\w+)?\.(temporal|concat\d+)$", name) for name in golden.results())


def _runs(golden: Golden, name: str) -> dict[str, Tensor]:
    """Inputs by the suffix of their run: `in.NAME`, `in.NAME_SUFFIX` or `in_SUFFIX.NAME`."""
    found: dict[str, Tensor] = {}
    for key, value in golden.tensors.items():
        match = re.fullmatch(rf"in(_\w+)?\.{name}(_\w+)?", key)
        if match:
            found[match[1] or match[2] or ""] = value
    return found


def local_features(golden: Golden) -> Outcome:
    """The row tokens, their four window means, and all five side by side."""
    state = published_state(golden, LOCAL, LocalFeatures)
    # A golden of the local features alone shows their windows; no onset predictor says that they are used.
    windows = len(HALF_WIDTHS) + 1
    config = shapes.local_features_config(state, state["fc4.weight"].shape[0] * windows)
    module = filled(lambda: LocalFeatures(**config), state, "local features")
    results: dict[str, Tensor] = {}
    for run, video in _runs(golden, "video").items():
        tokens = module(video)
        names = ["temporal", *(f"w{number}" for number in range(1, windows))]
        results |= {f"out{run}.{name}": part for name, part in zip(names, tokens.chunk(windows, -1), strict=True)}
        results[f"out{run}.concat{tokens.shape[-1]}"] = tokens
    return Outcome(results, value_count(module))


def _is_onset(golden: Golden) -> bool:
    return golden.has("in.tokens", "out.logits")


def onset_predictor(golden: Golden) -> Outcome:
    """Hidden states, logits, cross entropy a frame and on average, and which token each frame takes."""
    tokens, wanted = golden.tensor("in.tokens"), golden.tensor("out.logits")
    hidden = golden.tensors["out.x1"].shape[-1] if golden.has("out.x1") else 128
    state = published_state(golden, ONSET, lambda: OnsetPredictor(tokens.shape[-1], hidden))
    config = shapes.onset_predictor_config(state)
    module = filled(lambda: OnsetPredictor(**config), state, "onset predictor")
    prediction = module(tokens, wanted.shape[1])
    results = {
        "out.logits": prediction.logits,
        "out.x1": prediction.hidden,
        "out.frame_index_map": token_of_frame(tokens.shape[1], wanted.shape[1]),
    }
    if golden.has("in.onset_labels"):
        labels = golden.tensor("in.onset_labels").long().flatten()
        rows = F.cross_entropy(prediction.logits.flatten(0, 1), labels, reduction="none")
        results |= {"out.ce_per_frame": rows, "out.ce_mean": rows.mean()[None]}
    return Outcome(results, value_count(module))


def _is_pooling(golden: Golden) -> bool:
    return bool(_runs(golden, "video")) and any(re.match(r"out(_\w+)?\.tokens$", name) for name in golden.results())


def attentive_pooling(golden: Golden) -> Outcome:
    """Tokens and potentials, without dropout and, where the file records one, with its mask of kept units."""
    video = next(iter(_runs(golden, "video").values()))
    tokens = next(value for name, value in golden.results().items() if name.endswith(".tokens"))
    sizes = (video.shape[-1], tokens.shape[-1], tokens.shape[-2])
    state = published_state(golden, POOLING, lambda: AttentivePooling(*sizes))
    config = shapes.attentive_pooling_config(state)
    module = filled(lambda: AttentivePooling(**config), state, "attentive pooling")
    runs: dict[str, tuple[Tensor, Tensor | None]] = {
        run: (value, None) for run, value in _runs(golden, "video").items()
    }
    runs |= {run: (runs.get(run, (video, None))[0], mask) for run, mask in _runs(golden, "keep_mask").items()}
    results: dict[str, Tensor] = {}
    for run, (features, mask) in runs.items():
        unary, pairwise, reduced = module.potentials(features, mask)
        results |= {
            f"out{run}.tokens": module(features, mask),
            f"mid{run}.unary": unary,
            f"mid{run}.self": pairwise,
            f"mid{run}.reduced": reduced.unsqueeze(1),
            f"mid{run}.attended": module.attend(features, mask),
        }
    return Outcome(results, value_count(module))


KINDS = (
    Kind("CAVP video encoder", _is_cavp, cavp),
    Kind("local features", _is_local, local_features),
    Kind("onset predictor", _is_onset, onset_predictor),
    Kind("attentive pooling", _is_pooling, attentive_pooling),
)
