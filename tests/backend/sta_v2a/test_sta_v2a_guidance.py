# SPDX-License-Identifier: GPL-3.0-or-later
"""Guidance scales as branches: the formula, what is stacked, and that no branch is made in vain."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from foleycue_backend.engines.parts.guidance import expand
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.sta_v2a.guidance import PUBLISHED, Scales, branches

SCALE = st.floats(0, 8)
NEEDED = {
    (1, 1, 1): ["text"],
    (0, 1, 1): ["negative"],
    (3, 1, 1): ["negative", "text"],
    (3, 1.5, 1): ["negative", "text", "no picture"],
    (3, 1, 2): ["negative", "text", "no cues"],
    (3, 0, 2): ["negative", "text", "no picture", "no cues"],
    (2, 2, 1): ["text", "no picture"],
}


def _inputs(batch: int = 2, tokens: int | None = 4) -> tuple[TextStates, torch.Tensor | None, torch.Tensor]:
    torch.manual_seed(0)
    text = TextStates(torch.randn(2 * batch, 5, 6), torch.randint(0, 2, (2 * batch, 5)).float())
    picture = None if tokens is None else torch.randn(batch, tokens, 6)
    return text, picture, torch.randn(batch, 3, 8, 16)


@pytest.mark.parametrize(("scales", "names"), NEEDED.items())
def test_only_needed_branches(scales, names):
    assert list(Scales(*scales).branch_weights()) == names


@given(text=SCALE, picture=SCALE, cues=SCALE)
def test_combination_is_the_formula(text, picture, cues):
    scales = Scales(text, picture, cues)
    names = list(scales.branch_weights())
    made = branches(scales, *_inputs(batch=1))
    values = {
        name: torch.randn(1, 8, 4, 16, generator=torch.Generator().manual_seed(i)) for i, name in enumerate(names)
    }
    none = torch.zeros(1, 8, 4, 16)
    n, t, p, c = (values.get(name, none) for name in ("negative", "text", "no picture", "no cues"))
    expected = n + text * (t - n) + (picture - 1) * (n - p) + (cues - 1) * (n - c)
    assert torch.allclose(made.combine(torch.cat([values[name] for name in names])), expected, atol=1e-4)


def test_published_halves_share_picture_and_cues():
    text, tokens, control = _inputs()
    made = branches(PUBLISHED, text, tokens, control)
    assert torch.equal(made.states, torch.cat([text.states, torch.cat([tokens, tokens])], 1))
    assert torch.equal(made.mask, torch.cat([text.mask, torch.ones(4, 4)], 1))
    assert torch.equal(made.control, torch.cat([control, control]))


def test_branch_without_picture_and_branch_without_cues():
    text, tokens, control = _inputs()
    made = branches(Scales(3, 1.5, 2), text, tokens, control)
    assert made.states.shape == (8, 9, 6) and len(made.control) == 6
    for rows in (slice(4, 6), slice(6, 8)):
        assert torch.equal(made.states[rows, :5], text.states[:2]) and torch.equal(made.mask[rows, :5], text.mask[:2])
    assert not made.states[4:6, 5:].any() and not made.mask[4:6, 5:].any()
    assert torch.equal(made.states[6:8, 5:], tokens) and made.mask[6:8, 5:].all()


def test_a_mask_that_keeps_all_is_none():
    text, tokens, control = _inputs()
    kept = TextStates(text.states, torch.ones_like(text.mask))
    assert branches(PUBLISHED, kept, tokens, control).mask is None


def test_model_without_picture_tokens():
    text, none, control = _inputs(tokens=None)
    assert torch.equal(branches(PUBLISHED, text, none, control).states, text.states)
    with pytest.raises(ValueError, match="leave that scale 1"):
        branches(Scales(3, 1.5, 1), text, none, control)


def test_takes_of_a_clip_lie_side_by_side():
    clips = torch.arange(2.0)[:, None]
    assert expand(clips, 6).flatten().tolist() == [0, 0, 0, 1, 1, 1]
    assert expand(clips, 2) is clips
    with pytest.raises(ValueError, match="cannot serve 5"):
        expand(clips, 5)
