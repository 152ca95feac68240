"""Results and lists as tables of finished text: plain data, no markup, no file."""

from metasyn.tables.model import Column, ReportTable, to_csv

__all__ = ["Column", "ReportTable", "to_csv"]
