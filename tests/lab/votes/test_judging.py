"""A model that judges: asked both ways round, once, and found out where it goes by the place or by nothing."""

import asyncio
import json
from pathlib import Path

import pytest

from alignscope.files.yaml_file import FileError
from alignscope.lab.export import FORMS
from alignscope.lab.summary.opening import open_run
from alignscope.lab.votes import words
from alignscope.lab.votes.ballots import BallotBox, ballots
from alignscope.lab.votes.feedback import feedback_of
from alignscope.lab.votes.index import Index
from alignscope.lab.votes.judging.answers import JUDGED, Both, Record, answers, judges, verdict_of
from alignscope.lab.votes.judging.principles import Principles, known, read_principles
from alignscope.model.lineup.pane import Mode
from alignscope.model.vote import Vote, VotesError
from tests.lab.votes import judge
from tests.standin import Ollama, OpenAIStyle, Script
from tests.standin.replies.script import Fault
from tests.waiting import until


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return judge.run(tmp_path / "run")


def texts(index: Index, key: str) -> str:
    row = index.row(key)
    assert row is not None
    return row.text


async def test_every_pair_is_asked_both_ways_round_and_judged_by_the_rule(index: Index, llama_cpp: OpenAIStyle) -> None:
    llama_cpp.script("stories", judge.script(judge.longer))
    judging = await judge.judged(index, llama_cpp.url)
    assert (judging.total, judging.came, judging.failed) == (40, 40, 0)
    found = judge.the_judge(index)
    assert (found.by, found.answers, found.unreadable, found.one_way) == ("stories by helpful", 40, 0, 0)
    assert len(found.verdicts) == 20
    for (one, other), vote in found.verdicts.items():
        lengths = len(texts(index, one)), len(texts(index, other))
        expected = Vote.TIE if lengths[0] == lengths[1] else Vote.FIRST if lengths[0] > lengths[1] else Vote.SECOND
        assert vote is expected
    facts = feedback_of(index).judges[0]
    assert facts.contrary == 0 and facts.position is not None
    assert facts.position.share == 0.5 and facts.position.p is None


async def test_a_judge_that_goes_by_the_place_is_found_out(index: Index, llama_cpp: OpenAIStyle) -> None:
    llama_cpp.script("stories", judge.script(judge.always_a))
    await judge.judged(index, llama_cpp.url)
    assert set(judge.the_judge(index).verdicts.values()) == {Vote.TIE}
    facts = feedback_of(index).judges[0]
    assert (facts.questions, facts.contrary) == (20, 20)
    assert facts.position is not None and facts.position.share == 1
    assert (facts.position.first_twice, facts.position.second_twice) == (20, 0)
    said = " ".join(words.judged(facts))
    assert "20 of 20 questions were answered the other way when the replies changed places, and are ties." in said
    assert "A was preferred in 100% [82, 100] of answers (40 answers on 20 prompts; without a bias 50%)" in said
    assert "A both ways round 20 times and B 0 (McNemar p < 0.001): it goes by the place, towards A." in said


async def test_a_bias_that_lets_some_verdicts_stand_is_told_too(index: Index, llama_cpp: OpenAIStyle) -> None:
    def leaning(first: str, second: str, _: str) -> str:
        return "B" if len(second) + 25 > len(first) else "A"

    llama_cpp.script("stories", judge.script(leaning))
    await judge.judged(index, llama_cpp.url)
    votes = list(judge.the_judge(index).verdicts.values())
    facts = feedback_of(index).judges[0]
    assert 0 < votes.count(Vote.TIE) == facts.contrary < 20
    assert facts.position is not None and facts.position.second_twice == facts.contrary
    assert "towards B" in words.judged(facts)[-1]


async def test_nonsense_is_counted_and_said(index: Index, llama_cpp: OpenAIStyle) -> None:
    def babbling(first: str, second: str, _: str) -> str:
        return "A" if first == "b" * 50 else "A lamp is a light."

    llama_cpp.script("stories", judge.script(babbling))
    await judge.judged(index, llama_cpp.url)
    found = judge.the_judge(index)
    assert found.answers == 40 and 0 < found.unreadable < 40 and found.verdicts == {}
    said = " ".join(words.judged(feedback_of(index).judges[0]))
    assert f"{found.unreadable} of 40 answers" in said and "20 pairs have no verdict" in said
    assert "take it for no judge" in said
    assert {answer.text for answer in answers(index.folder) if answer.vote is None} == {"A lamp is a light."}


async def test_the_twins_can_judge_and_say_nothing(index: Index) -> None:
    await judge.judged(index, "embedded", model="twin:text", mode=Mode.COMPLETION, most=3)
    found = judge.the_judge(index)
    assert found.answers == 6 and found.unreadable == 6 and found.verdicts == {}


async def test_what_was_answered_is_asked_no_more(index: Index, llama_cpp: OpenAIStyle) -> None:
    llama_cpp.script("stories", judge.script(judge.longer))
    await judge.judged(index, llama_cpp.url, most=5)
    before = (index.folder / JUDGED).read_bytes()
    again = await judge.judged(index, llama_cpp.url, most=5)
    assert (again.before, again.came) == (10, 0) and (index.folder / JUDGED).read_bytes() == before
    more = await judge.judged(index, llama_cpp.url)
    assert (more.before, more.came) == (10, 30)
    assert (index.folder / JUDGED).read_bytes().startswith(before)


async def test_a_kill_costs_the_answer_that_was_being_written(index: Index, llama_cpp: OpenAIStyle) -> None:
    llama_cpp.script("stories", judge.script(judge.longer))
    await judge.judged(index, llama_cpp.url, most=5)
    whole = (index.folder / JUDGED).read_bytes()
    for cut in (1, 40, len(whole) // 2):
        (index.folder / JUDGED).write_bytes(whole[:-cut])
        torn = await judge.judged(index, llama_cpp.url, most=5)
        assert torn.came >= 1 and len({answer.key for answer in answers(index.folder)}) == 10
        assert judge.the_judge(index).answers == 10


async def test_stopping_keeps_what_came(index: Index, llama_cpp: OpenAIStyle) -> None:
    llama_cpp.script("stories", *[judge.script(judge.longer)] * 8, Script(fault=Fault.STALL, after=0))
    task = asyncio.create_task(judge.judged(index, llama_cpp.url))
    await until(lambda: len([*answers(index.folder)]) == 8)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len([*answers(index.folder)]) == 8
    llama_cpp.script("stories", judge.script(judge.longer))
    assert (await judge.judged(index, llama_cpp.url)).came == 32


async def test_a_server_that_is_busy_is_asked_again_and_one_that_breaks_is_said(index: Index, ollama: Ollama) -> None:
    troubles: list[str] = []
    well = judge.script(judge.longer)
    ollama.script("mistral:instruct", *[Script(status=503, error="busy")] * 5, well)
    judging = await judge.judged(index, ollama.url, model="mistral:instruct", most=5, troubles=troubles)
    assert judging.came == 10 and judging.failed == 0 and any("asks again by itself in" in said for said in troubles)
    ollama.script("mistral:instruct", Script(status=400, error="too long"))
    judging = await judge.judged(index, ollama.url, model="mistral:instruct", most=15, troubles=troubles)
    assert judging.came == 0 and judging.failed >= 10 and "too long" in judging.stopped


async def test_a_judge_that_falls_silent_is_said_and_left_for_later(index: Index, llama_cpp: OpenAIStyle) -> None:
    troubles: list[str] = []
    llama_cpp.script("stories", Script(fault=Fault.STALL, after=0))
    judging = await judge.judged(index, llama_cpp.url, most=1, silence=0.2, troubles=troubles)
    assert (judging.came, judging.failed) == (0, 2)
    assert troubles[-1] == f"{llama_cpp.url} was silent for 0.2 seconds."
    llama_cpp.script("stories", judge.script(judge.longer))
    assert (await judge.judged(index, llama_cpp.url, most=1)).came == 2


async def test_several_questions_come_to_what_more_of_them_say(index: Index, llama_cpp: OpenAIStyle) -> None:
    def by_question(first: str, second: str, question: str) -> str:
        return {"longer?": judge.longer, "first?": judge.always_a}[question](first, second, question)

    llama_cpp.script("stories", judge.script(by_question))
    both = Principles(name="both", questions=("longer?", "first?"))
    judging = await judge.judged(index, llama_cpp.url, both)
    assert judging.total == 80
    found = judge.the_judge(index)
    assert {Vote.FIRST, Vote.SECOND, Vote.TIE} == set(found.verdicts.values())
    first, second, tie = (Both(vote, vote) for vote in (Vote.FIRST, Vote.SECOND, Vote.TIE))
    torn = Both(Vote.FIRST, None)
    assert verdict_of([first, second, first]) is Vote.FIRST and verdict_of([first, second]) is Vote.TIE
    assert verdict_of([tie, second, torn]) is Vote.SECOND and verdict_of([torn]) is None
    assert Both(Vote.FIRST, Vote.TIE).verdict is Vote.TIE and not Both(Vote.FIRST, Vote.TIE).contrary


async def test_another_list_of_the_same_name_is_another_judge(index: Index, llama_cpp: OpenAIStyle) -> None:
    llama_cpp.script("stories", judge.script(judge.longer))
    await judge.judged(index, llama_cpp.url, most=3)
    await judge.judged(index, llama_cpp.url, Principles(name="helpful", questions=("Which, then?",)), most=2)
    found = judges(index.folder)
    assert [each.answers for each in found] == [6, 4]
    assert len({each.by for each in found}) == 2 and all(each.by.startswith("stories by helpful (") for each in found)


async def test_a_judge_leaves_the_persons_votes_alone_and_is_compared_with_them(
    index: Index, llama_cpp: OpenAIStyle
) -> None:
    llama_cpp.script("stories", judge.script(judge.longer))
    pairs = index.pairs(*index.arms)
    with BallotBox(index.folder) as box:
        for number, pair in enumerate(pairs):
            lengths = len(texts(index, pair.first)), len(texts(index, pair.second))
            said = Vote.SECOND if lengths[1] > lengths[0] else Vote.FIRST
            box.add(pair, Vote.BOTH_BAD if lengths[0] == lengths[1] else said.swapped if number % 5 == 0 else said)
    before = ballots(index.folder)
    await judge.judged(index, llama_cpp.url)
    assert ballots(index.folder) == before
    found = feedback_of(index)
    assert [standing.by for standing in found.standings] == ["", "stories by helpful"]
    (agreed,) = found.agreements
    wrong = sum(
        number % 5 == 0 and len(texts(index, pair.first)) != len(texts(index, pair.second))
        for number, pair in enumerate(pairs)
    )
    assert (agreed.pairs, agreed.prompts) == (20, 20) and agreed.equal == pytest.approx(1 - wrong / 20)
    assert agreed.kappa is not None and agreed.interval is not None
    lo, hi = agreed.interval
    assert lo is not None and hi is not None and 0 < lo < agreed.kappa < hi <= 1
    headings = dict(words.voted(found))
    assert list(headings) == ["A person", "Judge stories by helpful"]
    assert "kappa" not in " ".join(headings["A person"])
    assert (
        f"Agrees with the person on {1 - wrong / 20:.0%} of 20 pairs on 20 prompts that both voted on: kappa"
        in " ".join(headings["Judge stories by helpful"])
    )


def test_one_judge_at_a_time(index: Index) -> None:
    with Record(index.folder), pytest.raises(VotesError, match=r"another judge is at work on .*; go on when"):
        Record(index.folder)
    with Record(index.folder):
        pass


@pytest.mark.parametrize("name", known())
def test_the_lists_that_come_along_are_lists(name: str) -> None:
    found = read_principles(name)
    assert found.name == name and found.about and all(each.endswith("?") for each in found.questions)


def test_there_are_three_lists() -> None:
    assert known() == ("harmless", "helpful", "honest")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "mine.yaml is empty or no list of principles"),
        ("questions: []", "mine.yaml, line 1: questions: are 1 to 20, not 0"),
        ("questions: [Which?, Which?]", "questions: holds a question twice"),
        ("about: x\nquestions: ['']", "questions[1]: must be text"),
        ("question: Which?", "question: is unknown; did you mean questions?"),
        ("questions: [Which?]\nname: ''\nnames: x", "names: is unknown; did you mean name?"),
    ],
)
def test_a_list_with_a_mistake_is_refused_by_line_and_field(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "mine.yaml").write_text(written)
    with pytest.raises(FileError) as refused:
        read_principles(str(tmp_path / "mine.yaml"))
    assert said in str(refused.value)


def test_a_list_of_ones_own_is_called_as_its_file_is(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("questions: [Which one rhymes?]")
    assert read_principles(str(tmp_path / "mine.yaml")).name == "mine"
    with pytest.raises(FileError, match="no list of principles is called kind, nor is there such a file; there are ha"):
        read_principles("kind")


async def test_verdicts_export_with_who_judged(index: Index, llama_cpp: OpenAIStyle) -> None:
    llama_cpp.script("stories", judge.script(judge.longer))
    await judge.judged(index, llama_cpp.url)
    pair = next(p for p in index.pairs(*index.arms) if 30 == len(texts(index, p.first)) < len(texts(index, p.second)))
    with BallotBox(index.folder) as box:
        box.add(pair, Vote.FIRST)  # the shorter one
    tally = open_run(index.folder, ())
    lines = [json.loads(line) for line in FORMS["preferences"].write(tally, None)]
    ties = list(judge.the_judge(index).verdicts.values()).count(Vote.TIE)
    assert len(lines) == 20 - ties
    (mine,) = [line for line in lines if line["by"] == ["person"]]
    assert mine["chosen"] == "b" * 30
    theirs = [line for line in lines if line["by"] == ["stories by helpful"]]
    assert len(theirs) == len(lines) - 1 and all(len(line["chosen"]) > len(line["rejected"]) for line in theirs)
