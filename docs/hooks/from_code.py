"""`<!-- from: package.module:function -->` alone on a line is replaced by the text that the function returns.

So what the documentation says about the code comes from the code, and cannot go stale. A function that is gone, or
fails, fails the build.
"""

from __future__ import annotations

import importlib
import re

from mkdocs.exceptions import PluginError

MARK = re.compile(r"^<!-- from: (?P<module>[\w.]+):(?P<function>\w+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, page, **_) -> str:
    """Fill in every mark of a page."""
    return MARK.sub(lambda match: _text(match["module"], match["function"], page.file.src_uri), markdown)


def _text(module: str, function: str, source: str) -> str:
    try:
        return getattr(importlib.import_module(module), function)()
    except Exception as error:
        raise PluginError(f"{source}: {module}:{function} cannot be shown: {error!r}") from error
