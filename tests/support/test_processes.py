"""Forked processes behave as started ones do: environment, output, exit status, signals."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.support.processes import forked, program_environment


def speak_and_end() -> None:
    print("said", os.environ["ROLLBOOK_PORT"], flush=True)
    print("and complained", file=sys.stderr, flush=True)
    sys.exit(3)


def sleep() -> None:
    time.sleep(60)


def test_what_a_process_says_and_how_it_ends() -> None:
    environment = program_environment("postgresql://nobody/nothing", "redis://nobody", port=1234)
    with forked(speak_and_end, environment=environment) as process:
        assert process.wait(30) == 3
        assert process.said() == "said 1234\nand complained\n"
    assert "ROLLBOOK_PORT" not in os.environ


def test_settings_of_this_process_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLBOOK_SMTP_URL", "smtp://elsewhere")
    assert "ROLLBOOK_SMTP_URL" not in program_environment("postgresql://nobody/nothing", "redis://nobody")


def test_a_process_is_killed_and_is_gone_after_the_block() -> None:
    with forked(sleep, environment={}) as process:
        assert process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.1)
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
    with forked(sleep, environment={}) as process:
        pid = process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
