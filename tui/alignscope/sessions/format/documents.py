"""Sessions as the documents of a session file, version 1; `reading` is the inverse."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec

from alignscope.model.events import MAX_LIMIT, End
from alignscope.model.lineup.host import public
from alignscope.model.reply import Reply
from alignscope.model.sampling import Sampling
from alignscope.model.score import Scored
from alignscope.model.session import Session
from alignscope.model.turn import CARRY, Extra, PaneRecord, ReplyKey, Turn, TurnSettings, Two, Verdict
from alignscope.model.vote import Vote
from alignscope.sessions.format import scores
from alignscope.sessions.format.timeline import StoredReply, encode
from alignscope.sessions.format.yaml import BlockMapping, BlockText

FORMAT: Final = "alignscope-session"
VERSION: Final = 1
NO_VOTE: Final = "none"
"""Takes back a vote."""
D = TypeVar("D", bound=dict[str, Any])
_DEFAULTS: Final = TurnSettings()
_ALWAYS: Final = ("sampling", "context")
"""Settings that are written even if they have the default."""
_CARRIED: Final = frozenset({"prompt", "messages"})


def header(session: Session) -> BlockMapping:
    """Return a session's first document."""
    document = BlockMapping(format=f"{FORMAT}/{VERSION}", title=session.title, created=session.created)
    if session.parent:
        parent = {"name": session.parent.name, "turn": session.parent.turn, "ms": session.parent.ms}
        document["parent"] = _with({k: v for k, v in parent.items() if v is not None}, session.parent.extra)
    document["lineup"] = [_pane(record) for record in session.lineup]
    return _with(document, session.extra)


def turn(
    turn: Turn, lineup: tuple[PaneRecord, ...], *, replies: Mapping[ReplyKey, Reply] | None = None
) -> BlockMapping:
    """Return the document of a turn.

    Args:
        lineup: the header's, which isn't repeated.
        replies: those to write; all unless given.
    """
    extra = dict(turn.extra)
    document = BlockMapping(turn=turn.number, at=turn.at, prompt=BlockText(turn.prompt))
    document |= _settings(turn.settings, extra.pop("sampling", {}))
    if turn.panes != lineup:
        document["lineup"] = [_pane(record) for record in turn.panes]
    if turn.experiment:
        document["experiment"] = turn.experiment
    if turn.note:
        document["note"] = turn.note
    if turn.verdict:
        document["verdict"] = _verdict(turn.verdict)
    if turn.votes:
        document["votes"] = [_vote(two, voted.vote, voted.extra) for two, voted in turn.votes.items()]
    written = turn.replies if replies is None else replies
    document["replies"] = [_reply(reply, carried=turn.settings.context == CARRY) for reply in written.values()]
    parts = [score.part(0) for key, score in turn.scores.items() if key[:2] in written]
    if parts:
        document["scores"] = [scores.write(part) for part in parts]
    return _with(document, extra)


def title(text: str) -> BlockMapping:
    """Return the document that changes a session's title."""
    return BlockMapping(title=text)


def note(turn: int, text: str) -> BlockMapping:
    """Return the document that puts a note on a turn; an empty one removes it."""
    return BlockMapping(note={"turn": turn, "text": text})


def verdict(turn: int, verdict: Verdict | None) -> BlockMapping:
    """Return the document that ranks a turn's replies; None removes the ranking."""
    return BlockMapping(verdict={"turn": turn} | (_verdict(verdict) if verdict else {"order": []}))


def vote(turn: int, two: Two, vote: Vote | None) -> BlockMapping:
    """Return the document that says which of two replies is better; None takes back what was said."""
    return BlockMapping(vote={"turn": turn} | _vote(two, vote, {}))


def further(turn: Turn, replies: Mapping[ReplyKey, Reply]) -> BlockMapping:
    """Return the document that adds replies to a turn, which go on from others of it."""
    carried = turn.settings.context == CARRY
    return BlockMapping(further=turn.number, replies=[_reply(reply, carried=carried) for reply in replies.values()])


def scored(turn: int, part: Scored) -> BlockMapping:
    """Return the document that adds a part of a score to a turn."""
    return BlockMapping(scores=[scores.write(part, turn)])


def session(session: Session) -> Iterator[BlockMapping]:
    """Yield every document of a session, as for a new file."""
    yield header(session)
    for each in session.turns:
        yield turn(each, session.lineup)
    for other in session.others:
        yield BlockMapping(other)


def _settings(settings: TurnSettings, unknown: Extra) -> dict[str, Any]:
    """Return a turn's settings without the defaults, and with unknown parameters."""
    fields = msgspec.structs.asdict(settings) | {"sampling": _values(settings.sampling) | unknown}
    return {name: fields[name] for name in fields if name in _ALWAYS or fields[name] != getattr(_DEFAULTS, name)}


def _pane(record: PaneRecord) -> dict[str, Any]:
    pane, extra = record.pane, dict(record.extra)
    # A line for each field where the system prompt has several of its own.
    document: dict[str, Any] = (BlockMapping if "\n" in pane.system else dict)(name=pane.name, model=pane.model)
    if record.digest:
        document["digest"] = record.digest
    if record.server:
        document["server"] = record.server
    document |= {"url": public(pane.server), "mode": pane.mode.value}
    if pane.system:
        document["system"] = pane.system
    if pane.sampling is not None:
        document["sampling"] = _values(pane.sampling) | extra.pop("sampling", {})
    return _with(document, extra)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return _with({"order": [_key(key) for key in verdict.order]}, verdict.extra)


def _vote(two: Two, vote: Vote | None, extra: Extra) -> dict[str, Any]:
    said = NO_VOTE if vote is None else vote.value
    return _with({"first": _key(two[0]), "second": _key(two[1]), "vote": said}, extra)


def _key(key: ReplyKey) -> str | list[str | int]:
    pane, sample = key
    return pane if sample == 1 else [pane, sample]


def limit_in(request: Mapping[str, Any]) -> int | None:
    """Return the most tokens that a request asked for; older files don't have it beside the request."""
    options = request.get("options")
    named = options if isinstance(options, dict) else request
    limits = (named.get(name) for name in ("num_predict", "max_tokens"))
    return next((limit for limit in limits if type(limit) is int and 0 <= limit <= MAX_LIMIT), None)


def _reply(reply: Reply, *, carried: bool) -> BlockMapping:
    stored = reply if isinstance(reply, StoredReply) else None
    extra = dict(stored.extra) if stored else {}
    document = BlockMapping(pane=reply.pane, sample=reply.sample, end=(reply.end or End.CUT).value)
    if reply.message:
        document["message"] = reply.message
    document["stats"] = msgspec.to_builtins(reply.stats) | extra.pop("stats", {})
    if reply.sent_ms:
        document["sent"] = reply.sent_ms
    if reply.ended_ms is not None:
        document["ended"] = reply.ended_ms
    if reply.url:
        document["url"] = public(reply.url)
    # A carried context is left out: the file has those turns already, and would grow with their square.
    request = {key: value for key, value in reply.request.items() if not (carried and key in _CARRIED)}
    if request:
        document["request"] = request
    if reply.limit is not None:
        document["limit"] = reply.limit
    if reply.origin is not None:
        document["origin"] = msgspec.to_builtins(reply.origin) | extra.pop("origin", {})
    _with(document, extra)
    document["text"] = BlockText(reply.text)
    document["timeline"] = BlockText(stored.timeline if stored else encode(reply))
    return document


def _values(sampling: Sampling) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in sampling.items()}


def _with(document: D, extra: Extra) -> D:
    """Add the unknown fields behind a document's own. A field of the document wins."""
    for key, value in extra.items():
        document.setdefault(key, value)
    return document
