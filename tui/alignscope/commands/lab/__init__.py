"""`alignscope lab`: the commands of the lab, a module for each."""

import argparse


def main(options: argparse.Namespace) -> int:
    """Run the command in the arguments, and return the exit status. Raises UsageError."""
    match options.action:
        case "init":
            from alignscope.commands.lab import init

            return init.run(options)
        case "claims":
            from alignscope.commands.lab import init

            return init.list_claims()
        case "run":
            from alignscope.commands.lab import run

            return run.run(options)
        case "watch":
            from alignscope.commands.lab import watch

            return watch.run(options)
        case "judge":
            from alignscope.commands.lab import judge

            return judge.run(options)
        case "show":
            from alignscope.commands.lab import show

            return show.run(options)
        case "report":
            from alignscope.commands.lab import report

            return report.run(options)
        case "compare":
            from alignscope.commands.lab import compare

            return compare.run(options)
        case "export":
            from alignscope.commands.lab import export

            return export.run(options)
        case "vote":
            from alignscope.commands.lab import vote

            return vote.run(options)
    raise AssertionError(options.action)
