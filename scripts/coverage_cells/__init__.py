"""Simulated coverage of every interval of the mean that metasyn can headline."""
