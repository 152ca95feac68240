"""What changed between two states of the evidence, and what each change did to the results."""
