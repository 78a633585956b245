# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of STA-V2A: the onset pretext task and the cue control on a text-to-audio prior."""
