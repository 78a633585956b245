# SPDX-License-Identifier: GPL-3.0-or-later
"""Object tokens on a small VTA-LDM with random weights: when they switch on, what gain 0 is, and what training gives.

    python benchmarks/vta_sam_objects.py [--steps 400] [--scenes 64] [--held-out 8]

Scenes are rendered: a low humming box and a high hissing fan, of which one appears late. The detector is scripted, the
sound codec that of tests/data/sta_v2a_small. UNet and added parts learn together, from nothing. What is heard is
measured on scenes that no training saw: the level of an object's band while it is seen against while it is not; with
the right objects, with the two exchanged, and with none seen. A few minutes on one core.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from common import interval

from foleycue_backend.engines.base import Conditions
from foleycue_backend.engines.vta_ldm.frames import RATE
from foleycue_backend.engines.vta_ldm.studio import VtaLdmStudio
from foleycue_backend.engines.vta_sam.studio import VtaSamStudio
from foleycue_backend.training.sta_v2a.runner import Plan
from foleycue_backend.training.vta_sam import measure, scenes, small
from foleycue_backend.training.vta_sam.build import HELD_OUT_SEED, Base, load_base, train
from foleycue_backend.training.vta_sam.examples import objects_of_scene
from foleycue_shared.messages import Guidance

CODEC = Path(__file__).parent.parent / "tests" / "data" / "sta_v2a_small"
SWITCHED = 200


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--scenes", type=int, default=64)
    parser.add_argument("--held-out", type=int, default=8)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        base_folder = small.write_small(Path(folder) / "base", CODEC)
        base = load_base(base_folder, small.write_text_tower(Path(folder) / "text", scenes.OBJECTS))
        switched_on(base)
        gain_zero(base_folder, base)
        learnt(base, Path(folder), options)


def switched_on(base: Base) -> None:
    """How many sampled frames after the first one that shows it an object's vector switches on."""
    late = []
    for number in range(SWITCHED):
        shown = scenes.scene(number, HELD_OUT_SEED)
        vectors = objects_of_scene(shown, base.names)
        column = int(np.argmax(shown.since))
        own = vectors @ torch.linalg.pinv(base.names)[:, column]
        first = int(np.flatnonzero(own.abs().numpy() > 1e-3)[0])
        late.append(first - int(np.ceil(shown.since[column] * RATE)))
    print(f"object vector: {SWITCHED} late objects, frames behind the first that shows them {min(late)} to {max(late)}")


def gain_zero(folder: Path, base: Base) -> None:
    """Whether gain 0 gives VTA-LDM's own samples."""
    shown = scenes.scene(0, HELD_OUT_SEED)
    presence = scenes.detector(shown).find([None] * scenes.PICTURES, scenes.OBJECTS, lambda done: None).probability
    clip = np.random.default_rng(0).normal(size=(scenes.PICTURES, base.names.shape[1])).astype(np.float32)
    features = {"clip": clip, "presence": presence, "names": base.names.numpy()}

    def sound(studio: VtaLdmStudio, gain: float) -> np.ndarray:
        take = Conditions(samples=scenes.SAMPLES, steps=4, features=features, guidance=Guidance(text=gain))
        return np.concatenate([block for _, block in studio.make([take], lambda phase, step, steps: None)])

    plain = sound(VtaLdmStudio(folder), 0)
    for gain in (0.0, 0.25):
        difference = np.abs(sound(VtaSamStudio(folder), gain) - plain).max()
        print(f"gain {gain:g}: largest difference from VTA-LDM {difference:g}")


def learnt(base: Base, folder: Path, options: argparse.Namespace) -> None:
    """Train, and listen to scenes that were held out."""
    plan = Plan(steps=options.steps, batch=6, rate=3e-3, warmup=20, average=0.97, cpu=True)
    start = time.monotonic()
    sizes = options.scenes, options.held_out
    trained = train(base, plan, folder / "work", sizes, rank=8, everything=True, log=lambda line: None)
    minutes = (time.monotonic() - start) / 60
    print(f"{options.steps} steps in {minutes:.1f} min: held-out loss {trained.before:.3f}, then {trained.after:.3f}")
    # Other scenes than those of the validation.
    shown = [scenes.scene(number, HELD_OUT_SEED + 1) for number in range(options.held_out)]
    exchanged = [one.exchanged() for one in shown]
    never = (scenes.SECONDS, scenes.SECONDS)
    absent = [scenes.Scene(never, never, one.seed) for one in shown]
    for name, told in (("the right objects", shown), ("the two exchanged", exchanged), ("no object seen", absent)):
        levels = measure.heard(measure.mels(base, trained.adapter, shown, told), shown).levels
        print(f"level while seen against while not, {name}: {interval(levels)} dB")


if __name__ == "__main__":
    main()
