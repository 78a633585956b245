# SPDX-License-Identifier: GPL-3.0-or-later
"""Peak memory of a whole job for a 30 s and a 180 s range of several shots, each in a process of its own.

    python benchmarks/memory.py [--engine mini] [--seconds 30 180]

The second peak must lie within 10 % of the first. The picture is rendered here.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from common import Record, document

from foleycue_backend.pipeline import Pipeline
from foleycue_shared.messages import Generate, Scope

RATE = 25
SHOTS = 6


def render(path: Path, seconds: int) -> None:
    """A textured picture (720 x 1280) with a block that falls twice a second."""
    rng = np.random.default_rng(0)
    background = np.kron(rng.integers(40, 200, (45, 80)), np.ones((16, 16))).astype(np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        stream.height, stream.width = background.shape
        stream.pix_fmt = "yuv420p"
        for k in range(seconds * RATE):
            image = background.copy()
            top = min(500, int(40 * (k % 12) ** 1.2))
            image[top : top + 120, 500:700] = 240
            frame = av.VideoFrame.from_ndarray(image, "gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = k, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def job(engine: str, media: Path, seconds: int, place: Path) -> None:
    """One job in this process; prints its peak resident memory in MiB and its samples."""
    pipeline = Pipeline(place / f"cache{seconds}", place / "outbox")
    frames = seconds * RATE
    request = Generate(
        job_id=f"m{seconds}",
        engine=engine,
        scope=Scope(rate=f"{RATE}/1", frames=frames),
        prompt="knock on a door",
        seeds=(1,),
    )
    record = Record()
    pipeline.run(request, document(media, frames, RATE, SHOTS), record)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
    parts = "  ".join(f"{name} {value:.1f} s" for name, value in record.seconds.items())
    print(f"{peak / (1024 if sys.platform == 'darwin' else 1):.1f} {record.takes[0].samples} {parts}")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="mini")
    parser.add_argument("--seconds", type=int, nargs="+", default=[30, 180])
    parser.add_argument("--job", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        job(options.engine, Path(options.job[0]), options.seconds[0], Path(options.job[1]))
        return
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        media = Path(folder) / "long.mp4"
        render(media, -(-max(options.seconds) // SHOTS) + 1)
        for seconds in options.seconds:
            command = [sys.executable, __file__, "--engine", options.engine, "--seconds", str(seconds)]
            out = subprocess.run([*command, "--job", str(media), folder], check=True, stdout=subprocess.PIPE, text=True)
            peak, samples, parts = out.stdout.strip().splitlines()[-1].split(" ", 2)
            peaks.append(float(peak))
            print(f"{seconds:5} s  peak {peak} MiB  {samples} samples  {parts}", flush=True)
    print(f"ratio {peaks[-1] / peaks[0]:.3f}")


if __name__ == "__main__":
    main()
