# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory and seconds of one take by an engine at full width, with random weights, and of another take of that range.

    python benchmarks/engine_full_size.py --engine ID [--model FOLDER] [--seconds 10] [--steps N] [--setting faithful]

The model is built once (in FOLDER, a home, where it stays for another run) and the job runs in a process of its own.
--steps has the solver take so few steps and multiplies their time by evaluations of the network, of which PNDM has one
more. CPU seconds are those of the process: the steadier figure on a shared machine. Reading the
networks counts with what comes before the first step.
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
from full_size_models import BUILDERS, install
from memory import RATE, render

from foleycue_backend.engines.studio.setting import Setting
from foleycue_shared.places import HOME_VARIABLE


def run(options: argparse.Namespace) -> None:
    """Two takes in this process, one after the other; prints JSON."""
    from importlib import import_module

    from foleycue_backend.engines import registry
    from foleycue_backend.pipeline import Pipeline
    from foleycue_shared.messages import Generate, Scope

    media, frames, clocks = Path(options.media), options.seconds * RATE, []
    pipeline = Pipeline(media.parent / "cache", media.parent / "outbox")
    settings = import_module(f"foleycue_backend.engines.{options.engine.replace('-', '_')}.settings")
    setting = settings.SETTINGS[options.setting]
    for seed in (1, 2):
        request = Generate(
            job_id=f"s{seed}",
            engine=options.engine,
            scope=Scope(rate=f"{RATE}/1", frames=frames),
            prompt="a hammer hits a wooden board",
            seeds=(seed,),
            setting=options.setting,
            steps=options.steps,
        )
        clock = Clock()
        pipeline.run(request, document(media, frames, RATE), ClockedRecord(clock))
        clocks.append(clock)
    usual, done = evaluations(setting, setting.steps), evaluations(setting, options.steps or setting.steps)
    for clock in clocks:
        clock.parts["diffuse"] = tuple(seconds * usual / done for seconds in clock.parts["diffuse"])
    info = registry.engine_info(options.engine)
    facts = {"usual": usual, "done": done, "size": info.size_bytes, "peaks": peaks()}
    print(json.dumps({"clocks": [clock.parts for clock in clocks], **facts}))


def evaluations(setting: Setting, steps: int) -> int:
    """How often a window asks the network. Imported late: reading torch is part of what is measured."""
    from foleycue_backend.engines.parts import sampling, schedule

    return sampling.evaluations(schedule.solver(setting.solver, setting.solver_options), steps)


def report(found: dict, options: argparse.Namespace) -> None:
    """The table."""
    print(
        f"{options.engine}, {options.setting}, {options.seconds} s of sound; {platform.platform()}, {os.cpu_count()} "
        f"cores, {options.threads} threads"
    )
    if options.steps:
        print(f"{found['done']} of each window's {found['usual']} evaluations run and multiplied")
    print(f"{'seconds':10}{'first take':>20}{'another take':>20}\n{'':10}" + f"{'wall':>11}{'CPU':>9}" * 2)
    for name in PARTS:
        cells = [clock.get(name, (0.0, 0.0)) for clock in found["clocks"]]
        print(f"{name:10}" + "".join(f"{wall:11.2f}{cpu:9.2f}" for wall, cpu in cells))
    totals = [tuple(sum(part[k] for part in clock.values()) for k in (0, 1)) for clock in found["clocks"]]
    print(f"{'all':10}" + "".join(f"{wall:11.2f}{cpu:9.2f}" for wall, cpu in totals))
    most = "; ".join(f"peak {name} {value:.0f} MiB" for name, value in found["peaks"].items())
    print(f"installed {found['size'] / 1e9:.2f} GB; {most}")


def main() -> None:
    """Build, run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", required=True, choices=sorted(BUILDERS))
    parser.add_argument("--model", help="home whose models folder holds, or gets, the random model")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--steps", type=int, help="steps that are really run")
    parser.add_argument("--setting", default="default")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--side", choices=("build", "run"), help=argparse.SUPPRESS)
    parser.add_argument("--media", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side == "build":
        install(Path(options.model), options.engine)
    elif options.side == "run":
        run(options)
    else:
        with tempfile.TemporaryDirectory() as folder:
            media = Path(folder) / "picture.mp4"
            render(media, options.seconds)
            home = Path(options.model or Path(folder) / "home").resolve()
            side("build", options, media, home)
            report(json.loads(side("run", options, media, home)), options)


def side(name: str, options: argparse.Namespace, media: Path, home: Path) -> str:
    """Do one thing in a process of its own; the last line that it printed."""
    threads = str(options.threads)
    environment = {**os.environ, HOME_VARIABLE: str(home), "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    command = [sys.executable, __file__, "--side", name, "--engine", options.engine, "--model", str(home)]
    command += ["--media", str(media), "--seconds", str(options.seconds), "--setting", options.setting]
    command += ["--steps", str(options.steps)] if options.steps else []
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    return out.strip().splitlines()[-1] if out.strip() else ""


if __name__ == "__main__":
    main()
