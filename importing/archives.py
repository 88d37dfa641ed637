"""Finds and reads the CSV files of a zip file or a folder, and enforces limits. Nothing is written to disk."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from importing.report import ImportRefused

FILES_AT_MOST = 500
FILE_BYTES_AT_MOST = 256 * 1024 * 1024
BUNDLE_BYTES_AT_MOST = 512 * 1024 * 1024
_END_OF_FILE = re.compile(r"\x1a[\x1a\s]*\Z")  # what old systems write after the last line


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the zip file. Raises ImportRefused when it cannot be opened, or when the block cannot read from it."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as fault:
        raise ImportRefused(f"{path.name} cannot be read as a zip file: {fault}.") from fault
    except OSError as fault:
        raise ImportRefused(f"{path.name} cannot be read: {fault.strerror or fault}.") from fault


class _Entry(NamedTuple):
    name: str
    size: int


def csv_files(archive: zipfile.ZipFile, read: Mapping[str, str]) -> dict[str, zipfile.ZipInfo]:
    """Return the files that are to be read, in whichever folder they are, by their names without .csv.

    read -- the names to read, by their lower-case form, because systems disagree about the case
    """
    entries = archive.infolist()
    if len(entries) > FILES_AT_MOST:
        raise ImportRefused(f"The bundle has {len(entries)} files; the limit is {FILES_AT_MOST}.")
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise ImportRefused(f"The bundle contains the path {entry.filename!r}, which points outside of it.")
        name = read.get(path.stem.lower())
        is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
        if name is None or entry.is_dir() or is_hidden or path.suffix.lower() != ".csv":
            continue
        if name in found:
            both = f"{found[name].filename}, {entry.filename}"
            raise ImportRefused(f"The bundle contains {name}.csv twice: {both}. Leave one of them out.")
        if entry.flag_bits & 0x1:
            raise ImportRefused(f"{entry.filename} is encrypted; send the bundle without a password.")
        found[name] = entry
    _check_sizes([_Entry(entry.filename, entry.file_size) for entry in found.values()])
    return found


def text_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    """Return the text of the file, without what old systems write after the last line."""
    with archive.open(entry) as file:
        # The size that the zip declares may be false, so the number of unpacked bytes is limited here.
        content = file.read(entry.file_size + 1)
    if len(content) > entry.file_size:
        raise ImportRefused(f"{entry.filename} is longer than the zip file says.")
    return _decoded(content, PurePosixPath(entry.filename.replace("\\", "/")).name)


def folder_texts(folder: Path, read: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of the folder's CSV files that are to be read, by their names without .csv."""
    found: dict[str, Path] = {}
    try:
        for path in sorted(folder.iterdir()):
            name = read.get(path.stem.lower())
            if name is None or path.suffix.lower() != ".csv" or not path.is_file():
                continue
            if name in found:
                raise ImportRefused(f"The folder contains {name}.csv twice: {found[name].name}, {path.name}.")
            found[name] = path
        _check_sizes([_Entry(path.name, path.stat().st_size) for path in found.values()])
        return {name: _decoded(path.read_bytes(), path.name) for name, path in found.items()}
    except OSError as fault:
        raise ImportRefused(f"{folder} cannot be read: {fault.strerror or fault}.") from fault


def _check_sizes(entries: list[_Entry]) -> None:
    for entry in entries:
        if entry.size > FILE_BYTES_AT_MOST:
            raise ImportRefused(f"{entry.name} unpacks to {entry.size:,} bytes; the limit is {FILE_BYTES_AT_MOST:,}.")
    total = sum(entry.size for entry in entries)
    if total > BUNDLE_BYTES_AT_MOST:
        raise ImportRefused(f"The bundle unpacks to {total:,} bytes; the limit is {BUNDLE_BYTES_AT_MOST:,}.")


def _decoded(content: bytes, name: str) -> str:
    try:
        return _END_OF_FILE.sub("", content.decode("utf-8").lstrip("\ufeff"))
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        byte = content[fault.start]
        raise ImportRefused(
            f"{name} is not UTF-8: line {line} has the byte 0x{byte:02X}. "
            "Export it as UTF-8 (not as Windows-1252, Latin-1 or UTF-16)."
        ) from None
