"""What reads differently on purpose since the academy of 20261129_0200 was written down."""

from tests.integration.upgrades.differences import Capital, Difference, Rebuilt
from tests.integration.upgrades.differences_of_details import IN_DETAILS, ROSTER
from tests.integration.upgrades.differences_of_staff_pages import AFTER_THE_OTHERS, ON_STAFF_PAGES
from tests.integration.upgrades.differences_of_the_office import IN_THE_OFFICE

REBUILT = (
    Rebuilt(
        "a student’s first page is one scene, then the way to the certificate",
        "/home",
        "200 Today ",
    ),
    Rebuilt("the course map folds what is not open", r"/learn/[\w-]+", "200 Course map: "),
    Rebuilt("courses count the steps to the certificate", "/learn", "200 My courses "),
    Rebuilt("certificates are one way of steps", "/certificates", "200 Your certificates "),
    Rebuilt("a practical day is called by its day", "/practicals", "200 Practical days "),
    Rebuilt("a practical day is called by its day", r"/dates(\?.*)?", "200 Dates and places "),
    Rebuilt(
        "the form of a day shows what changes from day to day, and folds the rest",
        r"/admin/practicals/(?:new|[\w-]+/edit)",
        r"200 (?:Plan a|Change the) practical ",
    ),
    Rebuilt(
        "a day is copied and repeated from its own page",
        r"/admin/practicals/[0-9a-f-]{36}(\?.*)?",
        "200 ",
    ),
    Rebuilt("the glossary stands under its letters", r"/learn/[\w-]+/glossary", "200 Glossary "),
)


SENTENCE = "the line below the greeting is a sentence of its own"
HISTORY = "admins read what happened in sentences, on pages of their own and of the things"
ACADEMY = "main content Preceptor Academy"

SORTED_BY_KEY = r"/results(\?.*)?|/(teach|admin)/groups/[\w-]+|/admin/people(\?.*)?"
"""Pages that list people in the order of their sort keys now: Máiréad stands before Marcus, as without the
accent."""

QUESTION = r"/attempts/[\w-]+/questions/\d+"
ONE_WORD = "one thing has one name, and a field does not say that it is optional and needed"
KNOWN_LIMITS = (
    "What we know does not work well Tables in our PDF papers name their columns, but not yet their rows. "
    "This page was last checked on 30 November 2026. "
)
PHONE = "signing out is on the page of the account, and the entries of the bar fit one line"
SAYS_MORE = (
    r"(?:/results|/api/v1)?/attempts/[\w-]+|/attempts/[\w-]+/check"
    r"|/learn/[\w-]+/(?:quizzes|lessons)/[\w-]+"
)
"""Pages that were rebuilt: they say all that they said before, in another order and with more beside it."""
ASKED = "students ask instructors about a section of a lesson, and read the answers"
RESULTS = (
    "a result shows the score as an arc, folds what was right, and leads to what to read again"
)

MORE = "staff open a student’s attempts and answers, and allow one more"
READ = "staff read the courses that they teach, and the checklist of a day"


NOT_READ_BEFORE = (
    Difference(
        "a price is in the serif, which makes it an element of its own",
        r"/|/dates(\?.*)?|/courses/[\w-]+",
        r"(?<=£\d,\d{3}) (?=, by invoice)",
        "",
    ),
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
        "an attempt says what can be done with it, until when, and what happens at its end",
        r"/api/v1/attempts/[\w-]+",
        r'"may": \[[^]]*\], |"ends_at": [^,]+, |"at_time_out": "submit", ',
        "",
    ),
    Difference(
        "a result says whether its answers are shown, which questions had to be right, and when to try again",
        r"/api/v1/attempts/[\w-]+",
        r'"answers_shown": (?:true|false), |"must_pass(?:": false|_missed": \[\]), |, "ready_at": null(?=\})',
        "",
    ),
    Difference(
        "a result says how many critical errors it holds",
        r"/api/v1/attempts/[\w-]+",
        r'(?<=\{)"critical_errors": 0, ',
        "",
    ),
    Difference(
        "the header counts unread notices and shows initials",
        "/api/v1/me",
        r', "unread_notices": \d+',
        "",
    ),
    Difference(
        "a waiting list says how each person gets a place",
        r"/admin/practicals/[\w-]+/waiting",
        r" Is booked at once(?= \w)"
        r"|: booked at once, or kept for them until they answer, as each chose(?=; who)",
        "",
    ),
    Difference(
        "programs read until when the offer of a place can be answered",
        r"/api/v1/practicals(?:/[\w-]+)?(\?.*)?",
        r'"answer_until": null, ',
        "",
    ),
    Difference(
        "the steps to the certificate are counted in one place, for pages and programs",
        r"/api/v1/learn/[\w-]+",
        r', "way": \{"finished": \d+, "steps": \[[^\]]+\], "total": \d+\}',
        "",
    ),
)
"""What a page shows now and did not show before: people and numbers, which depend on the page."""


INTENDED: tuple[Difference, ...] = (
    Difference(
        "a day whose booking has closed says only that",
        r"/practicals/[\w-]+",
        r"(?:You cannot book this date now|What this day still needs from you) "
        r"(Booking closed .*?See the dates ).*?(?=About the day )",
        r"Booking for this day has closed \1",
    ),
    Difference(
        "a course in the catalogue is opened by a button",
        "/courses",
        r"Practice: 1 kind of practical day (?=main content |Preceptor Academy )",
        "Practice: 1 assessed practical day See the course : Foundation course in facial mesotherapy ",
    ),
    *IN_THE_OFFICE,
    *IN_DETAILS,
    *ON_STAFF_PAGES,
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
        "staff see which attempts are running",
        r"/results(\?.*)?",
        r"(?<=may need a word\. )(?=Download as CSV)",
        "Attempts that are running ",
    ),
    Difference(
        "staff see which attempts are running",
        r"/results(\?.*)?",
        r"(?<=in your groups\. )(?=Download as CSV)",
        "Attempts that are running ",
    ),
    Difference(
        MORE,
        "/privacy",
        r"and your attempts and answers For ever; without your name after",
        "your attempts and answers, and further attempts and time you were given For ever; without "
        "your name, reasons and unreadable answers, after",
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
        "the office sees a week of practicals by room or instructor",
        r"/admin/practicals(\?.*)?",
        r"(?<=Days, places and waiting lists\. Plan a practical )",
        "Calendar ",
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
    Difference(
        "people are reminded of practical days, and that is kept for a year",
        "/privacy",
        r"(?<=a place went to whom\. )(?=That you wait for)",
        "That you were reminded of a practical day A year after the reminder was sent, then deleted So that "
        "nobody is reminded twice. ",
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
        "was closed, then deleted So that you can go on where you were, on any device. "
        "How many hours a week you plan to learn, pauses, and the day of your weekly mail 90 days after the "
        "account was closed, then deleted So that you see by when you are done. Only you see it, and "
        "stopping the plan deletes it. "
        "Your own notes in lessons, which only you can read 90 days after the account was closed, then "
        "deleted So that you have them for as long as you have the account. "
        "What you highlight in lessons, which only you can see 90 days after the account was closed, then "
        "deleted So that you have it for as long as you have the account. "
        "Which sections of lessons were clear to you, and what was not 90 days after the account was closed, "
        "then deleted So that the authors can make them clearer. They read it without your name, once three "
        "students have answered. ",
    ),
    Difference(
        "a browser holds the answers of an attempt until it ends, and remembers where a lesson was left",
        "/cookies",
        r"While you answer a quiz, your browser keeps answers that.*?as soon as they are sent\.",
        "While you answer a quiz, your browser keeps your answers and the pages of that attempt, so that a "
        "lost connection loses nothing and you can go on without one. They are removed from the device when "
        "the attempt has ended. When you sign out, the pages are removed at once; an answer that has not "
        "reached us stays, and is sent when you sign in again on this device. While you read a lesson, it "
        "keeps notes, and where you are reading, that have not reached us yet. They are removed from the "
        "device as soon as they are sent.",
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
        "a form shows a day as it can be typed in every language",
        r"/admin/enrolments/[\w-]+",
        r"\[(invoiced_on|paid_on): \w{3} (\d+) Dec (\d{4})\]",
        r"[\1: \2 December \3]",
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
        "an answer that was taken away is no answer",
        QUESTION,
        r"(?<=Question 2 of 10 )Saved 08:56(?= A puncture)",
        "Not answered yet",
    ),
    Difference(
        "in a question the next step comes before the list of questions",
        QUESTION,
        r"Leave (Question \d+ of \d+) (.* points?) (\d+ of \d+ answered .*Check and send your answers) "
        r"(Save and (?:continue|check answers)(?: Back to question \d+)?)",
        r"Leave \1 \1 \2 \4 \3",
    ),
    Difference(
        "Enter in a field saves the page, though a flag stands before its buttons",
        QUESTION,
        r"(Saved \d\d:\d\d|Not answered yet) ",
        r"\1 Save and continue ",
    ),
    Difference(
        "a question can be flagged",
        QUESTION,
        r"(\d+ points?) (?=Save and|\d+ of \d+ answered)",
        r"\1 Come back to this question ",
    ),
    Difference(
        "the list of questions counts flags",
        QUESTION,
        r"(?<= answered )(?=Question 1)",
        "0 flagged ",
    ),
    Difference(
        "a program reads which questions are flagged, and have two answers",
        r"/api/v1/attempts/[\w-]+",
        r'(?<!"response": )\{"options":',
        '{"conflict": [], "flagged": false, "options":',
    ),
    Difference(
        "a program reads what could not be read",
        r"/api/v1/attempts/[\w-]+",
        r'("unit": (?:null|"[^"]*"))\}',
        r'\1, "unreadable": null}',
    ),
    Difference(
        "on the check each question without an answer is a link",
        r"/attempts/[\w-]+/check",
        r" Missing: questions? [\d, ]+\.",
        "",
    ),
    Difference(
        "“Choose all that apply” stands once",
        QUESTION,
        r"Choose all that apply\. The points",
        "You can choose several. The points",
    ),
    Difference(
        "a browser can let keys choose options",
        "/cookies",
        r"(?<=and after 1 minute\. )(?=No choice)",
        "preceptor-number-keys Lets keys 1 to 9 choose an option in a quiz. It is set if you turn them on. "
        "365 days. ",
    ),
    Difference(
        "a report leads to the certificate that it earned",
        r"/reports/[\w-]+",
        r"The practical part of your certificate is done\. See the way to your certificate",
        "Your certificate is issued. Keep practising what the report names below. Open your certificate",
    ),
    Difference(
        "the steps to the certificate are counted in one place, for pages and programs",
        r"/admin/people/[\w-]+",
        r"\b1 of 24 lessons and quizzes 1 of 24 lessons and quizzes\b",
        "1 of 12 steps to the certificate",
    ),
    Difference(
        "all that stands under “News” is unread",
        "/home",
        r"(?<=\d\d:\d\d) Unread\b",
        "",
    ),
    *AFTER_THE_OTHERS,
)
