"""Opens the zip file, finds its CSV files, enforces limits, and reads the manifest. Nothing is written to disk."""

import csv
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from importing.oneroster.report import ImportRefused, Report
from importing.oneroster.specification import OUR_FILES, VERSIONS

FILES_AT_MOST = 500
FILE_BYTES_AT_MOST = 256 * 1024 * 1024
BUNDLE_BYTES_AT_MOST = 512 * 1024 * 1024
MODES = ("bulk", "delta", "absent")


@dataclass(frozen=True)
class Bundle:
    """The texts of a bundle's files, by name without .csv. `modes` has bulk or delta for each OneRoster file in it."""

    version: str
    modes: dict[str, str]
    texts: dict[str, str]


def open_bundle(path: Path, report: Report) -> Bundle:
    """Read the bundle. Raises ImportRefused unless it is a zip of UTF-8 CSV files with a manifest of version 1.1 or
    1.2.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = _csv_files(archive)
            if "manifest" not in found:
                raise ImportRefused(f"{path.name} has no manifest.csv, which a OneRoster bundle has at its root.")
            version, modes = _manifest(_text(archive, found["manifest"]))
            wanted = _wanted(version, modes, found, report)
            return Bundle(version, modes, {name: _text(archive, found[name]) for name in wanted})
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as fault:
        raise ImportRefused(f"{path.name} cannot be read as a zip file: {fault}.") from fault
    except OSError as fault:
        raise ImportRefused(f"{path.name} cannot be read: {fault.strerror or fault}.") from fault


def _csv_files(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > FILES_AT_MOST:
        raise ImportRefused(f"The bundle has {len(entries)} files; the limit is {FILES_AT_MOST}.")
    found: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for entry in entries:
        name = PurePosixPath(entry.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in entry.filename:
            raise ImportRefused(f"The bundle contains the path {entry.filename!r}, which points outside of it.")
        is_hidden = name.name.startswith(".") or name.parts[0] == "__MACOSX"
        if entry.is_dir() or is_hidden or len(name.parts) > 2 or name.suffix != ".csv":
            continue
        if name.stem in found:
            raise ImportRefused(
                f"The bundle contains {name.name} twice: {found[name.stem].filename}, {entry.filename}."
            )
        _check_size(entry)
        total += entry.file_size
        found[name.stem] = entry
    if total > BUNDLE_BYTES_AT_MOST:
        raise ImportRefused(f"The bundle unpacks to {total:,} bytes; the limit is {BUNDLE_BYTES_AT_MOST:,}.")
    return found


def _check_size(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise ImportRefused(f"{entry.filename} is encrypted; send the bundle without a password.")
    if entry.file_size > FILE_BYTES_AT_MOST:
        raise ImportRefused(
            f"{entry.filename} unpacks to {entry.file_size:,} bytes; the limit is {FILE_BYTES_AT_MOST:,}."
        )


def _text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    with archive.open(entry) as file:
        # The size that the zip declares may be false, so the number of unpacked bytes is limited here.
        content = file.read(entry.file_size + 1)
    if len(content) > entry.file_size:
        raise ImportRefused(f"{entry.filename} is longer than the zip file says.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        byte = content[fault.start]
        raise ImportRefused(
            f"{PurePosixPath(entry.filename).name} is not UTF-8: line {line} has the byte 0x{byte:02X}. "
            "Export it as UTF-8 (not as Windows-1252, Latin-1 or UTF-16)."
        ) from None


def _manifest(text: str) -> tuple[str, dict[str, str]]:
    """Return the version (1.1 or 1.2) and the mode of each file that the bundle contains."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if any(row)]
    if not rows or rows[0][:2] != ["propertyName", "value"]:
        raise ImportRefused("manifest.csv, line 1: the header must be propertyName,value.")
    properties = {row[0]: row[1] for row in rows[1:] if len(row) >= 2}
    declared = properties.get("oneroster.version", "")
    version = ".".join(declared.split(".")[:2])
    if version not in VERSIONS:
        said = f"is {declared!r}" if declared else "is missing"
        raise ImportRefused(f"manifest.csv: oneroster.version {said}; Rollbook reads 1.1 and 1.2.")
    modes = {}
    for line, row in enumerate(rows[1:], start=2):
        name, value = row[0], row[1] if len(row) > 1 else ""
        if not name.startswith("file."):
            continue
        if value not in MODES:
            raise ImportRefused(f"manifest.csv, line {line}: {name} is {value!r}; it must be bulk, delta or absent.")
        if value != "absent":
            modes[name.removeprefix("file.")] = value
    return version, modes


def _wanted(version: str, modes: dict[str, str], found: dict[str, zipfile.ZipInfo], report: Report) -> list[str]:
    wanted = []
    for name in VERSIONS[version]:
        is_declared = name in modes or name in OUR_FILES
        if name in modes and name not in found:
            raise ImportRefused(
                f"manifest.csv declares {name}.csv ({modes[name]}), but the bundle does not contain it."
            )
        if name in found and is_declared:
            wanted.append(name)
        elif name in found:
            report.warn(f"{name}.csv", 0, "", "", "not read: the manifest declares it absent or does not mention it")
    if not wanted:
        raise ImportRefused("manifest.csv names no file that Rollbook reads.")
    return wanted
