"""Macros that are kept for the values they were given."""

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError, pass_context
from markupsafe import Markup

from app.kit.messages import msg
from app.kit.words import ENGLISH_WORDS
from app.web.templating import (
    FORM_HOLE,
    MOST_BODIES,
    MOST_REMEMBERED,
    PageContext,
    PageEnvironment,
    remembered,
    remembered_around,
    remembered_body,
    remembered_form,
    remembered_rows,
)


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
    jinja.context_class = PageContext
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


def test_many_rows_are_remembered_one_by_one() -> None:
    seen = []
    jinja = environment(
        "{% macro line(one, two, same) %}{{ note(one) }}-{{ two }}{{ same }};{% endmacro %}"
    )
    jinja.globals.update(
        note=lambda value: seen.append(value) or value, remembered_rows=remembered_rows
    )
    page = jinja.from_string(
        '{% from "part.html" import line %}{{ remembered_rows(line, rows, "!") }}'
    )
    assert page.render(rows=[("a<b", 1), ("c", None)]) == "a&lt;b-1!;c-None!;"
    assert page.render(rows=[("c", None), ("a<b", 2)]) == "c-None!;a&lt;b-2!;"
    assert seen == ["a<b", "c", "a<b"]
    assert page.render(rows=[]) == ""


def test_a_remembered_macro_cannot_see_who_looks() -> None:
    page = environment("{% macro line(one) %}{{ visit }}{% endmacro %}").get_template("page.html")
    with pytest.raises(UndefinedError):
        page.render(rows=["a"], visit="somebody")


def test_other_values_are_another_row() -> None:
    """Two people who differ in anything that the macro is given never share what it says."""
    page = environment("{% macro line(row) %}{{ row | join('-') }};{% endmacro %}").get_template(
        "page.html"
    )
    rows = [("Ann", 1), ("Ann", 2), ("Ben", 1)]
    assert page.render(rows=rows) == "Ann-1;Ann-2;Ben-1;"
    assert page.render(rows=[("Ann", 3), *rows]) == "Ann-3;Ann-1;Ann-2;Ben-1;"


def test_a_macro_that_changed_its_name_or_file_is_another() -> None:
    first, second = (
        environment(f"{{% macro line(row) %}}{words}{{{{ row }}}};{{% endmacro %}}")
        for words in ("one ", "two ")
    )
    assert first.get_template("page.html").render(rows=["a"]) == "one a;"
    assert second.get_template("page.html").render(rows=["a"]) == "two a;"


def test_what_may_change_is_refused() -> None:
    page = environment("{% macro line(row) %}{{ row }}{% endmacro %}").get_template("page.html")
    with pytest.raises(TypeError, match="unhashable"):
        page.render(rows=[["a list"]])


def test_it_keeps_only_so_much() -> None:
    page = environment("{% macro line(row) %}{{ row }}{% endmacro %}").get_template("page.html")
    page.render(rows=range(MOST_REMEMBERED + 50))
    assert remembered.cache_info().currsize == remembered.cache_info().maxsize == MOST_REMEMBERED
    assert 0 < remembered_body.cache_info().maxsize == MOST_BODIES


def test_forms_are_remembered_without_their_token() -> None:
    seen = []
    jinja = environment(
        '{% macro line(csrf, words) %}<input value="{{ csrf }}">{{ note(words) }}{% endmacro %}'
    )
    jinja.globals.update(
        note=lambda value: seen.append(value) or value, remembered_form=remembered_form
    )
    page = jinja.from_string(
        '{% from "part.html" import line %}{{ remembered_form(line, token, "<") }}'
    )
    assert page.render(token="of-ann") == '<input value="of-ann">&lt;'
    assert page.render(token='of-"ben') == '<input value="of-&#34;ben">&lt;'
    assert seen == ["<"]
    line = jinja.get_template("part.html").module.line
    assert FORM_HOLE in remembered(line, FORM_HOLE, "<")
    assert seen == ["<"]


def test_macros_are_called_with_their_names_and_callers() -> None:
    jinja = environment("")
    page = jinja.from_string(
        "{% macro box(title, kind='plain') %}<i class={{ kind }}>{{ title }}{{ caller() }}</i>"
        "{% endmacro %}{% for n in [1] %}{% call box('<', kind='k') %}{{ n }}{% endcall %}{% endfor %}"
    )
    assert page.render() == "<i class=k>&lt;1</i>"


def test_a_function_that_asks_for_the_context_is_given_it() -> None:
    jinja = environment("")
    jinja.globals["who"] = pass_context(lambda context: context["visit"])
    assert jinja.from_string("{{ who() }}").render(visit="Ann") == "Ann"


def test_a_piece_is_remembered_around_what_is_of_one_reader() -> None:
    seen = []
    jinja = environment(
        "{% macro line(address, answer, words) %}<a href={{ address }}>{{ note(words) }}</a>{{ answer }}"
        "{{ address }}{% endmacro %}"
    )
    jinja.globals.update(
        note=lambda value: seen.append(value) or value, remembered_around=remembered_around
    )
    page = jinja.from_string(
        '{% from "part.html" import line %}{{ remembered_around(line, (address, answer), "<") }}'
    )
    of_ann = page.render(address="/ann", answer=Markup("<b>1</b>"))
    assert of_ann == "<a href=/ann>&lt;</a><b>1</b>/ann"
    # What was typed is escaped, and no hole in it is filled.
    of_ben = page.render(address="/ben", answer="<\x000\x00")
    assert of_ben == "<a href=/ben>&lt;</a>&lt;\x000\x00/ben"
    assert seen == ["<"]


@pytest.mark.parametrize(
    ("value", "html"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        (Markup("<b>"), "<b>"),
        (msg("{name} & co", name="<i>"), "&lt;i&gt; &amp; co"),
        (7, "7"),
        (None, "None"),
    ],
)
def test_what_a_template_prints_is_escaped_unless_it_is_html(value: object, html: str) -> None:
    jinja = PageEnvironment(autoescape=True, undefined=StrictUndefined)
    jinja.words = ENGLISH_WORDS
    page = jinja.from_string("{{ value }}|{% autoescape false %}{{ value }}{% endautoescape %}")
    assert page.render(value=value) == f"{html}|{value}"
    with pytest.raises(UndefinedError):
        page.render()
