"""Votes of a run: which pairs there are, what is kept of a vote, and what votes come to."""

from pathlib import Path

import pytest

from alignscope.lab.summary.opening import open_run
from alignscope.lab.summary.rows import Rows
from alignscope.lab.summary.tally import Tally
from alignscope.lab.votes import BallotBox, Pair, VotesError, ballots, pairs_of, replies_of, standing, votes_of
from alignscope.measure.statistics.votes import Vote
from alignscope.model.events import End
from tests.commands.shell import Shell
from tests.lab import runs


@pytest.fixture
def run(tmp_path: Path) -> Tally:
    return open_run(runs.folder(tmp_path / "run", runs.made_up(12, 3)), ())


def paired(run: Tally) -> list[Pair]:
    return pairs_of(run.rows, *run.arms)


def test_pairs_are_whole_replies_of_one_sample_to_one_prompt(tmp_path: Path) -> None:
    rows = [
        runs.row(key="a", sample=1), runs.chat(key="b", sample=1), runs.row(key="c", sample=2),
        runs.chat(key="d", sample=2, end=End.ERROR), runs.chat(key="e", sample=3),
        runs.row(key="f", prompt_id="p2", entry="third"), runs.chat(key="g", prompt_id="p2"),
    ]  # fmt: skip
    run = open_run(runs.folder(tmp_path, rows), ())
    assert run.labels == ["base", "third", "chat"]
    assert pairs_of(run.rows, run.arms[0], run.arms[2]) == [Pair(("tests", "p1"), "a", "b")]
    assert pairs_of(run.rows, run.arms[1], run.arms[2]) == [Pair(("tests", "p2"), "f", "g")]
    assert pairs_of(run.rows, run.arms[0], run.arms[1]) == []


def test_every_prompt_comes_once_before_any_comes_again(run: Tally) -> None:
    pairs = paired(run)
    failed = sum(row.failed for row, _ in (sample for _, every in run.rows.by_prompt() for sample in every))
    assert len(pairs) == 36 - failed
    samples = [replies[0].sample for pair in pairs if (replies := replies_of(run.rows, pair))]
    assert samples == sorted(samples)
    assert [pair.prompt[1] for pair in pairs] != sorted(pair.prompt[1] for pair in pairs)
    assert pairs == paired(open_run(run.rows.folder, ()))


def test_each_side_is_shown_as_a_about_as_often() -> None:
    turned = [Pair(("tests", "p"), f"first {number}", f"second {number}").turned for number in range(1000)]
    assert 420 < sum(turned) < 580


def test_a_vote_is_of_the_arms_whichever_side_they_were_on(run: Tally) -> None:
    pairs = paired(run)
    assert {pair.turned for pair in pairs} == {True, False}
    votes = {pair: list(Vote)[number % 4] for number, pair in enumerate(pairs)}
    with BallotBox(run.rows.folder) as box:
        for pair, vote in votes.items():
            box.add(pair, vote)
    assert votes_of(run.rows.folder, pairs) == votes


def test_an_undone_vote_leaves_no_trace_and_those_before_stay(run: Tally) -> None:
    folder, (one, other, *_) = run.rows.folder, paired(run)
    with BallotBox(folder) as box:
        box.add(one, Vote.TIE)
    before = (folder / "votes.jsonl").read_bytes()
    with BallotBox(folder) as box:
        box.add(other, Vote.FIRST)
        box.undo()
    assert (folder / "votes.jsonl").read_bytes() == before


def test_a_vote_is_not_undone_over_what_somebody_else_wrote(run: Tally) -> None:
    folder, pair = run.rows.folder, paired(run)[0]
    with BallotBox(folder) as box:
        box.add(pair, Vote.FIRST)
        with (folder / "votes.jsonl").open("ab") as file:
            file.write(b'{"first":"x","second":"y","vote":"tie","by":"judge"}\n')
        with pytest.raises(VotesError, match="changed by somebody else"):
            box.undo()
    assert votes_of(folder, [pair]) == {pair: Vote.FIRST} and len(ballots(folder)) == 2


def test_a_torn_last_line_costs_no_other_vote(run: Tally) -> None:
    folder, (one, other, *_) = run.rows.folder, paired(run)
    with BallotBox(folder) as box:
        box.add(one, Vote.TIE)
    with (folder / "votes.jsonl").open("ab") as file:
        file.write(b'{"first":"to')
    with BallotBox(folder) as box:
        box.add(other, Vote.SECOND)
    assert votes_of(folder, [one, other]) == {one: Vote.TIE, other: Vote.SECOND}


def test_one_votes_at_a_time(run: Tally) -> None:
    with BallotBox(run.rows.folder), pytest.raises(VotesError, match=r"votes on .* already"):
        BallotBox(run.rows.folder)
    with BallotBox(run.rows.folder):
        pass


def test_a_share_has_its_interval_and_is_not_told_of_few_votes(run: Tally) -> None:
    pairs = paired(run)
    few = dict.fromkeys(pairs[:9], Vote.SECOND)
    assert standing(few, len(pairs), "base", "chat")[1] == "With fewer than 10 votes no share is told."
    votes = [Vote.SECOND] * 6 + [Vote.FIRST] * 4 + [Vote.TIE, Vote.BOTH_BAD]
    lines = standing(dict(zip(pairs, votes, strict=False)), 36, "base", "chat")
    # Wilson 1927 for 7 of 12 prompts, and for 6 of 10, as statsmodels' proportion_confint has them
    assert lines == [
        "12 of 36 pairs voted on: base better 4, chat better 6, tie 1, both bad 1.",
        "chat preferred, ties as halves: 58% [32, 81] (12 votes on 12 prompts, few prompts).",
        "chat preferred, without ties: 60% [31, 83] (10 votes on 10 prompts, few prompts).",
    ]


def test_a_pair_whose_rows_are_gone_is_none(run: Tally) -> None:
    pair = paired(run)[0]
    (run.rows.folder / "samples.jsonl").write_bytes(b"")
    assert replies_of(run.rows, pair) is None
    runs.folder(run.rows.folder, [runs.row(), runs.chat()])
    assert Rows(run.rows.folder).prompts == 1


async def test_the_command_says_how_votes_stand_and_between_whom(run: Tally, tmp_path: Path) -> None:
    shell, folder = Shell(tmp_path), run.rows.folder
    with BallotBox(folder) as box:
        box.add(paired(run)[0], Vote.SECOND)
    done = await shell.run("lab", "vote", str(folder), "--summary")
    assert (done.status, done.err) == (0, "")
    assert "voted on: base better 0, chat better 1, tie 0, both bad 0." in done.out and "no share" in done.out
    done = await shell.run("lab", "vote", str(folder), "--summary", "--between", "chat", "base")
    assert "chat better 1, base better 0" in done.out
    done = await shell.run("lab", "vote", str(folder))
    assert done.status == 2 and "voting needs a terminal; --summary does without one" in done.err
    done = await shell.run("lab", "vote", str(folder), "--between", "base", "beauty")
    assert done.status == 2 and "this run has no beauty; it has base, chat" in done.err
    runs.folder(folder, [runs.row(), runs.chat(), runs.row(entry="third")])
    done = await shell.run("lab", "vote", str(folder), "--summary")
    assert done.status == 2 and "say which with --between; there are base, third, chat" in done.err
