"""The pages every site owes its visitors: privacy, cookies, accessibility."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Information:
    title: str
    lead: str
    sections: tuple[Section, ...]


PRIVACY = Information(
    "Privacy",
    "What we keep about you, why, and who sees it.",
    (
        Section(
            "What we keep",
            (
                "Your name and e-mail address; the name for your certificate, your profession and registration number "
                "where you have one; access needs, if you tell us; your places, lessons, answers, practical days, "
                "assessments and certificates; the devices you are signed in on.",
            ),
        ),
        Section(
            "Why, and who sees it",
            (
                "To teach you, to keep your place, to assess you and to certify what you did. You see all of it. "
                "Instructors see the students of their own practical days and groups, and their access needs. Admins of "
                "the academy see what they need to run it. Every change is recorded with who made it.",
                "Whoever has the number of a certificate can see its holder's name, the course, its scope, the dates and "
                "whether it is valid. Nothing else is public.",
            ),
        ),
        Section(
            "Your rights",
            (
                "You can ask for a copy of what we keep, for corrections, and for deletion of what we need not keep as "
                "evidence. Write to the academy; its address is on every mail we send. You can also complain to the "
                "Information Commissioner's Office.",
            ),
        ),
    ),
)

COOKIES = Information(
    "Cookies",
    "Only what the site needs to work. No tracking, no advertising, nobody else's cookies.",
    (
        Section(
            "What each one does",
            (
                "“sid” keeps you signed in. It ends when you sign out, after a time without use, and at the latest after "
                "30 days.",
                "“visitor” proves that a form you send comes from our own page. It lasts a day.",
                "“flash” carries one sentence, such as “Saved”, to the next page, and is then deleted.",
            ),
        ),
        Section(
            "No choice to make",
            ("All three are strictly necessary, so there is no banner and nothing to accept.",),
        ),
    ),
)

ACCESSIBILITY = Information(
    "Accessibility",
    "The site should work for everybody who learns, teaches or runs the academy.",
    (
        Section(
            "What we aim for",
            (
                "WCAG 2.2 at level AA. Every page works with a keyboard, without JavaScript, in light and dark themes, "
                "on a screen 320 pixels wide and at 400 per cent zoom. Drawings have a description you can open.",
            ),
        ),
        Section(
            "On practical days",
            (
                "Tell us your access needs on your own page (“Me”), and the instructors of your practical days will see "
                "them on the roster.",
            ),
        ),
        Section(
            "If something does not work",
            (
                "Tell the academy which page and what you were doing. If an error page shows a reference, add it.",
            ),
        ),
    ),
)
