# SPDX-License-Identifier: GPL-3.0-or-later
"""The text side, without torch."""

import os
import subprocess
import sys

import numpy as np
import pytest

from foleycue_backend.engines.mini import CLASSES, class_is_event, class_label, default_text, default_weights
from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.engines.mini.text import StaticText
from foleycue_backend.training.mini.phrases import HELD_OUT, held_out_phrases


def test_held_out_phrases_find_their_class():
    pairs = [(name, phrase) for name in HELD_OUT for phrase in held_out_phrases(name)]
    text = default_text()
    right = sum(NAMES[int(text.posterior(phrase).argmax())] == name for name, phrase in pairs)
    assert right / len(pairs) >= 0.88


def test_unknown_prompts_are_less_similar():
    text = default_text()
    assert text.nearest("footsteps on gravel", 1)[0][1] > 0.9
    assert text.nearest("quantum finance report", 1)[0][1] < 0.5
    assert text.nearest("", 3) == []


def test_condition_is_zero_only_for_an_empty_prompt():
    text = StaticText.load(default_weights() / "text")
    assert not text.condition("").any()
    assert text.condition("Rain").shape == (text.dim,)
    assert text.posterior("rain on a roof").sum() == pytest.approx(1.0, abs=1e-4)
    np.testing.assert_array_equal(text.condition("RAIN"), text.condition("rain"))


def test_save_and_load(tmp_path):
    text = StaticText.load(default_weights() / "text")
    text.save(tmp_path / "t")
    np.testing.assert_array_equal(StaticText.load(tmp_path / "t").condition("knock"), text.condition("knock"))
    with pytest.raises(FileNotFoundError):
        StaticText.load(tmp_path)


def test_classes():
    assert class_is_event("knock") and not class_is_event("rain")
    assert class_label("rain") == "Rain"
    assert len(CLASSES) >= 35
    with pytest.raises(KeyError):
        class_is_event("bagpipe")


def test_asking_for_classes_loads_no_torch():
    code = (
        "import sys; from foleycue_backend.engines.mini import default_text as t; t().nearest('knock', 1);"
        "sys.exit('torch' in sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30, env=env).returncode == 0
