"""Run the command line with ``python -m failuregraph``."""

from failuregraph.cli import main

main()
