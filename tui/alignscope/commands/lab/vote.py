"""`alignscope lab vote`: blind votes on the replies of a run."""

import argparse
from collections.abc import Callable
from pathlib import Path

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.line import arguments
from alignscope.lab.summary.rows import Arm, RunError
from alignscope.lab.votes.ballots import BallotBox, votes_of
from alignscope.lab.votes.index import Index
from alignscope.lab.votes.poll import RunPoll
from alignscope.lab.votes.standing import lengths, sentences, standing_of
from alignscope.model.vote import Poll, VotesError
from alignscope.text.clean import clean_line


def run(options: argparse.Namespace) -> int:
    """Show pairs until the person leaves, or print how votes stand; return the exit status. Raises UsageError."""
    folder = Path(options.folder).expanduser()
    return _sum_up(folder, options.between) if options.summary else _vote(folder, options)


def _sum_up(folder: Path, between: list[str] | None) -> int:
    try:
        index = Index(folder)
        arms = two_arms(index, between)
    except (RunError, VotesError) as error:
        raise UsageError(str(error)) from error
    labels = (index.label(arms[0]), index.label(arms[1]))
    pairs = index.pairs(*arms)
    votes = votes_of(folder, pairs)
    for line in sentences(standing_of(votes, len(pairs), labels, length=lengths(index))):
        printing.out().line(line)
    return Status.OK


def _vote(folder: Path, options: argparse.Namespace) -> int:
    arguments.need_terminal("voting", "--summary")
    launch = arguments.launch(options, arguments.read_settings())
    polls, problems = list[Poll](), list[str]()
    try:
        with BallotBox(folder) as box:
            from alignscope.ui.app import run as run_screen
            from alignscope.ui.screens.votes.screen import VotesScreen

            def load(told: Callable[[float], None]) -> Poll:
                polls.append(_poll(folder, box, options.between, told))
                return polls[0]

            status = run_screen(launch, lambda: VotesScreen(load, problems.append))
    except VotesError as error:
        raise UsageError(str(error)) from error
    if problems:
        raise UsageError(problems[0])
    if status or not polls:
        return status
    return report(polls[0])


def report(poll: Poll) -> int:
    """Print how votes stand, or how many there are while some are to come; return the exit status."""
    out = printing.out()
    voted = sum(poll.vote(place) is not None for place in range(len(poll)))
    if voted < len(poll):
        # What comes out so far would colour the votes that are still to come.
        out.line(f"{voted:,} of {len(poll):,} pairs voted on. The same command goes on; --summary tells how it stands.")
        return Status.OK
    for line in poll.standing():
        out.line(line)
    return Status.OK


def _poll(folder: Path, box: BallotBox, between: list[str] | None, told: Callable[[float], None]) -> Poll:
    """Read what there is to vote on. Raises VotesError."""
    try:
        index = Index(folder, told)
    except RunError as error:
        raise VotesError(str(error)) from error
    return RunPoll(index, box, two_arms(index, between))


def two_arms(index: Index, between: list[str] | None) -> tuple[Arm, Arm]:
    """Return the two arms that are meant, which have replies to one prompt. Raises VotesError."""
    known = ", ".join(index.labels)
    if between is None:
        if len(index.arms) != 2:
            raise VotesError(f"votes are between two models: say which with --between; there are {known}")
        between = index.labels
    for label in between:
        if label not in index.labels:
            raise VotesError(f"--between: this run has no {clean_line(label):.40}; it has {known}")
    if between[0] == between[1]:
        raise VotesError(f"--between: votes are between two models; there are {known}")
    first, second = (index.arms[index.labels.index(label)] for label in between)
    if not index.pairs(first, second):
        raise VotesError(
            f"{between[0]} and {between[1]} have no whole replies to one prompt, so there is nothing to vote on"
        )
    return first, second
