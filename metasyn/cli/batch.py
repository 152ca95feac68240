"""`metasyn batch`: every synthesis of a table that may be larger than memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.options import option_word
from metasyn.vocabulary import ManyCi, ManyTau2Method, NormalModel

if TYPE_CHECKING:
    from metasyn.workspace.streaming.finishing import Summary
    from metasyn.workspace.streaming.run import Teller

__all__ = ["BATCH_EXAMPLES", "batch"]

BATCH_EXAMPLES = """\
Examples:
  metasyn batch effects.parquet --key review --yi logrr --vi var \\
      --out pooled.parquet
  metasyn batch effects.csv --key id --yi yi --sei se --out pooled.csv --tau2 DL
  metasyn batch big.parquet --key id --yi y --vi v --out pooled.parquet --jobs 8
  metasyn batch big.parquet --key id --yi y --vi v --out pooled.parquet \\
      --scheduler tcp://cluster:8786

IN has one row per effect: the key of the synthesis it belongs to, the estimate
on the analysis scale (log for ratios), and its variance or standard error.
OUT has one row per synthesis. The endings of the names say what the files are:
  .parquet .pq          Parquet; IN may be a folder of such files
  .csv .tsv             text with a header line; decimals have a point
  .csv.gz .tsv.gz       the same, compressed (IN only)
  .arrow .feather .ipc  Arrow file; .arrows is an Arrow stream

A synthesis with a row that cannot be used (no finite estimate, no variance
above zero) is not pooled: it stays in OUT with its status. Every row on which
no pooled result rests is listed, with the reason, in OUT.rejects.csv (of a
synthesis with more than 4,194,304 effects the first row only). The same command
goes on where an interrupted one stopped, with the same result.

Exit codes: 0 OUT is written; 1 it cannot be written; 2 the input or an option
cannot be used; 3 OUT is written, but no synthesis in it could be pooled;
130 interrupted: the same command goes on.
"""


def batch(
    file: Annotated[Path, Parameter(help="Table with one row per effect, or folder of Parquet files.")],
    /,
    *,
    key: Annotated[str, Parameter(help="Column that says which synthesis an effect belongs to.")],
    yi: Annotated[str, Parameter(help="Column of the estimates, on the analysis scale.")],
    vi: Annotated[
        str | None, Parameter(help="Column of their sampling variances.", show_default=False)
    ] = None,
    sei: Annotated[
        str | None, Parameter(help="Column of their standard errors, instead of --vi.", show_default=False)
    ] = None,
    out: Annotated[Path, Parameter(help="Table to write, one row per synthesis.")],
    model: Annotated[
        NormalModel, Parameter(converter=option_word, help="Model of every synthesis.")
    ] = "random-effects",
    tau2: Annotated[
        ManyTau2Method,
        Parameter(
            name=["--tau2", "--tau2-method"],
            converter=option_word,
            help="Estimator of the between-study variance.",
        ),
    ] = "REML",
    ci: Annotated[
        ManyCi | None,
        Parameter(
            name=["--ci", "--ci-method"],
            converter=option_word,
            show_default=False,
            help="Confidence interval; by default hartung-knapp-adhoc, of the common-effect model wald.",
        ),
    ] = None,
    level: Annotated[float, Parameter(help="Level of the intervals, as a proportion.")] = 0.95,
    jobs: Annotated[
        int | None, Parameter(help="Compute so many parts at the same time; by default one per core.")
    ] = None,
    scheduler: Annotated[
        str | None,
        Parameter(help="Compute on the Dask cluster with this address (tcp://...).", show_default=False),
    ] = None,
    rejects: Annotated[
        Path | None, Parameter(help="CSV file of the rows not used; by default OUT.rejects.csv.")
    ] = None,
    part_rows: Annotated[
        int, Parameter(help="Effects that are computed together; more need more memory.")
    ] = 262144,
    restart: Annotated[
        bool, Parameter(help="Use nothing of an interrupted run.", show_default=False)
    ] = False,
) -> ExitCode:
    """Pool every synthesis of a table, also of one larger than memory."""
    from metasyn.cli.batch_progress import told
    from metasyn.cli.console import complain, say
    from metasyn.errors import OptionError
    from metasyn.workspace.streaming.columns import Columns
    from metasyn.workspace.streaming.pooling import PoolOptions
    from metasyn.workspace.streaming.run import run_batch

    if jobs is not None and jobs < 1:
        raise OptionError(f"--jobs must be 1 or more; got {jobs}.")
    options = PoolOptions(model=model, tau2_method=tau2, ci_method=ci, level=level)
    columns = Columns(key=key, yi=yi, vi=vi, sei=sei)
    with told() as teller, _where(scheduler, jobs, teller):
        summary = run_batch(
            file, out, columns, options=options, rejects=rejects, jobs=None if scheduler else jobs,
            part_rows=part_rows, restart=restart, teller=teller,
        )  # fmt: skip
    say(_in_words(summary))
    if summary.syntheses.get("ok") or not summary.rows:
        return ExitCode.OK
    complain(f"metasyn: no synthesis could be pooled; {summary.rejects} says why.")
    return ExitCode.NOT_ESTIMABLE


@contextmanager
def _where(scheduler: str | None, jobs: int | None, teller: Teller) -> Iterator[None]:
    """On this machine, or on a cluster."""
    if scheduler is None:
        yield
        return
    from metasyn.errors import OptionError
    from metasyn.workspace.streaming.cluster import on_cluster

    if jobs is not None:
        raise OptionError("--jobs is for this machine, --scheduler for a cluster: give one of them.")
    with on_cluster(scheduler, teller.remark):
        yield


def _in_words(summary: Summary) -> str:
    """What became of rows and syntheses."""
    syntheses = sum(summary.syntheses.values())
    kinds = sorted(summary.syntheses.items(), key=lambda pair: (pair[0] != "ok", pair[0]))
    told = ", ".join(f"{count:,} {status}" for status, count in kinds)
    used = summary.rows - summary.rejected
    return "\n".join(
        [
            f"{_count(summary.rows, 'row', 'rows')}: {used:,} used, {summary.rejected:,} not used",
            _count(syntheses, "synthesis", "syntheses") + (f": {told}" if told else ""),
            f"wrote {summary.out} and {summary.rejects}",
        ]
    )


def _count(many: int, one: str, several: str) -> str:
    return f"{many:,} {one if many == 1 else several}"
