"""English endings for the generator: plurals, articles and the forms of verbs."""

from functools import cache
from pathlib import Path

import yaml

_FORMS = yaml.load((Path(__file__).with_name("words") / "forms.yaml").read_text("utf-8"), yaml.CSafeLoader)
_PLURALS: dict[str, str] = _FORMS["plurals"]
_IRREGULAR: dict[str, str] = _FORMS["verbs"]
_DOUBLE = frozenset(_FORMS["doubled"].split(", "))


@cache
def plural(noun: str) -> str:
    """The plural of a noun or of the last word of a noun phrase."""
    if " of " in noun:
        first, _, rest = noun.partition(" of ")
        return f"{plural(first)} of {rest}"
    head, blank, last = noun.rpartition(" ")
    if last in _PLURALS:
        return head + blank + _PLURALS[last]
    if last.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


@cache
def article(phrase: str) -> str:
    """The phrase with "a" or "an" before it."""
    low = phrase.lower()
    if low.startswith(("hour", "honest", "heir")):
        return "an " + phrase
    if low.startswith(("uni", "use", "eu", "one ", "once", "ukulele", "user")) and not low.startswith("unin"):
        return "a " + phrase
    return ("an " if low[:1] in "aeiou" else "a ") + phrase


@cache
def third(verb: str) -> str:
    """The form of a verb after *he* or *she*."""
    if verb == "be":
        return "is"
    if verb == "have":
        return "has"
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


@cache
def past(verb: str) -> str:
    """The simple past."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb].split()[0]
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + (verb[-1] if verb in _DOUBLE else "") + "ed"


@cache
def participle(verb: str) -> str:
    """The past participle."""
    return _IRREGULAR[verb].split()[1] if verb in _IRREGULAR else past(verb)


@cache
def gerund(verb: str) -> str:
    """The form in *-ing*."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and verb != "be":
        return verb[:-1] + "ing"
    return verb + (verb[-1] if verb in _DOUBLE else "") + "ing"
