# SPDX-License-Identifier: GPL-3.0-or-later
"""Training: `mini` makes the embedded model from nothing, `sta_v2a` trains STA-V2A on a folder of clips."""
