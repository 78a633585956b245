# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden files of Diff-Foley's kinds, with sizes that no published file has and results by plain formulas."""

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from fakes import naive_diff_foley as naive
from fakes.golden_files import RECIPE, random_weights, recipe_weights, stored, write_golden
from fakes.naive_diff_foley import Layout, Weights
from fakes.naive_networks import vae_mel, vae_moments, vae_shapes

SMALL = Layout()
LISTENER = Layout(mult=(1, 2, 2), attends=(False, True, True), context=14, heads=8)
FEATURES = 14
POSITIONS = 40


def weights_of(shapes: dict[str, tuple[int, ...]], seed: int) -> Weights:
    """Random weights, those of norms around one."""
    made = random_weights(shapes, seed)
    for key, value in made.items():
        if value.ndim == 1 and key.endswith(("weight", "running_var")):
            made[key] = 1 + value
    return made


def below(prefix: str, weights: Weights) -> dict[str, Tensor]:
    """Stored weights under whole checkpoint keys."""
    return stored({prefix + key: value for key, value in weights.items()})


def exact(weights: Weights) -> Weights:
    """Double precision, for results whose own rounding does not count."""
    return {key: value.double() for key, value in weights.items()}


def single(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """As golden files keep it."""
    return {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()}


def unet(folder: Path, name: str, seed: int, layout: Layout = SMALL) -> Path:
    """One prediction at a fractional and at a whole time, and every block."""
    weights = weights_of(naive.unet_shapes(layout), seed)
    draw = torch.Generator().manual_seed(seed)
    x, context = torch.randn(2, 4, 8, 12, generator=draw), torch.randn(2, 5, layout.context, generator=draw)
    time = torch.tensor([999.0, 39.96])
    given = (x.double(), context.double())
    results = naive.unet(exact(weights), layout, given[0], time, given[1])
    rounded = naive.unet(exact(weights), layout, given[0], time.round(), given[1])["out.eps"]
    tensors = below("model.diffusion_model.", weights) | {"in.x": x, "in.t": time, "in.context": context}
    tensors |= single(results | {"out.eps_rounded_t": rounded})
    return write_golden(folder, name, {"component": "LDM UNet", "config": layout.facts()}, tensors)


def classifier(folder: Path, name: str, seed: int, layout: Layout = LISTENER) -> Path:
    """Logit, probability and gradient."""
    weights = weights_of(naive.classifier_shapes(layout), seed)
    draw = torch.Generator().manual_seed(seed)
    x, context = torch.randn(3, 4, 8, 8, generator=draw), torch.randn(3, 9, layout.context, generator=draw)
    time = torch.tensor([3.5, 500.25, 998.0])
    given = (exact(weights), layout, x.double(), time, context.double())
    answer = naive.logit(*given)
    tensors = below("model.", weights) | {"in.x": x, "in.t": time, "in.context": context}
    tensors |= single({"out.logit": answer, "out.prob": answer.sigmoid(), "out.grad_log_prob": naive.gradient(*given)})
    return write_golden(folder, name, {"component": "classifier", "config": layout.facts()}, tensors)


def feature_encoders(folder: Path, name: str, seed: int) -> Path:
    """Both encoders, weights by the recipe, fewer positions than published."""
    features = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(seed))
    tensors = {"in.features": features}
    for part, prefix, width in (("ldm", "cond_stage_model.", 6), ("classifier", "cond_model.", 5)):
        shapes = {"embedder.0.weight": (width, 5), "embedder.0.bias": (width,), "pos_emb.weight": (7, width)}
        w = recipe_weights(shapes, prefix)
        for run, given in (("", features), ("_of_zero_features", torch.zeros(1, 3, 5))):
            tensors[f"out.{part}{run}"] = (
                given @ w["embedder.0.weight"].T + w["embedder.0.bias"] + w["pos_emb.weight"][:3]
            )
    return write_golden(folder, name, {"component": "encoders of 7 positions", "weights": RECIPE}, tensors)


def _autoencoder(seed: int) -> tuple[Weights, dict]:
    shapes = vae_shapes(32, (1, 2), 1, 4)
    shapes |= {"encoder.conv_in.weight": (32, 3, 3, 3), "decoder.conv_out.weight": (3, 32, 3, 3)}
    shapes["decoder.conv_out.bias"] = (3,)
    facts = {"double_z": True, "z_channels": 4, "in_channels": 3, "out_ch": 3, "ch": 32, "ch_mult": [1, 2]}
    return random_weights(shapes, seed), facts | {"num_res_blocks": 1, "attn_resolutions": []}


def _posterior(weights: Weights, pictures: Tensor, noise: Tensor, scale: float) -> dict[str, Tensor]:
    mean, spread = vae_moments(weights, pictures[:, None].repeat(1, 3, 1, 1), 2, 1).chunk(2, 1)
    spread = spread.clamp(-30, 20)
    return {"mean": mean, "spread": spread, "sample": (mean + (spread / 2).exp() * noise) * scale}


def autoencoder(folder: Path, name: str, seed: int, scale: float = 0.3) -> Path:
    """Both directions, of three channels."""
    weights, facts = _autoencoder(seed)
    draw = torch.Generator().manual_seed(seed)
    latent, noise = (torch.randn(2, 4, 4, 6, generator=draw) for _ in range(2))
    pictures = torch.rand(2, 8, 12, generator=draw)
    decoded = vae_mel(weights, latent / scale, 2, 1)
    found = _posterior(weights, pictures, noise, scale)
    tensors = below("first_stage_model.", weights) | {
        "in.latent": latent,
        "in.spec": pictures,
        "in.posterior_noise": noise,
        "out.decoded": decoded,
        "out.decoded_channel0": decoded[:, 0],
        "out.mean": found["mean"],
        "out.logvar_clamped": found["spread"],
        "out.scaled_sample": found["sample"],
    }
    said = {"component": "first-stage KL-VAE", "ddconfig": facts, "embed_dim": 4, "scale_factor": scale}
    return write_golden(folder, name, said, tensors)


def align_acc(folder: Path, name: str, seed: int) -> Path:
    """Spectrograms to p(aligned); 32 rows count."""
    weights, facts = _autoencoder(seed)
    judge = weights_of(naive.classifier_shapes(LISTENER), seed + 1)
    encoder = _encoder(seed + 2, LISTENER.context)
    draw = torch.Generator().manual_seed(seed)
    pictures, noise = torch.rand(3, 16, 16, generator=draw), torch.randn(3, 4, 8, 8, generator=draw)
    features = torch.randn(3, 35, FEATURES, generator=draw)
    latent = _posterior(weights, pictures, noise, 0.18215)["sample"]
    answer = naive.logit(judge, LISTENER, latent, torch.zeros(3), _encoded(encoder, features)).sigmoid()
    tensors = below("first_stage_model.", weights) | below("model.", judge) | below("cond_model.", encoder)
    tensors |= {"in.spec": pictures, "in.features": features, "in.posterior_noise": noise, "mid.latent": latent}
    tensors |= {"out.prob": answer, "out.correct": torch.tensor([int((answer > 0.5).sum()), 3])}
    said = {"component": "Align-Acc", "classifier_config": LISTENER.facts(), "first_stage_ddconfig": facts}
    return write_golden(folder, name, said, tensors)


def _encoder(seed: int, width: int) -> Weights:
    shapes = {"embedder.0.weight": (width, FEATURES), "embedder.0.bias": (width,), "pos_emb.weight": (POSITIONS, width)}
    return random_weights(shapes, seed)


def _encoded(w: Weights, features: Tensor) -> Tensor:
    return features[:, :32] @ w["embedder.0.weight"].T + w["embedder.0.bias"] + w["pos_emb.weight"][:32]


def loop(folder: Path, name: str, seed: int, kind: str, steps: int, scale: float = 2.5, push: float = 3.0) -> Path:
    """Sampling with double guidance by "dpm" or "ddim", and without the classifier."""
    net = weights_of(naive.unet_shapes(SMALL), seed)
    judge = weights_of(naive.classifier_shapes(LISTENER), seed + 1)
    encoder = _encoder(seed + 2, SMALL.context)
    draw = torch.Generator().manual_seed(seed)
    features, start = torch.randn(2, 33, FEATURES, generator=draw), torch.randn(2, 4, 4, 8, generator=draw)
    wide = [exact(w) for w in (net, judge, encoder)]
    condition = _encoded(wide[2], features.double())

    def noise(x: Tensor, time: float, listening: bool) -> Tensor:
        times = torch.full((2,), time)
        without, wanted = (
            naive.unet(wide[0], SMALL, x, times, c)["out.eps"] for c in (torch.zeros_like(condition), condition)
        )
        guided = without + scale * (wanted - without)
        if not listening:
            return guided
        deviation = math.sqrt(1 - math.exp(2 * naive.log_alpha(time)))
        return guided - push * deviation * naive.gradient(wide[1], LISTENER, x, times, features.double())

    def sampled(listening: bool) -> Tensor:
        def ask(x: Tensor, time: float) -> Tensor:
            return noise(x, time, listening)

        if kind == "dpm":
            return naive.dpm_solver(ask, start.double(), steps)
        return naive.ddim(ask, start.double(), list(range(1, 1000, 1000 // steps))[::-1])

    both = {"dpm": ("out.latents", "out.latents_without_classifier"), "ddim": ("out.latents_double", "out.latents_cfg")}
    results = {key: sampled(listening) for key, listening in zip(both[kind], (True, False), strict=True)}
    tensors = below("model.diffusion_model.", net) | below("model.", judge) | below("cond_stage_model.", encoder)
    tensors |= {"in.features": features, "in.x_T": start} | single(results | {"mid.cond": condition})
    if kind == "ddim":
        tensors["mid.t_model"] = torch.tensor(list(range(1, 1000, 1000 // steps))[::-1]).float()
    sizes = {"origin_dim": FEATURES, "embed_dim": SMALL.context, "seq_len": POSITIONS}
    said = {"component": f"{kind}, CFG {scale}, double guidance", "cond_stage_config": sizes}
    said |= {"unet_config": SMALL.facts(), "classifier_config": LISTENER.facts(), "classifier_guide_scale": push}
    return write_golden(folder, name, said | ({"steps": steps} if kind == "dpm" else {}), tensors)


def audio_encoder(folder: Path, name: str, seed: int) -> Path:
    """Narrow, on two lengths."""
    weights = weights_of(naive.cnn14_shapes(32, (4, 4, 6, 6, 8, 8), 10), seed)
    counters = {
        k.replace("weight", "num_batches_tracked"): torch.tensor(3)
        for k in weights
        if k[:-7].endswith(("bn", "bn1", "bn2"))
    }
    draw = torch.Generator().manual_seed(seed)
    tensors = below("spec_encoder.", weights | counters)
    for run, columns in (("", 512), ("_91", 91)):
        given = torch.rand(2, 32, columns, generator=draw)
        tokens = naive.cnn14_tokens(weights, given)
        tensors |= {f"in.spec{run}": given, f"out.tokens{run}": tokens}
        tensors[f"out.tokens{run}_normalized"] = tokens / tokens.norm(dim=-1, keepdim=True)
        if columns == 512:
            pooled = tokens.unflatten(1, (2, 16)).amax(2).flatten(0, 1)
            tensors["out.pooled_normalized"] = pooled / pooled.norm(dim=-1, keepdim=True)
    return write_golden(folder, name, {"component": "CAVP audio half, narrowed"}, tensors)


def window_plan(folder: Path, name: str, frames: tuple[int, ...] = (0, 31, 64, 97)) -> Path:
    """In whole numbers."""
    rows = []
    for count in frames:
        windows = count // 32
        late = (windows - 1) * (130816 - 128000) / 16000 if windows else None
        row = {"frames": count, "windows": windows, "samples": 130816 * windows, "dropped_frames": count % 32}
        rows.append(row | {"seconds": 8.176 * windows, "audio_minus_video_start_of_last_window_s": late})
    return write_golden(folder, name, {"component": "window plan", "rows": rows}, {"in.nothing": torch.zeros(1)})


def spectrogram(folder: Path, name: str, seed: int) -> Path:
    """librosa's filters on numpy's transform."""
    import librosa

    wave = np.random.default_rng(seed).integers(-9000, 9000, 5000).astype(np.int16)
    filters = librosa.filters.mel(sr=16000, n_fft=1024, n_mels=128, fmin=125, fmax=7600)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    tensors = {"in.wave_int16": torch.from_numpy(wave), "ref.mel_basis_16000": torch.from_numpy(filters)}
    lengths = {"padded": [6001], "cut": [3000]}
    for run, (length,) in lengths.items():
        sound = np.zeros(length)
        sound[: min(length, 5000)] = wave[:length] / 32768
        for ends in ("constant", "reflect"):
            padded = np.pad(sound[:-1], 512, mode=ends)
            frames = np.stack([padded[at : at + 1024] for at in range(0, length, 256)], 1)
            mel = filters @ np.abs(np.fft.rfft(frames * window[:, None], axis=0))
            decibels = 20 * np.log10(np.maximum(mel, 1e-5)) - 20 + 100
            tensors[f"out.spec_{run}_{ends}"] = torch.from_numpy(np.clip(decibels / 100, 0, 1)).float()
    return write_golden(folder, name, {"component": "spectrogram", "lengths": lengths}, tensors)
