# SPDX-License-Identifier: GPL-3.0-or-later
"""Tango and Tango 2 (Ghosal et al., 2023; Majumder et al., 2024): sound from text alone."""
