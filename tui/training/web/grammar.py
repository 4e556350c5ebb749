"""Text from templates: rules in YAML files, drawn at random, with a memory for one page.

A rule is a list of templates. In a template, `{rule}` is replaced by a draw from that rule, and

- `{rule#1}` remembers the draw: the same name and number give the same text again on this page;
- `{a:rule}`, `{s:rule}`, `{C:rule}`, `{T:rule}`, `{U:rule}`, `{L:rule}` add an article, make the plural, capitalise
  the first letter, capitalise every word, upper-case, lower-case; they can be chained;
- `{rule*2-5|s}` draws two to five times and joins with a blank (`s`), a newline (`n`), an empty line (`p`), a comma
  (`c`); `num` and `bul` make a numbered or a bulleted list;
- `{int:3-17}` is a whole number, `{=one|two|}` one of the alternatives.

A template that begins with `3@` is drawn three times as often. Braces around anything else stand for themselves.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from training.web import inflect

_SLOT = re.compile(r"\{(?:(=)|([A-Za-z][A-Za-z0-9_.:#*|-]*)\})")
_WEIGHT = re.compile(r"(\d+)@")
_MAX_DEPTH = 24

T = TypeVar("T")


class Draw:
    """One page in the making: its random numbers, what it remembers, and its theme."""

    def __init__(self, grammar: "Grammar", rng: random.Random, theme: str) -> None:
        self.grammar = grammar
        self.rng = rng
        self.theme = theme
        self.memory: dict[str, Any] = {}
        self.used: set[tuple[str, int]] = set()
        self.depth = 0

    def __call__(self, rule: str) -> str:
        """A draw from the rule."""
        return self.grammar.draw(rule, self)

    def text(self, template: str) -> str:
        """The text of a template that isn't in a file."""
        return self.grammar.render(self.grammar.compiled(template), self)

    def forget(self) -> None:
        """Forget what was remembered under the number 9, for parts that have nothing to do with each other."""
        for key in [key for key in self.memory if key.endswith("#9")]:
            del self.memory[key]

    def fresh(self, template: str) -> str:
        """The text of a template that remembers nothing from the page's other parts under the number 9."""
        self.forget()
        return self.text(template)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.rng.random() * len(items))]

    def chance(self, probability: float) -> bool:
        """True as often as the probability says."""
        return self.rng.random() < probability

    def number(self, low: int, high: int) -> int:
        """A whole number between the two, both included."""
        return low + int(self.rng.random() * (high - low + 1))

    def remember(self, key: str, make: Callable[[], Any]) -> Any:
        """What the page remembers under the key, made on first use."""
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]


Native = Callable[[Draw, str], str]
Compiled = list["str | Callable[[Draw], str]"]


def capital(text: str) -> str:
    """The text with its first letter upper-case."""
    return text[:1].upper() + text[1:]


def titled(text: str) -> str:
    """The text as a title: every word upper-case but the small ones."""
    words = text.split(" ")
    small = {"the", "a", "an", "of", "in", "on", "and", "to", "for", "with", "at", "by", "from"}
    return " ".join(w if i and w in small else capital(w) for i, w in enumerate(words))


_MODIFIERS: dict[str, Callable[[str], str]] = {
    "a": inflect.article,
    "s": inflect.plural,
    "C": capital,
    "T": titled,
    "U": str.upper,
    "L": str.lower,
}
_JOINS = {"s": " ", "n": "\n", "p": "\n\n", "c": ", ", "e": ""}


class Grammar:
    """Rules from files and rules in Python, called by the same names."""

    def __init__(self) -> None:
        self.rules: dict[str, list[str | Compiled]] = {}
        self.natives: dict[str, Native] = {}
        self.compiled = cache(self._compile)

    def load(self, path: Path) -> None:
        """Add the rules of a YAML file; a rule given as one text is a list of words, separated by commas."""
        for name, templates in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).items():
            items = _words(templates) if isinstance(templates, str) else templates
            rule = self.rules.setdefault(name, [])
            for item in items:
                weight = _WEIGHT.match(str(item))
                text = str(item)[weight.end() :] if weight else str(item)
                compiled: str | Compiled = self.compiled(text) if "{" in text else text
                rule.extend([compiled] * (int(weight[1]) if weight else 1))

    def native(self, name: str, function: Native) -> None:
        """Make a Python function a rule; it is given the page and the number after `#` or an empty text."""
        self.natives[name] = function

    def draw(self, rule: str, page: Draw, bound: str = "") -> str:
        """One text of the rule; on one page a template isn't used twice while others are left.

        Raises:
            KeyError: no such rule.
        """
        native = self.natives.get(rule)
        if native is not None:
            return native(page, bound)
        items = self.rules[rule]
        n = len(items)
        rnd = page.rng.random
        at = int(rnd() * n)
        if n > 3:
            used = page.used
            for _ in range(4):
                if (rule, at) not in used:
                    break
                at = int(rnd() * n)
            used.add((rule, at))
        item = items[at]
        return item if isinstance(item, str) else self.render(item, page)

    def render(self, parts: Compiled, page: Draw) -> str:
        """The text of a compiled template.

        Raises:
            RecursionError: the rules call each other without end.
        """
        page.depth += 1
        if page.depth > _MAX_DEPTH:
            raise RecursionError("rules call each other without end")
        text = "".join([part if isinstance(part, str) else part(page) for part in parts])
        page.depth -= 1
        return text

    def _compile(self, template: str) -> Compiled:
        parts: Compiled = []
        end = 0
        while match := _SLOT.search(template, end):
            if match.start() > end:
                parts.append(template[end : match.start()])
            if match[1]:
                choices, end = _alternatives(template, match.end())
                parts.append(self._choice([self.compiled(choice) for choice in choices]))
            else:
                parts.append(self._slot(match[2]))
                end = match.end()
        if end < len(template):
            parts.append(template[end:])
        return parts

    def _choice(self, choices: list[Compiled]) -> Callable[[Draw], str]:
        return lambda page: self.render(page.pick(choices), page)

    def _slot(self, spec: str) -> Callable[[Draw], str]:
        if spec.startswith("int:"):
            low, high = (int(n) for n in spec[4:].split("-"))
            return lambda page: str(page.number(low, high))
        *names, body = spec.split(":")
        modifiers = [_MODIFIERS[name] for name in names]
        if "*" in body:
            rule, _, counts = body.partition("*")
            return self._many(rule, counts, modifiers)
        rule, _, bound = body.partition("#")
        return self._one(rule, bound, modifiers)

    def _one(self, rule: str, bound: str, modifiers: list[Callable[[str], str]]) -> Callable[[Draw], str]:
        key = f"{rule}#{bound}"

        def plain(page: Draw) -> str:
            return self.draw(rule, page)

        def slot(page: Draw) -> str:
            if not bound:
                text = self.draw(rule, page)
            elif rule in self.natives:
                text = self.draw(rule, page, bound)  # natives keep what they remember themselves
            else:
                text = page.memory[key] if key in page.memory else self.draw(rule, page)
                page.memory[key] = text
            for modifier in reversed(modifiers):
                text = modifier(text)
            return text

        return slot if bound or modifiers else plain

    def _many(self, rule: str, counts: str, modifiers: list[Callable[[str], str]]) -> Callable[[Draw], str]:
        numbers, _, join = counts.partition("|")
        low, _, high = numbers.partition("-")
        one = self._one(rule, "", modifiers)

        def slot(page: Draw) -> str:
            seen = []
            for _ in range(page.number(int(low), int(high or low))):
                text = one(page)
                if text in seen:
                    text = one(page)
                seen.append(text)
            if join == "num":
                return "\n".join(f"{i}. {text}" for i, text in enumerate(seen, 1))
            if join == "bul":
                mark = page.pick("-*•")
                return "\n".join(f"{mark} {text}" for text in seen)
            return _JOINS[join].join(seen)

        return slot


def _alternatives(template: str, start: int) -> tuple[list[str], int]:
    """The alternatives of a `{=...}` that begins before start, and where it ends; alternatives may hold slots."""
    choices, depth, at = [], 1, start
    while depth:
        if template[at] == "{":
            depth += 1
        elif template[at] == "}":
            depth -= 1
        if depth == 0 or (depth == 1 and template[at] == "|"):
            choices.append(template[start:at])
            start = at + 1
        at += 1
    return choices, at


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def files(folder: Path) -> Iterator[Path]:
    """The YAML files of a folder, in the order of their names."""
    yield from sorted(folder.glob("*.yaml"))
