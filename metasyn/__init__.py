"""Evidence synthesis whose every number leads back to the figure as printed.

The names below are loaded on first use, so that `import metasyn` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from metasyn.errors import MetasynError

if TYPE_CHECKING:
    from metasyn.analysis.spec import Analysis, Apart, Outcome
    from metasyn.effects import standardise
    from metasyn.effects.model import EffectSet
    from metasyn.evidence.read import read_evidence
    from metasyn.plots import forest_layout
    from metasyn.synthesis import leave_one_out, pool
    from metasyn.synthesis.model import SynthesisSpec
    from metasyn.values import Interval, NotEstimable

__version__ = "0.1.0"

__all__ = [
    "Analysis",
    "Apart",
    "EffectSet",
    "Interval",
    "MetasynError",
    "NotEstimable",
    "Outcome",
    "SynthesisSpec",
    "__version__",
    "forest_layout",
    "leave_one_out",
    "pool",
    "read_evidence",
    "standardise",
]

# Public name -> module that holds it.
_HOMES = {
    "Analysis": "metasyn.analysis.spec",
    "Apart": "metasyn.analysis.spec",
    "EffectSet": "metasyn.effects.model",
    "Interval": "metasyn.values",
    "NotEstimable": "metasyn.values",
    "Outcome": "metasyn.analysis.spec",
    "SynthesisSpec": "metasyn.synthesis.model",
    "forest_layout": "metasyn.plots",
    "leave_one_out": "metasyn.synthesis",
    "pool": "metasyn.synthesis",
    "read_evidence": "metasyn.evidence.read",
    "standardise": "metasyn.effects",
}

if not TYPE_CHECKING:  # a type checker must see the names above, not "anything"

    def __getattr__(name: str) -> object:
        """Load a public name on first use."""
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(home), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
