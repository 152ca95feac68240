"""Sentences bound to the results they state: what they say, whether it is true, and the number if not."""

from metasyn.claims.check import Verdict, check_claims, require_claims
from metasyn.claims.claim import Claim
from metasyn.claims.statement import Statement, Subject

__all__ = ["Claim", "Statement", "Subject", "Verdict", "check_claims", "require_claims"]
