# SPDX-License-Identifier: GPL-3.0-or-later
"""What a catalogue entry is made of, and the parts that several models share."""

from dataclasses import dataclass


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
    `purpose` says what it is for where that is more than an engine.
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
    purpose: str = ""


FLAN_T5 = "google/flan-t5-large"
_TOKENIZER = (("config.json",), ("tokenizer.json",), ("tokenizer_config.json",))

TEXT_ENCODER = Part(
    "text encoder",
    "Apache-2.0 (Google)",
    (Source(FLAN_T5, (*_TOKENIZER[:1], ("model.safetensors", "pytorch_model.bin"), *_TOKENIZER[1:])),),
)
#: For a model whose main file holds the encoder's weights.
TOKENIZER = Part("text encoder's configuration and tokenizer", "Apache-2.0 (Google)", (Source(FLAN_T5, _TOKENIZER),))

#: Tango's file of AudioLDM's autoencoder and vocoder, with the factor of its latents.
TANGO_CODEC = Source("declare-lab/tango", (("pytorch_model_vae.bin",), ("vae_config.json",)))
CODEC_LICENCE = "CC BY-NC-SA 4.0 (AudioLDM, Tango): non-commercial"


def configuration(what: str, repository: str, *patterns: str) -> Part:
    """A network's configuration file, which only networks need that are not as wide as the published ones."""
    return Part(f"{what} configuration", "as the model", (Source(repository, (patterns,)),), required=False)
