"""What reads differently where people say something about themselves: access needs, contacts, language."""

from tests.integration.upgrades.differences import Difference

SEALED = "access needs are sealed: pages and files say only that there are some"
CONTACT = "people give a phone number and an emergency contact"
CHOSEN = "a person may choose a language; the version of their profile holds it too"
ROSTER = r"/teach/practicals/[\w-]+"
NEEDS = r"(?:Please face me: I lip-read\.|A stool at the treatment bed\.)"
OF_THE_OFFICE = "01a22a2d-321c-7473-8e32-2ae3ef32fd76"
"""A day whose roster an admin has read: the office opens phone numbers at any time."""
CELLS = r"(?m)^([^,\"]*),([^,\"]*),([^,\"]*),([^,\"]*),([^,\"]*),(\"[^\"]*\")(?=\r)"
"""One person of a roster for spreadsheets, whose last cell has commas of its own."""

IN_DETAILS: tuple[Difference, ...] = (
    Difference(
        SEALED,
        "/me",
        r"a quiet place\. Your instructors see this\.",
        "a quiet place. It is stored encrypted. Your instructors and the office can open it, and each "
        "reading is recorded.",
    ),
    Difference(
        SEALED,
        "/api/v1/me",
        r'("email": "[^"]+", )(.*)"access_needs": null, ',
        r'\1"has_access_needs": false, \2',
    ),
    Difference(
        SEALED,
        "/api/v1/me",
        r'("email": "[^"]+", )(.*)"access_needs": "[^"]+", ',
        r'\1"has_access_needs": true, \2',
    ),
    Difference(CHOSEN, "/api/v1/me", '"missing": ', '"languages": ["en-GB"], "missing": '),
    Difference(
        CHOSEN,
        "/api/v1/me",
        r'("is_medical": \w+, )(.*"version": ".{24})',
        r'\1"language": null, \g<2>8Xb3RXYb',
    ),
    Difference(
        SEALED,
        r"/teach/groups/[\w-]+",
        r"See their results (Students .*" + NEEDS + ")",
        r"See their results Show access needs \1",
    ),
    Difference(SEALED, r"/teach/groups/[\w-]+", NEEDS, "Has access needs"),
    Difference(
        SEALED,
        ROSTER,
        rf"(Access needs: {NEEDS}.*) Papers (.*Download as CSV)",
        r"\1 Access needs What helps people to take part is data about health. Each time somebody opens it, "
        r"that is recorded. Show access needs Papers \2 Roster with access needs",
    ),
    Difference(SEALED, ROSTER, f"Access needs: {NEEDS}", "Has access needs"),
    Difference(
        SEALED,
        ROSTER,
        r"The roster names access needs: keep it with the instructors\.",
        "The roster and the CSV say who has access needs, not which.",
    ),
    Difference(SEALED, rf"{ROSTER}/roster\.(?:pdf|csv)", NEEDS, "Has access needs"),
    Difference(
        SEALED,
        rf"{ROSTER}/roster\.pdf",
        r"it names access needs\.",
        "it names people and addresses.",
    ),
    Difference(
        SEALED,
        "/privacy",
        "access needs, if you tell us;",
        "access needs, if you tell us, encrypted;",
    ),
    Difference(
        SEALED,
        "/privacy",
        r"groups, and their access needs\. Admins",
        "groups, and that somebody has access needs. What these are, instructors and admins open only when "
        "they need it, and each reading is recorded with who read it. So is each time an instructor of your "
        "practical day opens your phone number and your emergency contact, from the day before to the day "
        "after. Admins",
    ),
    Difference(
        SEALED,
        "/privacy",
        "access needs, proofs of basic life support, groups",
        "access needs (encrypted), proofs of basic life support, groups",
    ),
    Difference(
        "the record of who read access needs ends by a rule of its own",
        "/privacy",
        "(Proofs of basic life support that a newer one replaced)",
        "The record of who read your access needs or your emergency contact, when, from which network, and "
        "why where a file was made 6 years after it happened, then deleted So that you and the academy can "
        r"see who knows of your health and of your people. \1",
    ),
    Difference(
        SEALED,
        "/accessibility",
        r"practical days will see them on the roster\.",
        "practical days will see on the roster that you have some, and can open them. They are stored "
        "encrypted, and each reading is recorded.",
    ),
    Difference(
        "every cell of a CSV is quoted",
        rf"{ROSTER}/roster\.csv",
        CELLS,
        r'"\1","\2","\3","\4","\5",\6',
    ),
    Difference(
        "the office corrects the details of everybody else",
        r"/admin/people/[\w-]+",
        r"(Name on certificate (?!Amara)(?:(?! Medical background).)*) Medical background",
        r"\1 Correct the details Phone Not given Correct the phone number Emergency contact Not given "
        "Correct the emergency contact Medical background",
    ),
    Difference(
        CONTACT,
        r"/admin/people/[\w-]+",
        r"(?<!contact )Medical background",
        "Phone Not given Emergency contact Not given Medical background",
    ),
    Difference(
        CONTACT,
        "/me",
        "Save the profile",
        "Save the profile Reaching you Phone Not given yet Change your phone number Emergency contact Not "
        "given yet Change your emergency contact",
    ),
    Difference(
        CONTACT,
        rf"/teach/practicals/(?!{OF_THE_OFFICE})[\w-]+",
        r"Not marked Papers The roster",
        "Not marked Phone numbers Instructors can open phone numbers and emergency contacts from the day "
        "before the practical to the day after it. Ask the office if somebody has to be reached at another "
        "time. Papers The roster",
    ),
    Difference(
        CONTACT,
        f"/teach/practicals/{OF_THE_OFFICE}",
        "Papers The roster",
        "Phone numbers How people are reached, and whom to call in an emergency. Each time somebody opens "
        "it, that is recorded. Show phone numbers Papers The roster",
    ),
    Difference(
        CONTACT,
        r"/admin/people/[\w-]+/access",
        "end: address, password",
        "end: address, phone number, emergency contact, password",
    ),
    Difference(
        CONTACT,
        ROSTER,
        r"(?<!Show phone numbers )(?<!Not marked )(?<!another time\. )(?<!here at once\. )Papers The roster",
        "Phone numbers How people are reached, and whom to call in an emergency. Each time somebody opens "
        "it, that is recorded. Show phone numbers Papers The roster",
    ),
    Difference(
        CONTACT,
        "/privacy",
        "where you have one; access needs,",
        "where you have one; a phone number and an emergency contact, if you tell us; access needs,",
    ),
    Difference(
        CONTACT,
        "/privacy",
        "Your account: name, address, profession",
        "Your account: name, address, phone number, emergency contact, profession",
    ),
)
