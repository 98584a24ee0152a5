"""A sheet whose marks are placed in pixels: for charts of many cells, and for pictures of ties.

Side-by-side views inside stacked views cost seconds to draw and overlap; one view with places in
pixels is drawn as fast as any other chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.briefs.charts._theme import Canvas, Channel, Layout, panel, quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Sheet"]


class Sheet:
    """Layers on one view; ``x`` runs to the right and ``y`` downwards, both in pixels.

    Parameters
    ----------
    layout : Layout
        The room that the chart has.
    height : float
        Of the view. [pixels]
    """

    def __init__(self, layout: Layout, height: float) -> None:
        self.layout = layout
        self._height = height
        self._canvas = Canvas()
        self._layers: list[dict[str, Any]] = []

    def add(
        self, rows: list[dict[str, Any]], mark: str, look: Mapping[str, Any], **encoding: Any
    ) -> None:
        """Draw rows that hold ``x`` and ``y``; nothing is drawn of no rows.

        ``x2`` and ``y2`` end a mark, ``run`` keeps lines apart, ``text`` is written, ``colour`` is
        the colour of the row; further channels are given as `encoding`.
        """
        if not rows:
            return
        first = rows[0]
        channels: dict[str, Any] = {"x": self._across("x"), "y": self.down("y")}
        channels |= {end: {"field": end} for end in ("x2", "y2") if end in first}
        if "run" in first:
            channels["detail"] = {"field": "run", "type": "nominal"}
        if "text" in first and mark == "text":
            channels["text"] = {"field": "text"}
        if "colour" in first:
            channels["color"] = {"field": "colour", "type": "nominal", "scale": None}
        self._layers.append(self._canvas.layer(rows, mark, look, **{**channels, **encoding}))

    def spec(self) -> dict[str, Any]:
        """Return the chart."""
        return self._canvas.stack([panel(self._layers, self.layout, self._height)], 0, self.layout)

    def down(self, field: str) -> Channel:
        """Return the channel of a distance from the top, held in `field`."""
        scale = {"domain": [self._height, 0], "nice": False, "zero": False}
        return quantity(field, scale, None)

    def _across(self, field: str) -> Channel:
        scale = {"domain": [0, self.layout.width], "nice": False, "zero": False}
        return quantity(field, scale, None)
