"""Noticing saves, and showing the reports in a browser on this machine."""
