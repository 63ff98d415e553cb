"""Dates as front matter writes them."""

import datetime
import re

from django.utils.translation import gettext as _

_FORM = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?"
    r"\s*(?:(Z|UTC|GMT|JST)|([+-])(\d{1,2}):?(\d{2})?)?)?",
    re.IGNORECASE | re.ASCII,
)


def parse_moment(value, zone: datetime.tzinfo) -> datetime.datetime:
    """An aware datetime from what YAML made of a date: a datetime, a date or a text.

    `2025-10-21 07:03:00 +0900`, `2025-10-21T07:03Z`, `2025-10-21`; without an offset it is in `zone`, without
    a time it is midnight. Raises ValueError with a reason for the user.
    """
    try:
        moment = _understood(value, zone)
        for shown_in in (datetime.UTC, zone):
            if moment.astimezone(shown_in).year < 1000:
                raise ValueError
    except (ValueError, OverflowError) as error:
        raise ValueError(_("“%(value)s” is no date.") % {"value": value}) from error
    return moment


def _understood(value, zone: datetime.tzinfo) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time.min, zone)
    form = _FORM.fullmatch(value.strip()) if isinstance(value, str) else None
    if not form:
        raise ValueError
    year, month, day, hour, minute, second, fraction, zone_name, sign, offset_hours, offset_minutes = (
        form.groups()
    )
    if zone_name:
        zone = datetime.timezone(datetime.timedelta(hours=9 if zone_name.upper() == "JST" else 0))
    elif sign:
        offset = datetime.timedelta(hours=int(offset_hours), minutes=int(offset_minutes or 0))
        zone = datetime.timezone(-offset if sign == "-" else offset)
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    return datetime.datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), microsecond, zone
    )


def format_moment(moment: datetime.datetime, zone: datetime.tzinfo) -> str:
    """`2025-10-21 07:03:00 +0900`: the form that Jekyll's own documentation uses."""
    form = "%Y-%m-%d %H:%M:%S.%f %z" if moment.microsecond else "%Y-%m-%d %H:%M:%S %z"
    return moment.astimezone(zone).strftime(form)
