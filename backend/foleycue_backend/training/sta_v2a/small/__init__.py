# SPDX-License-Identifier: GPL-3.0-or-later
"""A small STA-V2A made from nothing: procedural sounds with rendered pictures. For tests and measurements only."""
