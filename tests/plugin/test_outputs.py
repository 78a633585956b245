# SPDX-License-Identifier: GPL-3.0-or-later
import os
import resource
from pathlib import Path

import pytest

from foleycue_plugin import outputs
from foleycue_shared.errors import ErrorCode, FoleyCueError


def code(call, *arguments):
    with pytest.raises(FoleyCueError) as caught:
        call(*arguments)
    assert caught.value.message.endswith(".")
    return caught.value.code


def test_names_of_further_takes(tmp_path):
    names = [path.name for path in outputs.numbered(tmp_path / "hit.a.wav", 3)]
    assert names == ["hit.a.wav", "hit.a-2.wav", "hit.a-3.wav"]


def test_places_that_cannot_be_written_are_found_before_any_work(tmp_path):
    there = tmp_path / "there.wav"
    there.touch()
    assert code(outputs.check_output, there, False) is ErrorCode.OUTPUT_EXISTS
    outputs.check_output(there, True)
    assert code(outputs.check_output, tmp_path, True) is ErrorCode.OUTPUT_UNWRITABLE
    assert code(outputs.check_output, tmp_path / "no" / "a.wav", False) is ErrorCode.OUTPUT_UNWRITABLE
    assert code(outputs.check_output, there / "a.wav", False) is ErrorCode.OUTPUT_UNWRITABLE
    assert code(outputs.check_output, tmp_path / ("x" * 300 + ".wav"), False) is ErrorCode.OUTPUT_UNWRITABLE
    assert code(outputs.check_output, tmp_path / "a\0.wav", False) is ErrorCode.OUTPUT_UNWRITABLE
    if os.name == "posix":
        assert code(outputs.check_output, Path("/dev/full"), True) is ErrorCode.OUTPUT_UNWRITABLE
        dangling = tmp_path / "dangling.wav"
        dangling.symlink_to(tmp_path / "nowhere")
        assert code(outputs.check_output, dangling, False) is ErrorCode.OUTPUT_EXISTS


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_folders_without_permission_are_found(tmp_path):
    tmp_path.chmod(0o500)
    assert code(outputs.check_output, tmp_path / "a.wav", False) is ErrorCode.OUTPUT_UNWRITABLE
    tmp_path.chmod(0o700)


def test_one_file_for_two_results_is_refused(tmp_path):
    source = tmp_path / "s.mov"
    source.touch()
    link = tmp_path / "l.mov"
    link.symlink_to(source)
    assert code(outputs.check_apart, [tmp_path / "a", tmp_path / "b" / ".." / "a"], []) is ErrorCode.BAD_INPUT
    assert code(outputs.check_apart, [link], [source]) is ErrorCode.BAD_INPUT
    outputs.check_apart([tmp_path / "a", tmp_path / "b"], [source])


def test_too_little_space_is_found(tmp_path):
    outputs.check_space([(tmp_path, 1000)])
    assert code(outputs.check_space, [(tmp_path, 1 << 60)]) is ErrorCode.DISK_FULL


def test_everything_arrives_or_nothing(tmp_path):
    source = tmp_path / "source"
    source.write_text("new")
    old, fresh = tmp_path / "old", tmp_path / "fresh"
    old.write_text("old")
    with pytest.raises(RuntimeError), outputs.Delivery(force=True) as delivery:
        delivery.copy(source, old)
        delivery.copy(source, fresh)
        assert old.read_text() == "new"
        raise RuntimeError
    assert old.read_text() == "old"
    assert not fresh.exists()
    with outputs.Delivery(force=True) as delivery:
        delivery.copy(source, old)
    assert old.read_text() == "new"
    with outputs.Delivery(force=False) as delivery:
        assert code(delivery.copy, source, old) is ErrorCode.OUTPUT_EXISTS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old", "source"]


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(bytes(100_000))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with outputs.Delivery(force=False) as delivery:
            assert code(delivery.copy, source, tmp_path / "target") is ErrorCode.DISK_FULL
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
