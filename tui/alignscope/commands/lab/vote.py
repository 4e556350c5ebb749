"""`alignscope lab vote`: blind votes on the replies of a run."""

import argparse
from pathlib import Path

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.lab import opening
from alignscope.commands.line import arguments
from alignscope.lab.summary.opening import open_run
from alignscope.lab.summary.rows import RunError
from alignscope.lab.summary.tally import Tally
from alignscope.lab.votes import BallotBox, VotesError, pairs_of, standing, votes_of


def run(options: argparse.Namespace) -> int:
    """Show pairs until the person leaves, or print how votes stand; return the exit status. Raises UsageError."""
    folder = Path(options.folder).expanduser()
    try:
        tally = open_run(folder, measures=())
    except RunError as error:
        raise UsageError(str(error)) from error
    first, second = _labels(tally, options.between)
    arms = [opening.arm(tally, label, "--between") or tally.arms[0] for label in (first, second)]
    pairs = pairs_of(tally.rows, arms[0], arms[1])
    if not pairs:
        raise UsageError(f"{first} and {second} have no whole replies to one prompt, so there is nothing to vote on")
    if not options.summary:
        arguments.need_terminal("voting", "--summary")
        launch = arguments.launch(options, arguments.read_settings())
        try:
            with BallotBox(folder) as box:
                from alignscope.ui.app import run as run_screen
                from alignscope.ui.screens.votes.screen import VotesScreen

                votes = votes_of(folder, pairs)
                status = run_screen(launch, lambda: VotesScreen(tally.rows, pairs, votes, box, (first, second)))
        except VotesError as error:
            raise UsageError(str(error)) from error
        if status:
            return status
    votes = votes_of(folder, pairs)
    out = printing.out()
    if not options.summary and len(votes) < len(pairs):
        # What comes out so far would colour the votes that are still to come.
        out.line(
            f"{len(votes):,} of {len(pairs):,} pairs voted on. The same command goes on; --summary tells how it stands."
        )
        return Status.OK
    for line in standing(votes, len(pairs), first, second):
        out.line(line)
    return Status.OK


def _labels(tally: Tally, between: list[str] | None) -> tuple[str, str]:
    """Return the labels of the two arms. Raises UsageError unless it is clear which two."""
    known = ", ".join(tally.labels)
    if between is not None:
        first, second = between
        for label in between:
            opening.arm(tally, label, "--between")
        if first == second:
            raise UsageError(f"--between: votes are between two models; there are {known}")
        return first, second
    if len(tally.arms) != 2:
        raise UsageError(f"votes are between two models: say which with --between; there are {known}")
    return tally.labels[0], tally.labels[1]
