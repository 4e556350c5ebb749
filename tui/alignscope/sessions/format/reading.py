"""Reading of a session file's documents: each field is checked, unknown ones stay."""

from itertools import pairwise
from typing import Any, Final

from alignscope.files.yaml_file import FormError, printable
from alignscope.model.events import MAX_LIMIT, End, Stats
from alignscope.model.lineup.pane import MAX_PANES, Mode, Pane, is_name
from alignscope.model.origin import MAX_POSITION, Kind, Origin, Way
from alignscope.model.reply import Reply
from alignscope.model.sampling import PARAMETERS, Sampling, SamplingError
from alignscope.model.scaffold import SCAFFOLDS
from alignscope.model.score import Frame
from alignscope.model.session import Parent, Session
from alignscope.model.turn import (
    CARRY,
    FRESH,
    MAX_ALTERNATIVES,
    MAX_STORED_SAMPLES,
    Extra,
    PaneRecord,
    ReplyKey,
    Turn,
    TurnSettings,
    Verdict,
)
from alignscope.model.vote import Vote
from alignscope.sessions.format import scores
from alignscope.sessions.format.documents import FORMAT, NO_VOTE, VERSION, limit_in
from alignscope.sessions.format.fields import Fields
from alignscope.sessions.format.timeline import StoredReply

_MAX_VOTES: Final = 10_000
"""On a turn."""


def read_header(data: Any) -> Session:
    """Read a file's first document. Raises FormError if it is no session, too new, or a field is wrong."""
    if not isinstance(data, dict) or not str(data.get("format", "")).startswith(f"{FORMAT}/"):
        raise FormError(f"this is no session file: it doesn't begin with ‘format: {FORMAT}/{VERSION}’")
    fields = Fields(data)
    version = fields.text("format").removeprefix(f"{FORMAT}/")
    if version != str(VERSION):
        newer = version.isascii() and version.isdigit() and len(version) < 9 and int(version) > VERSION
        advice = "A newer alignscope wrote it; this one has to be updated to open it" if newer else "There is none such"
        raise fields.refuse("format", f"the file has version {printable(version)} of the format. {advice}")
    created = fields.time("created")
    heading = fields.text("title", "")
    inner = fields.inner("parent")
    parent = None
    if inner:
        parent = Parent(inner.text("name"), inner.whole("turn", 0, least=0), inner.number("ms", None), inner.rest())
    return Session(heading, created, _read_panes(fields), parent=parent, extra=fields.rest())


def add(session: Session, data: Any, where: str) -> None:
    """Add a further document: a turn, a change to one, or something unknown.

    Args:
        where: the file and the document, for errors found later when a reply is played.

    Raises:
        FormError: a field is wrong.
    """
    fields = Fields(data)
    if "turn" in fields:
        _add_turn(session, fields, where)
        return
    if "further" in fields:
        turn = _turn_of(session, fields, "further")
        turn.replies |= _read_replies(fields, turn, where)
    if "title" in fields:
        session.title = fields.text("title")
    if (note := fields.inner("note")) is not None:
        _turn_of(session, note).note = note.text("text")
    if (verdict := fields.inner("verdict")) is not None:
        turn = _turn_of(session, verdict)
        turn.verdict = _read_verdict(verdict, turn)
    if (vote := fields.inner("vote")) is not None:
        _read_vote(vote, _turn_of(session, vote))
    for part in scores.each(fields):
        scores.add(_turn_of(session, part), part, session.warnings, where)
    if fields.rest():
        session.others.append(fields.rest())


def _add_turn(session: Session, fields: Fields, where: str) -> None:
    number = fields.whole("turn")
    last = session.turns[-1].number if session.turns else 0
    known = session.turn(number)
    if known is None and number < last:
        raise fields.refuse("turn", f"turn {number} comes after turn {last}")
    panes = _read_panes(fields) or session.lineup
    settings, unknown = _read_settings(fields)
    lineup = tuple(record.pane for record in panes)
    new = Turn(number, fields.time("at"), fields.text("prompt"), lineup, settings, records=panes)
    new.experiment = fields.text("experiment", "")
    new.replies |= _read_replies(fields, new, where)
    if (note := fields.raw("note")) is not None:
        if not isinstance(note, str):
            raise fields.refuse("note", "should be text")
        new.note = note
    if (verdict := fields.inner("verdict")) is not None:
        new.verdict = _read_verdict(verdict, new)
    for each in fields.each("votes", _MAX_VOTES):
        _read_vote(each, new)
    for part in scores.each(fields):
        scores.add(new, part, session.warnings, where)
    new.extra = fields.rest() | ({"sampling": unknown} if unknown else {})
    if known is None:
        session.turns.append(new)
        return
    # The same turn again: a pane was asked once more, and its later replies count.
    for name in {pane for pane, _ in new.replies}:
        known.forget(name)
    known.replies |= new.replies
    known.further |= new.further
    known.scores |= new.scores
    known.note, known.verdict = new.note or known.note, new.verdict or known.verdict
    known.votes |= new.votes
    known.extra |= new.extra


def _read_replies(fields: Fields, turn: Turn, where: str) -> dict[ReplyKey, Reply]:
    replies: dict[ReplyKey, Reply] = {}
    for each in fields.each("replies", MAX_PANES * MAX_STORED_SAMPLES):
        reply = _read_reply(each, where)
        if not turn.has(reply.pane):
            raise each.refuse("pane", f"no pane of the lineup is called ‘{printable(reply.pane)}’")
        if (reply.pane, reply.sample) in replies:
            raise each.refuse("sample", f"the reply {reply.sample} of ‘{printable(reply.pane)}’ is there twice")
        replies[reply.pane, reply.sample] = reply
        if reply.origin is not None:
            turn.count_further(reply.pane, reply.sample)
    return replies


def _read_reply(fields: Fields, where: str) -> StoredReply:
    pane, sample = fields.text("pane"), fields.whole("sample", 1, most=MAX_STORED_SAMPLES)
    text = fields.text("text")
    timeline = fields.text("timeline") if "timeline" in fields else None
    reply = StoredReply(pane, sample, text, timeline, f"{where}, {fields.place('')[:-1]}")
    reply.end = fields.word("end", End)
    if not fields.rest():
        return reply  # an outline
    reply.message = fields.text("message", "")
    reply.url = fields.text("url", "")
    reply.sent_ms = fields.number("sent", 0.0)
    request = fields.raw("request")
    if not isinstance(request, dict | None):
        raise fields.refuse("request", "should be a mapping")
    reply.request = request or {}
    reply.limit = fields.whole("limit", least=0, most=MAX_LIMIT) if "limit" in fields else limit_in(reply.request)
    unknown: Extra = {}
    if (stats := fields.inner("stats")) is not None:
        numbers: dict[str, Any] = {}
        for name in Stats.__struct_fields__:
            whole = name in ("tokens", "prompt_tokens")
            if name in stats:
                numbers[name] = stats.whole(name, least=0, most=MAX_LIMIT) if whole else stats.number(name, 0.0)
        reply.stats, unknown = Stats(**numbers), stats.rest()
    reply.ended_ms = fields.number("ended", None)
    later: Extra = {}
    if (origin := fields.inner("origin")) is not None:
        reply.origin, later = _read_origin(origin)
    reply.extra = fields.rest() | ({"stats": unknown} if unknown else {}) | ({"origin": later} if later else {})
    return reply


def _read_origin(fields: Fields) -> tuple[Origin, Extra]:
    """Return the reply that another goes on from, and the fields that this version doesn't know."""
    pane = fields.text("pane")
    if not is_name(pane):
        raise fields.refuse("pane", "a pane's name is 1 to 40 printable characters")
    if (by := fields.text("by", "")) and not is_name(by):
        raise fields.refuse("by", "a pane's name is 1 to 40 printable characters")
    origin = Origin(
        kind=fields.word("kind", Kind),
        pane=pane,
        sample=fields.whole("sample", most=MAX_STORED_SAMPLES),
        position=fields.whole("position", least=0, most=MAX_POSITION),
        kept=fields.whole("kept", least=0, most=MAX_POSITION),
        taken=fields.text("taken", ""),
        by=by,
        frame=fields.word("frame", Frame).value if by else "",
        percent=fields.whole("percent", 0, least=0, most=100),
        places=_read_places(fields),
        way=fields.word("way", Way, Way.RAW),
        resplit=fields.flag("resplit"),
    )
    return origin, fields.rest()


def _read_places(fields: Fields) -> tuple[int, ...]:
    """Return positions, ascending."""
    places = tuple(fields.items("places", MAX_POSITION))
    whole = all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each <= MAX_POSITION for each in places)
    if not whole or any(one >= other for one, other in pairwise(places)):
        raise fields.refuse("places", "should be whole numbers, ascending")
    return places


def _read_panes(fields: Fields) -> tuple[PaneRecord, ...]:
    records: list[PaneRecord] = []
    for each in fields.each("lineup", MAX_PANES):
        name = each.text("name")
        if not is_name(name):
            raise each.refuse("name", "a pane's name is 1 to 40 printable characters")
        if name in {record.name for record in records}:
            raise each.refuse("name", f"two panes are called ‘{printable(name)}’")
        own = each.inner("sampling")
        sampling, unknown = _read_sampling(own) if own else (None, {})
        pane = Pane(
            name, each.text("model"), each.text("url"), each.word("mode", Mode), each.text("system", ""), sampling
        )
        digest, server = each.text("digest", ""), each.text("server", "")
        records.append(PaneRecord(pane, digest, server, each.rest() | ({"sampling": unknown} if unknown else {})))
    return tuple(records)


def _read_settings(fields: Fields) -> tuple[TurnSettings, Extra]:
    """Return a turn's settings, and the parameters that this version doesn't know."""
    sampling, unknown = _read_sampling(fields.inner("sampling"))
    settings = TurnSettings(
        sampling,
        fields.whole("samples", 1, most=MAX_STORED_SAMPLES),
        fields.word("context", {FRESH: FRESH, CARRY: CARRY}.__getitem__, FRESH),
        fields.word("scaffold", {name: name for name in SCAFFOLDS}.__getitem__, "bare"),
        fields.flag("think"),
        fields.whole("logprobs", least=0, most=MAX_ALTERNATIVES) if "logprobs" in fields else None,
        fields.flag("one_after_other"),
    )
    return settings, unknown


def _read_sampling(fields: Fields | None) -> tuple[Sampling, Extra]:
    """Return the sampling, and the parameters that this version doesn't know."""
    if fields is None:
        return Sampling(), {}
    values = {}
    for name in PARAMETERS:
        if name in fields:
            try:
                values[name] = PARAMETERS[name].check(fields.raw(name))
            except (SamplingError, OverflowError) as error:
                raise fields.refuse(name, printable(error) if len(str(error)) < 60 else str(error)) from None
    return Sampling(values), fields.rest()


def _turn_of(session: Session, fields: Fields, name: str = "turn") -> Turn:
    number = fields.whole(name)
    found = session.turn(number)
    if found is None:
        raise fields.refuse(name, f"there is no turn {number} before it")
    return found


def _read_verdict(fields: Fields, turn: Turn) -> Verdict | None:
    order: list[ReplyKey] = []
    for item in fields.items("order", MAX_PANES * MAX_STORED_SAMPLES):
        key = _read_key(fields, "order", item, turn)
        if key in order:
            raise fields.refuse("order", f"the reply {key[1]} of ‘{printable(key[0])}’ is there twice")
        order.append(key)
    return Verdict(tuple(order), fields.rest()) if order else None


def _read_vote(fields: Fields, turn: Turn) -> None:
    """Put a vote on a turn, or take one back."""
    first, second = (_read_key(fields, name, fields.raw(name), turn) for name in ("first", "second"))
    if first == second:
        raise fields.refuse("second", "is the first reply again")
    vote = fields.word("vote", lambda word: None if word == NO_VOTE else Vote(word))
    turn.put_vote(first, second, vote, fields.rest())


def _read_key(fields: Fields, name: str, item: Any, turn: Turn) -> ReplyKey:
    """Return the reply that is named by its pane, or by a pane and a sample."""
    pane, sample = item if isinstance(item, list) and len(item) == 2 else (item, 1)
    if not isinstance(pane, str) or isinstance(sample, bool) or not isinstance(sample, int):
        what = "lists panes, or pairs" if name == "order" else "is a pane, or a pair"
        raise fields.refuse(name, f"{what} of a pane and a sample's number")
    if pane not in {record.name for record in turn.panes} or not 1 <= sample <= MAX_STORED_SAMPLES:
        raise fields.refuse(name, f"the turn has no reply {printable(sample)} of ‘{printable(pane)}’")
    return pane, sample
