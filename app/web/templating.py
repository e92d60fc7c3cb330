"""The template environment: strict, escaping, with the few filters pages need."""

import re
from collections.abc import Callable, Hashable, MutableMapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import FunctionType
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from app.kit.academy import Academy
from app.kit.leaving import LEFT_ADDRESS
from app.kit.zones import zone_words
from app.web import icons

KEPT_WORDS = 5_000
"""How many dates, addresses and the like are kept as they were last written."""
ADDRESS_LEFT_WHOLE = 24
BEHIND_A_SIGN = re.compile(r"(?<=[@._-])")


@lru_cache
def _plain() -> None:
    """Say nothing; its type is that of every function that remembers."""


FUNCTIONS = frozenset({FunctionType, type(_plain)})


class QuickContext(Context):
    """Calls macros and plain functions without asking first what kind of callable each is: a page calls
    hundreds."""

    def call(self, called: Any, *values: Any, **named: Any) -> Any:
        kind = type(called)
        if kind is Macro:
            values = (self.eval_ctx, *values)
        elif kind not in FUNCTIONS or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *values, **named)
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(*values, **named)


class QuickEnvironment(Environment):
    """Templates do not change while the process lives, so each is looked up by its name alone."""

    context_class = QuickContext

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._ready: dict[str, Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        ready = self._ready.get(name) if isinstance(name, str) and globals is None else None
        if ready is None:
            ready = super().get_template(name, parent, globals)
            if isinstance(name, str) and globals is None:
                self._ready[name] = ready
        return ready

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return one plain mapping: ours are complete before the first template is loaded."""
        return {**self.globals, **(d or {})}


@lru_cache(maxsize=2000)
def remembered(macro: Macro, *values: Hashable) -> Markup:
    """Return what a macro says of frozen values, kept since somebody was last shown the same.

    The macro must stand in a file of its own, which is imported: it then sees its values and nothing of
    the visit.
    """
    return Markup(macro(*values))  # noqa: S704 - a macro escapes what it prints


def make_environment(
    folder: Path,
    *,
    url_for: Callable[..., str],
    asset: Callable[[str], str],
    academy: Academy,
) -> Environment:
    """Return the environment of one academy: filters print moments in its zone and amounts in its money."""
    zone = academy.zone
    environment = QuickEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=lambda name: not (name or "").endswith(".txt"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=400,
    )
    environment.globals.update(
        url_for=url_for,
        asset=asset,
        icon=_icon_drawer(asset),
        remembered=remembered,
        language=academy.language,
    )
    environment.filters.update(
        datetime=lambda moment, in_zone=zone: _datetime(moment, in_zone),
        date=lambda moment, in_zone=zone: _date(moment, in_zone),
        time=lambda moment, in_zone=zone: _time(moment, in_zone),
        iso=lambda moment: moment.isoformat(),
        from_iso=datetime.fromisoformat,
        address=_address,
        money=academy.currency.words,
        duration=_duration,
        heading=_heading,
        plural=_plural,
        published=_published,
        zone_words=zone_words,
    )
    return environment


def _icon_drawer(asset: Callable[[str], str]) -> Callable[..., Markup]:
    """Return `icon(name, label=None, classes="")` for templates: a symbol of the sprite.

    Without a label it is decoration and hidden from screen readers; with one it is a picture that
    speaks. A name nobody draws is a KeyError.
    """

    @lru_cache(maxsize=1000)
    def icon(name: str, label: str | None = None, classes: str = "") -> Markup:
        if name not in icons.NAMES:
            raise KeyError(f"no icon is called {name}")
        return Markup(
            '<svg class="icon{}" focusable="false" {}><use href="{}#{}"></use></svg>'
        ).format(
            f" {classes}" if classes else "",
            Markup('role="img" aria-label="{}"').format(label)
            if label
            else Markup('aria-hidden="true"'),
            asset("icons.svg"),
            name,
        )

    return icon


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


@lru_cache(KEPT_WORDS)
def _date(moment: date | datetime, zone: str) -> str:
    """Tue 8 Dec 2026"""
    day = _local(moment, zone) if isinstance(moment, datetime) else moment
    return f"{day:%a} {day.day} {day:%b %Y}"


@lru_cache(KEPT_WORDS)
def _datetime(moment: datetime, zone: str) -> str:
    """Tue 8 Dec 2026, 10:00"""
    return f"{_date(moment, zone)}, {_time(moment, zone)}"


@lru_cache(KEPT_WORDS)
def _time(moment: datetime, zone: str) -> str:
    """10:00"""
    return f"{_local(moment, zone):%H:%M}"


def _heading(title: str) -> Markup:
    """A title whose "e-mail" stays on one line, which balanced lines would break at its hyphen."""
    return escape(title).replace("e-mail", Markup('<span class="nowrap">e-mail</span>'))


@lru_cache(KEPT_WORDS)
def _address(address: str) -> str:
    """An e-mail address. A long one may break behind its signs, so that no letter is left alone on a
    line; a short one is left whole. Of a person who left there is none."""
    if address.endswith(LEFT_ADDRESS):
        return "no address"
    if len(address) <= ADDRESS_LEFT_WHOLE:
        return address
    return Markup("<wbr>").join(BEHIND_A_SIGN.split(address))


def _duration(minutes: int | timedelta) -> str:
    """45 minutes, 1 hour, 1 hour 30 minutes"""
    total = int(minutes.total_seconds() // 60) if isinstance(minutes, timedelta) else minutes
    hours, rest = divmod(total, 60)
    parts = [_plural(hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(_plural(rest, "minute"))
    return " ".join(parts)


def _plural(count: int, singular: str, many: str | None = None) -> str:
    """1 place, 2 places"""
    return f"{count:,} {singular if count == 1 else many or singular + 's'}"


def _published(html: Any) -> Markup:
    """Print content that was rendered and sanitised at publish. The only way round escaping."""
    return Markup(html)  # noqa: S704 - made by app.courses at publish, never by people's input
