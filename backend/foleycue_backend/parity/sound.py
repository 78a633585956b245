# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of sound: mel front end, autoencoder with vocoder.

Each module of a chain is fed with the golden's own tensor before it, where the file has that: a vocoder enlarges the
rounding of the autoencoder's last digit tenfold, and each module is to be judged by its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from foleycue_backend.engines.parts import autoencoder, vocoder
from foleycue_backend.engines.parts.log_mel import MelConfig, log_mel, magnitudes, mel_basis
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.golden import Golden, unreadable
from foleycue_backend.parity.kind import Kind, value_count


def _is_mel(golden: Golden) -> bool:
    return golden.has("in.wave", "out.logmel")


def mel_front_end(golden: Golden) -> Outcome:
    """Log-mel, its basis, and the energy (L2 norm over bins) of each frame."""
    facts = golden.fact("config")
    config = MelConfig(
        sample_rate=facts["sr"],
        n_fft=facts["filter_length"],
        hop=facts["hop"],
        window=facts["win"],
        bands=facts["n_mels"],
        f_min=facts["fmin"],
        f_max=facts["fmax"],
    )
    wave = golden.tensor("in.wave")
    results = {
        "mid.mel_basis": mel_basis(config),
        "out.logmel": log_mel(wave, config),
        "out.energy": magnitudes(wave, config).norm(dim=1),
    }
    return Outcome(results)


@dataclass(frozen=True)
class _Sound:
    """The two networks of one golden."""

    vae: autoencoder.AutoencoderKL
    vocoder: vocoder.SpeechT5HifiGan


def _is_vae(golden: Golden) -> bool:
    return golden.has("in.latents", "out.mel") and any("wave" in name for name in golden.results())


def _configs(golden: Golden) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The autoencoder's facts and the vocoder's: in one `config`, or as Tango's two files."""
    if "config" in golden.facts:
        facts = golden.facts["config"]
        return facts, facts["hifigan"]
    return golden.fact("vae_config"), golden.fact("hifigan_config")


def _published_weights(golden: Golden, facts: Mapping[str, Any], generator: Mapping[str, Any]) -> dict[str, Tensor]:
    """The state dict as the file that the JSON speaks of has it, prefix and vocoder included."""
    if stored := golden.stored():
        return stored
    shapes = golden.facts.get("state_dict_shapes")
    if shapes is None:
        config = autoencoder.config_from_published(facts["ddconfig"], facts["embed_dim"], facts["scale_factor"])
        vae = autoencoder.to_published(autoencoder.build(config).state_dict())
        voice = vocoder.to_published(vocoder.build(vocoder.config_from_published(generator)).state_dict())
        whole = vae | {f"vocoder.{key}": value for key, value in voice.items()}
        shapes = {key: tuple(value.shape) for key, value in whole.items()}
    return golden.rebuilt(shapes, golden.hash_prefix())


def _networks(golden: Golden) -> _Sound:
    facts, generator = _configs(golden)
    weights = _published_weights(golden, facts, generator)
    vae = autoencoder.load(weights, facts["scale_factor"])
    rates = vocoder.Rates(generator["upsample_rates"], generator["resblock_dilation_sizes"])
    wanted = autoencoder.config_from_published(facts["ddconfig"], facts["embed_dim"], facts["scale_factor"])
    if any(vae.config[key] != value for key, value in wanted.items()):
        raise unreadable("the shapes of the weights and the configuration speak of different autoencoders")
    return _Sound(vae, vocoder.load(weights, rates))


def _decoded(golden: Golden, nets: _Sound) -> dict[str, Tensor]:
    """Latents to log-mel."""
    latents = golden.tensor("in.latents")
    scale: float = nets.vae.config["scaling_factor"]
    quant: Any = nets.vae.post_quant_conv
    mel = autoencoder.decode(nets.vae, latents)
    return {"mid.post_quant": quant(latents / scale), "out.mel": mel.unsqueeze(1)}


def _voiced(golden: Golden, nets: _Sound) -> dict[str, Tensor]:
    """The golden's log-mel to samples, and its samples to 16 bits; only some files keep a channel axis."""
    wave = vocoder.vocode(nets.vocoder, golden.tensor("out.mel").squeeze(1))
    name = next((name for name in ("mid.wave_float", "out.wave_float") if golden.has(name)), None)
    if name is None:
        return {"out.wave_int16_as_int32": vocoder.to_int16(wave)}
    wanted = golden.tensor(name)
    return {name: wave.reshape(wanted.shape), "out.wave_int16_as_int32": vocoder.to_int16(wanted.reshape(wave.shape))}


def _encoded(golden: Golden, nets: _Sound) -> dict[str, Tensor]:
    """A log-mel to the posterior."""
    posterior: Any = nets.vae.encode(golden.tensor("in.encode_mel"), return_dict=False)[0]
    return {
        "out.encode_moments": posterior.parameters,
        "out.encode_mean": posterior.mean,
        "out.encode_std": posterior.std,
    }


def sound(golden: Golden) -> Outcome:
    """Latents to log-mel to samples to 16 bits, and, if the file has a mel to encode, the posterior."""
    nets = _networks(golden)
    results = _decoded(golden, nets) | _voiced(golden, nets)
    if golden.has("in.encode_mel"):
        results |= _encoded(golden, nets)
    return Outcome(results, value_count(nets.vae, nets.vocoder))


KINDS = (
    Kind("mel front end", _is_mel, mel_front_end),
    Kind("autoencoder and vocoder", _is_vae, sound),
)
