"""Rules of the house: a text is one whole message. Nothing is joined to the words of a message, and only a
message with `msgs`, or `{% pluralize %}`, chooses words by a number (issue 14, bar 3)."""

import ast
from pathlib import Path

import pytest

from tests.house_rules.joined_texts import joined_in_python, joined_in_template
from tests.house_rules.test_messages import ENGLISH, sources

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
COMMANDS = ("courses/steps/errata.py",)
"""What `preceptor content publish` prints; the command line stays English."""


def test_no_template_joins_a_text_of_pieces():
    paths = [path for ending in ("html", "txt") for path in TEMPLATES.rglob(f"*.{ending}")]
    assert [
        f"{path.relative_to(TEMPLATES)}: {text}"
        for path in sorted(paths)
        for text in joined_in_template(path.read_text())
    ] == []


def test_no_module_joins_the_words_of_a_message():
    assert [
        f"{path}: {text}"
        for path, tree in sources()
        if not path.startswith((*ENGLISH, *COMMANDS))
        for text in joined_in_python(tree)
    ] == []


@pytest.mark.parametrize(
    ("template", "faults"),
    [
        ('{{ row.course ~ ", " ~ row.intake }}', 1),
        ('{{ _("Starts") ~ day }}', 1),
        ('{{ "Starts " + (day | date) }}', 1),
        ("{{ refusal.message ~ refusal.remedy }}", 1),
        ('{{ share ~ "%" }}', 1),
        ('{{ here ~ ("?page=2" if page else ": none") }}', 1),
        ('{{ count | plural("place") }}', 1),
        ('{{ "s" if count != 1 else "" }}', 1),
        ("{% if count == 1 %}one place{% else %}places{% endif %}", 1),
        ("{{ state.words | lower }}", 1),
        ("{% trans state=name | capitalize %}It is {{ state }}{% endtrans %}", 1),
        ('{{ refusals | map(attribute="message") | map("words") | join(" ") }}', 1),
        ('{{ unmet | map(attribute="message") | join(" ") }}', 1),
        ('{{ ids | map("string") | join(" ") }}', 0),
        ("{{ name }}{% trans %}, answered{% endtrans %}", 1),
        ("{% trans %}Starts {{ day }}{% endtrans %}", 1),
        ("{% trans day=day, room=room %}Starts {{ day }}{% endtrans %}", 1),
        ('{{ "/courses/" ~ course.key ~ "?page=" ~ number }}', 0),
        ('{{ errors.get("name_" ~ row.number) }}', 0),
        ("{% if count == 1 %}<hr>{% endif %}", 0),
        ("{% trans n=free %}{{ n }} place{% pluralize %}{{ n }} places{% endtrans %}", 0),
        ("{% trans day=day|date(zone), n=f(1, 2) %}{{ n }} on {{ day }}{% endtrans %}", 0),
        ('{{ msgs("{n} place", "{n} places", count) }}', 0),
    ],
)
def test_each_way_of_joining_a_text_in_a_template_is_seen(template, faults):
    assert len(joined_in_template(template)) == faults


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ('msg("Starts {day}", day=day) + rest', 1),
        ('"Refused: " + refusal.message', 1),
        ('f"{refusal.message} {extra}"', 1),
        ('f"{words.of(title)}, {count}"', 1),
        ('str(msg("Starts")) + day', 1),
        ("words.of(title).lower()", 1),
        ('" ".join([words.of(title), rest])', 1),
        ('" ".join(str(refusal.message) for refusal in refusals)', 1),
        ('"\\n".join(words.of(fact) for fact in facts)', 0),
        ('" ".join(typed.lower().split())', 0),
        ('"place" if count == 1 else "places"', 1),
        ("f\"{count} place{'s' if count != 1 else ''}\"", 1),
        ('msg("A place") if count == 1 else msg("Places")', 1),
        ('"invite.ics" if number == 1 else f"invite-{number}.ics"', 0),
        ('f"{day.isoformat()}-{key}"', 0),
        ('msgs("{n} place", "{n} places", count)', 0),
        ("count + 1 if count == 1 else count", 0),
    ],
)
def test_each_way_of_joining_a_text_in_python_is_seen(code, faults):
    assert len(joined_in_python(ast.parse(code))) == faults
