"""A real Spark cluster of this machine alone: one master, workers, and a Connect server.

For trying Spark and for checking that it answers as DuckDB does; on one machine it is slower than
DuckDB. Everything listens on the loopback address only, on ports that the system gives. Needs the
extra ``spark`` and Java 17 or newer::

    python -m comity.evidence.engine.local_cluster --workers 2
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from comity.core.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["LocalCluster", "what_is_missing"]

_LOOPBACK = "127.0.0.1"
_POLL = 0.1  # [s]
_GRACE = 10.0  # between asking a process to end and ending it [s]


def what_is_missing() -> str | None:
    """Return what a cluster on this machine lacks, with what to do; None if nothing."""
    if importlib.util.find_spec("pyspark") is None:
        return "a Spark cluster needs pyspark: pip install 'comity[spark]'."
    if shutil.which("java") is None:
        return "a Spark cluster needs Java 17 or newer, for example openjdk-17-jre-headless."
    return None


class LocalCluster:
    """One master, some workers of one core each, and a Connect server. A context manager.

    Parameters
    ----------
    workers : int
        How many.
    memory : int
        Of each worker and of the server. [MB]
    wait : float
        How long each part may take to be ready. [seconds]
    settings : sequence of str
        More settings of the Connect server, each ``name=value``.

    Raises
    ------
    UsageError
        If pyspark or Java is missing.
    EvidenceError
        If a part does not start; the message has the end of its log.
    """

    def __init__(
        self,
        workers: int = 2,
        memory: int = 1536,
        wait: float = 120.0,
        settings: Sequence[str] = (),
    ) -> None:
        self.address = ""
        self.folder = Path()
        self._workers = workers
        self._memory = memory
        self._wait = wait
        self._settings = tuple(settings)
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> LocalCluster:
        """Start everything; `address` then is that of the Connect server."""
        missing = what_is_missing()
        if missing:
            raise UsageError(missing)
        self.folder = Path(tempfile.mkdtemp(prefix="comity-spark-"))
        try:
            self._start_all()
        except BaseException:
            self._stop_all()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything and remove what it wrote."""
        self._stop_all()

    def _start_all(self) -> None:
        deploy = "org.apache.spark.deploy"
        self._start(
            "master",
            "spark-class",
            f"{deploy}.master.Master",
            "--host",
            _LOOPBACK,
            "--port",
            "0",
            "--webui-port",
            "0",
        )
        master = self._ready("master", r"Starting Spark master at (spark://\S+)")
        for number in range(self._workers):
            name = f"worker-{number}"
            self._start(
                name,
                "spark-class",
                f"{deploy}.worker.Worker",
                "--host",
                _LOOPBACK,
                "--cores",
                "1",
                "--memory",
                f"{self._memory}m",
                "--work-dir",
                str(self.folder / name),
                "--webui-port",
                "0",
                master,
            )
        for number in range(self._workers):
            self._ready(f"worker-{number}", r"(Successfully registered) with master")
        settings = [
            f"spark.driver.host={_LOOPBACK}",
            f"spark.driver.bindAddress={_LOOPBACK}",
            f"spark.connect.grpc.binding.address={_LOOPBACK}",
            "spark.connect.grpc.binding.port=0",
            "spark.ui.enabled=false",
            f"spark.driver.memory={self._memory}m",
            f"spark.executor.memory={self._memory}m",
            f"spark.sql.shuffle.partitions={2 * self._workers}",  # 200 would be for a larger one
            f"spark.local.dir={self.folder}",
            f"spark.sql.warehouse.dir={self.folder}/warehouse",
            *self._settings,
        ]
        flags = [flag for setting in settings for flag in ("--conf", setting)]
        server = "org.apache.spark.sql.connect.service.SparkConnectServer"
        self._start(
            "connect",
            "spark-submit",
            "--class",
            server,
            "--master",
            master,
            *flags,
            "--name",
            "comity",
            "spark-internal",
        )
        started = self._ready("connect", r"Spark Connect server started at: \S*?:(\d+)\b")
        self.address = f"spark://{_LOOPBACK}:{started}"

    def _start(self, name: str, program: str, *words: str) -> None:
        spec = importlib.util.find_spec("pyspark")
        assert spec is not None
        assert spec.origin is not None
        home = Path(spec.origin).parent
        env = shutil.which("env") or "env"
        variables = (f"SPARK_HOME={home}", f"SPARK_LOCAL_IP={_LOOPBACK}", "SPARK_NO_DAEMONIZE=1")
        with self._log(name).open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 -- the words are ours
                [env, *variables, str(home / "bin" / program), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
            )
        self._running.append((name, process))

    def _ready(self, name: str, pattern: str) -> str:
        process = dict(self._running)[name]
        deadline = time.monotonic() + self._wait
        while True:
            text = self._log(name).read_text(encoding="utf-8", errors="replace")
            match = re.search(pattern, text)
            if match:
                return match[1]
            gone = process.poll() is not None
            if gone or time.monotonic() > deadline:
                why = "ended" if gone else f"was not ready within {self._wait:g} s"
                end = " | ".join(text.strip().splitlines()[-5:])
                msg = f"Spark's {name} {why}. The end of its log: {end}"
                raise EvidenceError(msg)
            time.sleep(_POLL)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _stop_all(self) -> None:
        # The server first, so that workers end its executors; then each process group as a whole.
        for signum in (signal.SIGTERM, signal.SIGKILL):
            for _, process in reversed(self._running):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signum)
            deadline = time.monotonic() + _GRACE
            for _, process in self._running:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, deadline - time.monotonic()))
        self._running.clear()
        shutil.rmtree(self.folder, ignore_errors=True)


def _main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="local_cluster", description="Run until interrupted.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", type=int, default=1536, help="of each part, in MB")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    given = parser.parse_args(words)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        contextlib.suppress(KeyboardInterrupt),
        LocalCluster(given.workers, given.memory, settings=given.set) as cluster,
    ):
        sys.stdout.write(f"--engine {cluster.address}\nInterrupt (Ctrl-C) to stop.\n")
        sys.stdout.flush()
        signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(_main())
