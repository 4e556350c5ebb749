"""Chats of several turns, and chats with a system prompt."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from training.instruct.chats.scenes import others, pick_closed, short, statement
from training.instruct.facts.asking import answer, bindings, by_relation, pick, question, shapes
from training.instruct.templates.grammar import draw, lines, load
from training.instruct.templates.noise import typed
from training.instruct.wishes.families import asked, families
from training.instruct.wishes.replies import finished
from training.knowledge.facts import Fact
from training.types import Example, Turn

Maker = Callable[[str, Random], Example]


def chat(*contents: str) -> tuple[Turn, ...]:
    """Turns of the user and the assistant by turns, the user first."""
    return tuple(Turn("user" if at % 2 == 0 else "assistant", text) for at, text in enumerate(contents))


def drawn(sort: str, rng: Random, **given: str) -> str:
    """One of a list's lines, with what is given put into it."""
    return draw(rng.choice(lines(load("chats/turns.yaml")[sort])), rng, {key: (value,) for key, value in given.items()})


def follow_up(kind: str, rng: Random, ask: Maker) -> Example:
    """`And of Spain?` after a question of the same relation; once or twice."""
    fact = pick(rng)
    while fact.relation not in load("chats/turns.yaml")["follow"]:
        fact = pick(rng)
    members = [known for known in by_relation()[fact.relation] if known is not fact]
    text, reply = question(fact, rng, plain=True)
    said = [typed(text, rng), reply]
    for _ in range(rng.choice((0, 0, 1))):
        known = rng.choice(members)
        said += [_next(known, rng), answer(known, rng)]
    known = rng.choice(members)
    return Example(chat(*said, _next(known, rng)), answer(known, rng), kind)


def _next(fact: Fact, rng: Random) -> str:
    return typed(draw(load("chats/turns.yaml")["follow"][fact.relation], rng, dict(bindings(fact))), rng, True)


def after_reply(kind: str, rng: Random, ask: Maker) -> Example:
    """A short word after an answer: thanks, praise, doubt, why, another one."""
    first = ask("", rng)
    row = rng.choice(lines(load("chats/turns.yaml")["reactions"]))
    asked, _, reply = row.partition(" => ")
    return Example(
        (*first.turns, Turn("assistant", first.reply), Turn("user", typed(draw(asked, rng), rng))),
        draw(reply, rng),
        kind,
    )


def doubt(kind: str, rng: Random, ask: Maker) -> Example:
    """The user doubts a right answer, or claims a wrong one."""
    fact = pick_closed(rng)
    text, _ = question(fact, rng, plain=True)
    right = bindings(fact)["n"][0] if fact.relation == "legs" else fact.answer
    wrong = others(fact, rng, 1)[0]
    said = drawn("doubts", rng, wrong=wrong)
    truth = statement(fact, right)
    reply = rng.choice((f"Yes, {truth}.", f"I'm sure: {truth}.", f"As far as I know, {truth}."))
    if wrong in said:
        reply = rng.choice((f"No, {truth}.", f"I'm quite sure that {truth}.", f"As far as I know, {truth}."))
    return Example(chat(typed(text, rng), answer(fact, rng), typed(said, rng)), reply, kind)


def another(kind: str, rng: Random, ask: Maker) -> Example:
    """Another joke, poem, story or riddle after one."""
    names = {"joke": "joke", "poem_any": "poem", "story_any": "story", "riddle": "riddle"}
    family = rng.choice([family for family in families("task") if family.name in names])
    request = None
    while request is None:
        request = asked(family, rng)
    first, second = rng.sample(family.says, 2)
    said = drawn("another", rng, what=names[family.name])
    return Example(chat(typed(request.text, rng), draw(first, rng), typed(said, rng)), draw(second, rng), kind)


def name_given(kind: str, rng: Random, ask: Maker) -> Example:
    """The user's name, given and asked for later."""
    name = rng.choice(load("templates/small.yaml")["names"].split())
    given, said = drawn("name_given", rng, name=name), drawn("name_asked", rng)
    reply = rng.choice((f"Your name is {name}.", f"You told me: {name}.", f"{name}."))
    between = ask("", rng)
    hello = rng.choice((f"Hello, {name}! How can I help?", f"Nice to meet you, {name}!"))
    if rng.random() < 0.35:
        return Example((Turn("user", typed(given, rng)),), hello, kind)
    middle = (
        (*between.turns, Turn("assistant", between.reply)) if rng.random() < 0.4 and len(between.turns) == 1 else ()
    )
    turns = (Turn("user", typed(given, rng)), Turn("assistant", hello), *middle, Turn("user", typed(said, rng)))
    return Example(turns, reply, kind)


def change_topic(kind: str, rng: Random, ask: Maker) -> Example:
    """Something else after something: any request after another."""
    first, second = ask("", rng), ask("", rng)
    before = (*first.turns, Turn("assistant", first.reply))
    return Example((*before, *second.turns), second.reply, second.kind)


def shorter(kind: str, rng: Random, ask: Maker) -> Example:
    """The same in one word, or in capitals, after an answer."""
    fact = pick(rng)
    text, _ = question(fact, rng, plain=True)
    line, _, how = rng.choice(lines(load("chats/turns.yaml")["again"])).partition(" => ")
    said = draw(line, rng)
    reply = {"short": f"{short(fact)}.", "upper": short(fact).upper(), "same": answer(fact, rng)}[how]
    return Example(chat(typed(text, rng), answer(fact, rng), typed(said, rng)), reply, kind)


def format_fact(kind: str, rng: Random, ask: Maker) -> Example:
    """A question about a fact that also says what the answer should look like."""
    fact = pick(rng)
    text, _ = question(fact, rng, plain=True)
    row = rng.choice(lines(load("chats/turns.yaml")["formats"]))
    asked, _, how = row.partition(" => ")
    full, alone = answer_sentence(fact), short(fact)
    shown = {
        "short": f"{alone}.",
        "upper": alone.upper(),
        "lower": alone.lower(),
        "sentence": full,
        "quoted": f'"{alone}"',
        "pirate": f"Arr, {full}",
        "twice": f"{alone}, {alone}",
    }[how]
    return Example((Turn("user", typed(asked.replace("Q", text, 1), rng)),), shown, kind)


def answer_sentence(fact: Fact) -> str:
    """The first and longest wording of an answer."""
    return finished(draw(shapes(fact.relation, "say")[0], Random(0), dict(bindings(fact))))


def system(kind: str, rng: Random, ask: Maker) -> Example:
    """A chat with a system prompt: mostly one that changes nothing, sometimes one to follow."""
    row = rng.choice(lines(load("chats/turns.yaml")["systems"]))
    told, _, how = row.partition(" => ")
    if how == "same":
        made = ask("", rng)
        turns = made.turns if made.turns[0].role == "user" else made.turns[1:]
        return Example((Turn("system", told), *turns), made.reply, made.kind)
    fact = pick(rng)
    text, _ = question(fact, rng, plain=True)
    full, alone = answer_sentence(fact), short(fact)
    reply = {
        "short": f"{alone}.",
        "upper": full.upper(),
        "pirate": f"Arr, {full}",
        "polite": f"{full} Thank you for asking.",
        "letter": f"Dear friend! {full}",
    }[how]
    return Example((Turn("system", told), Turn("user", typed(text, rng))), reply, kind)


TURNS: dict[str, tuple[float, Callable[[str, Random, Maker], Example]]] = {
    "follow": (3, follow_up),
    "reaction": (2.4, after_reply),
    "doubt": (1.2, doubt),
    "another": (0.8, another),
    "name": (0.8, name_given),
    "topic": (3, change_topic),
    "shorter": (1, shorter),
    "format": (2, format_fact),
    "system": (2.4, system),
}
"""What kinds of longer chat there are, how often they come beside each other, and who makes them."""
