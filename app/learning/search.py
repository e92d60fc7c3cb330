"""Search in a student's course, and its glossary. The index of a revision is built once and cached."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from unicodedata import normalize

from sqlalchemy.orm import Session

from app.authoring.sanitising import plain_words
from app.courses.corrections import corrected_course, course_corrections
from app.courses.domain import search
from app.courses.domain.delivery import Course, Term
from app.courses.domain.errata import Correction
from app.courses.domain.search import ExcerptPiece, HitKind, IndexedText
from app.courses.queries import PublishedCourse
from app.db.paging import Page, page_of
from app.kit.actor import Actor
from app.learning import domain, queries
from app.learning.domain import Done, ModuleState
from app.learning.lesson_reading import student_base, with_links_below

PAGE_SIZE = 10
MOST_KEPT = 16


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One line of search results. A lesson in a locked module is named, but not quoted."""

    kind: HitKind
    key: str
    title: tuple[ExcerptPiece, ...]
    excerpt: tuple[ExcerptPiece, ...]
    module_key: str | None
    module_title: str | None
    locked: bool


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`base` is the address of the course map, under which the pages of the results stand."""

    base: str
    course_key: str
    course_title: str
    query: str
    results: Page[SearchResult]
    language: str
    """The tag of the language in which the course is written."""


@dataclass(frozen=True, slots=True)
class GlossaryLetter:
    """The terms that begin with one letter. `anchor` names it within its page."""

    letter: str
    anchor: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class GlossaryPage:
    """The terms that match the query (all terms without a query), out of `total`. `base` is as in
    `SearchPage`."""

    base: str
    course_key: str
    course_title: str
    query: str
    terms: tuple[Term, ...]
    total: int
    language: str
    """The tag of the language in which the course is written."""

    @property
    def letters(self) -> tuple[GlossaryLetter, ...]:
        """The terms by their first letters, in the order in which they stand in the course."""
        grouped = groupby(self.terms, key=lambda term: first_letter(term.term))
        return tuple(
            GlossaryLetter(letter, f"letter-{number}", tuple(terms))
            for number, (letter, terms) in enumerate(grouped, start=1)
        )


def first_letter(term: str) -> str:
    """Return the letter under which a term stands, as a capital without accents; “0–9” for digits."""
    first = next((sign for sign in normalize("NFKD", term) if sign.isalnum()), "")
    return first.upper()[:1] if first.isalpha() else "0–9"


def search_page(
    db: Session, actor: Actor, course_key: str, *, query: str, number: int
) -> SearchPage:
    """Return one page of matches in the actor's course. Raise NotFound without a place."""
    standing = queries.standing_on(db, actor, course_key)
    base = student_base(course_key)
    return search_below(db, standing.published, standing.done, base, query=query, number=number)


def search_below(
    db: Session, published: PublishedCourse, done: Done, base: str, *, query: str, number: int
) -> SearchPage:
    """Return one page of matches in a revision, for somebody who completed `done`. Does not check
    permissions; the caller does."""
    course = published.course
    query = _kept(query)
    corrections = course_corrections(db, course.key)
    hits = search.search(_index(published, corrections), query)
    first = (number - 1) * PAGE_SIZE
    shown = [_result(course, done, hit) for hit in hits[first : first + PAGE_SIZE]]
    page = page_of(shown, number=number, total=len(hits), size=PAGE_SIZE)
    return SearchPage(base, course.key, course.title, query, page, published.language)


def glossary_page(db: Session, actor: Actor, course_key: str, *, query: str) -> GlossaryPage:
    """Return the glossary of the actor's course; raise NotFound without a place."""
    published = queries.pinned(db, actor, course_key)
    return glossary_below(published, student_base(course_key), query=query)


def glossary_below(published: PublishedCourse, base: str, *, query: str) -> GlossaryPage:
    """Return the glossary of a revision. Does not check permissions; the caller does."""
    course = published.course
    query = _kept(query)
    terms = tuple(
        term
        for term in course.glossary
        if not query or search.contains(f"{term.term} {plain_words(term.definition_html)}", query)
    )
    return GlossaryPage(
        base,
        course.key,
        course.title,
        query,
        tuple(_linked(term, course.key, base) for term in terms),
        len(course.glossary),
        published.language,
    )


def _linked(term: Term, course_key: str, base: str) -> Term:
    html = with_links_below(term.definition_html, course_key, base)
    return (
        term if html == term.definition_html else term.model_copy(update={"definition_html": html})
    )


def _kept(query: str) -> str:
    return " ".join(query.split())[: search.LONGEST_QUERY]


@lru_cache(MOST_KEPT)
def _index(
    published: PublishedCourse, corrections: tuple[Correction, ...]
) -> tuple[IndexedText, ...]:
    return search.index_of(corrected_course(published.course, corrections, published.words))


def _result(course: Course, done: Done, hit: search.SearchHit) -> SearchResult:
    document = hit.document
    hit_lesson = course.find_lesson(document.key) if document.kind is HitKind.lesson else None
    if hit_lesson is None:
        return SearchResult(
            document.kind, document.key, hit.title, hit.excerpt, None, None, locked=False
        )
    module, _ = hit_lesson
    locked = domain.progress_of(course, module, done).state is ModuleState.locked
    return SearchResult(
        kind=document.kind,
        key=document.key,
        title=hit.title,
        excerpt=() if locked else hit.excerpt,
        module_key=module.key,
        module_title=module.title,
        locked=locked,
    )
