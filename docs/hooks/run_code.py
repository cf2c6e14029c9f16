"""A fenced block that opens with ```` ```python run ```` is run while the site is built; what it shows goes below it.

The blocks of a page share one namespace, in order, as the cells of a notebook do: printed text, the value of a last
expression (as HTML or typeset TeX where it knows how) and open matplotlib figures are shown. A block that raises fails
the build. A page runs in an empty folder of its own, so that the files it writes are gone afterwards.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import os
import re
import tempfile
import textwrap
from collections.abc import Iterator
from typing import Any

from mkdocs.exceptions import PluginError

BLOCK = re.compile(r"^```python run\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def on_page_markdown(markdown: str, page, **_) -> str:
    """Run the blocks of a page and put their output below them."""
    if not BLOCK.search(markdown):
        return markdown
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with _empty_folder():
        return BLOCK.sub(lambda match: _run(match["code"], namespace, page.file.src_uri), markdown)


@contextlib.contextmanager
def _empty_folder() -> Iterator[None]:
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)


def _run(code: str, namespace: dict[str, Any], source: str) -> str:
    """The block as it is read, followed by what it shows."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            value = _execute(code, namespace)
    except Exception as error:
        raise PluginError(f"{source}: a code block raised {error!r}:\n{textwrap.indent(code, '    ')}") from error
    shown = [f"```python\n{code}```", _text(printed.getvalue()), _value(value), *_figures()]
    return "\n\n".join(part for part in shown if part)


def _execute(code: str, namespace: dict[str, Any]) -> Any:
    """Run the statements; the value of a last expression that does not end in `;`, as in a notebook."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) and not code.rstrip().endswith(";") else None
    exec(compile(tree, "<page>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<page>", "eval"), namespace) if last else None


def _text(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```" if text.strip() else ""


def _value(value: Any) -> str:
    """A value as a notebook shows it: its TeX, its HTML, or its repr; a figure or an axes is drawn by `_figures`."""
    if value is None or type(value).__module__.startswith("matplotlib"):
        return ""
    for method in ("_repr_markdown_", "_repr_latex_"):
        text = getattr(value, method, lambda: None)()
        if text:
            return text
    markup = getattr(value, "_repr_html_", lambda: None)()
    return f'<div class="output">{markup}</div>' if markup else _text(repr(value))


def _figures() -> Iterator[str]:
    """Every open figure, drawn into the page itself, then closed."""
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        drawn = io.BytesIO()
        plt.figure(number).savefig(drawn, format="svg", bbox_inches="tight", metadata={"Date": None})
        yield f'<img alt="" src="data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}">'
    plt.close("all")
