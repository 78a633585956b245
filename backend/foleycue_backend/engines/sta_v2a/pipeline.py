# SPDX-License-Identifier: GPL-3.0-or-later
"""`StaV2aPipeline`: STA-V2A as a diffusers pipeline, useful inside FoleyCue and outside of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.pipeline_utils import AudioPipelineOutput, DiffusionPipeline
from diffusers.utils.torch_utils import randn_tensor
from torch import Tensor
from torch.nn import functional as F
from transformers.modeling_utils import PreTrainedModel
from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

from foleycue_backend.engines.parts import autoencoder
from foleycue_backend.engines.parts import vocoder as hifigan
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.parts.guidance import expand
from foleycue_backend.engines.parts.sampling import Generators, OnStep
from foleycue_backend.engines.parts.schedule import Scheduler
from foleycue_backend.engines.parts.text import TextStates, encode_text
from foleycue_backend.engines.sta_v2a import denoising
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.controlnet import LATENT_BANDS, CueControlNet
from foleycue_backend.engines.sta_v2a.cue_rule import RULE
from foleycue_backend.engines.sta_v2a.denoising import NOTHING_LEFT_OUT, Thrift
from foleycue_backend.engines.sta_v2a.guidance import PUBLISHED, Scales, branches
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import FRAMES, OnsetPrediction, OnsetPredictor
from foleycue_backend.engines.sta_v2a.steering import SteeringRule, steer
from foleycue_shared.cues import Cue

#: Features of one clip: 10 s of pictures at four a second.
FEATURES = 40

Prompt = str | Sequence[str]


class StaV2aPipeline(DiffusionPipeline):
    """Sound of 10.24 s at 16 kHz from pictures and text (Ren et al., "STA-V2A", 2024).

    Latents are (batch, 8, frames, 16) with 25 frames a second, log-mel pictures (batch, 4 · frames, 64), pictures
    (batch, time, 3, 224, 224) in [0, 1] at 4 a second, features (batch, 40, 512). `attentive_pooling` may be None: a
    checkpoint without global picture tokens. `prefix` is put before every prompt, not before negatives.
    """

    _optional_components = ["attentive_pooling"]  # noqa: RUF012 - read by diffusers as a list

    unet: UNet2DConditionModel
    controlnet: CueControlNet
    vae: AutoencoderKL
    vocoder: SpeechT5HifiGan
    text_encoder: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    video_encoder: CavpVideoEncoder
    local_features: LocalFeatures
    onset_predictor: OnsetPredictor
    attentive_pooling: AttentivePooling | None
    scheduler: Scheduler

    def __init__(
        self,
        unet: UNet2DConditionModel,
        controlnet: CueControlNet,
        vae: AutoencoderKL,
        vocoder: SpeechT5HifiGan,
        text_encoder: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        video_encoder: CavpVideoEncoder,
        local_features: LocalFeatures,
        onset_predictor: OnsetPredictor,
        attentive_pooling: AttentivePooling | None,
        scheduler: Scheduler,
        prefix: str = "",
    ) -> None:
        super().__init__()
        self.register_modules(
            unet=unet,
            controlnet=controlnet,
            vae=vae,
            vocoder=vocoder,
            text_encoder=text_encoder,
            tokenizer=tokenizer,
            video_encoder=video_encoder,
            local_features=local_features,
            onset_predictor=onset_predictor,
            attentive_pooling=attentive_pooling,
            scheduler=scheduler,
        )
        self.register_to_config(prefix=prefix)
        self.eval()

    def eval(self) -> Self:
        """All networks without dropout; the pipeline itself."""
        for part in self.components.values():
            if isinstance(part, torch.nn.Module):
                part.eval()
        return self

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str],
        **kwargs: Any,  # noqa: ANN401 - diffusers options, such as dtype
    ) -> Self:
        """Load a folder that `save_pretrained` wrote; nothing is fetched. Raises OSError if files are missing."""
        if not (Path(pretrained_model_name_or_path) / "model_index.json").is_file():
            raise FileNotFoundError(f"{pretrained_model_name_or_path} is no saved pipeline: it has no model_index.json")
        return super().from_pretrained(pretrained_model_name_or_path, **{"local_files_only": True, **kwargs})

    def save_pretrained(  # pyright: ignore[reportIncompatibleMethodOverride] - always safetensors, never a hub
        self, save_directory: str | os.PathLike[str]
    ) -> None:
        """Write the folder that `from_pretrained` reads: a model index, JSON and safetensors."""
        super().save_pretrained(save_directory, safe_serialization=True)

    @property
    def dtype(self) -> torch.dtype:
        """What the UNet computes in; latents between its steps are float32."""
        return self.unet.dtype

    @torch.no_grad()
    def encode_video(self, frames: Tensor) -> Tensor:
        """Features (batch, 40, 512), unit rows, from pictures (batch, time, 3, height, width) in [0, 1].

        Of more than 40 pictures the first 40 are used; after fewer, zero rows follow, as in the published system.
        """
        clip = frames[:, :FEATURES].to(self.video_encoder.device)
        features = self.video_encoder(clip)
        return F.pad(features, (0, 0, 0, FEATURES - features.shape[1]))

    @torch.no_grad()
    def predict_onsets(self, features: Tensor, frames: int = FRAMES) -> OnsetPrediction:
        """Onset logits and hidden state for `frames` latent frames from features (batch, time, 512)."""
        part = self.onset_predictor
        return part(self.local_features(features.to(part.device, part.dtype)), frames)

    def encode_prompt(self, prompts: Sequence[str], negatives: Sequence[str] | None = None) -> TextStates:
        """Text states, negatives first; they depend on nothing else and may be kept. No negatives means ""."""
        prefix: str = self.config["prefix"]
        negatives = negatives if negatives is not None else [""] * len(prompts)
        return encode_text(self.text_encoder, self.tokenizer, [prefix + prompt for prompt in prompts], negatives)

    @torch.no_grad()
    def picture_tokens(self, features: Tensor, keep_mask: Tensor | None = None) -> Tensor | None:
        """Global picture tokens (batch, 4, width); None if the model has none. For `keep_mask` see the pooling."""
        part = self.attentive_pooling
        return None if part is None else part(features.to(part.device, part.dtype), keep_mask)

    @torch.inference_mode()
    def denoise(
        self,
        features: Tensor,
        text: TextStates,
        control: Tensor,
        latents: Tensor,
        steps: int,
        guidance: Scales = PUBLISHED,
        scheduler: Scheduler | None = None,
        variance_noise: Iterator[Tensor] | None = None,
        on_step: OnStep | None = None,
        *,
        generator: Generators = None,
        keep_mask: Tensor | None = None,
        thrift: Thrift = NOTHING_LEFT_OUT,
    ) -> Tensor:
        """Latents (batch, 8, frames, 16), float32, from standard normal `latents` of that shape.

        `features` (clips, time, 512), `text` for as many prompts and `control` (clips, frames, 128), the predictor's
        hidden state, may be fewer than the latents: the takes of one clip then lie side by side. `steps` of
        `scheduler`, the pipeline's own if None. `variance_noise` gives the noise of each DDPM step, otherwise it is
        drawn from `generator`. `keep_mask` (clips, width, time) is the published dropout of the pooling. `on_step`
        gets (steps done, steps) after each step; what it raises ends the work. `thrift` says what to leave out.
        """
        if steps < 1 or control.shape[1] != latents.shape[2]:
            raise ValueError(f"{steps} steps, a condition of {control.shape[1]} frames for {latents.shape[2]} latents")
        batch, device = len(latents), latents.device
        tokens = self.picture_tokens(features, keep_mask)
        halves = [expand(half.to(device), batch) for half in text.states.chunk(2)]
        masks = [expand(half.to(device), batch) for half in text.mask.chunk(2)]
        given = (
            TextStates(torch.cat(halves), torch.cat(masks)),
            None if tokens is None else expand(tokens.to(device), batch),
            expand(self.controlnet.embed(control.to(device)), batch),
        )
        return denoising.denoise(
            self.unet,
            self.controlnet,
            self.scheduler if scheduler is None else scheduler,
            latents,
            branches(guidance, *given),
            steps=steps,
            plain=branches(Scales(text=1.0), *given) if thrift.guided_until < 1 else None,
            thrift=thrift,
            variance_noise=variance_noise,
            generator=generator,
            on_step=on_step,
        )

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Tensor:
        """Natural-log mel (batch, 4 · frames, 64) from latents."""
        return autoencoder.decode(self.vae, latents.to(self.vae.dtype))

    @torch.no_grad()
    def vocode(self, mel: Tensor) -> Tensor:
        """Samples (batch, 160 · mel frames + 32) at 16 kHz, -1..1, float32."""
        return hifigan.vocode(self.vocoder, mel.to(self.vocoder.dtype)).float()

    def _features(self, video: Tensor | None, features: Tensor | None) -> Tensor:
        if video is not None and features is None:
            return self.encode_video(video)
        if features is None or video is not None:
            raise ValueError("give either video or features")
        return features

    @torch.inference_mode()
    def __call__(
        self,
        prompt: Prompt,
        video: Tensor | None = None,
        *,
        features: Tensor | None = None,
        cues: Sequence[Cue] | None = None,
        negative_prompt: Prompt = "",
        num_inference_steps: int = 200,
        guidance_scale: float = 3.0,
        picture_guidance_scale: float = 1.0,
        cue_guidance_scale: float = 1.0,
        num_waveforms_per_prompt: int = 1,
        generator: Generators = None,
        latents: Tensor | None = None,
        faithful_dropout: bool = False,
        steering: SteeringRule = RULE,
        output_type: Literal["np", "pt", "latent"] = "np",
        return_dict: bool = True,
        on_step: OnStep | None = None,
    ) -> AudioPipelineOutput | tuple[Any]:
        """Sound of 10.24 s for each prompt and clip.

        `prompt`, one a clip (one string serves all); `video` (clips, time, 3, 224, 224) in [0, 1] at 4 pictures a
        second, or its `features` (clips, 40, 512). `cues` in samples at 48 kHz from the clip's start say when it
        sounds, in every clip; None leaves that to the picture. The defaults of steps and guidance are the published
        ones. `num_waveforms_per_prompt` takes of one clip lie side by side. `latents` (clips · takes, 8, 256, 16) is
        the first noise, drawn from `generator` if None. `faithful_dropout` drops half of the pooling's units, as the
        published inference does. `output_type` "np" and "pt" give samples (sounds, 163872) at 16 kHz as array or
        tensor, "latent" gives latents. Raises ValueError for inputs that do not fit each other.
        """
        seen = self._features(video, features)
        prompts = _one_each(prompt, len(seen), "prompts")
        prediction = self.predict_onsets(seen)
        control = prediction.hidden
        if cues is not None:
            control = steer(prediction, self.onset_predictor.l2, cues, steering)
        shape = (len(seen) * num_waveforms_per_prompt, self.unet.config["in_channels"], control.shape[1], LATENT_BANDS)
        if latents is None:
            latents = randn_tensor(shape, generator=generator, device=self.unet.device)
        elif tuple(latents.shape) != shape:
            raise ValueError(f"latents of shape {tuple(latents.shape)}, but {shape} are needed")
        pooling = self.attentive_pooling if faithful_dropout else None
        result = self.denoise(
            seen,
            self.encode_prompt(prompts, _one_each(negative_prompt, len(seen), "negative prompts")),
            control,
            latents.to(self.unet.device),
            num_inference_steps,
            Scales(guidance_scale, picture_guidance_scale, cue_guidance_scale),
            on_step=on_step,
            generator=generator,
            keep_mask=None if pooling is None else pooling.draw_keep_mask(seen, _first(generator)),
        )
        sound: Any = result if output_type == "latent" else self.vocode(self.decode(result))
        if output_type == "np":
            sound = sound.cpu().numpy()
        return AudioPipelineOutput(audios=sound) if return_dict else (sound,)


def _first(generator: Generators) -> torch.Generator | None:
    return generator[0] if isinstance(generator, list) else generator


def _one_each(prompt: Prompt, clips: int, what: str) -> list[str]:
    prompts = [prompt] * clips if isinstance(prompt, str) else list(prompt)
    if len(prompts) != clips:
        raise ValueError(f"{len(prompts)} {what} for {clips} clips")
    return prompts
