"""Pooling study-level effects."""
