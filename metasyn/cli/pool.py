"""`metasyn pool`: one synthesis of a plain table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.options import SynthesisOptions

__all__ = ["POOL_EXAMPLES", "pool"]

POOL_EXAMPLES = """\
Examples:
  metasyn pool trials.csv --measure HR
  metasyn pool arms.csv --measure PLO --by drug --level 0.9
  metasyn pool trials.csv --measure RR --tau2 PM --ci wald --json > result.json

The table has one line per study, separated by commas, semicolons or tabs, a
header line, if you like a column 'label', and one of these sets of columns:
  estimate,ci_low,ci_high    a ratio and its interval, as printed
  yi,vi  or  yi,sei          an estimate on the analysis scale (log for ratios)
                             and its variance or standard error
or, as the measure needs,
  events_1,n_1,events_2,n_2        counts of two groups (OR, RR, RD, ...)
  events,n                         counts of one group (PLO, PAS, PR, ...)
  events_1,time_1,events_2,time_2  person-time of two groups (IRR, IRD, IRSD)
  events,time                      person-time of one group (IR, IRLN, IRS)
  mean_1,sd_1,n_1,mean_2,sd_2,n_2  means of two groups (MD, SMD, ROM, ...)
  mean,sd,n                        mean of one group (MN, MNLN, ...)
  mean_1,sd_1,mean_2,sd_2,n,r      one group measured twice (MC, SMCC, ...),
                                   r the correlation of the two measurements
  r,n                              a correlation (COR, UCOR, ZCOR)
  t,n,n_predictors                 a coefficient of a regression (PCOR)
  alpha,items,n                    coefficient alpha (ARAW)
"""


def pool(
    file: Annotated[str, Parameter(help="A CSV file with a header line, one line per study.")],
    /,
    *,
    options: SynthesisOptions,
    json: Annotated[bool, Parameter(help="Print one metasyn-result/1 document.", show_default=False)] = False,
) -> ExitCode:
    """Pool a plain table and print the result."""
    result = options.pool_file(file)
    if json:
        from metasyn.cli.console import say_json
        from metasyn.report.results_json import dumps, single_synthesis_document

        say_json(dumps(single_synthesis_document(result, Path(file).stem)))
    else:
        from metasyn.cli.console import say
        from metasyn.tables.summary import summary_text

        say(summary_text(result))
    return ExitCode.OK
