# SPDX-License-Identifier: GPL-3.0-or-later
"""What a model hub has of a model: files found by name, with size, checksum and licence. Moves no weights."""

import fnmatch
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from huggingface_hub import HfApi, constants, errors
from huggingface_hub.hf_api import ModelInfo

from foleycue_backend.models.entries import Model, Part, Source
from foleycue_backend.models.manifest import is_inside
from foleycue_shared.errors import ErrorCode, FoleyCueError

ENDPOINT_VARIABLE = "FOLEYCUE_HUB"
_SECONDS = 30.0


@dataclass(frozen=True)
class RemoteFile:
    """A file at a fixed revision; sha256 is there for big files, blob_id (git's SHA-1) for all that the hub knows."""

    repository: str
    revision: str
    path: str
    size: int
    sha256: str | None
    blob_id: str | None


@dataclass(frozen=True)
class PlannedPart:
    """A part, the files that make it, and the licence that the hub itself shows for their repository."""

    part: Part
    files: tuple[RemoteFile, ...]
    hub_licence: str = ""


class Hub:
    """One hub; the endpoint given, else of the variable FOLEYCUE_HUB, else huggingface_hub's own setting."""

    def __init__(self, endpoint: str | None = None) -> None:
        endpoint = endpoint or os.environ.get(ENDPOINT_VARIABLE) or constants.ENDPOINT
        if not endpoint.startswith(("http://", "https://")):
            raise FoleyCueError(
                ErrorCode.BAD_INPUT, f"The hub {endpoint!r} is no address: it starts with https:// or http://."
            )
        self.endpoint = endpoint.rstrip("/")
        self._api = HfApi(endpoint=self.endpoint)
        self._known: dict[tuple[str, str], ModelInfo | None] = {}

    def plan(self, model: Model) -> list[PlannedPart]:
        """All parts of a model that the hub has. Raises BAD_INPUT naming a required part that it lacks."""
        return [planned for part in model.parts if (planned := self._part(part)) is not None]

    def _part(self, part: Part) -> PlannedPart | None:
        for source in part.sources:
            info = self._info(source)
            files = None if info is None else _find(source, info)
            if info is not None and files:
                return PlannedPart(part, files, _licence(info))
        if not part.required:
            return None
        asked = "; ".join(
            f"{source.repository} ({', '.join(' or '.join(names) for names in source.wanted)})"
            for source in part.sources
        )
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The hub {self.endpoint} does not have the part “{part.name}”, looked for in {asked}: "
            "get it elsewhere and import a folder with it.",
        )

    def _info(self, source: Source) -> ModelInfo | None:
        """The repository's listing, None when there is no such repository."""
        key = (source.repository, source.revision)
        if key not in self._known:
            with said(self.endpoint, source.repository):
                try:
                    self._known[key] = self._api.model_info(
                        source.repository, revision=source.revision, files_metadata=True, timeout=_SECONDS
                    )
                except (errors.GatedRepoError, errors.DisabledRepoError):
                    raise
                except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError):
                    self._known[key] = None
        return self._known[key]


@contextmanager
def said(endpoint: str, what: str) -> Iterator[None]:
    """Turn what a hub's client may raise into one sentence."""
    try:
        yield
    except errors.GatedRepoError as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{what} wants its terms accepted: do so on {endpoint} and log in with “hf auth login”, then try again.",
        ) from error
    except errors.EntryNotFoundError as error:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{what} is not on {endpoint} any more: try again later.") from error
    except errors.OfflineModeIsEnabled as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "HF_HUB_OFFLINE forbids all transfers: unset it, or import a folder instead."
        ) from error
    except errors.HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "?")
        raise FoleyCueError(
            ErrorCode.BACKEND_UNREACHABLE, f"{endpoint} answered {status} for {what}: try again later."
        ) from error
    except errors.HTTPError as error:  # pyright: ignore[reportPrivateImportUsage] - whichever HTTP client it uses
        raise _unreachable(endpoint, error) from error
    except OSError as error:
        # Of the operating system's errors only those of a connection are the hub's.
        if isinstance(error, ConnectionError | TimeoutError) or type(error).__module__.startswith("requests"):
            raise _unreachable(endpoint, error) from error
        raise
    except ValueError as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"{endpoint} does not answer like a model hub ({what}): check the address."
        ) from error


def _unreachable(endpoint: str, error: Exception) -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.BACKEND_UNREACHABLE,
        f"The hub {endpoint} cannot be reached: check the connection and try again; what came stays.",
        detail=repr(error),
    )


def _find(source: Source, info: ModelInfo) -> tuple[RemoteFile, ...] | None:
    """The wanted files, None unless all are there."""
    found = [_match(patterns, info) for patterns in source.wanted]
    files = [file for file in found if file is not None]
    return _remote(source, info, files) if len(files) == len(found) else None


def _match(patterns: tuple[str, ...], info: ModelInfo) -> str | None:
    names = [sibling.rfilename for sibling in info.siblings or ()]
    for pattern in patterns:
        matches = [name for name in names if fnmatch.fnmatchcase(name, pattern) and is_inside(name)]
        if matches:
            return min(matches, key=lambda name: ("best/" not in f"/{name}", name.count("/"), name))
    return None


def _remote(source: Source, info: ModelInfo, names: list[str]) -> tuple[RemoteFile, ...]:
    siblings = {sibling.rfilename: sibling for sibling in info.siblings or ()}
    files: list[RemoteFile] = []
    for name in names:
        sibling = siblings[name]
        if sibling.size is None:
            raise FoleyCueError(
                ErrorCode.BAD_INPUT, f"The hub does not say how big {source.repository}/{name} is: use another one."
            )
        files.append(
            RemoteFile(
                repository=source.repository,
                revision=info.sha or source.revision,
                path=name,
                size=sibling.size,
                sha256=None if sibling.lfs is None else sibling.lfs.sha256,
                blob_id=sibling.blob_id if sibling.lfs is None else None,
            )
        )
    return tuple(files)


def _licence(info: ModelInfo) -> str:
    return next((tag.removeprefix("license:") for tag in info.tags or () if tag.startswith("license:")), "")
