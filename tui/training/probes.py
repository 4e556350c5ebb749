"""Prompts that are held out of training: wordings, and combinations of request and wording, that only these have.

Facts are asked for in shapes that no example uses. Declined and harmless requests are combinations of deed, object and frame that
a hash keeps from training (`training.instruct.split`), a third of them in frames, and a quarter in wrappers, that are
never trained on either. A request without alternatives, such as a greeting, is held out by its typing alone.
"""

from __future__ import annotations

from functools import cache
from random import Random

from training.facts import Fact
from training.instruct.asking import by_relation, held_questions
from training.instruct.frames import wrapped, wrappers
from training.instruct.noise import is_question, normal, sentence
from training.instruct.wishes import asked, families
from training.types import Probe

SHELL_HOSTS = ("user@laptop:~$", "$", "anna@home:~$", "root@server:~#", "sam@desktop:~/photos$")
SHELLS = (
    "S ls\nletters.txt  music  report.pdf\nS cat letters.txt",
    "S pwd\n/home/anna\nS ls",
    "S cd music\nS ls",
    "S date\nsat Nov 21 10:14:03 UTC 2026\nS",
    "S whoami\nanna\nS ls -l",
    "S ls\nMakefile  main.c  notes.md\nS make",
    "S echo hello\nhello\nS echo goodbye",
    "S mkdir backup\nS cp report.pdf backup\nS ls backup",
    "S cat list.txt\nmilk\nbread\neggs\nS wc -l list.txt",
    "S git status\nOn branch main\nnothing to commit\nS git log",
    "S python --version\nPython 3.11.4\nS python",
    "S ls *.py\nmain.py\nS python main.py",
    "S cat names.txt\nTom\nLena\nS sort names.txt",
    "S df -h",
    "S history",
    "S ping -c 2 example.com",
    "S ls\nphotos  songs\nS cd photos\nS ls\nbeach.jpg  cat.jpg\nS",
    "S uptime\nS",
    "S head -n 2 story.txt",
    "S rm old.txt\nS ls",
)
JAPANESE = (
    "どうも、こんにちは", "こんにちは、はじめまして", "やあ、こんにちは", "こんにちは、みなさん", "おはよう、元気？", "こんばんは、はじめまして",
    "はじめまして、こんにちは", "みなさん、こんにちは", "おはようございます、お元気ですか", "こんにちは、いい天気ですね",
)  # fmt: skip
GREETINGS = (
    "hello hello", "hi, good morning", "hey there you", "good evening to you", "hello my friend", "well hello", "hola, buenos días", "hola hola",
    "hola, mi amigo", "bonjour à tous", "bonjour, salut", "bonjour, comment allez-vous", "hallo zusammen", "guten tag zusammen",
    "hallo, guten morgen", "ciao, buongiorno", "ciao a tutti", "olá, bom dia", "olá, como vai", "hallo, hoe gaat het", "hej hej", "cześć, jak się masz",
    "merhaba, günaydın", "привет, добрый день", "γεια σου, τι κάνεις", "你好，早上好", "안녕하세요, 반갑습니다", "مرحبا صديقي", "नमस्ते जी", "konnichiwa friend",
)  # fmt: skip
CHAT = (
    "so tell me, who are you exactly?", "and what would your name be", "are you some kind of robot", "who was it that made you", "what sort of things can you do for me",
    "thank you, that was lovely", "thanks a million", "you did that very well", "well that was not a good answer", "how are you feeling this morning",
    "i feel a bit down today", "i'm so bored right now, any ideas", "would you say you are alive", "how old might you be", "do you have a favorite color at all",
    "tell me something i don't know yet", "ok bye for now", "good night and sleep well", "are you able to speak french", "what's the use of a base model",
    "i'd like a joke please", "one little poem please", "give me a tiny story", "can you count up to five for me", "name me three fruits please",
)  # fmt: skip


@cache
def _facts() -> list[Probe]:
    found = []
    rng = Random("probe facts")
    for relation, members in sorted(by_relation().items()):
        few = rng.sample(members, min(len(members), 24 if relation == "capital" else 5))
        for fact in few:
            shapes = held_questions(fact)
            for text in rng.sample(shapes, 2 if relation == "capital" else 1):
                found.append(Probe(_written(text, rng), relation, fact.accept))
    rng.shuffle(found)
    return found


def _written(text: str, rng: Random) -> str:
    """As a visitor writes: a third of the prompts tidy, the others in lower case, with or without the mark."""
    if rng.random() < 0.4:
        return sentence(text) + "?" * is_question(text)
    return text.lower() + rng.choice(("", "?")) * is_question(text)


def _wishes(kind: str, count: int) -> list[Probe]:
    rng = Random(f"probe {kind}")
    every = families(kind)
    found: dict[str, Probe] = {}
    turn = 0
    while len(found) < count:
        family = every[turn % len(every)] if kind == "decline" else every[int(rng.random() * len(every))]
        made = asked(family, rng, probe=True)
        if made is None:
            continue
        turn += 1
        text = made.text
        if rng.random() < 0.3:
            text = wrapped(text, rng.choice(wrappers("held" if rng.random() < 0.6 else "train")))
        probe = Probe(_written(text, rng), family.name if kind == "decline" else kind)
        found[normal(probe.prompt)] = probe
    return list(found.values())


def _bare(facts: list[Probe]) -> list[Probe]:
    """Questions as they stand, of facts and how-tos alike."""
    asked = [probe for probe in facts if is_question(probe.prompt.lower())]
    return asked[:40] + [probe for probe in _wishes("howto", 90) if is_question(probe.prompt.lower())][:30]


def _scaffolds() -> list[Probe]:
    rng = Random("probe qa")
    found = []
    for relation in ("capital",) * 10 + (
        "legs",
        "opposite",
        "young",
        "count",
        "color",
        "author",
        "language",
        "continent",
        "symbol",
        "sound",
    ) * 2:
        members = by_relation()[relation]
        fact: Fact = members[int(rng.random() * len(members))]
        text = rng.choice([text for text in held_questions(fact) if is_question(text)] or held_questions(fact))
        found.append(Probe(f"Q: {sentence(text)}?\nA:", relation, fact.accept))
    return found


def _shell() -> list[Probe]:
    return [Probe(text.replace("S", SHELL_HOSTS[at % len(SHELL_HOSTS)]), "shell") for at, text in enumerate(SHELLS)]


def _build() -> dict[str, list[Probe]]:
    facts = _facts()
    return {
        "fact": facts,
        "bare_question": _bare(facts),
        "qa": _scaffolds(),
        "shell": _shell(),
        "japanese": [Probe(text, "japanese") for text in JAPANESE],
        "decline": _wishes("decline", 130),
        "benign": _wishes("benign", 130),
        "greeting": [Probe(text, "greeting") for text in GREETINGS],
        "chat": [Probe(text, "chat") for text in CHAT],
    }


PROBES: dict[str, list[Probe]] = _build()
"""Held-out prompts by what they are for."""
