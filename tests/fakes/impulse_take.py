# SPDX-License-Identifier: GPL-3.0-or-later
"""A take whose sound is a single click, and what melt makes of the project that it lies in."""

import shutil
import subprocess
import time
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np

from foleycue_plugin.takes import StoredTake
from foleycue_shared.broadcast_wav import WavHeader, write_broadcast_wav
from foleycue_shared.messages import Take
from foleycue_shared.timing import FrameRange, frames_to_samples

RATE = 48_000
CLICK = 1234
MELT = shutil.which("melt")


def write_take(path: Path, span: FrameRange, *, click: int = CLICK, seed: int = 7) -> StoredTake:
    """A take for a range, silent but for one sample."""
    samples = np.zeros(span.samples(RATE), np.float32)
    samples[click] = 0.9
    write_broadcast_wav(path, [samples], WavHeader(sample_rate=RATE, time_reference=0, rate=span.rate))
    take = Take(
        take_id=path.stem, job_id="job", index=0, seed=seed, engine="mini", prompt="a knock <on> wood & tin",
        negative="", path=str(path), sha256="", sample_rate=RATE, samples=len(samples), cues=(), onsets=(),
        cue_error_ms=None,
    )  # fmt: skip
    return StoredTake(path=path, take=take)


def run_melt(project: Path, out: Path, first: int, last: int, *options: str) -> None:
    """Render frames first … last of a project into out."""
    assert MELT is not None
    command = [MELT, str(project), f"in={first}", f"out={last}", "-consumer", f"avformat:{out}", "real_time=-1"]
    command += ["terminate_on_pause=1", *options]
    assert any(_ends(command, out) for _ in range(8)), "melt writes nothing"


def _ends(command: list[str], out: Path) -> bool:
    """Whether melt did its work: now and then its consumer gives up at once, and it may sleep for ever."""
    out.unlink(missing_ok=True)
    melt = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until, idle = time.monotonic() + 60, 0
    while melt.poll() is None and idle < 20 and time.monotonic() < until:
        time.sleep(0.05)
        idle = idle + 1 if _asleep_alone(melt.pid) else 0
    melt.kill()
    return melt.wait() == 0 and out.stat().st_size > 0


def _asleep_alone(pid: int) -> bool:
    """Whether a process has one thread only, and that one sleeps."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return len(tasks) == 1 and (tasks[0] / "stat").read_text().rpartition(")")[2].split()[0] == "S"
    except OSError:
        return False


def rendered_click(project: Path, rate: Fraction, around: int, folder: Path) -> int:
    """The sample, counted from the project's start, at which melt plays the loudest moment near a frame.

    Only a second or two around it is rendered, from a frame that begins on a whole sample.
    """
    whole = (RATE / rate).denominator
    first = max(0, around - 10) // whole * whole
    out = folder / f"{project.stem}-render.wav"
    run_melt(project, out, first, around + 40, "vn=1", "video_off=1", "ar=48000", "ac=2", "acodec=pcm_s16le")
    with wave.open(str(out), "rb") as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, file.getnchannels())
    loud = np.abs(sound[:, 0].astype(int))
    assert loud.max() > 8000, "nothing is heard there"
    assert (loud > 2000).sum() == 1, "more than the click is heard"
    return frames_to_samples(first, rate, RATE) + int(loud.argmax())
