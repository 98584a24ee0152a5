"""A made-up archive of coded events, for tests, measurements and trying an engine.

It has what makes engines differ: empty cells in every column that may be empty, letters beyond
ASCII, addresses in capitals and texts that are no address, scores and tones with awkward fractions,
days at the ends of years, records dated after they were added, and repeats in other files.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.core.cameo import quad_of
from comity.evidence.engine.duck import Engine, quoted
from comity.evidence.engine.events import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["simulate_archive"]

_STATES = ("IRN", "RUS", "USA", "CHN", "TUR", "ISR", "SAU", "DEU", "AZE", "ARM", "SYR", "BLR")
_BODIES = ("UNO", "EUR", "KRD", "")
_NAMES = ("IRAN", "МОСКВА", "İSTANBUL", "ایران", "O'NEIL", "CÔTE D’IVOIRE", 'THE "EIGHT"', "a\\b")
_ROLES = ("GOV", "MIL", "OPP", "BUS", "")
_URLS = (
    "https://www.Example.COM/{}/story",
    "http://irna.ir/{}",
    "HTTPS://Ria.RU:8443/{}?q=1",
    "https://пример.рф/{}",
    "ftp://files.example.org/{}#top",
    "BBC Monitoring {}",
    "http:///{}",
    "",
)
_CORRECTIONS = ('{"state-by-date": "YUG"}', '{"state-by-date": "X", "цена \\"2\\"": null}', "{}")
_FIRST_DAY = np.datetime64("2013-11-20")
_SPAN = 1500  # [days]


def simulate_archive(folder: Path, rows: int, *, seed: int, files: int = 4) -> list[Path]:
    """Write a made-up archive and return its files.

    Parameters
    ----------
    folder : pathlib.Path
        Where to write; made if it is not there.
    rows : int
        Records in all.
    seed : int
        Of the random draws.
    files : int
        Parquet files that the rows are spread over, each sorted as an archive's are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    edges = np.linspace(0, rows, files + 1).astype(np.int64)
    written = []
    for number, (start, stop) in enumerate(itertools.pairwise(edges)):
        path = folder / f"part-{number:03d}.parquet"
        _write(path, _columns(rng, int(start), int(stop), f"{number:064x}"))
        written.append(path)
    return written


def _write(path: Path, columns: Mapping[str, Any]) -> None:
    engine = Engine("2GB")
    try:
        engine.run(f"CREATE TABLE made ({', '.join(f'{n} {t}' for n, t in COLUMNS.items())})")
        engine.append("made", columns, COLUMNS)
        engine.run(
            f"COPY (SELECT * FROM made ORDER BY dyad, actor, day, event_id) TO {quoted(str(path))} "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20000)"
        )
    finally:
        engine.close()


def _columns(rng: np.random.Generator, start: int, stop: int, digest: str) -> dict[str, Any]:
    n = stop - start
    event_id = np.arange(start, stop, dtype=np.int64)

    def some(choices: Sequence[object], missing: float = 0.0) -> np.ndarray[Any, Any]:
        weights = 1.0 / np.arange(1, len(choices) + 1)
        picked = rng.choice(len(choices), n, p=weights / weights.sum())
        out = np.array([*choices, None], dtype=object)[picked]
        out[rng.random(n) < missing] = None
        return out

    def thinned(values: np.ndarray[Any, Any], missing: float) -> np.ndarray[Any, Any]:
        return _blanked(values, rng.random(n) < missing)

    # A repeat is of the last record that is none; it agrees with it but for where it was printed.
    again = rng.random(n) < 0.15
    head = np.maximum.accumulate(np.where(again, 0, np.arange(n)))
    actor, recipient = some(_STATES, 0.1)[head], some(_STATES[::-1], 0.1)[head]
    pairs = zip(actor, recipient, strict=True)
    dyad = ["-".join(sorted(pair)) if all(pair) and pair[0] != pair[1] else None for pair in pairs]
    lag = rng.choice([0, 0, 0, 1, 1, 6, 30, 365, 3650, -365, -1], n)
    added = _FIRST_DAY + rng.integers(0, _SPAN, n)
    quarters = rng.integers(0, 96, n) * np.timedelta64(15, "m")
    roots = rng.integers(1, 22, n)  # 21 is no root
    cameo = np.array([f"{root}{leaf}" for root, leaf in zip(_two(roots), roots % 4, strict=True)])
    return {
        "event_id": event_id,
        "source": some(("gdelt2", "gdelt1"))[head],
        "stream": some((None, "translation")),
        "day": (added - lag)[head],
        "added": added.astype("datetime64[us]") + quarters,
        "public_from": np.maximum(added, (added - lag)[head]),
        "actor": actor,
        "recipient": recipient,
        "dyad": np.array(dyad, dtype=object),
        "actor_code": np.where(_gaps(actor), some(_BODIES, 0.3), actor),
        "recipient_code": np.where(_gaps(recipient), some(_BODIES, 0.3), recipient),
        "actor_name": some(_NAMES, 0.1),
        "recipient_name": some(_NAMES, 0.1),
        "actor_role": some(_ROLES, 0.3),
        "recipient_role": some(_ROLES, 0.3),
        "cameo": thinned(cameo, 0.01),
        "quad": np.array([quad_of(code) for code in cameo], dtype=object),
        "goldstein": thinned(rng.integers(-100, 101, n) / 10, 0.03),
        "is_root": thinned(rng.random(n) < 0.6, 0.01),
        "mentions": thinned(rng.geometric(0.2, n), 0.01),
        "reports": rng.geometric(0.6, n),
        "articles": thinned(rng.geometric(0.2, n), 0.01),
        "tone": thinned(rng.normal(-2, 4, n), 0.05),
        "place_fips": some(("IR", "RS", "US"), 0.2),
        "place": some(_NAMES, 0.2),
        "latitude": thinned(rng.uniform(-90, 90, n), 0.2),
        "longitude": thinned(rng.uniform(-180, 180, n), 0.2),
        "url": np.array(
            [url and url.format(i) for url, i in zip(some(_URLS, 0.02), event_id, strict=True)],
            dtype=object,
        ),
        "corrected": some(_CORRECTIONS, 0.97),
        "same_event": _blanked(event_id[head], np.array([key is None for key in dyad])),
        "file": np.full(n, digest, dtype=object),
    }


def _blanked(values: np.ndarray[Any, Any], where: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    out = values.astype(object)
    out[where] = None
    return out


def _two(numbers: np.ndarray[Any, Any]) -> list[str]:
    return [f"{number:02d}" for number in numbers]


def _gaps(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.array([value is None for value in values])
