# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be set of VTA-SAM beside the settings of VTA-LDM. Imports no torch."""

#: How strongly objects count where nobody says: the released weights never saw such tokens.
GAIN = 0.25
