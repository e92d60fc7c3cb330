"""Reads of assessments into frozen values. Callers check permissions unless a docstring says otherwise."""

from app.assessments.queries.sheets import (
    DISCARDED,
    SectionView,
    Sheet,
    StepView,
    bedside_sheet,
    checklist_named,
    checklist_of,
    marks_of,
    report,
)
from app.assessments.queries.tries import (
    Competent,
    Report,
    Standing,
    StartPage,
    Unsigned,
    competent_of,
    reports_of,
    standings_on,
    start_page,
    unsigned_of,
)

__all__ = (
    "DISCARDED",
    "Competent",
    "Report",
    "SectionView",
    "Sheet",
    "Standing",
    "StartPage",
    "StepView",
    "Unsigned",
    "bedside_sheet",
    "checklist_named",
    "checklist_of",
    "competent_of",
    "marks_of",
    "report",
    "reports_of",
    "standings_on",
    "start_page",
    "unsigned_of",
)
