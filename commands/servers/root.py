"""Lets root start PostgreSQL, which refuses to run as root. There are two ways.

The first is a user namespace in which root is called 1000; it needs no account and no change of owner. Where namespaces
are forbidden (in many containers), the server runs as the account `nobody`, which keeps the right to pass through
folders, because the checkout may be in a home folder that only root can enter. Neither way changes a parent folder.
"""

import ctypes
import os
import pwd
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commands.servers.preparing import start_prepared
from commands.servers.process import ServerFault

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWUSER = 0x10000000
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True)
class Identity:
    """The user who runs the server. `become` is called in the child; the data folder must belong to `uid` and `gid`."""

    name: str
    uid: int
    gid: int
    become: Callable[[], None] | None


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _CapabilitySets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def _enter_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"1000 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"1000 {gid} 1")


def _become_nobody(uid: int, gid: int) -> None:
    _libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    keep = 1 << _CAP_DAC_OVERRIDE
    sets = (_CapabilitySets * 2)(_CapabilitySets(keep, keep, keep), _CapabilitySets(0, 0, 0))
    # Without this right (in a stripped container) plain `nobody` still works where everybody can read the path.
    if _libc.capset(ctypes.byref(header), ctypes.byref(sets)) == 0:
        _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def _nobody() -> Identity:
    try:
        account = pwd.getpwnam("nobody")
        uid, gid = account.pw_uid, account.pw_gid
    except KeyError:
        uid = gid = 65534
    return Identity("nobody", uid, gid, lambda: _become_nobody(uid, gid))


def candidates() -> list[Identity]:
    """Return the identities to try, best first. A normal user has one: that user."""
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0:
        return [Identity("this user", uid, gid, None)]
    return [Identity("a user namespace", uid, gid, _enter_namespace), _nobody()]


def choose_identity(program: Path) -> Identity:
    """Return the first identity that can run `program --version`."""
    reasons = []
    for identity in candidates():
        try:
            _ask_version(program, identity)
        except (OSError, subprocess.SubprocessError) as fault:
            reasons.append(f"as {identity.name}: {fault}")
        else:
            return identity
    raise ServerFault(f"{program} cannot be run ({'; '.join(reasons)}).")


def _ask_version(program: Path, identity: Identity) -> None:
    """Run the program as `identity`. Raises OSError and subprocess.SubprocessError."""
    asked = start_prepared([program, "--version"], identity.become, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with asked:
        try:
            _, said = asked.communicate(timeout=20)
        except BaseException:
            asked.kill()
            raise
    if asked.returncode != 0:
        raise subprocess.CalledProcessError(asked.returncode, asked.args, stderr=said)


def give_to(identity: Identity, folder: Path) -> None:
    """Make `folder` and everything in it belong to `identity`. Only root needs this, after a change of identity."""
    if os.geteuid() != 0 or not folder.exists() or folder.stat().st_uid == identity.uid:
        return
    for place, _, files in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in files)):
            os.chown(path, identity.uid, identity.gid, follow_symlinks=False)
