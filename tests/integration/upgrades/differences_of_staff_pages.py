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
