"""Databases of acts to test on: an SQLite file, and PostgreSQL where a server can be started."""

from __future__ import annotations

import getpass
import importlib.util
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from comity.acts.address import ActsAddress, acts_address
from comity.acts.database import ActsDatabase
from comity.core.settings import Settings

SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a PostgreSQL server of our own, without the name of a database."""
    found = str(SERVERS[-1]) if SERVERS else shutil.which("initdb")
    if found is None:
        pytest.skip("no initdb: PostgreSQL is not installed here (apt-get install postgresql)")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed: pip install 'comity[postgres]'")
    bin_dir = Path(found).resolve().parent
    folder = tmp_path_factory.mktemp("postgres")
    owner: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        owner = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        if shutil.which("setpriv") is None:
            pytest.skip("PostgreSQL does not run as root, and setpriv is not installed")
        for place in (folder, *folder.parents):
            if place == Path(place.anchor) or place == Path("/tmp"):
                break
            place.chmod(place.stat().st_mode | 0o011)
        shutil.chown(folder, "nobody", "nogroup")
    user = "nobody" if owner else getpass.getuser()
    data, port = folder / "data", _free_port()
    made = subprocess.run(
        [*owner, str(bin_dir / "initdb"), "-D", str(data), "-U", user, "-A", "trust", "-N"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"initdb failed: {made.stderr.strip().splitlines()[-1:]}")
    server = subprocess.Popen(
        [*owner, str(bin_dir / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder),
         "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        ready = [str(bin_dir / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q", "-t", "1"]
        for _ in range(60):
            if subprocess.run(ready, check=False).returncode == 0:
                break
            if server.poll() is not None:
                pytest.skip("the PostgreSQL server did not start")
            subprocess.run(["sleep", "0.2"], check=True)
        yield f"postgresql://{user}@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> ActsAddress:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return acts_address(Settings(home=tmp_path))
    server = request.getfixturevalue("postgres")
    import psycopg  # noqa: PLC0415 -- only where the server is

    name = f"acts_{abs(hash(str(tmp_path)))}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return acts_address(Settings(home=tmp_path, database=SecretStr(f"{server}/{name}")))


@pytest.fixture
def database(address: ActsAddress) -> ActsDatabase:
    return ActsDatabase.open(address)
