# SPDX-License-Identifier: GPL-3.0-or-later
"""--region of foleycue cues and foleycue generate."""

import pytest

from foleycue_plugin.cli.arguments import parse
from foleycue_plugin.cli.cues import request
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.messages import RegionKey


@pytest.mark.parametrize("command", ["cues", "generate"])
def test_regions_reach_the_request(command):
    options = parse([command, "a.otio", "--region", "0:0.25,0.4,0.3,0.2", "--region", "24:0,0,1,1"])
    assert request(options).regions == (
        RegionKey(frame=0, x=0.25, y=0.4, width=0.3, height=0.2),
        RegionKey(frame=24, x=0, y=0, width=1, height=1),
    )


@pytest.mark.parametrize("text", ["0.1,0.1,0.2,0.2", "a:0,0,1,1", "-1:0,0,1,1", "0:0,0,1", "0:0,0,1,2", "0:0,0,nan,1"])
def test_what_is_no_region_is_said_in_one_sentence(text):
    with pytest.raises(FoleyCueError, match="is no region such as"):
        parse(["cues", "a.otio", f"--region={text}"])
