"""Makes the virtual environment and installs the pinned packages: `python commands/environment.py local|dev`.

It uses the standard library alone, because it runs before anything is installed. It records what it installed, so a
second run does nothing. `local` is what `make up` needs; `dev` includes it and adds what the checks need.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
HOLDS = {"local": ("local", "dev"), "dev": ("dev",)}


class Fault(Exception):
    """The environment cannot be made. The text is one clear sentence."""


def main(arguments: list[str]) -> int:
    """Return the exit status: 0 when the environment is ready, 1 after a sentence on standard error."""
    wanted = arguments[0] if arguments else "local"
    try:
        with _alone():
            _prepare(wanted)
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _prepare(wanted: str) -> None:
    if _is_installed(wanted):
        return
    started = time.monotonic()
    print(f"Installing the pinned packages into {VENV.name} ...", file=sys.stderr, flush=True)
    if not _is_sound():
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)], "The virtual environment cannot be made")
    STAMP.unlink(missing_ok=True)
    requirements = ROOT / "requirements" / f"{wanted}.txt"
    if not _install_fast(requirements):
        install = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
        _run([*install, "-r", str(requirements)], "The packages cannot be installed")
    STAMP.write_text(json.dumps({"set": wanted, "lock": _lock_of(wanted)}))
    print(f"Packages are ready ({time.monotonic() - started:.1f} s).", file=sys.stderr, flush=True)


def _is_installed(wanted: str) -> bool:
    try:
        stamp = json.loads(STAMP.read_text())
        return stamp["set"] in HOLDS[wanted] and stamp["lock"] == _lock_of(stamp["set"]) and _is_sound()
    except (OSError, ValueError, KeyError):
        return False


def _is_sound() -> bool:
    """Return False if there is no environment, it was moved, or its interpreter is missing or too old."""
    try:
        probe = [str(PYTHON), "-c", "import sys; print(sys.prefix, sys.version_info >= (3, 11))"]
        answer = subprocess.run(probe, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return False
    return answer.stdout.strip() == f"{VENV} True"


def _lock_of(wanted: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{wanted}.txt").read_bytes()).hexdigest()


def _install_fast(requirements: Path) -> bool:
    """Install with uv, in seconds instead of a minute. Return False if uv is not available or fails; then pip is
    used.
    """
    installer = ROOT / "requirements" / "installer.txt"
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(installer)]
    sync = [str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes", str(requirements)]
    environment = os.environ | {"VIRTUAL_ENV": str(VENV)} | _index_of_pip()
    for command in (pip, sync):
        if subprocess.run(command, env=environment, capture_output=True, check=False).returncode != 0:  # noqa: S603
            return False
    return True


def _index_of_pip() -> dict[str, str]:
    """Return pip's configured mirror as environment variables, since uv does not read pip's configuration."""
    found = {}
    for setting, variable in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        command = [str(PYTHON), "-m", "pip", "config", "get", f"global.{setting}"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        value = os.environ.get(f"PIP_{setting.upper().replace('-', '_')}") or answer.stdout.strip()
        if value and variable not in os.environ:
            found[variable] = value
    return found


def _run(command: list[str], sentence: str) -> None:
    result = subprocess.run(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if result.returncode == 0:
        return
    output = result.stdout.strip()
    if "No space left" in output or "Errno 28" in output:
        raise Fault(f"{sentence}: the disk of {ROOT} is full.")
    if "ensurepip" in output:
        raise Fault(f"{sentence}: this Python has no ensurepip; install your system's package python3-venv.")
    last = "\n".join(output.splitlines()[-5:])
    raise Fault(f"{sentence}; the installer said:\n{last}")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold a lock, so that two `make` in one checkout wait for each other."""
    try:
        lock = os.open(ROOT / ".venv.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise Fault(f"{ROOT} cannot be written: {fault.strerror}.") from fault
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
