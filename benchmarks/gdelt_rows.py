"""The rows of generated GDELT files; `benchmarks.gdelt_files` writes them.

Each file has a random stream of its own, so that it does not depend on the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from benchmarks import gdelt_values as values

__all__ = ["Errata", "Plan", "lines"]

#: Rows of a file by layout, near the publisher's.
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
WRONG_UNTIL = date(2020, 1, 5)
#: Where the publisher's own index files say that the files are.
ADDRESS = "http://data.gdeltproject.org"
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Errata:
    """Shares of rows with a fault that the publisher's files are known to have.

    Parameters
    ----------
    wrong_century : float
        Of rows dated 2020 in files until 5 January 2020: dated 1920 instead.
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


def lines(plan: Plan, index: int) -> tuple[list[str], dict[str, int]]:
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
    wrongly = moment.date() <= WRONG_UNTIL
    faults["wrong_century"] &= np.array([wrongly and d.year == 2020 for d in days])[lag]
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
    made = list(map("\t".join, zip(*columns, strict=False)))
    for row in np.flatnonzero(faults["broken"]).tolist():
        made[row] = made[row].rsplit("\t", 9)[0] if row % 2 else made[row] + "\tx"
    planted = {name: int(chosen.sum()) for name, chosen in faults.items()}
    planted["duplicated"] = 0
    return made, planted


def _places(world: _World, state: Ints, place: Ints) -> Texts:
    known = state < len(values.STATES)
    found: Texts = world.places[np.where(known, state, 0), place]
    return np.where(known, found, world.nowhere)
