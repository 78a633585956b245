# SPDX-License-Identifier: GPL-3.0-or-later
import hashlib
import sqlite3
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from foleycue_plugin import take_index
from foleycue_plugin.project import PlannedPlacement
from foleycue_plugin.takes import Plan, TakeStore
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Generate, Scope, Take
from foleycue_shared.places import home as places_home


@pytest.fixture
def places(tmp_path):
    return places_home(tmp_path / "home")


def plan(job_id="job", fingerprint="f"):
    request = Generate(job_id=job_id, scope=Scope(rate="25/1", frames=10), seeds=(1, 2))
    placement = PlannedPlacement(track="FoleyCue", start_frame=3, frames=10, timecode="01:00:00:03")
    return Plan(request=request, document=b"{}", placement=placement, source="/x.otio", fingerprint=fingerprint)


def offer(places, take_id="t1", job_id="job", index=0, content=b"RIFF"):
    path = places.outbox / f"{take_id}.wav"
    path.write_bytes(content)
    return Take(
        take_id=take_id, job_id=job_id, index=index, seed=1, engine="mini", prompt="", negative="", path=str(path),
        sha256=hashlib.sha256(content).hexdigest(), sample_rate=48_000, samples=1, cues=(), onsets=(),
        cue_error_ms=None,
    )  # fmt: skip


def test_a_take_moves_in_once(places):
    store, take = TakeStore(places), offer(places)
    stored = store.adopt(take, plan())
    assert stored.path.read_bytes() == b"RIFF"
    assert not list(places.outbox.iterdir())
    assert store.adopt(take, plan()) == stored
    assert TakeStore(places).takes_for("f") == [stored]
    assert store.takes_for("other") == []


def test_a_discarded_take_comes_back_until_it_is_purged(places):
    store = TakeStore(places)
    stored = store.adopt(offer(places), plan())
    for _ in range(2):
        store.discard(["t1"])
        assert store.takes_for("f") == []
        assert stored.path.exists()
    store.restore(["t1"])
    store.purge(["t1"])
    assert store.takes_for("f") == [stored]
    store.discard(["t1"])
    store.purge(before=datetime.now(UTC) - timedelta(days=1))
    assert stored.path.exists()
    store.purge(["t1"])
    assert not stored.path.exists()
    store.restore(["t1"])
    assert store.takes_for("f") == []


def test_a_take_on_a_timeline_keeps_its_file_though_it_is_discarded(places):
    store = TakeStore(places)
    stored = store.adopt(offer(places), plan())
    store.note("t1", used=True)
    store.discard(["t1"])
    store.purge(["t1"], datetime.now(UTC))
    assert store.takes_for("f") == []
    assert stored.path.exists()


def test_what_the_user_thinks_of_a_take_is_kept(places):
    store = TakeStore(places)
    store.adopt(offer(places), plan())
    store.note("t1", name="The one", starred=True)
    (found,) = TakeStore(places).takes_for("f")
    assert (found.name, found.starred, found.used) == ("The one", True, False)
    with pytest.raises(ValueError, match="no file"):
        store.note("t1", file="x")


def test_only_what_nobody_needs_is_offered_for_removal(places):
    store = TakeStore(places)
    for name in "abcde":
        store.adopt(offer(places, name, content=b"x" * 100), plan())
    store.note("a", starred=True)
    store.note("b", used=True)
    assert store.size() == 500
    assert store.spare(500) == ()
    assert [stored.take.take_id for stored in store.spare(450)] == ["c", "d"]
    assert [stored.take.take_id for stored in store.spare(100)] == ["c", "d", "e"]


def test_takes_of_a_job_come_in_their_order(places):
    store = TakeStore(places)
    for index in (2, 0, 1):
        store.adopt(offer(places, f"t{index}", index=index), plan())
    assert [stored.take.take_id for stored in store.takes_of_job("job")] == ["t0", "t1", "t2"]


def test_plans_are_remembered_until_their_job_ends(places):
    store = TakeStore(places)
    for job in ("a", "b", "a"):
        store.remember(plan(job))
    assert TakeStore(places).unfinished() == [plan("a"), plan("b")]
    store.close_job("a")
    assert store.unfinished() == [plan("b")]
    store.remember(plan("a"))
    assert store.unfinished() == [plan("a"), plan("b")]


def test_plans_keep_their_order_and_their_owner(places):
    store = TakeStore(places)
    for job, owner in (("a", "me"), ("b", "me"), ("x", "other"), ("c", "me")):
        store.remember(plan(job), owner)
    store.reorder(["c", "a"])
    store.remember(plan("d"), "me")
    assert [made.request.job_id for made in store.unfinished("me")] == ["c", "a", "b", "d"]
    assert [made.request.job_id for made in store.unfinished()] == ["c", "a", "b", "x", "d"]


def test_an_index_of_an_older_version_is_taken_over(places):
    folder = places.data / "takes"
    folder.mkdir()
    database = sqlite3.connect(folder / "index.sqlite3")
    with database:
        for statement in take_index._STEPS[0].split(";"):
            database.execute(statement)
        database.execute("PRAGMA user_version = 1")
        database.execute(
            "INSERT INTO takes VALUES ('t1', 'job', 'f', 't1.wav', ?, 0)", (msgspec.json.encode(offer(places)),)
        )
    database.close()
    (found,) = TakeStore(places).takes_for("f")
    assert (found.name, found.starred, found.used) == ("", False, False)


def test_a_crash_between_rename_and_index_loses_nothing(places):
    store, take = TakeStore(places), offer(places)
    places.outbox.joinpath("t1.wav").rename(places.data / "takes" / "t1.wav")
    assert store.adopt(take, plan()).path.exists()


@pytest.mark.parametrize("how", ["damaged", "elsewhere", "gone"])
def test_what_is_not_the_backends_take_is_refused(places, tmp_path, how):
    take = offer(places)
    if how == "damaged":
        places.outbox.joinpath("t1.wav").write_bytes(b"RIFX")
    elif how == "elsewhere":
        secret = tmp_path / "secret.wav"
        secret.write_bytes(b"RIFF")
        take = msgspec.structs.replace(take, path=str(secret))
    else:
        places.outbox.joinpath("t1.wav").unlink()
    store = TakeStore(places)
    with pytest.raises(FoleyCueError) as caught:
        store.adopt(take, plan())
    assert caught.value.code is ErrorCode.VERIFICATION
    assert store.takes_for("f") == []
    assert not (places.data / "takes" / "t1.wav").exists()


def test_an_outbox_on_another_disk_is_copied_from(places, monkeypatch):
    import pathlib

    whole = pathlib.Path.replace

    def replace(self, target):
        if self.parent == places.outbox:
            raise OSError(18, "Invalid cross-device link")
        return whole(self, target)

    monkeypatch.setattr(pathlib.Path, "replace", replace)
    stored = TakeStore(places).adopt(offer(places), plan())
    assert stored.path.read_bytes() == b"RIFF"
    assert not list(places.outbox.iterdir())


def test_a_newer_or_broken_index_has_a_sentence(places):
    TakeStore(places)
    index = places.data / "takes" / "index.sqlite3"
    with sqlite3.connect(index) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(FoleyCueError) as caught:
        TakeStore(places)
    assert caught.value.code is ErrorCode.VERSION
    index.write_bytes(b"not a database, but long enough to be read as one" * 50)
    with pytest.raises(FoleyCueError) as caught:
        TakeStore(places)
    assert caught.value.code is ErrorCode.OUTPUT_UNWRITABLE
