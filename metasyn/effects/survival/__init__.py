"""Times to event: printed log-rank figures, survival at a time point, medians, Kaplan-Meier curves.

Pure functions. Those that give an effect return `(yi, vi)`, estimate and sampling **variance** on the
analysis scale, or `NotEstimable` with the reason.
"""
