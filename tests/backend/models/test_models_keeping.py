# SPDX-License-Identifier: GPL-3.0-or-later
"""Installed models: verified, moved whole or not at all, taken over from another installation."""

import os
import shutil

import pytest

from foleycue_backend.models import copying, keeping
from foleycue_backend.models.catalogue import model
from foleycue_backend.models.events import Done, Meter, Progress, Verified
from foleycue_backend.models.importing import import_folder
from foleycue_backend.models.store import Store
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import HOME_VARIABLE, home

FILES = {"model_index.json": b"{}", "unet/weights.safetensors": b"x" * 5000}


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store with two models."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    home()
    store = Store()
    for name in ("another", "sta-v2a"):
        with store.changing(), store.placing(name) as part:
            for path, content in FILES.items():
                (part / path).parent.mkdir(exist_ok=True)
                (part / path).write_bytes(content)
            store.seal(part, name, [])
    return store


def assert_whole(store):
    events = []
    assert keeping.verify(store, [], events.append)
    verified = [event for event in events if isinstance(event, Verified)]
    assert [(event.model, event.files) for event in verified] == [("another", 2), ("sta-v2a", 2)]


def test_what_a_desktop_hides_in_folders_is_no_fault(store):
    (store.path("sta-v2a") / ".DS_Store").touch()
    assert_whole(store)


@pytest.mark.parametrize("linked", [True, False])
def test_all_models_move(store, tmp_path, monkeypatch, linked):
    if not linked:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError("another disk")))
    store.downloads("sta-v2a").mkdir(parents=True)
    (store.downloads("sta-v2a") / "half.part").write_bytes(b"half")
    old, events = store.folder, []
    keeping.move(store, tmp_path / "disk", events.append)
    assert isinstance(events[-1], Done)
    assert not old.exists()
    assert store.folder == tmp_path / "disk"
    assert (store.downloads("sta-v2a") / "half.part").read_bytes() == b"half"
    assert_whole(store)


def test_a_move_that_fails_leaves_all_models_where_they_are(store, tmp_path, monkeypatch):
    def fill_up(folder, target, manifest, meter, link=False):
        if manifest.model == "sta-v2a":
            raise OSError(28, "No space left on device", str(target))
        copying.copy_model(folder, target, manifest, meter, link)

    monkeypatch.setattr(keeping, "copy_model", fill_up)
    with pytest.raises(FoleyCueError) as caught:
        keeping.move(store, tmp_path / "disk", lambda event: None)
    assert caught.value.code is ErrorCode.DISK_FULL
    assert not [path for path in (tmp_path / "disk").iterdir() if path.is_dir()]
    assert_whole(store)


def test_a_damaged_model_is_not_moved(store, tmp_path):
    (store.path("sta-v2a") / "model_index.json").write_bytes(b"[]")
    with pytest.raises(FoleyCueError, match=r"model_index.json has another content"):
        keeping.move(store, tmp_path / "disk", lambda event: None)
    assert store.models() == ["another", "sta-v2a"]


def test_models_do_not_move_onto_others_or_into_themselves(store, tmp_path):
    (tmp_path / "taken" / "sta-v2a").mkdir(parents=True)
    (tmp_path / "file").touch()
    for target, words in (
        (tmp_path / "taken", "exists already"),
        (tmp_path / "file", "no folder"),
        (store.folder, "already"),
        (store.folder / "sta-v2a", "lie in each other"),
        (store.folder.parent, "lie in each other"),
    ):
        with pytest.raises(FoleyCueError, match=words):
            keeping.move(store, target, lambda event: None)
    assert_whole(store)


def test_an_installed_folder_is_taken_over_only_whole_and_by_its_name(store, tmp_path):
    stick = tmp_path / "stick"
    shutil.copytree(store.path("sta-v2a"), stick)
    with store.changing():
        store.remove("sta-v2a")
    entry, events = model("sta-v2a"), []
    import_folder(home(), store, entry, stick, events.append)
    assert {event.phase for event in events if isinstance(event, Progress)} == {"copy", "check"}
    assert_whole(store)
    (stick / "model_index.json").unlink()
    with pytest.raises(FoleyCueError, match="missing"):
        import_folder(home(), store, entry, stick, events.append)
    other = tmp_path / "other"
    shutil.copytree(store.path("another"), other)
    with pytest.raises(FoleyCueError, match="holds the model another"):
        import_folder(home(), store, entry, other, events.append)
    assert_whole(store)


def test_time_left_comes_from_the_pace_after_what_was_there(monkeypatch):
    clock = iter([0.0, 0.0, 10.0, 20.0])
    monkeypatch.setattr("foleycue_backend.models.events.time.monotonic", lambda: next(clock))
    said = []
    meter = Meter(said.append, "download", 1_000)
    for done in (500, 600, 1_000):
        meter.at(done)
    assert [event.seconds_left for event in said] == [None, 40.0, 0.0]
