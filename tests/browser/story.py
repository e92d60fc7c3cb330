"""The whole way of a student, told in clicks: from the catalogue to a verified certificate.

Four people take part: the student (new), the admin, an instructor, and a stranger who verifies. Every
step uses only what the page shows; no step calls the application or the database directly.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import pypdfium2
import zxingcpp
from playwright.sync_api import BrowserContext, Page, expect

from app.demo.people import ADMIN, INSTRUCTORS
from app.questions.delivery import Question
from app.questions.numeric.scoring import NumericKey
from tests.make.courses import small_course
from tests.make.patience import until

COURSE = "small-course"
STUDENT = "Wren Tamsin Ackroyd"
EMAIL = "wren@example.org"
PASSWORD = "orchard lantern seven herons"  # of a scratch database
STEPS = 4


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first.click()


def link(page: Page, name: str) -> None:
    page.get_by_role("link", name=re.compile(f"^{re.escape(name)}")).first.click()


@dataclass
class Story:
    """The people, each with a browser of their own, and the address of the academy."""

    url: str
    student: Page
    admin: Page
    instructor: Page
    visitor: Page

    def whole(self) -> str:
        """Play the whole story and return the serial of the certificate."""
        self.staff_sign_in()
        self.admin_opens_an_intake()
        self.student_registers_and_reserves()
        self.admin_confirms_the_request()
        self.student_learns()
        self.admin_plans_a_practical()
        self.student_books()
        self.instructor_assesses()
        pdf = self.student_gets_the_certificate()
        return self.visitor_verifies(pdf)

    def go(self, page: Page, path: str) -> None:
        page.goto(f"{self.url}{path}")

    def staff_sign_in(self) -> None:
        for page, person in ((self.admin, ADMIN), (self.instructor, INSTRUCTORS[0])):
            self.go(page, "/sign-in")
            button(page, f"Sign in as {person.name}")
            page.wait_for_url("**/home")

    def admin_opens_an_intake(self) -> None:
        page = self.admin
        self.go(page, "/admin/intakes/new")
        page.get_by_label("Course", exact=True).select_option(COURSE)
        page.get_by_label("Name of the intake").fill("Winter 2026")
        page.get_by_label("Start date").fill("14 December 2026")
        page.get_by_label("Price").fill("980")
        page.get_by_label("Number of places").fill("6")
        days = page.get_by_label("Day", exact=True)
        days.nth(0).fill("1 November 2026")
        days.nth(1).fill("13 December 2026")
        button(page, "Save as a draft")
        button(page, "Open")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Winter 2026")

    def student_registers_and_reserves(self) -> None:
        page = self.student
        self.go(page, "/courses")
        page.locator(f'a[href="/courses/{COURSE}"]').first.click()
        link(page, "Reserve your place")
        link(page, "Create an account")
        page.get_by_label("Full name").fill(STUDENT)
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        button(page, "Create an account")
        expect(page.get_by_role("heading", level=1)).to_contain_text("mail")
        self.open_mailed_link("Confirm your e-mail address")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        button(page, "Confirm and sign in")
        self.go(page, f"/courses/{COURSE}")
        link(page, "Reserve your place")
        button(page, "Reserve your place")
        expect(page.locator("main")).to_contain_text("Winter 2026")
        self.fill_profile()

    def open_mailed_link(self, subject: str) -> None:
        """Read the mail and follow its link; the worker may take a moment to deliver it."""
        page = self.student
        mail = page.get_by_role("row").filter(has_text=EMAIL).get_by_role("link", name=subject)

        def has_come() -> int:
            self.go(page, "/dev/mail")
            return mail.count()

        until(has_come, f"the mail “{subject}”")
        mail.first.click()
        match = re.search(r"https?://\S+", page.locator(".mail-text").inner_text())
        assert match is not None
        parts = urlsplit(match.group())
        self.go(page, f"{parts.path}?{parts.query}")

    def fill_profile(self) -> None:
        page = self.student
        self.go(page, "/me")
        page.get_by_label("Name for your certificate").fill(STUDENT)
        page.locator("label").filter(has_text=re.compile("^No$")).click()
        button(page, "Save the profile")
        expect(page.get_by_role("status").first).to_be_visible()

    def admin_confirms_the_request(self) -> None:
        page = self.admin
        self.go(page, "/home")
        expect(page.get_by_role("link", name=re.compile("asks? for a place")).first).to_be_visible()
        self.go(page, "/admin/intakes")
        page.get_by_role("link", name=re.compile("Winter 2026")).first.click()
        page.get_by_role("link", name=re.compile(STUDENT)).first.click()
        button(page, "Confirm")
        expect(page.locator("main")).to_contain_text("onfirmed")

    def student_learns(self) -> None:
        course = small_course().course
        assert course is not None
        page = self.student
        for module in course.modules:
            for lesson in module.lessons:
                self.go(page, f"/learn/{COURSE}/continue")
                expect(page.get_by_role("heading", level=1)).to_contain_text(lesson.title)
                button(page, "Mark as done")
            self.take_quiz(module.quiz)
        self.take_quiz(course.final_test)

    def take_quiz(self, quiz_key: str) -> None:
        page = self.student
        self.go(page, f"/learn/{COURSE}/quizzes/{quiz_key}")
        button(page, "Start the")
        course = small_course().course
        assert course is not None
        quiz = course.quiz(quiz_key)
        assert quiz is not None
        for position in range(1, quiz.length + 1):
            page.wait_for_url(f"**/questions/{position}")
            self.answer(page, quiz_key, quiz.questions)
            button(page, "Save and")
        page.wait_for_url("**/check")
        button(page, "Send answers")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("main")).to_contain_text(re.compile("passed", re.IGNORECASE))

    def answer(self, page: Page, quiz_key: str, questions: tuple[Question, ...]) -> None:
        """Recognise the question by its words and give the right answer."""
        keys = small_course().keys
        assert keys is not None
        shown = " ".join(page.locator("main").inner_text().split())
        question = next(
            each_question for each_question in questions if plain(each_question.stem_html) in shown
        )
        key = keys.quizzes[quiz_key].questions[question.key]
        if isinstance(key, NumericKey):
            page.locator('input[name="answer"]').fill(str(key.answer))
            return
        for option in question.options:
            if option.key in key.correct:
                words = plain(option.html)
                page.locator("label").filter(has_text=re.compile(f"^{re.escape(words)}$")).click()

    def admin_plans_a_practical(self) -> None:
        page = self.admin
        self.go(page, "/admin/practicals/new")
        kind = page.get_by_label("Kind of practical")
        option = kind.locator("option").filter(has_text="Practice day")
        kind.select_option(option.get_attribute("value"))
        if page.get_by_label("Day", exact=True).count() == 0:
            button(page, "Continue")
        page.get_by_label("Day", exact=True).fill("1 December 2026")
        page.get_by_label("Start", exact=True).fill("14:00")
        page.get_by_label("End", exact=True).fill("18:00")
        page.get_by_label("Place and room").fill("Treatment room 3, London")
        page.locator("label").filter(has_text=re.compile("^Ines Marlowe")).click()
        page.get_by_text("More: booking, time zone, note").click()
        page.get_by_label("Booking opens on").fill("20 November 2026")
        page.get_by_label("At", exact=True).fill("09:00")
        page.get_by_label("Booking closes before the start").fill("1")
        page.get_by_label("Students can cancel until").fill("2")
        button(page, "Save the draft")
        # Ines teaches another day in these hours: the page names it, and the office decides.
        expect(page.locator("main")).to_contain_text("Ines Marlowe")
        page.locator("label").filter(has_text="Save all the same").click()
        button(page, "Save the draft")
        page.locator("label").filter(has_text="Publish all the same").click()
        button(page, "Publish")
        expect(page.locator("main")).to_contain_text("Practice day")

    def student_books(self) -> None:
        page = self.student
        self.go(page, "/practicals")
        page.get_by_role("link", name=re.compile("Practice day")).first.click()
        button(page, "Book this place")
        expect(page.locator("main")).to_contain_text(re.compile("place", re.IGNORECASE))
        self.go(page, "/home")
        expect(page.locator("main")).to_contain_text("Today is your practical day")
        expect(page.get_by_role("link", name=re.compile("^See your practical day"))).to_be_visible()

    def instructor_assesses(self) -> None:
        page = self.instructor
        self.go(page, "/teach/practicals")
        page.get_by_role("link", name=re.compile("Practice day")).first.click()
        page.get_by_role("link", name=re.compile("^Assess")).first.click()
        expect(page.locator("main")).to_contain_text(STUDENT)
        button(page, "Yes, start")
        for step in range(STEPS):
            marks = page.get_by_role("button", name=re.compile("^Done"))
            expect(marks).to_have_count(STEPS)
            marks.nth(step).click()
            expect(page.get_by_text(f"{step + 1} of {STEPS} marked").first).to_be_visible()
        link(page, "Check and sign")
        page.locator('label[for="f-confirmed"]').click()
        button(page, "Sign")
        expect(page.locator("main")).to_contain_text("Competent")

    def student_gets_the_certificate(self) -> bytes:
        """Wait for the worker to issue it, and fetch the PDF as the browser would."""
        page = self.student
        download = page.get_by_role("link", name=re.compile("^Download PDF"))

        def is_issued() -> int:
            self.go(page, "/certificates")
            return download.count()

        until(is_issued, "the certificate")
        expect(page.locator("main")).to_contain_text("Valid")
        address = download.first.get_attribute("href")
        assert address is not None
        response = page.request.get(f"{self.url}{address}")
        assert response.headers["content-type"] == "application/pdf"
        return response.body()

    def visitor_verifies(self, pdf: bytes) -> str:
        """Scan the code on paper; it leads to the public page, which says whose it is."""
        document = pypdfium2.PdfDocument(pdf)
        picture = document[0].render(scale=3).to_pil()
        document.close()
        (code,) = zxingcpp.read_barcodes(picture)
        assert code.text.startswith(f"{self.url}/verify/")
        self.visitor.goto(code.text)
        expect(self.visitor.get_by_role("heading", level=1)).to_have_text(
            "This certificate is valid"
        )
        expect(self.visitor.locator("main")).to_contain_text(STUDENT)
        return code.text.rsplit("/", 1)[1]


def plain(html: str) -> str:
    """Return the words of a piece of rendered content, as a browser shows them."""
    return (
        " ".join(re.sub(r"<figure.*?</figure>|<[^>]+>", " ", html, flags=re.DOTALL).split())
        .replace(" .", ".")
        .replace(" ?", "?")
    )


def people(new_context, url: str, *, javascript: bool) -> Story:
    """Open four browsers, one per person."""

    def page() -> Page:
        context: BrowserContext = new_context(java_script_enabled=javascript)
        return context.new_page()

    return Story(url, page(), page(), page(), page())
