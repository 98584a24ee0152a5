"""comity estimate."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from comity.cli._flags import Json
from comity.cli._out import open_workspace, spinner, terminal, write_json

__all__ = ["estimate"]


def estimate(
    *,
    panel: Path,
    json: Json = None,
    seed: int | None = None,
) -> int:
    """Run the estimator on your own panel: one latent path per reading, monthly.

    Parameters
    ----------
    panel
        CSV with the columns indicator, reads, polarity, period, value, sd.
    seed
        Seed of the draws.
    """
    with spinner(f"estimating {panel}"):
        found = open_workspace().estimate(panel, seed)
    if json is not None:
        write_json(found, json)
    if json != "-":
        for name, reading in found["readings"].items():
            table = Table("period", "mean", "sd", "80 %", "95 %", title=name)
            for point in reading["series"][-12:]:
                table.add_row(
                    point["period"],
                    f"{point['mean']:.2f}",
                    f"{point['sd']:.2f}",
                    f"{point['lo80']:.2f} to {point['hi80']:.2f}",
                    f"{point['lo95']:.2f} to {point['hi95']:.2f}",
                )
            terminal().print(table)
    return 0
