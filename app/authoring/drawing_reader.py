"""Reads the XML of a drawing.

Whoever reads a drawing reads it here, so that what is checked and what is shown are the same. A file may name
an encoding in which its letters mean something else: `+ADw-` is `<` in UTF-7. Each is read as UTF-8.
"""

from typing import Any

from lxml import etree


def root_of(data: bytes) -> Any:
    """Return the outermost element of a drawing. Raise XMLSyntaxError. Nothing is loaded or resolved."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        encoding="utf-8",
    )
    return etree.fromstring(data, parser)
