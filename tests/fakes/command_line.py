# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line as a user runs it, on 58 frames of the demo picture."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction

import pytest

from foleycue_plugin import demo
from foleycue_plugin.cli.main import main

#: A range of the demo, and its length in samples at 48 kHz.
MARKED = (str(demo.TIMELINE), "--range", "01:00:03:22", "152f")
SAMPLES = round(58 * 48_000 / Fraction(24000, 1001))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit status and what was printed to both streams, in this process."""
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out, captured.err


def phases(shown: str) -> set[str]:
    """The phases that a progress line went through."""
    return {line.split()[0].rstrip(",") for line in shown.splitlines() if line.strip()}


def interrupted(arguments: Sequence[str], phase: str) -> tuple[int, str, str]:
    """As run(), in a process of its own that gets Ctrl-C at the first step of a phase."""
    process = subprocess.Popen(
        [sys.executable, "-m", "foleycue_plugin.cli.main", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(phase):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err
