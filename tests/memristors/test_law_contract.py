"""What every law promises: gradients, stops, passivity, broadcasting, one file, no jax at import."""

import functools
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quspike import memristors
from quspike.errors import InputError, NotAvailable
from quspike.memristors import LAWS, get_law, hp
from quspike.memristors.law import Law, Option
from quspike.memristors.registry import _discover
from quspike.memristors.table import law_table_markdown

# every law, and every choice of each of its options beside the defaults of the others
VARIANTS = list(
    dict.fromkeys(
        law.with_options(**{option.name: choice})
        for law in LAWS.values()
        for option in (*law.options, Option("window", (law.window,), ""))
        for choice in option.choices
    )
)
each_variant = pytest.mark.parametrize("law", VARIANTS, ids=lambda law: "-".join([law.name, *vars(law).values()]))
VOLTAGES = (0.0, 1e-9, -1e-9, 0.02, -0.02, 0.16, -0.15, 0.27, 0.31 - 1e-6, 0.31, 0.31 + 1e-6, 4.6, -4.6, 9.0, -9.0)


H = 1e-6  # step of the differences: in V, and in units of the range of x


@functools.cache
def _on_grid(law: Law) -> dict[str, Any]:
    """W, dx/dt and their gradients at the bounds, between, and a rounding beyond them, for VOLTAGES; axes (x, V)."""
    p = law.defaults()
    low, high = law.memory_bounds(p) or (-3e-12, 4e-12)
    x = low + (high - low) * np.array([-1e-9, 0.0, 0.1, 0.37 - H, 0.37, 0.37 + H, 1.0, 1.0 + 1e-9])
    v = np.array(VOLTAGES)

    def both(x, v, p):
        return jnp.stack([law.conductance(x, v, p), law.rate(x, v, p)])

    def values_and_slopes(x, v):
        return both(x, v, p), jax.jacrev(both, argnums=(0, 1, 2))(x, v, p)

    flat = [axis.ravel() for axis in np.meshgrid(x, v, indexing="ij")]
    values, slopes = jax.tree.map(np.asarray, jax.jit(jax.vmap(values_and_slopes))(*flat))
    w, rate = values.T.reshape(2, x.size, v.size)
    by_x, by_v = (slope.T.reshape(2, x.size, v.size) for slope in slopes[:2])
    return {"x": x, "v": v, "conductance": w, "rate": rate, "by_x": by_x, "by_v": by_v, "slopes": slopes}


@each_variant
def test_gradients_are_finite_at_zero_voltage_at_thresholds_and_at_bounds(law: Law) -> None:
    """Catches: sinh(u)/u at u = 0, a power of a negative overdrive, 0·log 0 in a window exponent."""
    for leaf in jax.tree.leaves(_on_grid(law)["slopes"]):
        assert np.all(np.isfinite(leaf))


@each_variant
def test_gradients_agree_with_differences(law: Law) -> None:
    """Catches: a `where` that returns the right value with another branch's slope."""
    at, at_x, at_v = _on_grid(law), 4, VOLTAGES.index(0.31)
    dx, dv = at["x"][at_x + 1] - at["x"][at_x - 1], 2 * H
    for f, by_x, by_v in zip((at["conductance"], at["rate"]), at["by_x"], at["by_v"], strict=True):
        tiny = 1e-6 * abs(f[at_x, at_v])
        slope_x, slope_v = f[at_x + 1, at_v] - f[at_x - 1, at_v], f[at_x, at_v + 1] - f[at_x, at_v - 1]
        np.testing.assert_allclose(by_x[at_x, at_v] * dx, slope_x, rtol=1e-5, atol=tiny * H)
        np.testing.assert_allclose(by_v[at_x, at_v] * dv, slope_v, rtol=1e-5, atol=tiny * H)


@each_variant
def test_memory_never_moves_out_of_its_bounds(law: Law) -> None:
    """Catches: a hard stop left out, on the wrong side, or one that a rounding overshoot slips past."""
    if law.memory_bounds(law.defaults()) is None:
        assert law.control in ("flux", "time")
        return
    rate = _on_grid(law)["rate"]
    assert np.all(rate[:2] >= 0.0)
    assert np.all(rate[-2:] <= 0.0)


@each_variant
def test_loop_is_pinched_and_passive(law: Law) -> None:
    """I(V → 0) → 0 from both sides at one finite W ≥ 0. Catches: 0/0 at V = 0, a conductance of either sign."""
    conductance = _on_grid(law)["conductance"]
    middle, right, left = conductance[:, 0], conductance[:, 1], conductance[:, 2]
    assert np.all(conductance >= 0.0)
    np.testing.assert_allclose(left, middle, rtol=1e-9)
    np.testing.assert_allclose(right, middle, rtol=1e-9)


@each_variant
def test_overshoot_by_rounding_counts_as_the_bound(law: Law) -> None:
    """Catches: a conductance that runs away, or changes sign, where a step has passed a hard stop."""
    if law.memory_bounds(law.defaults()) is not None:
        conductance = _on_grid(law)["conductance"]
        np.testing.assert_allclose(conductance[np.array([0, -1])], conductance[np.array([1, -2])], rtol=1e-8)


@each_variant
def test_arrays_broadcast_like_scalars(law: Law) -> None:
    """Catches: a Python `if` on x or V, an axis lost where a law does not depend on x or on V."""
    at, p = _on_grid(law), law.defaults()
    for name in ("conductance", "rate"):
        values = getattr(law, name)(at["x"][:, None], at["v"], p)
        np.testing.assert_allclose(np.broadcast_to(values, at[name].shape), at[name], rtol=1e-12)


@each_variant
def test_parameters_are_named_once_and_described(law: Law) -> None:
    """Catches: a window parameter that hides one of the law's own."""
    names = [parameter.name for parameter in law.parameters]
    assert len(set(names)) == len(names)
    assert all(parameter.description and parameter.default is not None for parameter in law.parameters)
    assert law.source
    assert hash(law) == hash(law.with_options())


def test_registry_imports_no_jax() -> None:
    """Catches: `import jax` at the top of a law."""
    code = "import sys, quspike.memristors as m; assert m.LAWS; assert 'jax' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_adding_a_law_takes_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches: a list of laws kept by hand."""
    text = Path(hp.__file__).read_text(encoding="utf-8").replace('name = "hp"', 'name = "mine"')
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(memristors, "__path__", [*memristors.__path__, str(tmp_path)])
    try:
        assert set(_discover()) == {*LAWS, "mine"}
    finally:
        sys.modules.pop("quspike.memristors.mine", None)
        shutil.rmtree(tmp_path)


def test_unknown_names_are_refused_with_the_nearest() -> None:
    """Catches: a typing error that is ignored, or an error that does not say what would be right."""
    with pytest.raises(InputError, match=r"model is not known; did you mean sigmoid\?.*but got sigmiod"):
        get_law("sigmiod")
    with pytest.raises(NotAvailable, match="photonic"):
        get_law("photonic")
    with pytest.raises(InputError, match="window must be none for model=sigmoid, but got biolek"):
        get_law("sigmoid", "biolek")
    with pytest.raises(InputError, match=r"window must be none or joglekar or .*, but got bialek"):
        get_law("hp", "bialek")
    with pytest.raises(InputError, match="resistance is no option of model=hp"):
        get_law("hp", resistance="linear")
    with pytest.raises(InputError, match=r"Ron is no parameter of model=hp; did you mean R_on\?"):
        get_law("hp").resolve({"Ron": 100.0})


def test_values_are_converted_and_checked() -> None:
    """Catches: text kept as text, a bound that is not enforced, an exclusive bound taken as inclusive."""
    law = get_law("hp", "joglekar")
    p = law.resolve({"R_on": "0.2 kohm", "mu": "2e-14 m2/Vs", "p": 3})
    assert (p["R_on"], p["mu"], p["p"], p["R_off"]) == (200.0, 2e-14, 3.0, 16e3)
    with pytest.raises(InputError, match="R_on must be > 0 ohm, but got 0 ohm"):
        law.resolve({"R_on": 0.0})
    with pytest.raises(InputError, match=r"p must be ≥ 1, but got 0\.5"):
        law.resolve({"p": 0.5})
    with pytest.raises(InputError, match="v_on must be < 0 V, but got 200 mV"):
        get_law("vteam").resolve({"v_on": "0.2 V"})
    with pytest.raises(InputError, match=r"R_max must be > R_min = 20 kohm, but got 10 kohm"):
        get_law("pershin_diventra").resolve({"R_min": "20kohm"})


def test_initial_memory_is_converted_and_kept_in_bounds() -> None:
    """Catches: an x0 outside the bounds, or one in another unit, let through."""
    sigmoid, law = get_law("sigmoid"), get_law("pershin_diventra")
    p = law.defaults()
    assert sigmoid.resolve_memory("1 pWb", sigmoid.defaults()) == 1e-12
    assert law.resolve_memory(None, p) == 5500.0
    with pytest.raises(InputError, match="x0 must be ≥ 1000 ohm and ≤ 10000 ohm, but got 500 ohm"):
        law.resolve_memory("500 ohm", p)
    with pytest.raises(InputError, match="x0"):
        law.resolve_memory("0.5 pWb", p)


def test_traced_parameters_pass_through_resolve() -> None:
    """Catches: a check that turns a tracer into a bool."""
    law = get_law("sigmoid")
    slope = jax.jit(jax.grad(lambda r: law.conductance(0.0, 0.0, law.resolve({"R_off": r}))))(100e3)
    assert float(slope) == pytest.approx(-1e-10 * (1 - 1 / (1 + np.exp(1.5 / 0.4))), rel=1e-9, abs=0.0)


def test_only_flux_controlled_laws_have_a_coupling() -> None:
    """Catches: a coupling that is invented for a law without a flux function."""
    for law in LAWS.values():
        if law.control == "flux":
            assert float(law.coupling(0.0, law.defaults())) == 0.0
        else:
            with pytest.raises(InputError, match=f"flux-controlled.*sigmoid, but got {law.name}"):
                law.coupling(0.0, law.defaults())
    assert get_law("hp").control == "charge"
    assert get_law("hp", "biolek").control == "voltage"


def test_table_of_laws_names_every_parameter() -> None:
    """Catches: a law or a window that the documentation forgets."""
    text = law_table_markdown()
    for law in VARIANTS:
        assert f"### `model={law.name}`" in text
        assert all(f"| `{parameter.name}` |" in text for parameter in law.parameters)
    assert "x0 = 5.5 kohm unless given" in text
