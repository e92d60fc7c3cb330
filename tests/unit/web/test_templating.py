"""The filters that templates use."""

import pytest
from jinja2 import Environment

from app.kit.paths import TEMPLATES
from app.kit.words import ENGLISH_WORDS
from app.web.icons import NAMES, POINTING
from app.web.templating import make_environment
from tests.make.academy import WORDS


@pytest.fixture(scope="module")
def environment() -> Environment:
    return make_environment(TEMPLATES, url_for=lambda *_: "/", asset=lambda name: name, words=WORDS)


@pytest.mark.parametrize(
    ("address", "markup"),
    [
        ("ann@example.org", "ann@example.org"),
        (
            "ann-marie.able@wards.example.org",
            "ann-<wbr>marie.<wbr>able@<wbr>wards.<wbr>example.<wbr>org",
        ),
        (
            "<b>@the-longest-house.example",
            "&lt;b&gt;@<wbr>the-<wbr>longest-<wbr>house.<wbr>example",
        ),
        ("a<b@e.org", "a&lt;b@e.org"),
    ],
)
def test_a_long_address_breaks_behind_its_signs(
    environment: Environment, address: str, markup: str
) -> None:
    page = environment.from_string("{{ address | address }}")
    assert page.render(address=address) == markup


def test_an_address_in_a_sentence_is_still_markup(environment: Environment) -> None:
    page = environment.from_string("{{ 'Of <' ~ (address | address) ~ '>' }}")
    assert page.render(address="ann.able@wards.example.org") == (
        "Of &lt;ann.<wbr>able@<wbr>wards.<wbr>example.<wbr>org&gt;"
    )


def test_the_heading_keeps_e_mail_on_one_line(environment: Environment) -> None:
    page = environment.from_string(
        "{% from 'macros/page.html' import page_header %}{{ page_header(title) }}"
    )
    assert '<h1>Your <span class="nowrap">e-mail</span> &lt;here&gt;</h1>' in page.render(
        title="Your e-mail <here>"
    )


def test_a_page_goes_out_without_its_indentation_and_a_mail_as_it_is_written(tmp_path):
    text = (
        "<ul>\n  {% for n in (1, 2) %}\n    <li>{{ n }}</li>\n\n  {% endfor %}\n</ul>\n<p>a  b</p>"
    )
    for name in ("page.html", "mail.txt"):
        (tmp_path / name).write_text(text)
    environment = make_environment(tmp_path, str, lambda path: path, ENGLISH_WORDS)
    page, mail = (environment.get_template(name).render() for name in ("page.html", "mail.txt"))
    assert page == "<ul>\n\n<li>1</li>\n\n<li>2</li>\n</ul>\n<p>a  b</p>"
    assert mail == "<ul>\n    <li>1</li>\n\n    <li>2</li>\n\n</ul>\n<p>a  b</p>"


def test_an_icon_that_points_is_mirrored_where_a_language_is_read_from_right_to_left(tmp_path):
    assert POINTING <= NAMES
    (tmp_path / "page.html").write_text(
        '{{ "arrow-left" | icon(classes="big") }}{{ icon("check") }}'
    )
    environment = make_environment(tmp_path, str, lambda path: path, ENGLISH_WORDS)
    arrow, check = environment.get_template("page.html").render().split("</svg>")[:2]
    assert 'class="icon icon-mirrored big"' in arrow
    assert 'class="icon"' in check
