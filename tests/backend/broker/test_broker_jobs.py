# SPDX-License-Identifier: GPL-3.0-or-later
"""A real broker with a real worker process: jobs, their events, and everything that can go wrong with them."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.line import Line, broker_thread, generate, wait_until_gone, worker_of
from foleycue_shared.errors import ErrorCode
from foleycue_shared.messages import (
    Accepted,
    Acknowledge,
    Analyse,
    Analysed,
    Attach,
    Cancel,
    Cancelled,
    Done,
    EngineList,
    Failed,
    Hello,
    JobEvent,
    ListEngines,
    Load,
    Locate,
    Ping,
    Pong,
    Progress,
    Refused,
    Scope,
    Stop,
    TakeReady,
    Understand,
    Understood,
    Unload,
    WorkerState,
)
from foleycue_shared.places import Places

DOCUMENT = b"{}"


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    with broker_thread(tmp_path) as places:
        yield places


@pytest.fixture
def line(places: Places) -> Iterator[Line]:
    with Line(places) as line:
        yield line


def test_a_job_from_hello_to_acknowledge(places: Places, line: Line):
    assert line.wait_for(WorkerState).state == "none"
    line.send(generate(takes=2, prompt="print"), DOCUMENT)
    line.wait_for(Done)
    events = [event for event, _ in line.heard if isinstance(event, JobEvent)]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert isinstance(events[0], Accepted)
    phases = list(dict.fromkeys(event.phase for event in line.of(Progress)))
    assert phases == ["loading", "decode", "analyse", "diffuse", "finish"]
    fractions = [event.fraction for event in line.of(Progress)]
    assert fractions == sorted(fractions) and fractions[-1] < 1
    assert [len(blobs[0]) for event, blobs in line.heard if isinstance(event, Analysed)] == [100]
    first, second = (event.take for event in line.of(TakeReady))
    assert (first.take_id, second.take_id) == ("job-0", "job-1")
    assert Path(second.path).read_text() == "8" and Path(second.path).parent == places.outbox
    assert (places.outbox / "job-0.json").is_file()
    line.send(Acknowledge(take_id="job-0"))
    line.send(Ping(nonce=5))
    assert line.wait_for(Pong).nonce == 5
    assert not list(places.outbox.glob("job-0*")) and (places.outbox / "job-1.wav").is_file()
    assert [state.state for state in line.of(WorkerState)] == ["none", "starting", "busy", "idle"]


def test_only_the_phase_is_named_before_the_first_step_then_the_time_left(line: Line):
    line.send(generate(prompt="slow"), DOCUMENT)
    line.wait_for(Done)
    told = [(event.phase, event.eta_seconds) for event in line.of(Progress)]
    assert all(eta is None for phase, eta in told if phase in ("loading", "decode"))
    left = [eta for phase, eta in told if phase == "diffuse" and eta is not None]
    assert len(left) > 5 and left[-1] < left[len(left) // 2]


def test_progress_is_thinned_but_every_other_event_and_the_last_step_come(line: Line):
    began = time.monotonic()
    line.send(generate(prompt="many", takes=3), DOCUMENT)
    line.wait_for(Done)
    seconds = time.monotonic() - began
    assert len(line.of(Progress)) <= 20 * seconds + 15
    assert len(line.of(TakeReady)) == 3 and len(line.of(Analysed)) == 1


def test_the_same_job_twice_is_one_job(line: Line):
    line.send(generate(prompt="slow"), DOCUMENT)
    line.send(generate(prompt="slow"), DOCUMENT)
    line.wait_for(Done)
    assert {event.seq for event in line.of(Accepted)} == {1} and len(line.of(Accepted)) == 2
    assert len(line.of(TakeReady)) == 1
    line.send(generate(prompt="slow"), DOCUMENT)
    line.wait_for(Done)
    assert len(line.of(TakeReady)) == 2 and len({event.seq for event in line.of(TakeReady)}) == 1
    line.send(generate(prompt="other"), DOCUMENT)
    assert line.wait_for(Refused).code is ErrorCode.PROTOCOL


def test_a_cancelled_job_ends_within_a_step_and_a_waiting_one_at_once(line: Line):
    line.send(generate("runs", prompt="slow", takes=8), DOCUMENT)
    line.send(generate("waits", prompt="slow"), DOCUMENT)
    while line.wait_for(Progress).phase != "diffuse":
        pass
    for job_id, limit in (("waits", 0.1), ("runs", 0.2)):
        began = time.monotonic()
        line.send(Cancel(job_id=job_id))
        assert line.wait_for(Cancelled).job_id == job_id
        assert time.monotonic() - began < limit
    line.send(Cancel(job_id="runs"))
    assert line.wait_for(Cancelled).job_id == "runs"
    line.send(Cancel(job_id="never"))
    assert line.wait_for(Refused).code is ErrorCode.UNKNOWN_JOB
    line.send(generate("next"), DOCUMENT)
    assert line.wait_for(Done).job_id == "next"


def test_nobody_else_may_see_cancel_or_acknowledge_a_job(places: Places, line: Line):
    line.send(generate(prompt="slow"), DOCUMENT)
    line.wait_for(Progress)
    with Line(places) as other:
        for request in (Cancel(job_id="job"), Attach(job_id="job")):
            other.send(request)
            assert other.wait_for(Refused).code is ErrorCode.UNKNOWN_JOB
        other.send(generate(prompt="slow"), DOCUMENT)
        assert other.wait_for(Refused).code is ErrorCode.PROTOCOL
        line.wait_for(Done)
        other.send(Acknowledge(take_id="job-0"))
        other.send(Ping(nonce=1))
        other.wait_for(Pong)
        assert (places.outbox / "job-0.wav").is_file()


def test_a_session_that_comes_back_catches_up_from_where_it_was(places: Places):
    with Line(places, session="mine") as line:
        line.send(generate(prompt="slow", takes=2), DOCUMENT)
        line.wait_for(TakeReady)
        last = line.heard[-1][0].seq
    with Line(places, session="mine") as line:
        time.sleep(0.2)
        line.send(Ping(nonce=1))
        line.wait_for(Pong)
        assert not line.of(JobEvent)  # nothing overtakes what was missed
        line.send(Attach(job_id="job", after=last))
        line.wait_for(Done)
        events = [event for event, _ in line.heard if isinstance(event, JobEvent)]
        assert all(event.seq > last for event in events)
        assert [event.take.index for event in line.of(TakeReady)] == [1]
        line.send(Attach(job_id="job"))
        line.wait_for(Done)
        assert [event.take.index for event in line.of(TakeReady)] == [1, 0, 1]


@pytest.mark.parametrize(
    ("prompt", "code", "retryable"),
    [
        ("die", ErrorCode.WORKER_LOST, True),
        ("memory", ErrorCode.OUT_OF_MEMORY, True),
        ("refuse", ErrorCode.MEDIA_OFFLINE, False),
        ("break", ErrorCode.INTERNAL, False),
    ],
)
def test_each_failure_has_its_code_and_the_next_job_works(line: Line, prompt: str, code: ErrorCode, retryable: bool):
    line.send(generate("bad", prompt=prompt), DOCUMENT)
    line.send(generate("good"), DOCUMENT)
    failed = line.wait_for(Failed)
    assert (failed.job_id, failed.code, failed.retryable) == ("bad", code, retryable)
    assert failed.message.endswith(".") and "Traceback" not in failed.message
    assert line.wait_for(Done).job_id == "good"
    if prompt == "break":
        assert "ZeroDivisionError: a bug" in failed.detail


def test_a_worker_killed_from_outside(line: Line):
    line.send(generate("bad", prompt="slow"), DOCUMENT)
    while line.wait_for(Progress).phase != "diffuse":
        pass
    worker = worker_of(os.getpid())
    os.kill(worker, signal.SIGKILL)
    assert line.wait_for(Failed).code is ErrorCode.WORKER_LOST
    assert line.wait_for(WorkerState).state == "lost"
    line.send(generate("bad", prompt="slow"), DOCUMENT)  # retryable: the same request may be sent again
    assert line.wait_for(Done).job_id == "bad"


def test_a_worker_that_keeps_dying_is_not_started_for_ever(line: Line):
    for number in range(4):
        line.send(generate(f"job{number}", prompt="die"), DOCUMENT)
        failed = line.wait_for(Failed)
        assert failed.code is ErrorCode.WORKER_LOST
    assert "several times" in failed.message
    line.send(Load())
    assert line.wait_for(Refused).code is ErrorCode.WORKER_LOST


def test_a_silent_worker_counts_as_stalled(tmp_path: Path):
    with broker_thread(tmp_path, stall=0.3) as places, Line(places) as line:
        line.send(generate(prompt="hang"), DOCUMENT)
        while line.wait_for(WorkerState).state != "stalled":
            pass
        line.send(Stop())
        assert line.wait_for(Refused).code is ErrorCode.BUSY
        line.send(Stop(force=True))
        assert line.wait_for(Failed).retryable
        assert line.wait_for(WorkerState).state == "stopped"


def test_a_stalled_worker_is_ended_and_its_job_may_be_sent_again(tmp_path: Path):
    with broker_thread(tmp_path, stall=0.3) as places, Line(places) as line:
        line.send(generate(prompt="hang"), DOCUMENT)
        while line.wait_for(WorkerState).state != "stalled":
            pass
        line.send(Unload())
        failed = line.wait_for(Failed)
        assert (failed.code, failed.retryable) == (ErrorCode.WORKER_LOST, True)
        line.send(generate(job_id="other"), DOCUMENT)
        assert line.wait_for(Done).job_id == "other"


def test_load_unload_and_idle_unload(tmp_path: Path):
    with broker_thread(tmp_path, idle_unload=1.0) as places, Line(places) as line:
        line.send(Load())
        while (state := line.wait_for(WorkerState)).state != "idle":
            pass
        assert state.engine == "mini"
        worker = worker_of(os.getpid())
        line.send(generate(prompt="slow"), DOCUMENT)
        line.send(Unload())
        assert line.wait_for(Refused).code is ErrorCode.BUSY
        line.wait_for(Done)
        line.send(Unload())
        while line.wait_for(WorkerState).state != "none":
            pass
        wait_until_gone(worker)
        line.send(Load(engine="broken"))
        assert line.wait_for(Refused).message == "The weights are damaged."
        while line.wait_for(WorkerState).state != "none":  # by itself, after a second without work
            pass


def test_engines_are_listed_and_unknown_ones_refused(line: Line):
    line.send(ListEngines())
    assert [info.id for info in line.wait_for(EngineList).engines] == ["mini", "broken", "absent"]
    for name, words in (("nonsense", "absent, broken, mini"), ("absent", "Not installed.")):
        line.send(generate(engine=name), DOCUMENT)
        refused = line.wait_for(Refused)
        assert refused.code is ErrorCode.UNKNOWN_ENGINE and words in refused.message


def test_whether_objects_can_be_found_is_listed_and_asked_no_worker(line: Line):
    line.send(ListEngines())
    finder = line.wait_for(EngineList).finder
    assert finder is not None and not finder.available
    line.send(Locate(job_id="find", scope=Scope(rate="25/1", frames=25), words="car"), DOCUMENT)
    refused = line.wait_for(Refused)
    assert (refused.code, refused.message) == (ErrorCode.UNKNOWN_ENGINE, finder.reason)
    assert {state.state for state in line.of(WorkerState)} == {"none"}


def test_a_prompt_is_read_without_a_worker(line: Line):
    line.send(Understand(prompt="knock"))
    understood = line.wait_for(Understood)
    assert (understood.engine, understood.prompt, understood.known) == ("mini", "knock", True)
    assert [sound.label for sound in understood.sounds] == ["Knock"]
    line.send(Understand(engine="nonsense", prompt="knock"))
    assert line.wait_for(Refused).code is ErrorCode.UNKNOWN_ENGINE
    assert {state.state for state in line.of(WorkerState)} == {"none"}


def test_bad_requests_are_refused_with_a_sentence(line: Line):
    wrong = [
        (generate(scope=Scope(rate="0/1", frames=1)), [DOCUMENT], ErrorCode.BAD_RANGE),
        (generate(scope=Scope(rate="25/0", frames=1)), [DOCUMENT], ErrorCode.BAD_RANGE),
        (generate(scope=Scope(rate="25/1", frames=25 * 1_800 + 1)), [DOCUMENT], ErrorCode.LIMIT),
        (generate(), [], ErrorCode.PROTOCOL),
        (generate(), [DOCUMENT, DOCUMENT], ErrorCode.PROTOCOL),
        (generate("x" * 61), [DOCUMENT], ErrorCode.PROTOCOL),
        (generate(prompt="x" * 1_001), [DOCUMENT], ErrorCode.PROTOCOL),
    ]
    for request, blobs, code in wrong:
        line.send(request, *blobs)
        refused = line.wait_for(Refused)
        assert refused.code is code and refused.message.endswith(".")
    line.send(Analyse(job_id="fine", scope=Scope(rate="24000/1001", frames=24)), DOCUMENT)
    assert line.wait_for(Done).job_id == "fine"


def test_the_queue_of_a_session_is_limited(line: Line):
    for number in range(66):
        line.send(generate(f"job{number}", prompt="slow"), DOCUMENT)
    refused = line.wait_for(Refused)
    assert (refused.code, refused.job_id) == (ErrorCode.QUEUE_FULL, "job65")
    assert [event.ahead for event in line.of(Accepted)] == list(range(65))


def test_nothing_is_answered_before_hello_nor_to_another_protocol(places: Places):
    with Line(places, hello=False) as line:
        line.send(Ping(nonce=1))
        assert line.wait_for(Refused).code is ErrorCode.PROTOCOL
        line.send(Hello(major=2, minor=0, product="9", session="s"))
        assert line.wait_for(Refused).code is ErrorCode.VERSION


def test_a_silent_session_is_forgotten_but_its_job_goes_on(tmp_path: Path):
    with broker_thread(tmp_path, session_silence=0.5) as places, Line(places, session="mine") as line:
        line.send(generate(prompt="slow"), DOCUMENT)
        line.wait_for(Progress)
        time.sleep(1.2)
        line.send(Ping(nonce=1))
        assert line.wait_for(Refused).code is ErrorCode.PROTOCOL
        line.send(Hello(major=1, minor=0, product="0", session="mine"))
        line.send(Attach(job_id="job"))
        line.wait_for(Done)


def test_the_broker_ends_when_nobody_needs_it(tmp_path: Path):
    with broker_thread(tmp_path, idle_exit=0.3, session_silence=0.3) as places:
        with Line(places):
            pass
        deadline = time.monotonic() + 5
        while places.connection_file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
