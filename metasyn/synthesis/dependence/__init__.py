"""Sampling covariances of rows that share participants, and which rows of the evidence do."""

from metasyn.synthesis.dependence.construct import sampling_covariance
from metasyn.synthesis.dependence.from_effects import (
    EffectsCovariance,
    PairCorrelation,
    effects_covariance,
)
from metasyn.synthesis.dependence.groups import DependenceGroup, DependenceGroups, Tie, dependence_groups
from metasyn.synthesis.dependence.model import SamplingCovariance
from metasyn.synthesis.dependence.overlap import overlap_correlation, overlap_covariance
from metasyn.synthesis.dependence.shared_arms import arm_variance, shared_arm_covariance, shared_arm_smd

__all__ = [
    "DependenceGroup",
    "DependenceGroups",
    "EffectsCovariance",
    "PairCorrelation",
    "SamplingCovariance",
    "Tie",
    "arm_variance",
    "dependence_groups",
    "effects_covariance",
    "overlap_correlation",
    "overlap_covariance",
    "sampling_covariance",
    "shared_arm_covariance",
    "shared_arm_smd",
]
