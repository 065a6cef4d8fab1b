"""``python -m textclean`` is the command."""

from textclean.cli import main

main()
