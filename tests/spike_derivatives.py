"""d t_n/dp by `grad` through `compile`, against central differences."""

import jax
import pytest


def check_spike_derivatives(problem, spike, paths, shift):
    """For the parameter at each path, to 1e-6. shift : of the parameter, relative, for the differences."""

    def time_of(params):
        return problem.solve(params).spike_time[spike]

    gradient = jax.grad(time_of)(problem.params)
    for path in paths:
        value = float(leaf(problem.params, path))
        step = shift * value
        up, down = (float(time_of(with_leaf(problem.params, path, value + s))) for s in (step, -step))
        assert float(leaf(gradient, path)) == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=0), path


def leaf(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def with_leaf(tree, path, value):
    copy = dict(tree)
    copy[path[0]] = jax.numpy.asarray(value) if len(path) == 1 else with_leaf(tree[path[0]], path[1:], value)
    return copy
