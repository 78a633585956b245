# SPDX-License-Identifier: GPL-3.0-or-later
"""The models that can be installed: what each is, what it may be used for, and where its parts are published."""

from dataclasses import dataclass

from foleycue_shared.errors import ErrorCode, FoleyCueError


@dataclass(frozen=True)
class Source:
    """Files of one hub repository, found by name: of each tuple of `wanted`, the first pattern that matches.

    Patterns are those of fnmatch, against the whole path; of several matches the shallowest path is taken.
    """

    repository: str
    wanted: tuple[tuple[str, ...], ...]
    revision: str = "main"


@dataclass(frozen=True)
class Part:
    """One part of a model. The first source that has all its wanted files serves; the others are not asked."""

    name: str
    licence: str
    sources: tuple[Source, ...]
    required: bool = True


@dataclass(frozen=True)
class Model:
    """One entry. `converter` is "module:function" of what turns the published files into the installed folder.

    A model without parts is published nowhere: it can only be imported, as a folder that FoleyCue itself has made.
    """

    name: str
    title: str
    engines: tuple[str, ...]
    code_licence: str
    weights_licence: str
    commercial: bool
    use: str
    memory_bytes: int
    parts: tuple[Part, ...] = ()
    converter: str = ""


_STA_V2A = "y-ren16/STAV2A"

CATALOGUE: tuple[Model, ...] = (
    Model(
        name="sta-v2a",
        title="STA-V2A: sound from picture, text and cues (Ren et al., ICASSP 2025)",
        engines=("sta-v2a",),
        code_licence="GPL-3.0-or-later (our own; the authors' README says Apache-2.0, without a licence file)",
        weights_licence="not settled: built on Tango and AudioLDM weights, which are CC BY-NC-SA 4.0",
        commercial=False,
        use="Non-commercial work only, until its authors say otherwise.",
        memory_bytes=3_400_000_000,
        parts=(
            Part(
                "model",
                "Apache-2.0 by its README; made from CC BY-NC-SA 4.0 weights",
                (
                    Source(
                        _STA_V2A,
                        (("*pytorch_model_2.safetensors", "*model_2.safetensors", "*pytorch_model_2.[bp][it]*"),),
                    ),
                ),
            ),
            Part("summary", "as the model", (Source(_STA_V2A, (("*summary.jsonl",),)),), required=False),
            Part(
                "unet configuration",
                "as the model",
                (Source(_STA_V2A, (("*unet/config.json", "*unet_config.json", "*diffusion_model_config*.json"),)),),
                required=False,
            ),
            Part(
                "picture encoder",
                "MIT (Diff-Foley)",
                (
                    Source(_STA_V2A, (("*cavp_epoch66.ckpt",),)),
                    Source("SimianLuo/Diff-Foley", (("*cavp_epoch66.ckpt",),)),
                ),
            ),
            Part(
                "sound codec",
                "CC BY-NC-SA 4.0 (AudioLDM, Tango): non-commercial",
                (
                    Source(_STA_V2A, (("*audioldm-s-full.ckpt",),)),
                    Source("declare-lab/tango", (("pytorch_model_vae.bin",), ("vae_config.json",))),
                ),
            ),
            Part(
                "text encoder",
                "Apache-2.0 (Google)",
                (
                    Source(
                        "google/flan-t5-large",
                        (
                            ("config.json",),
                            ("model.safetensors", "pytorch_model.bin"),
                            ("tokenizer.json",),
                            ("tokenizer_config.json",),
                        ),
                    ),
                ),
            ),
        ),
        converter="foleycue_backend.engines.sta_v2a.checkpoint:convert",
    ),
    Model(
        name="mini",
        title="Mini with your own sounds, instead of the one that ships",
        engines=("mini",),
        code_licence="GPL-3.0-or-later",
        weights_licence="your own, made from the shipped ones, which are GPL-3.0-or-later",
        commercial=True,
        use="Commercial work too, as far as your own sounds allow it.",
        memory_bytes=700_000_000,
    ),
)


def model(name: str) -> Model:
    """The entry of that name. Raises BAD_INPUT."""
    for entry in CATALOGUE:
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in CATALOGUE)
    raise FoleyCueError(ErrorCode.BAD_INPUT, f"There is no model {name!r}: choose one of {known}.")
