# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of engines."""

import subprocess
import sys

import pytest

from foleycue_backend.engines import registry
from foleycue_shared.errors import ErrorCode, FoleyCueError


def test_mini_is_there():
    (mini,) = (info for info in registry.engine_infos() if info.id == "mini")
    assert mini.sample_rate == 48_000
    assert {"text", "cues"} <= set(mini.listens)
    assert "picture" not in mini.listens
    assert mini == registry.engine_info("mini")


@pytest.mark.parametrize(
    "ask", [registry.engine_info, registry.load_engine, lambda name: registry.understand(name, "x")]
)
def test_an_unknown_engine_is_named_with_the_known_ones(ask):
    with pytest.raises(FoleyCueError, match=r"no engine 'maxi'.*mini") as caught:
        ask("maxi")
    assert caught.value.code is ErrorCode.UNKNOWN_ENGINE


def test_listing_and_understanding_load_no_torch():
    code = (
        "import sys; from foleycue_backend.engines import registry; import foleycue_backend.pipeline; "
        "registry.engine_infos(); registry.understand('mini', 'a whale sings'); "
        "assert not {'torch', 'diffusers', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)}, timeout=60)


def test_a_prompt_is_known_or_the_nearest_sounds_are_named():
    if not registry.engine_info("mini").available:
        pytest.skip("the weights of mini are not in this checkout")
    menu = {sound.label for sound in registry.engine_info("mini").sounds}
    assert len(menu) >= 27
    knock = registry.understand("mini", "knock on a door")
    assert knock.known and [sound.label for sound in knock.sounds] == ["Knock on a door"]
    strange = registry.understand("mini", "parliamentary budget committee")
    assert not strange.known and {sound.label for sound in strange.sounds} <= menu
    similar = [sound.similarity for sound in strange.sounds]
    assert similar == sorted(similar, reverse=True)
    assert registry.understand("mini", " ").sounds == ()


def test_an_engine_that_cannot_run_says_why(monkeypatch, tmp_path):
    from foleycue_backend.engines.mini import engine

    monkeypatch.setattr(engine, "default_weights", lambda: tmp_path / "none")
    info = registry.engine_info("mini")
    assert not info.available
    assert info.size_bytes == 0
    understood = registry.understand("mini", "a whale")
    assert (understood.known, understood.sounds) == (False, ())
    with pytest.raises(FoleyCueError, match="weights are not installed"):
        registry.load_engine("mini")
