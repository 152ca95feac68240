"""Finding the maximum, with as many quadrature nodes as it takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.gauss_hermite import hermite_rule, trapezoidal_rule
from metasyn.numerics.newton import NewtonMaximum, maximise_bounded, newton_step
from metasyn.synthesis.glmm.integrate import Nodes
from metasyn.synthesis.glmm.kernels import Kernel
from metasyn.synthesis.glmm.likelihood import LARGEST_VARIANCE, Likelihood, Structure
from metasyn.synthesis.glmm.model import Convergence, Quadrature

__all__ = ["Fitted", "Objective", "covariance_of", "finest_nodes", "fit_model", "leads_back", "maximise"]

Array = NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array, Array]]
# Nodes per random effect, with one and with two of them.
_LADDER = {1: (10, 20, 40, 80), 2: (8, 16, 32, 64)}
# Steps and reach in units of the width at the mode; in two dimensions only the first two steps.
_TRAPEZOIDS, _REACH = (0.5, 0.25, 0.125, 0.0625), 30.0
# What doubling the nodes may change: the log-likelihood, and the estimates in standard errors.
SETTLED = 1e-8
# Decrements: of a maximum, of one by differences; where searches end, by the first rule and by the last.
_DECREMENT, _DECREMENT_OF_DIFFERENCES = 1e-14, 1e-9
_NEAR, _TO_ROUNDING = 1e-8, 1e-27
# Squared distance, in standard errors, of what few and many nodes take for one maximum.
_NEXT = 1e-2
_AT_ZERO = 1e-9
# A variance that large after a failed search has no maximum: sets in which every study is all or nothing.
_ENDLESS = 50.0
_MOST_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A maximum of the likelihood; the parameters are those of the structure, shared ones first.

    `objective` can be called again, at any parameters, for profiles and for single studies.
    """

    x: Array
    value: float
    hessian: Array
    free: NDArray[np.bool_]
    structure: Structure
    objective: Likelihood
    quadrature: Quadrature
    convergence: Convergence

    def shared(self, name: str) -> float:
        """A parameter that all studies share; 0 if the model does not have it."""
        names = self.structure.shared
        return float(self.x[names.index(name)]) if name in names else 0.0

    @property
    def covariance(self) -> Array:
        """Of the shared parameters, from the observed information."""
        p = len(self.structure.shared)
        return self.full_covariance[:p, :p]

    @property
    def full_covariance(self) -> Array:
        """Of all parameters."""
        return covariance_of(self.hessian, self.free)


def covariance_of(hessian: Array, free: NDArray[np.bool_]) -> Array:
    """Inverse of the observed information of the free parameters; 0 for the others."""
    out = np.zeros_like(hessian)
    if free.any():
        block = np.ix_(free, free)
        out[block] = np.linalg.inv(-hessian[block])
    return out


def fit_model(
    kernel: Kernel, k: int, structure: Structure, start: Array, *, nodes: int | None = None
) -> Fitted:
    """Maximum likelihood.

    Parameters
    ----------
    kernel : Kernel
    k : int
        Number of studies.
    structure : Structure
    start : ndarray of shape (p,)
    nodes : int, optional
        Fixed number per random effect (1 is Laplace's approximation), whose own maximum is then found, as
        lme4 does. Default: nodes are doubled until neither log-likelihood nor estimates move.

    Raises
    ------
    NotEstimableError
        If there is no maximum, or the integral does not settle.
    """
    random = sum(name in structure.shared for name in ("v", "s"))
    if not random:
        likelihood = Likelihood(kernel, k, structure, _hermite(structure, 1))
        found = maximise(likelihood, start, structure.lower(k))
        return _fitted(likelihood, found, structure, Quadrature(rule="none", nodes=0), 0, _DECREMENT)
    if nodes is not None:
        return _with_fixed_nodes(kernel, k, structure, start, nodes)
    return _settled(kernel, k, structure, start)


def maximise(
    objective: Objective, start: Array, lower: Array, decrement: float = _DECREMENT, *, most: int = 200
) -> NewtonMaximum:
    """The maximum, or a refusal that says where the search went."""
    found = maximise_bounded(objective, start, lower, max_iterations=most)
    if not _is_maximum(found, decrement):
        raise NotEstimableError(
            f"the likelihood was not maximised (after {found.iterations} steps the squared distance to "
            f"the maximum is {found.decrement:.2g}, parameters {np.array2string(found.x[:4], precision=3)}). "
            "The counts may not tell the parameters apart: use a model with fewer of them, or "
            "Mantel-Haenszel, Peto or pool_glmm(model='firth')."
        )
    return found


def _is_maximum(found: NewtonMaximum, decrement: float) -> bool:
    """Whether the search ended at a point that is one to rounding, strictly concave."""
    if not (math.isfinite(found.value) and found.decrement <= decrement):
        return False
    try:
        np.linalg.cholesky(-found.hessian[np.ix_(found.free, found.free)])
    except np.linalg.LinAlgError:
        return False
    return True


def _settled(kernel: Kernel, k: int, structure: Structure, start: Array) -> Fitted:
    """Ever more nodes until the result does not move."""
    rules, lower = _rules(structure), structure.lower(k)
    likelihood = Likelihood(kernel, k, structure, rules[0][1]())
    near = maximise_bounded(likelihood, start, lower, enough=_NEAR)
    _refuse_endless(near.x, structure)
    x, evaluations = near.x, 0
    finer = likelihood.with_nodes(rules[1][1]())
    if _apart(finer, near) > SETTLED:
        rules, likelihood, evaluations = rules[1:], finer, likelihood.evaluations
    for (rule, _), (check, nodes) in pairwise(rules):
        found = maximise_bounded(likelihood, x, lower, enough=_TO_ROUNDING)
        _refuse_endless(found.x, structure)
        finer = likelihood.with_nodes(nodes())
        moved = _moved(finer, found, lower)
        x, evaluations = found.x, evaluations + likelihood.evaluations + 1
        if moved <= SETTLED and _is_maximum(found, _DECREMENT):
            quadrature = Quadrature(rule=rule.rule, nodes=rule.nodes, checked_nodes=check.nodes, moved=moved)
            return _fitted(likelihood, found, structure, quadrature, evaluations, _DECREMENT)
        likelihood = finer
    _refuse_endless(x, structure, _ENDLESS)
    maximise(likelihood, x, lower)  # says so if it is the maximum that is missing
    raise NotEstimableError(
        f"the integral over the random effects does not settle: from {rule.nodes} to {check.nodes} nodes "
        f"the result still moves by {moved:.2g}. Set nodes=25 to have it as it is, or use another model."
    )


def leads_back(fitted: Fitted, k: int, start: Array) -> bool:
    """Whether a search with few nodes from elsewhere ends next to a maximum at which variances are 0."""
    rule, lower = _rules(fitted.structure)[0][1](), fitted.structure.lower(k)
    found = maximise_bounded(fitted.objective.with_nodes(rule), start, lower, enough=_NEAR)
    if not (_is_maximum(found, _NEAR) and bool((found.free == fitted.free).all())):
        return False
    step, block = (found.x - fitted.x)[fitted.free], np.ix_(fitted.free, fitted.free)
    return bool(step @ -fitted.hessian[block] @ step < _NEXT)


def _rules(structure: Structure) -> list[tuple[Quadrature, Callable[[], Nodes]]]:
    """Ever finer ones; their nodes are laid out when they are needed."""
    random = sum(name in structure.shared for name in ("v", "s"))
    rules: list[tuple[Quadrature, Callable[[], Nodes]]] = [
        (Quadrature(rule="gauss-hermite", nodes=n), partial(_hermite, structure, n)) for n in _LADDER[random]
    ]
    rules += [
        (
            Quadrature(rule="trapezoidal", nodes=2 * round(_REACH / step) + 1),
            partial(_product, structure, step, _REACH),
        )
        for step in _TRAPEZOIDS[: 4 if random == 1 else 2]
    ]
    return rules


def _apart(fine: Likelihood, found: NewtonMaximum) -> float:
    """How far a finer rule is from that of a search: in the value, and in where its maximum is."""
    value, gradient, _ = fine(found.x)
    return _distance(value - found.value, gradient - found.gradient, found)


def _moved(fine: Likelihood, found: NewtonMaximum, lower: Array) -> float:
    """What a finer rule changes at the maximum; infinite if other variances are 0 by it."""
    value, gradient = fine.gradient(found.x)
    if (found.free == (found.x <= lower) & (gradient <= 0)).any():
        return math.inf
    return _distance(value - found.value, gradient, found)


def _distance(value: float, gradient: Array, found: NewtonMaximum) -> float:
    """The larger of a difference of values and a Newton step in standard errors."""
    if not (math.isfinite(value) and np.isfinite(gradient).all()):
        return math.inf
    return max(abs(value), math.sqrt(newton_step(gradient, found.hessian, found.free)[1]))


def _with_fixed_nodes(kernel: Kernel, k: int, structure: Structure, start: Array, nodes: int) -> Fitted:
    """The maximum of the quadrature with a given number of nodes."""
    roots = [i for i, name in enumerate(structure.shared) if name in ("v", "s")]
    near = Likelihood(kernel, k, structure, _hermite(structure, max(nodes, 7)))
    x = maximise_bounded(near, start, structure.lower(k), max_iterations=30).x.copy()
    likelihood = Likelihood(kernel, k, structure, _hermite(structure, nodes), differences=True)
    x[roots] = np.sqrt(np.maximum(x[roots], 1e-3))
    found = _stepwise(likelihood, x)
    tau = np.abs(found.x[roots])
    x, hessian, free = found.x.copy(), found.hessian.copy(), np.ones(x.size, dtype=bool)
    x[roots] = np.where(tau**2 > _AT_ZERO, tau**2, 0.0)
    free[roots] = x[roots] > 0
    for i, root in zip(roots, found.x[roots], strict=True):
        if free[i]:
            hessian[i] /= 2 * root
            hessian[:, i] /= 2 * root
    _refuse_endless(x, structure)
    return Fitted(
        x=x,
        value=found.value,
        hessian=hessian,
        free=free,
        structure=structure,
        objective=likelihood,
        quadrature=Quadrature(rule="gauss-hermite", nodes=nodes),
        convergence=Convergence(
            iterations=found.iterations, evaluations=likelihood.evaluations, decrement=found.decrement
        ),
    )


def _stepwise(likelihood: Likelihood, x: Array) -> NewtonMaximum:
    """Newton steps until rounding in the differences allows no more."""
    unbounded = np.full(x.size, -np.inf)
    for _ in range(_MOST_STEPS):
        found = maximise_bounded(likelihood, x, unbounded, max_iterations=1)
        if found.decrement <= _DECREMENT_OF_DIFFERENCES or (found.x == x).all():
            break
        x = found.x
    return maximise(likelihood, found.x, unbounded, _DECREMENT_OF_DIFFERENCES, most=0)


def _fitted(
    likelihood: Likelihood,
    found: NewtonMaximum,
    structure: Structure,
    quadrature: Quadrature,
    evaluations: int,
    decrement: float,
) -> Fitted:
    return Fitted(
        x=found.x,
        value=found.value,
        hessian=found.hessian,
        free=found.free,
        structure=structure,
        objective=likelihood,
        quadrature=quadrature,
        convergence=Convergence(
            iterations=found.iterations,
            evaluations=evaluations or likelihood.evaluations,
            decrement=found.decrement,
        ),
    )


def _refuse_endless(x: Array, structure: Structure, largest: float = 0.5 * LARGEST_VARIANCE) -> None:
    """A variance near the largest value that is tried, or high up in a search that does not end."""
    for name, value in zip(structure.shared, x, strict=False):
        if name in ("v", "s") and value > largest:
            raise NotEstimableError(
                "the variance between studies grows without bound: the counts are all or nothing in too many "
                "studies. List them, or ask pool_glmm for model='beta-binomial' or between='common-effect'."
            )


def _hermite(structure: Structure, n: int) -> Nodes:
    """Gauss-Hermite nodes for the effects that are random, one node for the others."""
    one, many = hermite_rule(1), hermite_rule(n)
    return Nodes.product(many if "v" in structure.shared else one, many if "s" in structure.shared else one)


def _product(structure: Structure, step: float, reach: float) -> Nodes:
    """Trapezoidal nodes in the same way."""
    one, many = hermite_rule(1), trapezoidal_rule(step, reach)
    return Nodes.product(many if "v" in structure.shared else one, many if "s" in structure.shared else one)


def finest_nodes(structure: Structure) -> Nodes:
    """A rule that is right for every value of one variance: trapezoidal, or 64 Hermite nodes each for two."""
    if "s" in structure.shared:
        return _hermite(structure, _LADDER[2][-1])
    return _product(structure, _TRAPEZOIDS[1], _REACH)
