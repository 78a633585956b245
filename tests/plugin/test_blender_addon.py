# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender without Blender: what its script says becomes a timeline, and the zip is what both kinds of Blender take."""

import ast
import json
import re
import sys
import tomllib
import zipfile
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from foleycue_plugin import usecases
from foleycue_plugin.hosts.blender.build import NAME, addon_files, build_extension
from foleycue_plugin.hosts.blender.live import project_of
from foleycue_plugin.hosts.blender.timeline import State
from foleycue_plugin.hosts.install import installer
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import FrameRange
from foleycue_shared.version import PRODUCT_VERSION
from plugin.media_files import write_movie

SINGLE = 1.0010000467300415  # 1.001 as Blender keeps it


@pytest.fixture
def state(tmp_path):
    """Makes a state of 100 frames from strips given as (kind, channels, start, end, source)."""
    movie = str(write_movie(tmp_path / "m.mov", Fraction(25), 60, sound=True))

    def make(*strips, marked=None, fps=25, base=1.0, retimed=False) -> State:
        entries = [
            {"name": f"s{number}", "kind": kind, "path": movie, "channels": channels, "start": start, "end": end,
             "source": source, "retimed": retimed}
            for number, (kind, channels, start, end, source) in enumerate(strips)
        ]  # fmt: skip
        described = {
            "clock": ["25", "1.0", "1"], "fps": fps, "fps_base": base, "frames": 100, "file": str(tmp_path / "e.blend"),
            "scene": "Scene", "strips": entries, "marked": marked,
        }  # fmt: skip
        return msgspec.convert(json.loads(json.dumps(described)), State, strict=False)

    return make


def pictures(project):
    shown = usecases.select_frames(project, 0, project.frames).picture_pieces
    return [(piece.start, piece.frames, piece.name, piece.media_start * project.rate) for piece in shown]


def test_higher_channels_hide_lower_ones_and_metas_lie_on_theirs(state):
    project = project_of(
        state(
            ("movie", [1], 0, 60, 0.0), ("movie", [4, 2], 10, 20, 5.0), ("movie", [4, 1], 10, 30, 0.0),
            ("movie", [2], 25, 40, 0.0), ("sound", [3], 5, 50, 2.5), ("other", [5], 0, 100, 0.0),
        )
    )  # fmt: skip
    assert pictures(project) == [
        (0, 10, "s0", 0), (10, 10, "s1", 5), (20, 10, "s2", 10), (30, 10, "s3", 5), (40, 20, "s0", 40), (60, 40, "", 0),
    ]  # fmt: skip
    heard = usecases.select_frames(project, 0, 100).sound_pieces
    assert [(piece.start, piece.frames, piece.media_start) for piece in heard] == [(5, 45, Fraction(1, 10))]


def test_what_lies_before_the_scene_is_cut_and_what_lies_behind_counts(state):
    project = project_of(state(("movie", [1], -10, 20, 0.0), ("movie", [1], 90, 130, 0.0), ("movie", [2], -9, 0, 0.0)))
    assert project.frames == 130
    assert pictures(project)[0] == (0, 20, "s0", 10)


@pytest.mark.parametrize(("fps", "base", "rate"), [
    (24, SINGLE, Fraction(24000, 1001)), (30, SINGLE, Fraction(30000, 1001)), (60, SINGLE, Fraction(60000, 1001)),
    (25, 1.0, Fraction(25)), (50, 2.0, Fraction(25)), (24000, 1001.0, Fraction(24000, 1001)),
])  # fmt: skip
def test_rates_are_exact(state, fps, base, rate):
    assert project_of(state(("movie", [1], 0, 60, 0.0), fps=fps, base=base)).rate == rate


@pytest.mark.parametrize(
    ("marked", "expected"), [([10, 40], (10, 30)), ([-5, 200], (0, 100)), ([100, 150], None), (None, None)]
)
def test_the_marked_range_is_cut_to_the_timeline(state, marked, expected):
    project = project_of(state(("movie", [1], 0, 60, 0.0), marked=marked))
    assert project.marked == (None if expected is None else FrameRange(*expected, Fraction(25)))


def test_changed_speeds_are_said_where_they_are_marked(state):
    project = project_of(state(("movie", [1], 0, 60, 0.0), retimed=True))
    with pytest.raises(FoleyCueError):
        usecases.plan_analysis(usecases.select_frames(project, 0, 20))
    with pytest.raises(FoleyCueError, match="holds no movie"):
        project_of(state(("other", [1], 0, 60, 0.0)))


# -- the zip --------------------------------------------------------------------------------------------------------


def test_the_zip_is_one_folder_and_always_the_same(tmp_path):
    first = build_extension(tmp_path / "a.zip").read_bytes()
    assert build_extension(tmp_path / "b.zip").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = set(archive.namelist())
    assert names == {f"{NAME}/{name}" for name in addon_files()}
    assert {f"{NAME}/__init__.py", f"{NAME}/blender_manifest.toml"} <= names


def test_only_the_standard_library_and_bpy_run_inside_blender():
    for name, content in addon_files().items():
        if not name.endswith(".py"):
            continue
        tree = ast.parse(content, feature_version=(3, 10))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                roots = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                roots = {(node.module or "").split(".")[0]}
            else:
                continue
            assert roots <= {"bpy", *sys.stdlib_module_names}, (name, roots)


def test_the_manifest_follows_the_published_rules():
    """docs.blender.org, advanced/extensions/getting_started, and what `blender --command extension validate` checks."""
    manifest = tomllib.loads(addon_files()["blender_manifest.toml"].decode())
    required = {
        "schema_version",
        "id",
        "version",
        "name",
        "tagline",
        "maintainer",
        "type",
        "blender_version_min",
        "license",
    }
    optional = {"blender_version_max", "website", "copyright", "permissions", "tags", "platforms", "wheels", "build"}
    assert required <= set(manifest) <= required | optional
    assert manifest["schema_version"] == "1.0.0"
    assert re.fullmatch(r"[a-z][a-z0-9_]*", manifest["id"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert manifest["type"] == "add-on"
    assert manifest["blender_version_min"] >= "4.2.0"
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    for text in (manifest["tagline"], *manifest["permissions"].values()):
        assert 0 < len(text) <= 64
        assert text[-1].isalnum() or text[-1] in ")]}"
    assert set(manifest["permissions"]) <= {"files", "network", "clipboard", "camera", "microphone"}
    assert all(re.fullmatch(r"\d{4}(-\d{4})? .+", entry) for entry in manifest["copyright"])
    assert manifest["tags"] == ["Sequencer"]


def test_manifest_legacy_header_and_product_are_of_one_version():
    manifest = tomllib.loads(addon_files()["blender_manifest.toml"].decode())
    tree = ast.parse(addon_files()["__init__.py"])
    header = next(
        ast.literal_eval(n.value) for n in tree.body if isinstance(n, ast.Assign) and n.targets[0].id == "bl_info"
    )
    assert manifest["version"] == ".".join(map(str, header["version"])) == PRODUCT_VERSION.split("+")[0]
    assert (header["name"], header["description"]) == (manifest["name"], manifest["tagline"])


# -- installing -----------------------------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path, home, monkeypatch):
    """Settings of Blender 3.3, 3.4 and 4.5, with a foreign add-on."""
    folder = tmp_path / "settings"
    for version in ("3.3", "3.4", "4.5", "cache"):
        (folder / version).mkdir(parents=True)
    (folder / "3.4" / "scripts" / "addons" / "other").mkdir(parents=True)
    monkeypatch.setenv("BLENDER_USER_RESOURCES", str(folder))
    return folder


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_each_new_enough_blender_gets_it_and_loses_only_it(settings):
    (settings / "3.4" / "scripts" / "addons" / "other" / "__init__.py").touch()
    before = everything(settings)
    made = installer("blender").install()
    legacy, extension = settings / "3.4/scripts/addons/foleycue", settings / "4.5/extensions/user_default/foleycue"
    assert made == [legacy, extension]
    assert json.loads((extension / "installed.json").read_text())["panel"] == [sys.executable, "-m", "foleycue_ui"]
    assert installer("blender").install() == made
    assert everything(settings) - before == {
        str((folder / name).relative_to(settings)) for folder in made for name in (*addon_files(), "installed.json")
    }
    assert installer("blender").uninstall() == made
    assert everything(settings) == before
    assert installer("blender").uninstall() == []
    assert "Preferences" in installer("blender").NEXT_STEP


def test_a_folder_that_is_not_ours_stays(settings):
    foreign = settings / "4.5/extensions/user_default/foleycue"
    foreign.mkdir(parents=True)
    (foreign / "blender_manifest.toml").write_text('id = "something"')
    with pytest.raises(FoleyCueError, match="not FoleyCue's") as caught:
        installer("blender").install()
    assert caught.value.code is ErrorCode.OUTPUT_EXISTS
    assert not (settings / "3.4/scripts/addons/foleycue").exists()
    assert installer("blender").uninstall() == []


def test_without_blender_the_user_is_told(tmp_path, home, monkeypatch):
    monkeypatch.setenv("BLENDER_USER_RESOURCES", str(tmp_path / "none"))
    with pytest.raises(FoleyCueError, match="start Blender once"):
        installer("blender").install()
    with pytest.raises(FoleyCueError, match="choose one of"):
        installer("emacs").install()
