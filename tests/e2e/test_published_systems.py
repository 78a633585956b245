# SPDX-License-Identifier: GPL-3.0-or-later
"""Published systems from a hub to a take: pulled, converted and run by the command line, each on a small checkpoint."""

import json
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest

from fakes.hub import FakeHub
from foleycue_plugin import demo
from foleycue_plugin.cli.main import main
from foleycue_shared.broadcast_wav import read_wav

pytest.importorskip("torch", reason="no engine without torch")
pytestmark = pytest.mark.timeout(400)

RATE = Fraction(24000, 1001)


class System(NamedTuple):
    """A system's small checkpoint: who writes it, where it is published, and whether the engine reads prompts."""

    write: str
    repository: str
    reads: bool


SYSTEMS = {
    "tango": System("write_tango", "declare-lab/tango", reads=True),
    "vta-ldm": System("write_vta_ldm", "ariesssxu/vta-ldm-clip4clip-v-large", reads=False),
}


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: object) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return status, captured.out, captured.err

    return run


@pytest.mark.parametrize("engine", SYSTEMS)
def test_pulled_converted_and_heard(real_home, tmp_path, monkeypatch, command, engine):
    from fakes import published_tango

    system = SYSTEMS[engine]
    getattr(published_tango, system.write)(tmp_path / "published")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeHub() as hub:
        published_tango.publish(tmp_path / "published", hub, system.repository)
        status, out, err = command("models", "pull", engine, "--yes", "--endpoint", hub.endpoint)
    assert status == 0, err
    assert "NOT FOR COMMERCIAL USE" in err
    assert "all fit" in out

    def take(name: str, *options: object) -> tuple[np.ndarray, str]:
        marked = (demo.TIMELINE, "--range", "01:00:03:22", "152f", "--engine", engine, "--prompt", "knock on wood")
        path = tmp_path / name
        status, out, err = command("generate", *marked, "--audio", path, "--steps", 3, *options, "--json")
        assert status == 0, err
        made = json.loads(out)["takes"][0]
        assert (made["engine"], made["samples"]) == (engine, round(Fraction(58 * 48_000) / RATE))
        return read_wav(path)[0], err

    first, err = take("first.wav", "--seed", 3)
    shown = {line.split()[0].rstrip(",") for line in err.splitlines()}
    assert {"analyse", "diffuse", "vocode"} <= shown
    assert ("text" in shown) == system.reads
    again, _ = take("again.wav", "--seed", 3)
    other, _ = take("other.wav", "--seed", 4)
    published, _ = take("published.wav", "--seed", 3, "--faithful")
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first, published)
