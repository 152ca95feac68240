"""`python -m metasyn` is the command `metasyn`."""

from metasyn.cli import command

if __name__ == "__main__":
    command()
