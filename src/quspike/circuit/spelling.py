"""The word that was meant, for the end of a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST = 12  # known words in one message


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean R_on?`, or the words that are known where none is near. Case is no distance here."""
    words = list(dict.fromkeys(known))
    folded = {other.casefold(): other for other in reversed(words)}
    close = get_close_matches(word.casefold(), folded, n=1)
    if close:
        return f"; did you mean {folded[close[0]]}?"
    return f"; known: {', '.join(words[:_MOST]) or 'none'}{', …' if len(words) > _MOST else ''}"
