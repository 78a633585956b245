# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel: PyQt6 and nothing else."""
