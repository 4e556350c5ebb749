"""The person's own keys: checked against every action there is, before they take the place of ours.

Textual takes any keymap without a word: an action that isn't there, a key that isn't there, and a key that another
action has. So all of this is looked at here, and told.
"""

import inspect
import pkgutil
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Final

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys

from alignscope.ui.screens.chooser import Choices, Chooser
from alignscope.ui.screens.dialogs.text import TextEditor, TextScreen
from alignscope.ui.screens.explorer.screen import ExplorerScreen
from alignscope.ui.widgets.prompt import PromptEditor

STANDARD: Final = "standard"
SETS: Final[Mapping[str, Mapping[str, str]]] = {
    STANDARD: {},
    "vim": {
        "explorer.pane-before": "h",
        "explorer.pane-after": "l",
        "explorer.link": "L",
        "explorer.theme": "f10,H",
        "explorer.again": "f5,ctrl+r,r,full_stop",
        "explorer.page-down": "ctrl+f,space",
        "explorer.page-up": "ctrl+b,backspace",
        "explorer.system": "f8,S",
        "chooser.list": "escape,ctrl+j",
        "chooser.close": "q,ctrl+y",
    },
}
"""What differs from the usual keys. Lines up and down, top and end are j, k, g and G in all of them."""
_TOGETHER: Final = ((ExplorerScreen, PromptEditor), (TextScreen, TextEditor), (Chooser, Choices))
"""Screens, with those derived from them, and the widget whose keys work at the same time."""
_RESERVED: Final = {"ctrl+q": "quits", "ctrl+p": "opens the command palette", "ctrl+c": "copies"}
_ALIASES: Final = {
    "ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape", "ctrl+h": "backspace",
}  # fmt: skip
"""Keys that terminals send for another, so that nothing ever arrives under their own name."""
_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_NAMES: Final = frozenset(key.value for key in Keys) | frozenset(
    binding.key for binding in Binding.make_bindings([(chr(code), "", "") for code in range(33, 127) if code != 44])
)


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a key does somewhere."""

    id: str
    keys: str
    """Separated by commas."""
    help: str


class BadKeyError(ValueError):
    """Something that is no key; `str()` says why."""


def check(name: str, keys: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What can be used of a set of keys and of the person's own on top of it.

    Args:
        name: of the set; empty for the usual one.
        keys: the id of an action, and keys separated by commas.

    Returns:
        A keymap for Textual, and in words what was left out of it.
    """
    problems = []
    if (name or STANDARD) not in SETS:
        problems.append(f"keymap: no set of keys is called {name:.40}; there are {', '.join(SETS)}.")
    known = _known()
    good: dict[str, str] = {}
    for action, text in keys.items():
        if action not in known:
            near = get_close_matches(action, known, 1)
            hint = f"; {near[0]} is near" if near else ""
            problems.append(f"keys.{action:.60}: there is no such action{hint} (`alignscope config keys` lists them).")
            continue
        try:
            good[action] = ",".join(dict.fromkeys(textual_name(key) for key in _split(text)))
        except BadKeyError as error:
            problems.append(f"keys.{action}: {error}.")
    given = {action: ",".join(map(textual_name, _split(text))) for action, text in SETS.get(name, {}).items()}
    while conflict := _conflict({**given, **good}, good):
        action, problem = conflict
        del good[action]
        problems.append(problem)
    return {**given, **good}, problems


def actions(name: str = "", keys: Mapping[str, str] | None = None) -> list[Action]:
    """Every action that has an id, with the keys that it has now."""
    moved, _ = check(name, keys or {})
    return [
        Action(binding.id or "", moved.get(binding.id or "", binding.key), str(binding.tooltip or binding.description))
        for binding in _known().values()
    ]


def textual_name(key: str) -> str:
    """A key as Textual names it: `?` is question_mark.

    Raises:
        BadKeyError: nobody can press it.
    """
    key = key.strip()
    *modifiers, base = [key] if len(key) == 1 else key.split("+")
    if not base and modifiers:  # a plus sign at the end, as in ctrl++
        base = "plus"
        modifiers = [modifier for modifier in modifiers if modifier]
    wrong = next((modifier for modifier in modifiers if modifier not in _MODIFIERS), None)
    if wrong is not None:
        raise BadKeyError(f"‘{key:.40}’ is no key; what stands before a + is one of {', '.join(sorted(_MODIFIERS))}")
    if len(base) == 1:
        if not base.isprintable() or base == " ":
            raise BadKeyError(f"‘{key!r:.40}’ is no key")
        base = next(iter(Binding.make_bindings([(base, "", "")]))).key
    elif not _named(base):
        raise BadKeyError(f"‘{key:.40}’ is no key")
    full = "+".join([*modifiers, base])
    if modifiers == ["shift"] and len(base) == 1:
        raise BadKeyError(f"terminals send {base.upper()} for {full}; write that")
    if full in _ALIASES:
        raise BadKeyError(f"terminals send {_ALIASES[full]} for {key}, so it can't be told apart")
    if full in _RESERVED:
        raise BadKeyError(f"{full} always {_RESERVED[full]}")
    return full


def _split(text: str) -> list[str]:
    if text.strip() == ",":
        return ["comma"]
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if not keys:
        raise BadKeyError("no key is named")
    return keys


def _named(base: str) -> bool:
    if base in _NAMES:
        return True
    try:
        return bool(unicodedata.lookup(base.replace("_", " ").upper()))
    except KeyError:
        return False


def _conflict(moved: Mapping[str, str], own: Mapping[str, str]) -> tuple[str, str] | None:
    """One of the person's own keys that another action has in the same place, and what to say of it."""
    known = _known()
    for places in _places():
        takers: dict[str, list[str]] = {}
        for defaults in places:
            for action, keys in defaults.items():
                for key in moved[action].split(",") if action in moved else keys:
                    if action not in takers.setdefault(key, []):
                        takers[key].append(action)
        for key, taking in takers.items():
            mine = [action for action in own if action in taking and key in own[action].split(",")]
            if len(taking) > 1 and mine:
                loser = mine[-1]
                other = next(action for action in taking if action != loser)
                return loser, (
                    f"keys.{loser}: {key} belongs to {other} ({known[other].description}), "
                    f"so {loser} keeps its own keys."
                )
    return None


@cache
def _known() -> Mapping[str, Binding]:
    """Every action by its id, its keys joined."""
    keys: dict[str, list[str]] = {}
    first: dict[str, Binding] = {}
    for place in _classes().values():
        for binding in _own(place):
            if binding.id:
                first.setdefault(binding.id, binding)
                if binding.key not in keys.setdefault(binding.id, []):
                    keys[binding.id].append(binding.key)
    return {action: binding.with_key(",".join(keys[action])) for action, binding in first.items()}


@cache
def _places() -> tuple[tuple[Mapping[str, tuple[str, ...]], ...], ...]:
    """What has keys at the same time: each a group of places, and each of those its actions with their keys."""
    classes = _classes()
    alone = [(_defaults(place),) for place in classes.values()]
    together = [
        (_defaults(place), _defaults(widget))
        for place in classes.values()
        for screen, widget in _TOGETHER
        if issubclass(place, screen)
    ]
    return (*alone, *together)


def _defaults(place: type[DOMNode]) -> Mapping[str, tuple[str, ...]]:
    """The actions of a place and their keys; what a subclass binds takes the key from what it inherits."""
    by_key: dict[str, str] = {}
    for base in reversed(place.__mro__):
        if base.__module__.startswith("alignscope.") and issubclass(base, DOMNode):
            by_key |= {binding.key: binding.id for binding in _own(base) if binding.id}
    keys: dict[str, tuple[str, ...]] = {}
    for key, action in by_key.items():
        keys[action] = (*keys.get(action, ()), key)
    return keys


def _own(place: type[DOMNode]) -> Iterator[Binding]:
    """The bindings that a class itself declares, one for each key."""
    return iter(list(Binding.make_bindings(place.__dict__.get("BINDINGS", ()))))


@cache
def _classes() -> Mapping[str, type[DOMNode]]:
    """Everything on a screen that has keys, by its name."""
    found: dict[str, type[DOMNode]] = {}
    package = import_module("alignscope.ui")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        classes = inspect.getmembers(import_module(module.name), inspect.isclass)
        found |= {name: value for name, value in classes if issubclass(value, DOMNode) and _is_place(value)}
    return found


def _is_place(value: type[DOMNode]) -> bool:
    return value.__module__.startswith("alignscope.") and "BINDINGS" in vars(value)
