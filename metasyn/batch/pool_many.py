"""Pooling very many sets of effects at once: the numbers of `pool`, a row per set."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.batch.columns import COLUMNS, Part, PoolOptions, pool_part
from metasyn.batch.groups import Groups, from_bounds, from_codes, from_keys
from metasyn.batch.parallel import Progress, map_parts
from metasyn.batch.ragged import checked_values
from metasyn.batch.results import ManyResults
from metasyn.errors import OptionError
from metasyn.synthesis.tau2.backends import chosen_backend
from metasyn.vocabulary import (
    Backend,
    CiMethod,
    ManyCi,
    ManyTau2Method,
    NormalModel,
    Tau2Method,
    choices,
    require_option,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BATCH_INTERVALS", "pool_many"]

Array = NDArray[np.float64]

BATCH_INTERVALS: tuple[CiMethod, ...] = get_args(ManyCi)
"""Intervals of the mean that are computed for many sets at once."""
_OF_USER_WEIGHTS = ("GENQ", "GENQM")
# Effects of one part, about: what one worker takes at a time.
_PART = 2**16


def pool_many(
    yi: ArrayLike | str,
    vi: ArrayLike | str | None = None,
    groups: Sequence[Hashable] | ArrayLike | str | None = None,
    *,
    sei: ArrayLike | str | None = None,
    data: pd.DataFrame | None = None,
    bounds: ArrayLike | None = None,
    model: NormalModel = "random-effects",
    tau2_method: Tau2Method = "REML",
    ci_method: CiMethod | None = None,
    level: float = 0.95,
    tau2_ci: bool = True,
    pvalues: bool = True,
    n_jobs: int | None = None,
    backend: Backend = "auto",
    progress: Progress | None = None,
) -> ManyResults:
    r"""Pool every group of effects, each as `pool` would with the same model, estimator and interval.

    No group depends on its companions, and a bad one spoils no other: its `status` says what is wrong.
    The default interval is that of `pool`: of random effects Hartung-Knapp, not narrower than the classic
    one, of a common effect Wald.

    Parameters
    ----------
    yi : array_like of shape (m,), or str
        Effects on the analysis scale.
    vi, sei : array_like of shape (m,), or str
        Sampling **variances**, or standard errors: exactly one of the two.
    groups : sequence of shape (m,), or str, optional
        The key of the synthesis each effect belongs to: text, number, date or a tuple of them. Equal keys
        need not stand together; "1" and 1 are two.
    data : pandas.DataFrame, optional
        A row per effect. Then `yi`, `vi` (or `sei`) and `groups` are names of its columns.
    bounds : array_like of int, shape (n + 1,), optional
        Instead of keys: group i has the effects bounds[i] to bounds[i + 1].
    model : {'random-effects', 'common-effect'}
    tau2_method : str
        Any estimator but GENQ and GENQM, which need weights of the user.
    ci_method : {'wald', 't', 'hartung-knapp', 'hartung-knapp-adhoc'}, optional
        As in `pool`; a set of one effect has its Wald interval. Default 'hartung-knapp-adhoc' of random
        effects, 'wald' of a common effect.
    level : float
        Of every interval.
    tau2_ci : bool
        Whether to compute the Q-profile interval of tau2.
    pvalues : bool
        Whether to compute p values of the mean and of Q; without them their columns are NaN.
    n_jobs : int, optional
        Workers, as in `metasyn.batch.parallel.map_parts`. Their number changes no digit.
    backend : {'auto', 'numpy', 'compiled'}
        Compiled code needs numba and agrees with numpy to some 12 digits; "auto" takes it where it is
        installed and there are 50,000 effects or more.
    progress : callable, optional
        Told after every part of some 65,000 effects.

    Returns
    -------
    ManyResults
        Groups in the order in which they first occur.

    Raises
    ------
    OptionError
        If shapes do not fit, an option is unknown, an effect has no key, both or neither of `groups` and
        `bounds` are given, or `data` is no such table or has no such column.

    References
    ----------
    As of `pool`: Hartung J, Knapp G. Stat Med 2001;20:3875-3889. 10.1002/sim.1009; Viechtbauer W. Stat Med
    2007;26:37-52. 10.1002/sim.2514 (Q-profile).

    Examples
    --------
    >>> many = pool_many(
    ...     [-0.60, -0.22, 0.05, 0.4, 0.1, -0.3],
    ...     [0.04, 0.0225, 0.0625, 0.1, 0.1, -1.0],
    ...     groups=["A", "A", "A", "B", "B", "C"],
    ...     tau2_method="DL",
    ... )
    >>> many.estimate.round(3).tolist(), many.to_frame()["status"].tolist()
    ([-0.274, 0.25, nan], ['ok', 'ok', 'variance not above zero'])

    From a table:

    >>> import pandas as pd
    >>> table = pd.DataFrame({"review": ["A", "A", "B"], "yi": [-0.6, -0.2, 0.4], "vi": [0.04, 0.02, 0.1]})
    >>> pool_many("yi", "vi", "review", data=table).key.tolist()
    ['A', 'B']
    """
    interval = _require(model, tau2_method, ci_method, level)
    if data is not None:
        yi, vi, sei, groups = _from_table(data, yi=yi, vi=vi, sei=sei, groups=groups, bounds=bounds)
    y, v = checked_values(yi, vi, sei)
    found = _groups(groups, bounds, y.size)
    options = PoolOptions(
        model=model, tau2_method=tau2_method, ci_method=interval, level=level, tau2_ci=tau2_ci,
        pvalues=pvalues, compiled=chosen_backend(backend, y.size) == "compiled",
    )  # fmt: skip
    cuts = _cuts(found.bounds)
    parts = _parts(y, v, found, cuts)
    answers = map_parts(
        partial(pool_part, options=options), parts, n_jobs=n_jobs, total=len(cuts) - 1, progress=progress
    )
    asked = [name for name in COLUMNS if name not in options.left_out]
    columns = _collected(answers, cuts, asked)
    columns |= {name: np.broadcast_to(np.nan, cuts[-1]) for name in options.left_out}
    return ManyResults(key=found.keys, k=found.sizes, **columns)


def _collected(
    answers: Iterable[dict[str, NDArray[Any]]], cuts: list[int], names: list[str]
) -> dict[str, NDArray[Any]]:
    """Columns of all parts, rows of one block of memory."""
    n = cuts[-1]
    block, status = np.empty((len(names), n)), np.empty(n, dtype=np.int8)
    for first, last, part in zip(cuts[:-1], cuts[1:], answers, strict=True):
        status[first:last] = part["status"]
        for row, name in enumerate(names):
            block[row, first:last] = part[name]
    return {"status": status, **dict(zip(names, block, strict=True))}


def _from_table(data: Any, *, bounds: Any, **given: Any) -> tuple[Any, Any, Any, Any]:
    """Columns of a table: estimates, variances, standard errors, and the groups already made of its keys."""
    import pandas as pd

    if not isinstance(data, pd.DataFrame):
        raise OptionError(f"data must be a pandas DataFrame; got {type(data).__name__}.")
    if bounds is None and given["groups"] is None:
        raise OptionError("with data=, groups= names the column of the keys (or give bounds=).")
    names = {option: name for option, name in given.items() if name is not None}
    for option, name in names.items():
        _require_column(option, name, data)
    found: dict[str, Any] = {
        option: _numbers(option, data[name]) for option, name in names.items() if option != "groups"
    }
    if "groups" in names:
        found["groups"] = _keys(data[names["groups"]])
    return found["yi"], found.get("vi"), found.get("sei"), found.get("groups")


def _require_column(option: str, name: Any, data: pd.DataFrame) -> None:
    """Refuse what does not name one column."""
    if not isinstance(name, str):
        raise OptionError(f"with data=, {option} must be the name of a column; got {type(name).__name__}.")
    times = int((data.columns == name).sum())
    if times != 1:
        why = "is not the name of a column" if times == 0 else f"is the name of {times} columns"
        known = ", ".join(map(repr, data.columns[:20].tolist()))
        raise OptionError(f"{option}={name!r} {why} of data; its columns: {known}.")


def _numbers(option: str, column: pd.Series) -> Array:
    try:
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise OptionError(f"{option}={column.name!r} must be numbers: {error}.") from error


def _keys(column: pd.Series) -> Groups:
    if column.dtype == object:  # in which pandas takes True for 1
        return from_keys(column.to_numpy(), len(column))
    codes, keys = column.factorize()
    return from_codes(codes.astype(np.int64), np.asarray(keys))


def _cuts(bounds: NDArray[np.int64]) -> list[int]:
    """The numbers of the groups at which parts of about the same number of effects begin and end."""
    n = bounds.size - 1
    goals = np.arange(0, int(bounds[-1]), _PART)[1:]
    return (
        [0, *np.unique(np.searchsorted(bounds[1:-1], goals) + 1).clip(max=n).tolist(), n] if n > 1 else [0, n]
    )


def _parts(y: Array, v: Array, groups: Groups, cuts: list[int]) -> Iterator[Part]:
    for first, last in pairwise(cuts):
        bounds = groups.bounds[first : last + 1]
        where: Any = slice(bounds[0], bounds[-1])
        if groups.order is not None:
            where = groups.order[where]
        yield Part(yi=y[where], vi=v[where], bounds=bounds - bounds[0])


def _require(
    model: NormalModel, tau2_method: Tau2Method, ci_method: CiMethod | None, level: float
) -> CiMethod:
    """Refuse what is not accepted; the interval, by default that of the model."""
    require_option("model", model, NormalModel)
    if tau2_method in _OF_USER_WEIGHTS:
        raise OptionError(
            f"tau2_method={tau2_method!r} needs weights of the user: pool each set with pool()."
        )
    require_option("tau2_method", tau2_method, ManyTau2Method)
    interval = ci_method
    if interval is None:
        interval = "wald" if model == "common-effect" else "hartung-knapp-adhoc"
    if interval in choices(CiMethod) and interval not in BATCH_INTERVALS:
        raise OptionError(
            f"ci_method={interval!r} is not computed for many sets at once; "
            f"those that are: {', '.join(map(repr, BATCH_INTERVALS))}."
        )
    require_option("ci_method", interval, ManyCi)
    if not 0 < level < 1:
        raise OptionError(f"level must be in (0, 1); got {level!r}.")
    return interval


def _groups(keys: Any, bounds: ArrayLike | None, m: int) -> Groups:
    if (keys is None) == (bounds is None):
        raise OptionError("pool_many takes either groups= or bounds=, exactly one of them.")
    if isinstance(keys, Groups):
        return keys
    return from_bounds(bounds, m) if bounds is not None else from_keys(keys, m)
