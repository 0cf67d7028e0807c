"""The dashboard's charts as values that a template draws: paths, labels, grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kaishu.base.templatetags.kaishu import count
from kaishu.core import chart
from kaishu.reports.dashboard.curves import COLLECTED, PLACES, Curves
from kaishu.reports.dashboard.outlook import Outlook

WIDTH, HEIGHT = 720, 260
MOST_DAYS = 180  # points a path has; a screen shows no more
GAP = 15
# Drawn from the bottom; what nobody was heard of is the ground above the stack.
STACKED = ("ended", "at_recycler", "in_depot", "on_the_way", "with_owner", "gone")


@dataclass(frozen=True, slots=True)
class Shape:
    """An area or a line, with the class that gives it its look."""

    look: str
    path: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words beside the right edge, at a height."""

    at: float
    said: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, and what it says when pointed at or read aloud."""

    x: float
    y: float
    width: float
    height: float
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the drawing shows; `said` is the whole in one sentence for who cannot see."""

    frame: chart.Frame
    said: str
    heights: list[Label]
    days: list[Label]
    areas: list[Shape] = field(default_factory=list)
    lines: list[Shape] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT


def places(curves: Curves, names: dict[str, str]) -> Chart:
    """Draw where the units are as a stack over the days, up to the whole population."""
    kept = chart.thinned(len(curves.days), MOST_DAYS)
    days = [curves.days[index] for index in kept]
    frame = _frame(days[0], days[-1], max(int(curves.population.max()), 1))
    shown = [name for name in STACKED if curves.places[name].any()]
    below = [0] * len(days)
    areas, middles, labels = [], [], []
    for name in shown:
        above = [
            low + max(int(curves.places[name][index]), 0)
            for low, index in zip(below, kept, strict=True)
        ]
        areas.append(Shape(name, chart.area(frame, days, below, above)))
        middles.append((frame.y(below[-1]) + frame.y(above[-1])) / 2)
        labels.append(f"{names[name]} {count(curves.now(name))}")
        below = above
    population = [(day, int(curves.population[i])) for day, i in zip(days, kept, strict=True)]
    lines = [Shape("population", chart.line(frame, population))]
    return _chart(
        frame,
        _("Units by place from %(first)s to %(last)s. The rest of %(all)s was not heard of yet.")
        % _span(days, curves),
        areas=areas,
        lines=lines,
        labels=_apart(frame, middles, labels, shown),
    )


def ahead(curves: Curves, outlook: Outlook) -> Chart:
    """Draw the share of units collected so far, and the band of what may come."""
    kept = chart.thinned(len(curves.days), MOST_DAYS)
    days = [curves.days[index] for index in kept]
    done = curves.together(COLLECTED)
    frame = _frame(days[0], outlook.until, 100)
    share = [
        (day, 100 * int(done[i]) / curves.announced) for day, i in zip(days, kept, strict=True)
    ]
    bands = [band for band in outlook.told.band if band.day >= outlook.told.last_seen]
    coming = [outlook.day(band) for band in bands]
    lows, highs = [band.low * 100 for band in bands], [band.high * 100 for band in bands]
    middle = [(day, band.middle * 100) for day, band in zip(coming, bands, strict=True)]
    ends = outlook.ends
    heights = [frame.y(each * 100) for each in (ends.high, ends.middle, ends.low)]
    said = [f"{each * 100:.0f} %" for each in (ends.high, ends.middle, ends.low)]
    return _chart(
        frame,
        _("Collected so far, and a band for the coming half year."),
        areas=[Shape("may", chart.area(frame, coming, lows, highs))],
        lines=[Shape("done", chart.line(frame, share)), Shape("middle", chart.line(frame, middle))],
        labels=_apart(frame, heights, said, ["", "strong", ""]),
        unit=" %",
    )


def weeks(counted: Sequence[tuple[date, int]], said: str) -> Chart:
    """Draw a bar for each week."""
    highest = max((number for _week, number in counted), default=0)
    first, last = counted[0][0], counted[-1][0]
    frame = chart.frame(
        first=first,
        last=last,
        highest=chart.rounded_up(highest),
        width=360,
        height=150,
        margins=(8, 8, 22, 40),
    )
    step = (frame.right - frame.left) / len(counted)
    bars = [
        Bar(
            x=round(frame.left + index * step + step * 0.1, 1),
            y=frame.y(number),
            width=round(step * 0.8, 1),
            height=round(frame.bottom - frame.y(number), 1),
            said=_("Week of %(day)s: %(number)s")
            % {"day": date_format(week, "DATE_FORMAT"), "number": count(number)},
        )
        for index, (week, number) in enumerate(counted)
    ]
    ends = [Label(frame.left, _short(first), "begin"), Label(frame.right, _short(last), "end")]
    return Chart(
        frame,
        said,
        _heights(frame, "", marks=2),
        ends if len(counted) > 1 else ends[:1],
        bars=bars,
        width=360,
        height=150,
    )


def place_names() -> dict[str, str]:
    """Return what each group of places is called."""
    names = {
        "ended": _("Disposed or made safe"),
        "at_recycler": _("At the recycler"),
        "in_depot": _("In a depot"),
        "on_the_way": _("On the way"),
        "with_owner": _("Owner known"),
        "gone": _("Known to be gone"),
        "unsold": _("Unsold stock"),
        "unheard": _("Not heard of yet"),
    }
    assert set(names) == set(PLACES)
    return names


def _frame(first: date, last: date, highest: float) -> chart.Frame:
    return chart.frame(
        first=first,
        last=last,
        highest=chart.top(highest),
        width=WIDTH,
        height=HEIGHT,
        margins=(12, 190, 26, 64),
    )


def _chart(
    frame: chart.Frame,
    said: str,
    *,
    areas: list[Shape],
    lines: list[Shape],
    labels: list[Label],
    unit: str = "",
) -> Chart:
    days = [Label(mark.at, _short(mark.day)) for mark in chart.days(frame) if mark.day]
    return Chart(frame, said, _heights(frame, unit), days, areas, lines, labels)


def _heights(frame: chart.Frame, unit: str, *, marks: int = 4) -> list[Label]:
    return [
        Label(mark.at, f"{count(int(mark.value))}{unit}")
        for mark in chart.heights(frame, marks=marks)
        if mark.value == int(mark.value)
    ]


def _apart(
    frame: chart.Frame, wanted: Sequence[float], said: Sequence[str], looks: Sequence[str]
) -> list[Label]:
    placed = chart.apart(wanted, gap=GAP, top=frame.top + 4, bottom=frame.bottom)
    return [Label(at, words, look) for at, words, look in zip(placed, said, looks, strict=True)]


def _span(days: Sequence[date], curves: Curves) -> dict[str, str]:
    return {
        "first": date_format(days[0], "DATE_FORMAT"),
        "last": date_format(days[-1], "DATE_FORMAT"),
        "all": count(curves.announced),
    }


def _short(day: date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
