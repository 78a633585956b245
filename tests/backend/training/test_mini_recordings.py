# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded one-shots: files and SoundFont samples of the manifest, cut at their attack."""

import json
import struct

import numpy as np
import pytest

from fakes.tiny_mini import strikes, write_wav
from foleycue_backend.engines.mini.classes import INDEX
from foleycue_backend.training.__main__ import main
from foleycue_backend.training.mini.recordings import (
    Recording,
    divided,
    manifest,
    recorded_one_shots,
    trim,
    write_credits,
)

RATE = 44_100
LATE = 0.3


def chunk(kind, data):
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def sound_font(path, names):
    """A SoundFont with nothing but samples: a strike after LATE seconds of silence for each name."""
    sample = (strikes([LATE], 0.6, rate=RATE) * 30_000).astype("<i2").tobytes()
    headers = b"".join(
        struct.pack(
            "<20s5IBbHH", name.encode(), k * len(sample) // 2, (k + 1) * len(sample) // 2, 0, 0, RATE, 60, 0, 0, 1
        )
        for k, name in enumerate([*names, "EOS"])
    )
    content = chunk(b"LIST", b"INFO" + chunk(b"ifil", struct.pack("<HH", 2, 1)))
    content += chunk(b"LIST", b"sdta" + chunk(b"smpl", sample * len(names)))
    content += chunk(b"LIST", b"pdta" + chunk(b"shdr", headers))
    path.write_bytes(b"RIFF" + struct.pack("<I", len(content) + 4) + b"sfbk" + content)


@pytest.fixture
def unpacked(tmp_path):
    """Everything that the manifest names, with other sounds."""
    items = manifest()
    for path in {item.path for item in items}:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        names = [item.sample for item in items if item.path == path and item.sample]
        if names:
            sound_font(tmp_path / path, names)
        else:
            write_wav(tmp_path / path, strikes([LATE], 0.6))
    return tmp_path


def test_the_manifest_names_licence_and_author_of_each():
    items = manifest()
    assert len(items) > 40 and len(set(items)) == len(items)
    for item in items:
        assert isinstance(item, Recording) and item.label in INDEX and item.credit
        assert item.licence in ("CC0-1.0", "MIT")


def test_one_shots_begin_at_their_attack_and_each_fifth_is_held_out(unpacked):
    train, held_out = recorded_one_shots(unpacked), recorded_one_shots(unpacked, held_out=True)
    counts = {label: sum(item.label == label for item in manifest()) for label in train}
    for label, shots in train.items():
        assert len(shots) + len(held_out.get(label, [])) == counts[label]
        assert len(held_out.get(label, [])) == counts[label] // 5
        for shot in shots:
            assert np.abs(shot[:480]).max() > 0.3 * np.abs(shot).max()
            assert np.abs(shot).max() == pytest.approx(0.8) and abs(shot[-1]) < 1e-3
            assert len(shot) < 0.2 * 48_000


def test_credits_name_what_was_used(tmp_path):
    write_credits(tmp_path, 4)
    rows = [json.loads(line) for line in (tmp_path / "recordings.jsonl").read_text("utf-8").splitlines()]
    labels = {"drum", "bell", "wood_hit"}
    assert {row["label"] for row in rows} == labels
    assert [Recording(**row) for row in rows] == [item for item in divided(held_out=False) if item.label in labels]
    assert all(row["licence"] and row["credit"] for row in rows)


def test_a_recording_is_two_seconds_at_most():
    hum = np.sin(np.arange(5 * RATE) * 0.05).astype(np.float32)
    assert len(trim(hum, RATE)) == 96_000


def test_a_missing_package_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="unpack the package sonic-pi-samples there"):
        recorded_one_shots(tmp_path)


def test_the_command_says_so_before_it_trains(tmp_path, capsys):
    assert main(["mini", "--out", str(tmp_path / "out"), "--steps", "1", "--recordings", str(tmp_path)]) == 2
    assert "unpack the package" in capsys.readouterr().err and not (tmp_path / "out").exists()
