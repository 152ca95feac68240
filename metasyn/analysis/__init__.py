"""What a script in `analyses/` declares, and running it."""

from metasyn.analysis.spec import Analysis, Apart, Outcome

__all__ = ["Analysis", "Apart", "Outcome"]
