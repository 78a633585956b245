# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue models, with the real tool as a process of its own and a hub on loopback."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from fakes.hub import FakeHub
from fakes.published_sta_v2a import publish, write_published
from foleycue_plugin import backend_tool
from foleycue_plugin.cli.main import main
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError

MAIN = "saved/STA-V2A/best/pytorch_model_2.bin"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return write_published(tmp_path_factory.mktemp("published") / "folder")


@pytest.fixture
def hub(published, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeHub() as fake:
        publish(published, fake)
        yield fake


def run(capsys, *arguments):
    """Exit status, stdout and stderr of one command."""
    status = main(["models", *map(str, arguments)])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out, captured.err


def test_interrupted_continued_checked_moved_damaged_imported_again_and_removed(capsys, home, hub, tmp_path):
    """One life of a model; it is one test since each conversion loads torch in a process of its own."""
    interrupt_a_pull(home, hub)
    assert not (home / "data" / "models" / "sta-v2a").exists()
    assert "of a pull wait to be continued" in run(capsys, "list")[1]

    status, out, err = run(capsys, "pull", "sta-v2a", "--yes", "--endpoint", hub.endpoint)
    assert status == 0
    first, second = hub.downloads(MAIN)
    assert first == ""
    assert int(second.removeprefix("bytes=").removesuffix("-")) > 1_000_000
    assert "NOT FOR COMMERCIAL USE" in err
    assert f"y-ren16/STAV2A/{MAIN}  10.1 MB" in err
    assert "the hub says apache-2.0" in err
    assert "download" in err
    assert "unet: 440 tensors from pytorch_model_2.bin; all fit" in out
    assert out.splitlines()[-1].startswith("sta-v2a is installed in")

    assert run(capsys, "move", tmp_path / "disk")[1] == f"The models lie in {tmp_path / 'disk'} now.\n"
    folder = tmp_path / "disk" / "sta-v2a"
    answer = json.loads(run(capsys, "list", "--json")[1])
    assert answer["folder"] == str(folder.parent)
    assert answer["models"][0]["path"] == str(folder)
    assert not (home / "data" / "models").exists()
    assert run(capsys, "verify")[0] == 0

    shutil.copytree(folder, tmp_path / "stick")
    damage(folder / "unet" / "diffusion_pytorch_model.safetensors")
    status, out, _ = run(capsys, "verify", "--json")
    assert status == 1
    assert [bad["path"] for bad in json.loads(out)["models"][0]["bad"]] == ["unet/diffusion_pytorch_model.safetensors"]
    status, out, _ = run(capsys, "import", "sta-v2a", tmp_path / "stick", "--json")
    assert (status, json.loads(out)["path"]) == (0, str(folder))
    assert run(capsys, "verify")[0] == 0
    damage(tmp_path / "stick" / "vae" / "config.json")
    status, _, err = run(capsys, "import", "sta-v2a", tmp_path / "stick")
    assert status == 1
    assert "vae/config.json" in err.splitlines()[-1]
    assert run(capsys, "verify")[0] == 0

    assert run(capsys, "remove", "sta-v2a")[0] == 0
    assert "not installed" in run(capsys, "list")[1]


def test_what_finds_objects_is_listed_by_itself_with_what_it_is_for_and_its_licences(capsys, home):
    lines = run(capsys, "list")[1].splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("grounding "))
    title, state, code, weights, use = lines[first : first + 5]
    assert "Grounding DINO and SAM 2" in title
    assert "not installed" in state and "for finding objects in the picture" in state
    assert "code Apache-2.0" in code and "weights Apache-2.0" in weights
    assert "commercial use allowed" in use


def interrupt_a_pull(home, hub):
    """Pull from a slow hub as a process of its own, and press Ctrl-C on the way."""
    hub.pause = 0.02
    command = [sys.executable, "-m", "foleycue_plugin.cli.main", "models", "pull", "sta-v2a", "--yes"]
    process = subprocess.Popen(
        [*command, "--endpoint", hub.endpoint],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    downloads = home / "data" / "models" / ".downloads" / "sta-v2a"
    wait_for(lambda: any(path.stat().st_size > 1_000_000 for path in downloads.rglob("*.part")))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1].startswith("foleycue: Cancelled")
    hub.pause = 0.0


def wait_for(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def damage(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_bad_input_is_one_sentence_and_status_2(capsys, home, tmp_path):
    (tmp_path / "file").touch()
    for arguments, words in (
        (["pull", "moog"], "no model 'moog'"),
        (["remove", "moog"], "choose one of sta-v2a"),
        (["remove", "sta-v2a"], "not installed"),
        (["verify", "sta-v2a"], "not installed"),
        (["import", "sta-v2a", tmp_path / "nowhere"], "no folder"),
        (["import", "sta-v2a"], "required: FOLDER"),
        (["move", tmp_path / "file"], "no folder"),
        (["move", home / "data" / "models" / "deeper"], "lie in each other"),
        (["pull", "sta-v2a", "--endpoint", "nonsense"], "no address"),
        (["sing"], "invalid choice"),
        ([], "required: ACTION"),
    ):
        status, out, err = run(capsys, *arguments)
        last = err.splitlines()[-1]
        assert (status, out) == (2, ""), arguments
        assert words in last, (arguments, err)
        assert last.startswith("foleycue: "), err
        assert last.endswith("."), err


class Terminal(io.StringIO):
    """A keyboard with somebody at it."""

    def isatty(self):
        return True


@pytest.mark.parametrize(("typed", "status"), [("y\n", 2), ("\n", 130)])
def test_consent_is_asked_after_size_and_licence(capsys, home, hub, monkeypatch, typed, status):
    hub.gone = {MAIN}  # so that an agreed pull ends at once
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    found, _, err = run(capsys, "pull", "sta-v2a", "--endpoint", hub.endpoint)
    assert found == status
    before = err.split("Transfer this?")[0]
    assert "MB to transfer" in before
    assert "CC BY-NC-SA" in before
    assert bool(hub.downloads(MAIN)) == (typed == "y\n")


def test_without_anybody_to_ask_nothing_moves(capsys, home, hub, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    status, out, err = run(capsys, "pull", "sta-v2a", "--endpoint", hub.endpoint)
    assert (status, out) == (2, "")
    assert "--yes" in err.splitlines()[-1]
    assert not hub.downloads(MAIN)


def test_a_tool_that_dies_is_told(home, monkeypatch, tmp_path):
    (tmp_path / "foleycue_backend").mkdir()
    (tmp_path / "foleycue_backend" / "__init__.py").touch()
    (tmp_path / "foleycue_backend" / "broken.py").write_text("print('hello'); raise SystemExit(7)")
    monkeypatch.setattr(backend_tool, "backend_environment", lambda: {**os.environ, "PYTHONPATH": str(tmp_path)})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FoleyCueError, match=r"“broken” ended unexpectedly: see .*broken.log") as caught:
        backend_tool.run_tool(places.home(), "broken", [], lambda event: None)
    assert caught.value.code is ErrorCode.INTERNAL


def test_list_loads_no_torch_in_the_tool(home):
    code = (
        "import sys; from foleycue_backend.models.__main__ import main; main(['list', '--json']); "
        "print([m for m in ('torch', 'diffusers', 'huggingface_hub', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
