# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m foleycue_ui [SOURCE]"""

import sys

from foleycue_ui.app import main

if __name__ == "__main__":
    sys.exit(main())
