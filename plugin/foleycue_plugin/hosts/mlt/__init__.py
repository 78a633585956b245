# SPDX-License-Identifier: GPL-3.0-or-later
"""MLT documents: the project files of Kdenlive and Shotcut, and plain MLT XML."""
