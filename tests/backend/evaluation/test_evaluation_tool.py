# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole evaluation on folders of click tracks, with and without weights."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from backend.stages.media_files import write_video
from fakes import small_extractors
from fakes.evaluation_sets import RATE, TRUTH, clicks, write_folder, write_sound
from foleycue_backend.evaluation import __main__ as tool
from foleycue_backend.evaluation import bootstrap, chance
from foleycue_backend.evaluation.clip_files import find_clips
from foleycue_backend.evaluation.evaluate import evaluate
from foleycue_backend.evaluation.metrics import ALIGNMENT, LEARNED, chosen
from foleycue_backend.evaluation.sounds import read_channels, read_first_channel, read_sound
from foleycue_shared.captions import read_captions
from foleycue_shared.errors import FoleyCueError


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Chance rows and intervals are another test's matter."""
    monkeypatch.setattr(chance.score_chance, "__defaults__", (2,))
    monkeypatch.setattr(bootstrap, "DRAWS", 100)


@pytest.fixture
def truth(tmp_path):
    return write_folder(tmp_path / "truth", TRUTH)


def rows_of(generated, truth, groups=ALIGNMENT, folder=None, **options):
    report = evaluate((generated, truth, None), groups, folder or generated / "none", lambda *_: None, **options)
    return {row.key: row for row in report.rows}, report


def test_a_good_system_lifts_and_a_late_one_does_not(tmp_path, truth):
    good, _ = rows_of(write_folder(tmp_path / "good", TRUTH), truth)
    late, _ = rows_of(write_folder(tmp_path / "late", TRUTH, delay=0.2), truth)
    assert good["aa_align"].figures["generated"].value == 1
    assert good["salient_f1_50"].figures["generated"].value == 1
    assert good["salient_lift_50"].figures["generated"].value > 0.6
    assert good["salient_error_ms"].figures["generated"].value == 0
    assert late["salient_f1_50"].figures["generated"].value == 0
    assert late["salient_lift_50"].figures["generated"].value < 0.05
    assert set(good["aa_align"].figures) == {"generated", *chance.ROWS}
    assert good["aa_align"].figures["@truth"].value == 1


def test_a_skipped_clip_counts_as_silence_and_is_named(tmp_path, truth):
    partly = write_folder(tmp_path / "partly", {name: TRUTH[name] for name in ("bell", "door")})
    rows, report = rows_of(partly, truth)
    figure = rows["salient_f1_50"].figures["generated"]
    assert (figure.value, figure.n) == (pytest.approx(2 / 3), 3)
    assert rows["salient_f1_50"].clips["step"] == 0
    assert rows["aa_align"].clips["step"] == 0
    assert report.json()["skipped"] == ["step"]
    assert "they count as silence): step" in report.markdown()


def test_silence_for_silence_has_no_figure(tmp_path):
    truth = write_folder(tmp_path / "truth", {"a": (0.5, 2.0), "quiet": ()})
    rows, _ = rows_of(write_folder(tmp_path / "made", {"a": (0.5, 2.0), "quiet": ()}), truth)
    assert rows["aa_align"].clips["quiet"] is None
    assert rows["aa_align"].figures["generated"].n == 1


def test_pictures_give_av_align(tmp_path):
    jerk = {13, 40, 71}

    def draw(k):
        x = sum(5 for at in jerk if at <= k)
        rng = np.random.default_rng(0)
        rows, columns = np.mgrid[:48, :64].astype(float)
        waves = sum(np.sin(rng.uniform(0.1, 0.5) * (columns + x) + rng.uniform(-0.4, 0.4) * rows) for _ in range(6))
        return np.clip(128 + 18 * waves, 0, 255).astype(np.uint8)

    times = tuple(k / 25 for k in sorted(jerk))
    truth, made = tmp_path / "truth", write_folder(tmp_path / "made", {"jerks": times})
    truth.mkdir()
    video = truth / "jerks.mkv"
    write_video(video, draw, 100, options={"crf": "10"}, sound=[clicks(times)], sound_rate=RATE)
    rows, _ = rows_of(made, truth, ["av-align"])
    assert rows["av_align"].figures["generated"].value == 1
    without, _ = rows_of(made, write_folder(tmp_path / "sounds", {"jerks": times}), ["av-align"])
    assert without["av_align"].note == "not computed: no pictures, give --videos"


def test_learned_metrics_with_small_weights(tmp_path, truth):
    weights = small_extractors.write_all(tmp_path / "weights")
    made = write_folder(tmp_path / "made", {**TRUTH, **{f"more {k}": (0.3 * k,) for k in range(1, 9)}})
    captions = tmp_path / "captions.json"
    captions.write_text(json.dumps({"bell.wav": "a bell", "step": "steps"}))
    rows, report = rows_of(made, truth, LEARNED, weights, captions=captions)
    assert [row.note for row in rows.values()] == [""] * 7
    assert rows["kl_softmax"].figures["generated"].value == pytest.approx(0, abs=1e-3)
    assert rows["kl_softmax"].figures["@other"].value > rows["kl_softmax"].figures["generated"].value
    assert rows["fd"].figures["generated"].n == 11
    assert rows["fd"].figures["generated"].interval is None
    assert rows["is"].figures["generated"].value >= 1
    assert rows["fad"].figures["generated"].value > 0
    assert rows["clap"].figures["generated"].n == 2
    assert rows["clap"].figures["generated"].value == pytest.approx(rows["clap"].figures["@truth"].value)
    assert 0 < rows["pam"].figures["generated"].value < 1
    assert report.json()["without_truth"] == [f"more {k}.wav" for k in range(1, 9)]
    same, _ = rows_of(truth, truth, ["fd", "fad", "is"], weights)
    assert same["fd"].figures["generated"].value == pytest.approx(0, abs=1e-6)
    assert same["fad"].figures["generated"].value == pytest.approx(0, abs=1e-6)
    assert same["is"].note == "not computed: it needs 10 sounds, there are 3"


def test_skipped_clips_count_nothing_in_clap_and_pam_and_are_left_out_of_kl(tmp_path, truth):
    weights = small_extractors.write_all(tmp_path / "weights")
    captions = tmp_path / "captions.json"
    captions.write_text(json.dumps(dict.fromkeys(TRUTH, "a sound")))
    made = write_folder(tmp_path / "made", {"bell": TRUTH["bell"]})
    rows, _ = rows_of(made, truth, ["clap", "pam", "kl", "fd"], weights, captions=captions)
    assert rows["clap"].clips["door"] == rows["pam"].clips["door"] == 0
    assert rows["pam"].figures["generated"].n == 3
    assert rows["kl_softmax"].figures["generated"].n == 1
    assert rows["fd"].note == "not computed: it needs two sounds on each side"


def test_without_weights_the_table_says_what_belongs_where(tmp_path, truth):
    captions = tmp_path / "captions.json"
    captions.write_text('{"bell": "a bell"}')
    rows, report = rows_of(truth, truth, LEARNED, tmp_path / "models", captions=captions)
    assert all(row.note.startswith("not computed: weights missing, put ") for row in rows.values())
    assert f"at {tmp_path / 'models' / 'vggish-10086976.pth'}" in report.markdown()
    assert "630k-best.pt" in report.json()["missing_weights"]


def test_markdown_has_a_line_a_metric_with_n_interval_and_chance(tmp_path, truth):
    rows, report = rows_of(truth, truth, ["aa-align"])
    lines = report.markdown().splitlines()
    assert lines[0] == "| metric | n | generated | @random | @poisson | @grid | @other | @clicks | @truth |"
    assert lines[2].startswith("| AA-Align | 3 | 1.00 [1.00, 1.00] | 0.")
    assert lines[3].startswith("| AA-Align lift | 3 | +0.")
    entry = report.json()["rows"][0]
    assert entry["columns"]["generated"] == {"value": 1.0, "interval": (1.0, 1.0), "n": 3}
    assert entry["clips"] == {"bell": 1.0, "door": 1.0, "step": 1.0}
    assert report.json()["libraries"]["librosa"]
    assert rows["aa_align"].figures["@grid"].interval is not None


def test_systems_stand_side_by_side_and_chance_once(tmp_path, truth, capsys):
    late = write_folder(tmp_path / "late", TRUTH, delay=0.2)
    partly = write_folder(tmp_path / "partly", {name: TRUTH[name] for name in ("bell", "door")})
    command = [str(late), str(partly), "--truth", str(truth), "--metrics", "salient,fd", "--json"]
    assert tool.main([*command, "--home", str(tmp_path)]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(answer["report"]["systems"]) == {"late", "partly"}
    lines = answer["markdown"].splitlines()
    assert lines[0] == "| metric | n | late | partly | @random | @poisson | @grid | @other | @clicks | @truth |"
    row = next(line for line in lines if line.startswith("| salient F1 ±50"))
    assert row.split(" | ")[2].startswith("0.00")
    assert row.split(" | ")[3].startswith("0.67")
    assert "- partly: skipped by the system (they count as silence): step" in lines
    assert any(line.startswith("| FD") and "not computed" in line for line in lines)
    twin = write_folder(tmp_path / "other" / "late", TRUTH)
    assert tool.main([str(late), str(twin), "--truth", str(truth), "--json", "--home", str(tmp_path)]) == 2
    assert "same name" in capsys.readouterr().out


def test_the_tool_says_events_and_ends_with_the_answer(tmp_path, truth, capsys):
    status = tool.main([str(truth), "--truth", str(truth), "--metrics", "salient", "--json", "--home", str(tmp_path)])
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == 0
    assert [event["event"] for event in events[:-1]] == ["progress"] * (len(events) - 1)
    assert events[0] == {
        "event": "progress",
        "phase": "alignment",
        "item": "true sound of bell",
        "done": 0,
        "total": 12,
    }
    assert [event["done"] for event in events[:-1]] == list(range(12))
    assert events[-1]["event"] == "evaluated"
    assert events[-1]["report"]["rows"][0]["metric"] == "salient_f1_50"
    assert events[-1]["markdown"].startswith("| metric |")


def test_bad_input_is_one_sentence(tmp_path, truth, capsys):
    other = write_folder(tmp_path / "other", {"none": (1.0,)})
    twice = write_folder(tmp_path / "twice", TRUTH)
    (twice / "bell.flac").write_bytes(b"")
    broken = write_folder(tmp_path / "broken", {"door": TRUTH["door"]})
    (broken / "bell.wav").write_bytes(b"no sound")
    (tmp_path / "empty").mkdir()
    captions = tmp_path / "captions.json"
    captions.write_text("[1, 2]")
    cases = [
        ([tmp_path / "nowhere", "--truth", truth], "is no folder"),
        ([truth, "--truth", tmp_path / "empty"], "holds no media files"),
        ([other, "--truth", truth], "has the base name of one in"),
        ([twice, "--truth", truth], "keep one file for each base name"),
        ([broken, "--truth", truth], "bell.wav"),
        ([truth, "--truth", truth, "--metrics", "beauty"], "beauty is no metric"),
        ([truth, "--truth", truth, "--metrics", ","], "is no metric"),
        ([truth, "--truth", truth, "--captions", captions], "holds no captions"),
        ([truth, "--truth", truth, "--captions", tmp_path / "no.json"], "cannot be read"),
        ([truth], "--help"),
    ]
    for arguments, words in cases:
        assert tool.main([*map(str, arguments), "--json", "--home", str(tmp_path / "home")]) == 2, words
        event = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert event["event"] == "failed"
        assert words in event["message"]
        assert event["message"].count("\n") == 0


def test_captions_come_as_an_object_or_as_lines(tmp_path):
    path = tmp_path / "captions"
    path.write_text('{"location": "x/a.wav", "captions": "one"}\n{"location": "b.wav", "captions": ["two", "zwei"]}\n')
    assert read_captions(path) == {"a": "one", "b": "two"}
    path.write_text('{"a.mp4": "one", "b": "two"}')
    assert read_captions(path) == {"a": "one", "b": "two"}
    for bad in ("", "nonsense", '{"a": 1}', "{}"):
        path.write_text(bad)
        with pytest.raises(FoleyCueError, match="holds no captions"):
            read_captions(path)


def test_files_are_matched_by_base_name(tmp_path):
    truth = write_folder(tmp_path / "truth", {"a.b": (1.0,), "c": (1.0,)})
    (truth / "c.mp4").write_bytes(b"")
    (truth / "notes.txt").write_text("")
    made = write_folder(tmp_path / "made", {"a.b": (1.0,), "x": (1.0,)})
    found = find_clips(made, truth)
    assert [(clip.name, clip.truth.name, clip.video and clip.video.name) for clip in found.clips] == [
        ("a.b", "a.b.wav", None),
        ("c", "c.wav", "c.mp4"),
    ]
    assert found.skipped == ["c"]
    assert [path.name for path in found.strangers] == ["x.wav"]


def test_channels_are_averaged_or_taken_alone(tmp_path):
    left, right = clicks((0.5,)), clicks((2.0,))
    path = write_sound(tmp_path / "stereo.wav", np.stack([left, right], 1))
    assert read_sound(path).wave == pytest.approx((left + right) / 2, abs=1e-3)
    assert read_first_channel(path).wave == pytest.approx(left, abs=1e-3)
    assert [sound.rate for sound in read_channels(path)] == [RATE, RATE]
    assert read_sound(path).seconds == 4


def test_a_coded_sound_ends_where_its_file_says(tmp_path):
    video = tmp_path / "coded.mp4"
    draw = lambda k: np.full((32, 32), k, np.uint8)  # noqa: E731
    write_video(video, draw, 100, sound=[clicks((1.0, 3.0), 44_100)[:170_001]], sound_rate=44_100)
    sound = read_sound(video)
    # The file says it to the millisecond; whole packets would be 1007 samples more.
    assert len(sound.wave) == pytest.approx(170_001, abs=45)
    assert np.abs(sound.wave[44_100 : 44_100 + 2205]).max() > 0.1


def test_all_metrics_are_chosen_by_default():
    assert chosen(None) == ALIGNMENT + LEARNED
    assert chosen(" FD,salient ") == ["fd", "salient"]


def test_onset_metrics_need_no_torch(truth):
    code = (
        "import sys; from pathlib import Path; from foleycue_backend.evaluation.evaluate import evaluate; "
        f"p = Path({str(truth)!r}); evaluate((p, p, None), ['aa-align'], p, lambda *_: None); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": ":".join(sys.path)})
