"""Votes of a run: which pairs there are, what is kept of a vote, and what votes come to."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from alignscope.commands.lab.vote import two_arms
from alignscope.lab.votes.ballots import BallotBox, ballots, votes_of
from alignscope.lab.votes.index import Index, Pair
from alignscope.lab.votes.standing import lengths, sentences, standing_of
from alignscope.model.events import End
from alignscope.model.vote import Vote, VotesError
from tests.commands.shell import Shell
from tests.lab import runs


@pytest.fixture
def run(tmp_path: Path) -> Index:
    return Index(runs.folder(tmp_path / "run", runs.made_up(12, 3)))


def paired(run: Index) -> list[Pair]:
    return run.pairs(*run.arms)


def said(votes: Mapping[Pair, Vote], pairs: int) -> list[str]:
    return sentences(standing_of(votes, pairs, ("base", "chat")))


def test_pairs_are_whole_replies_of_one_sample_to_one_prompt(tmp_path: Path) -> None:
    rows = [
        runs.row(key="a", sample=1), runs.chat(key="b", sample=1), runs.row(key="c", sample=2),
        runs.chat(key="d", sample=2, end=End.ERROR), runs.chat(key="e", sample=3),
        runs.row(key="f", prompt_id="p2", entry="third"), runs.chat(key="g", prompt_id="p2"),
    ]  # fmt: skip
    run = Index(runs.folder(tmp_path, rows))
    assert run.labels == ["base", "third", "chat"]
    assert run.pairs(run.arms[0], run.arms[2]) == [Pair(("tests", "p1"), "a", "b")]
    assert run.pairs(run.arms[1], run.arms[2]) == [Pair(("tests", "p2"), "f", "g")]
    assert run.pairs(run.arms[0], run.arms[1]) == []


def test_every_prompt_comes_once_before_any_comes_again(run: Index) -> None:
    pairs = paired(run)
    failed = sum(row.failed for row in runs.made_up(12, 3))
    assert len(pairs) == 36 - failed
    samples = [replies[0].sample for pair in pairs if (replies := run.replies(pair))]
    assert samples == sorted(samples)
    assert [pair.prompt[1] for pair in pairs] != sorted(pair.prompt[1] for pair in pairs)
    assert pairs == paired(Index(run.folder))


def test_each_side_is_shown_as_a_about_as_often() -> None:
    swapped = [Pair(("tests", "p"), f"first {number}", f"second {number}").swapped for number in range(1000)]
    assert 420 < sum(swapped) < 580


def test_a_vote_is_of_the_arms_whichever_side_they_were_on(run: Index) -> None:
    pairs = paired(run)
    assert {pair.swapped for pair in pairs} == {True, False}
    votes = {pair: list(Vote)[number % 4] for number, pair in enumerate(pairs)}
    with BallotBox(run.folder) as box:
        for pair, vote in votes.items():
            box.add(pair, vote)
    assert votes_of(run.folder, pairs) == votes


def test_an_undone_vote_leaves_no_trace_and_those_before_stay(run: Index) -> None:
    folder, (one, other, *_) = run.folder, paired(run)
    with BallotBox(folder) as box:
        box.add(one, Vote.TIE)
    before = (folder / "votes.jsonl").read_bytes()
    with BallotBox(folder) as box:
        box.add(other, Vote.FIRST)
        box.undo()
    assert (folder / "votes.jsonl").read_bytes() == before


def test_a_vote_is_not_undone_over_what_somebody_else_wrote(run: Index) -> None:
    folder, pair = run.folder, paired(run)[0]
    with BallotBox(folder) as box:
        box.add(pair, Vote.FIRST)
        with (folder / "votes.jsonl").open("ab") as file:
            file.write(b'{"first":"x","second":"y","vote":"tie","by":"judge"}\n')
        with pytest.raises(VotesError, match="changed by somebody else"):
            box.undo()
    assert votes_of(folder, [pair]) == {pair: Vote.FIRST} and len(ballots(folder)) == 2


def test_a_torn_last_line_costs_no_other_vote(run: Index) -> None:
    folder, (one, other, *_) = run.folder, paired(run)
    with BallotBox(folder) as box:
        box.add(one, Vote.TIE)
    with (folder / "votes.jsonl").open("ab") as file:
        file.write(b'{"first":"to')
    with BallotBox(folder) as box:
        box.add(other, Vote.SECOND)
    assert votes_of(folder, [one, other]) == {one: Vote.TIE, other: Vote.SECOND}


def test_one_votes_at_a_time(run: Index) -> None:
    with BallotBox(run.folder), pytest.raises(VotesError, match=r"votes on .* already"):
        BallotBox(run.folder)
    with BallotBox(run.folder):
        pass


def test_a_share_has_its_interval_and_is_not_told_of_few_votes(run: Index) -> None:
    pairs = paired(run)
    few = dict.fromkeys(pairs[:9], Vote.SECOND)
    assert said(few, len(pairs))[1] == "With fewer than 10 votes no share is told."
    votes = [Vote.SECOND] * 6 + [Vote.FIRST] * 4 + [Vote.TIE, Vote.BOTH_BAD]
    lines = said(dict(zip(pairs, votes, strict=False)), 36)
    # Wilson 1927 for 7 of 12 prompts, and for 6 of 10, as statsmodels' proportion_confint has them
    assert lines == [
        "12 of 36 pairs voted on: base better 4, chat better 6, tie 1, both bad 1.",
        "chat preferred, ties as halves: 58% [32, 81] (12 votes on 12 prompts, few prompts).",
        "chat preferred, without ties: 60% [31, 83] (10 votes on 10 prompts, few prompts).",
    ]


def test_a_pair_whose_rows_are_gone_is_none(run: Index) -> None:
    pair = paired(run)[0]
    (run.folder / "samples.jsonl").write_bytes(b"")
    assert run.replies(pair) is None
    runs.folder(run.folder, [runs.row(), runs.chat()])
    assert len(paired(Index(run.folder))) == 1 and run.replies(pair) is None


async def test_the_command_says_how_votes_stand_and_between_whom(run: Index, tmp_path: Path) -> None:
    shell, folder = Shell(tmp_path), run.folder
    with BallotBox(folder) as box:
        box.add(paired(run)[0], Vote.SECOND)
    done = await shell.run("lab", "vote", str(folder), "--summary")
    assert (done.status, done.err) == (0, "")
    assert "voted on: base better 0, chat better 1, tie 0, both bad 0." in done.out and "no share" in done.out
    done = await shell.run("lab", "vote", str(folder), "--summary", "--between", "chat", "base")
    assert "chat better 1, base better 0" in done.out
    done = await shell.run("lab", "vote", str(folder))
    assert done.status == 2 and "voting needs a terminal; --summary does without one" in done.err
    done = await shell.run("lab", "vote", str(folder), "--summary", "--between", "base", "beauty")
    assert done.status == 2 and "this run has no beauty; it has base, chat" in done.err
    runs.folder(folder, [runs.row(), runs.chat(), runs.row(entry="third")])
    done = await shell.run("lab", "vote", str(folder), "--summary")
    assert (done.status, done.out) == (0, "There are no votes of yours in this run.\n")
    with pytest.raises(VotesError, match="say which with --between; there are base, third, chat"):
        two_arms(Index(folder), None)
    done = await shell.run("lab", "vote", str(folder), "--between", "base", "chat", "--rank")
    assert done.status == 2 and "--rank and --between exclude each other" in done.err


def test_of_rows_with_one_key_the_last_holds_and_a_failed_one_is_none(tmp_path: Path) -> None:
    rows = [
        runs.row(key="a", end=End.ERROR), runs.chat(key="b"), runs.row(key="a", text="later"),
        runs.row(key="c", prompt_id="p2"), runs.chat(key="d", prompt_id="p2"),
        runs.row(key="c", prompt_id="p2", end=End.CUT),
    ]  # fmt: skip
    index = Index(runs.folder(tmp_path, rows))
    assert [pair.first for pair in paired(index)] == ["a"]
    assert (row := index.row("a")) is not None and row.text == "later" and index.row("c") is None


def test_reading_tells_how_far_it_is_and_reads_no_lists(tmp_path: Path) -> None:
    told: list[float] = []
    folder = runs.folder(tmp_path, [runs.row(key="a", text="x" * 10_000_000), runs.chat(key="b", text="y" * 6_000_000)])
    (folder / "tokens.jsonl").mkdir()  # whoever looks into it fails
    index = Index(folder, told.append)
    assert len(paired(index)) == 1
    assert told == sorted(told) and told[0] < 1 and told[-1] == 1


def test_at_equal_length_the_longer_ones_lead_is_gone(tmp_path: Path) -> None:
    rows, said_of = [], {}
    for number in range(40):
        # The chat's reply is longer on three prompts of four; whichever is longer wins on most of them.
        longer, shorter = "a" * (60 + number), "b" * 20
        chat, base = (longer, shorter) if number % 4 else (shorter, longer)
        rows += [runs.row(prompt_id=f"p{number}", text=base), runs.chat(prompt_id=f"p{number}", text=chat)]
        said_of[f"p{number}"] = Vote.SECOND if (number % 4 > 0) is (number % 7 > 0) else Vote.FIRST
    index = Index(runs.folder(tmp_path, rows))
    votes = {pair: said_of[pair.prompt[1]] for pair in paired(index)}
    standing = standing_of(votes, 40, ("base", "chat"), length=lengths(index))
    assert standing.halves is not None and standing.halves.sure == 1
    assert standing.equal_length is not None and standing.equal_length.sure == 0
    assert standing.longer is not None and standing.longer > 0
    line = sentences(standing)[-1]
    assert line.startswith("chat preferred, at equal length: ") and line.endswith("longer replies are preferred.")
    few = dict(list(votes.items())[:29])
    told = sentences(standing_of(few, 40, ("base", "chat"), length=lengths(index)))[-1]
    assert told == "At equal length it can't be told: fewer than 30 votes that prefer one."
