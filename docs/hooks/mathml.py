r"""TeX between `$…$` or `$$…$$` becomes MathML while the site is built: no script, font or network in the browser.

`pymdownx.arithmatex` (generic) marks the formulas; this hook converts what it has marked. A formula that cannot be
converted fails the build. The font is the site's own copy of STIX Two Math, for readers who have no mathematics font.
"""

from __future__ import annotations

import html
import re
from importlib.resources import files as resources

from latex2mathml.converter import convert
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

_INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
_DISPLAY = re.compile(r'<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)


FONT = "assets/STIXTwoMath-Regular.ttf"


def on_files(files: Files, config, **_) -> Files:
    """Bring the font along, from the package that ships it."""
    font = resources("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
    files.append(File.generated(config, FONT, content=font.read_bytes()))
    return files


def on_page_content(content: str, page, **_) -> str:
    """Convert every marked formula of a page."""
    content = _DISPLAY.sub(lambda match: _mathml(match, page, "block"), content)
    return _INLINE.sub(lambda match: _mathml(match, page, "inline"), content)


def _mathml(match: re.Match[str], page, display: str) -> str:
    tex = html.unescape(match[1]).strip()
    try:
        return convert(tex, display=display)
    except Exception as error:
        raise PluginError(f"{page.file.src_uri}: cannot convert the formula {tex!r}: {error}") from error
