"""The template environment: strict, escaping, with the few filters pages need."""

import re
from collections.abc import Callable, Hashable, Iterable, MutableMapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from types import FunctionType
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from app.kit.formats import Formats
from app.kit.initials import initials
from app.kit.leaving import LEFT_ADDRESS
from app.kit.messages import Message, msg, msgs
from app.kit.phone_numbers import dialled, spaced_phone
from app.kit.words import Words
from app.kit.zones import zone_words
from app.languages import MOST_TAGS, direction_of
from app.web import icons
from app.web.translating import Constants, Translating, Unindented

ADDRESS_LEFT_WHOLE = 24
BEHIND_A_SIGN = re.compile(r"(?<=[@._-])")


MOST_REMEMBERED = 3_000
"""How many rows, cards and pieces of lessons are cached as HTML; each takes some three kilobytes. A lesson
has a dozen pieces."""
FORM_HOLE = "\x00hole\x00"
"""Stands in cached HTML for the token of a form. HTML of a page never holds this character otherwise."""
MOST_PIECES = 1_000
"""How many pieces of quizzes are cached as HTML with holes in it; each takes one or two kilobytes."""
HOLES = ("\x000\x00", "\x001\x00", "\x002\x00")
"""Stand for what is of one reader alone, while a piece is made for all."""
_HOLE = re.compile("\x00([0-2])\x00")
MOST_BODIES = 200
"""How many whole bodies of pages are cached as HTML; each takes about 25 KB."""


@lru_cache
def _cached() -> None:
    """Its type is that of every function with a cache."""


FUNCTIONS = frozenset({FunctionType, type(_cached)})


class PageContext(Context):
    """Calls macros and plain functions directly. Jinja looks for the attributes of a callable at every
    call, and a page makes hundreds: without this a page takes 3 to 11 % longer (decision 12)."""

    def call(self, called: Any, *values: Any, **named: Any) -> Any:
        kind = type(called)
        if kind is Macro:
            values = (self.eval_ctx, *values)
        elif kind not in FUNCTIONS or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *values, **named)
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(*values, **named)


class PageGenerator(CodeGenerator):
    """Prints a value with one call where it is escaped. Jinja calls `finalize` and then `escape`, which
    copies what is HTML already, and a page prints hundreds of values: see decision 12."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.printed(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write(")")
        else:
            super()._output_child_post(node, frame, finalize)


class PageEnvironment(Environment):
    """The templates in one language; `words` turns messages and values into it.

    Templates share one plain mapping of globals, which is complete before the first is loaded. The layered
    mapping that is the default is searched at each import of macros: a twentieth of a page."""

    context_class = PageContext
    code_generator_class = PageGenerator
    words: Words

    def printed(self, value: Any) -> str:
        """Return a value as HTML: what is HTML already as it is, and everything else escaped."""
        kind = type(value)
        if kind is Markup:
            return cast("Markup", value)
        return escape(self.words.of(value) if kind is Message else value)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = Constants(self.words.catalogue).visit(super()._parse(source, name, filename))
        # In a mail each line counts.
        is_page = not (name or "").endswith(".txt")
        return cast("nodes.Template", Unindented().visit(tree) if is_page else tree)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


@lru_cache(MOST_REMEMBERED)
def remembered(macro: Macro, *values: Hashable) -> Markup:
    """Return the HTML that a macro makes of frozen values, from a cache if it was made before. The
    macro must be in a separate, imported file, where it cannot read the visit.
    """
    return Markup(macro(*values))  # noqa: S704 - a macro escapes what it prints


def remembered_rows(macro: Macro, rows: Iterable[Sequence[Hashable]], *values: Hashable) -> Markup:
    """Return `remembered` of each of many rows, one after the other. Each row holds the first values of its
    macro, and `values` are those that all rows share."""
    html = "".join(remembered(macro, *row, *values) for row in rows)
    return Markup(html)  # noqa: S704 - each row is HTML already


def remembered_form(macro: Macro, token: str, *values: Hashable) -> Markup:
    """Return `remembered` of a macro that prints forms. The first value of the macro is the token of its
    forms; what is cached has a hole in its place, so no token is ever cached."""
    html = str(remembered(macro, FORM_HOLE, *values))
    return Markup(html.replace(FORM_HOLE, escape(token)))  # noqa: S704 - both are HTML already


def remembered_around(macro: Macro, own: Sequence[object], *values: Hashable) -> Markup:
    """Return what `remembered` returns of a macro that prints up to three things of one reader alone: an
    address, words, or HTML with an answer. They are `own`, and the first values of the macro. What is cached
    has a hole in the place of each, so none of them is ever cached; a macro prints them without a filter."""
    pieces = list(_around(macro, len(own), *values))
    for place in range(1, len(pieces), 2):
        pieces[place] = escape(own[int(pieces[place])])
    return Markup("".join(pieces))  # noqa: S704 - all of it is HTML already


@lru_cache(MOST_PIECES)
def _around(macro: Macro, holes: int, *values: Hashable) -> tuple[str, ...]:
    """Return the HTML of a macro in pieces: HTML and, between two of them, the number of a hole."""
    return tuple(_HOLE.split(macro(*HOLES[:holes], *values)))


remembered_body = lru_cache(MOST_BODIES)(remembered.__wrapped__)
"""The same for the whole body of a page below its header, if one frozen value determines it."""


REMEMBERING: dict[str, Callable[..., Markup]] = {
    function.__name__: function
    for function in (remembered, remembered_around, remembered_form, remembered_rows)
} | {"remembered_body": remembered_body}
"""The globals with which templates cache what they print."""


def make_environment(
    folder: Path,
    url_for: Callable[..., str],
    asset: Callable[[str], str],
    words: Words,
) -> Environment:
    """Return the environment of one language: filters print moments, days and amounts in it, and a message
    that is printed becomes its words."""
    environment = PageEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=lambda name: not (name or "").endswith(".txt"),
        undefined=StrictUndefined,
        finalize=_finalize(words),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=400,
    )
    environment.words = words
    environment.add_extension(Translating)
    environment.globals.update(
        url_for=url_for,
        asset=asset,
        icon=_icon_drawer(asset, words),
        **REMEMBERING,
        **_saying(words),
    )
    # As filters too: a filter of a constant is evaluated once, when the template is compiled.
    environment.filters.update(asset=asset, icon=environment.globals["icon"])
    environment.filters.update(
        **_formatting(words),
        iso=lambda moment: moment.isoformat(),
        **OF_PLAIN_WORDS,
        address=partial(_address, nobody=words.of(msg("no address"))),
        heading=lambda title: _heading(words.of(title)),
        published=lambda html: _published(words.of(html) if type(html) is Message else html),
        zone_words=lambda zone: words.of(zone_words(zone)),
        words=words.of,
        value=words.value,
    )
    return environment


def _saying(words: Words) -> dict[str, Any]:
    """Return the globals with which templates say something in their language."""
    return {
        "language": words.tag,
        "direction": words.direction,
        "msg": msg,
        "msgs": msgs,
        "words": words.of,
        "_": words.catalogue.gettext,
        "ngettext": words.catalogue.ngettext,
        "lang": lru_cache(MOST_TAGS)(partial(_lang, page=words.tag)),
    }


OF_PLAIN_WORDS: dict[str, Callable[[str], str]] = {
    "phone": spaced_phone,
    "dialled": dialled,
    "initials": initials,
}
"""Filters of words that are the same in every language."""


class Templates:
    """The environments of the languages: one for each, made when it is first needed."""

    def __init__(self, make: Callable[[Words], Environment]) -> None:
        self._make = make
        self._made: dict[str, Environment] = {}
        self._lock = Lock()

    def of(self, words: Words) -> Environment:
        """Return the templates in one language."""
        environment = self._made.get(words.tag)
        if environment is not None:
            return environment
        with self._lock:
            if words.tag not in self._made:
                self._made[words.tag] = self._make(words)
            return self._made[words.tag]


def _finalize(words: Words) -> Callable[[Any], Any]:
    """Return what is done with each value before it is printed: a message becomes words."""

    def finalize(value: Any) -> Any:
        return words.of(value) if type(value) is Message else value

    return finalize


def _formatting(words: Words) -> dict[str, Callable[..., str | tuple[str, ...]]]:
    """Return the filters that write moments, days, amounts, numbers, durations and lists, and words of
    another language."""

    def of(zone: str | None) -> Formats:
        return words.formats if zone is None else words.in_zone(zone).formats

    return {
        "datetime": lambda moment, zone=None, form="": of(zone).moment(moment, form),
        "date": lambda moment, zone=None, form="": of(zone).day(moment, form),
        "day_parts": lambda moment, zone=None: of(zone).day_parts(moment),
        "time": lambda moment, zone=None: of(zone).time(moment),
        "money": lambda minor: _price(words.formats.money(minor)),
        "number": words.formats.number,
        "duration": words.formats.duration,
        "listed": lambda parts: _listed(parts, words.formats),
        "spoken": partial(_spoken, page=words.tag),
    }


def _icon_drawer(asset: Callable[[str], str], words: Words) -> Callable[..., Markup]:
    """Return `icon(name, label=None, classes="")` for templates: a symbol of the sprite.

    Without a label it is decoration and hidden from screen readers; with a label screen readers say
    the label. An unknown name raises KeyError.
    """

    @lru_cache(maxsize=1000)
    def icon(name: str, label: Message | str | None = None, classes: str = "") -> Markup:
        if name not in icons.NAMES:
            raise KeyError(f"no icon is called {name}")
        if name in icons.POINTING and "icon-mirrored" not in classes:
            classes = f"icon-mirrored {classes}".strip()
        return Markup(
            '<svg class="icon{}" focusable="false" {}><use href="{}#{}"></use></svg>'
        ).format(
            f" {classes}" if classes else "",
            Markup('role="img" aria-label="{}"').format(words.of(label))
            if label
            else Markup('aria-hidden="true"'),
            asset("icons.svg"),
            name,
        )

    return icon


def _listed(parts: Iterable[str], formats: Formats) -> Markup:
    """Return pieces of HTML as a list in a sentence: a, b and c."""
    return Markup(formats.listed([escape(part) for part in parts]))  # noqa: S704 - each part is escaped


def _lang(tag: str, *, page: str) -> Markup:
    """Return the attributes of an element whose content is in the language of a tag: `lang` and `dir`, or
    nothing where it is that of the page."""
    if tag == page:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(tag, direction_of(tag))


def _spoken(words: Any, tag: str, *, page: str) -> Markup:
    """Return words in the language of a tag, in an element of their own where that is not the page's."""
    if tag == page:
        return escape(words)
    return Markup("<span{}>{}</span>").format(_lang(tag, page=page), words)


def _price(amount: str) -> Markup:
    """Return an amount as HTML, set in the serif (decision 24)."""
    return Markup('<span class="display price">{}</span>').format(amount)


def _heading(title: str) -> Markup:
    """Return a title with "e-mail" kept on one line. Balanced line breaking would break it at its
    hyphen."""
    return escape(title).replace("e-mail", Markup('<span class="nowrap">e-mail</span>'))


def _address(address: str, *, nobody: str) -> str:
    """Return an e-mail address as HTML. A long one may break after its punctuation, so that no
    letter is alone on a line; a short one does not break. A person who left has none: `nobody`."""
    if address.endswith(LEFT_ADDRESS):
        return nobody
    if len(address) <= ADDRESS_LEFT_WHOLE:
        return address
    return Markup("<wbr>").join(BEHIND_A_SIGN.split(address))


def _published(html: Any) -> Markup:
    """Print content that was rendered and sanitised when it was published. This is the only way to
    avoid escaping."""
    return Markup(html)  # noqa: S704 - made by app.courses at publish, never by people's input
