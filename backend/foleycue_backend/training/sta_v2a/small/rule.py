# SPDX-License-Identifier: GPL-3.0-or-later
"""How cues are read from the small model's onset margins: as the engine reads them."""

from foleycue_backend.engines.sta_v2a.cue_rule import RULE

__all__ = ["RULE"]
