# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of VTA-SAM is published: its added parts can only be trained, on top of VTA-LDM's."""

from foleycue_backend.models.entries import Model

MODEL = Model(
    name="vta-sam",
    title="VTA-SAM's added parts as you trained them, on top of VTA-LDM",
    engines=("vta-sam",),
    code_licence="GPL-3.0-or-later",
    weights_licence="your own, of use with VTA-LDM's only",
    commercial=False,
    use="As VTA-LDM: non-commercial work only.",
    memory_bytes=100_000_000,
)
