"""How a symbol's name is written: `phi_c` as φ_c in text, `\\varphi_{\\mathrm{c}}` in LaTeX.

A name is a base and, after an underscore, subscripts. The base is a letter, a Greek one's name, or one of a few words.
"""

from __future__ import annotations

GREEK = {
    "phi": ("φ", r"\varphi"), "omega": ("ω", r"\omega"), "lamda": ("λ", r"\lambda"), "xi": ("ξ", r"\xi"),
    "Sigma": ("Σ", r"\Sigma"), "hbar": ("ħ", r"\hbar"), "alpha": ("α", r"\alpha"), "kappa": ("κ", r"\kappa"),
}  # fmt: skip
WORDS = {
    "phidot": ("φ̇", r"\dot{\varphi}"),
    "phibath": ("φ", r"\varphi"),
    "qbath": ("q", "q"),
    "Cbath": ("C", "C"),
    "Lbath": ("L", "L"),
    "phiprime": ("φ′", r"\varphi^{\prime}"),
    "Fprime": ("F′", r"F^{\prime}"),
    "Vmean": ("⟨V⟩", r"\langle V\rangle"),
}
DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def split(name: str) -> tuple[str, str]:
    """Base and subscripts, the latter joined by commas: `R_on_1` → `("R", "on,1")`."""
    base, _, subscript = name.partition("_")
    return base, ",".join(filter(None, subscript.split("_")))


def in_text(name: str) -> str:
    """`omega_c` → `ω_c`, `C_1` → `C₁`."""
    base, subscript = split(name)
    letter = {**GREEK, **WORDS}.get(base, (base,))[0]
    if not subscript:
        return letter
    if subscript.isascii() and subscript.isdigit():
        return letter + subscript.translate(DIGITS)
    return f"{letter}_{GREEK[subscript][0] if subscript in GREEK else subscript}"


def in_latex(name: str, accents: tuple[str, ...] = ()) -> str:
    """`omega_c` → `\\omega_{\\mathrm{c}}`; accents (`hat`, `dot`) go over the base, the first innermost."""
    base, subscript = split(name)
    letter = {**GREEK, **WORDS}.get(base, (base, base if len(base) == 1 else rf"\mathrm{{{escaped(base)}}}"))[1]
    for accent in accents:
        letter = rf"\{accent}{{{letter}}}"
    return f"{letter}_{{{','.join(_below(part) for part in subscript.split(','))}}}" if subscript else letter


def _below(part: str) -> str:
    """One subscript: an index or a number in the running type, a name upright."""
    if part == "m" or (part.isascii() and part.isdigit()):
        return part
    return GREEK[part][1] if part in GREEK else rf"\mathrm{{{escaped(part)}}}"


def escaped(name: str) -> str:
    """A name, of letters, digits and underscores, for use in LaTeX."""
    return name.replace("_", r"\_")
