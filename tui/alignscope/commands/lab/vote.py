"""`alignscope lab vote`: blind votes on the replies of a run."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.line import arguments
from alignscope.lab.summary.rows import Arm, RunError
from alignscope.lab.votes.ballots import BallotBox, unread_ballots, votes_of
from alignscope.lab.votes.feedback import PERSON, feedback_of
from alignscope.lab.votes.index import Index
from alignscope.lab.votes.poll import RunPoll
from alignscope.lab.votes.ranking import MOST, RankPoll
from alignscope.lab.votes.standing import lengths, sentences, standing_of
from alignscope.lab.votes.words import voted, who
from alignscope.model.vote import Poll, VotesError
from alignscope.text.clean import clean_line


def run(options: argparse.Namespace) -> int:
    """Show pairs until the person leaves, or print how votes stand; return the exit status. Raises UsageError."""
    folder = Path(options.folder).expanduser()
    if options.rank is not None and options.between is not None:
        raise UsageError("--rank and --between exclude each other: name the models behind --rank")
    return _sum_up(folder, options.between) if options.summary else _vote(folder, options)


def _sum_up(folder: Path, between: list[str] | None) -> int:
    try:
        index = Index(folder)
        if between is None and len(index.arms) > 2:
            return _sum_up_all(index)
        arms = two_arms(index, between)
    except (RunError, VotesError) as error:
        raise UsageError(str(error)) from error
    labels = (index.label(arms[0]), index.label(arms[1]))
    pairs = index.pairs(*arms)
    votes = votes_of(folder, pairs)
    standing = sentences(standing_of(votes, len(pairs), labels, length=lengths(index)))
    for line in filter(None, (*standing, unread_ballots(folder))):
        printing.out().line(line)
    return Status.OK


def _sum_up_all(index: Index) -> int:
    """Print how the person's votes on every two of several models stand, and the order that they make."""
    mine = dict(voted(feedback_of(index))).get(who(PERSON)) or ["There are no votes of yours in this run."]
    for line in filter(None, (*mine, unread_ballots(index.folder))):
        printing.out().line(line)
    return Status.OK


def _vote(folder: Path, options: argparse.Namespace) -> int:
    arguments.need_terminal("voting", "--summary")
    launch = arguments.launch(options, arguments.read_settings())
    polls, problems = list[RunPoll | RankPoll](), list[str]()
    try:
        with BallotBox(folder) as box:
            from alignscope.ui.app import run as run_screen
            from alignscope.ui.screens.votes.rank import RankScreen
            from alignscope.ui.screens.votes.screen import VotesScreen

            def pairs(told: Callable[[float], None]) -> RunPoll:
                index = _index(folder, told)
                polls.append(poll := RunPoll(index, box, two_arms(index, options.between)))
                return poll

            def groups(told: Callable[[float], None]) -> RankPoll:
                index = _index(folder, told)
                polls.append(poll := _rank_poll(index, box, options.rank))
                return poll

            status = run_screen(
                launch,
                lambda: (
                    VotesScreen(pairs, problems.append) if options.rank is None else RankScreen(groups, problems.append)
                ),
            )
    except VotesError as error:
        raise UsageError(str(error)) from error
    if problems:
        raise UsageError(problems[0])
    if status or not polls:
        return status
    return report(polls[0], "pairs voted on" if options.rank is None else "groups ranked")


def report(poll: Poll[Any], what: str = "pairs voted on") -> int:
    """Print how votes stand, or how many there are while some are to come; return the exit status."""
    out = printing.out()
    done = sum(poll.done(place) for place in range(len(poll)))
    if done < len(poll):
        # What comes out so far would colour the votes that are still to come.
        out.line(f"{done:,} of {len(poll):,} {what}. The same command goes on; --summary tells how it stands.")
        return Status.OK
    for line in poll.standing():
        out.line(line)
    return Status.OK


def _index(folder: Path, told: Callable[[float], None]) -> Index:
    """Read what places the rows. Raises VotesError."""
    try:
        return Index(folder, told)
    except RunError as error:
        raise VotesError(str(error)) from error


def _rank_poll(index: Index, box: BallotBox, names: list[str]) -> RankPoll:
    """Return what there is to rank: of the models that were named, or of all. Raises VotesError."""
    known = ", ".join(index.labels)
    for label in names:
        if label not in index.labels:
            raise VotesError(f"--rank: this run has no {clean_line(label):.40}; it has {known}")
    labels = list(dict.fromkeys(names)) or index.labels
    if len(labels) > MOST:
        raise VotesError(f"--rank: up to {MOST} replies are ranked at once; say whose, of {known}")
    poll = RankPoll(index, box, [index.arms[index.labels.index(label)] for label in labels])
    if not len(poll):
        raise VotesError(f"{' and '.join(labels)}: there are no several whole replies to one prompt to be ranked")
    return poll


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
