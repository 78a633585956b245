# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden files in the format of the parity command, with results by plain formulas that share nothing with ours."""

import json
import zlib
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from fakes.naive_networks import (
    cavp_features,
    hifigan_shapes,
    hifigan_wave,
    local_parts,
    onsets,
    pooled,
    vae_mel,
    vae_moments,
    vae_shapes,
)

RECIPE = "Weights are not stored; rebuild them with recipe 'crc-splitmix-v1'."
_MASK = (1 << 64) - 1


def write_golden(folder: Path, name: str, facts: dict, tensors: dict[str, Tensor]) -> Path:
    """A `.json` beside a `.safetensors`; returns the path of the JSON."""
    tensors = {key: value.detach().contiguous().clone() for key, value in tensors.items()}
    save_file(tensors, folder / f"{name}.safetensors")
    listed = {key: {"shape": list(value.shape)} for key, value in tensors.items() if not key.startswith("sd.")}
    path = folder / f"{name}.json"
    path.write_text(json.dumps({**facts, "file": f"{name}.safetensors", "tensors": listed}))
    return path


def recipe_number(key: str, index: int) -> float:
    """Element `index` of the recipe's sequence for a key, in whole numbers without a limit."""
    seed = zlib.crc32(key.encode())
    z = (index * 0x9E3779B97F4A7C15 + seed * 0xD1342543DE82EF95 + 0x632BE59BD9B4E019) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    z ^= z >> 31
    return (z >> 11) * 2.0**-53 * 2 - 1


def random_weights(shapes: dict[str, tuple[int, ...]], seed: int) -> dict[str, Tensor]:
    """Weights that keep signals at about their size."""
    generator = torch.Generator().manual_seed(seed)
    made = {}
    for key, shape in shapes.items():
        values = torch.randn(shape, generator=generator)
        made[key] = values / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 0.1 * values
    return made


def stored(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights under the names that a golden keeps them by."""
    return {f"sd.{key}": value for key, value in weights.items()}


def local_features(folder: Path, name: str, seed: int, short: int, sizes=(10, 9, 8, 6), inputs: int = 12) -> Path:
    """The four layers and the windows by loops; a second run of `short` rows."""
    widths = (inputs, *sizes)
    shapes = {f"fc{i}.weight": (widths[i], widths[i - 1]) for i in range(1, 5)}
    shapes |= {f"fc{i}.bias": (widths[i],) for i in range(1, 5)}
    w = random_weights(shapes, seed)
    generator = torch.Generator().manual_seed(seed + 1)
    tensors = stored(w)
    for suffix, rows in (("", 40), (f"_T{short}", short)):
        video = torch.randn(2, rows, inputs, generator=generator)
        parts = local_parts(w, video)
        tensors[f"in.video{suffix}"] = video
        for key, part in zip(("temporal", "w1", "w2", "w3", "w4"), parts, strict=True):
            tensors[f"out{suffix}.{key}"] = part
        tensors[f"out{suffix}.concat{5 * sizes[-1]}"] = torch.cat(parts, -1)
    return write_golden(folder, name, {"component": "TransVideoFeature (narrowed)"}, tensors)


def onset_predictor(folder: Path, name: str, seed: int, inputs: int, hidden: int = 16) -> Path:
    """Layers on repeated rows: nearest upsampling by 6.25, the last row six times more."""
    shapes = {"l1.weight": (hidden, inputs), "l1.bias": (hidden,), "l2.weight": (2, hidden), "l2.bias": (2,)}
    w = random_weights(shapes, seed)
    generator = torch.Generator().manual_seed(seed + 1)
    tokens = torch.randn(3, 40, inputs, generator=generator)
    logits, x1, index = onsets(w, tokens)
    labels = torch.randint(0, 2, (3, 256), generator=generator)
    rows = -logits.log_softmax(-1).gather(-1, labels[..., None]).flatten()
    tensors = stored(w) | {
        "in.tokens": tokens,
        "in.onset_labels": labels,
        "out.x1": x1,
        "out.logits": logits,
        "out.frame_index_map": index,
        "out.ce_per_frame": rows,
        "out.ce_mean": rows.mean()[None],
    }
    return write_golden(folder, name, {"component": f"PreOnSet_by_MultiScaleFeature(input_dim={inputs})"}, tensors)


def attentive_pooling(folder: Path, name: str, seed: int, inputs: int = 10, size: int = 20, rows: int = 13) -> Path:
    """The potentials with the whole matrix of cosines, with and without a recorded mask; weights by the recipe."""
    one = (size, size, 1)
    shapes = {"fc.weight": (size, inputs), "fc.bias": (size,), "conv.weight": (4, 1, 3), "conv.bias": (4,)}
    for part in ("un_models.0.embed", "pp_models.0.embed_X", "pp_models.0.embed_Y"):
        shapes |= {f"fga.{part}.weight": one, f"fga.{part}.bias": (size,)}
    shapes |= {"fga.un_models.0.feature_reduce.weight": (1, size, 1), "fga.un_models.0.feature_reduce.bias": (1,)}
    shapes["fga.reduce_potentials.0.weight"] = (1, 2, 1)
    prefix = f"seed{seed}|global_video_feature."
    w = recipe_weights(shapes, prefix)
    generator = torch.Generator().manual_seed(seed)
    video = torch.randn(2, rows, inputs, generator=generator)
    keep = (torch.rand(2, size, rows, generator=generator) > 0.5).float()
    tensors = {"in.video": video, "in_dropout.keep_mask": keep}
    for run, mask in (("", None), ("_dropout", keep)):
        tensors |= {key.format(run): value for key, value in pooled(w, video, mask).items()}
    facts = {"component": "GlobalVideoFeature (narrowed)", "weights": RECIPE, "key_prefix": prefix}
    return write_golden(folder, name, facts, tensors)


def recipe_weights(shapes: dict[str, tuple[int, ...]], prefix: str, gain: float = 1.0) -> dict[str, Tensor]:
    """The recipe element by element, for tensors that are no batch norms."""
    made = {}
    for key, shape in shapes.items():
        u = np.array([recipe_number(prefix + key, i) for i in range(int(np.prod(shape)))]).reshape(shape)
        if len(shape) >= 2:
            u = gain * u * np.sqrt(3 / np.prod(shape[1:]))
        else:
            u = 1 + 0.1 * u if key.endswith("weight") else 0.1 * u
        made[key] = torch.from_numpy(u).float()
    return made


def aa_align(folder: Path, name: str, seed: int) -> Path:
    """Synthetic onset lists and their scores; no tensors."""
    random = np.random.default_rng(seed)
    cases = {}
    for case in range(3):
        truth = sorted(random.uniform(0, 10, 5))
        made = [*random.uniform(0, 10, 4), truth[0] + 0.05, truth[0] - 0.02]
        hits = sum(any(abs(g - t) < 0.1 for t in truth) for g in made)
        cases[str(case)] = {"gt": truth, "gen": made, "score": hits / (len(made) + len(truth) - hits)}
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"librosa": "0", "synthetic": cases}))
    return path


def mel_front_end(folder: Path, name: str, seed: int, samples: int = 3000) -> Path:
    """librosa's filters on numpy's transform."""
    import librosa

    config = {"filter_length": 1024, "hop": 160, "win": 1024, "n_mels": 64, "sr": 16000, "fmin": 0, "fmax": 8000}
    wave = np.random.default_rng(seed).normal(0, 0.2, (2, samples)).astype(np.float32)
    padded = np.pad(wave.astype(np.float64), ((0, 0), (512, 512)), mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    starts = range(0, samples + 1, 160)
    spectrum = np.stack([np.abs(np.fft.rfft(padded[:, s : s + 1024] * window)) for s in starts], -1)
    basis = librosa.filters.mel(sr=16000, n_fft=1024, n_mels=64, fmin=0, fmax=8000)
    tensors = {
        "in.wave": torch.from_numpy(wave),
        "mid.mel_basis": torch.from_numpy(basis),
        "out.logmel": torch.from_numpy(np.log(np.maximum(basis @ spectrum, 1e-5))).float(),
        "out.energy": torch.from_numpy(np.linalg.norm(spectrum, axis=1)).float(),
    }
    return write_golden(folder, name, {"component": "TacotronSTFT mel front end", "config": config}, tensors)


def cavp(folder: Path, name: str, seed: int, base: int = 4, blocks=(2, 1, 1, 2)) -> Path:
    """A narrow encoder with stored weights."""
    shapes = _cavp_shapes(base, blocks, features=24)
    w = random_weights(shapes, seed)
    for key in w:
        if key.endswith(("running_var", "bn.weight")):
            w[key] = 1 + w[key].abs()
    video = torch.rand(2, 5, 3, 40, 32, generator=torch.Generator().manual_seed(seed))
    features = cavp_features(w, video, blocks)
    counters = {key.replace("weight", "num_batches_tracked"): torch.tensor(7) for key in w if key.endswith("bn.weight")}
    tensors = stored(w | counters) | {
        "in.video": video,
        "out.features": features,
        "out.features_normalized": features / features.norm(dim=-1, keepdim=True),
    }
    return write_golden(folder, name, {"component": f"CAVP video encoder, narrowed base_channels={base}"}, tensors)


def _cavp_shapes(base: int, blocks: tuple[int, ...], features: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}

    def conv(at: str, inputs: int, outputs: int, kernel: tuple[int, int, int]) -> None:
        shapes[f"{at}.conv.weight"] = (outputs, inputs, *kernel)
        for key in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"{at}.bn.{key}"] = (outputs,)

    conv("video_encoder.conv1", 3, base, (1, 7, 7))
    inputs = base
    for stage, count in enumerate(blocks):
        width = base << stage
        for block in range(count):
            at = f"video_encoder.layer{stage + 1}.{block}"
            conv(f"{at}.conv1", inputs, width, (3 if stage > 1 else 1, 1, 1))
            conv(f"{at}.conv2", width, width, (1, 3, 3))
            conv(f"{at}.conv3", width, 4 * width, (1, 1, 1))
            if not block:
                conv(f"{at}.downsample", inputs, 4 * width, (1, 1, 1))
            inputs = 4 * width
    return shapes | {"video_project_head.weight": (features, inputs), "video_project_head.bias": (features,)}


def vae_vocoder(folder: Path, name: str, seed: int, prefix: str = "first_stage_model.", scale: float = 0.6) -> Path:
    """Two levels, and a vocoder with rates that no published one has; stored below a checkpoint's prefix."""
    dd = {"double_z": True, "z_channels": 4, "downsample_time": False, "in_channels": 1, "out_ch": 1, "ch": 32}
    dd |= {"ch_mult": [1, 2], "num_res_blocks": 1, "attn_resolutions": []}
    voice = {"resblock": "1", "upsample_rates": [3, 2], "upsample_kernel_sizes": [8, 4], "num_mels": 8}
    voice |= {"upsample_initial_channel": 8, "resblock_kernel_sizes": [3, 5], "resblock_dilation_sizes": [[1, 2]] * 2}
    vae = random_weights(vae_shapes(32, (1, 2), 1, 4), seed)
    gan = random_weights(hifigan_shapes(8, 8, (3, 2), (8, 4), (3, 5), 2), seed + 1)
    generator = torch.Generator().manual_seed(seed)
    latents, mel_in = torch.randn(2, 4, 6, 4, generator=generator), torch.randn(2, 1, 10, 8, generator=generator)
    mel = vae_mel(vae, latents / scale, 2, 1)
    wave = hifigan_wave(gan, mel[:, 0].transpose(1, 2), (3, 2), (1, 2))
    moments = vae_moments(vae, mel_in, 2, 1)
    mean, variance = moments.chunk(2, 1)
    tensors = stored(
        {prefix + key: value for key, value in (vae | {f"vocoder.{k}": v for k, v in gan.items()}).items()}
    )
    tensors |= {
        "in.latents": latents,
        "in.encode_mel": mel_in,
        "out.mel": mel,
        "mid.wave_float": wave,
        "out.wave_int16_as_int32": torch.from_numpy(np.trunc(wave[:, 0].numpy() * 32768).astype(np.int32)),
        "out.encode_moments": moments,
        "out.encode_mean": mean,
        "out.encode_std": (variance.clamp(-30, 20) / 2).exp(),
    }
    config = {"ddconfig": dd, "embed_dim": 4, "scale_factor": scale, "hifigan": voice}
    return write_golden(folder, name, {"component": "AutoencoderKL + HiFi-GAN, narrowed", "config": config}, tensors)
