"""`{% trans %}` of templates, translated when a template is compiled.

Each language has an environment of its own, so a sentence of a template can be looked up once, not at every
page: a page in any language takes as long as it did when the English words stood in the template.

    {% trans %}Nothing waits for you.{% endtrans %}
    {% trans when=practical.starts_at|datetime %}It begins on {{ when }}.{% endtrans %}
    {% trans n=places %}{{ n }} place is free.{% pluralize %}{{ n }} places are free.{% endtrans %}

The text may contain HTML, which a translator keeps; the values are escaped like any other. Inside an
expression write `_("Save")`, or `msg("Booking opens on {when}.", when=…)`, whose values are formatted as in
`app.kit.messages`.
"""

import re
from collections.abc import Mapping
from typing import Final

from jinja2 import nodes
from jinja2.ext import InternationalizationExtension
from jinja2.visitor import NodeTransformer

from app.kit.messages import Catalogue

_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s")
_LINE_END: Final = re.compile(r"\s*\n\s*|^ {2,}")
"""Where a line ends and the next one begins; behind a tag of Jinja a piece begins with the indentation."""
COUNTS: Final = range(200)
"""Numbers that meet every form of a plural: the largest rule (Arabic) looks at a number's last two digits."""


class Translating(InternationalizationExtension):
    """The tag `trans` of Jinja, which Babel knows how to extract."""

    def __init__(self, environment: object) -> None:
        super().__init__(environment)  # type: ignore[arg-type]
        self.environment.policies["ext.i18n.trimmed"] = True

    def _make_node(  # type: ignore[override]  # it returns a choice where there is a plural
        self,
        singular: str,
        plural: str | None,
        context: str | None,
        variables: dict[str, nodes.Expr],
        plural_expr: nodes.Expr | None,
        vars_referenced: bool,
        num_called_num: bool,
    ) -> nodes.Stmt:
        """Return the nodes of one sentence: its words and its values, in the order of the language."""
        if context is not None:
            raise TypeError("a context of a translation is not supported")
        catalogue: Catalogue = self.environment.words.catalogue  # type: ignore[attr-defined]
        if plural is None or plural_expr is None:
            return _sentence(catalogue.gettext(singular), variables)
        counting = {name for name, value in variables.items() if value is plural_expr}
        values = {
            name: _number(value) if name in counting else value for name, value in variables.items()
        }
        texts = list(dict.fromkeys(catalogue.ngettext(singular, plural, n) for n in COUNTS))
        chosen = nodes.Call(
            nodes.Name("ngettext", "load"),
            [nodes.Const(singular), nodes.Const(plural), plural_expr],
            [],
            None,
            None,
        )
        node: nodes.Stmt = _sentence(texts[-1], values)
        for text in texts[:-1]:
            is_it = nodes.Compare(chosen, [nodes.Operand("eq", nodes.Const(text))])
            node = nodes.If(is_it, [_sentence(text, values)], [], [node])
        return node


class Constants(NodeTransformer):
    """Translates `_("…")` when a template is compiled, like a sentence of `trans`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._gettext = catalogue.gettext

    def visit_Call(self, node: nodes.Call, *values: object, **named: object) -> nodes.Node:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        is_text = isinstance(node.node, nodes.Name) and node.node.name == "_"
        if is_text and len(node.args) == 1 and isinstance(text := node.args[0], nodes.Const):
            return nodes.Const(self._gettext(text.value), lineno=node.lineno)
        return node


class Unindented(NodeTransformer):
    """Takes the indentation and the blank lines of a template out of what it prints. They mean nothing
    in HTML, and of the longest lesson they are a fortieth, compressed."""

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:  # noqa: N802 - Jinja's name
        return nodes.TemplateData(_LINE_END.sub("\n", node.data), lineno=node.lineno)


def _number(value: nodes.Expr) -> nodes.Expr:
    return nodes.Filter(value, "number", [], [], None, None)


def _sentence(text: str, values: Mapping[str, nodes.Expr]) -> nodes.Output:
    """Return a node that prints a text. Words between placeholders are parts of the template and not
    escaped."""
    printed: list[nodes.Expr] = []
    for number, piece in enumerate(_PLACEHOLDER.split(text)):
        if number % 2:
            printed.append(values[piece])
        elif piece:
            printed.append(nodes.TemplateData(piece.replace("%%", "%")))
    return nodes.Output(printed)
