"""Finds messages whose texts and values do not fit each other; `test_messages.py` refuses them."""

from collections.abc import Iterator
from string import Formatter
from typing import Final

from jinja2 import Environment, nodes

from app.kit.messages import FORMS
from tests.house_rules.joined_texts import TRANS

KNOWN_FORMS: Final = frozenset().union(*FORMS.values())
PLURAL: Final = "pluralize"


def faults_of_texts(name: str, texts: list[str], values: set[str]) -> Iterator[str]:
    """Yield what is wrong with the texts of a call of `msg` or `msgs` that names these values."""
    number = {"n"} if name == "msgs" else set[str]()
    for text in texts:
        try:
            parts = [
                (place, form) for _, place, form, _ in Formatter().parse(text) if place is not None
            ]
        except ValueError as error:
            yield f"{text!r}: {error}"
            continue
        if not text.strip():
            yield f"a text of {name} is empty"
        elif {place for place, _ in parts} | number != values | number:
            yield f"{text!r} has other placeholders than values"
        elif unknown := {form for _, form in parts if form} - KNOWN_FORMS:
            yield f"{text!r} has an unknown form: {', '.join(sorted(unknown))}"


def wrong_calls_in_template(source: str) -> Iterator[str]:
    """Yield the calls of `msg` and `msgs` in a template whose texts are no literals or do not fit their
    values, and the sentences of `trans` that have only one form for several numbers."""
    tree = Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(source)
    for call in tree.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if name not in ("msg", "msgs"):
            continue
        texts = call.args[: 1 if name == "msg" else 2]
        literals = [
            text.value
            for text in texts
            if isinstance(text, nodes.Const) and isinstance(text.value, str)
        ]
        if len(literals) < len(texts) or not texts:
            yield f"{call.lineno}: the text of {name} is no literal"
            continue
        for fault in faults_of_texts(name, literals, {keyword.key for keyword in call.kwargs}):
            yield f"{call.lineno}: {fault}"
    yield from _plurals_without_forms(source)


def _plurals_without_forms(source: str) -> Iterator[str]:
    for match in TRANS.finditer(source):
        before, plural, behind = match["text"].partition(PLURAL)
        forms = (before.rpartition("{%")[0], behind.partition("%}")[2])
        if plural and not all(form.strip() for form in forms):
            line = source.count("\n", 0, match.start()) + 1
            yield f"{line}: a form of the plural is missing"
