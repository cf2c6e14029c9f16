"""A fenced block that opens with ```` ```python run ```` or ```` ```sh run ```` is run while the site is built.

The Python blocks of a page share one namespace, in order, as the cells of a notebook do: printed text, the value of a
last expression (as HTML or typeset TeX where it knows how) and open matplotlib figures go below the block. Below a
shell block goes what it prints. A block that raises, or leaves with a status other than 0, fails the build. A page runs
in an empty folder of its own, so that the files it writes are gone afterwards.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from mkdocs.exceptions import PluginError

PIXELS_PER_INCH = 110
BLOCK = re.compile(r"^```(?P<language>python|sh) run\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def on_page_markdown(markdown: str, page, **_) -> str:
    """Run the blocks of a page and put their output below them."""
    if not BLOCK.search(markdown):
        return markdown
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with _empty_folder():
        return BLOCK.sub(lambda match: _shown(match, namespace, page.file.src_uri), markdown)


@contextlib.contextmanager
def _empty_folder() -> Iterator[None]:
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)


def _shown(match: re.Match[str], namespace: dict[str, Any], source: str) -> str:
    """The block as it is read, followed by what it shows."""
    language, code = match["language"], match["code"]
    try:
        output = _python(code, namespace) if language == "python" else [_text(_shell(code))]
    except Exception as error:
        raise PluginError(f"{source}: a block failed with {error!r}:\n{textwrap.indent(code, '    ')}") from error
    return "\n\n".join(part for part in (f"```{language}\n{code}```", *output) if part)


def _python(code: str, namespace: dict[str, Any]) -> list[str]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        value = _execute(code, namespace)
    return [_text(printed.getvalue()), _value(value), *_figures()]


def _execute(code: str, namespace: dict[str, Any]) -> Any:
    """Run the statements; the value of a last expression, as in a notebook."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<page>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<page>", "eval"), namespace) if last else None


def _shell(code: str) -> str:
    """What the commands print; the programs of this Python's environment come first."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    finished = subprocess.run(["sh", "-euc", code], env=environment, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"status {finished.returncode}: {finished.stderr.strip()}")
    return finished.stdout


def _text(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```" if text.strip() else ""


def _value(value: Any) -> str:
    """A value as a notebook shows it: drawn, typeset, as HTML, or its repr; what matplotlib's calls return is not.

    The path of a film is shown as the film.
    """
    if isinstance(value, Figure):
        return _drawn(value)
    if isinstance(value, Path) and value.suffix == ".gif":
        return f'<img alt="" src="data:image/gif;base64,{base64.b64encode(value.read_bytes()).decode()}">'
    if value is None or isinstance(value, Artist):
        return ""
    for method in ("_repr_markdown_", "_repr_latex_"):
        text = getattr(value, method, lambda: None)()
        if text:
            return text
    markup = getattr(value, "_repr_html_", lambda: None)()
    return f'<div class="output">{markup}</div>' if markup else _text(repr(value))


def _figures() -> Iterator[str]:
    """Every figure that pyplot holds open, drawn, then closed."""
    yield from (_drawn(plt.figure(number)) for number in plt.get_fignums())
    plt.close("all")


def _drawn(figure: Figure) -> str:
    """The figure as a part of the page."""
    svg = io.BytesIO()
    figure.savefig(svg, format="svg", bbox_inches="tight", metadata={"Date": None})
    width = PIXELS_PER_INCH * figure.get_figwidth()
    return (
        f'<img alt="" width="{width:.0f}" src="data:image/svg+xml;base64,{base64.b64encode(svg.getvalue()).decode()}">'
    )
