"""Run a command in a process of its own and say what it cost."""

from __future__ import annotations

import compileall
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Cost", "compiled", "memory_method", "run"]

EVERY = 0.02
PROC = Path("/proc")


@dataclass(frozen=True)
class Cost:
    """What one run cost, with its children.

    Parameters
    ----------
    cpu : float
        User and system time of the process and of all children that it waited for [s].
    wall : float
        Time that passed [s].
    peak : float
        Most memory at any moment [MB]; see `memory_method`. 0 where it ended before a look.
    out : str
        What it printed.
    failure : str
        Empty, or why there is no result.
    """

    cpu: float
    wall: float
    peak: float
    out: str
    failure: str = ""


def compiled() -> None:
    """Compile our own modules, as installing a package does: else each start would pay for it.

    Peers come compiled. Ours run from source, and where Python is told to write no bytecode they
    would be compiled again in every run.
    """
    found = importlib.util.find_spec("comity")
    assert found is not None
    places = [Path(str(found.origin)).parent, Path(__file__).parent]
    for place in places:
        compileall.compile_dir(place, quiet=2)


def memory_method() -> str:
    """Return how `run` measures memory on this machine."""
    if PROC.is_dir():
        return (
            "resident memory of the process and its children together, "
            f"looked at every {EVERY * 1e3:.0f} ms, and the kernel's own peak of each"
        )
    return "largest resident memory of any one process (`ru_maxrss`)"


def _tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        for children in PROC.glob(f"{one}/task/*/children"):
            try:
                todo += map(int, children.read_text().split())
            except OSError:
                continue
    return found


def _resident(pid: int) -> tuple[int, int]:
    """Return resident memory now and its peak so far [kB]."""
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0, 0
    known = {
        name: rest.split()[0] for name, _, rest in (x.partition(":") for x in lines) if rest.split()
    }
    return int(known.get("VmRSS", 0)), int(known.get("VmHWM", 0))


class _Watch(threading.Thread):
    """Looks at the memory of a process and its children until told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.over = pid, 0, threading.Event()

    def run(self) -> None:
        while not self.over.wait(EVERY):
            seen = [_resident(pid) for pid in _tree(self.pid)]
            self.peak = max(self.peak, sum(now for now, _ in seen), *(top for _, top in seen))


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def run(command: list[str], *, folder: Path, limit: float = 1800) -> Cost:
    """Run a command and measure it.

    Parameters
    ----------
    command : list of str
        Program and arguments.
    folder : pathlib.Path
        Where it runs.
    limit : float, optional
        After this time it is stopped with its children [s].
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        # a session of its own, so that its children can be stopped with it and nothing else is
        process = subprocess.Popen(  # noqa: S603
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            start_new_session=True,
        )  # fmt: skip
        watch = _Watch(process.pid) if PROC.is_dir() else None
        timer = threading.Timer(limit, _stop, [process])
        timer.start()
        if watch:
            watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        timer.cancel()
        code = process.returncode = os.waitstatus_to_exitcode(status)
        if watch:
            watch.over.set()
            watch.join()
        # the kernel's own figure may be that of this process before the program took its place:
        # good only where there is no other. Bytes on macOS.
        own = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1024)
        peak = watch.peak / 1024 if watch else own
        return Cost(
            cpu=usage.ru_utime + usage.ru_stime,
            wall=wall,
            peak=peak,
            out=_text(out),
            failure="" if code == 0 else _why(code, _text(err), wall >= limit, limit),
        )


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


def _why(code: int, errors: str, late: bool, limit: float) -> str:  # noqa: FBT001
    if late:
        return f"stopped after {limit:g} s"
    lines = [line.strip() for line in errors.splitlines() if line.strip(" │╰╯╭─")]
    return lines[-1][:300] if lines else f"ended with {code}"
