# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of STA-V2A as plain formulas on published keys: what the product's modules are held against."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

Weights = dict[str, Tensor]


def below(weights: Weights, prefix: str) -> Weights:
    """The entries below a prefix, without it."""
    return {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}


def local_parts(w: Weights, video: Tensor) -> list[Tensor]:
    """Row tokens and the means over windows of 2, 4, 8 and 16 rows, one by one."""
    x = video
    for i in range(1, 5):
        x = x @ w[f"fc{i}.weight"].T + w[f"fc{i}.bias"]
        if i < 4:
            x = x * 0.5 * (1 + torch.erf(x / 2**0.5))
    parts = [x]
    for half in (1, 2, 4, 8):
        rows = [x[:, max(i - half, 0) : min(i + half, x.shape[1])].mean(1) for i in range(x.shape[1])]
        parts.append(torch.stack(rows, 1))
    return parts


def onsets(w: Weights, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Logits, hidden states and token indices of 256 frames: nearest by 6.25, the last row six times more."""
    index = F.interpolate(torch.arange(40.0)[None, None], scale_factor=6.25).flatten().long()
    index = torch.cat([index, index[-1:].expand(6)])
    hidden = F.silu(tokens[:, index] @ w["l1.weight"].T + w["l1.bias"])
    return hidden @ w["l2.weight"].T + w["l2.bias"], hidden, index


def pooled(w: Weights, video: Tensor, keep: Tensor | None) -> dict[str, Tensor]:
    """Tokens and potentials, with the whole matrix of cosines; names with a gap for the run."""

    def mixed(part: str, x: Tensor) -> Tensor:
        return torch.einsum("oi,bit->bot", w[f"{part}.weight"][..., 0], x) + w[f"{part}.bias"][:, None]

    rows = video @ w["fc.weight"].T + w["fc.bias"]
    x = rows.transpose(1, 2)
    hidden = mixed("fga.un_models.0.embed", x).clamp_min(0)
    hidden = hidden if keep is None else hidden * keep * 2
    unary = mixed("fga.un_models.0.feature_reduce", hidden)[:, 0]
    left, right = (F.normalize(mixed(f"fga.pp_models.0.embed_{side}", x), dim=1) for side in "XY")
    pairs = torch.einsum("bci,bcj->bij", left, right).mean(2)
    weight = w["fga.reduce_potentials.0.weight"].flatten()
    reduced = weight[0] * unary + weight[1] * pairs
    attended = (reduced.softmax(1)[..., None] * rows).sum(1)
    tokens = F.conv1d(attended[:, None], w["conv.weight"], w["conv.bias"], padding=1)
    return {
        "mid{}.unary": unary,
        "mid{}.self": pairs,
        "mid{}.reduced": reduced[:, None],
        "mid{}.attended": attended,
        "out{}.tokens": tokens,
    }


def cavp_features(w: Weights, video: Tensor, blocks: Sequence[int]) -> Tensor:
    """Features without the norm, all convolutions in three dimensions."""
    x = F.relu(_norm3d(w, "video_encoder.conv1", video.transpose(1, 2), (1, 2, 2), (0, 3, 3)))
    x = F.max_pool3d(x, (1, 3, 3), (1, 2, 2), (0, 1, 1))
    for stage, count in enumerate(blocks):
        for block in range(count):
            at = f"video_encoder.layer{stage + 1}.{block}"
            stride = (1, 2, 2) if stage and not block else (1, 1, 1)
            short = _norm3d(w, f"{at}.downsample", x, stride, (0, 0, 0)) if not block else x
            y = F.relu(_norm3d(w, f"{at}.conv1", x, (1, 1, 1), (int(stage > 1), 0, 0)))
            y = F.relu(_norm3d(w, f"{at}.conv2", y, stride, (0, 1, 1)))
            x = F.relu(_norm3d(w, f"{at}.conv3", y, (1, 1, 1), (0, 0, 0)) + short)
    x = x.mean((3, 4)).transpose(1, 2)
    return x @ w["video_project_head.weight"].T + w["video_project_head.bias"]


def _norm3d(w: Weights, at: str, x: Tensor, stride: tuple[int, ...], padding: tuple[int, ...]) -> Tensor:
    x = F.conv3d(x, w[f"{at}.conv.weight"], stride=stride, padding=padding)
    stats = (w[f"{at}.bn.{name}"] for name in ("running_mean", "running_var", "weight", "bias"))
    return F.batch_norm(x, *stats)


def _conv(w: Weights, at: str, x: Tensor, **options: int) -> Tensor:
    return F.conv2d(x, w[f"{at}.weight"], w[f"{at}.bias"], **options)


def _norm(w: Weights, at: str, x: Tensor) -> Tensor:
    return F.group_norm(x, 32, w[f"{at}.weight"], w[f"{at}.bias"], 1e-6)


def _block(w: Weights, at: str, x: Tensor) -> Tensor:
    y = _conv(w, f"{at}.conv1", F.silu(_norm(w, f"{at}.norm1", x)), padding=1)
    y = _conv(w, f"{at}.conv2", F.silu(_norm(w, f"{at}.norm2", y)), padding=1)
    return y + (_conv(w, f"{at}.nin_shortcut", x) if f"{at}.nin_shortcut.weight" in w else x)


def _middle(w: Weights, side: str, x: Tensor) -> Tensor:
    x = _block(w, f"{side}.mid.block_1", x)
    at = f"{side}.mid.attn_1"
    q, k, v = (_conv(w, f"{at}.{name}", _norm(w, f"{at}.norm", x)).flatten(2) for name in "qkv")
    weights = (q.transpose(1, 2) @ k / x.shape[1] ** 0.5).softmax(-1)
    x = x + _conv(w, f"{at}.proj_out", (v @ weights.transpose(1, 2)).view_as(x))
    return _block(w, f"{side}.mid.block_2", x)


def vae_moments(w: Weights, mel: Tensor, levels: int, blocks: int) -> Tensor:
    """Mean and log-variance of AudioLDM's encoder."""
    x = _conv(w, "encoder.conv_in", mel, padding=1)
    for level in range(levels):
        for block in range(blocks):
            x = _block(w, f"encoder.down.{level}.block.{block}", x)
        if level < levels - 1:
            x = _conv(w, f"encoder.down.{level}.downsample.conv", F.pad(x, (0, 1, 0, 1)), stride=2)
    x = _middle(w, "encoder", x)
    x = _conv(w, "encoder.conv_out", F.silu(_norm(w, "encoder.norm_out", x)), padding=1)
    return _conv(w, "quant_conv", x)


def vae_mel(w: Weights, z: Tensor, levels: int, blocks: int) -> Tensor:
    """Log-mel of AudioLDM's decoder from unscaled latents."""
    x = _conv(w, "decoder.conv_in", _conv(w, "post_quant_conv", z), padding=1)
    x = _middle(w, "decoder", x)
    for level in reversed(range(levels)):
        for block in range(blocks + 1):
            x = _block(w, f"decoder.up.{level}.block.{block}", x)
        if level:
            x = _conv(w, f"decoder.up.{level}.upsample.conv", F.interpolate(x, scale_factor=2.0), padding=1)
    return _conv(w, "decoder.conv_out", F.silu(_norm(w, "decoder.norm_out", x)), padding=1)


def vae_shapes(ch: int, mult: Sequence[int], blocks: int, z: int) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of AudioLDM's autoencoder."""
    shapes: dict[str, tuple[int, ...]] = {}

    def conv(at: str, inputs: int, outputs: int, kernel: int = 3) -> None:
        shapes.update({f"{at}.weight": (outputs, inputs, kernel, kernel), f"{at}.bias": (outputs,)})

    def norm(at: str, channels: int) -> None:
        shapes.update({f"{at}.weight": (channels,), f"{at}.bias": (channels,)})

    def block(at: str, inputs: int, outputs: int) -> None:
        norm(f"{at}.norm1", inputs)
        conv(f"{at}.conv1", inputs, outputs)
        norm(f"{at}.norm2", outputs)
        conv(f"{at}.conv2", outputs, outputs)
        if inputs != outputs:
            conv(f"{at}.nin_shortcut", inputs, outputs, 1)

    widths = [ch * m for m in mult]
    top = widths[-1]
    for side, first, last in (("encoder", 1, 2 * z), ("decoder", z, 1)):
        conv(f"{side}.conv_in", first, ch if side == "encoder" else top)
        for name in ("q", "k", "v", "proj_out"):
            conv(f"{side}.mid.attn_1.{name}", top, top, 1)
        norm(f"{side}.mid.attn_1.norm", top)
        block(f"{side}.mid.block_1", top, top)
        block(f"{side}.mid.block_2", top, top)
        norm(f"{side}.norm_out", top if side == "encoder" else ch)
        conv(f"{side}.conv_out", top if side == "encoder" else ch, last)
    for level, width in enumerate(widths):
        for index in range(blocks):
            block(f"encoder.down.{level}.block.{index}", widths[max(level - 1, 0)] if not index else width, width)
        for index in range(blocks + 1):
            above = widths[min(level + 1, len(widths) - 1)]
            block(f"decoder.up.{level}.block.{index}", above if not index else width, width)
        if level < len(widths) - 1:
            conv(f"encoder.down.{level}.downsample.conv", width, width)
        if level:
            conv(f"decoder.up.{level}.upsample.conv", width, width)
    # The first level takes what conv_in gives, not a level before it.
    block("encoder.down.0.block.0", ch, widths[0])
    conv("quant_conv", 2 * z, 2 * z, 1)
    conv("post_quant_conv", z, z, 1)
    return shapes


def hifigan_wave(w: Weights, mel: Tensor, rates: Sequence[int], dilations: Sequence[int]) -> Tensor:
    """Samples (batch, 1, n) of HiFi-GAN from (batch, bands, frames)."""
    x = F.conv1d(mel, w["conv_pre.weight"], w["conv_pre.bias"], padding=3)
    kinds = len({key.split(".")[1] for key in w if key.startswith("resblocks.")}) // len(rates)
    for stage, rate in enumerate(rates):
        up = w[f"ups.{stage}.weight"]
        x = F.conv_transpose1d(
            F.leaky_relu(x, 0.1), up, w[f"ups.{stage}.bias"], stride=rate, padding=(up.shape[-1] - rate) // 2
        )
        x = sum(_residual(w, f"resblocks.{stage * kinds + kind}", x, dilations) for kind in range(kinds)) / kinds
    return torch.tanh(F.conv1d(F.leaky_relu(x, 0.01), w["conv_post.weight"], w["conv_post.bias"], padding=3))


def _residual(w: Weights, at: str, x: Tensor, dilations: Sequence[int]) -> Tensor:
    for index, dilation in enumerate(dilations):
        y = x
        for convs, step in (("convs1", dilation), ("convs2", 1)):
            weight = w[f"{at}.{convs}.{index}.weight"]
            padding = (weight.shape[-1] - 1) * step // 2
            y = F.conv1d(F.leaky_relu(y, 0.1), weight, w[f"{at}.{convs}.{index}.bias"], padding=padding, dilation=step)
        x = x + y
    return x


def hifigan_shapes(
    bands: int, width: int, rates: Sequence[int], kernels: Sequence[int], residual: Sequence[int], depth: int
) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of the generator."""
    shapes = {"conv_pre.weight": (width, bands, 7), "conv_pre.bias": (width,)}
    for stage, kernel in enumerate(kernels[: len(rates)]):
        inputs, outputs = width >> stage, width >> (stage + 1)
        shapes |= {f"ups.{stage}.weight": (inputs, outputs, kernel), f"ups.{stage}.bias": (outputs,)}
        for kind, size in enumerate(residual):
            for convs in ("convs1", "convs2"):
                for index in range(depth):
                    at = f"resblocks.{stage * len(residual) + kind}.{convs}.{index}"
                    shapes |= {f"{at}.weight": (outputs, outputs, size), f"{at}.bias": (outputs,)}
    last = width >> len(rates)
    return shapes | {"conv_post.weight": (1, last, 7), "conv_post.bias": (1,)}
