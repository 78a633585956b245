# SPDX-License-Identifier: GPL-3.0-or-later
"""How mini is run when nothing else is asked for, measured on the shipped weights (see the model card); no torch."""

GUIDANCE = 2.5
CUE_GUIDANCE = 1.5
PICTURE_GUIDANCE = 1.5
STEPS = 12
