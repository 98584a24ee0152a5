"""Make files like those of the GDELT event tables: seeded, as many rows as asked.

``python -m benchmarks.gdelt_files FOLDER --rows 1000000`` writes export files of the 2.0 layout
(61 columns, one zip for a quarter of an hour) or the 1.0 layout (58 columns, one zip a day) and
the publisher's index files beside them, so that a server over the folder looks like the
publisher's. What they say is made up; how they are laid out, how long fields are, how often they
repeat and so how well they compress is near the publisher's own (about 57 MB a million rows).

The same plan gives the same bytes with the same versions of numpy and zlib. Each file has a random
stream of its own, so a file does not depend on the others or on how many processes made them.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import gdelt_values as values

__all__ = ["ADDRESS", "COLUMNS", "Errata", "Made", "Plan", "generate", "names"]

#: Where the publisher's own index files say that the files are.
ADDRESS = "http://data.gdeltproject.org"
#: Number of columns by layout.
COLUMNS = {1: 58, 2: 61}
ROWS_PER_FILE = {1: 100_000, 2: 2_500}
ROWS_PER_ARTICLE = 6.5
QUARTERS = 96
#: How many days before the day of its file an act is dated, and how often.
LAGS = ((0, 0.985), (1, 0.006), (7, 0.003), (30, 0.003), (365, 0.003))
VARIANTS = 3
SYLLABLES = ("ka", "ro", "mi", "ten", "sha", "vor", "el", "dan", "bu", "ar", "lo", "ne", "gra")
CITIES = 7
SITES = 600
FIRST_ID = 700_000_000
#: One moment for all members of all zips: the clock is no part of the bytes.
STAMP = (1980, 1, 1, 0, 0, 0)
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Errata:
    """Shares of rows with a fault that the publisher's files are known to have.

    Parameters
    ----------
    wrong_century : float
        Of rows dated 2020: dated 1920 instead.
    padded : float
        ``Actor2Code`` ends in a space, or is one.
    duplicated : float
        Rows that occur once more, half of them in the file that follows.
    broken : float
        Lines cut short, or with one tab too many.
    unmarked : float
        Event code ``---`` and no value on Goldstein's scale.
    """

    wrong_century: float = 0.0
    padded: float = 0.0
    duplicated: float = 0.0
    broken: float = 0.0
    unmarked: float = 0.0


@dataclass(frozen=True)
class Plan:
    """What to make.

    Parameters
    ----------
    rows : int
        Rows in all files together, before `errata` repeats any.
    layout : int
        1: 58 columns, one file a day. 2: 61 columns, one file a quarter of an hour.
    seed : int
        Seed of all random numbers.
    start, end : datetime.date
        Files are spread evenly from `start` until before `end`.
    rows_per_file : int or None
        By default 2,500 (layout 2) or 100,000 (layout 1), near the publisher's.
    errata : Errata
        Faults to plant.
    address : str
        What the index file of layout 2 says before a file's name.
    """

    rows: int
    layout: int = 2
    seed: int = 1
    start: date = date(2018, 1, 1)
    end: date = date(2021, 1, 1)
    rows_per_file: int | None = None
    errata: Errata = field(default_factory=Errata)
    address: str = ADDRESS

    @property
    def size(self) -> int:
        """Rows of a file."""
        return self.rows_per_file or ROWS_PER_FILE[self.layout]

    @property
    def files(self) -> int:
        """Number of files."""
        return -(-self.rows // self.size)

    def moment(self, index: int) -> datetime:
        """Return the moment that names file `index`."""
        days = (self.end - self.start).days
        slots = days * (QUARTERS if self.layout == 2 else 1)
        if self.files > slots:
            raise ValueError(
                f"{self.files} files do not fit into {slots} slots from {self.start} to {self.end}:"
                " give a longer time or more rows a file"
            )
        step = timedelta(minutes=15) if self.layout == 2 else timedelta(days=1)
        begin = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        return begin + (index * slots // self.files) * step

    def stem(self, index: int) -> str:
        """Return the name of file `index` without ``.zip``."""
        form = "%Y%m%d%H%M%S" if self.layout == 2 else "%Y%m%d"
        return f"{self.moment(index).strftime(form)}.export.CSV"


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


@dataclass(frozen=True)
class _World:
    """Texts that rows share: actors, places, acts, sites, each with the fields of its columns."""

    actors: Texts  # dims (state or none, role, variant)
    padded: Texts
    places: Texts  # dims (state, place); place 0 is the country
    nowhere: str
    acts: Texts
    sites: tuple[str, ...]


def _weights(numbers: list[float]) -> NDArray[np.float64]:
    weights = np.array(numbers)
    return np.cumsum(weights / weights.sum())


STATE_ODDS = _weights([state[3] for state in values.STATES])
ROLE_ODDS = _weights([role[2] for role in values.ROLES])
ACT_ODDS = _weights([act[3] for act in values.ACTS])
MENTION_ODDS = _weights([mention[1] for mention in values.MENTIONS])
MENTION_TEXTS = np.array([mention[0] for mention in values.MENTIONS], object)
LAG_ODDS = _weights([lag[1] for lag in LAGS])
PLACE_ODDS = _weights([30.0] + [70.0 / CITIES] * CITIES)


def _draw(rng: np.random.Generator, odds: NDArray[np.float64], count: int) -> Ints:
    return np.minimum(np.searchsorted(odds, rng.random(count)), len(odds) - 1).astype(np.int64)


def _name(rng: np.random.Generator) -> str:
    parts = (
        "ka",
        "ro",
        "mi",
        "ten",
        "sha",
        "vor",
        "el",
        "dan",
        "bu",
        "sk",
        "ar",
        "lo",
        "ne",
        "gra",
    )
    return "".join(parts[i] for i in rng.integers(len(parts), size=rng.integers(2, 5))).title()


@lru_cache(maxsize=4)
def _world(seed: int, layout: int) -> _World:
    """Return the texts of one seed and layout."""
    rng = np.random.default_rng([seed, 0])
    cities = [[_name(rng) for _ in range(CITIES)] for _ in values.STATES]
    shape = (len(values.STATES) + 1, len(values.ROLES), VARIANTS)
    actors, padded = np.empty(shape, object), np.empty(shape, object)
    for s, r, v in np.ndindex(*shape):
        role, label, _ = values.ROLES[r]
        state = values.STATES[s][0] if s < len(values.STATES) else ""
        name = label
        if state:
            name = values.STATES[s][2].upper() if v == 0 else cities[s][v].upper()
        rest = "\t".join((name, state, "", "", "", "", role, "", ""))
        actors[s, r, v] = f"{state + role}\t{rest}"
        padded[s, r, v] = f"{state + role} \t{rest}"
    places = np.empty((len(values.STATES), CITIES + 1), object)
    for s, (_, fips, state_name, _) in enumerate(values.STATES):
        latitude, longitude = rng.uniform(-40, 65), rng.uniform(-120, 140)
        second = ("",) if layout == 2 else ()
        country = (f"{latitude:.0f}", f"{longitude:.0f}", fips)
        places[s, 0] = "\t".join(("1", state_name, fips, fips, *second, *country))
        for c, city in enumerate(cities[s]):
            number = int(rng.integers(1, 60))
            second = (str(int(rng.integers(1_000, 160_000))),) if layout == 2 else ()
            there = (
                f"{latitude + rng.normal(0, 3):.6g}",
                f"{longitude + rng.normal(0, 3):.6g}",
                str(-int(rng.integers(10_000, 3_000_000))),
            )
            full = f"{city}, {_name(rng)}, {state_name}"
            adm1 = f"{fips}{number:02d}"
            places[s, c + 1] = "\t".join(("4", full, fips, adm1, *second, *there))
    ends = [values.DOMAIN_ENDS[i] for i in rng.integers(len(values.DOMAIN_ENDS), size=SITES)]
    return _World(
        actors=actors,
        padded=padded,
        places=places,
        nowhere="0" + "\t" * (7 if layout == 2 else 6),
        acts=np.array(
            [f"{a}\t{a[:3]}\t{a[:2]}\t{quad}\t{value}" for a, quad, value, _ in values.ACTS], object
        ),
        sites=tuple(f"www.{_name(rng)}{_name(rng)}{end}".lower() for end in ends),
    )


@lru_cache(maxsize=20_000)
def _day(day: date) -> str:
    """Return the four columns of a date; the publisher's fraction knows months of 30 days."""
    fraction = day.year + ((day.month - 1) * 30 + day.day) / 365
    return f"{day:%Y%m%d}\t{day:%Y%m}\t{day.year}\t{fraction:.4f}"


def _articles(rng: np.random.Generator, count: int, world: _World, moment: datetime) -> Texts:
    """Return tone and address, which all rows of an article share; dims (2, article)."""
    lengths = rng.integers(80, 900, count)
    tone = 100 * np.rint(rng.normal(-0.025, 0.035, count) * lengths) / lengths
    sites = (len(world.sites) * rng.random(count) ** 2.5).astype(np.int64)
    sections = rng.integers(len(values.SECTIONS), size=count)
    words = rng.integers(len(values.WORDS), size=(count, 9))
    used = rng.integers(4, 10, count)
    number = rng.integers(10_000, 90_000_000, count)
    kind = rng.random(count)
    out = np.empty((2, count), object)
    for i in range(count):
        path = "-".join([values.WORDS[w] for w in words[i, : used[i]].tolist()])
        if kind[i] < 0.4:
            path = f"{values.SECTIONS[sections[i]]}/{moment:%Y/%m/%d}/{path}"
        elif kind[i] < 0.7:
            path = f"{values.SECTIONS[sections[i]]}/{path}-{number[i]}.html"
        else:
            path = f"{values.SECTIONS[sections[i]]}/{number[i]}/{path}"
        out[0, i] = f"{tone[i]:.15g}"
        out[1, i] = f"http{'s' if number[i] % 2 else ''}://{world.sites[sites[i]]}/{path}"
    return out


def _actors(
    rng: np.random.Generator, states: Ints, count: int, missing: NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints]:
    """Return state, role and variant of each row; the state after the last one is none."""
    none = len(values.STATES)
    state = np.where(rng.random(count) < 0.25, none, states)
    role = _draw(rng, ROLE_ODDS, count)
    # an actor without a state has a role: without either it would be missing
    role = np.where((state == none) & (role == 0), 1 + rng.integers(len(values.ROLES) - 1), role)
    state, role = np.where(missing, none, state), np.where(missing, 0, role)
    variant = np.where(rng.random(count) < 0.6, 0, rng.integers(1, VARIANTS, count))
    return state, role, np.where(state == none, 0, variant)


def _lines(plan: Plan, index: int) -> tuple[list[str], dict[str, int]]:
    """Return the lines of file `index` and how many rows got which fault."""
    rng = np.random.default_rng([plan.seed, plan.layout, 1, index])
    world, moment = _world(plan.seed, plan.layout), plan.moment(index)
    count = min(plan.size, plan.rows - index * plan.size)
    articles = max(1, round(count / ROWS_PER_ARTICLE))
    of = rng.integers(articles, size=count)
    pair = _draw(rng, STATE_ODDS, 2 * articles).reshape(2, articles)
    states = [
        np.where(
            rng.random(count) < 0.75,
            pair[rng.integers(2, size=count), of],
            _draw(rng, STATE_ODDS, count),
        )
        for _ in range(2)
    ]
    missing = rng.random(count)
    first = _actors(rng, states[0], count, missing < 0.08)
    second = _actors(rng, states[1], count, (missing >= 0.08) & (missing < 0.30))
    lag = _draw(rng, LAG_ODDS, count)
    order = np.lexsort((first[2], first[1], first[0], -lag))
    of, lag = of[order], lag[order]
    first, second = tuple(x[order] for x in first), tuple(x[order] for x in second)  # type: ignore[assignment]
    faults = {
        name: rng.random(count) < share
        for name, share in ((f.name, getattr(plan.errata, f.name)) for f in fields(Errata))
    }
    days = [moment.date() - timedelta(days=back) for back, _ in LAGS]
    faults["wrong_century"] &= np.array([d.year == 2020 for d in days])[lag]
    right = np.array([_day(d) for d in days], object)
    wrong = np.array([_day(d.replace(year=1920) if d.year == 2020 else d) for d in days], object)
    acts = world.acts[_draw(rng, ACT_ODDS, count)]
    acts[faults["unmarked"]] = "---\t---\t---\t0\t"
    shared = _articles(rng, articles, world, moment)
    # the rows of an article happen in the same places
    place = _draw(rng, PLACE_ODDS, articles)[of]
    places = [_places(world, state, place) for state in (first[0], second[0])]
    action = np.where(first[0] < len(values.STATES), places[0], places[1])
    added = moment.strftime("%Y%m%d%H%M%S" if plan.layout == 2 else "%Y%m%d")
    start = FIRST_ID + index * plan.size
    columns = (
        map(str, range(start, start + count)),
        np.where(faults["wrong_century"], wrong[lag], right[lag]).tolist(),
        world.actors[first].tolist(),
        np.where(faults["padded"], world.padded[second], world.actors[second]).tolist(),
        np.where(rng.random(count) < 0.5, "1", "0").astype(object).tolist(),
        acts.tolist(),
        MENTION_TEXTS[_draw(rng, MENTION_ODDS, articles)[of]].tolist(),
        shared[0][of].tolist(),
        places[0].tolist(),
        places[1].tolist(),
        action.tolist(),
        repeat(added, count),
        shared[1][of].tolist(),
    )
    lines = list(map("\t".join, zip(*columns, strict=False)))
    for row in np.flatnonzero(faults["broken"]).tolist():
        lines[row] = lines[row].rsplit("\t", 9)[0] if row % 2 else lines[row] + "\tx"
    planted = {name: int(chosen.sum()) for name, chosen in faults.items()}
    planted["duplicated"] = 0
    return lines, planted


def _places(world: _World, state: Ints, place: Ints) -> Texts:
    known = state < len(values.STATES)
    found: Texts = world.places[np.where(known, state, 0), place]
    return np.where(known, found, world.nowhere)


def _repeats(plan: Plan, index: int, own: list[str]) -> list[str]:
    """Return rows that occur once more: half of this file, half of the one before it."""
    rng = np.random.default_rng([plan.seed, plan.layout, 2, index])
    sources = [own, own if index == 0 else _lines(plan, index - 1)[0]]
    return [
        source[i]
        for source in sources
        for i in np.flatnonzero(rng.random(len(source)) < plan.errata.duplicated / 2).tolist()
    ]


def _make(plan: Plan, folder: Path, index: int) -> tuple[Path, int, str, dict[str, int]]:
    """Write one zip; return it, its size [bytes], its MD5 and the faults planted."""
    lines, planted = _lines(plan, index)
    if plan.errata.duplicated:
        again = _repeats(plan, index, lines)
        planted["duplicated"] = len(again)
        lines = lines + again
    stem = plan.stem(index)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        member = zipfile.ZipInfo(stem, date_time=STAMP)
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, ("\n".join(lines) + "\n").encode())
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
