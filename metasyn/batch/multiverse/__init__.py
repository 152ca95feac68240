"""The arithmetic of a multiverse: every defensible specification of one synthesis, pooled as arrays."""

from metasyn.batch.multiverse.build import DataSet, build_multiverse
from metasyn.batch.multiverse.choice_map import ChoiceRow, choice_rows
from metasyn.batch.multiverse.deciding import Flip, flips, undecided
from metasyn.batch.multiverse.left_out import LeftOut, StudySubsets
from metasyn.batch.multiverse.methods import Method, pooling_methods
from metasyn.batch.multiverse.model import CONCLUSIONS, Choice, Headline, Multiverse
from metasyn.batch.multiverse.serialise import multiverse_document
from metasyn.batch.multiverse.summary import Scale, Summary, scales, summary

__all__ = [
    "CONCLUSIONS",
    "Choice",
    "ChoiceRow",
    "DataSet",
    "Flip",
    "Headline",
    "LeftOut",
    "Method",
    "Multiverse",
    "Scale",
    "StudySubsets",
    "Summary",
    "build_multiverse",
    "choice_rows",
    "flips",
    "multiverse_document",
    "pooling_methods",
    "scales",
    "summary",
    "undecided",
]
