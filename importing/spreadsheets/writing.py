"""Writes files that appear as a whole or not at all. Only the user who runs the command can read them."""

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from uuid import uuid4

from importing.report import ImportRefused

Open = Callable[[str], TextIOWrapper]
_PRIVATE_FOLDER = 0o700


def check_free(path: Path) -> None:
    """Raise ImportRefused when there is something at the path, other than an empty folder."""
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise ImportRefused(f"{path} exists already; name a new folder or zip file.")


@contextmanager
def written_files(path: Path) -> Iterator[Open]:
    """Yield a function that opens a file for writing. All files appear at the path when the block ends without an
    exception.
    """
    partial = path.with_name(f".{path.name}.{uuid4().hex[:8]}.partial")
    try:
        if path.suffix.lower() == ".zip":
            with _private(partial) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                yield lambda name: TextIOWrapper(archive.open(name, "w"), encoding="utf-8", newline="")
        else:
            partial.mkdir(parents=True, mode=_PRIVATE_FOLDER)
            (partial / "further").mkdir(mode=_PRIVATE_FOLDER)
            yield lambda name: TextIOWrapper(_private(partial / name), encoding="utf-8", newline="")
        if path.is_dir():
            path.rmdir()
        partial.replace(path)
    finally:
        if partial.is_dir():
            shutil.rmtree(partial)
        else:
            partial.unlink(missing_ok=True)


def _private(path: Path) -> Any:
    """Open a new file that only its owner can read, because it contains data about people."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
