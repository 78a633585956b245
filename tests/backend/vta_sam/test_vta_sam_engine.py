# SPDX-License-Identifier: GPL-3.0-or-later
"""VTA-SAM's method on a small VTA-LDM: what objects change, what they leave as it is, and when the engine can run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import torch
from safetensors.torch import load_file

from backend.stages.media_files import write_video
from fakes.hub import FakeHub
from fakes.published_tango import WIDTH, write_vta_ldm
from fakes.tiny_grounding import write_clip, write_detector, write_masks
from foleycue_backend.engines.base import Conditions
from foleycue_backend.engines.vta_ldm import converter as vta_ldm
from foleycue_backend.engines.vta_ldm.studio import VtaLdmStudio
from foleycue_backend.engines.vta_sam import converter as vta_sam
from foleycue_backend.engines.vta_sam import engine, names, studio
from foleycue_backend.engines.vta_sam.adapter import ObjectAdapter
from foleycue_backend.engines.vta_sam.studio import VtaSamStudio
from foleycue_backend.grounding import converter as grounding
from foleycue_backend.grounding.availability import finder_info
from foleycue_backend.models.__main__ import main
from foleycue_backend.models.store import Store
from foleycue_backend.pipeline import Pipeline
from foleycue_backend.training.vta_sam.build import save_adapter
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.messages import Generate, Guidance, Scope
from foleycue_shared.places import HOME_VARIABLE
from foleycue_shared.timeline import to_document

RATE, PICTURES = 16_000, 24
# diffusers' multistep solvers make an array of a tensor in a way that numpy 2 frowns upon.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def nothing(phase: str, step: int, steps: int) -> None:
    """Hears of progress and does not mind."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory):
    """A home with a small VTA-LDM and what finds objects."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(folder))
        (folder / "published").mkdir()
        write_vta_ldm(folder / "published")
        _install("vta-ldm", vta_ldm.convert, folder / "published")
        write_detector(folder / "grounding" / "dino")
        write_masks(folder / "grounding" / "sam2")
        _install("grounding", grounding.convert, folder / "grounding")
        write_clip(folder / "clip")
        _install("clip-text", vta_sam.convert, folder / "clip")
        yield folder


def _install(name, convert, source: Path) -> None:
    store = Store()
    with store.changing(), store.placing(name) as part:
        convert(source, part, part / "report.txt", nothing)
        store.seal(part, name, [])


@pytest.fixture
def take() -> Conditions:
    random = np.random.default_rng(0)
    presence = np.zeros((PICTURES, 2), np.float32)
    presence[:, 0], presence[10:, 1] = 0.7, 0.8
    features = {
        "clip": random.normal(size=(PICTURES, 20)).astype(np.float32),
        "presence": presence,
        "names": random.normal(size=(2, 20)).astype(np.float32),
    }
    return Conditions(samples=12 * RATE, seed=1, steps=2, features=features)


def sound(work, take: Conditions) -> np.ndarray:
    return np.concatenate([block for _, block in work.make([take], nothing)])


@pytest.fixture
def works(home):
    folder = Store().installed("vta-ldm")
    assert folder is not None
    return VtaLdmStudio(folder), VtaSamStudio(folder)


@pytest.fixture
def trained(works):
    """An adapter that was trained a little, installed for one test."""
    adapter = ObjectAdapter.of(works[1]._parts.keep("unet"), rank=2)
    with torch.no_grad():
        for value in adapter.parameters():
            value.add_(0.3 * torch.randn(value.shape, generator=torch.Generator().manual_seed(1)))
    store = Store()
    save_adapter(adapter, store.folder / "vta-sam")
    yield adapter
    with store.changing():
        store.remove("vta-sam")


def gain(take: Conditions, value: float) -> Conditions:
    return replace(take, guidance=Guidance(text=value))


@pytest.mark.parametrize("setting", ["default", "faithful"])
def test_without_gain_or_objects_it_is_vta_ldm_bit_for_bit(works, take, setting):
    plain, ours = works
    take = replace(take, setting=setting, samples=3 * RATE)
    wanted = sound(plain, take)
    assert np.array_equal(sound(ours, gain(take, 0)), wanted)
    nameless = replace(take, features={"clip": take.features["clip"]})
    assert np.array_equal(sound(ours, nameless), wanted)
    assert not np.array_equal(sound(ours, take), wanted)


def test_trained_parts_are_heard_and_leave_the_unet_as_it_was(works, take, trained):
    plain, ours = works
    wanted = sound(plain, take)
    with_parts = sound(ours, take)
    assert len(with_parts) == take.samples
    assert np.array_equal(sound(ours, gain(take, 0)), wanted)
    late = dict(take.features)
    late["presence"] = np.roll(take.features["presence"], 5, axis=0)
    assert not np.array_equal(sound(ours, replace(take, features=late)), with_parts)


def test_trained_parts_of_another_network_are_refused_in_a_sentence(works, take):
    store = Store()
    save_adapter(ObjectAdapter({"mid.attn2": 8}, width=WIDTH, rank=2), store.folder / "vta-sam")
    try:
        with pytest.raises(Exception, match="belong to another VTA-LDM"):
            sound(works[1], take)
    finally:
        with store.changing():
            store.remove("vta-sam")


def test_flicker_is_taken_out_within_shots_only(take):
    presence = np.zeros((PICTURES, 2), np.float32)
    presence[6, 0] = presence[8:, 1] = 1.0
    take = replace(take, features={**take.features, "presence": presence})
    names = torch.from_numpy(take.features["names"])
    steady = studio._vectors(take)
    assert not steady[6].any()
    torch.testing.assert_close(steady[8:], names[1].expand(16, -1))
    alone = studio._vectors(replace(take, shots=(3 * RATE, round(3.5 * RATE))))
    torch.testing.assert_close(alone[6], names[0])


def test_it_says_what_it_is_and_what_is_missing(home, tmp_path, monkeypatch):
    info = engine.engine_info()
    assert info.available, info.reason
    assert "unofficial" in info.name
    assert info.listens == ("text", "picture", "objects")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    assert "foleycue models pull vta-ldm" in engine.engine_info().reason


def test_names_lie_in_the_space_of_the_towers(home):
    embedded = names.embed(["car", "man"])
    assert embedded.shape == (2, 20)
    assert not np.allclose(embedded[0], embedded[1])


@pytest.mark.parametrize("model", ["grounding", "clip-text"])
def test_what_it_looks_and_reads_with_is_named_where_it_is_missing(home, model):
    folder = Store().path(model)
    folder.rename(home / "elsewhere")
    try:
        info = engine.engine_info()
        assert not info.available
        assert f"foleycue models pull {model}" in info.reason
        if model == "clip-text":
            with pytest.raises(FoleyCueError, match="text tower is not installed"):
                names.embed(["car"])
            assert finder_info().available, "finding needs no words of CLIP's"
    finally:
        (home / "elsewhere").rename(folder)


def test_of_a_published_clip_the_text_tower_alone_is_pulled_and_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeHub() as hub:
        for path in write_clip(tmp_path / "clip").iterdir():
            hub.add("openai/clip-vit-large-patch14", path.name, path)
        assert main(["pull", "clip-text", "--yes", "--endpoint", hub.endpoint]) == 0, capsys.readouterr()
    folder = Store().installed("clip-text")
    assert folder is not None
    assert not [name for name in load_file(folder / "model.safetensors") if "vision" in name]
    assert names.embed(["car"]).shape == (1, 20)


class Report:
    """Keeps what a job says."""

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.takes: list = []

    def progress(self, phase, step=0, steps=0, take=0):
        if phase not in self.phases:
            self.phases.append(phase)

    def analysed(self, event, curve):
        """Nothing of it is looked at here."""

    def located(self, event):
        raise AssertionError("a take locates nothing")

    def take(self, take):
        self.takes.append(take)


def test_a_take_of_the_prompts_objects_and_of_one_stem(home, tmp_path):
    film = write_video(tmp_path / "film.mp4", lambda k: np.full((48, 64), 40 + 3 * k, np.uint8), 50)
    length = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(50, 25))
    clip = otio.schema.Clip("shot", otio.schema.ExternalReference(str(film), length), length)
    timeline = otio.schema.Timeline("t", [otio.schema.Track("V1", [clip])])
    pipeline = Pipeline(tmp_path / "cache", tmp_path / "outbox")

    def run(**fields):
        scope = Scope(rate="25/1", frames=50)
        request = Generate(job_id="job", engine="vta-sam", scope=scope, seeds=(3,), steps=1, cue_sheet=(), **fields)
        report = Report()
        pipeline.run(request, to_document(timeline), report)
        (made,) = report.takes
        assert made.samples == 96_000
        return report.phases, Path(made.path).read_bytes()[-9_000:]

    phases, first = run(prompt="a car and a man")
    assert phases[:4] == ["loading", "decode", "analyse", "diffuse"]
    assert run(prompt="a car and a man")[0][0] == "diffuse"
    stem_phases, stem = run(prompt="a car and a man", stem="man")
    assert stem_phases[:3] == ["decode", "analyse", "diffuse"]
    assert stem != first
