# SPDX-License-Identifier: GPL-3.0-or-later
"""Weight files of the field's own extractors, which the user brings: what they are called and where they belong.

They are not ours to pass on, and their licences are their authors'; a metric whose file is missing is left out, and
the table says which file belongs where.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from foleycue_shared.errors import ErrorCode, FoleyCueError

# torch is imported once a file is there: without any, the answer comes at once.
if TYPE_CHECKING:
    from foleycue_backend.evaluation.clap import Clap
    from foleycue_backend.evaluation.cnn14 import Cnn14
    from foleycue_backend.evaluation.pam import Pam
    from foleycue_backend.evaluation.vggish import VGGish

T = TypeVar("T")


@dataclass(frozen=True)
class Published:
    """A file or folder of weights as its authors named it, and who has it."""

    name: str
    source: str


CNN14 = Published("Cnn14_16k_mAP=0.438.pth", "Zenodo record 3987831")
VGGISH = Published("vggish-10086976.pth", "releases of github.com/harritaylor/torchvggish")
CLAP = Published("630k-best.pt", "huggingface.co/lukewys/laion_clap")
CLAP_FOLDER = Published("clap-htsat-unfused", "huggingface.co/laion/clap-htsat-unfused")
ROBERTA = Published("roberta-base", "tokenizer files of huggingface.co/FacebookAI/roberta-base")
MS_CLAP = Published("CLAP_weights_2023.pth", "huggingface.co/microsoft/msclap")

ALL = (CNN14, VGGISH, CLAP, ROBERTA, CLAP_FOLDER, MS_CLAP)


class MissingWeights(Exception):
    """A metric's weights are not there; the text says which and where they belong."""


@dataclass(frozen=True)
class Weights:
    """The folder that holds them."""

    folder: Path

    def missing(self) -> list[str]:
        """Names of what is not there."""
        return [published.name for published in ALL if not self._path(published).exists()]

    def cnn14(self) -> Cnn14:
        """The classifier behind FD, KL and IS. Raises MissingWeights, and BAD_INPUT for a wrong file, as the others."""
        path = self._there(CNN14)
        from foleycue_backend.engines.checkpoints.tensor_file import read_tensors
        from foleycue_backend.evaluation.cnn14 import Cnn14

        return _built(path, lambda: Cnn14.from_published(read_tensors(path)))

    def vggish(self) -> VGGish:
        """The features behind FAD."""
        path = self._there(VGGISH)
        from foleycue_backend.engines.checkpoints.tensor_file import read_tensors
        from foleycue_backend.evaluation.vggish import VGGish

        return _built(path, lambda: VGGish.from_published(read_tensors(path)))

    def pam(self) -> Pam:
        """The judge of PAM."""
        path = self._there(MS_CLAP)
        from foleycue_backend.engines.checkpoints.tensor_file import read_tensors
        from foleycue_backend.evaluation.pam import Pam

        return _built(path, lambda: Pam(read_tensors(path)))

    def clap(self) -> tuple[Clap, str]:
        """LAION CLAP and the name of what it was read from: the checkpoint, else the folder in stock layout."""
        checkpoint, folder = self._path(CLAP), self._path(CLAP_FOLDER)
        in_stock_layout = not checkpoint.exists() and folder.is_dir()
        tokenizer = folder if in_stock_layout else self._there(CLAP) and self._there(ROBERTA)
        from foleycue_backend.engines.checkpoints.tensor_file import read_tensors
        from foleycue_backend.evaluation.clap import CheckpointClap, FolderClap

        if in_stock_layout:
            return _built(folder, lambda: FolderClap(folder)), CLAP_FOLDER.name
        return _built(checkpoint, lambda: CheckpointClap(read_tensors(checkpoint), tokenizer)), CLAP.name

    def _path(self, published: Published) -> Path:
        return self.folder / published.name

    def _there(self, published: Published) -> Path:
        path = self._path(published)
        if not path.exists():
            raise MissingWeights(f"weights missing, put {published.name} ({published.source}) at {path}")
        return path


def _built(path: Path, build: Callable[[], T]) -> T:
    try:
        return build()
    except (KeyError, RuntimeError, OSError, ValueError, IndexError) as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"{path} does not hold the weights that its name says: get it again.", str(error)
        ) from error
