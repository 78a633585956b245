# SPDX-License-Identifier: GPL-3.0-or-later
"""Detector and mask tracker: real classes with random weights, converted from their published layout."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers.models.grounding_dino.modeling_grounding_dino import GroundingDinoForObjectDetection

from fakes.hub import FakeHub
from fakes.line import python_path
from fakes.tiny_grounding import bert_tokenizer, write_detector, write_masks
from foleycue_backend.engines.registry import engine_infos
from foleycue_backend.grounding import converter
from foleycue_backend.grounding.availability import finder_info
from foleycue_backend.grounding.finder import Grounding, installed_grounding
from foleycue_backend.grounding.grounding_dino import THRESHOLD, GroundingDino
from foleycue_backend.grounding.masks import MaskTracker, outline
from foleycue_backend.models.__main__ import main
from foleycue_backend.models.store import Store
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import FinderInfo
from foleycue_shared.places import HOME_VARIABLE

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    write_detector(folder / "IDEA-Research" / "grounding-dino-tiny")
    write_masks(folder / "facebook" / "sam2.1-hiera-tiny")
    return folder


@pytest.fixture(scope="module")
def installed(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("model")
    convert(published, target)
    return target


def convert(source: Path, target: Path):
    return converter.convert(source, target, target.parent / "report.txt", lambda phase, step, steps: None)


def pictures(count: int) -> list[np.ndarray]:
    return [np.random.default_rng(k).integers(0, 255, (48, 64, 3)).astype(np.uint8) for k in range(count)]


def nothing(done: int) -> None:
    """Hears of progress and does not mind."""


@torch.inference_mode()
def test_scores_are_those_of_the_stock_way_for_each_label(installed):
    detector = GroundingDino(installed / "detector", CPU)
    (frame,) = pictures(1)
    found = detector.find([frame, None], ["man", "car"], nothing)
    assert found.probability[1].tolist() == [0, 0]
    assert np.isnan(found.boxes[1]).all()
    processor = detector._processor
    inputs = processor(images=frame, text=[["man", "car"]], return_tensors="pt")
    network = GroundingDinoForObjectDetection.from_pretrained(installed / "detector").eval()
    outputs = network(**inputs)
    (stock,) = processor.post_process_grounded_object_detection(outputs, threshold=THRESHOLD, text_threshold=THRESHOLD)
    assert float(found.probability[0].max()) <= float(stock["scores"].max()) + 1e-6
    # "man" is the token after the opening one, "car" the one after its full stop.
    wanted = outputs.logits[0].sigmoid()[:, [1, 3]].amax(0)
    torch.testing.assert_close(torch.from_numpy(found.probability[0]), wanted)
    assert ((found.boxes[0] >= 0) & (found.boxes[0] <= 1)).all()


def test_an_object_below_the_threshold_is_not_there(installed, monkeypatch):
    monkeypatch.setattr("foleycue_backend.grounding.grounding_dino.THRESHOLD", 1.0)
    found = GroundingDino(installed / "detector", CPU).find(pictures(1), ["car"], nothing)
    assert not found.probability.any()
    assert np.isnan(found.boxes).all()


@pytest.mark.parametrize("prompt", [(0.5, 0.5), (0.2, 0.2, 0.6, 0.7)])
def test_an_object_is_followed_to_both_sides_of_the_asked_picture(installed, prompt):
    told: list[int] = []
    outlines = MaskTracker(installed / "masks", CPU).track(pictures(5), 2, prompt, told.append)
    assert [one is not None for one in outlines] == [True] * 5
    assert told[-1] == 5
    for one in outlines:
        assert one is not None
        left, top, right, bottom = one.box
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        assert 0 < one.area <= (right - left) * (bottom - top) + 1e-6


def test_work_ends_with_what_hears_of_it(installed):
    def stop(done: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        MaskTracker(installed / "masks", CPU).track(pictures(3), 0, (0.5, 0.5), stop)


def test_an_outline_is_the_masks_own():
    mask = torch.full((10, 20), -1.0)
    mask[2:4, 5:10] = 1.0
    found = outline(mask, 2.0)
    assert found is not None
    assert found.box == pytest.approx((0.25, 0.2, 0.5, 0.4))
    assert found.centre == pytest.approx((0.375, 0.3))
    assert found.area == pytest.approx(0.05)
    assert outline(mask, -0.1) is None
    assert outline(torch.full((4, 4), -1.0), 2.0) is None


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: shutil.rmtree(folder / "facebook"), "holds no SAM 2"),
        (lambda folder: next(folder.rglob("preprocessor_config.json")).unlink(), "preprocessor_config.json"),
        (lambda folder: next((folder / "IDEA-Research").rglob("tokenizer.json")).unlink(), "no tokenizer"),
        (lambda folder: next((folder / "facebook").rglob("*.safetensors")).unlink(), "no weights of SAM 2"),
        (lambda folder: next((folder / "facebook").rglob("*.safetensors")).write_bytes(b"x" * 99), "cannot be read"),
    ],
)
def test_wrong_files_are_told_in_one_sentence(published, tmp_path, damage, words):
    source = tmp_path / "source"
    shutil.copytree(published, source)
    damage(source)
    (tmp_path / "model").mkdir()
    with pytest.raises(FoleyCueError, match=words) as caught:
        convert(source, tmp_path / "model")
    assert caught.value.code is ErrorCode.BAD_INPUT
    assert "\n" not in caught.value.message


def test_keys_that_do_not_fit_are_named(published, tmp_path):
    source = tmp_path / "source"
    shutil.copytree(published, source)
    config = next((source / "IDEA-Research").rglob("config.json"))
    stated = json.loads(config.read_text())
    stated["encoder_layers"] = 2
    config.write_text(json.dumps(stated))
    (tmp_path / "model").mkdir()
    with pytest.raises(FoleyCueError, match=r"not those of Grounding DINO: \d+ keys"):
        convert(source, tmp_path / "model")
    assert "encoder.layers.1" in (tmp_path / "report.txt").read_text()


def test_the_small_tokenizer_has_the_published_numbers():
    assert bert_tokenizer().convert_tokens_to_ids(["[CLS]", "[SEP]", ".", "?"]) == [101, 102, 1012, 1029]


def test_it_is_pulled_checked_and_removed_by_itself(published, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeHub() as hub:
        for path in sorted(path for path in published.rglob("*") if path.is_file()):
            owner, repository, name = path.relative_to(published).parts
            hub.add(f"{owner}/{repository}", name, path)
        status = main(["pull", "grounding", "--yes", "--endpoint", hub.endpoint])
    assert status == 0, capsys.readouterr()
    folder = Store().installed("grounding")
    assert folder is not None
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {"detector", "masks"}
    assert Grounding(folder).find(pictures(1), ["car"], nothing).probability.shape == (1, 1)
    assert finder_info() == FinderInfo(available=True)
    assert not any(info.id == "grounding" or info.available for info in engine_infos() if info.id != "mini")
    assert main(["verify", "grounding"]) == 0, capsys.readouterr()
    weights = folder / "masks" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    assert main(["verify", "grounding"]) == 1
    assert main(["remove", "grounding"]) == 0
    missing = finder_info()
    assert not missing.available and "foleycue models pull grounding" in missing.reason
    with pytest.raises(FoleyCueError) as caught:
        installed_grounding()
    assert (caught.value.code, caught.value.message) == (ErrorCode.UNKNOWN_ENGINE, missing.reason)


def test_whoever_asks_whether_objects_can_be_found_loads_nothing_for_it():
    code = "import sys, foleycue_backend.grounding.availability as it; it.finder_info(); print('torch' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": python_path()}
    answer = subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True, text=True)
    assert answer.stdout.split() == ["False"]
