"""`python -m metasyn` is the command `metasyn`."""

from metasyn.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
