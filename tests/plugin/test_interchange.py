# SPDX-License-Identifier: GPL-3.0-or-later
"""Round trips through every exchange format, against the table of what each keeps in docs/interchange.md."""

import re
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from foleycue_plugin import usecases
from foleycue_plugin.takes import StoredTake
from foleycue_shared.broadcast_wav import WavHeader, write_broadcast_wav
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.messages import Take
from foleycue_shared.timeline import sound_pieces, whole_range
from foleycue_shared.timeline.times import seconds
from foleycue_shared.timing import frames_to_samples
from plugin.conftest import CLOCKS
from plugin.media_files import clip, gap, span, write_timeline

FORMATS = (".otio", ".otioz", ".otiod", ".xml", ".aaf", ".fcpxml", ".edl")
RATES = ("23.976", "25", "29.97 DF")
#: Everything that can be kept, as the table in the documentation calls it.
ASPECTS = (
    "record position", "start timecode", "source range", "drop-frame flag", "cue markers", "track name",
    "other takes", "our metadata",
)  # fmt: skip
CUES = (Cue(4_800, 0.5), Cue(30_030, 1.0, CueSource.PICTURE))


def take(folder: Path, selection: usecases.Selection, number: int = 0) -> StoredTake:
    """A take as the backend finishes it: its TimeReference is the range's record time."""
    rate, samples = selection.range.rate, selection.range.samples(48_000)
    reference = frames_to_samples(selection.scope.start_frame, rate, 48_000)
    header = WavHeader(sample_rate=48_000, time_reference=reference, rate=rate, drop_frame=selection.drop_frame)
    path = folder / f"take {number}.wav"
    write_broadcast_wav(path, [np.zeros(samples, np.float32)], header)
    made = Take(
        take_id=f"t{number}", job_id="job", index=number, seed=number, engine="mini", prompt="knock", negative="",
        path=str(path), sha256="", sample_rate=48_000, samples=samples, cues=CUES, onsets=(), cue_error_ms=None,
    )  # fmt: skip
    return StoredTake(path=path, take=made)


@pytest.fixture
def selection(tmp_path, movies, request):
    """Frames 27 to 70 of: 20 frames, a gap of 10, 45 frames; with sound of its own on one track."""
    rate, start, _, _ = CLOCKS[request.param]
    url = str(movies[request.param])
    edit = [clip("one", url, span(start + 5, 20, rate)), gap(10, rate), clip("two", url, span(start + 3, 45, rate))]
    sound = [gap(4, rate), clip("production", url, span(start + 9, 50, rate))]
    source = write_timeline(tmp_path / "edit.otio", rate, start, edit, audio=sound)
    return usecases.select_frames(usecases.open_source(source), 27, 70)


def saved(tmp_path, selection, suffix):
    takes = [take(tmp_path, selection, number) for number in range(2)]
    return usecases.insert(selection, takes, tmp_path / f"copy{suffix}").saved


def pieces(timeline):
    found = sound_pieces(timeline, whole_range(timeline))
    return [(piece.start, piece.frames, piece.media_start, Path(piece.media).name) for piece in found]


def kept(path: Path, selection) -> dict[str, bool]:
    """What a saved copy still says, read by the reader that a user's next step would use."""
    project, back = selection.project, usecases.open_source(path)
    track = back.timeline.audio_tracks()[-1]
    placed = next(iter(track.find_clips()))
    start, end = selection.range.start, selection.range.end
    ours = [piece for piece in pieces(back.timeline) if piece[3].startswith("take")]
    others = [piece for piece in pieces(back.timeline) if not piece[3].startswith("take")]
    shown = usecases.select_frames(back, 0, project.frames).picture_pieces
    expected = usecases.select_frames(project, 0, project.frames).picture_pieces
    same = [(p.start, p.frames, p.media_start) for p in shown] == [(p.start, p.frames, p.media_start) for p in expected]
    first = seconds(placed.trimmed_range().start_time)
    marks = [(seconds(marker.marked_range.start_time) - first) * project.rate for marker in placed.markers]
    references = placed.media_references().values()
    return {
        "record position": [piece[:2] for piece in ours] == [(start, end - start)],
        "start timecode": (back.rate, back.start_frame, back.frames) == (project.rate, project.start_frame, 75),
        "source range": same and ours[0][2] == 0 and others == pieces(project.timeline),
        "drop-frame flag": back.drop_frame == project.drop_frame,
        "cue markers": marks == [int(c.sample * project.rate // 48_000) for c in CUES],
        "track name": track.name == "FoleyCue",
        "other takes": "take 1.wav" in {unquote(Path(r.target_url).name) for r in references},
        "our metadata": placed.metadata.get("foleycue", {}).get("seed") == 0,
    }


def table() -> dict[str, dict[str, bool]]:
    """The table of docs/interchange.md: format, then aspect, then whether it is kept."""
    text = (Path(__file__).parents[2] / "docs" / "interchange.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    head = next(row for row in rows if row[0] == "format")
    assert tuple(head[1:]) == ASPECTS
    found = {}
    for row in rows:
        for suffix in re.findall(r"`(\.\w+)`", row[0]):
            found[suffix] = {aspect: cell == "yes" for aspect, cell in zip(ASPECTS, row[1:], strict=True)}
    return found


# The AAF adapter takes seconds for each file.
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("selection", RATES, indirect=True)
def test_each_format_keeps_what_the_table_says(tmp_path, home, selection, suffix):
    assert kept(saved(tmp_path, selection, suffix), selection) == table()[suffix]


def test_the_table_is_complete():
    assert set(table()) == set(FORMATS)
    for row in table().values():
        assert all(row[aspect] for aspect in ("record position", "start timecode", "source range", "drop-frame flag"))
