# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue hosts and install-host, in a home without editors."""

import json
import shlex
import shutil
import subprocess
import sys

import pytest

from foleycue_plugin.cli.main import main


@pytest.fixture
def lonely(home, tmp_path, monkeypatch):
    """A user with nothing installed and no session bus."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS", "BLENDER_USER_RESOURCES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    return tmp_path / "user"


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.skipif(sys.platform != "linux", reason="Kdenlive is live on Linux only")
def test_what_was_found_and_what_it_can_do(lonely, capsys):
    assert main(["hosts", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    found = {host["name"]: host for host in answer["hosts"]}
    assert set(found) >= {"Kdenlive", "Blender"}
    assert found["Kdenlive"]["running"] == [] and found["Kdenlive"]["installed"] == []
    assert found["Kdenlive"]["can"] == {"new_track": True, "replace": True, "undo": True}
    assert {".otio", ".kdenlive", ".mlt"} <= set(answer["files"])
    assert main(["hosts"]) == 0
    assert "Kdenlive" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="desktop entries are of Linux")
def test_the_desktop_entry_comes_and_goes_alone(lonely, capsys):
    other = lonely / ".local/share/applications/other.desktop"
    other.parent.mkdir(parents=True)
    other.write_text("[Desktop Entry]\n")
    assert main(["install-host", "kdenlive"]) == 0
    entry = other.with_name("foleycue.desktop")
    assert files(lonely) == sorted(str(path.relative_to(lonely)) for path in (entry, other))
    lines = entry.read_text().splitlines()
    command = shlex.split(next(line for line in lines if line.startswith("Exec=")).removeprefix("Exec="))
    assert command == [sys.executable, "-m", "foleycue_ui", "%f"]
    if shutil.which("desktop-file-validate"):
        assert subprocess.run(["desktop-file-validate", str(entry)], capture_output=True, check=False).stdout == b""
    capsys.readouterr()
    assert main(["hosts"]) == 0 and str(entry) in capsys.readouterr().out
    assert main(["install-host", "kdenlive"]) == 0
    assert main(["install-host", "kdenlive", "--uninstall"]) == 0
    assert main(["install-host", "kdenlive", "--uninstall"]) == 0
    assert "nothing of FoleyCue's" in capsys.readouterr().out
    assert files(lonely) == [".local/share/applications/other.desktop"]


@pytest.mark.skipif(sys.platform != "linux", reason="desktop entries are of Linux")
def test_a_strange_entry_of_our_name_stays(lonely, capsys):
    entry = lonely / ".local/share/applications/foleycue.desktop"
    entry.parent.mkdir(parents=True)
    entry.write_text("[Desktop Entry]\nName=Mine\n")
    assert main(["install-host", "kdenlive"]) == 2
    assert "move it away" in capsys.readouterr().err
    assert main(["install-host", "kdenlive", "--uninstall"]) == 0
    assert entry.read_text() == "[Desktop Entry]\nName=Mine\n"


def test_an_unknown_editor_is_bad_input(lonely, capsys):
    assert main(["install-host", "premiere"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
