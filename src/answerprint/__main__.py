"""`python -m answerprint` is the program."""

from answerprint.cli import main

main()
