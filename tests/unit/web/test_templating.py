"""The filters that templates use."""

import pytest
from jinja2 import Environment

from app.kit.paths import TEMPLATES
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
