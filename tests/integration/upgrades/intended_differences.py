"""What reads differently on purpose since the academy of 20261129_0200 was written down."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.integration.upgrades.lists_now import money_lines, requests_now, undelivered_now


@dataclass(frozen=True)
class Difference:
    """`was` became `now` on every page whose path (or every mail whose template) matches `where`, because of
    `why`. All are regular expressions (`now` may also be what makes the words of a match); `where` matches
    as a whole."""

    why: str
    where: str
    was: str
    now: str | Callable[[re.Match[str]], str]

    def applied(self, path: str, text: str) -> str:
        """Return the text of a page or mail of that version as it is meant to read now."""
        if not re.fullmatch(self.where, path):
            return text
        return re.sub(self.was, self.now, text)


@dataclass(frozen=True)
class Capital(Difference):
    """The first sentence below the greeting began in lower case, also where a mailbox shows it first."""

    def applied(self, path: str, text: str) -> str:
        for words in re.findall(self.was, text) if re.fullmatch(self.where, path) else ():
            text = text.replace(words, words[0].upper() + words[1:])
        return text


@dataclass(frozen=True)
class Rebuilt:
    """Pages that were built anew, because of `why`: those whose path matches `where` and whose text began
    with `began`. Only their status and title are compared; what they say now has tests of its own."""

    why: str
    where: str
    began: str

    def fits(self, path: str, text: str) -> bool:
        return bool(re.fullmatch(self.where, path) and re.match(self.began, text))


REBUILT = (
    Rebuilt(
        "a student’s first page is one scene, then the way to the certificate",
        "/home",
        "200 Today ",
    ),
    Rebuilt("the course map folds what is not open", r"/learn/[\w-]+", "200 Course map: "),
    Rebuilt("courses count the steps to the certificate", "/learn", "200 My courses "),
    Rebuilt("certificates are one way of steps", "/certificates", "200 Your certificates "),
)


SENTENCE = "the line below the greeting is a sentence of its own"
SEALED = "access needs are sealed: pages and files say only that there are some"
HISTORY = "admins read what happened in sentences, on pages of their own and of the things"
CHOSEN = "a person may choose a language; the version of their profile holds it too"
ACADEMY = "main content Preceptor Academy"
NEEDS = r"(?:Please face me: I lip-read\.|A stool at the treatment bed\.)"
CONTACT = "people give a phone number and an emergency contact"
OF_THE_OFFICE = "01a22a2d-321c-7473-8e32-2ae3ef32fd76"
"""A day whose roster an admin has read: the office opens phone numbers at any time."""
ROSTER = r"/teach/practicals/[\w-]+"

CELLS = r"(?m)^([^,\"]*),([^,\"]*),([^,\"]*),([^,\"]*),([^,\"]*),(\"[^\"]*\")(?=\r)"
"""One person of a roster for spreadsheets, whose last cell has commas of its own."""
SORTED_BY_KEY = r"/results(\?.*)?|/(teach|admin)/groups/[\w-]+|/admin/people(\?.*)?"
"""Pages that list people in the order of their sort keys now: Máiréad stands before Marcus, as without the
accent."""

QUESTION = r"/attempts/[\w-]+/questions/\d+"
ONE_WORD = "one thing has one name, and a field does not say that it is optional and needed"
KNOWN_LIMITS = (
    "What we know does not work well Tables in our PDF papers name their columns, but not yet their rows. "
    "A quiz shows the next question only while the academy can be reached. "
    "This page was last checked on 30 November 2026. "
)
PHONE = "signing out is on the page of the account, and the entries of the bar fit one line"
SAYS_MORE = r"(?:/results|/api/v1)?/attempts/[\w-]+|/learn/[\w-]+/(?:quizzes|lessons)/[\w-]+"
"""Pages that were rebuilt: they say all that they said before, in another order and with more beside it."""
ASKED = "students ask instructors about a section of a lesson, and read the answers"
RESULTS = (
    "a result shows the score as an arc, folds what was right, and leads to what to read again"
)

MORE = "staff open a student’s attempts and answers, and allow one more"
READ = "staff read the courses that they teach, and the checklist of a day"

UNDELIVERED = "what is undelivered stands in three lists, and is dismissed without being deleted"


NOT_READ_BEFORE = (
    Difference(
        "a reservation begins with the people who come next",
        r"/admin/practicals/[\w-]+/reserve",
        r"(?<=\] Find )(?:These are the people who wait|Nobody waits for this day).*?(?=Preceptor Academy )",
        "",
    ),
    Difference(
        "the header counts unread notices and shows initials",
        r".*",
        r"(?<=Notices )(?:\d+ Notices, \d+ unread )?[^\W\d_]{1,2} (?=\w)",
        "",
    ),
    Difference(
        "the header counts unread notices and shows initials",
        "/api/v1/me",
        r', "unread_notices": \d+',
        "",
    ),
)
"""What a page shows now and did not show before: people and numbers, which depend on the page."""
LATE_REQUEST = "01a22a2d-3267-79a7-aebe-b3b4aede326d"
"""A request for an intake at another price."""
MONEY = "a place has a price of its own, and its price, invoice and payment stand in one line each"


WITHOUT_INVOICE = (
    r"(?P<at>\d\d:\d\d) Invoice Not recorded Paid No payment recorded Invoice Invoice number "
    r"(?P<number>.*?)Date of the invoice (?P<day>\[invoiced_on: [^\]]*\]) Record the invoice"
)


REQUESTS = "requests are decided where they stand, several at once"


INTENDED: tuple[Difference, ...] = (
    Difference(
        REQUESTS, r"/admin/intakes(\?.*)?", r"(?<=Make an intake )", "Requests of all intakes "
    ),
    Difference(
        REQUESTS,
        r"/admin/intakes/[\w-]+(\?.*)?",
        r"To decide \((?P<number>\d+)\)(?P<tabs>.*?)Requests to decide, the oldest first "
        r"Name Asked Note Decide(?P<rows>.*?)(?=Download as CSV)",
        requests_now,
    ),
    *(
        Difference(
            MONEY,
            f"/admin/intakes/{intake}/edit",
            r"Price £ \[price:",
            f"Price A new price is for new requests only: {who}. £ [price:",
        )
        for intake, who in (
            ("01a22a2c-f82e-733d-9cbb-675521f83d6b", "7 people keep £1,450"),
            ("01a22a2c-f9fa-7a42-b43b-da85777ea108", "4 people keep £1,450"),
            ("01a22a2d-3260-7439-b1c9-55ce61db61cf", "1 person keeps £1,510"),
        )
    ),
    Difference(
        MONEY,
        rf"/admin/enrolments/(?!{LATE_REQUEST})[\w-]+",
        WITHOUT_INVOICE,
        money_lines("1,450"),
    ),
    Difference(MONEY, f"/admin/enrolments/{LATE_REQUEST}", WITHOUT_INVOICE, money_lines("1,510")),
    Difference(
        "the header of staff has a search",
        ".*",
        rf"(?<={ACADEMY} )(?=Notices (?:Amara|Rhys) )",
        "Search people, practicals and more [q: ] ",
    ),
    Difference(
        "the header of staff has a search",
        ".*",
        rf"(?<={ACADEMY} )(?=Notices (?:Ines|Tomasz|Adaeze|Kenji) )",
        "Search students and practicals [q: ] ",
    ),
    Difference(
        MORE,
        "/privacy",
        r"and your attempts and answers For ever; without your name after",
        "your attempts and answers, and further attempts that you were allowed For ever; without your name, "
        "and without reasons, after",
    ),
    Difference(
        "admins hide a course",
        r"/admin/courses",
        r"(?<=Foundation course in facial mesotherapy )(?=8 modules)",
        "In the catalogue Read its lessons, quizzes and checklists : Foundation course in facial mesotherapy "
        "Hide it : Foundation course in facial mesotherapy ",
    ),
    Difference(
        "an apostrophe is printed as one",
        r"/admin/courses",
        r"the course's files",
        "the course’s files",
    ),
    Difference(READ, r".*", r"(?<=Groups Results )(?=Me )", "Courses "),
    Difference(
        READ, r"/home", r"(?<=of 8 )(?=Preceptor Academy)", "Read the courses that you teach "
    ),
    Difference(
        READ,
        ROSTER + r"(\?.*)?",
        r"(?<=\. )(?=Roster \(PDF\))",
        "Read the checklist of this day ",
    ),
    Difference(
        READ,
        r"/admin/practicals/[\w-]+(\?.*)?",
        r"(?<=Attendance sheet \(PDF\) )(?=Download as CSV)",
        "Read the checklist ",
    ),
    Difference(
        READ,
        r"/admin/courses",
        r"(?<= )(\d+)(?= [0-9a-f]{12} )",
        lambda at: f"Read Foundation course in facial mesotherapy, revision {at[0]}",
    ),
    Difference(
        "a decision can be undone for a while, and is kept for a day",
        "/privacy",
        r"(?<=certificates rest on them\. )(?=That you waited for a practical)",
        "What the office decided about your request, while it can undo it A day after it was decided, then "
        "deleted So that a mistake can be taken back before the mail about it leaves. ",
    ),
    Difference(UNDELIVERED, "/privacy", " or when an admin dismisses it,", ""),
    Difference(
        UNDELIVERED,
        r"/admin/outbox",
        r"(?<=, 08:59 )Given up A mail that .*?(?=Preceptor Academy Courses)",
        undelivered_now,
    ),
    Difference(
        UNDELIVERED,
        r"/admin/outbox/[\w-]+/dismiss",
        "200 Dismiss a mail",
        "404 Page not found",
    ),
    Difference(
        UNDELIVERED,
        r"/admin/outbox/[\w-]+/dismiss",
        r"Undelivered Dismiss this mail\?.*?(?=Preceptor Academy Courses)",
        "Page not found There is nothing at this address. Check the address for a missing letter. The page "
        "may also have moved, or be for somebody else’s account. Go to Overview Ask us ",
    ),
    Difference(
        "the state of a module is a label of its own, which no template writes small",
        r"/learn/[\w-]+",
        r"(?<= , )(?:(?:complete|open|you are here)\b|locked(?= [A-Z]))",
        lambda state: state[0].capitalize(),
    ),
    Difference(
        "a lesson is marked as done at its end, and the bar shows the contents",
        r"/learn/[\w-]+/lessons/[\w-]+",
        r" (?:You have done this lesson\.|Mark as not done|Have you read it to the end\? Mark as done)"
        "(?= |$)",
        "",
    ),
    Difference(
        "a lesson remembers where it was left",
        "/privacy",
        r"(?<=are too hard\. )(?=Assessments on)",
        "Where you stopped in each lesson, and which of its sections you have read 90 days after the account "
        "was closed, then deleted So that you can go on where you were, on any device. ",
    ),
    Difference(
        "a lesson remembers where it was left",
        "/cookies",
        "While you answer a quiz, your browser keeps answers that",
        "While you answer a quiz or read a lesson, your browser keeps answers, and where you are reading, "
        "that",
    ),
    Difference("one place is named in the singular", ".*", r"(?<= of 1 )places left", "place left"),
    Difference(
        "several questions are named in the plural",
        r"/attempts/[\w-]+/check",
        r"Missing: question (?=\d+,)",
        "Missing: questions ",
    ),
    Capital(
        SENTENCE,
        r"[a-z]+/[a-z-]+|/notices/[\w-]+",
        r"Hello(?: [^,]{1,80})?, ([a-z].{24})",
        "",
    ),
    Difference(SENTENCE, "/api/v1/notices", r"(?<=,\\n\\n)[a-z]", lambda letter: letter[0].upper()),
    Difference(
        "a spreadsheet knows by a sign that the letters are UTF-8, and every cell is quoted",
        rf"{ROSTER}/roster\.csv",
        "^200 Name,E-mail,Access needs,Attendance,Practical,When",
        '200 \ufeff"Name","E-mail","Access needs","Attendance","Practical","When"',
    ),
    Difference(
        "the dialect became plain English",
        "/admin/life-support",
        "Basic life support Who has a place",
        "Basic life support People who have a place",
    ),
    Difference(
        "the dialect became plain English",
        r"/admin/intakes/[\w-]+/reserve",
        "Who has no account yet gets one",
        "Anyone without an account gets one",
    ),
    Difference(
        "a course says itself what learners do while a value is not set",
        "/admin/courses",
        r"and tell learners to ask before they inject\.",
        "and tell learners what to do meanwhile.",
    ),
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
        "a form shows a day as it can be typed in every language",
        r"/admin/enrolments/[\w-]+",
        r"\[(invoiced_on|paid_on): \w{3} (\d+) Dec (\d{4})\]",
        r"[\1: \2 December \3]",
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
        "an intake to choose has a short label, without the key of its course",
        r"/admin/practicals/(?:new|[\w-]+/edit)",
        r", mesotherapy, (\w{3})\w+ (\d+ \w{3})\w* (\d{4})",
        r", \1 \2 \3",
    ),
    Difference(
        "the heading says what its button does",
        r"/admin/enrolments/[\w-]+",
        r"Decline(?= Reason )",
        "Decline the request",
    ),
    Difference(
        CONTACT,
        r"/admin/people/[\w-]+",
        r"(?<!contact )Medical background",
        "Phone Not given Emergency contact Not given Medical background",
    ),
    Difference(
        "the page of a holder shows the paper and says what was earned",
        "/certificates",
        r"Certificates Issued (\w+ \w+ \w+ \w+) Valid (Foundation course in facial mesotherapy) (?=(\w+))",
        r"Certificates You did it, \3 8 modules, the final test and 1 assessed practical day. Issued \1 "
        r"\2 Valid today. Anybody can check it. ",
    ),
    Difference(
        "a certificate is shared and added to LinkedIn",
        "/certificates",
        r"(?<=Download PDF of Foundation course in facial mesotherapy )(?=See what others see)",
        "Share of Foundation course in facial mesotherapy Add to LinkedIn of Foundation course in facial "
        "mesotherapy ",
    ),
    Difference(
        "a certificate is replaced in a corrected name",
        r"/admin/certificates/[\w-]+",
        "The person Revoke The",
        "The person Replace For a certificate in another name, correct the person’s name on certificates "
        "first. Correct the details Revoke The",
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
    Difference(
        "a list of past days says how they ended",
        r"/(?:teach|admin)/practicals\?show=past",
        "Places taken Waiting",
        "Attendance Assessments",
    ),
    Difference(
        "a list of past days says how they ended",
        r"/(?:teach|admin)/practicals\?show=past",
        r"Marlowe 4 of 4 0\b(.*?)Marlowe 4 of 4 0\b",
        r"Marlowe 3 of 4 present 3 assessed 1 competent 1 not yet competent 1 still to sign\1"
        r"Marlowe 3 of 4 present 3 assessed 2 competent 1 not yet competent",
    ),
    Difference(
        "a list of past days says how they ended",
        r"/(?:teach|admin)/practicals\?show=past",
        r"Reyes 3 of 4 0\b",
        "Reyes 3 of 3 present 3 assessed 3 competent",
    ),
    Difference(
        "a list of past days says how they ended",
        r"/(?:teach|admin)/practicals\?show=past",
        r"Marlowe 2 of 4 0\b",
        "Marlowe 2 of 2 present 2 assessed 1 competent 1 not yet competent",
    ),
    Difference(HISTORY, r".*", "Enquiries Certificates Me ", "Enquiries Certificates History Me "),
    Difference(
        HISTORY,
        r"/admin/intakes/.*",
        "everybody in this intake Cancel this",
        "everybody in this intake History of this intake Cancel this",
    ),
    Difference(
        HISTORY,
        r"/admin/people/[\w-]+",
        "Groups Signed in on What happened",
        "Groups Signed in on History",
    ),
    Difference(
        "invoices have a list of their own",
        ".*",
        "Menu Overview Intakes Practicals",
        "Menu Overview Intakes Invoices Practicals",
    ),
    Difference(
        "invoices have a list of their own",
        "/home",
        r"Record a payment on the page of the intake when it arrives\. See the intakes",
        "Tick what has arrived, or see who has waited longest. See them",
    ),
    Difference(ASKED, r".*", "Results Courses Enquiries", "Results Courses Questions Enquiries"),
    Difference(ASKED, r".*", "My day Practicals Groups", "My day Practicals Questions Groups"),
    Difference(ASKED, "/learn", "Me My courses ", "Me My courses Your questions "),
    Difference(
        ASKED,
        "/privacy",
        r"you have the account\. The name,",
        "you have the account. Your questions to instructors about lessons, and the answers 90 days after "
        "the account was closed, then deleted So that you can read the answers again for as long as you "
        "have the account. The name,",
    ),
    Difference(PHONE, r".*", r"\bSign out (?=Menu Overview|Menu My day|Today Learn)", ""),
    Difference(
        PHONE,
        r".*",
        "Today Learn Practical days Certificates Me ",
        "Today Learn Practice Certificate Me ",
    ),
    Difference(PHONE, "/me", "Your account Notices ", "Your account Notices Sign out "),
    Difference(RESULTS, SAYS_MORE, r"\bNot chosen\b|What it means (?=The quiz is passed)", ""),
    Difference(
        RESULTS, SAYS_MORE, r"\bAn earlier attempt was passed", "Another attempt was passed"
    ),
    Difference(
        RESULTS, SAYS_MORE, r"Continue with the course|\. Try again for a better result", ""
    ),
    Difference(
        "the first page begins with the date and greets by the time of day",
        "/home",
        "Hello, ",
        "Tuesday 1 December 2026 Good morning, ",
    ),
    Difference(
        PHONE, r".*", "Preceptor Academy Courses Dates", "Preceptor Academy Course catalogue Dates"
    ),
    Difference(
        ONE_WORD,
        "/me",
        "Needed if you have a medical background\\.",
        "If you have a medical background, say which: you need it then.",
    ),
    Difference(
        "the sheet says which signature is which, and the statement what does not work well",
        r".*attendance\.pdf",
        "Arrived Signature Left Signature",
        "Arrived Signature on arrival Left Signature on leaving",
    ),
    Difference(
        "the sheet says which signature is which, and the statement what does not work well",
        "/accessibility",
        "(?=On practical days Tell us)",
        KNOWN_LIMITS,
    ),
    Difference(
        PHONE, r"/courses/[\w-]+", r"\bCourses (?=Foundation course in)", "Course catalogue "
    ),
    Difference(
        "in a question the next step comes before the list of questions",
        QUESTION,
        r"Leave (Question \d+ of \d+) (.* points?) (\d+ of \d+ answered .*Check and send your answers) "
        r"(Save and (?:continue|check answers)(?: Back to question \d+)?)",
        r"Leave \1 \1 \2 \4 \3",
    ),
    Difference(
        "“Choose all that apply” stands once",
        QUESTION,
        r"Choose all that apply\. The points",
        "You can choose several. The points",
    ),
)
