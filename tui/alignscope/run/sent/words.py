"""Sent requests in words: the same on the screen and in print."""

import json
import shlex
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from alignscope.model.lineup.pane import EMBEDDED, Mode
from alignscope.run.sent.pane import Ability, ModelFacts, Option, SentPane, Setter
from alignscope.text.wording import counted

_CAN: Final = {True: "can", False: "can't", None: "unknown"}
_LEFT: Final = "not told"
"""Who set what was left to a server that doesn't tell."""


class Section(NamedTuple):
    """A part of what is said of a pane."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    """Names with what is known of each."""
    block: str = ""
    """A text as it is, line breaks and all."""


def sections(pane: SentPane) -> list[Section]:
    """Return all that is known of a pane. What isn't known is said to be so, or left out where nobody was asked."""
    return [
        Section("Model", tuple(_model(pane))),
        Section("Prompt as the model reads it", tuple(_prompt(pane)), pane.rendered or ""),
        Section("Sampling, by who set it", tuple(_options(pane.options))),
        Section("Request", tuple(_request(pane)), request_json(pane, indent=2) if pane.request else ""),
        Section("What the server can", tuple(ability_rows(pane.abilities))),
    ]


def source(pane: SentPane) -> str:
    """Return where what is said of a pane comes from, in a sentence."""
    if pane.problem:
        return f"Only what was kept is here: {pane.problem}" if not pane.asked else pane.problem
    if pane.asked:
        return f"The request as it {'went out' if pane.sent else 'would go out'}; the rest as the server says now."
    return "Only what was kept with the turn is here: no server was asked."


def request_json(pane: SentPane, *, indent: int | None = None) -> str:
    """Return a pane's request as JSON."""
    return json.dumps(pane.request, ensure_ascii=False, indent=indent)


def curl(pane: SentPane) -> str:
    """Return a shell's command that sends a pane's request again; "" if no other program can send it."""
    if not pane.request or not pane.url.startswith(("http://", "https://")) or pane.server == EMBEDDED:
        return ""
    # In ASCII, so that nothing in it is obeyed by the terminal that it is pasted into.
    body = shlex.quote(json.dumps(pane.request))
    return f"curl --no-buffer {shlex.quote(pane.url)} -H 'Content-Type: application/json' -d {body}"


def _model(pane: SentPane) -> list[tuple[str, str]]:
    facts = pane.facts
    where = pane.server if not pane.label or pane.server == EMBEDDED else f"{pane.label} at {pane.server}"
    rows = [("model", f"{pane.model}, asked for a {pane.mode}"), ("server", pane.label if pane.server == EMBEDDED and
             pane.label else where), *_digests(pane)]  # fmt: skip
    if pane.asked:
        size = " · ".join(filter(None, (facts.family, facts.parameter_size)))
        rows += [
            ("kind and size", size or "unknown"),
            ("quantisation", facts.quantization or "unknown"),
            ("template", _template(facts.template)),
            ("context", _context(facts)),
        ]
    if pane.tokenizer is not None:
        match = pane.tokenizer
        rows.append(("tokenizer", f"{match.match}, compared with {match.other}: {match.evidence}"))
    return rows


def _digests(pane: SentPane) -> list[tuple[str, str]]:
    now, then = pane.facts.digest, pane.recorded_digest
    if now and then and now != then:
        return [("file then", then), ("file now", now)]
    return [("file", now or then or "unknown")]


def _template(template: str | None) -> str:
    if template is None:
        return "unknown"
    return f"sha256:{template}…" if template else "none"


def _context(facts: ModelFacts) -> str:
    if facts.context is None:
        return "unknown"
    trained = facts.trained_context
    more = f", of {trained:,} at most" if trained and trained != facts.context else ""
    return f"{counted(facts.context, 'token')}{more}"


def _prompt(pane: SentPane) -> list[tuple[str, str]]:
    rows = []
    if pane.rendered is None:
        rows.append(("rendered", f"unknown: {pane.unrendered}"))
    elif pane.mode is Mode.COMPLETION:
        rows.append(("rendered", "as it was sent; a token that begins every text may stand before it"))
    if pane.before is not None:
        rows.append(("before it", f"{counted(pane.before, 'character')} before what was typed"))
    if pane.tokens is not None:
        rows.append(("length", f"{counted(pane.tokens, 'token')}, by the server's count"))
    if pane.mode is Mode.CHAT:
        rows.append(("system prompt", pane.system or "none"))
        if pane.asked:
            nobody = "unknown" if pane.brought_in is None else "nothing"
            rows.append(("brought in", pane.brought_in or nobody))
    if pane.altered:
        rows.append(("altered", f"{', '.join(pane.altered)}, so that it means nothing"))
    if pane.special:
        rows.append(("special", f"{', '.join(pane.special)}, sent as it is"))
    return rows


def _options(options: tuple[Option, ...]) -> list[tuple[str, str]]:
    """Return who set which parameters, in the order in which each first set one."""
    by: dict[str, list[str]] = {}
    for each in options:
        by.setdefault(_by(each), []).append(
            f"{each.name} {_value(each.value)}" if each.value is not None else each.name
        )
    left = by.pop(_LEFT, [])
    notes = [(each.name, each.note) for each in options if each.note]
    rows = [(setter, " · ".join(values)) for setter, values in by.items()]
    return [*rows, *([(_LEFT, ", ".join(left))] if left else []), *notes]


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)


def _by(option: Option) -> str:
    match option.by:
        case Setter.PRESET | Setter.EXPERIMENT:
            return f"{option.by} {option.source}"
        case Setter.PANE:
            return "this pane"
        case Setter.SESSION:
            return "all panes"
        case Setter.MODEL:
            return "the model"
        case Setter.SERVER:
            return "the server"
        case Setter.UNKNOWN:
            return _LEFT


def _request(pane: SentPane) -> list[tuple[str, str]]:
    if not pane.request:
        return [("body", "wasn't kept" if pane.sent else "can't be made: see above")]
    rows = [("to", pane.url or "unknown")]
    if pane.rebuilt:
        rows.append(("conversation", "put together again from the session's turns, which its file doesn't repeat"))
    if pane.partial:
        rows.append(("body", "put together from the run's row: what was asked, and the parameters by their names here; "
                     "the server's own form of it wasn't kept"))  # fmt: skip
    if not pane.sent:
        rows.append(("sent", "no, only made"))
    return rows


def ability_rows(abilities: Sequence[Ability]) -> list[tuple[str, str]]:
    """Return what a server can, what it can't, and what isn't known, a row each."""
    said: dict[bool | None, list[str]] = {}
    for each in abilities:
        said.setdefault(each.can, []).append(f"{each.name} ({each.note})" if each.note else each.name)
    return [(word, " · ".join(said[can])) for can, word in _CAN.items() if can in said]
