"""Which methods metafor has as well, and why it has not the others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from metasyn.synthesis.model import SynthesisSpec
from metasyn.vocabulary import CiMethod, Model

__all__ = [
    "BOUNDS",
    "CHE_WITHIN",
    "K_MINUS_2",
    "LESS_EXACT",
    "NO_BOUNDS",
    "NO_OTHER_RHO",
    "NO_PREDICTION",
    "TEST_OF_PREDICTION",
    "why_no_mean",
    "why_no_tau2",
]

_NO_ESTIMATOR: Mapping[str, str] = MappingProxyType(
    {
        "DL2": "metafor has no two-step estimator of DerSimonian and Laird",
        "DLIT": "metafor before 5 solves another equation for it",
        "GENQ": "metafor needs a further package (CompQuadForm) for it",
        "GENQM": "metafor needs a further package (CompQuadForm) for it",
    }
)
_NO_INTERVAL: Mapping[str, str] = MappingProxyType(
    {
        "kenward-roger": "metafor has no Kenward-Roger interval of a mean",
        "profile-likelihood": "metafor profiles the likelihood of tau2 only, not of the mean",
        "sidik-jonkman": "metafor corrects the robust standard error in another way",
        "permutation": "metafor finds the ends of a permutation interval by a search that is less exact",
    }
)
# Prediction intervals that go with a test of rma(), by the interval method that has this test.
TEST_OF_PREDICTION: Mapping[str, CiMethod] = MappingProxyType({"t(k-1)": "t", "normal": "wald"})
K_MINUS_2: Mapping[str, CiMethod] = MappingProxyType({"t(k-2)": "t", "hartung-knapp(k-2)": "hartung-knapp"})
NO_PREDICTION: Mapping[str, str] = MappingProxyType(
    {
        "kenward-roger": "metafor has no Kenward-Roger interval",
        "kenward-roger(df-1)": "metafor has no Kenward-Roger interval",
        "bootstrap": "it is drawn at random",
    }
)
# Intervals that metafor finds by numerical integration, and how far it can be off: hc() calls R's
# integrate() with its default tolerance (1.2e-4 relative) inside the equation that it solves for the ends.
LESS_EXACT: Mapping[str, str] = MappingProxyType({"henmi-copas": "1e-5"})
BOUNDS: Mapping[str, str] = MappingProxyType({"q-profile": "QP", "profile-likelihood": "PL"})
NO_BOUNDS: Mapping[str, str] = MappingProxyType(
    {
        "jackson": "metafor has no Jackson interval",
        "generalised-q": "metafor gives its bounds to four digits only",
    }
)

# The two variances of dependent rows are found in R by a search over a likelihood that is flat around its
# maximum: how far they, and what rests on them, can be off.
CHE_WITHIN = "1e-5"
NO_OTHER_RHO = "the script holds the covariances under the main assumption only"


def why_no_tau2(spec: SynthesisSpec) -> str:
    """Why metafor cannot estimate tau2 as asked; empty if it can."""
    return "" if spec.tau2 is not None else _NO_ESTIMATOR.get(spec.tau2_method, "")


def why_no_mean(spec: SynthesisSpec, model: Model, ci_method: CiMethod) -> str:
    """Why metafor cannot give a mean with this interval; empty if it can."""
    if ci_method in _NO_INTERVAL:
        return _NO_INTERVAL[ci_method]
    return "" if model == "common-effect" else why_no_tau2(spec)
