"""Docstrings write `name : what it means` on one line, where numpy's form, which the API page is made from, has a type.

Before a docstring is parsed, such a line of one of its sections becomes the name, and the meaning below it.
"""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension, Object

SECTION = re.compile(
    r"^(?:Parameters|Returns|Raises|Attributes|Yields)\n-+\n(?:.*\n?)*?(?=^$\n^\S.*\n-|\Z)", re.MULTILINE
)
ENTRY = re.compile(r"^(?P<names>[\w*.]+(?:, [\w*.]+)*) : (?P<meaning>.+)$", re.MULTILINE)


class Meanings(Extension):
    """`name : meaning` → `name`, meaning indented below."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the sections of one object's docstring."""
        if obj.docstring:
            obj.docstring.value = SECTION.sub(_rewritten, obj.docstring.value)


def _rewritten(section: re.Match[str]) -> str:
    return ENTRY.sub(r"\g<names>\n    \g<meaning>", section[0])
