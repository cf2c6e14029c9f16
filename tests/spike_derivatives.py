"""d t_n/dp by `jvp` through `compile`, against central differences; `grad` is its transpose, and slower to compile."""

import jax
import pytest


def check_spike_derivatives(problem, spike, paths, shift, backwards=False):
    """For the parameter at each path, to 1e-6. shift : of the parameter, relative. backwards : `grad` says the same."""

    def time_of(params):
        return problem.solve(params).spike_time[spike]

    still = jax.tree.map(jax.numpy.zeros_like, problem.params)
    slope = jax.jit(lambda params, change: jax.jvp(time_of, (params,), (change,))[1])
    gradient = jax.grad(time_of)(problem.params) if backwards else None
    for path in paths:
        value = float(leaf(problem.params, path))
        step = shift * value
        up, down = (float(time_of(with_leaf(problem.params, path, value + s))) for s in (step, -step))
        exact = float(slope(problem.params, with_leaf(still, path, 1.0)))
        assert exact == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=0), path
        assert not backwards or float(leaf(gradient, path)) == pytest.approx(exact, rel=1e-10), path


def leaf(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def with_leaf(tree, path, value):
    copy = dict(tree)
    copy[path[0]] = jax.numpy.asarray(value, float) if len(path) == 1 else with_leaf(tree[path[0]], path[1:], value)
    return copy
