# SPDX-License-Identifier: GPL-3.0-or-later
"""The weight recipe against whole-number arithmetic and its written rules."""

import pytest
import torch

from fakes.golden_files import recipe_number
from foleycue_backend.parity import recipe


def test_sequence_equals_whole_number_arithmetic_across_blocks():
    key = "public|unet.conv_in.weight"
    found = recipe.uniform(key, 65_530, 65_545)
    assert found.tolist() == [recipe_number(key, i) for i in range(65_530, 65_545)]
    whole = recipe.recipe_tensor(key, (2, 40_000)).double().flatten()
    scale = (3 / 40_000) ** 0.5
    for index in (0, 65_535, 65_536, 79_999):
        assert float(whole[index]) == pytest.approx(recipe_number(key, index) * scale, rel=1e-6)


def test_first_numbers_do_not_change():
    # Worked out from the recipe's text; the CRC-32 of "a" is 0xE8B7BE43.
    assert recipe.uniform("a", 0, 3).tolist() == [-0.3482622909587165, 0.5408007515759201, -0.8562644983317624]


@pytest.mark.parametrize(
    ("key", "shape", "expected"),
    [
        ("x.running_var", (2,), lambda u: 1 + 0.5 * u),
        ("x.running_mean", (2,), lambda u: 0.1 * u),
        ("x.weight", (2, 3), lambda u: 1.5 * u),
        ("x.weight", (2,), lambda u: 1 + 0.1 * u),
        ("x.bias", (2,), lambda u: 0.1 * u),
        ("scale", (), lambda u: 0.1 * u),
        ("table", (2, 12), lambda u: 0.75 * u),
    ],
)
def test_rules_by_name_and_shape(key, shape, expected):
    found = recipe.recipe_state({key: shape}, "p.", gain=1.5)[key]
    assert found.dtype == torch.float32 and tuple(found.shape) == shape
    for index, value in enumerate(found.flatten().tolist()):
        assert value == pytest.approx(expected(recipe_number("p." + key, index)), rel=1e-6)


def test_batch_counters_are_whole_zeros():
    counter = recipe.recipe_tensor("bn.num_batches_tracked", ())
    assert counter.dtype == torch.int64 and counter.item() == 0


def test_gain_may_depend_on_the_key_without_its_prefix():
    made = recipe.recipe_state({"a.w": (1, 3), "b.w": (1, 3)}, "p|", lambda key: 10.0 if key == "a.w" else 1.0)
    plain = recipe.recipe_state({"a.w": (1, 3), "b.w": (1, 3)}, "p|")
    torch.testing.assert_close(made["a.w"], 10 * plain["a.w"])
    torch.testing.assert_close(made["b.w"], plain["b.w"])
