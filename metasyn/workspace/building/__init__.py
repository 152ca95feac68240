"""Building the reports of a project: what is to be done, by how many processes, and who may write."""
