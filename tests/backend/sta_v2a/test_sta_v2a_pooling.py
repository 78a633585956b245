# SPDX-License-Identifier: GPL-3.0-or-later
"""Attentive pooling against its potentials written out, and the published dropout as an option."""

import torch
from torch.nn import functional as F

from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling


def _model(seed: int = 0) -> tuple[AttentivePooling, torch.Tensor]:
    torch.manual_seed(seed)
    return AttentivePooling(input_size=6, size=10, tokens=4), torch.randn(2, 7, 6)


def test_tokens_equal_the_potentials_written_out():
    model, features = _model()
    rows = model.fc(features)
    unary, pair = model.fga.un_models[0], model.fga.pp_models[0]
    u = (F.relu(rows @ unary.embed.weight[..., 0].T + unary.embed.bias) @ unary.feature_reduce.weight[0, :, 0]) + (
        unary.feature_reduce.bias
    )
    left = F.normalize(rows @ pair.embed_X.weight[..., 0].T + pair.embed_X.bias, dim=-1)
    right = F.normalize(rows @ pair.embed_Y.weight[..., 0].T + pair.embed_Y.bias, dim=-1)
    s = (left @ right.transpose(1, 2)).mean(2)
    weights = model.fga.reduce_potentials[0].weight.flatten()
    attention = (weights[0] * u + weights[1] * s).softmax(1)
    pooled = (attention[..., None] * rows).sum(1)
    potentials = model.potentials(features)
    assert torch.allclose(potentials.unary, u, atol=1e-5)
    assert torch.allclose(potentials.pairwise, s, atol=1e-5)
    assert torch.allclose(model(features), model.conv(pooled[:, None]), atol=1e-5)
    assert model(features).shape == (2, 4, 10)


def test_without_a_mask_nothing_is_random():
    model, features = _model()
    model.train()
    assert torch.equal(model(features), model(features))


def test_keep_mask_drops_half_and_doubles_the_rest():
    model, features = _model()
    mask = model.draw_keep_mask(features, torch.Generator().manual_seed(4))
    again = model.draw_keep_mask(features, torch.Generator().manual_seed(4))
    assert mask.shape == (2, 10, 7) and torch.equal(mask, again) and set(mask.unique().tolist()) == {0.0, 1.0}
    assert 0.3 < float(mask.mean()) < 0.7
    kept = torch.ones_like(mask)
    doubled = model.potentials(features, kept).unary - model.fga.un_models[0].feature_reduce.bias
    plain = model.potentials(features).unary - model.fga.un_models[0].feature_reduce.bias
    assert torch.allclose(doubled, 2 * plain, atol=1e-5)
    assert not torch.equal(model(features, mask), model(features))
