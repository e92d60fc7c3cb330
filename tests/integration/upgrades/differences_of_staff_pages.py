"""What reads differently on the pages of instructors and the office, and in reports."""

from tests.integration.upgrades.differences import Difference

REPORT = "a report begins with whose it is; the way back stands above it, as on other pages"
REPORTS = r"/reports/[\w-]+"
PAPERS = r"Download the report \(PDF\) Print this page"
PAPERS_NOW = "Download the report (PDF) Print this page"

ON_STAFF_PAGES: tuple[Difference, ...] = (
    Difference(
        REPORT,
        REPORTS,
        rf"\bMe (Foundation course .*?) {PAPERS} (.+?) (Next: .+? )?Back to the roster "
        r"(?=Preceptor Academy, )",
        rf"Me Back to the roster \1 \2 \3{PAPERS_NOW} ",
    ),
    Difference(
        REPORT,
        REPORTS,
        rf"{PAPERS} (?!Preceptor Academy, )(.+?) (?=Preceptor Academy, )",
        rf"\1 {PAPERS_NOW} ",
    ),
    Difference(
        "who has gone quiet may have done so much longer ago than two weeks",
        "/home",
        "Quiet for two weeks",
        "Gone quiet",
    ),
    Difference(
        "what somebody wrote is from them", r"/admin/enquiries/[\w-]+", "Enquiry of", "Enquiry from"
    ),
)
AFTER_THE_OTHERS: tuple[Difference, ...] = (
    Difference(
        "the office sees the exceptions of students",
        r"/results(\?.*)?",
        r"(may need a word\. (?:Attempts that are running )?Download as CSV )(?=Name or)",
        r"\1Exceptions ",
    ),
    Difference(
        "who needs more time in quizzes reads how to get it",
        "/accessibility",
        r"(?<=\. )(?=On practical days )",
        "More time in quizzes If you need more time in a quiz, write it among your access needs on your own "
        'page ("Me"), or tell us. The academy can give you a quarter more, half as much again or twice the '
        "time, and the page of each quiz says so before you start and while the time runs. ",
    ),
)
"""Beside words that other differences put there."""
