# SPDX-License-Identifier: GPL-3.0-or-later
"""The broker: answers panels at any time, keeps jobs and takes, and watches over the worker. Never imports torch."""
