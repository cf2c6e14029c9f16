"""How a symbol's name is written: `phi_c` as φ_c in text, `\\varphi_{\\mathrm{c}}` in LaTeX.

A name is a base and, after an underscore, subscripts. The base is a letter, a Greek one's name, or one of a few words.
"""

from __future__ import annotations

GREEK = {
    "phi": ("φ", r"\varphi"), "omega": ("ω", r"\omega"), "lamda": ("λ", r"\lambda"), "xi": ("ξ", r"\xi"),
    "Phi": ("Φ", r"\Phi"), "Sigma": ("Σ", r"\Sigma"), "hbar": ("ħ", r"\hbar"), "alpha": ("α", r"\alpha"),
    "kappa": ("κ", r"\kappa"), "mu": ("μ", r"\mu"), "chi": ("χ", r"\chi"), "pi": ("π", r"\pi"),
    "tau": ("τ", r"\tau"), "infinity": ("∞", r"\infty"),
    "plus": ("+", "+"), "minus": ("−", "-"),
}  # fmt: skip
WORDS = {
    "phidot": ("φ̇", r"\dot{\varphi}"),
    "phibath": ("φ", r"\varphi"),
    "qbath": ("q", "q"),
    "chidot": ("χ̇", r"\dot{\chi}"),
    "qline": ("q", "q"),
    "Cline": ("C", "C"),
    "ReY": ("Re Y", r"\mathrm{Re}\,Y"),
    "Cbath": ("C", "C"),
    "Lbath": ("L", "L"),
    "Qdot": ("Q̇", r"\dot{Q}"),
    "Qbath": ("Q", "Q"),
    "Phibath": ("Φ", r"\Phi"),
    "phiprime": ("φ′", r"\varphi^{\prime}"),
    "Fprime": ("F′", r"F^{\prime}"),
    "Vmean": ("⟨V⟩", r"\langle V\rangle"),
    "Cinv": ("C⁻¹", "C^{-1}"),
    "Linv": ("L⁻¹", "L^{-1}"),
}
OPERATORS = {"minus": "−", "plus": "+"}  # between the nodes whose difference or sum a coordinate is
DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def split(name: str) -> tuple[str, str]:
    """Base and subscripts, the latter joined by commas: `R_on_1` → `("R", "on,1")`, `q_b_minus_a` → `("q", "b−a")`."""
    base, _, subscript = name.partition("_")
    joined = ",".join(filter(None, subscript.split("_")))
    for word, sign in OPERATORS.items():
        joined = joined.replace(f",{word},", sign)
    return base, joined


def in_text(name: str) -> str:
    """`omega_c` → `ω_c`, `C_1` → `C₁`."""
    base, subscript = split(name)
    letter = {**GREEK, **WORDS}.get(base, (base,))[0]
    if not subscript:
        return letter
    if base == "Vmean":
        return f"⟨{in_text(name.replace('Vmean', 'V', 1))}⟩"
    return letter + _below_in_text(subscript)


def _below_in_text(subscript: str) -> str:
    if subscript.isascii() and subscript.isdigit():
        return subscript.translate(DIGITS)
    written = ",".join(GREEK[part][0] if part in GREEK else part for part in subscript.split(","))
    return f"_{{{written}}}" if set(written) & set(OPERATORS.values()) else f"_{written}"


def in_latex(name: str, accents: tuple[str, ...] = ()) -> str:
    """`omega_c` → `\\omega_{\\mathrm{c}}`; accents (`hat`, `dot`) go over the base, the first innermost."""
    base, subscript = split(name)
    if base == "Vmean" and subscript:
        return rf"\langle {in_latex(name.replace('Vmean', 'V', 1))}\rangle"
    letter = {**GREEK, **WORDS}.get(base, (base, base if len(base) == 1 else rf"\mathrm{{{escaped(base)}}}"))[1]
    for accent in accents:
        letter = rf"\{accent}{{{letter}}}"
    return f"{letter}_{{{','.join(_below(part) for part in subscript.split(','))}}}" if subscript else letter


def _below(part: str) -> str:
    """One subscript: an index or a number in the running type, a name upright."""
    for sign in OPERATORS.values():
        if sign in part:
            return sign.replace("−", "-").join(_below(node) for node in part.split(sign))
    if part in ("i", "j", "k", "l", "m") or (part.isascii() and part.isdigit()):
        return part
    return GREEK[part][1] if part in GREEK else rf"\mathrm{{{escaped(part)}}}"


def escaped(name: str) -> str:
    """A name, of letters, digits and underscores, for use in LaTeX."""
    return name.replace("_", r"\_")
