"""Reported figures as estimates and variances on one analysis scale."""
