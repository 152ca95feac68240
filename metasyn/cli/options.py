"""Options that `pool`, `forest` and `compare` share: how a plain table becomes a synthesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from cyclopts import Parameter

from metasyn.errors import NotEstimableError
from metasyn.vocabulary import (
    BinaryComparison,
    BinaryOutcome,
    CiMethod,
    I2Method,
    Measure,
    Model,
    PiMethod,
    Profile,
    Tau2CiMethod,
    Tau2Method,
    ZeroCells,
    require_option,
)

if TYPE_CHECKING:
    from metasyn.effects.model import EffectSet
    from metasyn.synthesis.model import SynthesisResult, SynthesisSpec

__all__ = ["SynthesisOptions", "TableOptions", "option_word"]


class _Token(Protocol):
    keyword: str | None
    value: str


def option_word(vocabulary: Any, tokens: Sequence[_Token]) -> str:
    """A word of a vocabulary, with metasyn's own hint where it is not one."""
    return require_option(tokens[0].keyword or "", tokens[0].value, vocabulary)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """How a table is read.

    Attributes
    ----------
    measure, level, ci_level, zero_cells
        As the options of the command line.
    """

    measure: Annotated[
        Measure,
        Parameter(converter=option_word, help="Effect measure; GEN for estimates on any other scale."),
    ]
    level: Annotated[float, Parameter(help="Level of the intervals in the result, as a proportion.")] = 0.95
    ci_level: Annotated[
        float,
        Parameter(help="Level of the intervals in FILE; a column ci_level in FILE says it row by row."),
    ] = 0.95
    zero_cells: Annotated[
        ZeroCells, Parameter(converter=option_word, help="Rows to which 0.5 is added for zero cells.")
    ] = "only0"

    def read(self, file: str) -> EffectSet:
        """The effects of a plain table.

        Raises
        ------
        EvidenceError
            If the table cannot be read; every problem is listed.
        NotEstimableError
            If no row gives an effect.
        """
        from metasyn.cli.plain_file import read_plain_file

        columns = read_plain_file(file)

        from metasyn.effects.plain_table import effects_from_table

        effects = effects_from_table(
            columns, measure=self.measure, level=self.ci_level, file=file, zero_cells=self.zero_cells
        )
        if effects.k == 0:
            left_out = [f"\n  {row.label}: {row.reason}" for row in effects.exclusions]
            raise NotEstimableError(f"{file}: no row gives an effect.{''.join(left_out)}")
        return effects


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisOptions(TableOptions):
    """How a table is read and pooled; what is not said follows the profile.

    Attributes
    ----------
    profile, tau2, tau2_ci, i2, ci, pi, model, outcome_type, comparison_type, by, seed
        As the options of the command line.
    """

    profile: Annotated[
        Profile,
        Parameter(converter=option_word, help="Whose methods are used where nothing else is said."),
    ] = "metasyn"
    tau2: Annotated[
        Tau2Method | None,
        Parameter(
            converter=option_word,
            help="Estimator of the between-study variance; by default REML, or the profile's.",
            show_default=False,
        ),
    ] = None
    tau2_ci: Annotated[
        Tau2CiMethod | None,
        Parameter(
            converter=option_word,
            help="Interval of the between-study variance; by default Q-profile, or the profile's.",
            show_default=False,
        ),
    ] = None
    i2: Annotated[
        I2Method | None,
        Parameter(
            converter=option_word,
            help="What I2 is computed from; by default tau2, or the profile's.",
            show_default=False,
        ),
    ] = None
    ci: Annotated[
        CiMethod | None,
        Parameter(
            converter=option_word,
            help="Confidence interval; by default chosen by the number of studies, or the profile's.",
            show_default=False,
        ),
    ] = None
    pi: Annotated[
        PiMethod | None,
        Parameter(
            converter=option_word,
            help="Prediction interval; by default t(k-1), or the profile's.",
            show_default=False,
        ),
    ] = None
    model: Annotated[
        Model | None,
        Parameter(
            converter=option_word,
            help="Model: of estimates and variances (random-effects, common-effect), of the counts (glmm), "
            "or bayesian; by default chosen by measure and number of studies, or the profile's.",
            show_default=False,
        ),
    ] = None
    outcome_type: Annotated[
        BinaryOutcome | None,
        Parameter(
            converter=option_word,
            help="Kind of outcome, for the empirical prior shown with two studies; with --comparison-type.",
            show_default=False,
            show_choices=False,
        ),
    ] = None
    comparison_type: Annotated[
        BinaryComparison | None,
        Parameter(
            converter=option_word,
            help="Kind of comparison, for the empirical prior; with --outcome-type.",
            show_default=False,
            show_choices=False,
        ),
    ] = None
    by: Annotated[str | None, Parameter(help="Column whose values make subgroups.", show_default=False)] = (
        None
    )
    seed: Annotated[int, Parameter(help="Seed of intervals that draw random numbers.")] = 1

    def spec(self) -> SynthesisSpec:
        """The request that the options stand for."""
        from metasyn.synthesis.profiles import profile_spec

        return profile_spec(
            self.profile,
            model=self.model,
            tau2_method=self.tau2,
            ci_method=self.ci,
            pi_method=self.pi,
            tau2_ci_method=self.tau2_ci,
            i2_method=self.i2,
            level=self.level,
            seed=self.seed,
            outcome_type=self.outcome_type,
            comparison_type=self.comparison_type,
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
        spec = self.spec()
        effects = self.read(file)

        from metasyn.synthesis.pool import pool_named

        given = {
            "tau2_method": self.tau2, "tau2_ci_method": self.tau2_ci, "i2_method": self.i2,
            "pi_method": self.pi,
        }  # fmt: skip
        named = {name for name, value in given.items() if value is not None}
        return pool_named(effects, spec, named, by=self.by)
