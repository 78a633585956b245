# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel shows, as observable objects without any widget."""
