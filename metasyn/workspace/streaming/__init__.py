"""Tables larger than memory: read in pieces, pooled in parts, written in one step."""
