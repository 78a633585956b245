# SPDX-License-Identifier: GPL-3.0-or-later
"""FCPXML and CMX 3600, read and written by ourselves: the public adapters fail at NTSC rates or drop the sound."""
