"""The command line: every command is one library call and the printing of its result.

Modules here import nothing that decodes: the library is reached through the
lazily imported names of `answerprint` itself, so that `--help` is quick.
"""

from answerprint.cli.app import main

__all__ = ["main"]
