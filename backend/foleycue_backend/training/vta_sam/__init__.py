# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of what VTA-SAM's method adds to VTA-LDM."""
