"""One state of a project, from a folder, a git revision, a release or a report."""
