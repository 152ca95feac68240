"""Numerical building blocks: tails, bracketed roots, weighted least squares; float arrays only."""
