# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped pipeline, loaded once for the whole session."""

import pytest
import torch

from foleycue_backend.engines.mini import default_weights
from foleycue_backend.engines.mini.pipeline import MiniPipeline


@pytest.fixture(scope="session")
def pipe() -> MiniPipeline:
    torch.set_num_threads(1)
    return MiniPipeline.from_pretrained(default_weights())
