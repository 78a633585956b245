# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue eval: the command, its files and its refusals, with the real tool in its own process."""

import json

from fakes.evaluation_sets import TRUTH, write_folder
from foleycue_plugin.cli.arguments import parse
from foleycue_plugin.cli.main import main


def test_the_command_writes_table_and_figures(tmp_path, home, capsys):
    truth = write_folder(tmp_path / "truth", TRUTH)
    made = write_folder(tmp_path / "made", {"bell": TRUTH["bell"], "door": TRUTH["door"]})
    figures, table = tmp_path / "figures.json", tmp_path / "table.md"
    command = ["eval", str(made), "--truth", str(truth), "--metrics", "aa-align,fd"]
    assert main([*command, "--json", str(figures), "--markdown", str(table)]) == 0
    report = json.loads(figures.read_text())
    assert report["skipped"] == ["step"]
    assert report["rows"][0]["metric"] == "aa_align"
    assert report["rows"][0]["columns"]["generated"]["n"] == 3
    assert report["rows"][-1]["note"].startswith("not computed: weights missing, put Cnn14_16k_mAP=0.438.pth")
    assert table.read_text().startswith("| metric | n | generated |")
    said = capsys.readouterr()
    assert said.out == ""
    assert "alignment" in said.err
    assert main([*command, "--json", str(figures)]) == 2
    assert "exists" in capsys.readouterr().err


def test_nothing_to_measure_and_no_pictures_to_make_sound_for(tmp_path, home, capsys):
    truth = write_folder(tmp_path / "truth", TRUTH)
    assert main(["eval", "--truth", str(truth)]) == 2
    assert "--engines" in capsys.readouterr().err
    assert main(["eval", "--truth", str(truth), "--engines", "mini"]) == 2
    assert "holds no videos" in capsys.readouterr().err


def test_a_mistake_is_one_sentence(tmp_path, home, capsys):
    assert main(["eval", str(tmp_path / "none"), "--truth", str(tmp_path)]) == 2
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 1
    assert "holds no media files" in error[0] or "is no folder" in error[0]
    assert main(["eval", str(tmp_path)]) == 2
    assert "--truth" in capsys.readouterr().err
    missing = tmp_path / "no folder" / "x.json"
    assert main(["eval", str(tmp_path), "--truth", str(tmp_path), "--json", str(missing)]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_the_module_has_another_name_than_the_command():
    assert parse(["eval", "a", "--truth", "b"]).command == "evaluate"
