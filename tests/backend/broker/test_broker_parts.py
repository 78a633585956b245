# SPDX-License-Identifier: GPL-3.0-or-later
"""The broker's parts by themselves: outbox, pace, sessions, job log."""

import os
import time
from pathlib import Path

import pytest

from fakes.line import generate
from foleycue_backend.broker.jobs import MAX_FINISHED, Job, Jobs, digest
from foleycue_backend.broker.outbox import ORPHAN_SECONDS, Outbox
from foleycue_backend.broker.pace import GUESSES, JobPace, PaceBook
from foleycue_backend.broker.sessions import MAX_SESSIONS, Sessions
from foleycue_backend.worker import explain
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Done, Failed, Progress, Take, TakeReady


def take_ready(directory: Path, take_id: str, size: int = 10) -> TakeReady:
    path = directory / f"{take_id}.wav"
    path.write_bytes(bytes(size))
    job_id, _, index = take_id.rpartition("-")
    take = Take(
        take_id=take_id,
        job_id=job_id,
        index=int(index),
        seed=1,
        engine="mini",
        prompt="",
        negative="",
        path=str(path),
        sha256="",
        sample_rate=48_000,
        samples=1,
        cues=(),
        onsets=(),
        cue_error_ms=None,
    )
    return TakeReady(job_id=job_id, seq=3, take=take)


# -- outbox -------------------------------------------------------------------------------------------------------


def test_takes_outlive_the_broker(tmp_path: Path):
    first = Outbox(tmp_path)
    for take_id in ("job-1", "job-0", "job-other-0"):
        first.put(take_ready(tmp_path, take_id), "me", "digest")
    again = Outbox(tmp_path)
    assert [entry.event.take.take_id for entry in again.of_job("job")] == ["job-0", "job-1"]
    assert again.of_job("job")[0].session == "me"
    assert (tmp_path / "job-0.json").stat().st_mode & 0o777 == 0o600


def test_an_acknowledged_take_stays_noted_until_its_job_is_over(tmp_path: Path):
    outbox = Outbox(tmp_path)
    outbox.put(take_ready(tmp_path, "job-0"), "me", "digest")
    outbox.acknowledge("job-0", "somebody", job_over=True)
    outbox.acknowledge("never", "me", job_over=True)
    assert (tmp_path / "job-0.wav").is_file()
    outbox.acknowledge("job-0", "me", job_over=False)
    assert not (tmp_path / "job-0.wav").exists()
    assert [entry.acknowledged for entry in Outbox(tmp_path).of_job("job")] == [True]
    outbox.job_over("job")
    assert not list(tmp_path.iterdir())


def test_damaged_sidecars_and_lost_sounds_do_no_harm(tmp_path: Path):
    Outbox(tmp_path).put(take_ready(tmp_path, "job-0"), "me", "digest")
    (tmp_path / "bad.json").write_bytes(b"\xff{")
    (tmp_path / "job-0.json").rename(tmp_path / "moved-0.json")
    assert Outbox(tmp_path).of_job("job") == [] and not (tmp_path / "bad.json").exists()
    (tmp_path / "moved-0.json").rename(tmp_path / "job-0.json")
    (tmp_path / "job-0.wav").unlink()
    assert Outbox(tmp_path).of_job("job") == [] and not (tmp_path / "job-0.json").exists()


def test_the_outbox_is_cleaned_by_age_and_size(tmp_path: Path):
    outbox = Outbox(tmp_path)
    now = time.time()
    for age, take_id in ((500, "old-0"), (300, "big-0"), (200, "mid-0"), (100, "new-0"), (900, "runs-0")):
        outbox.put(take_ready(tmp_path, take_id, 1_000), "me", "digest")
        os.utime(tmp_path / f"{take_id}.json", (now - age, now - age))
    for name, age in (("orphan", 2 * ORPHAN_SECONDS), ("fresh", 1.0)):
        (tmp_path / f"{name}.wav").write_bytes(b"")
        os.utime(tmp_path / f"{name}.wav", (now - age, now - age))
    outbox.clean(max_age=400, max_bytes=3_000, keep_job="runs")
    assert sorted(path.stem for path in tmp_path.glob("*.wav")) == ["fresh", "mid-0", "new-0", "runs-0"]
    assert len(list(tmp_path.glob("*.json"))) == 3


# -- pace ---------------------------------------------------------------------------------------------------------


def test_the_fraction_never_falls_and_stays_below_one():
    pace = JobPace(GUESSES, 10.0, (0, 2))
    told = []
    now = 0.0
    for take in (0, 2):
        for phase in ("loading", "decode", "analyse", "diffuse", "vocode", "diffuse", "align", "finish", "unheard-of"):
            for step in range(5):
                now += 0.1
                told.append(pace.step(phase, step, 4, take, now))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions) and fractions[-1] < 1
    assert all(left is None or left >= 0 for _, left in told)


def test_the_time_left_is_right_once_the_costs_are_known():
    costs = {**dict.fromkeys(GUESSES, 0.1), "loading": 0.0, "text": 0.0, "diffuse": 0.5}
    pace = JobPace(costs, 10.0, (0,))
    fraction, left = pace.step("decode", 0, 0, 0, 0.0)
    assert fraction == pytest.approx(0, abs=1e-6) and left is None
    assert pace.step("analyse", 0, 0, 0, 1.0)[1] is None
    fraction, left = pace.step("diffuse", 5, 10, 0, 4.5)
    assert fraction == pytest.approx(0.45, abs=0.01) and left == pytest.approx(5.5, abs=0.1)
    pace.step("finish", 0, 0, 0, 9.0)
    assert pace.finish(10.0)["diffuse"] == pytest.approx(0.45)


def test_costs_are_learned_and_kept(tmp_path: Path):
    path = tmp_path / "pace.json"
    book = PaceBook(path)
    book.learn("mini", {"diffuse": 1.0})
    book.learn("mini", {"diffuse": 2.0})
    assert PaceBook(path).costs("mini")["diffuse"] == pytest.approx(1.3)
    assert PaceBook(path).costs("other") == GUESSES
    path.write_text("nonsense")
    assert PaceBook(path).costs("mini") == GUESSES
    PaceBook(tmp_path / "absent" / "pace.json").learn("mini", {"diffuse": 1.0})


# -- sessions and jobs --------------------------------------------------------------------------------------------


def test_a_session_moves_with_its_latest_hello():
    sessions = Sessions(silence=60.0)
    assert sessions.open("a", b"1") and sessions.open("a", b"2") and sessions.open("b", b"3")
    assert sessions.heard(b"1") is None and sessions.heard(b"2") == "a" and sessions.identity("a") == b"2"
    assert sessions.open("c", b"2") and sessions.identity("a") is None and len(sessions) == 2
    sessions.leave(b"2")
    assert sessions.identities() == [b"3"]


def test_there_is_an_end_to_sessions():
    sessions = Sessions(silence=60.0)
    assert all(sessions.open(str(number), str(number).encode()) for number in range(MAX_SESSIONS))
    assert not sessions.open("one more", b"one more")


def test_finished_jobs_are_forgotten_in_the_end():
    jobs = Jobs()
    for number in range(MAX_FINISHED + 5):
        job = Job(generate(f"job{number}"), b"document", "me", "digest")
        jobs.enqueue(job)
        job.record(Done(job_id=job.id))
        jobs.over(job)
    assert jobs.get("job4") is None and jobs.get("job5") is not None and not jobs.busy


def test_a_job_keeps_the_latest_progress_only_and_none_after_its_end():
    job = Job(generate(), b"", "me", digest(generate(), b""))
    for step in range(3):
        job.record(Progress(job_id="job", phase="diffuse", step=step))
        assert [event.seq for event, _ in job.log] == [step + 1]
    job.record(Failed(job_id="job", code=ErrorCode.INTERNAL, message=""))
    assert [event.seq for event, _ in job.log] == [4]


def test_a_job_is_stalled_after_twenty_of_its_usual_steps():
    job = Job(generate(), b"", "me", "digest")
    jobs = Jobs()
    jobs.enqueue(job)
    jobs.start_next()
    job.heard = 0.0
    for now in (10.0, 20.0, 30.0):
        job.spoke(now)
    assert not job.stalled(200.0, least=60.0) and job.stalled(231.0, least=60.0)


def test_every_error_gets_a_code_and_a_sentence():
    class OutOfMemoryError(RuntimeError):
        """As torch names its own."""

    for error, code in (
        (FoleyCueError(ErrorCode.NO_PICTURE, "No picture."), ErrorCode.NO_PICTURE),
        (OutOfMemoryError("CUDA"), ErrorCode.OUT_OF_MEMORY),
        (RuntimeError("bug"), ErrorCode.INTERNAL),
    ):
        found, sentence, detail = explain(error)
        assert found is code and sentence.endswith(".") and type(error).__name__ in detail
