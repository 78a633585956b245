# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the panel, one to a file; they show the model and call the controller."""
