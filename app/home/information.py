"""The texts of the information pages: privacy, cookies, accessibility."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from app.kit.academy import Academy
from app.kit.messages import Message, msg, msgs
from app.retention.domain import PrivacyHeading, Rule
from app.retention.of_people import account_data
from app.retention.rules import grouped


@dataclass(frozen=True, slots=True)
class TextSection:
    heading: Message
    paragraphs: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Information:
    """A page of text. `rules` are the retention rules by heading, for the privacy page."""

    title: Message
    lead: Message
    sections: tuple[TextSection, ...]
    rules: tuple[tuple[PrivacyHeading, tuple[Rule, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie; `lasts` is its lifetime in words."""

    name: str
    purpose: Message
    lasts: Message


ACCOUNTS: Final = "accounts"
"""The retention rule of accounts, which hold more in some academies than in others."""
LIFE_SUPPORT: Final = "life_support_proofs"
"""The retention rule of a proof that some subjects ask for and others do not."""
NAMES_ONLY: Final = msg(
    "We keep your name and e-mail address; the name for your certificate; a phone number and an emergency contact, if you tell us; access needs, if you tell us, encrypted; your places, lessons, answers, practical days, assessments and certificates; the devices you are signed in on; and what we have written to you."
)
NAMES_AND_PROFESSION: Final = msg(
    "We keep your name and e-mail address; the name for your certificate, your profession and registration number where you have one; a phone number and an emergency contact, if you tell us; access needs, if you tell us, encrypted; your places, lessons, answers, practical days, assessments and certificates; the devices you are signed in on; and what we have written to you."
)
"""What an account holds, of an academy that does not ask for a profession and of one that does."""
RIGHTS: Final = msg(
    "You can ask for a copy of what we keep, for corrections, and for deletion of what we need not keep as evidence of training. You can object to what we do with it. You can also complain to the authority for data protection of your country."
)
"""The rights of a person where the academy names no authority; `_rights` names it."""
PRIVACY = Information(
    msg("Privacy"),
    msg("What we keep about you, why, for how long, and who sees it."),
    (
        TextSection(
            msg("If you only visit"),
            (
                msg(
                    "You can read every public page without telling us who you are. Nobody counts or follows you across pages or sites. Our server notes each request with its time, the kind of page and the answer, without a name."
                ),
                msg(
                    "To protect forms from being flooded, we count tries. The count holds a scrambled form of your network address and nothing else of you."
                ),
            ),
        ),
        TextSection(
            msg("If you ask us something"),
            (
                msg(
                    "We keep your name, your e-mail address, your telephone number if you give it, and your question, so that we can answer it and know what was answered. Only admins of the academy see it. The mails that say a question has arrived do not repeat it."
                ),
            ),
        ),
        TextSection(
            msg("If you have an account"),
            (
                NAMES_AND_PROFESSION,
                msg(
                    "What we wrote about your places, practical days, reports and certificates stays on your page of notices for as long as you have the account."
                ),
                msg(
                    "We need it to teach you, to keep your place, to assess you and to certify what you did. You see all of it. Instructors see the students of their own practical days and groups, and that somebody has access needs. What these are, instructors and admins open only when they need it, and each reading is recorded with who read it. So is each time an instructor of your practical day opens your phone number and your emergency contact, from the day before to the day after. Admins of the academy see what they need to run it. Every change is recorded with who made it."
                ),
                msg(
                    "A form that you send after your sign-in has ended is kept for a short while, encrypted and for you alone, so that nothing you typed is lost. Passwords and codes are never kept so."
                ),
                msg(
                    "If you set up a second factor, we keep the secret of your app encrypted, the public half of your passkeys, and recovery codes in a form from which nobody can read them. Remove the factor, and they are deleted."
                ),
                msg(
                    "So that nobody who tries to guess your password can keep you out, we recognise the networks from which you signed in, by a scrambled form which tells nobody where you were."
                ),
                msg(
                    "When your account is closed, you are signed out at once. For a while the academy can open it again, if that was a mistake. Then your personal data end; the table below says what ends and what stays. What is deleted here stays in copies of our database until those are replaced; when a copy is put back, it is deleted again."
                ),
            ),
        ),
        TextSection(
            msg("What is public"),
            (
                msg(
                    "Whoever has the number of a certificate can see its holder’s name, the course, its scope, the dates and whether it is valid. Nothing else is public."
                ),
            ),
        ),
        TextSection(
            msg("Who else gets it"),
            (
                msg(
                    "Mails go through the academy’s mail server. We sell nothing, we show no advertising, and no page loads anything from another company."
                ),
            ),
        ),
        TextSection(
            msg("Your rights"),
            (RIGHTS,),
        ),
    ),
    tuple(grouped()),
)

ACCESSIBILITY = Information(
    msg("Accessibility statement"),
    msg("The site should work for everybody who learns, teaches or runs the academy."),
    (
        TextSection(
            msg("What we aim for"),
            (
                msg(
                    "WCAG 2.2 at level AA. Pages work with a keyboard, without JavaScript, in light and dark themes, on a screen 320 pixels wide and at 400 per cent zoom. Drawings in lessons have a description you can open."
                ),
            ),
        ),
        TextSection(
            msg("How we check"),
            (
                msg(
                    "Every change of the site is tested by a program that looks for known faults on the pages of visitors, students, instructors and admins. A program finds only a part of what can be wrong. No outside body has audited the site, and we do not claim that it is free of faults."
                ),
            ),
        ),
        TextSection(
            msg("What we know does not work well"),
            (
                msg("Tables in our PDF papers name their columns, but not yet their rows."),
                msg("This page was last checked on 30 November 2026."),
            ),
        ),
        TextSection(
            msg("More time in quizzes"),
            (
                msg(
                    "If you need more time in a quiz, write it among your access needs on your own page (“Me”), or tell us. The academy can give you a quarter more, half as much again or twice the time, and the page of each quiz says so before you start and while the time runs."
                ),
            ),
        ),
        TextSection(
            msg("On practical days"),
            (
                msg(
                    "Tell us your access needs on your own page (“Me”), and the instructors of your practical days will see on the roster that you have some, and can open them. They are stored encrypted, and each reading is recorded. You can ask about a venue before you reserve a place."
                ),
            ),
        ),
        TextSection(
            msg("If something does not work"),
            (
                msg(
                    "Tell us which page and what you were doing. If an error page shows a reference, add it. If you need a page in another form, say which."
                ),
            ),
        ),
    ),
)


def privacy(academy: Academy, *, has_life_support: bool) -> Information:
    """Return the page about privacy of one academy: what it asks people, and to whom they can complain.
    `has_life_support`: it asks for proofs of basic life support, or has some from earlier."""
    in_place_of = {
        RIGHTS: _rights(academy.data_authority),
        NAMES_AND_PROFESSION: NAMES_AND_PROFESSION
        if academy.asks_medical_background
        else NAMES_ONLY,
    }
    sections = tuple(
        TextSection(
            section.heading, tuple(in_place_of.get(words, words) for words in section.paragraphs)
        )
        for section in PRIVACY.sections
    )
    rules = tuple(
        (
            heading,
            tuple(
                replace(
                    rule,
                    what=account_data(
                        with_profession=academy.asks_medical_background,
                        with_life_support=has_life_support,
                    ),
                )
                if rule.key == ACCOUNTS
                else rule
                for rule in group
                if has_life_support or rule.key != LIFE_SUPPORT
            ),
        )
        for heading, group in PRIVACY.rules
    )
    return replace(PRIVACY, sections=sections, rules=rules)


def _rights(authority: str | None) -> Message:
    if authority is None:
        return RIGHTS
    return msg(
        "You can ask for a copy of what we keep, for corrections, and for deletion of what we need not keep as evidence of training. You can object to what we do with it. You can also complain to {authority}.",
        authority=authority,
    )


def cookies(
    *,
    sid: str,
    step: str,
    codes: str,
    visitor: str,
    device: str,
    student: tuple[timedelta, timedelta],
    staff: tuple[timedelta, timedelta],
    step_lasts: timedelta,
    codes_last: timedelta,
    visitor_seconds: int,
    device_lasts: timedelta,
    flash: str,
    flash_seconds: int,
    number_keys: tuple[str, int],
    demo_banner: tuple[str, int] | None,
) -> tuple[Cookie, ...]:
    """Return every cookie the site sets. `student` and `staff` are how long a sign-in lives unused,
    and at most."""
    return (
        _of_the_sign_in(sid, student, staff),
        *_of_the_second_factor(step, codes, step_lasts, codes_last),
        *_of_the_browser(visitor, device, visitor_seconds, device_lasts),
        Cookie(
            flash,
            msg("Carries one sentence, such as “Your place is booked”, to the next page."),
            msg(
                "Deleted on the next page, and after {time}.",
                time=_words(timedelta(seconds=flash_seconds)),
            ),
        ),
        _of_number_keys(*number_keys),
        *_of_the_demo(demo_banner),
    )


def _of_the_sign_in(
    sid: str, student: tuple[timedelta, timedelta], staff: tuple[timedelta, timedelta]
) -> Cookie:
    return Cookie(
        sid,
        msg("Keeps you signed in. It is set when you sign in and deleted when you sign out."),
        msg(
            "Students: {student} without use, at most {student_most}. "
            "Staff: {staff} without use, at most {staff_most}.",
            student=_words(student[0]),
            student_most=_words(student[1]),
            staff=_words(staff[0]),
            staff_most=_words(staff[1]),
        ),
    )


def _of_number_keys(name: str, seconds: int) -> Cookie:
    return Cookie(
        name,
        msg("Lets keys 1 to 9 choose an option in a quiz. It is set if you turn them on."),
        msg("{time}.", time=_words(timedelta(seconds=seconds))),
    )


def _of_the_demo(banner: tuple[str, int] | None) -> tuple[Cookie, ...]:
    """Return the cookie that only a demo academy sets; `banner` is its name and its seconds."""
    if banner is None:
        return ()
    lasts = msg("{time}.", time=_words(timedelta(seconds=banner[1])))
    return (Cookie(banner[0], msg("Hides the line about the demo, if you closed it."), lasts),)


def _of_the_browser(
    visitor: str, device: str, visitor_seconds: int, device_lasts: timedelta
) -> tuple[Cookie, ...]:
    return (
        Cookie(
            visitor,
            msg("Proves that a form you send comes from our own page."),
            msg("{time}.", time=_words(timedelta(seconds=visitor_seconds))),
        ),
        Cookie(
            device,
            msg(
                "Recognises this device when you sign in again, so that nobody who tries to guess your password "
                "elsewhere can keep you out. It is set when you sign in, holds no name, and is worth nothing once "
                "you have changed your password."
            ),
            msg("{time} after you last signed in.", time=_words(device_lasts)),
        ),
    )


def _of_the_second_factor(
    step: str, codes: str, step_lasts: timedelta, codes_last: timedelta
) -> tuple[Cookie, ...]:
    return (
        Cookie(
            step,
            msg("Remembers between the two steps of signing in that your password was right."),
            msg("Deleted when you are signed in, and after {time}.", time=_words(step_lasts)),
        ),
        Cookie(
            codes,
            msg(
                "Holds recovery codes that you just made, encrypted, so that you can print and save them."
            ),
            msg(
                "Deleted when you say that you have kept them, and after {time}.",
                time=_words(codes_last),
            ),
        ),
    )


def _words(time: timedelta) -> Message:
    """7 days, 12 hours, 1 minute: the largest unit that divides it."""
    seconds = int(time.total_seconds())
    if seconds % 86_400 == 0:
        return msgs("{n} day", "{n} days", seconds // 86_400)
    if seconds % 3_600 == 0:
        return msgs("{n} hour", "{n} hours", seconds // 3_600)
    if seconds % 60 == 0:
        return msgs("{n} minute", "{n} minutes", seconds // 60)
    return msgs("{n} second", "{n} seconds", seconds)
