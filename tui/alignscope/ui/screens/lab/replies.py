"""The replies to one prompt of a run, in panes: as a replay that stands at its end."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from alignscope.backends.base import Message
from alignscope.lab.row import CHAT, RAW, Row, Step
from alignscope.model.events import Alternative, Event, Finished, Started, Stats, Token
from alignscope.model.launch import Playback
from alignscope.model.lineup.pane import MAX_NAME, MAX_PANES, Mode, Pane
from alignscope.model.sampling import PARAMETERS, Sampling
from alignscope.model.scaffold import BARE, SCAFFOLDS
from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord, Turn, TurnSettings
from alignscope.text.clean import clean_line, fit
from alignscope.ui.screens.replay.screen import ReplayScreen

_AT_ITS_END_MS: Final = 1e12
_NOT_HERE: Final = frozenset({"live", "rerun", "turn", "stack_samples"})
"""Actions of a replay that a row of a run has nothing for."""


def chosen(rows: Sequence[Row], own: Row) -> list[Row]:
    """Return the rows that there are panes for: all of them, or the row that was looked at and those before it."""
    others = [row for row in rows if row.key != own.key][: MAX_PANES - 1]
    return [row for row in rows if row.key == own.key or row in others]


def session_of(
    rows: Sequence[Row], lists: Mapping[str, Sequence[Step]], name_of: Callable[[Row], str], run: str
) -> Session:
    """Return rows to one prompt as the turn that they would have been in the explorer.

    When each token came wasn't kept: they stand evenly between the first and the end.

    Args:
        rows: at most as many as there are panes.
        lists: tokens with their lists, by the keys of rows.
        name_of: names a row's pane.
        run: the run's name.
    """
    first = rows[0]
    panes, names = [], set[str]()
    for row in rows:
        name = fit(clean_line(name_of(row)), MAX_NAME) or row.role
        while name in names:
            name = fit(name, MAX_NAME - 1) + "'"
        names.add(name)
        panes.append(Pane(name, row.model, row.server, row.mode, sampling=_sampling(row), system=_system(row)))
    depth = max((len(tops) for steps in lists.values() for _, _, tops in steps), default=0)
    frames = {row.frame for row in rows} & SCAFFOLDS.keys() - {RAW, CHAT}
    settings = TurnSettings(
        _sampling(first),
        scaffold=next(iter(frames)) if len(frames) == 1 else BARE,
        logprobs=depth if lists else None,
    )
    alike = all(pane.sampling == settings.sampling for pane in panes)
    lineup = tuple(msgspec.structs.replace(pane, sampling=None if alike else pane.sampling) for pane in panes)
    turn = Turn(1, _when(first.at), first.prompt, lineup, settings)
    turn.records = tuple(PaneRecord(pane, row.digest) for pane, row in zip(lineup, rows, strict=True))
    for pane, row in zip(lineup, rows, strict=True):
        for event in _events(pane.name, row, lists.get(row.key, ())):
            turn.apply(event)
    return Session(f"{run} · {first.prompt_id} · {first.sample}", turn.at, turn.records, [turn])


def _events(pane: str, row: Row, steps: Sequence[Step]) -> list[Event]:
    limit = row.options.get("num_predict")
    begun = row.first_token_ms if row.first_token_ms is not None else row.duration_ms
    limit = limit if isinstance(limit, int) and limit > 0 else None
    told: list[Event] = [Started(pane, 1, 0.0, row.server, _request(row), limit)]
    if row.thinking:
        told.append(Token(pane, 1, begun, row.thinking, thinking=True))
    pieces = steps or ([(row.text, None, [])] if row.text else [])
    each = (row.duration_ms - begun) / max(1, len(pieces))
    for place, (text, logprob, tops) in enumerate(pieces):
        alternatives = tuple(Alternative(*top) for top in tops)
        told.append(Token(pane, 1, begun + place * each, text, False, logprob, alternatives))
    stats = Stats(first_token_ms=row.first_token_ms, duration_ms=row.duration_ms, tokens=row.tokens)
    return [*told, Finished(pane, 1, row.duration_ms, row.end, row.error, stats)]


def _messages(row: Row) -> list[Message]:
    """Return the conversation that a chat was sent; [] for a row whose conversation can't be read."""
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(row.sent, type=list[Message])
    return []


def _system(row: Row) -> str:
    """Return the system prompt that a row's reply was asked with; "" without one."""
    said = _messages(row) if row.mode is Mode.CHAT else []
    return next((message.content for message in said if message.role == "system"), "")


def _request(row: Row) -> dict[str, Any]:
    """Return what a row tells of its request: what was asked, and the parameters by their names here."""
    told: dict[str, Any] = {"model": row.model}
    if row.mode is Mode.COMPLETION:
        told["prompt"] = row.sent
    else:
        told["messages"] = msgspec.to_builtins(_messages(row))
    return {**told, **row.options, **({} if row.seed is None else {"seed": row.seed})}


def _sampling(row: Row) -> Sampling:
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in row.options.items()}
    known = {name: value for name, value in options.items() if name in PARAMETERS}
    return Sampling(known if row.seed is None else {**known, "seed": row.seed})


def _when(at: str) -> datetime:
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


class RepliesScreen(ReplayScreen):
    """Replies of a run, of one sample number.

    Args:
        session: of one turn.
        step: shows the next sample of the prompt, or the one before.
        said: what stands below it at first.
    """

    BINDING_GROUP_TITLE = "Replies"
    partial_requests = True

    def __init__(self, session: Session, step: Callable[[int], None], said: str) -> None:
        super().__init__(session, Playback(start_ms=_AT_ITS_END_MS, pace=0))
        self._step = step
        self._said_first = said

    def on_mount(self) -> None:
        """Say which sample it is."""
        self.show_notice(self._said_first)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what a row of a run has nothing for."""
        return False if action in _NOT_HERE else super().check_action(action, parameters)

    @property
    def footer_labels(self) -> dict[str, str]:
        """Labels for the line of keys."""
        return {**super().footer_labels, "rerun": "", "live": "", "turn(1)": ""}

    def action_sample(self, step: int) -> None:
        """Show the prompt's next sample, or the one before."""
        self.dismiss(None)
        self._step(step)
