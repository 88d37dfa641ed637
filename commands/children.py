"""Runs the API and the worker as child processes of `up`: restarts them when they die, and shows their output."""

import collections
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from commands.servers.process import spawn, stop
from commands.terminal import say

ROOT = Path(__file__).resolve().parent.parent
_LONGEST_WAIT = 30.0
_SETTLED_AFTER = 60.0


class Child:
    """One `rollbook.py` command as a child process. Each line of its output is shown after the command's name.

    The kernel kills it if this process dies without stopping it.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: dict[str, str],
        descriptors: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._descriptors = descriptors
        self._command = [sys.executable, str(ROOT / "rollbook.py"), *arguments]
        self._environment = os.environ | environment | {"PYTHONUNBUFFERED": "1"}
        self._last_lines: collections.deque[str] = collections.deque(maxlen=15)
        self._wait = 0.5
        self._began = 0.0
        self._start_at: float | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        self._began = time.monotonic()
        self._process = spawn(
            self._command,
            death_signal=signal.SIGKILL,
            output=subprocess.PIPE,
            environment=self._environment,
            folder=ROOT,
            descriptors=self._descriptors,
        )
        self._reader = threading.Thread(target=self._show, args=(self._process,), daemon=True)
        self._reader.start()

    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def last_words(self) -> str:
        """Return the end of the output, for a child that did not start."""
        if self._reader is not None:
            self._reader.join(2)
        return "\n".join(self._last_lines)

    def restart_if_ended(self) -> None:
        """Restart a child that has ended, each time after a longer wait. Call it repeatedly."""
        if not self.has_ended():
            return
        now = time.monotonic()
        if self._start_at is None:
            settled = now - self._began > _SETTLED_AFTER
            self._wait = 0.5 if settled else min(self._wait * 2, _LONGEST_WAIT)
            self._start_at = now + self._wait
            status = self._process.returncode if self._process else None
            say(f"{self.name:<7}| ended with status {status}; starting it again in {self._wait:g} s")
        elif now >= self._start_at:
            self._start_at = None
            self.start()

    def stop(self, seconds: float) -> None:
        """Ask the child to finish and end. After `seconds` it is killed."""
        if self._process is not None:
            stop(self._process, signal.SIGTERM, seconds)
        if self._reader is not None:
            self._reader.join(2)

    def _show(self, process: subprocess.Popen[bytes]) -> None:
        for raw in process.stdout or ():
            line = raw.decode(errors="replace").rstrip()
            self._last_lines.append(line)
            say(f"{self.name:<7}| {line}")
