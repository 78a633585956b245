# SPDX-License-Identifier: GPL-3.0-or-later
"""What the embedded model can do, measured: each figure beside the score of true mixtures, with its interval."""
