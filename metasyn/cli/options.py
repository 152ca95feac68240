"""Options that `pool` and `forest` share: how a plain table becomes a synthesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from cyclopts import Parameter

from metasyn.errors import NotEstimableError
from metasyn.vocabulary import CiMethod, Measure, Model, PiMethod, Tau2Method, ZeroCells, require_option

if TYPE_CHECKING:
    from metasyn.synthesis.model import SynthesisResult, SynthesisSpec

__all__ = ["SynthesisOptions"]


class _Token(Protocol):
    keyword: str | None
    value: str


def _word(vocabulary: Any, tokens: Sequence[_Token]) -> str:
    """A word of a vocabulary, with metasyn's own hint where it is not one."""
    return require_option(tokens[0].keyword or "", tokens[0].value, vocabulary)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisOptions:
    """How a table is read and pooled; what is not said follows the stated policy.

    Attributes
    ----------
    measure, tau2, ci, pi, model, level, ci_level, by, zero_cells
        As the options of the command line.
    """

    measure: Annotated[
        Measure, Parameter(converter=_word, help="Effect measure; GEN for estimates on any other scale.")
    ]
    tau2: Annotated[
        Tau2Method, Parameter(converter=_word, help="Estimator of the between-study variance.")
    ] = "REML"
    ci: Annotated[
        CiMethod | None,
        Parameter(
            converter=_word,
            help="Confidence interval; by default chosen by the number of studies.",
            show_default=False,
        ),
    ] = None
    pi: Annotated[PiMethod, Parameter(converter=_word, help="Prediction interval.")] = "t(k-1)"
    model: Annotated[
        Model | None,
        Parameter(
            converter=_word, help="Model; by default chosen by the number of studies.", show_default=False
        ),
    ] = None
    level: Annotated[float, Parameter(help="Level of the intervals in the result, as a proportion.")] = 0.95
    ci_level: Annotated[
        float,
        Parameter(help="Level of the intervals in FILE; a column ci_level in FILE says it row by row."),
    ] = 0.95
    by: Annotated[str | None, Parameter(help="Column whose values make subgroups.", show_default=False)] = (
        None
    )
    zero_cells: Annotated[
        ZeroCells, Parameter(converter=_word, help="Rows to which 0.5 is added for zero cells.")
    ] = "only0"

    def spec(self) -> SynthesisSpec:
        """The request that the options stand for."""
        from metasyn.synthesis.model import SynthesisSpec

        return SynthesisSpec(
            model=self.model,
            tau2_method=self.tau2,
            ci_method=self.ci,
            pi_method=self.pi,
            level=self.level,
        )

    def pool_file(self, file: str) -> SynthesisResult:
        """Read a plain table and pool it as asked.

        Raises
        ------
        EvidenceError
            If the table cannot be read; every problem is listed.
        NotEstimableError
            If nothing can be estimated from it.
        """
        from metasyn.cli.plain_file import read_plain_file

        spec = self.spec()
        columns = read_plain_file(file)

        from metasyn.effects.plain_table import effects_from_table
        from metasyn.synthesis import pool

        effects = effects_from_table(
            columns, measure=self.measure, level=self.ci_level, file=file, zero_cells=self.zero_cells
        )
        if effects.k == 0:
            left_out = [f"\n  {row.label}: {row.reason}" for row in effects.exclusions]
            raise NotEstimableError(f"{file}: no row gives an effect.{''.join(left_out)}")
        return pool(effects, spec=spec, by=self.by)
