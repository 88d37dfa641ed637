"""Room in memory, for what ends with the tests: the data of servers, and what the processes of a browser share."""

import contextlib
import shutil
import tempfile
import time
from pathlib import Path

from commands.servers.start import is_held
from tests.support.sizes import IS_FULL

IN_MEMORY = Path("/dev/shm")
# The servers of a test process take less than 500 MB, at full size several times that.
_ROOM_NEEDED = (16 if IS_FULL else 4) * 1024**3
_FORGOTTEN_SECONDS = 3600


def has_room(memory: Path = IN_MEMORY) -> bool:
    """Whether there is room in memory for what the tests need only while they run."""
    return memory.is_dir() and shutil.disk_usage(memory).free >= _ROOM_NEEDED


def folder_of_servers(prefix: str, memory: Path = IN_MEMORY) -> Path:
    """Make a folder in memory, or among the temporary files where there is no room for it in memory.

    A clone of a database is six hundred small files. On a disk they take up to 0.4 s of CPU, in memory 0.02 s.
    """
    if not has_room(memory):
        return Path(tempfile.mkdtemp(prefix=prefix))
    _remove_forgotten(prefix, memory)
    return Path(tempfile.mkdtemp(prefix=prefix, dir=memory))


def _remove_forgotten(prefix: str, memory: Path) -> None:
    """Remove what test processes left that were killed. Others may be about to lock the folder that they just made."""
    for folder in memory.glob(f"{prefix}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _FORGOTTEN_SECONDS and not is_held(folder):
                shutil.rmtree(folder, ignore_errors=True)
