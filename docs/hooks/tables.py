"""`<!-- table: package.module:function -->` is replaced by the Markdown that the function returns.

So a table about the code comes from the code, and cannot go stale. A function that is gone, or fails, fails the build.
"""

from __future__ import annotations

import importlib
import re

from mkdocs.exceptions import PluginError

MARK = re.compile(r"^<!-- table: (?P<module>[\w.]+):(?P<function>\w+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, page, **_) -> str:
    """Fill in every table of a page."""
    return MARK.sub(lambda match: _table(match["module"], match["function"], page.file.src_uri), markdown)


def _table(module: str, function: str, source: str) -> str:
    try:
        return getattr(importlib.import_module(module), function)()
    except Exception as error:
        raise PluginError(f"{source}: the table {module}:{function} cannot be made: {error!r}") from error
