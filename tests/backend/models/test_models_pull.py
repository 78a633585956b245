# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way of a model from a hub on loopback into its place and out of it again."""

import json
import time

import pytest

from fakes.hub import COMMIT, FakeHub
from fakes.published_sta_v2a import publish, write_published
from foleycue_backend.models import __main__ as tool
from foleycue_backend.models import transfer
from foleycue_backend.models.store import Store, installed
from foleycue_shared.places import HOME_VARIABLE

MAIN = "saved/STA-V2A/best/pytorch_model_2.bin"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return write_published(tmp_path_factory.mktemp("published") / "folder")


@pytest.fixture
def hub(published):
    with FakeHub() as fake:
        publish(published, fake)
        yield fake


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(transfer, "CHUNK", 100_000)
    return tmp_path / "home"


def run(capsys, *arguments):
    """Exit status and events of one command."""
    status = tool.main([*map(str, arguments), "--json"])
    captured = capsys.readouterr()
    return status, [json.loads(line) for line in captured.out.splitlines()]


def pull(capsys, hub, *more):
    status, events = run(capsys, "pull", "sta-v2a", "--yes", "--endpoint", hub.endpoint, *more)
    return status, {event["event"]: event for event in events}


def test_pulled_converted_verified_listed_and_removed(capsys, hub, home):
    status, events = run(capsys, "pull", "sta-v2a", "--yes", "--endpoint", hub.endpoint)
    assert status == 0
    kinds = [event["event"] for event in events]
    assert kinds[0] == "plan"
    assert kinds[-2:] == ["report", "done"]
    folder = installed("sta-v2a")
    assert folder == home / "data" / "models" / "sta-v2a"
    assert (folder / "model_index.json").is_file()
    manifest = Store().manifest("sta-v2a")
    assert manifest is not None
    assert {origin.repository for origin in manifest.origins} == set(hub.repositories)
    assert {origin.revision for origin in manifest.origins} == {COMMIT}
    assert not Store().downloads("sta-v2a").exists()
    (table,) = run(capsys, "list")[1]
    assert table["models"][0]["installed"]
    assert table["models"][0]["size_bytes"] == manifest.size
    assert not table["models"][0]["commercial"]
    assert run(capsys, "verify")[1][-1]["bad"] == []
    assert run(capsys, "remove", "sta-v2a")[0] == 0
    assert installed("sta-v2a") is None


def test_the_plan_shows_sizes_and_licences_and_moves_nothing(capsys, hub):
    status, events = run(capsys, "pull", "sta-v2a", "--plan", "--endpoint", hub.endpoint)
    (plan,) = events
    assert status == 0
    assert plan["transfer_bytes"] == sum(file["size_bytes"] for file in plan["files"]) > 10_000_000
    licences = {entry["part"]: entry for entry in plan["licences"]}
    assert licences["text encoder"]["hub_licence"] == "apache-2.0"
    assert "NC" in licences["sound codec"]["licence"]
    assert not [path for method, path, _ in hub.asked if "resolve" in path]


def test_without_consent_nothing_moves(capsys, hub):
    status, events = run(capsys, "pull", "sta-v2a", "--endpoint", hub.endpoint)
    assert status == 2
    assert "--yes" in events[-1]["message"]
    assert not [path for method, path, _ in hub.asked if "resolve" in path]


def test_a_transfer_that_breaks_off_goes_on_where_it_was(capsys, hub):
    hub.breaks = {MAIN: [1_000_000]}
    assert pull(capsys, hub)[0] == 0
    assert hub.downloads(MAIN) == ["", "bytes=1000000-"]


def test_a_hub_that_goes_away_leaves_a_part_that_the_next_pull_continues(capsys, hub, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # between the client's own tries
    hub.breaks = {MAIN: [2_000_000, 0, 0, 0, 0, 0]}
    status, events = pull(capsys, hub)
    assert (status, events["failed"]["code"]) == (1, "backend-unreachable")
    assert "what came stays" in events["failed"]["message"]
    assert installed("sta-v2a") is None
    asked = len(hub.downloads(MAIN))
    (table,) = run(capsys, "list")[1]
    assert table["models"][0]["waiting_bytes"] >= 2_000_000
    status, events = pull(capsys, hub)
    assert status == 0
    assert hub.downloads(MAIN)[asked:] == ["bytes=2000000-"]
    assert sum(file["have_bytes"] for file in events["plan"]["files"]) >= 2_000_000


def test_a_server_without_ranges_starts_again(capsys, hub):
    hub.breaks = {MAIN: [1_000_000]}
    hub.ignores_ranges = True
    assert pull(capsys, hub)[0] == 0
    assert run(capsys, "verify")[0] == 0


@pytest.mark.parametrize("path", [MAIN, "vae_config.json"])
def test_a_wrong_checksum_is_refused_and_thrown_away(capsys, hub, path):
    hub.corrupt = {path}
    status, events = pull(capsys, hub)
    assert (status, events["failed"]["code"]) == (1, "verification")
    assert path in events["failed"]["message"]
    assert installed("sta-v2a") is None
    hub.corrupt = set()
    assert pull(capsys, hub)[0] == 0


def test_a_part_that_the_hub_lacks_is_named(capsys, hub):
    del hub.repositories["SimianLuo/Diff-Foley"]
    status, events = pull(capsys, hub)
    assert status == 2
    assert "“picture encoder”" in events["failed"]["message"]
    assert "SimianLuo/Diff-Foley" in events["failed"]["message"]


def test_a_file_that_is_listed_and_gone_is_named(capsys, hub):
    hub.gone = {MAIN}
    status, events = pull(capsys, hub)
    assert status == 2
    assert MAIN in events["failed"]["message"]


def test_parts_that_may_be_missing_may_be_missing(capsys, hub):
    del hub.repositories["y-ren16/STAV2A"]["saved/STA-V2A/summary.jsonl"]
    status, events = pull(capsys, hub)
    assert status == 0
    assert any("no summary.jsonl" in line for line in events["report"]["lines"])


def test_a_full_disk_is_said_before_anything_moves(capsys, hub, monkeypatch):
    monkeypatch.setattr("foleycue_backend.models.store.free_bytes", lambda folder: 1_000_000)
    status, events = pull(capsys, hub)
    assert (status, events["failed"]["code"]) == (2, "disk-full")
    assert not hub.downloads(MAIN)


def test_a_checkpoint_that_cannot_be_used_leaves_the_installed_model(capsys, hub, published):
    assert pull(capsys, hub)[0] == 0
    hub.add("y-ren16/STAV2A", MAIN, published.folder / published.cavp)
    status, events = pull(capsys, hub)
    assert status == 2
    assert "is a CAVP picture encoder" in events["failed"]["message"]
    assert installed("sta-v2a") is not None
    assert run(capsys, "verify")[0] == 0


@pytest.mark.parametrize(
    ("endpoint", "status", "words"),
    [("ftp://x", 2, "is no address"), ("http://127.0.0.1:9", 1, "cannot be reached")],
)
def test_no_hub_is_said(capsys, endpoint, status, words):
    found, events = run(capsys, "pull", "sta-v2a", "--yes", "--endpoint", endpoint)
    assert found == status
    assert words in events[-1]["message"]


def test_nothing_is_asked_of_a_hub_unless_pulling(capsys, hub, monkeypatch):
    monkeypatch.setenv("FOLEYCUE_HUB", hub.endpoint)
    for command in (["list"], ["verify"], ["remove", "sta-v2a"], ["import", "sta-v2a", "/nowhere"]):
        run(capsys, *command)
    assert hub.asked == []
    assert run(capsys, "pull", "sta-v2a", "--plan")[0] == 0
    assert hub.asked
