# SPDX-License-Identifier: GPL-3.0-or-later
"""From published files to an installed model: what a file is, how wide its networks are, and that every key fits."""
