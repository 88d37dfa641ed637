"""Opens the zip file of a bundle, and reads its manifest and its files."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from importing.archives import csv_files, opened_zip, text_of
from importing.csv_rows import parsed, wrong_separator
from importing.oneroster.specification import ORDER, OUR_FILES, VERSIONS
from importing.report import ImportRefused, Report

MODES = ("bulk", "delta", "absent")
# Files by their names in lower case: exporters disagree about the case.
_READ = {name.lower(): name for name in ("manifest", *ORDER)}


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
    with opened_zip(path) as archive:
        found = csv_files(archive, _READ)
        if "manifest" not in found:
            there = ", ".join(sorted(archive.namelist())[:5]) or "nothing"
            raise ImportRefused(
                f"{path.name} has no manifest.csv, which a OneRoster bundle has at its root. It contains: {there}."
            )
        version, modes = _manifest(text_of(archive, found["manifest"]), found)
        wanted = _wanted(version, modes, found, report)
        return Bundle(version, modes, {name: text_of(archive, found[name]) for name in wanted})


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
