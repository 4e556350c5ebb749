"""`alignscope lab`: the commands of the lab, a module for each."""

import argparse


def main(options: argparse.Namespace) -> int:
    """Run the command in the arguments, and return the exit status. Raises UsageError."""
    match options.action:
        case "init":
            from alignscope.commands.lab import init

            return init.run(options)
        case "run":
            from alignscope.commands.lab import run

            return run.run(options)
        case "judge":
            from alignscope.commands.lab import judge

            return judge.run(options)
    raise AssertionError(options.action)
