# SPDX-License-Identifier: GPL-3.0-or-later
"""Where models lie, and how one takes its place whole or not at all."""

import subprocess
import sys

import pytest

from foleycue_backend.models.manifest import MANIFEST_NAME, faults, require_manifest
from foleycue_backend.models.store import Store, installed
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import HOME_VARIABLE


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return Store()


def place(store, name="sta-v2a", files=None):
    with store.changing(), store.placing(name) as part:
        for path, content in (files or {"a.bin": b"one", "sub/b.bin": b"second"}).items():
            (part / path).parent.mkdir(exist_ok=True)
            (part / path).write_bytes(content)
        store.seal(part, name, [])
    return store.path(name)


def test_looking_makes_nothing_on_disk(store, tmp_path):
    assert installed("sta-v2a") is None
    assert store.models() == []
    assert list(tmp_path.iterdir()) == []


def test_a_placed_model_is_installed_at_once_and_again_gone(store):
    folder = place(store)
    assert installed("sta-v2a") == folder
    assert store.models() == ["sta-v2a"]
    manifest = require_manifest(folder, "sta-v2a")
    assert manifest.size == 9
    assert set(manifest.files) == {"a.bin", "sub/b.bin"}
    with store.changing():
        assert store.remove("sta-v2a") > 9
    assert installed("sta-v2a") is None
    with store.changing(), pytest.raises(FoleyCueError, match="not installed"):
        store.remove("sta-v2a")


def test_a_model_that_lost_a_file_is_not_installed(store):
    folder = place(store)
    (folder / "sub" / "b.bin").write_bytes(b"short")
    assert installed("sta-v2a") is None


def test_a_failed_change_leaves_the_old_model(store):
    folder = place(store)
    with pytest.raises(ZeroDivisionError), store.changing(), store.placing("sta-v2a") as part:
        (part / "a.bin").write_bytes(b"new")
        raise ZeroDivisionError
    assert (folder / "a.bin").read_bytes() == b"one"
    assert [path.name for path in store.folder.iterdir() if path.is_dir()] == ["sta-v2a"]


def test_a_model_without_a_manifest_takes_no_place(store):
    with pytest.raises(FoleyCueError, match="not installed"), store.changing(), store.placing("sta-v2a") as part:
        (part / "a.bin").write_bytes(b"new")
    assert installed("sta-v2a") is None


def test_a_change_that_was_killed_between_renames_is_undone(store):
    folder = place(store)
    folder.rename(store.folder / ".sta-v2a.old")
    (store.folder / ".sta-v2a.part").mkdir()
    with store.changing():
        assert installed("sta-v2a") == folder
    assert not (store.folder / ".sta-v2a.part").exists()


def test_two_changes_at_once_are_refused(store):
    with store.changing(), pytest.raises(FoleyCueError, match="changing the models") as caught, Store().changing():
        pass
    assert caught.value.code is ErrorCode.BUSY


def test_the_users_own_folder_is_kept(store, tmp_path):
    store.use(tmp_path / "big disk")
    assert Store().folder == tmp_path / "big disk"
    assert place(Store()) == tmp_path / "big disk" / "sta-v2a"


def test_every_fault_is_named(store):
    folder = place(store, files={"a": b"1", "b": b"22", "c": b"333", "d": b"4"})
    manifest = require_manifest(folder, "sta-v2a")
    (folder / "a").write_bytes(b"2")
    (folder / "b").write_bytes(b"2")
    (folder / "c").unlink()
    (folder / "e").touch()
    found = dict(faults(folder, manifest))
    assert set(found) == {"a", "b", "c", "e"}
    assert found["b"] == "has 1 bytes instead of 2"


def test_a_manifest_that_points_outside_counts_for_nothing(store):
    folder = place(store)
    text = (folder / MANIFEST_NAME).read_text().replace("a.bin", "../a.bin")
    (folder / MANIFEST_NAME).write_text(text)
    assert installed("sta-v2a") is None


def test_looking_loads_no_torch():
    code = (
        "import sys; from foleycue_backend.models import store, catalogue; store.installed('sta-v2a'); "
        "assert not {'torch', 'diffusers', 'transformers', 'huggingface_hub'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)}, timeout=60)
