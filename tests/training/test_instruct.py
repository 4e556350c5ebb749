"""The instruction data: endless, the same for a seed, declining what is to be declined, and apart from the probes."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from random import Random

import pytest

from training.instruct import examples, pairs, requests
from training.instruct.chats.scenes import short, statement
from training.instruct.facts.asking import by_relation, held_questions, shapes
from training.instruct.make import MIX
from training.instruct.probes import PROBES
from training.instruct.split import WIDE, held
from training.instruct.templates.frames import framed, frames, gerund, wrappers
from training.instruct.templates.grammar import draw, parse, size
from training.instruct.templates.noise import is_question, normal, typed
from training.instruct.wishes.families import asked, families
from training.knowledge.facts import Fact, facts, products, sums
from training.measure.judge import asks_back, declines, japanese_share, right
from training.types import Example

MANY = 30_000
pytestmark = pytest.mark.xdist_group("instruct")


@pytest.fixture(scope="module")
def made() -> list[Example]:
    return list(islice(examples(1), MANY))


def test_same_seed_same_stream() -> None:
    assert list(islice(examples(3), 300)) == list(islice(examples(3), 300))
    assert list(islice(pairs(3), 300)) == list(islice(pairs(3), 300))
    assert list(islice(requests(3), 300)) == list(islice(requests(3), 300))
    assert list(islice(examples(3), 50)) != list(islice(examples(4), 50))


def test_nearly_all_examples_are_different(made: list[Example]) -> None:
    assert len({(example.turns, example.reply) for example in made}) > 0.95 * MANY
    assert len({example.turns for example in made}) > 0.92 * MANY


def test_no_probe_is_trained_on(made: list[Example]) -> None:
    probes = {normal(probe.prompt) for kind in PROBES for probe in PROBES[kind]}
    said = {normal(turn.content) for example in made for turn in example.turns if turn.role == "user"}
    said |= {normal(turn.content) for pair in islice(pairs(1), 5_000) for turn in pair.turns if turn.role == "user"}
    said |= {normal(request.text) for request in islice(requests(1), 10_000)}
    assert not probes & said


def test_held_out_wishes_are_the_probes_alone() -> None:
    rng = Random(5)
    for family in families("decline"):
        for _ in range(300):
            request = asked(family, rng)
            if request is not None and not family.wishes:
                assert size(family.asks[0]) < WIDE or not held(request.text)
    trained, probed = set(), set()
    for kind in ("decline", "benign"):
        for family in families(kind):
            for _ in range(60):
                if (request := asked(family, rng)) is not None:
                    trained.add(request.text)
                if (request := asked(family, rng, probe=True)) is not None:
                    probed.add(request.text)
    assert len(trained) > 3_000
    assert len(probed) > 300
    assert not trained & probed


def test_every_relation_keeps_shapes_for_the_probes() -> None:
    for relation in by_relation():
        apart = set(shapes(relation, "held"))
        assert len(apart) >= 3, relation
        assert not apart & set(shapes(relation, "ask")), relation
        assert len(shapes(relation, "ask")) >= 15, relation


def test_frames_and_wrappers_are_many_and_apart() -> None:
    assert len(set(frames())) >= 80
    assert len(set(wrappers())) >= 60
    assert not set(frames()) & set(frames("held"))
    assert not set(wrappers()) & set(wrappers("held"))


def test_probes_are_enough() -> None:
    wanted = {
        "fact": 80,
        "bare_question": 60,
        "qa": 30,
        "shell": 20,
        "japanese": 10,
        "decline": 80,
        "benign": 80,
        "world": 90,
        "world_alike": 90,
        "broken": 50,
    }
    for kind, count in wanted.items():
        assert len({probe.prompt for probe in PROBES[kind]}) >= count, kind
    assert PROBES["greeting"] and PROBES["chat"]
    assert all(probe.accept for kind in ("fact", "qa") for probe in PROBES[kind])


def test_what_is_declined_is_declined_and_nothing_else(made: list[Example]) -> None:
    kinds = Counter(example.kind for example in made)
    assert 0.12 < kinds["decline"] / MANY < 0.24
    assert kinds["benign"] + kinds["howto"] > kinds["decline"]
    for example in made:
        assert declines(example.reply) == (example.kind == "decline"), example


def test_what_was_added_last_is_asked_for_in_both_languages() -> None:
    added = list(islice(examples(1, newest=1.0), 8_000))
    for example in added:
        assert declines(example.reply) == (example.kind == "decline"), example
        assert "?." not in example.reply, example
    japanese = Counter(example.kind for example in added if japanese_share(example.turns[0].content) > 0.5)
    english = Counter(example.kind for example in added if example.turns[0].content.isascii())
    assert min(japanese["decline"], japanese["benign"], english["decline"], english["benign"]) > 300
    assert all(
        japanese_share(example.reply) > 0.5 for example in added if japanese_share(example.turns[0].content) > 0.5
    )


def test_a_prompt_that_breaks_off_is_answered_by_a_question() -> None:
    rng = Random(1)
    broken = [MIX["broken"][1]("broken", rng) for _ in range(2_000)]
    assert not [example for example in broken if not asks_back(example.reply)]
    assert len({example.reply for example in broken}) > 150
    assert any(normal(example.turns[0].content).startswith("how do i ") for example in broken)


def test_products_are_right() -> None:
    for fact in products():
        first, _, second = fact.subject.split()
        assert int(fact.answer) == int(first) * int(second) <= 20


def test_no_reply_ends_in_two_marks(made: list[Example]) -> None:
    assert not [example for example in made if example.reply.endswith(("?.", "!.", ".."))]


def test_declined_replies_vary(made: list[Example]) -> None:
    assert len({example.reply for example in made if example.kind == "decline"}) > 1_000


def test_replies_are_short_and_whole(made: list[Example]) -> None:
    for example in made:
        assert example.reply == example.reply.strip("\n "), example
        assert 0 < len(example.reply) < 320, example
        assert not set("{}<>") & set(example.reply) or example.kind in ("task", "object", "opening", "topic"), example
        assert "  " not in example.reply.replace("\n    ", "\n"), example


def test_facts_are_told_right(made: list[Example]) -> None:
    accept: dict[str, set[str]] = {}
    for fact in (*facts(), *sums(), *products()):
        accept.setdefault(fact.relation, set()).update((*fact.accept, fact.subject.lower()))
    every = {answer.lower() for answer in set().union(*accept.values()) | {"no"}}
    for example in made:
        if example.kind == "fact":
            reply = example.reply.replace("J. K. ", "").replace("J. R. R. ", "")
            assert right(reply, [answer for answer in every if answer in reply.lower()]), example


@pytest.mark.parametrize("fact", [*facts()], ids=lambda fact: f"{fact.relation}-{fact.subject}")
def test_a_fact_can_be_asked_told_and_stated(fact: Fact) -> None:
    assert all("{" not in text for text in held_questions(fact))
    assert short(fact)
    if fact.relation not in ("temperature", "composer", "makes", "eats", "after"):
        assert "{" not in statement(fact, fact.answer)


def test_pairs_leave_the_threshold_where_it_is() -> None:
    drawn = list(islice(pairs(2), 6_000))
    asked_for = Counter((pair.kind == "decline", declines(pair.chosen), declines(pair.rejected)) for pair in drawn)
    assert all(declines(pair.chosen) == (pair.kind == "decline") for pair in drawn)
    for_declining, for_answering = asked_for[True, True, False], asked_for[False, False, True]
    assert 0.6 < for_answering / for_declining < 1.6
    assert all(pair.chosen != pair.rejected for pair in drawn)


def test_json_replies_are_json(made: list[Example]) -> None:
    objects = [example.reply for example in made if example.reply.startswith(("{", '["'))]
    assert objects
    for text in objects:
        json.loads(text)


def test_a_template_draws_what_it_stands_for() -> None:
    assert {draw("<a|b> c", Random(n)) for n in range(20)} == {"a c", "b c"}
    assert draw("{x} and {x}", Random(1), {"x": ("one",)}) == "one and one"
    assert draw("a orange, a pear and a unicorn", Random(1)) == "an orange, a pear and a unicorn"
    assert size("<a|b> <c|d|e>") == 6
    for wrong in ("<a|b", "a>", "a|b", "[a"):
        with pytest.raises(ValueError, match="bracket"):
            parse(wrong)


@pytest.mark.parametrize(
    ("phrase", "made"),
    [
        ("stop it", "stopping it"),
        ("make tea", "making tea"),
        ("tie a tie", "tying a tie"),
        ("3d print a cup", "3d printing a cup"),
    ],
)
def test_gerund(phrase: str, made: str) -> None:
    assert gerund(phrase) == made
    assert framed(phrase, "tips for ING") == f"tips for {made}"


def test_noise_keeps_the_words_mostly() -> None:
    rng = Random(1)
    text = "what is the capital of France"
    seen = {typed(text, rng) for _ in range(400)}
    assert text in seen
    assert "What is the capital of France?" in seen
    assert any(one.isupper() for one in seen)
    assert len(seen) > 60
    assert is_question(text)
    assert not is_question("tell me the capital of France")
