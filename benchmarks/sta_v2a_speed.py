# SPDX-License-Identifier: GPL-3.0-or-later
"""STA-V2A at full width with random weights: the default setting beside an eager run as the reference works.

    python benchmarks/sta_v2a_speed.py [--model FOLDER] [--seconds 10] [--steps 3] [--threads 1]

Each side runs in a process of its own. "Reference" loads all parts in float32 and does what the reference does in its
order: frames through H.264, CAVP, text, 200 ancestral steps of ControlNet and UNet on both halves of guidance, VAE,
vocoder. Of the 200 steps only --steps are run and the mean is multiplied. "Default" is the product itself: a job, then
another take of the same range. CPU seconds are those of the process; they are the steadier figure on a shared machine.
--model keeps the random checkpoint (3.1 GB) for another run.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from clock import PARTS, Clock, ClockedRecord, peaks
from common import document
from memory import RATE, render

from foleycue_shared.places import HOME_VARIABLE

PROMPT = "a hammer hits a wooden board"
ALL_STEPS = 200


def build(folder: Path) -> None:
    """A checkpoint of the published sizes with random weights."""
    import torch
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from sta_v2a_full_size import T5_LARGE, UNET, VAE, VOCODER, tokenizer
    from transformers import T5Config, T5EncoderModel

    from foleycue_backend.engines.parts import autoencoder, schedule, vocoder
    from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
    from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
    from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
    from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
    from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
    from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline

    torch.manual_seed(0)
    unet = UNet2DConditionModel(**UNET)
    StaV2aPipeline(
        unet=unet,
        controlnet=CueControlNet.from_unet(unet),
        vae=autoencoder.build(VAE),
        vocoder=vocoder.build(vocoder.config_from_published(VOCODER)),
        text_encoder=T5EncoderModel(T5Config(**T5_LARGE)),
        tokenizer=tokenizer(),
        video_encoder=CavpVideoEncoder(),
        local_features=LocalFeatures(),
        onset_predictor=OnsetPredictor(),
        attentive_pooling=AttentivePooling(),
        scheduler=schedule.ddpm(),
    ).save_pretrained(folder)


def install(folder: Path) -> None:
    """Build the checkpoint in the models folder of a home."""
    from foleycue_backend.models.store import Store

    store = Store(folder)
    if store.installed("sta-v2a") is None:
        with store.changing(), store.placing("sta-v2a") as part:
            build(part)
            store.seal(part, "sta-v2a", [])


def run_reference(home: Path, media: Path, frames: int, steps: int) -> Clock:
    """One sound as the reference makes it, with the product's modules."""
    clock = Clock()
    with clock.part("load"):
        import torch

        from foleycue_backend.engines.parts import schedule
        from foleycue_backend.engines.parts.faithful_frames import reference_frames
        from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
        from foleycue_backend.models.store import Store
        from foleycue_backend.stages.pictures import Pictures
        from foleycue_shared.timeline import from_document, picture_pieces
        from foleycue_shared.timing import FrameRange, exact_rate

        folder = Store(home).installed("sta-v2a")
        assert folder is not None
        pipe = StaV2aPipeline.from_pretrained(folder)
        pipe.to("cuda" if torch.cuda.is_available() else "cpu")
    with clock.part("decode"):
        span = FrameRange(0, frames, exact_rate(f"{RATE}/1"))
        pieces = picture_pieces(from_document(document(media, frames, RATE)), span)
        shown = list(reference_frames(Pictures(pieces, span, lambda _: None), 224))
    with clock.part("analyse"):
        import numpy as np

        clip = torch.from_numpy(np.stack(shown)).permute(0, 3, 1, 2)[None] / 255
        features = pipe.encode_video(clip)
        control = pipe.predict_onsets(features).hidden
    with clock.part("text"):
        text = pipe.encode_prompt([PROMPT])
    noise = torch.randn(1, 8, 256, 16, device=pipe.device)
    loop = Clock()
    # One step to warm up, which is not counted.
    pipe.denoise(features, text, control, noise, 1)
    with loop.part("diffuse"):
        latents = pipe.denoise(features, text, control, noise, steps, scheduler=schedule.ddpm())
    clock.add("diffuse", *(seconds * ALL_STEPS / steps for seconds in loop.parts["diffuse"]))
    with clock.part("vae"):
        mel = pipe.decode(latents)
    with clock.part("vocode"):
        pipe.vocode(mel).cpu()
    return clock


def run_default(media: Path, frames: int, place: Path, setting: str) -> list[Clock]:
    """A job of one take in a fresh process, then another take of the same range."""
    from foleycue_backend.pipeline import Pipeline
    from foleycue_shared.messages import Generate, Scope

    pipeline, clocks = Pipeline(place / "cache", place / "outbox"), []
    for seed in (1, 2):
        request = Generate(
            job_id=f"s{seed}",
            engine="sta-v2a",
            scope=Scope(rate=f"{RATE}/1", frames=frames),
            prompt=PROMPT,
            seeds=(seed,),
            setting=setting,
        )
        clock = Clock()
        pipeline.run(request, document(media, frames, RATE), ClockedRecord(clock))
        clocks.append(clock)
    return clocks


def job(options: argparse.Namespace) -> None:
    """One side, in this process; prints JSON."""
    home, media = Path(options.model), Path(options.media)
    frames = options.seconds * RATE
    if options.side == "build":
        install(home)
        return
    if options.side == "reference":
        clocks = [run_reference(home, media, frames, options.steps)]
    else:
        clocks = run_default(media, frames, media.parent, options.side)
    print(json.dumps({"clocks": [clock.parts for clock in clocks], "peaks": peaks()}))


def side(name: str, options: argparse.Namespace, media: Path, home: Path) -> dict[str, object]:
    """Run one side in a process of its own."""
    threads = str(options.threads)
    environment = {**os.environ, HOME_VARIABLE: str(home), "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    command = [sys.executable, __file__, "--side", name, "--model", str(home), "--media", str(media)]
    command += ["--seconds", str(options.seconds), "--steps", str(options.steps)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    return json.loads(out.strip().splitlines()[-1]) if name != "build" else {}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="home whose models folder holds, or gets, the random checkpoint")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--steps", type=int, default=3, help="ancestral steps that are really run")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--media", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        job(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        media = Path(folder) / "picture.mp4"
        render(media, options.seconds)
        home = Path(options.model or Path(folder) / "home").resolve()
        side("build", options, media, home)
        report(side("reference", options, media, home), side("default", options, media, home), options)


def report(reference: dict, default: dict, options: argparse.Namespace) -> None:
    """The table and the aims."""
    print(
        f"{platform.platform()}, {platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"{options.threads} threads; {options.seconds} s of sound"
    )
    print(f"reference: {options.steps} of {ALL_STEPS} steps run and multiplied")
    columns = [reference["clocks"][0], *default["clocks"]]
    print(f"{'seconds':10}{'reference':>20}{'default':>20}{'second take':>20}\n{'':10}" + f"{'wall':>11}{'CPU':>9}" * 3)
    for name in PARTS:
        cells = [column.get(name, (0.0, 0.0)) for column in columns]
        print(f"{name:10}" + "".join(f"{wall:11.2f}{cpu:9.2f}" for wall, cpu in cells))
    totals = [tuple(sum(part[k] for part in column.values()) for k in (0, 1)) for column in columns]
    print(f"{'all':10}" + "".join(f"{wall:11.2f}{cpu:9.2f}" for wall, cpu in totals))
    for name, k in (("wall", 0), ("CPU", 1)):
        quicker, cheaper = totals[0][k] / totals[1][k], 1 - totals[2][k] / totals[1][k]
        print(
            f"{name}: default {quicker:.1f} times faster (aim 8 on a processor, 20 on a GPU), "
            f"second take {cheaper:.0%} cheaper (aim 30 %)"
        )
    for name, most in reference["peaks"].items():
        print(
            f"peak {name}: reference {most:.0f} MiB, default {default['peaks'][name]:.0f} MiB, "
            f"{default['peaks'][name] / most:.2f} of it (aim 0.5)"
        )


if __name__ == "__main__":
    main()
