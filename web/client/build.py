"""Builds the browser pages into static/, when their sources differ from those of the last build.

Run it from the root: `python -m web.client.build`. Two stamps say what was done last: one beside the built files names
their sources, one in node_modules names the lock file. So a start of `make up` that has nothing to build reads a few
files and starts no process.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from web.npm import install, npm, run

HERE = Path(__file__).resolve().parent
BUILD_SECONDS = 120
# What the built pages are made from; `src` is a folder.
SOURCES = ("package-lock.json", "package.json", "vite.config.ts", "staff.html", "family.html", "kiosk.html", "src")
# The types of the schema are needed to check the pages, but not to build them.
IGNORED = {"schema-types.d.ts", "dist"}


def main() -> None:
    parser = argparse.ArgumentParser(description="Builds the browser pages.")
    parser.add_argument("--if-changed", action="store_true", help="do nothing when the built pages are current")
    parser.add_argument("--only-install", action="store_true", help="install the packages that checks and tests need")
    choices = parser.parse_args()
    if choices.only_install:
        prepare(for_checks=True)
    elif not (choices.if_changed and is_current(HERE)):
        build(prepare(for_checks=False))


def is_current(folder: Path) -> bool:
    """Return whether the built pages were made from the present sources."""
    stamp = folder / "static" / "built-from"
    return stamp.is_file() and stamp.read_text() == digest(_sources(folder), folder)


def prepare(*, for_checks: bool) -> str:
    """Install the packages if they are not there, and return npm's path. Building needs fewer of them than checks."""
    found = npm()
    if found is None:
        sys.exit("The browser pages are built with npm, and none could be installed. Install Node.js and try again.")
    stamp = HERE / "node_modules" / "installed-from"
    lock = digest([HERE / "package-lock.json"], HERE)
    installed = stamp.read_text().split() if stamp.is_file() else []
    if installed[:1] == [lock] and (not for_checks or installed[1:] == ["all"]):
        return found
    print("Fetching the packages of the browser pages ...", flush=True)
    status = install(found, HERE, *(() if for_checks else ("--omit=dev",)))
    if status != 0:
        reason = "within two minutes" if status is None else f"(exit status {status})"
        sys.exit(f"npm could not fetch the packages of the browser pages {reason}.")
    stamp.write_text(f"{lock} {'all' if for_checks else 'build'}")
    return found


def build(npm_path: str) -> None:
    print("Building the browser pages ...", flush=True)
    # What changes while the build runs is built next time.
    made_from = digest(_sources(HERE), HERE)
    status = run([npm_path, "run", "--silent", "build"], HERE, BUILD_SECONDS)
    if status != 0:
        reason = "within two minutes" if status is None else f"(exit status {status})"
        sys.exit(f"The browser pages could not be built {reason}.")
    (HERE / "static" / "built-from").write_text(made_from)


def digest(files: Iterable[Path], folder: Path) -> str:
    """Return a hash of the files' names and contents."""
    whole = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        whole.update(f"{file.relative_to(folder)} {content}\n".encode())
    return whole.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for name in SOURCES:
        path = folder / name
        if path.is_dir():
            files = (file for file in sorted(path.rglob("*")) if file.is_file())
            yield from (file for file in files if not IGNORED & {*file.relative_to(folder).parts})
        else:
            yield path


if __name__ == "__main__":
    main()
