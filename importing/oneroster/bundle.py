"""Opens the zip file, finds its CSV files, enforces limits, and reads the manifest. Nothing is written to disk."""

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from importing.oneroster.csv_rows import parsed, wrong_separator
from importing.oneroster.report import ImportRefused, Report
from importing.oneroster.specification import ORDER, OUR_FILES, VERSIONS

FILES_AT_MOST = 500
FILE_BYTES_AT_MOST = 256 * 1024 * 1024
BUNDLE_BYTES_AT_MOST = 512 * 1024 * 1024
MODES = ("bulk", "delta", "absent")
# Files by their names in lower case: exporters disagree about the case.
_READ = {name.lower(): name for name in ("manifest", *ORDER)}
_END_OF_FILE = re.compile(r"\x1a[\x1a\s]*\Z")  # what old systems write after the last line


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
                there = ", ".join(sorted(archive.namelist())[:5]) or "nothing"
                raise ImportRefused(
                    f"{path.name} has no manifest.csv, which a OneRoster bundle has at its root. It contains: {there}."
                )
            version, modes = _manifest(_text(archive, found["manifest"]), found)
            wanted = _wanted(version, modes, found, report)
            return Bundle(version, modes, {name: _text(archive, found[name]) for name in wanted})
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as fault:
        raise ImportRefused(f"{path.name} cannot be read as a zip file: {fault}.") from fault
    except OSError as fault:
        raise ImportRefused(f"{path.name} cannot be read: {fault.strerror or fault}.") from fault


def _csv_files(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files that Rollbook may read, in whichever folder they are, by their names without .csv."""
    entries = archive.infolist()
    if len(entries) > FILES_AT_MOST:
        raise ImportRefused(f"The bundle has {len(entries)} files; the limit is {FILES_AT_MOST}.")
    found: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise ImportRefused(f"The bundle contains the path {entry.filename!r}, which points outside of it.")
        name = _READ.get(path.stem.lower())
        is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
        if name is None or entry.is_dir() or is_hidden or path.suffix.lower() != ".csv":
            continue
        if name in found:
            both = f"{found[name].filename}, {entry.filename}"
            raise ImportRefused(f"The bundle contains {name}.csv twice: {both}. Leave one of them out.")
        _check_size(entry)
        total += entry.file_size
        found[name] = entry
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
        return _END_OF_FILE.sub("", content.decode("utf-8").lstrip("\ufeff"))
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        byte = content[fault.start]
        raise ImportRefused(
            f"{PurePosixPath(entry.filename).name} is not UTF-8: line {line} has the byte 0x{byte:02X}. "
            "Export it as UTF-8 (not as Windows-1252, Latin-1 or UTF-16)."
        ) from None


def _manifest(text: str, found: dict[str, zipfile.ZipInfo]) -> tuple[str, dict[str, str]]:
    """Return the version (1.1 or 1.2) and the mode of each file of the bundle. What is said of other files is not
    looked at.
    """
    rows = [(line, [cell.strip() for cell in row]) for line, row, _ in parsed(text)]
    if not rows or [name.lower() for name in rows[0][1][:2]] != ["propertyname", "value"]:
        fault = wrong_separator(rows[0][1]) if rows else ""
        raise ImportRefused(f"manifest.csv, line 1: {fault or 'the header must be propertyName,value'}.")
    said = {row[0].lower(): (line, row[0], "".join(row[1:2])) for line, row in rows[1:] if row}
    _, _, declared = said.get("oneroster.version", (0, "", ""))
    version = ".".join(declared.lower().lstrip("v").split(".")[:2])
    if version not in VERSIONS:
        is_what = f"is {declared!r}" if declared else "is missing"
        raise ImportRefused(f"manifest.csv: oneroster.version {is_what}; Rollbook reads 1.1 and 1.2.")
    modes = {}
    for name in VERSIONS[version]:
        key = f"file.{name}".lower()
        line, shown, value = said.get(key) or said.get(f"{key}.csv") or (0, "", "")
        if name in found and value and value.lower() not in MODES:
            raise ImportRefused(f"manifest.csv, line {line}: {shown} is {value!r}; it must be bulk, delta or absent.")
        if value.lower() in MODES:
            modes[name] = value.lower()
    return version, modes


def _wanted(version: str, modes: dict[str, str], found: dict[str, zipfile.ZipInfo], report: Report) -> list[str]:
    """Return the files to read, and complete `modes`: a file of which the manifest says nothing is read as the others
    are, unless these differ.
    """
    others = {mode for mode in modes.values() if mode != "absent"}
    wanted = []
    for name in VERSIONS[version]:
        mode = modes.get(name)
        if mode in ("bulk", "delta") and name not in found:
            raise ImportRefused(
                f"manifest.csv declares {name}.csv ({mode}), but the bundle does not contain it. "
                "Add the file, or declare it absent."
            )
        if name not in found:
            continue
        if mode == "absent":
            report.warn(f"{name}.csv", 0, "", "", "not read: the manifest declares it absent")
        elif mode or name in OUR_FILES:
            wanted.append(name)
        elif len(others) == 1:
            modes[name] = next(iter(others))
            report.warn(f"{name}.csv", 0, "", "", f"read as {modes[name]}: the manifest has no row file.{name}")
            wanted.append(name)
        else:
            raise ImportRefused(
                f"manifest.csv does not say whether {name}.csv is bulk or delta. Add the row file.{name},bulk to it."
            )
    for name in [name for name, mode in modes.items() if mode == "absent"]:
        del modes[name]
    if not wanted:
        raise ImportRefused("manifest.csv names no file that Rollbook reads.")
    return wanted
