# SPDX-License-Identifier: GPL-3.0-or-later
"""A real panel and a real backend, each killed while they work: nothing of the user's is lost, and the work goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from foleycue_backend.engines.registry import engine_info
from foleycue_plugin.demo import TIMELINE
from foleycue_shared.endpoint import live_connection
from foleycue_shared.places import HOME_VARIABLE, Places

pytestmark = [
    pytest.mark.skipif(not engine_info("mini").available, reason="the weights of mini are not here"),
    pytest.mark.skipif(not TIMELINE.exists(), reason="the demo picture was not rendered yet"),
    pytest.mark.skipif(sys.platform == "win32", reason="kills by signal"),
    pytest.mark.timeout(600),
    # Not beside the other tests that need a core of their own.
]

ROOT = Path(__file__).parents[2]
FRAMES = 48
PROMPTS = ["a hammer hits wood", "a hammer hits metal", "glass breaks"]
PATIENCE = 240.0

Say = Callable[..., dict[str, Any]]


@contextmanager
def panel_process(places: Places) -> Iterator[tuple[Say, "subprocess.Popen[str]"]]:
    path = os.pathsep.join(str(ROOT / part) for part in ("shared", "backend", "plugin", "ui", "tests"))
    environment = {
        **os.environ,
        "PYTHONPATH": path,
        HOME_VARIABLE: str(places.root),
        "QT_QPA_PLATFORM": "offscreen",
    }
    command, pipe = [sys.executable, "-m", "fakes.panel_hand"], subprocess.PIPE
    with subprocess.Popen(
        command, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        assert json.loads(process.stdout.readline()) == {"ready": True}

        def say(word: str, **rest: object) -> dict[str, Any]:
            assert process.stdout is not None and process.stdin is not None
            process.stdin.write(json.dumps({"word": word, **rest}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert "failed" not in answer, answer
            return answer

        yield say, process
        if process.poll() is None:
            process.stdin.write('{"word": "quit"}\n')
            process.stdin.close()
            process.wait(30)


def wait(say: Say, ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE
    while not ready(seen := say("look")):
        assert time.monotonic() < end, seen
    return seen


def test_backend_and_panel_are_killed_and_everything_is_there_again(real_home: Places):
    with panel_process(real_home) as (say, process):
        say("open_file", path=str(TIMELINE), frames=FRAMES)
        cues = say("add_cue")["cues"]
        for prompt in PROMPTS:
            say("ask", prompt=prompt)
        wait(say, lambda seen: seen["job"] == "running")

        info = live_connection(real_home)
        assert info is not None
        os.kill(info.pid, signal.SIGKILL)
        seen = wait(say, lambda seen: seen["link"] != "connected")
        assert (seen["queue"], seen["prompt"], seen["cues"]) == (PROMPTS, PROMPTS[-1], cues)
        seen = wait(say, lambda seen: len(seen["takes"]) == 1 and seen["job"] == "running")
        assert seen["takes"] == PROMPTS[:1]

        process.send_signal(signal.SIGKILL)
        process.wait(10)

    with panel_process(real_home) as (say, process):
        seen = wait(say, lambda seen: bool(seen["queue"]) and seen["read"] and bool(seen["takes"]))
        assert seen["path"] == str(TIMELINE)
        assert seen["range"] == [0, FRAMES]
        assert (seen["cues"], seen["prompt"]) == (cues, PROMPTS[-1])
        assert PROMPTS[0] in seen["takes"]
        seen = wait(say, lambda seen: seen["job"] == "idle" and len(seen["takes"]) == len(PROMPTS))
        assert seen["takes"] == sorted(PROMPTS)
        assert seen["notices"] == []
