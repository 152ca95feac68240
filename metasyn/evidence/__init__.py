"""What was reported: records, reading and validating tables, selecting."""
