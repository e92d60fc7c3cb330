"""The office's calendar: the practicals of a week by room or by instructor."""

from datetime import date, timedelta

from fastapi import Response

from app.kit.errors import Invalid
from app.kit.messages import msg
from app.practicals.domain.week_plan import DAYS, WeekRows, monday_of, week_rows
from app.practicals.queries.week_plan import practicals_of_week
from app.web.access import ADMIN
from app.web.dates import FIRST_YEAR, LAST_YEAR, local_day
from app.web.forms import filter_value
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/practicals/calendar")


@pages.get("", name="admin.practicals_week", access=ADMIN)
def show_week(visit: Visit) -> Response:
    query = visit.request.query_params
    refusal = msg("There is no such calendar of practicals.")
    rows = filter_value(query.get("by"), WeekRows, refusal) or WeekRows.room
    today = local_day(visit.now, visit.academy.zone)
    monday = _monday(query.get("week"), today)
    with visit.database.read() as db:
        entries = practicals_of_week(db, monday)
    return visit.render(
        "practicals/admin_week.html",
        days=[monday + timedelta(days=number) for number in range(DAYS)],
        this_week=monday_of(today),
        rows=week_rows(monday, entries, rows),
        total=len(entries),
        has_kinds=len({entry.title for entry in entries}) > 1,
        by=rows,
        choices=tuple(WeekRows),
        week=timedelta(days=DAYS),
    )


def _monday(typed: str | None, today: date) -> date:
    """Return the Monday of the week that an address names, at first of this week. Refuse one that does not
    exist."""
    if not typed:
        return monday_of(today)
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if not FIRST_YEAR < day.year < LAST_YEAR:
        raise Invalid(msg("There is no such week. Choose one from the calendar."))
    return monday_of(day)
