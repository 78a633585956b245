# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: foleycue generate, cues, panel, engines, understand, backend."""
