"""Time and peak memory of the estimator on 200 dyads, in a process of its own.

Prints seconds and megabytes: ``python -m benchmarks.panel``.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from comity.models.factor import fit_factor
from comity.models.simulate import simulate_panel


def main(dyads: int = 200) -> None:
    """Fit and print."""
    values = np.stack([simulate_panel(seed, months=420, items=15).values for seed in range(dyads)])
    start = time.perf_counter()
    fit_factor(values, seed=1)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # kilobytes on Linux, bytes on macOS
    memory = peak / (1e6 if sys.platform == "darwin" else 1e3)
    sys.stdout.write(f"{seconds:.3f} {memory:.0f}\n")


if __name__ == "__main__":
    main()
