# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluation: how well generated sound follows the picture and resembles the true sound, by the field's own figures."""
