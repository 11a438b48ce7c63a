"""Identify a process, and find out whether it still runs."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


def host() -> str:
    """Return the name of this host, as far as a column of a table holds it."""
    return socket.gethostname()[:200]


def identity() -> str:
    """Return what identifies this process: the machine, and when the process began.

    "" where the operating system reports neither, so that nothing is concluded
    from a process number alone.
    """
    machine, begun = _machine(), _begun(os.getpid())
    return f"{machine} {begun}" if machine and begun else ""


def is_dead(pid: int, identity: str) -> bool:
    """Return whether a process of this machine has ended.

    False for a process of another machine or container, which cannot be seen.
    """
    machine, _, begun = identity.rpartition(" ")
    if not machine or machine != _machine():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # A process of another user.
    now = _begun(pid)
    # A number is used again, and a killed process keeps it until its parent waits.
    return now == "Z" or bool(now and now != begun)


@cache
def _machine() -> str:
    """Return what is the same in one PID namespace of one start of a machine."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        return f"{boot.strip()} {Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _begun(pid: int) -> str:
    """Return the start time of a process, "Z" for a zombie, "" where it is hidden.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name, in parentheses, may hold spaces and parentheses.
    values = text.rpartition(")")[2].split()
    return "Z" if values[0] in "ZX" else values[19]
