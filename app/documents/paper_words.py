"""The words of the papers in `templates/pdf`, which each paper gets in the language of its reader.

A template holds no word: it shows `words.name`, or `filled(words.name, place: value)` for a text with
placeholders. The texts of each template stand here under its name, and those of every paper under `shared`.
What a feature says in a value of its paper, such as a day or the reason of a result, is a message of that
feature.
"""

from collections.abc import Mapping
from typing import Final

from app.kit.words import Words


def paper_text(text: str) -> str:
    """Mark a text of a paper for translators. The template fills in its placeholders, so that a name keeps
    its own language and typeface in the middle of a sentence."""
    return text


SHARED: Final[Mapping[str, str]] = {
    "document-title": paper_text("{paper}: {title}"),
    "footer": paper_text("{paper}, {title}"),
    "footer-of-person": paper_text("{person}. {paper}, {title}"),
    "printed": paper_text("Printed {when}"),
    "printed-with-notice": paper_text("Printed {when}. {notice}"),
    "page": paper_text("Page {page} of {pages}"),
    "masked": paper_text(
        "◊ stands for a character that this paper cannot print. The page on screen shows it."
    ),
    "qr-code": paper_text("QR code that opens {address}"),
}
"""What more than one paper says."""
DAY: Final[Mapping[str, str]] = {
    "number": paper_text("No."),
    "course": paper_text("Course"),
    "practical": paper_text("Practical"),
    "when": paper_text("When"),
    "where": paper_text("Where"),
    "student": paper_text("Student"),
    "instructor": paper_text("Instructor"),
    "instructors": paper_text("Instructors"),
    "signature": paper_text("Signature"),
    "date-and-time": paper_text("Date and time"),
    "step": paper_text("Step"),
}
"""What the papers of a practical day and of its assessments name alike."""
OWN: Final[Mapping[str, Mapping[str, str]]] = {
    "roster": {
        **DAY,
        "paper": paper_text("Roster"),
        "names-needs": paper_text("Confidential: it names access needs."),
        "names-people": paper_text("Confidential: it names people and addresses."),
        "places": paper_text("Places"),
        "note": paper_text("Note"),
        "name-and-email": paper_text("Name and e-mail"),
        "access-needs": paper_text("Access needs"),
        "has-needs": paper_text("Has access needs"),
        "no-needs": paper_text("None"),
        "here": paper_text("Here"),
        "present": paper_text("Present"),
        "absent": paper_text("Absent"),
        "notes": paper_text("Notes"),
    },
    "attendance": {
        **DAY,
        "paper": paper_text("Attendance sheet"),
        "how": paper_text(
            "Sign when you arrive and again when you leave. Write the time beside each signature."
        ),
        "name": paper_text("Name"),
        "arrived": paper_text("Arrived"),
        "signed-in": paper_text("Signature on arrival"),
        "signed-out": paper_text("Signature on leaving"),
        "left": paper_text("Left"),
        "sign-after": paper_text("Sign after the day, when everybody has left."),
    },
    "report": {
        **DAY,
        "paper": paper_text("Assessment report"),
        "try": paper_text("Try"),
        "comment": paper_text("What {instructor} wrote"),
        "to-practise": paper_text("To practise"),
        "mark": paper_text("Mark"),
        "not-marked": paper_text("Not marked"),
        "critical": paper_text("Critical step"),
        "critical-unaided": paper_text("Critical step, unaided"),
        "signed": paper_text("Signed"),
        "signed-by": paper_text(
            "{instructor} assessed {student} and signed this report on {when}. A signed report does not "
            "change: another try makes a report of its own."
        ),
    },
    "checklist": {
        **DAY,
        "paper": paper_text("Checklist"),
        "opens-sheet": paper_text("Opens this sheet"),
        "identify": paper_text("Ask for the full name and look at the photo identification."),
        "copy-marks": paper_text(
            "Copy the marks to the sheet on screen as soon as it works again: only what is signed there "
            "counts."
        ),
        "done": paper_text("Done"),
        "with-prompt": paper_text("With prompt"),
        "not-done": paper_text("Not done"),
        "critical": paper_text("Critical step."),
        "critical-unaided": paper_text("Critical step, to be done unaided."),
        "look-for": paper_text("Look for: {what}"),
        "stop-if": paper_text("Stop if:"),
        "comment": paper_text("Comment for the student"),
        "instructor-signature": paper_text("Instructor’s signature"),
    },
    "certificate": {
        "certificate": paper_text("Certificate"),
        "certify": paper_text("This is to certify that"),
        "competent-in": paper_text("has completed, and was assessed as competent in"),
        "practical": paper_text("{title}, {on}. Assessed on {assessed} by {assessor}."),
        "scope": paper_text("What this certificate says."),
        "issued": paper_text("Issued on {day}."),
        "serial": paper_text("Certificate number {serial}"),
        "check": paper_text("Anybody can check here whether it is valid now:"),
        "attachment": paper_text("What this certificate says, signed by the academy"),
    },
}
"""What each paper says beside that, by the name of its template."""


def texts_of(template: str) -> Mapping[str, str]:
    """Return the texts of a template before they are translated, by their names in it."""
    return {**SHARED, **OWN.get(template, {})}


def words_of(template: str, words: Words) -> dict[str, str]:
    """Return the texts of a template in one language."""
    return {name: words.catalogue.gettext(text) for name, text in texts_of(template).items()}
