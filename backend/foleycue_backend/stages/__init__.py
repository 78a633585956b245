# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages between a marked range and a finished take. None of them knows an engine by name."""
