"""From any number of a result back to the figure as printed, and from a figure to where it is used."""

from metasyn.analysis.explain.ask import explain, explainable
from metasyn.analysis.explain.forward import trace
from metasyn.analysis.explain.model import SCHEMA, Explanation, Sum, Term, WorkedTable

__all__ = ["SCHEMA", "Explanation", "Sum", "Term", "WorkedTable", "explain", "explainable", "trace"]
