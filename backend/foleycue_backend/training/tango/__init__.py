# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of Tango, which VTA-LDM shares: its losses."""
