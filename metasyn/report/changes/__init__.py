"""What a comparison says: as text, table, Markdown, plain data, figure and section of a report."""
