"""How many hours a week a person wants to learn for the course of a place: the plan as it is stored."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """A plan of one confirmed place. Days are those of the academy.

    What is done counts from `counted_from`, when `minutes_then` were left. The plan rests until the day
    `paused_until`. `mail_weekday` is the day of the weekly mail, Monday as 0, or None for no mail."""

    minutes_a_week: int
    counted_from: date
    minutes_then: int
    paused_until: date | None
    mail_weekday: int | None
