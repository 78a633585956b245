# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's own rules, and the program that starts the broker, run inside the test process."""

import io
import threading
from pathlib import Path

import pytest

from fakes.line import ENGINES, PIPELINE, Line, broker_thread, generate
from foleycue_backend.__main__ import main
from foleycue_backend.broker import link
from foleycue_backend.worker import STAGING, Worker
from foleycue_shared.endpoint import live_connection
from foleycue_shared.errors import ErrorCode
from foleycue_shared.messages import ListEngines, Ping, Pong, Refused, Stop
from foleycue_shared.places import home


class Desk:
    """A worker with pipes in memory."""

    def __init__(self, tmp_path: Path) -> None:
        self.said = io.BytesIO()
        self.outbox = tmp_path
        self.worker = Worker(io.BytesIO(), self.said, tmp_path, tmp_path, PIPELINE)

    def run(self, prompt: str = "", takes: int = 1, indexes: tuple[int, ...] = (0,)) -> list[link.Report]:
        self.worker._run(link.Run(request=generate(prompt=prompt, takes=takes), document=b"{}", indexes=indexes))
        return self.reports()

    def reports(self) -> list[link.Report]:
        self.said.seek(0)
        found = []
        while (frame := link.read_frame(self.said)) is not None:
            found.append(link.reports.decode(frame))
        self.said.seek(0)
        self.said.truncate()
        return found


def test_takes_are_numbered_by_what_is_missing_and_moved_out_of_the_staging_directory(tmp_path: Path):
    (tmp_path / STAGING).mkdir()
    (tmp_path / STAGING / "left by a killed worker.wav").write_bytes(b"")
    desk = Desk(tmp_path)
    reports = desk.run(takes=2, indexes=(1, 3))
    takes = [report.take for report in reports if isinstance(report, link.TakeMade)]
    assert [(take.take_id, take.index, take.seed) for take in takes] == [("job-1", 1, 7), ("job-3", 3, 8)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [STAGING, "job-1.wav", "job-3.wav"]
    assert not list((tmp_path / STAGING).iterdir())
    assert {report.take for report in reports if isinstance(report, link.Step) and report.phase == "diffuse"} == {1, 3}
    assert isinstance(reports[-1], link.Ended) and reports[-1].code is None
    again = [report.phase for report in desk.run() if isinstance(report, link.Step)]
    assert "loading" not in again, "the pipeline is kept"


@pytest.mark.parametrize(("prompt", "code"), [("memory", ErrorCode.OUT_OF_MEMORY), ("refuse", ErrorCode.MEDIA_OFFLINE)])
def test_what_ends_a_job_is_said_with_its_code(tmp_path: Path, prompt: str, code: ErrorCode):
    ended = Desk(tmp_path).run(prompt)[-1]
    assert isinstance(ended, link.Ended) and ended.code is code and ended.message.endswith(".")


def test_a_job_that_was_aborted_before_its_turn_does_nothing(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.worker._aborted.add("job")
    assert desk.run() == [link.Ended(job_id="job", code=ErrorCode.CANCELLED)]
    assert isinstance(desk.run()[-2], link.TakeMade), "the same id may come again"


def test_engines_are_loaded_or_not(tmp_path: Path):
    desk = Desk(tmp_path)
    for engine in ("mini", "broken"):
        desk.worker._load(engine)
    good, bad = desk.reports()
    assert isinstance(good, link.Loaded) and good.code is None
    assert isinstance(bad, link.Loaded) and bad.message == "The weights are damaged."


def test_a_frame_that_is_cut_short_is_the_end():
    whole = link.pack(link.Abort(job_id="job"))
    assert link.orders.decode(link.read_frame(io.BytesIO(whole)) or b"") == link.Abort(job_id="job")
    for cut in (0, 5, len(whole) - 1):
        assert link.read_frame(io.BytesIO(whole[:cut])) is None


def test_the_program_serves_until_it_is_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def stop() -> None:
        while live_connection(home(tmp_path)) is None:
            pass
        with Line(home(tmp_path)) as line:
            line.send(Stop())
            line.connection.receive(5)

    stopper = threading.Thread(target=stop)
    stopper.start()
    assert main(["--home", str(tmp_path), "--idle-exit", "1", "--pipeline", PIPELINE]) == 0
    stopper.join()
    assert capsys.readouterr().out.startswith('{"ready":true,"pid":')
    with broker_thread(tmp_path):
        assert main(["--home", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "The backend runs already.\n"


def test_over_tcp_the_listed_client_is_served(tmp_path: Path):
    with broker_thread(tmp_path, tcp=True) as places, Line(places) as line:
        line.send(Ping(nonce=3))
        assert line.wait_for(Pong).nonce == 3


def test_a_fault_of_the_brokers_own_is_answered_and_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with broker_thread(tmp_path) as places, Line(places) as line:
        monkeypatch.setattr("fakes.line.ENGINES", None)
        line.send(generate(), b"{}")
        refused = line.wait_for(Refused)
        assert (refused.code, refused.job_id) == (ErrorCode.INTERNAL, "job")
        monkeypatch.setattr("fakes.line.ENGINES", ENGINES)
        line.send(ListEngines())
        line.send(Ping(nonce=1))
        line.wait_for(Pong)
