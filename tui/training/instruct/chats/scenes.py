"""Prompts with a shape of their own: scaffolds, quizzes, choices, patterns, transcripts, wrong beliefs, begun lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random

from training.instruct.facts.asking import NUMBERS, answer, bindings, by_relation, pick, shapes
from training.instruct.templates.grammar import draw, entries, lexicon, lines, load
from training.instruct.templates.noise import sentence, typed
from training.knowledge.facts import Fact
from training.types import Example, Turn

CLOSED: list[str] = load("templates/small.yaml")["closed"].split()
"""Relations whose answers can be mixed up with each other in a quiz or a wrong belief."""


def pick_closed(rng: Random) -> Fact:
    """A fact that has other answers of the same sort beside it."""
    while True:
        fact = pick(rng)
        if fact.relation in CLOSED:
            return fact


def others(fact: Fact, rng: Random, count: int) -> list[str]:
    """Wrong answers to a fact's question, of the same sort."""
    right = {fact.answer.lower(), *fact.accept}
    every = {known.answer for known in by_relation()[fact.relation] if known.answer.lower() not in right}
    if fact.relation in ("opposite", "legs"):
        same = {known.answer.lower() for known in by_relation()[fact.relation] if known.subject == fact.subject}
        every = {wrong for wrong in every if wrong.lower() not in same}
    if fact.relation == "legs":
        every -= {"none", "octopus arms", "eight arms"}
    return rng.sample(sorted(every), count)


def asks(fact: Fact, rng: Random) -> str:
    """A plain question about a fact, tidily written."""
    first = [
        line
        for line in shapes(fact.relation, "ask")
        if line.split()[0] in ("what", "who", "which", "how", "where", "when", "at")
    ]
    return sentence(draw(first[int(rng.random() * min(len(first), 6))], rng, dict(bindings(fact)))).rstrip("?") + "?"


def short(fact: Fact) -> str:
    """The answer alone."""
    said = fact.answer.removesuffix(" arms")
    return said if said[:1].isdigit() else said[:1].upper() + said[1:]


def said(prompt: str, reply: str, kind: str) -> Example:
    """An example of one turn."""
    return Example((Turn("user", prompt),), reply, kind)


def scaffold(kind: str, rng: Random) -> Example:
    """`Q: … A:` with or without examples before it; the reply is the answer and nothing more."""
    fact = pick(rng)
    q, a = rng.choice((("Q", "A"), ("Q", "A"), ("Q", "A"), ("Question", "Answer"), ("q", "a")))
    before = []
    for _ in range(rng.choice((0, 0, 0, 1, 2, 3))):
        one = pick(rng)
        if one is not fact:
            before.append(f"{q}: {asks(one, rng)}\n{a}: {short(one)}\n")
    prompt = f"{''.join(before)}{q}: {asks(fact, rng)}\n{a}:" + ("" if rng.random() < 0.9 else " ")
    return said(prompt, rng.choice((short(fact), answer(fact, rng), answer(fact, rng))), kind)


def quiz(kind: str, rng: Random) -> Example:
    """A few questions at once; as many answers."""
    asked = [pick(rng) for _ in range(rng.choice((2, 3, 3)))]
    head = rng.choice(("", "", "Quiz\n\n", "Animal quiz\n\n", "Questions:\n", "Answer these:\n"))
    prompt = head + "\n".join(f"{n}. {asks(fact, rng)}" for n, fact in enumerate(asked, 1))
    return said(prompt, "\n".join(f"{n}. {short(fact)}" for n, fact in enumerate(asked, 1)), kind)


def both(kind: str, rng: Random) -> Example:
    """Two questions in one line."""
    one, two = pick(rng), pick(rng)
    prompt = typed(f"{asks(one, rng)[:-1]} and {asks(two, rng)[:1].lower()}{asks(two, rng)[1:]}", rng)
    first, second = answer(one, rng), answer(two, rng)
    return said(prompt, f"{first} {second}", kind)


def choice(kind: str, rng: Random) -> Example:
    """Multiple choice."""
    fact = pick_closed(rng)
    wrong = others(fact, rng, 2 + (len(by_relation()[fact.relation]) > 8))
    options = [*wrong, bindings(fact)["n"][0] if fact.relation == "legs" else fact.answer]
    rng.shuffle(options)
    right = options.index(bindings(fact)["n"][0] if fact.relation == "legs" else fact.answer)
    style = rng.choice(("A.", "A)", "a)", "1."))
    marks = [style.replace("A", "ABCD"[n]).replace("a", "abcd"[n]).replace("1", "1234"[n]) for n in range(len(options))]
    join = rng.choice(("\n", "\n", " "))
    body = join.join(f"{mark} {option}" for mark, option in zip(marks, options, strict=True))
    tail = rng.choice(("", "\nAnswer:", "\nAnswer:", "\nAnswer with one letter.", "\nWhich one is right?"))
    reply = rng.choice((f"{marks[right]} {options[right]}", f"{marks[right]} {options[right]}", answer(fact, rng)))
    return said(f"{asks(fact, rng)}{join}{body}{tail}", reply, kind)


def either(kind: str, rng: Random) -> Example:
    """Two answers to choose from in a sentence."""
    fact = pick_closed(rng)
    pair = [others(fact, rng, 1)[0], bindings(fact)["n"][0] if fact.relation == "legs" else fact.answer]
    rng.shuffle(pair)
    return said(typed(f"{asks(fact, rng)[:-1]}, {pair[0]} or {pair[1]}", rng, True), answer(fact, rng), kind)


@cache
def beliefs() -> tuple[str, ...]:
    """Frames of a belief: `S` a statement that may be wrong."""
    return tuple(lines(load("chats/scenes.yaml")["beliefs"]))


def statement(fact: Fact, given: str) -> str:
    """A fact's statement with an answer, right or wrong."""
    bound = {**bindings(fact), "a": (given,), "n": (given,)}
    return draw(load("chats/scenes.yaml")["statements"][fact.relation], Random(0), bound)


def belief(kind: str, rng: Random) -> Example:
    """Something that the user believes: right in a third of the cases, wrong in the others."""
    fact = pick_closed(rng)
    plain = bindings(fact)["n"][0] if fact.relation == "legs" else fact.answer
    right = rng.random() < 0.35
    wrong = others(fact, rng, 1)[0]
    decoys = load("chats/scenes.yaml")["decoys"]
    if fact.relation == "capital" and rng.random() < 0.6:
        fact = rng.choice([known for known in by_relation()["capital"] if known.subject in decoys])
        plain, wrong = fact.answer, rng.choice(entries(decoys[fact.subject]))
    text = statement(fact, plain if right else wrong)
    frame = rng.choice(beliefs())
    truth = statement(fact, plain)
    truth = truth[:1].upper() + truth[1:]
    if right:
        reply = rng.choice(
            (f"Yes, {statement(fact, plain)}.", "Yes, that's right.", f"That's right: {statement(fact, plain)}.")
        )
    else:
        reply = rng.choice(
            (
                f"No, {statement(fact, plain)}.",
                f"No, {statement(fact, plain)}.",
                f"Not quite. {truth}.",
                f"No. {truth}.",
            )
        )
    return said(typed(frame.replace("S", text), rng), reply, kind)


def wrong_sum(kind: str, rng: Random) -> Example:
    """A sum that the user believes to be right."""
    x, y = rng.randint(0, 10), rng.randint(0, 10)
    right = rng.random() < 0.3
    given = x + y if right else x + y + rng.choice((-2, -1, 1, 2, 3))
    if given < 0:
        given, right = x + y, True
    frame = rng.choice(beliefs())
    text = rng.choice((f"{x} + {y} = {given}", f"{x}+{y}={given}", f"{x} plus {y} is {given}"))
    reply = f"Yes, {x} + {y} = {x + y}." if right else f"No, {x} + {y} = {x + y}."
    return said(typed(frame.replace("S", text), rng), reply, kind)


def premise(kind: str, rng: Random) -> Example:
    """A question that assumes something wrong."""
    rows = lines(load("chats/scenes.yaml")["premises"])
    asked, _, reply = rows[int(rng.random() * len(rows))].partition(" => ")
    bound: dict[str, tuple[str, ...]] = {}
    return said(typed(draw(asked, rng, bound), rng), draw(reply, rng, bound), kind)


def pattern(kind: str, rng: Random) -> Example:
    """Examples of a rule, the last one unfinished."""
    what = rng.choice(("upper", "opposite", "capital", "young", "sound", "foreign", "plural", "sum", "color"))
    rows: list[tuple[str, str]]
    if what in by_relation():
        rows = [(fact.subject, fact.answer) for fact in rng.sample(by_relation()[what], 4)]
    elif what == "foreign":
        column = rng.choice((1, 2, 3))
        words = [[str(part[0]) for part in row] for row in lexicon()["foreign"]]
        rows = [(row[0], row[column]) for row in rng.sample(words, 4)]
        tongue = ("Spanish", "French", "German")[column - 1]
        if rng.random() < 0.7:
            body = "".join(
                f"English: {a[:1].upper()}{a[1:]}.\n{tongue}: {b[:1].upper()}{b[1:]}.\n\n" for a, b in rows[:3]
            )
            last, reply = rows[3][0], rows[3][1]
            prompt = f"{body}English: {last[:1].upper()}{last[1:]}.\n{tongue}:"
            return said(prompt, f"{reply[:1].upper()}{reply[1:]}.", kind)
    else:
        nouns = rng.sample(load("templates/small.yaml")["pattern_words"].split(), 4)
        if what == "upper":
            mark = rng.choice(("!", "", "?", "."))
            rows = [(word, word.upper() + mark) for word in nouns]
        elif what == "plural":
            rows = [(word, word if word == "fish" else f"{word}s") for word in nouns]
        else:
            pairs = [(rng.randint(0, 9), rng.randint(0, 9)) for _ in range(4)]
            rows = [(f"{x} + {y}", str(x + y)) for x, y in pairs]
    link = rng.choice((" -> ", ": ", " = ", " => ", ": "))
    body = "\n".join(f"{a}{link}{b}" for a, b in rows[: rng.choice((2, 3, 3))])
    return said(f"{body}\n{rows[3][0]}{link.rstrip()}", rows[3][1], kind)


def sentiment(kind: str, rng: Random) -> Example:
    """Reviews with labels, the last one missing."""
    data = load("chats/scenes.yaml")
    good, bad = lines(data["good_reviews"]), lines(data["bad_reviews"])
    yes, no = rng.choice((("good", "bad"), ("positive", "negative"), ("good", "bad"), ("+", "-")))
    label = rng.choice(("Verdict", "Label", "Sentiment", "Verdict"))
    rows = [(rng.choice(good), yes) if rng.random() < 0.5 else (rng.choice(bad), no) for _ in range(4)]
    join = rng.choice((" ", "\n"))
    body = "\n".join(f"Review: {text}{join}{label}: {verdict}" for text, verdict in rows[:3])
    if rng.random() < 0.3:
        return said(
            f'Is this review good or bad? "{rows[3][0]}"', f"It is {'good' if rows[3][1] == yes else 'bad'}.", kind
        )
    return said(f"{body}\nReview: {rows[3][0]}{join}{label}:", rows[3][1], kind)


def counting(kind: str, rng: Random) -> Example:
    """Numbers, letters, days or months to go on with."""
    small = load("templates/small.yaml")
    rows = (
        NUMBERS[1:16],
        [str(n) for n in range(1, 16)],
        [str(2 * n) for n in range(1, 12)],
        [str(n) for n in range(10, 0, -1)],
        list("abcdefghijklmnop"),
        list("ABCDEFGHIJKLMNOP"),
        small["days"].split(),
        small["months"].split(),
    )
    row = rows[int(rng.random() * len(rows))]
    at = rng.randint(2, min(6, len(row) - 2))
    join = rng.choice((", ", ", ", " "))
    prompt = join.join(row[:at]) + rng.choice((",", ",", ", ...", "", " ..."))
    return said(prompt, ", ".join(row[at : at + 5]) + rng.choice((".", "")), kind)


def listing(kind: str, rng: Random) -> Example:
    """A list that was begun; a few more entries, and an end."""
    data = load("chats/scenes.yaml")["begun"]
    title = rng.choice(sorted(data))
    entries = [entry.strip() for entry in data[title].split(",")]
    rng.shuffle(entries)
    at = rng.randint(1, 4)
    numbered = rng.random() < 0.7
    marks = [f"{n}." if numbered else "-" for n in range(1, at + 4)]
    body = "\n".join(f"{mark} {entry}" for mark, entry in zip(marks[:at], entries, strict=False))
    rest = entries[at : at + 3]
    reply = "\n".join(f"{mark} {entry}" for mark, entry in zip(marks[at:], rest, strict=False))
    return said(f"{title}:\n{body}\n{marks[at]}", reply, kind)


def from_rows(name: str) -> Callable[[str, Random], Example]:
    """A maker of examples from `prompt => reply` rows in the YAML."""

    def make(kind: str, rng: Random) -> Example:
        rows = lines(load("chats/scenes.yaml")[name])
        asked, _, reply = rows[int(rng.random() * len(rows))].partition(" => ")
        bound: dict[str, tuple[str, ...]] = {}
        prompt = draw(asked, rng, bound)
        return said(
            prompt if "\n" in prompt or rng.random() < 0.6 else typed(prompt, rng), draw(reply, rng, bound), kind
        )

    return make


SCENES: dict[str, tuple[float, Callable[[str, Random], Example]]] = {
    "qa": (3, scaffold),
    "quiz": (1, quiz),
    "both": (0.7, both),
    "choice": (2, choice),
    "either": (1, either),
    "belief": (3, belief),
    "sum": (0.8, wrong_sum),
    "premise": (1.6, premise),
    "pattern": (2, pattern),
    "sentiment": (0.7, sentiment),
    "counting": (0.8, counting),
    "listing": (0.8, listing),
    "shell": (1.3, from_rows("shells")),
    "opening": (2, from_rows("openings")),
    "object": (0.8, from_rows("objects")),
}
"""What kinds of scene there are, how often they come beside each other, and who makes them."""
