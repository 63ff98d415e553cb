"""What a year published, counted by the database and laid out as charts. Only what readers can see."""

import calendar
import datetime
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count
from django.db.models.functions import ExtractMonth
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from blog.models import Post

# The drawing's own units. The stylesheet scales it.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 260, 50, 4, 24, 26
CELL, GAP = 11, 2
SERIES = 7  # and one for all the others; more patterns than that cannot be told apart
LEVELS = 4


@dataclass
class Bar:
    """One piece of a month's column."""

    x: float
    y: float
    width: float
    height: float
    series: int
    label: str
    count: int


@dataclass
class Row:
    """A category or an author: a row of the table, and a colour with a pattern in the chart."""

    name: str
    months: list[int]
    series: int

    @property
    def total(self) -> int:
        return sum(self.months)


@dataclass
class Column:
    month: int
    name: str
    centre: float
    total: int
    top: float
    bars: list[Bar] = field(default_factory=list)


@dataclass
class Chart:
    """Twelve columns, stacked by `rows`, and the lines of the scale."""

    key: str
    title: str
    head: str
    rows: list[Row]
    columns: list[Column]
    lines: list[tuple[int, float]]

    width, height, left, right = WIDTH, HEIGHT, LEFT, WIDTH - RIGHT
    baseline = HEIGHT - BOTTOM

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)

    @property
    def totals(self) -> list[int]:
        return [column.total for column in self.columns]


def published_years() -> list[int]:
    return [day.year for day in Post.objects.public().order_by().dates("published_on", "year", order="DESC")]


def year_charts(year: int) -> list[Chart]:
    """By category and by author, both from one query."""
    counted = list(
        Post.objects.public()
        .filter(published_on__year=year)
        .order_by()
        .values_list(ExtractMonth("published_on"), "category__name", "author__name")
        .annotate(Count("pk"))
    )
    by_category, by_author = Counter(), Counter()
    for month, category, author, count in counted:
        by_category[category or _("No category"), month] += count
        by_author[author or _("No author"), month] += count
    return [
        _chart("category", _("By category"), _("category"), by_category),
        _chart("author", _("By author"), _("author"), by_author),
    ]


def _chart(key: str, title: str, head: str, counted: Counter) -> Chart:
    rows = _rows(counted)
    totals = [sum(row.months[month] for row in rows) for month in range(12)]
    step, top = _scale(max(totals))
    height = HEIGHT - TOP - BOTTOM
    slot = (WIDTH - LEFT - RIGHT) / 12
    columns = []
    for month in range(12):
        x, y = LEFT + slot * (month + 0.16), HEIGHT - BOTTOM
        name = date_format(datetime.date(2001, month + 1, 1), "N")
        column = Column(month + 1, name, round(x + slot * 0.34, 1), totals[month], 0)
        for row in rows:
            if row.months[month]:
                tall = height * row.months[month] / top
                y -= tall
                column.bars.append(
                    Bar(
                        *(round(number, 1) for number in (x, y, slot * 0.68, tall)),
                        row.series,
                        row.name,
                        row.months[month],
                    )
                )
        column.top = round(y - 6, 1)
        columns.append(column)
    lines = [(n, round(HEIGHT - BOTTOM - height * n / top, 1)) for n in range(0, top + 1, step)]
    return Chart(key, title, head, rows, columns, lines)


def _rows(counted: Counter) -> list[Row]:
    """The largest first; what is beyond the last pattern is drawn as one."""
    months = {}
    for (name, month), count in counted.items():
        months.setdefault(name, [0] * 12)[month - 1] += count
    ranked = sorted(months.items(), key=lambda item: (-sum(item[1]), item[0]))
    first, rest = (ranked, []) if len(ranked) <= SERIES + 1 else (ranked[:SERIES], ranked[SERIES:])
    rows = [Row(name, counts, number) for number, (name, counts) in enumerate(first, start=1)]
    if rest:
        summed = [sum(numbers) for numbers in zip(*(counts for _name, counts in rest), strict=True)]
        rows.append(Row(_("%d others") % len(rest), summed, SERIES + 1))
    return rows


def _scale(largest: int) -> tuple[int, int]:
    """A round step, and the multiple of it at the top of the scale: four or five lines."""
    steps = (n * 10**power for power in range(8) for n in (1, 2, 5))
    step = next(step for step in steps if step * 5 >= largest)
    return step, max(step, -(-largest // step) * step)


@dataclass
class Cell:
    x: int
    y: int
    level: int
    date: datetime.date
    count: int


@dataclass
class HeatMap:
    """Every day of the year as a square, a week a column, Sunday at the top."""

    cells: list[Cell]
    months: list[tuple[str, int]]
    weekdays: list[tuple[str, int]]
    busiest: Cell | None
    days: int

    width, height = 54 * (CELL + GAP) + 24, 7 * (CELL + GAP) + 18
    size = CELL


def heat_map(year: int) -> HeatMap:
    counts = dict(
        Post.objects.public()
        .filter(published_on__year=year)
        .order_by()
        .values_list("published_on")
        .annotate(Count("pk"))
    )
    ranked = sorted(counts.values())
    first = datetime.date(year, 1, 1)
    offset = (first.weekday() + 1) % 7
    cells, months = [], []
    # 2023 began on a Sunday.
    weekdays = [
        (date_format(datetime.date(2023, 1, number), "D"), 18 + (number - 1) * (CELL + GAP) + 9)
        for number in (1, 4, 7)
    ]
    for number in range(366 if calendar.isleap(year) else 365):
        date = first + datetime.timedelta(days=number)
        week, weekday = divmod(number + offset, 7)
        x, y = 24 + week * (CELL + GAP), 18 + weekday * (CELL + GAP)
        count = counts.get(date, 0)
        # By rank, so that one day of forty posts does not make all others pale.
        level = -(-LEVELS * bisect_right(ranked, count) // len(ranked)) if count else 0
        cells.append(Cell(x, y, level, date, count))
        if date.day == 1:
            months.append((date_format(date, "N"), x))
    busiest = max(cells, key=lambda cell: cell.count) if counts else None
    return HeatMap(cells, months, weekdays, busiest, len(counts))
