"""The person's own keys, checked for unknown actions, unknown keys and conflicts, which Textual accepts silently."""

import inspect
import pkgutil
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Final

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys

from alignscope.ui.screens.base.chooser import Choices, Chooser
from alignscope.ui.screens.dialogs.text import TextEditor, TextScreen
from alignscope.ui.screens.explorer.experiments.question import Question
from alignscope.ui.screens.explorer.screen import ExplorerScreen
from alignscope.ui.widgets.prompt import PromptEditor

SETS: Final[Mapping[str, Mapping[str, str]]] = {
    "standard": {},
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
"""Named sets of keys, as differences from the standard."""
_TOGETHER: Final = (
    (ExplorerScreen, PromptEditor), (ExplorerScreen, Question), (TextScreen, TextEditor), (Chooser, Choices),
)  # fmt: skip
"""Screens, including subclasses, and widgets whose keys work at the same time."""
_RESERVED: Final = {"ctrl+q": "quits", "ctrl+p": "opens the command palette", "ctrl+c": "copies"}
_ALIASES: Final = {
    "ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape", "ctrl+h": "backspace",
}  # fmt: skip
"""Keys that terminals send as other keys."""
_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_NAMES: Final = frozenset(key.value for key in Keys) | frozenset(
    binding.key for binding in Binding.make_bindings([(chr(code), "", "") for code in range(33, 127) if code != 44])
)


class BadKeyError(ValueError):
    """Not a key that can be used; the message names the reason."""


def check(name: str, keys: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return a keymap for Textual from a named set and the person's own keys, and problems with those left out.

    Args:
        name: name of the set; empty for the standard.
        keys: keys by action id, separated by commas.
    """
    problems = []
    if (name or "standard") not in SETS:
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


def actions(name: str = "", keys: Mapping[str, str] | None = None) -> dict[str, Binding]:
    """Return a binding with all its keys for every action that has an id."""
    moved, _ = check(name, keys or {})
    return {action: binding.with_key(moved.get(action, binding.key)) for action, binding in _known().items()}


def textual_name(key: str) -> str:
    """Return Textual's name of a key, such as question_mark for `?`.

    Raises:
        BadKeyError: not a key that a terminal can send.
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
    """Return an action whose own keys conflict with another action's, and a message about it."""
    known = _known()
    for places in _places():
        users: dict[str, list[str]] = {}
        for defaults in places:
            for action, keys in defaults.items():
                for key in moved[action].split(",") if action in moved else keys:
                    if action not in users.setdefault(key, []):
                        users[key].append(action)
        for key, rivals in users.items():
            mine = [action for action in own if action in rivals and key in own[action].split(",")]
            if len(rivals) > 1 and mine:
                loser = mine[-1]
                other = next(action for action in rivals if action != loser)
                return loser, (
                    f"keys.{loser}: {key} belongs to {other} ({known[other].description}), "
                    f"so {loser} keeps its own keys."
                )
    return None


@cache
def _known() -> Mapping[str, Binding]:
    """Return the bindings by action id, with all keys of the action."""
    keys: dict[str, list[str]] = {}
    first: dict[str, Binding] = {}
    for place in _classes().values():
        for binding in Binding.make_bindings(vars(place)["BINDINGS"]):
            if binding.id:
                first.setdefault(binding.id, binding)
                if binding.key not in keys.setdefault(binding.id, []):
                    keys[binding.id].append(binding.key)
    return {action: binding.with_key(",".join(keys[action])) for action, binding in first.items()}


@cache
def _places() -> tuple[tuple[Mapping[str, tuple[str, ...]], ...], ...]:
    """Return groups of places whose keys work at the same time: for each place, keys by action."""
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
    """Return the keys of a place by action; bindings of a subclass override inherited ones."""
    by_key: dict[str, str] = {}
    for base in reversed(place.__mro__):
        if base in _classes().values():
            bindings = Binding.make_bindings(vars(base)["BINDINGS"])
            by_key |= {binding.key: binding.id for binding in bindings if binding.id}
    keys: dict[str, tuple[str, ...]] = {}
    for key, action in by_key.items():
        keys[action] = (*keys.get(action, ()), key)
    return keys


@cache
def _classes() -> Mapping[str, type[DOMNode]]:
    """Return all classes of the package that declare bindings, by name."""
    package = import_module("alignscope.ui")
    modules = [import_module(module.name) for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return {
        name: value
        for module in modules
        for name, value in inspect.getmembers(module, inspect.isclass)
        if value.__module__.startswith("alignscope.") and issubclass(value, DOMNode) and "BINDINGS" in vars(value)
    }
