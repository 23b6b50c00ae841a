"""Figures drawn by matplotlib, the same bytes for the same figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aspl.terminal import UsageError, quoted, reason
from benchmark.studies.plot import Panel, Plot, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".svg", ".png", ".pdf")
MARKERS = "Ds^v"
"""Of published series, by colour, since their points may lie on one another."""

_PANEL_INCHES = (5.2, 4.4)
_WIDE_INCHES = 9.0
_BARS = 0.8
"""Of the space of a category."""
_MANY = 6
"""Categories whose names no longer fit side by side."""
_UNDATED: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None, "ModDate": None},
    ".png": {},
}


def require_suffix(path: Path) -> None:
    """Refuse a file whose name does not say a format that can be drawn. Errors: UsageError."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"expected -o NAME ending in {', '.join(SUFFIXES)}, got {quoted(str(path))}"
        )


def draw(plot: Plot, path: Path) -> None:
    """Write a figure in the format of the file's suffix.

    Errors: UsageError for a suffix that is none, or a file that cannot be written.
    """
    require_suffix(path)
    import matplotlib
    from matplotlib.figure import Figure  # no window, whatever the environment says

    width, height = _PANEL_INCHES
    widths = [_WIDE_INCHES if len(each.categories) > _MANY else width for each in plot.panels]
    with matplotlib.rc_context(
        {"svg.hashsalt": "aspl", "svg.fonttype": "none", "font.size": 9, "legend.fontsize": 7}
    ):
        figure = Figure(figsize=(sum(widths), height), layout="constrained")
        figure.suptitle(plot.title)
        rows = figure.subplots(1, len(widths), squeeze=False, width_ratios=widths)
        for axes, panel in zip(rows[0], plot.panels, strict=True):
            _draw_panel(axes, panel)
        try:
            figure.savefig(path, metadata=_UNDATED[path.suffix.lower()], dpi=150)
        except OSError as error:
            raise UsageError(f"cannot write {quoted(str(path))}: {reason(error)}") from error


def _draw_panel(axes: Axes, panel: Panel) -> None:
    axes.set_title(panel.title)
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    _scale(axes, panel)
    axes.grid(visible=True, alpha=0.3)
    if panel.categories:
        _draw_bars(axes, panel)
    else:
        for series in panel.series:
            _draw_points(axes, series)
        # room for the words beside the outermost points
        axes.margins(0.08)
        if not panel.is_log_y:
            axes.set_ylim(bottom=0)
    axes.legend()


def _scale(axes: Axes, panel: Panel) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    if panel.is_log_x:
        axes.set_xscale("log")
    if panel.is_log_y:
        axes.set_yscale("log")
    chosen = ((axes.xaxis, panel.is_log_x), (axes.yaxis, panel.is_log_y))
    for axis in (each for each, is_log in chosen if is_log):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
        axis.set_minor_formatter(NullFormatter())


def _tick(value: float) -> str:
    return f"{value / 1e6:g}M" if value >= 1e6 else f"{value:g}"


def _draw_bars(axes: Axes, panel: Panel) -> None:
    """Draw bars, and markers for what was published, on the bar of the same colour if any."""
    bars = [each for each in panel.series if each.role != "published"]
    width = _BARS / len(bars)
    middles = {each.color: (place - (len(bars) - 1) / 2) * width for place, each in enumerate(bars)}
    for series in bars:
        x = [place + middles[series.color] for place in series.x]
        axes.bar(x, series.y, width, label=series.name, color=f"C{series.color}", alpha=0.8)
    for series in panel.series:
        if series.role == "published":
            x = [place + middles.get(series.color, 0.0) for place in series.x]
            face = "none" if series.color in middles else f"C{series.color}"
            axes.scatter(
                x,
                series.y,
                marker=_marker(series),
                facecolors=face,
                edgecolors="black",
                zorder=3,
                label=series.name,
            )
    many = len(panel.categories) > _MANY
    axes.set_xticks(range(len(panel.categories)), panel.categories, rotation=45 if many else 0)


def _draw_points(axes: Axes, series: Series) -> None:
    color = f"C{series.color}"
    if series.role == "published":
        axes.scatter(
            series.x,
            series.y,
            marker=_marker(series),
            facecolors="none",
            edgecolors=color,
            s=60,
            label=series.name,
        )
        return
    line = "-" if series.role == "ours" else ":"
    filled = color if series.role == "ours" else "none"
    axes.plot(
        series.x,
        series.y,
        linestyle=line,
        marker="o",
        # seen around the point that it often lies on
        markersize=6 if series.role == "ours" else 10,
        color=color,
        markerfacecolor=filled,
        label=series.name,
    )
    for x, y, label in zip(series.x, series.y, series.labels, strict=False):
        axes.annotate(label, (x, y), textcoords="offset points", xytext=(4, 4))


def _marker(series: Series) -> str:
    return MARKERS[series.color % len(MARKERS)]
