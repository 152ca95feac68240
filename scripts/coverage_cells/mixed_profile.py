"""Whether the profile-likelihood interval of a mixed model holds a value, without looking for its ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.newton import maximise_bounded
from metasyn.numerics.tails import normal_quantile
from metasyn.synthesis.glmm.assemble import highest
from metasyn.synthesis.glmm.build import build
from metasyn.synthesis.glmm.data import silent_rows
from metasyn.synthesis.glmm.fit import fit_model
from metasyn.synthesis.glmm.model import GlmmResult

__all__ = ["profile_holds"]

Array = NDArray[np.float64]


def profile_holds(mixed: GlmmResult, effect: float, level: float) -> bool:
    """Twice the fall of the profile at the effect is not above the quantile of chi-square, 1 df."""
    spec = mixed.spec
    used = mixed.data.take(silent_rows(mixed.data, drop00=spec.drop00)[0])
    built = build(used, spec.measure, spec.model)
    common = fit_model(built.kernel, used.k, built.common, built.common_start(), nodes=None)
    fitted, _ = highest(built.kernel, used.k, built.random, built.start, common, None)

    def at_effect(rest: Array) -> tuple[float, Array, Array]:
        value, gradient, hessian = fitted.objective(np.concatenate([[effect], rest]))
        return value, gradient[1:], hessian[1:, 1:]

    top = maximise_bounded(at_effect, fitted.x[1:], fitted.structure.lower(used.k)[1:]).value
    return bool(2 * (fitted.value - top) <= normal_quantile(1 - level) ** 2)
