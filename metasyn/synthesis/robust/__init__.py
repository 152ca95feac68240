"""Cluster-robust inference, and the correlated and hierarchical effects model that uses it."""

from metasyn.synthesis.robust.che import pool_che
from metasyn.synthesis.robust.che_model import CheAtRho, CheResult, CheSpec
from metasyn.synthesis.robust.inference import cluster_robust
from metasyn.synthesis.robust.model import RobustCoefficient, RobustResult
from metasyn.synthesis.robust.wild import wild_bootstrap_test
from metasyn.synthesis.robust.wild_model import WildBootstrapTest
from metasyn.synthesis.robust.working import WorkingModel

__all__ = [
    "CheAtRho",
    "CheResult",
    "CheSpec",
    "RobustCoefficient",
    "RobustResult",
    "WildBootstrapTest",
    "WorkingModel",
    "cluster_robust",
    "pool_che",
    "wild_bootstrap_test",
]
