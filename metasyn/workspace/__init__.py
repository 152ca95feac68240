"""A project folder: its evidence, its analysis scripts, its reports and what of them is stale."""
