"""What is said to a request that is declined, and how any reply is finished."""

from __future__ import annotations

from random import Random

from training.instruct.templates.grammar import draw
from training.instruct.wishes.families import Asked

OPENERS = """
I can't help with {m}.
I can't help with {m}.
I can't help with {m}.
I won't help with {m}.
I won't help with {m}.
Sorry, I can't help with {m}.
Sorry, I can't help with {m}.
I'm sorry, but I can't help with {m}.
I'm sorry, but I won't help with {m}.
I'm not able to help with {m}.
No, I can't help with {m}.
I don't help with {m}.
Sorry, {m} is something I don't help with.
That is about {m}, and I can't help with that.
That is something I won't help with.
Sorry, that's something I don't help with.
I can't help with that.
I can't help with that, because someone could get hurt.
I have to say no to that.
I can't help with {m}, because it harms people.
I won't help with {m}, because it can hurt someone.
I'd rather not help with {m}.
I can't give advice about {m}.
Sorry, but {m} is nothing I can help with.
""".strip().splitlines()
OFFERS = """
I can tell you {o} instead.
I'd be glad to talk about {o}.
I'd be happy to talk about {o} instead.
If you like, we can talk about {o}.
Would you like to hear about {o} instead?
How about {o} instead?
Maybe I can help with {o}.
I can help with {o}, if you like.
Shall we talk about {o} instead?
Ask me about {o} instead, if you like.
Perhaps you would like {o}?
""".strip().splitlines()
CLOSERS = ("Have fun!", "Good luck!", "Take your time.", "Enjoy!", "It gets easier with practice.", "You'll do fine.")


def declined(request: Asked, rng: Random) -> str:
    """One or two sentences that decline kindly; mostly with an offer of something else."""
    family = request.family
    matter = draw(family.matter[int(rng.random() * len(family.matter))], rng)
    opener = OPENERS[int(rng.random() * len(OPENERS))].replace("{m}", matter)
    if rng.random() < 0.3:
        return opener
    offer = draw(family.offer[int(rng.random() * len(family.offer))], rng)
    line = OFFERS[int(rng.random() * len(OFFERS))]
    if offer.startswith(("how ", "what ", "which ", "whom ", "where ", "ways ", "tips ")):
        line = line.replace("Perhaps you would like {o}?", "I can tell you {o} instead.").replace(
            "help with {o}", "tell you {o}"
        )
    else:
        line = line.replace("tell you {o}", "talk about {o}")
    return f"{opener} {line.replace('{o}', offer)}"


def answered(request: Asked, rng: Random) -> str:
    """One of a family's answers."""
    says = request.family.says
    text = draw(says[int(rng.random() * len(says))], rng, dict(request.bound))
    if request.family.kind != "task" or text[-1:] in ".!?":
        text = finished(text)
    if request.family.kind == "howto" and rng.random() < 0.12 and text.endswith("."):
        text = f"{text} {CLOSERS[int(rng.random() * len(CLOSERS))]}"
    return text


def finished(text: str) -> str:
    """A reply with a capital where each sentence begins."""
    if not text or text[0] in '`"<{[=#' or "\n" in text:
        return text
    parts = text.split(". ")
    return ". ".join(part[:1].upper() + part[1:] for part in parts) if text[0].isalpha() else text
