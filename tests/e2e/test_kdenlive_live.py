# SPDX-License-Identifier: GPL-3.0-or-later
"""The live host against the real Kdenlive: in by paste and by new track, exchanged, removed, and every fault."""

import signal
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from threading import Timer

import pytest

from fakes.impulse_take import CLICK, RATE, rendered_click, write_take
from fakes.kdenlive import FLAVOUR, ROOT, Desktop, RealKdenlive, XClipboard, require_kdenlive
from fakes.mlt_projects import Lane, Project
from foleycue_plugin import usecases
from foleycue_plugin.hosts.kdenlive.bus import Kdenlive
from foleycue_plugin.hosts.kdenlive.live import KdenliveHost
from foleycue_plugin.hosts.kdenlive.session import Session
from foleycue_plugin.hosts.mlt.additions import add_track
from foleycue_plugin.hosts.mlt.files import read_edit
from foleycue_plugin.hosts.mlt.timeline import setting
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import HOME_VARIABLE
from foleycue_shared.timing import FrameRange, frames_to_samples
from plugin.media_files import write_movie

pytestmark = pytest.mark.timeout(300)

RATES = {"25": Fraction(25), "29.97": Fraction(30000, 1001), "23.976": Fraction(24000, 1001)}
LATE = {"25": 15_750, "29.97": 18_885, "23.976": 15_110}


@dataclass
class Studio:
    """A running Kdenlive with its project, and our host beside it."""

    folder: Path
    rate: Fraction
    path: Path
    start: int
    kdenlive: RealKdenlive
    clipboard: XClipboard
    host: KdenliveHost

    @property
    def editor(self):
        return next(editor for editor in self.host.probe() if editor.id == self.kdenlive.id)

    def state(self) -> dict[str, int | None]:
        """What must not change: zone, playhead, active track."""
        with Kdenlive(self.kdenlive.id) as line:
            line.activate_always("file_save")
        edit, sequence = read_edit(self.path)
        return {name: setting(edit, sequence, name) for name in ("zonein", "zoneout", "position", "activeTrack")}

    def take(self, span: FrameRange, name: str, click: int = CLICK):
        return write_take(self.folder / f"{name}.wav", span, click=click)

    def click(self) -> int:
        return rendered_click(self.path, self.rate, self.start, self.folder)

    def expected(self, click: int = CLICK) -> int:
        return frames_to_samples(self.start, self.rate, RATE) + click

    def tracks(self) -> list[tuple[str, list[tuple[int, int]]]]:
        """Audio tracks from the top: name, and where clips lie."""
        _, sequence = read_edit(self.path)
        return [(t.name, [(i.start, i.frames) for i in t.items]) for t in reversed(sequence.audio_tracks)]


@pytest.fixture(scope="module")
def desktop(tmp_path_factory):
    require_kdenlive()
    with Desktop(tmp_path_factory.mktemp("desktop")) as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", made.environment["DBUS_SESSION_BUS_ADDRESS"])
        patch.setenv(HOME_VARIABLE, str(tmp_path_factory.mktemp("home")))
        yield made


@pytest.fixture(scope="module")
def studios(desktop, tmp_path_factory):
    """Opens a studio at a rate: picture and sync sound around a late frame, a free A2 below, zone over the picture."""
    folder = tmp_path_factory.mktemp("studio")

    def open_studio(name: str, stem: str = "edit"):
        rate, start = RATES[name], LATE[name]
        film = folder / f"{name}.mov"
        if not film.exists():
            write_movie(film, rate, 100, sound=True, size=(320, 180))
        items = [(start - 20, 100, 0)]
        lanes = [Lane([], audio=True), Lane(items, audio=True), Lane(items)]
        project = Project(rate, film, 100, lanes, zone=(start, start + 50), position=start + 7, active=2)
        return project.write(folder / f"{stem}-{name}", FLAVOUR), rate, start

    return open_studio


@pytest.fixture(scope="module", params=RATES)
def studio(request, desktop, studios, tmp_path_factory):
    path, rate, start = studios(request.param)
    clipboard = XClipboard(desktop)
    with desktop.kdenlive(path) as kdenlive:
        yield Studio(tmp_path_factory.mktemp("takes"), rate, path, start, kdenlive, clipboard, KdenliveHost(clipboard))


@pytest.fixture(autouse=True)
def picture_of_a_failure(request, desktop, tmp_path):
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        desktop.photograph(tmp_path / "screen.png")


def test_the_whole_way_of_a_take(studio):
    """Found, read, pasted, undone, pasted again, put on a new track, exchanged, removed."""
    host, editor = studio.host, studio.editor
    assert editor.project == studio.path
    project = host.open(editor)
    span = FrameRange(studio.start, 50, studio.rate)
    assert (project.rate, project.marked) == (studio.rate, span)
    selection = usecases.mark(project)
    studio.kdenlive.do("monitor_seek_backward-one-frame", "activate_video_1")
    before, shape = studio.state(), studio.tracks()
    studio.clipboard.put("what the user copied")

    placed = host.insert(editor, selection, studio.take(span, "one"))
    assert (placed.track, placed.start_frame, placed.frames) == ("A2", span.start, 50)
    assert studio.tracks() == [shape[0], ("", [(span.start, 50)])]
    assert studio.state() == before
    assert studio.clipboard.text() == "what the user copied"
    assert studio.click() == studio.expected()

    studio.kdenlive.do("edit_undo")
    assert studio.state() == before and studio.tracks() == shape

    again = host.insert(editor, selection, studio.take(span, "one"))
    assert again.track == "A2"
    # A2 is taken now, so that the next one needs a track of its own.
    second = host.insert(editor, selection, studio.take(span, "two", CLICK + 500))
    assert second.track == "FoleyCue"
    assert studio.tracks() == [shape[0], ("", [(span.start, 50)]), ("FoleyCue", [(span.start, 50)])]
    host.remove(again)
    assert studio.click() == studio.expected(CLICK + 500)
    after = studio.state()
    assert after == {**before, "activeTrack": before["activeTrack"] + 1}

    third = host.replace(second, studio.take(span, "three", CLICK + 900))
    assert (third.track, third.media.name) == ("FoleyCue", "three.wav")
    assert studio.click() == studio.expected(CLICK + 900)
    host.remove(third)
    assert studio.tracks() == [shape[0], ("", []), ("FoleyCue", [])]
    named = host.insert(editor, selection, studio.take(span, "four", CLICK + 1300), track="FoleyCue")
    assert named.track == "FoleyCue" and studio.click() == studio.expected(CLICK + 1300)


@pytest.fixture
def fresh(desktop, studios, tmp_path):
    """A studio of its own at 25, which a test may ruin."""
    path, rate, start = studios("25", "fault")
    clipboard = XClipboard(desktop)
    with desktop.kdenlive(path) as kdenlive:
        yield Studio(tmp_path, rate, path, start, kdenlive, clipboard, KdenliveHost(clipboard))


def backups() -> list[Path]:
    return list((places.home().data / "backups").glob("*"))


def test_a_kdenlive_that_dies_before_it_reads_the_project_anew(fresh, monkeypatch):
    selection = usecases.mark(fresh.host.open(fresh.editor))
    fresh.state()
    seen = []

    def die(line, action):
        if action == "file_revert" and not seen:
            seen.append(fresh.path.read_bytes())
            fresh.kdenlive.process.kill()
            fresh.kdenlive.process.wait()
        return activate(line, action)

    activate = Kdenlive.activate
    monkeypatch.setattr(Kdenlive, "activate", die)
    saved: list[bytes] = []
    rewrite = Session.rewrite
    monkeypatch.setattr(Session, "rewrite", lambda *given: (saved.append(given[1].data), rewrite(*given))[1])
    with pytest.raises(FoleyCueError, match="has gone") as caught:
        fresh.host.insert(fresh.editor, selection, fresh.take(selection.range, "dead"), track="Foley")
    assert caught.value.code is ErrorCode.BUSY
    assert seen[0] != saved[0], "the new track was never on disk"
    assert fresh.path.read_bytes() == saved[0] and backups() == []


@pytest.mark.skipif(bool(ROOT), reason="this version reads what makes 22.12 ask a question")
def test_a_dialog_keeps_kdenlive_from_answering(fresh, monkeypatch):
    """The insert waits no longer than its timeout, says so, and has changed nothing."""
    monkeypatch.setattr("foleycue_plugin.hosts.kdenlive.bus._SLOW", 2.0)
    editor = fresh.editor
    selection = usecases.mark(fresh.host.open(editor))
    # A file that another program has put in the project's place while Kdenlive is about to read it: it asks about it.
    before = fresh.path.read_bytes()

    def spoil(edit, sequence, *given):
        return edit.document.data.replace(b"kdenlive:docproperties.version", b"kdenlive:docproperties.no-version")

    monkeypatch.setattr("foleycue_plugin.hosts.kdenlive.live.add_track", spoil)
    with pytest.raises(FoleyCueError, match="does not answer: close the dialog") as caught:
        fresh.host.insert(editor, selection, fresh.take(selection.range, "modal"), track="Foley")
    assert caught.value.code is ErrorCode.BUSY
    assert len(fresh.path.read_bytes()) == len(before) and b"no-version" not in fresh.path.read_bytes()
    assert backups() == []


def test_a_kdenlive_that_reads_for_seconds_is_waited_for(fresh, monkeypatch):
    """On a busy machine, or with a long project, it answers nothing for a while."""
    selection = usecases.mark(fresh.host.open(fresh.editor))
    activate, process = Kdenlive.activate, fresh.kdenlive.process

    def read_slowly(line, action):
        activate(line, action)
        if action == "file_revert":
            process.send_signal(signal.SIGSTOP)
            Timer(4, process.send_signal, [signal.SIGCONT]).start()

    monkeypatch.setattr(Kdenlive, "activate", read_slowly)
    placed = fresh.host.insert(fresh.editor, selection, fresh.take(selection.range, "slow"), track="Foley")
    assert placed.track == "Foley" and backups() == []


def test_a_project_that_may_not_be_changed(fresh):
    editor = fresh.editor
    selection = usecases.mark(fresh.host.open(editor))
    fresh.path.chmod(0o444)
    before = fresh.path.read_bytes()
    with pytest.raises(FoleyCueError, match="read-only") as caught:
        fresh.host.insert(editor, selection, fresh.take(selection.range, "locked"))
    assert caught.value.code is ErrorCode.OUTPUT_UNWRITABLE
    assert fresh.path.read_bytes() == before
    fresh.path.chmod(0o644)


def test_a_project_that_another_program_changes_meanwhile(fresh, monkeypatch):
    editor = fresh.editor
    selection = usecases.mark(fresh.host.open(editor))
    theirs = []

    def meddle(*given):
        theirs.append(fresh.path.read_bytes() + b"<!-- theirs -->\n")
        fresh.path.write_bytes(theirs[0])
        return add_track(*given)

    monkeypatch.setattr("foleycue_plugin.hosts.kdenlive.live.add_track", meddle)
    with pytest.raises(FoleyCueError, match="changed by another program"):
        fresh.host.insert(editor, selection, fresh.take(selection.range, "meddled"), track="Foley")
    assert fresh.path.read_bytes() == theirs[0] and backups() == []


def test_an_occupied_or_changed_track_is_never_touched(fresh):
    """Between opening and inserting somebody filled A2: the take goes on a new track."""
    editor = fresh.editor
    selection = usecases.mark(fresh.host.open(editor))
    first = fresh.host.insert(editor, selection, fresh.take(selection.range, "first"))
    shape = fresh.tracks()
    assert first.track == "A2"
    second = fresh.host.insert(editor, selection, fresh.take(selection.range, "second"), track="A2")
    assert second.track == "FoleyCue"
    assert fresh.tracks()[:2] == shape and len(fresh.tracks()) == 3
    # A take that is not there any more cannot be exchanged.
    fresh.host.remove(second)
    with pytest.raises(FoleyCueError, match="no longer where it was put"):
        fresh.host.replace(second, fresh.take(selection.range, "third"))


def test_two_instances_are_told_apart(desktop, fresh, studios):
    path, rate, start = studios("29.97", "other")
    with desktop.kdenlive(path) as kdenlive:
        other = Studio(fresh.folder, rate, path, start, kdenlive, fresh.clipboard, fresh.host)
        assert {editor.project for editor in fresh.host.probe()} >= {fresh.path, path}
        untouched = fresh.path.read_bytes()
        selection = usecases.mark(other.host.open(other.editor))
        placed = other.host.insert(other.editor, selection, other.take(selection.range, "there"))
        assert placed.editor.project == path and other.click() == other.expected()
        assert fresh.path.read_bytes() == untouched
