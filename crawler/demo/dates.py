"""Dates as Syrian news sites write them: Levantine months, sometimes Arabic-Indic digits."""

from datetime import datetime
from typing import Final

from crawler.model.period import ZONE

_MONTHS: Final = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
    "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip
_WEEKDAYS: Final = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
_INDIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def weekday(moment: datetime) -> str:
    """The day of the week in Damascus, in Arabic."""
    return _WEEKDAYS[moment.astimezone(ZONE).weekday()]


def day_and_month(moment: datetime) -> str:
    """For example «4 كانون الأول»."""
    local = moment.astimezone(ZONE)
    return f"{local.day} {_MONTHS[local.month - 1]}"


def long_date(moment: datetime) -> str:
    """For example «الأربعاء 4 كانون الأول 2024»."""
    return f"{weekday(moment)} {day_and_month(moment)} {moment.astimezone(ZONE).year}"


def indic_digits(text: str) -> str:
    """Write the digits of a text as Arabic-Indic ones."""
    return text.translate(_INDIC)
