# SPDX-License-Identifier: GPL-3.0-or-later
"""What every installed system works with: windows and takes of any length, parts in memory, being installed."""
