"""Macros that are kept for the values they were given."""

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError

from app.web.templating import QuickContext, remembered


def environment(part: str) -> Environment:
    jinja = Environment(
        loader=DictLoader(
            {
                "part.html": part,
                "page.html": '{% from "part.html" import line %}{% for one in rows %}'
                "{{ remembered(line, one) }}{% endfor %}",
            }
        ),
        autoescape=True,
        undefined=StrictUndefined,
    )
    jinja.context_class = QuickContext
    jinja.globals["remembered"] = remembered
    return jinja


def test_the_same_values_are_rendered_once_and_escaped_once() -> None:
    seen = []
    jinja = environment("{% macro line(one) %}<b>{{ note(one) }}</b>{% endmacro %}")
    jinja.globals["note"] = lambda value: seen.append(value) or value
    page = jinja.get_template("page.html")
    assert page.render(rows=["a<b", "c", "a<b"]) == "<b>a&lt;b</b><b>c</b><b>a&lt;b</b>"
    assert page.render(rows=["c"]) == "<b>c</b>"
    assert seen == ["a<b", "c"]


def test_a_remembered_macro_cannot_see_who_looks() -> None:
    page = environment("{% macro line(one) %}{{ visit }}{% endmacro %}").get_template("page.html")
    with pytest.raises(UndefinedError):
        page.render(rows=["a"], visit="somebody")


def test_macros_are_called_with_their_names_and_callers() -> None:
    jinja = environment("")
    page = jinja.from_string(
        "{% macro box(title, kind='plain') %}<i class={{ kind }}>{{ title }}{{ caller() }}</i>"
        "{% endmacro %}{% for n in [1] %}{% call box('<', kind='k') %}{{ n }}{% endcall %}{% endfor %}"
    )
    assert page.render() == "<i class=k>&lt;1</i>"
