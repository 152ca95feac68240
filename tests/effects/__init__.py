"""Tests of metasyn.effects."""
