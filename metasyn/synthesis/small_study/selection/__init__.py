"""Selection models: the effects as they would be before selection by p value, by maximum likelihood."""

from metasyn.synthesis.small_study.selection.model import selection_model
from metasyn.synthesis.small_study.selection.record import SelectionModel, SelectionWeight

__all__ = ["SelectionModel", "SelectionWeight", "selection_model"]
