"""`python -m switchhook`: the same as the `switchhook` script, for children that must use the same interpreter."""

from switchhook.cli import main

main()
