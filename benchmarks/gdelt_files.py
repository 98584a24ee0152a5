"""Make files like those of the GDELT event tables: seeded, as many rows as asked.

``python -m benchmarks.gdelt_files FOLDER --rows 1000000`` writes export files of the 2.0 layout
(61 columns, one zip for a quarter of an hour) or the 1.0 layout (58 columns, one zip a day) and
the publisher's index files beside them, so that a server over the folder looks like the
publisher's. What they say is made up; how they are laid out, how long fields are, how often they
repeat and so how well they compress is near the publisher's own (64 MB a million rows).

The same plan gives the same bytes with the same versions of numpy and zlib, however many processes
make them.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.gdelt_rows import Errata, Plan, lines

__all__ = ["COLUMNS", "Errata", "Made", "Plan", "generate", "names"]

#: Number of columns by layout.
COLUMNS = {1: 58, 2: 61}
#: One moment for all members of all zips: the clock is no part of the bytes.
STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Made:
    """What was made.

    Parameters
    ----------
    files : tuple of pathlib.Path
        The zips, in order of time.
    planted : dict of str to int
        How many rows got each fault, by the names of `Errata`.
    """

    files: tuple[Path, ...]
    planted: dict[str, int]


def _repeats(plan: Plan, index: int, own: list[str]) -> list[str]:
    """Return rows that occur once more: half of this file, half of the one before it."""
    rng = np.random.default_rng([plan.seed, plan.layout, 2, index])
    sources = [own, own if index == 0 else lines(plan, index - 1)[0]]
    return [
        source[i]
        for source in sources
        for i in np.flatnonzero(rng.random(len(source)) < plan.errata.duplicated / 2).tolist()
    ]


def _make(plan: Plan, folder: Path, index: int) -> tuple[Path, int, str, dict[str, int]]:
    """Write one zip; return it, its size [bytes], its MD5 and the faults planted."""
    rows, planted = lines(plan, index)
    if plan.errata.duplicated:
        again = _repeats(plan, index, rows)
        planted["duplicated"] = len(again)
        rows += again
    stem = plan.stem(index)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        member = zipfile.ZipInfo(stem, date_time=STAMP)
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, ("\n".join(rows) + "\n").encode())
    data = target.getvalue()
    path = folder / f"{stem}.zip"
    path.write_bytes(data)
    # the publisher's own index gives MD5: nothing here is kept safe by it
    return path, len(data), hashlib.md5(data, usedforsecurity=False).hexdigest(), planted


def _all(plan: Plan, folder: Path, jobs: int) -> Iterator[tuple[Path, int, str, dict[str, int]]]:
    work = partial(_make, plan, folder)
    if jobs <= 1:
        yield from map(work, range(plan.files))
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(work, range(plan.files), chunksize=max(1, min(40, plan.files // jobs)))


def generate(folder: Path, plan: Plan, *, jobs: int = 1) -> Made:
    """Write the files of a plan and their index.

    Parameters
    ----------
    folder : pathlib.Path
        Made if need be. Layout 1 has ``md5sums`` and ``filesizes`` beside its zips, layout 2
        ``masterfilelist.txt``.
    plan : Plan
        What to make.
    jobs : int, optional
        Processes; the bytes do not depend on it.

    Raises
    ------
    ValueError
        Where the files do not fit into the plan's time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = list(_all(plan, folder, jobs))
    if plan.layout == 2:
        index = (f"{size} {md5} {plan.address}/gdeltv2/{p.name}\n" for p, size, md5, _ in made)
        (folder / "masterfilelist.txt").write_text("".join(index))
    else:
        (folder / "md5sums").write_text("".join(f"{md5}  {p.name}\n" for p, _, md5, _ in made))
        (folder / "filesizes").write_text("".join(f"{size} {p.name}\n" for p, size, _, _ in made))
    total = {f.name: sum(one[3][f.name] for one in made) for f in fields(Errata)}
    return Made(tuple(one[0] for one in made), total)


def names() -> tuple[str, ...]:
    """Return the names of the columns of layout 2, in order."""
    actor = ("Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code",
             "Religion2Code", "Type1Code", "Type2Code", "Type3Code")  # fmt: skip
    geo = ("Type", "Fullname", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")
    return (
        *("GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"),
        *(f"Actor{i}{part}" for i in (1, 2) for part in actor),
        *("IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass"),
        *("GoldsteinScale", "NumMentions", "NumSources", "NumArticles", "AvgTone"),
        *(f"{who}Geo_{part}" for who in ("Actor1", "Actor2", "Action") for part in geo),
        *("DATEADDED", "SOURCEURL"),
    )


def main(words: list[str] | None = None) -> None:
    """Make files as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gdelt_files", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--layout", type=int, choices=(1, 2), default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows-per-file", type=int)
    parser.add_argument("--start", type=date.fromisoformat, default=Plan.start)
    parser.add_argument("--end", type=date.fromisoformat, default=Plan.end)
    parser.add_argument("--jobs", type=int, default=2)
    for fault in fields(Errata):
        flag = "--" + fault.name.replace("_", "-")
        parser.add_argument(flag, type=float, default=0.0, metavar="SHARE")
    given = vars(parser.parse_args(words))
    errata = Errata(**{f.name: given.pop(f.name) for f in fields(Errata)})
    folder, jobs = given.pop("folder"), given.pop("jobs")
    made = generate(folder, Plan(errata=errata, **given), jobs=jobs)
    size = sum(path.stat().st_size for path in made.files)
    planted = ", ".join(f"{name} {count}" for name, count in made.planted.items() if count)
    sys.stdout.write(f"{len(made.files)} files, {size / 1e6:.1f} MB {planted}\n")


if __name__ == "__main__":
    main()
