"""Excel workbooks as rows of text: bounded, without entities, links, macros or formulas being followed."""

from metasyn.evidence.excel.book import Book, RawCell, RawSheet
from metasyn.evidence.excel.read import read_book

__all__ = ["Book", "RawCell", "RawSheet", "read_book"]
