"""Every defensible way of answering one question, run and compared."""

from metasyn.analysis.multiverse.ask import multiverse

__all__ = ["multiverse"]
