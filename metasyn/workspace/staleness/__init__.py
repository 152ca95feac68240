"""What a report was built from, and whether that still holds."""
