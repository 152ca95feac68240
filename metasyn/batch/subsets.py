"""All subsets of the effects of one synthesis, on several cores or part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from numpy.typing import ArrayLike

from metasyn.batch.parallel import Progress, map_parts, require_n_jobs
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity.gosh import Gosh, collected, planned
from metasyn.synthesis.sensitivity.gosh_subsets import HowMany, PooledSubsets, SubsetPlan, pool_part
from metasyn.synthesis.sensitivity.source import Source

__all__ = ["all_subsets", "subset_parts"]


def all_subsets(
    effects: Source = None,
    /,
    *,
    n_subsets: HowMany = "all",
    seed: int = 1,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    spec: SynthesisSpec | None = None,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> Gosh:
    """`metasyn.gosh` on several cores: every subset of up to 24 effects, or a sample of any size.

    The answer is that of `gosh`, whatever the number of workers. It takes 45 to 60 bytes for every subset:
    0.8 GB for the 16,777,215 subsets of 24 effects, and no more than a part of them on top.

    Parameters
    ----------
    effects, seed, yi, vi, sei, labels, measure, spec
        As of `gosh`.
    n_subsets : int, 'all' or None
        Size of a sample; None as of `gosh`.
    n_jobs : int, optional
        Workers, as of `metasyn.batch.parallel.map_parts`.
    progress : callable, optional
        Told the parts that are done and how many there are.

    Returns
    -------
    Gosh

    Raises
    ------
    OptionError
        As of `gosh`; for 'all' with more than 24 effects.
    NotEstimableError
        As of `gosh`.

    References
    ----------
    Olkin I, Dahabreh IJ, Trikalinos TA. GOSH - a graphical display of study heterogeneity. Res Synth
    Methods 2012;3:214-223. 10.1002/jrsm.1053

    Examples
    --------
    >>> found = all_subsets(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], n_jobs=1)
    >>> found.n_subsets, found.k.tolist()
    (7, [1, 1, 2, 1, 2, 2, 3])
    """
    plan = planned(
        effects,
        n_subsets=n_subsets,
        seed=seed,
        yi=yi,
        vi=vi,
        sei=sei,
        labels=labels,
        measure=measure,
        spec=spec,
    )
    return collected(plan, _parts(plan, n_jobs, progress), seed=seed)


def subset_parts(
    effects: Source = None,
    /,
    *,
    n_subsets: HowMany = "all",
    seed: int = 1,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    spec: SynthesisSpec | None = None,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> Iterator[PooledSubsets]:
    """The same part by part, for what is written or summed up as it comes: memory stays that of a few parts.

    Parameters
    ----------
    effects, n_subsets, seed, yi, vi, sei, labels, measure, spec, n_jobs, progress
        As of `all_subsets`.

    Yields
    ------
    PooledSubsets
        65,536 subsets each, the last what is left; in the order of `gosh`.

    Raises
    ------
    OptionError, NotEstimableError
        As of `all_subsets`, when the first part is asked for.

    Examples
    --------
    >>> parts = subset_parts(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], n_jobs=1)
    >>> sum(int((part.estimate < 0).sum()) for part in parts)
    7
    """
    plan = planned(
        effects,
        n_subsets=n_subsets,
        seed=seed,
        yi=yi,
        vi=vi,
        sei=sei,
        labels=labels,
        measure=measure,
        spec=spec,
    )
    yield from _parts(plan, n_jobs, progress)


def _parts(plan: SubsetPlan, n_jobs: int | None, progress: Progress | None) -> Iterator[PooledSubsets]:
    """A single part needs no worker."""
    require_n_jobs(n_jobs)
    jobs = 1 if plan.n_parts == 1 else n_jobs
    return map_parts(pool_part, plan.parts(), n_jobs=jobs, total=plan.n_parts, progress=progress)
