# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of STA-V2A's picture side: CAVP, local features, onset predictor, attentive pooling."""

from __future__ import annotations

import re

import torch
from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor, token_of_frame
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.golden import Golden, unreadable
from foleycue_backend.parity.kind import Kind, module_weights, speaks_of

CAVP, LOCAL, ONSET, POOLING = (
    "extract_cavp.stage1_model.",
    "trans_cvap_feature.",
    "pre_onset.",
    "global_video_feature.",
)


def _shape(golden: Golden, prefix: str, key: str) -> torch.Size | None:
    """Shape of a stored weight, with or without the checkpoint's prefix; None if weights are not stored."""
    weights = golden.stored(prefix) or golden.stored()
    return weights[key].shape if key in weights else None


def _is_cavp(golden: Golden) -> bool:
    return golden.has("in.video") and any(name.startswith("out.features") for name in golden.results())


def _base_channels(golden: Golden) -> int:
    stored = _shape(golden, CAVP, "video_encoder.conv1.conv.weight")
    if stored:
        return stored[0]
    layers = dict(golden.facts.get("layer_output_shapes", []))
    if "conv1" in layers:
        return int(layers["conv1"][1])
    said = re.search(r"base_channels\D{0,3}(\d+)", golden.component)
    if said is None:
        raise unreadable("neither weights nor JSON tell the encoder's base channels")
    return int(said[1])


def _stage_blocks(golden: Golden) -> tuple[int, ...]:
    """Blocks of each stage by the stored keys; those of ResNet-50 when none are stored."""
    found = [re.match(r"(?:.*\.)?video_encoder\.layer(\d)\.(\d+)\.", key) for key in golden.stored()]
    pairs = {(int(m[1]), int(m[2])) for m in found if m}
    counts = [1 + max(block for stage, block in pairs if stage == s) for s in sorted({s for s, _ in pairs})]
    return tuple(counts) or (3, 4, 6, 3)


def cavp(golden: Golden) -> Outcome:
    """Features with and without the L2 norm."""
    features = next(value for name, value in golden.results().items() if name.startswith("out.features")).shape[-1]
    encoder = CavpVideoEncoder(_base_channels(golden), _stage_blocks(golden), features)
    count = module_weights(golden, encoder, CAVP)
    video = golden.tensor("in.video")
    plain = encoder(video, normalize=False)
    return Outcome({"out.features": plain, "out.features_normalized": encoder(video)}, count)


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
    first, last = (_shape(golden, LOCAL, f"fc{i}.weight") for i in (1, 4))
    middle = [_shape(golden, LOCAL, f"fc{i}.weight") for i in (2, 3)]
    if first and last and all(middle):
        sizes = [shape[0] for shape in (first, *middle, last) if shape]
        module = LocalFeatures(first[1], sizes)
    else:
        module = LocalFeatures()
    count = module_weights(golden, module, LOCAL)
    results: dict[str, Tensor] = {}
    for run, video in _runs(golden, "video").items():
        tokens = module(video)
        names = ("temporal", "w1", "w2", "w3", "w4")
        results |= {f"out{run}.{name}": part for name, part in zip(names, tokens.chunk(5, -1), strict=True)}
        results[f"out{run}.concat{tokens.shape[-1]}"] = tokens
    return Outcome(results, count)


def _is_onset(golden: Golden) -> bool:
    return golden.has("in.tokens", "out.logits")


def onset_predictor(golden: Golden) -> Outcome:
    """Hidden states, logits, cross entropy a frame and on average, and which token each frame takes."""
    tokens, wanted = golden.tensor("in.tokens"), golden.tensor("out.logits")
    first = _shape(golden, ONSET, "l1.weight")
    hidden = (
        first[0] if first else next((golden.tensors[n].shape[-1] for n in ("out.x1", "mid.x1") if golden.has(n)), 128)
    )
    module = OnsetPredictor(tokens.shape[-1], hidden)
    count = module_weights(golden, module, ONSET)
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
    return Outcome(results, count)


def _is_pooling(golden: Golden) -> bool:
    return bool(_runs(golden, "video")) and any(re.match(r"out(_\w+)?\.tokens$", name) for name in golden.results())


def attentive_pooling(golden: Golden) -> Outcome:
    """Tokens and potentials, without dropout and, where the file records one, with its mask of kept units."""
    video = next(iter(_runs(golden, "video").values()))
    tokens = next(value for name, value in golden.results().items() if name.endswith(".tokens"))
    module = AttentivePooling(video.shape[-1], tokens.shape[-1], tokens.shape[-2])
    count = module_weights(golden, module, POOLING)
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
    return Outcome(results, count)


def _not_of_another_system(golden: Golden) -> bool:
    return not speaks_of(golden, "spec_encoder") and not speaks_of(golden, "classifier")


KINDS = (
    Kind("CAVP video encoder", lambda golden: _is_cavp(golden) and _not_of_another_system(golden), cavp),
    Kind("local features", _is_local, local_features),
    Kind("onset predictor", _is_onset, onset_predictor),
    Kind("attentive pooling", _is_pooling, attentive_pooling),
)
