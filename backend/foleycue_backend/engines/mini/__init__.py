# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded model `mini`: small, trained here, shipped in the package; it listens to cues exactly.

Nothing imported here loads torch; the pipeline itself is in `.pipeline`.
"""

from foleycue_backend.engines.mini.classes import CLASSES, FoleyClass, class_is_event, class_label
from foleycue_backend.engines.mini.weights import default_text, default_weights

__all__ = ["CLASSES", "FoleyClass", "class_is_event", "class_label", "default_text", "default_weights"]
