# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line as `python -m foleycue_plugin`."""

import sys

from foleycue_plugin.cli.main import main

sys.exit(main())
