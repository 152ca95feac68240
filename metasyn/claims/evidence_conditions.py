"""Conditions on the evidence behind a result: what is open about its figures, which routes they took."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.claims.statement import Check, Subject
from metasyn.vocabulary import RouteName
from metasyn.wording import whole

__all__ = ["OpenFindings", "TakesRoutes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFindings:
    """How many findings about the printed figures are open, and how many of them are errors."""

    number: int
    errors: int

    def check(self, subject: Subject) -> Check:
        """Count the findings of the subject."""
        number = len(subject.open_findings)
        errors = sum(one.severity == "error" for one in subject.open_findings)
        return Check(
            holds=(number, errors) == (self.number, self.errors),
            says=f"{whole(self.number)} findings are open, {whole(self.errors)} of them errors",
            shows=f"{whole(number)} are open, {whole(errors)} of them errors",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesRoutes:
    """How many effects take one of these routes."""

    routes: tuple[RouteName, ...]
    number: int

    def check(self, subject: Subject) -> Check:
        """Count the effects of the subject."""
        found = sum(effect.route.name in self.routes for effect in subject.result.effects.effects)
        return Check(
            holds=found == self.number,
            says=f"{whole(self.number)} effects take a preferred route",
            shows=f"{whole(found)} of {whole(subject.result.k)} do",
        )
