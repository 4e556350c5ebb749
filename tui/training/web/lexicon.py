"""The themes' words, and acts: a verb with an object, in every form."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import yaml

from training.web.grammar import Draw, Grammar, Native
from training.web.inflect import article, gerund, participle, past, plural, third

_WORDS = Path(__file__).with_name("words")
_KINDS = ("thing", "stuff", "person", "place", "adj")
_SOLD = ("cooking", "shopping")

_GRIM = {
    name: frozenset(words.split(", "))
    for name, words in yaml.load((_WORDS / "grim.yaml").read_text("utf-8"), yaml.CSafeLoader).items()
}
_BENT: dict[str, Callable[[str], str]] = {"base": str, "ing": gerund, "ed": past, "en": participle, "s": third}


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do: `kill` + `the process`."""

    verb: str
    rest: str
    objects: tuple[str, ...]

    def put(self, form: str, thing: str) -> str:
        """The act in one form: `base`, `ing`, `ed`, `en` or `s`."""
        return " ".join(w for w in (_BENT[form](self.verb), self.rest, thing) if w)


@dataclass(frozen=True, slots=True)
class Theme:
    """The words of one theme."""

    words: dict[str, tuple[str, ...]]
    tame: tuple[Act, ...]
    grim: tuple[Act, ...]


@cache
def themes() -> dict[str, Theme]:
    """All themes by name."""
    found: dict[str, Theme] = {}
    for path in sorted(_WORDS.glob("themes_*.yaml")):
        loaded = cast(dict[str, dict[str, str | list[str]]], yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))
        for name, lists in loaded.items():
            words = {kind: tuple(_split(cast(str, lists[kind]))) for kind in _KINDS}
            tame, grim = [], []
            for act in (act for line in lists["do"] for act in _acts(line)):
                fine, bad = _parted(name, act)
                tame += fine
                grim += bad
            found[name] = Theme(words, tuple(tame), tuple(grim))
    return found


def _parted(theme: str, act: Act) -> tuple[list[Act], list[Act]]:
    """The act with the objects anybody may say they did it to, and with those for stories and news."""
    verb = f"{act.verb} {act.rest}".strip()
    bad = [o for o in act.objects if _is_grim(theme, verb, o)]
    fine = [o for o in act.objects if o not in bad]
    return (
        [Act(act.verb, act.rest, tuple(fine))] if fine else [],
        [Act(act.verb, act.rest, tuple(bad))] if bad else [],
    )


def _is_grim(theme: str, verb: str, thing: str) -> bool:
    if theme == "games":
        return False
    if theme == "crime":
        return True
    bare = thing.lstrip("~^")
    if verb in _GRIM["verbs"] or bare in _GRIM["things"]:
        return True
    return bool(bare) and verb.split()[0] in _GRIM["to_somebody"] and bare not in _GRIM["unfeeling"]


def _split(text: str) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _acts(line: str) -> list[Act]:
    verbs, colon, objects = line.partition(":")
    if not colon:
        return [Act(*_apart(phrase), objects=("",)) for phrase in _split(line)]
    return [Act(*_apart(verb), objects=tuple(_split(objects))) for verb in _split(verbs)]


def _apart(phrase: str) -> tuple[str, str]:
    verb, _, rest = phrase.partition(" ")
    return verb, rest


def _determined(page: Draw, thing: str) -> str:
    """The object with a word before it that fits."""
    mark = thing[:1]
    if not thing or thing.startswith("~my") or thing == "someone":
        return thing.lstrip("~")
    if mark == "^":
        return page.pick(("", "", "the ", "some ", "my ", "all the ")) + thing[1:]
    if mark == "~":
        return page.pick(("", "", "the ", "some ", "more ")) + thing[1:]
    style = page.rng.random()
    if style < 0.42:
        return article(thing)
    if style < 0.72:
        return "the " + thing
    if style < 0.86:
        return page.pick(("my ", "your ", "this ", "that ", "another ")) + thing
    if style < 0.93:
        return f"{page.pick(('the', 'an'))} old {thing}"
    return f"{page.pick(('two', 'three', 'some', 'all the'))} {plural(thing)}"


def theme_words(page: Draw, kind: str) -> str:
    """A word of the page's theme, now and then of another."""
    all_themes = themes()
    theme = all_themes[page.theme] if page.rng.random() < 0.88 else page.pick(tuple(all_themes.values()))
    favourites = page.memory.get("fav-" + kind)
    if favourites is None:
        mine = all_themes[page.theme].words[kind]
        favourites = page.memory["fav-" + kind] = [page.pick(mine) for _ in range(5)]
    if page.rng.random() < 0.3:  # a page keeps coming back to a few of its words
        return cast(str, page.pick(favourites))
    return page.pick(theme.words[kind])


def ware(page: Draw, kind: str) -> str:
    """A word for what is sold, whatever the page is about: something to eat or of a shop.

    So few words stand beside a price that a model doesn't put others there, and nobody: persons aren't things at all
    (`tests/training/test_web.py`).
    """
    theme = page.theme if page.theme in _SOLD and page.rng.random() < 0.75 else page.pick(_SOLD)
    return page.pick(themes()[theme].words[kind])


def act(page: Draw, form: str, bound: str, grim: float = 0.0) -> str:
    """An act of the page's theme in the form; with a number the page's act of that number."""
    if not bound:
        chosen, thing = _new_act(page, grim)
        return chosen.put(form, thing)
    chosen, thing = page.remember("act#" + bound, lambda: _new_act(page, grim))
    if form != "base" and thing.startswith("a "):  # an act that was named before
        thing = page.pick((thing, "the " + thing[2:]))
    return cast(Act, chosen).put(form, thing)


def _new_act(page: Draw, grim: float) -> tuple[Act, str]:
    theme = themes()[page.theme] if page.rng.random() < 0.9 else page.pick(tuple(themes().values()))
    bad = theme.grim and (page.rng.random() < grim)
    chosen = page.pick(theme.grim if bad else theme.tame or themes()["town"].tame)
    return chosen, _determined(page, page.pick(chosen.objects))


def install(grammar: Grammar) -> None:
    """Make the themes' words and acts rules of the grammar."""
    grammar.load(_WORDS / "general.yaml")
    for kind in _KINDS:
        grammar.native(kind, _remembered(kind))
    grammar.native("ware", _sold("thing"))
    grammar.native("supply", _sold("stuff"))
    for name, form in (("do", "base"), ("doing", "ing"), ("did", "ed"), ("done", "en"), ("does", "s")):
        grammar.native(name, _acting(form, 0.0))
    for name, form in (("deed", "base"), ("deeding", "ing"), ("deeded", "ed"), ("deedone", "en"), ("deeds", "s")):
        grammar.native(name, _acting(form, 0.45))
    grammar.native("theme", lambda page, _: page.theme)


def _acting(form: str, grim: float) -> Native:
    return lambda page, bound: act(page, form, bound, grim)


def _sold(kind: str) -> Native:
    def rule(page: Draw, bound: str) -> str:
        if bound:
            return cast(str, page.remember(f"sold {kind}#{bound}", lambda: ware(page, kind)))
        return ware(page, kind)

    return rule


def _remembered(kind: str) -> Native:
    def rule(page: Draw, bound: str) -> str:
        if bound:
            return cast(str, page.remember(f"{kind}#{bound}", lambda: theme_words(page, kind)))
        return theme_words(page, kind)

    return rule
