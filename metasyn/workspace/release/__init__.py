"""Versions of the evidence: their number, their files, and which one a report is of."""
