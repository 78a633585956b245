# SPDX-License-Identifier: GPL-3.0-or-later
"""Diff-Foley as plain formulas on published keys: what the product's modules are held against."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

Weights = dict[str, Tensor]
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Layout:
    """Sizes of one published UNet, in its own words."""

    width: int = 32
    mult: tuple[int, ...] = (1, 2)
    depth: int = 1
    attends: tuple[bool, ...] = (True, False)
    context: int = 20
    heads: int = 4

    def facts(self) -> dict:
        """As the configuration files say it."""
        return {
            "in_channels": 4,
            "out_channels": 4,
            "model_channels": self.width,
            "attention_resolutions": [2**level for level, attends in enumerate(self.attends) if attends],
            "num_res_blocks": self.depth,
            "channel_mult": list(self.mult),
            "num_heads": self.heads,
            "transformer_depth": 1,
            "context_dim": self.context,
        }


class _Shapes:
    """Collects keys and shapes."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.found: Shapes = {}

    def layer(self, at: str, *shape: int, bias: bool = True) -> None:
        self.found[f"{at}.weight"] = shape
        if bias:
            self.found[f"{at}.bias"] = shape[:1]

    def residual(self, at: str, inputs: int, outputs: int) -> None:
        self.layer(f"{at}.in_layers.0", inputs)
        self.layer(f"{at}.in_layers.2", outputs, inputs, 3, 3)
        self.layer(f"{at}.emb_layers.1", outputs, 4 * self.layout.width)
        self.layer(f"{at}.out_layers.0", outputs)
        self.layer(f"{at}.out_layers.3", outputs, outputs, 3, 3)
        if inputs != outputs:
            self.layer(f"{at}.skip_connection", outputs, inputs, 1, 1)

    def transformer(self, at: str, width: int) -> None:
        inner = f"{at}.transformer_blocks.0"
        for name in ("norm", "transformer_blocks.0.norm1", "transformer_blocks.0.norm2", "transformer_blocks.0.norm3"):
            self.layer(f"{at}.{name}", width)
        for name, source in (("attn1", width), ("attn2", self.layout.context)):
            self.layer(f"{inner}.{name}.to_q", width, width, bias=False)
            self.layer(f"{inner}.{name}.to_k", width, source, bias=False)
            self.layer(f"{inner}.{name}.to_v", width, source, bias=False)
            self.layer(f"{inner}.{name}.to_out.0", width, width)
        self.layer(f"{inner}.ff.net.0.proj", 8 * width, width)
        self.layer(f"{inner}.ff.net.2", width, 4 * width)
        self.layer(f"{at}.proj_in", width, width, 1, 1)
        self.layer(f"{at}.proj_out", width, width, 1, 1)

    def downward(self) -> list[int]:
        """Time, input blocks and middle; the width of what each input block gives."""
        at, layout = 1, self.layout
        self.layer("time_embed.0", 4 * layout.width, layout.width)
        self.layer("time_embed.2", 4 * layout.width, 4 * layout.width)
        self.layer("input_blocks.0.0", layout.width, 4, 3, 3)
        widths = [layout.width]
        for level, factor in enumerate(layout.mult):
            for _ in range(layout.depth):
                self.residual(f"input_blocks.{at}.0", widths[-1], factor * layout.width)
                if layout.attends[level]:
                    self.transformer(f"input_blocks.{at}.1", factor * layout.width)
                widths.append(factor * layout.width)
                at += 1
            if level < len(layout.mult) - 1:
                self.layer(f"input_blocks.{at}.0.op", widths[-1], widths[-1], 3, 3)
                widths.append(widths[-1])
                at += 1
        for index in (0, 2):
            self.residual(f"middle_block.{index}", widths[-1], widths[-1])
        self.transformer("middle_block.1", widths[-1])
        return widths


def unet_shapes(layout: Layout) -> Shapes:
    """Keys and shapes of a whole UNet."""
    made = _Shapes(layout)
    widths = made.downward()
    below, at = widths[-1], 0
    for level in reversed(range(len(layout.mult))):
        width = layout.mult[level] * layout.width
        for layer in range(layout.depth + 1):
            made.residual(f"output_blocks.{at}.0", below + widths.pop(), width)
            if layout.attends[level]:
                made.transformer(f"output_blocks.{at}.1", width)
            if level and layer == layout.depth:
                made.layer(f"output_blocks.{at}.{1 + layout.attends[level]}.conv", width, width, 3, 3)
            below, at = width, at + 1
    made.layer("out.0", layout.width)
    made.layer("out.2", 4, layout.width, 3, 3)
    return made.found


def classifier_shapes(layout: Layout) -> Shapes:
    """Keys and shapes of a classifier."""
    made = _Shapes(layout)
    made.layer("out.0", made.downward()[-1])
    made.layer("out.2", layout.width, layout.mult[-1] * layout.width, 3, 3)
    made.layer("classifier", 1, layout.width)
    return made.found


def _linear(w: Weights, at: str, x: Tensor) -> Tensor:
    return x @ w[f"{at}.weight"].T + w.get(f"{at}.bias", x.new_zeros(()))


def _conv(w: Weights, at: str, x: Tensor, stride: int = 1) -> Tensor:
    weight = w[f"{at}.weight"]
    return F.conv2d(x, weight, w[f"{at}.bias"], stride, weight.shape[-1] // 2)


def _norm(w: Weights, at: str, x: Tensor, eps: float = 1e-5) -> Tensor:
    return F.group_norm(x, 32, w[f"{at}.weight"], w[f"{at}.bias"], eps)


def _residual(w: Weights, at: str, x: Tensor, emb: Tensor) -> Tensor:
    y = _conv(w, f"{at}.in_layers.2", F.silu(_norm(w, f"{at}.in_layers.0", x)))
    y = y + _linear(w, f"{at}.emb_layers.1", F.silu(emb))[..., None, None]
    y = _conv(w, f"{at}.out_layers.3", F.silu(_norm(w, f"{at}.out_layers.0", y)))
    return y + (_conv(w, f"{at}.skip_connection", x) if f"{at}.skip_connection.weight" in w else x)


def _attention(w: Weights, at: str, x: Tensor, source: Tensor, heads: int) -> Tensor:
    inputs = {"q": x, "k": source, "v": source}
    q, k, v = (_linear(w, f"{at}.to_{name}", given).unflatten(-1, (heads, -1)) for name, given in inputs.items())
    scores = torch.einsum("bihc,bjhc->bhij", q, k) / math.sqrt(q.shape[-1])
    return _linear(w, f"{at}.to_out.0", torch.einsum("bhij,bjhc->bihc", scores.softmax(-1), v).flatten(2))


def _transformer(w: Weights, at: str, x: Tensor, context: Tensor, heads: int) -> Tensor:
    inner = f"{at}.transformer_blocks.0"
    rows = _conv(w, f"{at}.proj_in", _norm(w, f"{at}.norm", x, 1e-6)).flatten(2).transpose(1, 2)

    def normed(number: int) -> Tensor:
        name = f"{inner}.norm{number}"
        return F.layer_norm(rows, rows.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"])

    own = normed(1)
    rows = rows + _attention(w, f"{inner}.attn1", own, own, heads)
    rows = rows + _attention(w, f"{inner}.attn2", normed(2), context, heads)
    value, gate = _linear(w, f"{inner}.ff.net.0.proj", normed(3)).chunk(2, -1)
    rows = rows + _linear(w, f"{inner}.ff.net.2", value * F.gelu(gate))
    return x + _conv(w, f"{at}.proj_out", rows.transpose(1, 2).view_as(x))


def _time(w: Weights, time: Tensor, width: int) -> Tensor:
    # In single precision as published: an angle of 999 keeps seven digits.
    turns = torch.exp(-math.log(10000) * torch.arange(width // 2) / (width // 2))
    angles = time.float()[:, None] * turns
    emb = torch.cat([angles.cos(), angles.sin()], 1).to(w["time_embed.0.weight"])
    return _linear(w, "time_embed.2", F.silu(_linear(w, "time_embed.0", emb)))


def _block(w: Weights, at: str, x: Tensor, emb: Tensor, context: Tensor, heads: int) -> Tensor:
    """The sub-blocks of one input or output block, whatever they are."""
    if f"{at}.0.op.weight" in w:
        return _conv(w, f"{at}.0.op", x, 2)
    x = _residual(w, f"{at}.0", x, emb)
    if f"{at}.1.norm.weight" in w:
        x = _transformer(w, f"{at}.1", x, context, heads)
    for part in (1, 2):
        if f"{at}.{part}.conv.weight" in w:
            x = _conv(w, f"{at}.{part}.conv", F.interpolate(x, scale_factor=2.0))
    return x


def _downward(w: Weights, layout: Layout, x: Tensor, emb: Tensor, context: Tensor) -> list[Tensor]:
    """What every input block gives, and the middle last."""
    found, at = [_conv(w, "input_blocks.0.0", x)], 1
    while any(key.startswith(f"input_blocks.{at}.") for key in w):
        found.append(_block(w, f"input_blocks.{at}", found[-1], emb, context, layout.heads))
        at += 1
    middle = _residual(w, "middle_block.0", found[-1], emb)
    middle = _transformer(w, "middle_block.1", middle, context, layout.heads)
    return [*found, _residual(w, "middle_block.2", middle, emb)]


def unet(w: Weights, layout: Layout, x: Tensor, time: Tensor, context: Tensor) -> dict[str, Tensor]:
    """The noise and what the blocks give, by the golden's names."""
    emb = _time(w, time, layout.width)
    *found, x = _downward(w, layout, x, emb, context)
    results = {"mid.time_embed": emb, "mid.middle_block": x}
    results |= {f"mid.input_blocks.{index}": value for index, value in enumerate(found)}
    for index in range(len(layout.mult) * (layout.depth + 1)):
        joined = torch.cat([x, found.pop()], 1)
        x = _block(w, f"output_blocks.{index}", joined, emb, context, layout.heads)
        results[f"mid.output_blocks.{index}"] = x
    return results | {"out.eps": _conv(w, "out.2", F.silu(_norm(w, "out.0", x)))}


def logit(w: Weights, layout: Layout, x: Tensor, time: Tensor, context: Tensor) -> Tensor:
    """What the classifier thinks, before the sigmoid."""
    x = _downward(w, layout, x, _time(w, time, layout.width), context)[-1]
    return _linear(w, "classifier", _conv(w, "out.2", F.silu(_norm(w, "out.0", x))).mean((2, 3)))


def gradient(w: Weights, layout: Layout, x: Tensor, time: Tensor, context: Tensor) -> Tensor:
    """Of the logarithm of the probability by x, as published: through the sigmoid."""
    with torch.enable_grad():
        x = x.detach().clone().requires_grad_()
        return torch.autograd.grad(torch.log(torch.sigmoid(logit(w, layout, x, time, context))).sum(), x)[0]


def log_alpha(time: float) -> float:
    """Between whole times on a line."""
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    return float(np.interp(time, np.arange(1000), 0.5 * np.log(np.cumprod(1 - betas))))


def dpm_solver(noise_at: Callable[[Tensor, float], Tensor], x: Tensor, steps: int) -> Tensor:
    """DPM-Solver++ 2M in the published form: alpha, sigma and half-log-SNR of each time."""
    times = [999 * (1 - index / steps) for index in range(steps + 1)]
    alphas = [math.exp(log_alpha(time)) for time in times]
    sigmas = [math.sqrt(1 - alpha**2) for alpha in alphas]
    lambdas = [math.log(alpha / sigma) for alpha, sigma in zip(alphas, sigmas, strict=True)]
    before: Tensor | None = None
    for i in range(steps):
        clean = (x - sigmas[i] * noise_at(x, times[i])) / alphas[i]
        h = lambdas[i + 1] - lambdas[i]
        factor = alphas[i + 1] * (math.exp(-h) - 1)
        x = sigmas[i + 1] / sigmas[i] * x - factor * clean
        if before is not None and not (steps < 15 and i == steps - 1):
            x = x - 0.5 * factor * h / (lambdas[i] - lambdas[i - 1]) * (clean - before)
        before = clean
    return x


def ddim(noise_at: Callable[[Tensor, float], Tensor], x: Tensor, times: Sequence[int]) -> Tensor:
    """DDIM without noise; after the last time comes time 0."""
    for time, after in zip(times, [*times[1:], 0], strict=True):
        alpha, alpha_after = math.exp(log_alpha(time)), math.exp(log_alpha(after))
        noise = noise_at(x, float(time))
        clean = (x - math.sqrt(1 - alpha**2) * noise) / alpha
        x = alpha_after * clean + math.sqrt(1 - alpha_after**2) * noise
    return x


def cnn14_tokens(w: Weights, spectrogram: Tensor) -> Tensor:
    """The audio half of CAVP; its six blocks may be of any width."""

    def batch_norm(at: str, x: Tensor) -> Tensor:
        stats = (w[f"{at}.{name}"] for name in ("running_mean", "running_var", "weight", "bias"))
        return F.batch_norm(x, *stats)

    x = batch_norm("bn", spectrogram).transpose(1, 2)[:, None]
    for number in range(1, 7):
        at = f"conv_block{number}"
        for half in (1, 2):
            x = F.relu(batch_norm(f"{at}.bn{half}", F.conv2d(x, w[f"{at}.conv{half}.weight"], padding=1)))
        x = F.avg_pool2d(x, (2, 2) if number < 5 else (1, 2) if number == 5 else (1, 1))
    x = x.mean(3)
    x = (F.max_pool1d(x, 3, 1, 1) + F.avg_pool1d(x, 3, 1, 1)).transpose(1, 2)
    x = F.relu(_linear(w, "fc1", F.relu(_linear(w, "fc1", x))))
    return _linear(w, "final_project", x)


def cnn14_shapes(bands: int, channels: Sequence[int], features: int) -> Shapes:
    """Keys and shapes of the audio half."""
    shapes: Shapes = {}

    def batch_norm(at: str, width: int) -> None:
        shapes.update({f"{at}.{name}": (width,) for name in ("weight", "bias", "running_mean", "running_var")})

    batch_norm("bn", bands)
    for number, (before, width) in enumerate(zip((1, *channels), channels, strict=False), 1):
        shapes[f"conv_block{number}.conv1.weight"] = (width, before, 3, 3)
        shapes[f"conv_block{number}.conv2.weight"] = (width, width, 3, 3)
        batch_norm(f"conv_block{number}.bn1", width)
        batch_norm(f"conv_block{number}.bn2", width)
    last = channels[-1]
    shapes |= {"fc1.weight": (last, last), "fc1.bias": (last,)}
    return shapes | {"final_project.weight": (features, last), "final_project.bias": (features,)}
