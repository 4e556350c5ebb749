"""`alignscope sessions`: list, search, change, export and import sessions without a screen."""

import argparse
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.line.arguments import launch as make_launch
from alignscope.commands.line.arguments import milliseconds, need_terminal, read_settings, whole
from alignscope.commands.line.session_args import open_session, run_on_store
from alignscope.export import FORMATS, Format, Options, format_of
from alignscope.export.palette import bundled_palettes
from alignscope.files.whole import write_whole
from alignscope.model.pace import AS_IT_COMES, MAX_PACE
from alignscope.model.session import SessionError
from alignscope.sessions.library.index import Entry
from alignscope.sessions.library.store import Store
from alignscope.sessions.names import ENDING, name_for
from alignscope.sessions.recording.writer import Writer
from alignscope.text.clean import cell_width, clean, encodable, fit
from alignscope.text.wording import counted

_HEADINGS: Final = ("name", "title", "when", "panes", "turns", "first prompt")
_COLUMNS: Final = (
    ("title", 8), ("when", 16), ("turns", 5), ("title", 24), ("first prompt", 16), ("panes", 40), ("title", 50),
    ("first prompt", 40),
)  # fmt: skip
"""Columns beside the name in the order in which they are given cells, first a few and then more."""
_GAP: Final = "  "
_WIDEST: Final = 40
"""Cells of a title or prompt."""
_WIDE: Final = 120
"""Cells of a place that was found, where the output is no terminal."""
_INDENT: Final = "    "


def run(arguments: argparse.Namespace, directory: Path | None) -> int:
    """Do one of the actions, and return the exit status: 0, or 1 if it fails. Raises UsageError for wrong arguments."""
    return run_on_store(directory, lambda store: _ACTIONS[arguments.action](store, arguments))


def _list(store: Store, arguments: argparse.Namespace) -> int:
    _print(store.list(), as_json=arguments.json)
    return Status.OK


def _search(store: Store, arguments: argparse.Namespace) -> int:
    words = " ".join(arguments.text)
    out = printing.out()
    room = shutil.get_terminal_size().columns if out.terminal else _WIDE
    found = 0
    for entry in store.search(words):
        found += 1
        try:
            places = store.places(entry, words, room - len(_INDENT))
        except SessionError:
            places = ()  # it is gone since
        if arguments.json:
            out.json(_encoded(_row(entry) | {"found": msgspec.to_builtins(places)}))
            continue
        facts = (entry.name, _short(entry.title), _when(entry), counted(entry.turns, "turn"))
        line = clean("  ".join(filter(None, facts)))
        out.line(fit(line, room) if out.terminal else line)
        for place in places:
            out.line(f"  {place.where}:")
            out.marked(place.text, place.words, _INDENT)
    if not found:
        printing.notes().line(f"No session has {words} in it.")
    return Status.OK if found else Status.FAILED


def _print(entries: Iterable[Entry], *, as_json: bool) -> None:
    out = printing.out()
    if as_json:
        for entry in entries:
            out.json(_encoded(_row(entry)))
        return
    rows = list[tuple[str, ...]]()
    problems = []
    for entry in entries:
        if entry.problem:
            problems.append(entry.problem)
            continue
        panes = ", ".join(pane.name for pane in entry.panes)
        rows.append((entry.name, _short(entry.title), _when(entry), panes, str(entry.turns), _short(entry.prompt)))
    if rows:
        table = [_HEADINGS, *rows]
        room = shutil.get_terminal_size().columns
        for line in printing.table(_fitted(table, room) if out.terminal else table):
            out.line(line)
    elif not problems:
        printing.notes().line("There are no sessions yet.")
    for problem in problems:
        printing.notes().line(f"alignscope: {problem}")


def _fitted(rows: Sequence[Sequence[str]], room: int) -> list[list[str]]:
    """Return the columns of a table that there is room for, each cell cut to the width of its column."""
    natural = {heading: max(cell_width(clean(row[column])) for row in rows) for column, heading in enumerate(_HEADINGS)}
    widths = {"name": min(natural["name"], room)}  # whole where it can be, since other commands are given it
    left = room - widths["name"]
    for heading, wanted in _COLUMNS:
        more = min(wanted, natural[heading]) - widths.get(heading, -len(_GAP))
        if heading in widths:
            more = min(max(more, 0), left)
        if more <= left:
            widths[heading] = widths.get(heading, -len(_GAP)) + more
            left -= more
    columns = [(column, widths[heading]) for column, heading in enumerate(_HEADINGS) if heading in widths]
    return [[fit(row[column], width) for column, width in columns] for row in rows]


def _when(entry: Entry) -> str:
    """Return when a session was begun, in local time, or that it came along."""
    return "bundled" if entry.bundled else f"{entry.created.astimezone():%Y-%m-%d %H:%M}"


def _short(text: str) -> str:
    return fit(" ".join(text.split()), _WIDEST)


def _row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": entry.name,
        "title": entry.title,
        "created": entry.created.isoformat().replace("+00:00", "Z"),
        "panes": [{"name": pane.name, "model": pane.model, "mode": pane.mode} for pane in entry.panes],
        "turns": entry.turns,
        "prompt": entry.prompt,
        "bundled": entry.bundled,
        "path": str(entry.path),
    }
    return row | ({"problem": entry.problem} if entry.problem else {})


def _show(store: Store, arguments: argparse.Namespace) -> int:
    session = open_session(store, arguments.name)
    if arguments.json:
        documents = [json.loads(line) for line in FORMATS["jsonl"].write(session, Options())]
        turns = [document for document in documents[1:] if "turn" in document]
        about = {"name": session.name, "bundled": session.bundled, "path": str(session.path or "")}
        printing.out().json(_encoded(about | documents[0] | {"turns": turns}))
        return Status.OK
    from alignscope.commands.replay import print_all

    out = printing.out()
    out.line(session.title or session.name)
    out.line(f"{session.created:%Y-%m-%d %H:%M} UTC · {session.path}")
    for record in session.lineup:
        out.line(" · ".join(filter(None, (record.name, record.pane.model, record.pane.mode, record.server))))
    out.line()
    for warning in session.warnings:
        printing.notes().line(f"alignscope: {warning}")
    print_all(out, session)
    return Status.OK


def _rename(store: Store, arguments: argparse.Namespace) -> int:
    store.rename(arguments.name, arguments.title)
    return Status.OK


def _delete(store: Store, arguments: argparse.Namespace) -> int:
    for name in arguments.names:
        token = store.delete(name)
        printing.notes().line(f"Deleted {name}. For a week, `alignscope sessions undelete {token}` brings it back.")
    return Status.OK


def _undelete(store: Store, arguments: argparse.Namespace) -> int:
    printing.out().line(store.undelete(arguments.name).stem)
    return Status.OK


def _vote(store: Store, arguments: argparse.Namespace) -> int:
    # The lab's own imports take a while, and no other action needs them.
    from alignscope.commands.lab.vote import report
    from alignscope.lab.votes.sessions import NO_PAIRS, SessionPoll, kept_in

    session = store.open(arguments.name)
    if not arguments.summary:
        need_terminal("voting", "--summary")
        launch = make_launch(arguments, read_settings())
        with Writer.open(session) as writer:
            poll = SessionPoll(session, kept_in(writer))
            if not len(poll):
                raise SessionError(f"{session.name} {NO_PAIRS}")
            from alignscope.ui.app import run as run_screen
            from alignscope.ui.screens.votes.screen import VotesScreen

            status = run_screen(launch, lambda: VotesScreen(lambda _: poll, printing.notes().line))
        return status or report(poll)
    for line in SessionPoll(session, lambda *_: None).standing() or [f"{session.name} {NO_PAIRS}"]:
        printing.out().line(line)
    return Status.OK


def _import(store: Store, arguments: argparse.Namespace) -> int:
    session = open_session(store, arguments.file)
    for warning in session.warnings:
        printing.notes().line(f"alignscope: {warning}")
    path = store.save(session, store.directory / f"{name_for(session)}{ENDING}")
    printing.out().line(path.stem)
    return Status.OK


def _path(store: Store, arguments: argparse.Namespace) -> int:
    printing.out().line(str(store.find(arguments.name) if arguments.name else store.directory))
    return Status.OK


def _export(store: Store, arguments: argparse.Namespace) -> int:
    form = _form(arguments)
    options = _options(form, arguments)
    session = open_session(store, arguments.name)
    parts = form.write(session, options)
    if arguments.output is None:
        printing.out().parts(parts)
    else:
        _write(Path(arguments.output).expanduser(), "".join(parts).encode(form.encoding), force=arguments.force)
    if remark := form.remark(session):
        printing.notes().line(remark)
    return Status.OK


def _write(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file whole or not at all."""
    if path.exists() and not force:
        raise SessionError(f"{path} is there already; --force replaces it")
    if path.exists() and not path.is_file():  # a pipe or a device
        path.write_bytes(content)
    else:
        write_whole(Path(os.path.realpath(path)), [content])


def _form(arguments: argparse.Namespace) -> Format:
    known = ", ".join(FORMATS)
    if arguments.form is not None:
        if arguments.form not in FORMATS:
            raise UsageError(f"there is no format {arguments.form:.40}; there are {known}")
        return FORMATS[arguments.form]
    if arguments.output is None:
        raise UsageError(f"say in which format with --format; there are {known}")
    form = format_of(arguments.output)
    if form is None:
        raise UsageError(f"the file's name doesn't tell which format is meant; say it with --format: {known}")
    return form


def _options(form: Format, arguments: argparse.Namespace) -> Options:
    palettes = bundled_palettes()
    theme = arguments.theme or ("lamp" if form.name == "cast" else "paper")
    if theme not in palettes:
        raise UsageError(f"there is no theme {theme:.40}; there are {', '.join(palettes)}")
    return Options(
        palette=palettes[theme],
        side_by_side=not arguments.one_after_other,
        columns=whole("--columns", arguments.columns, 20, 500) or 100,
        rows=whole("--rows", arguments.rows, 6, 200) or 30,
        idle_limit_ms=milliseconds("--idle-limit", arguments.idle_limit, 0.001),
        pace=whole("--pace", arguments.pace, 1, MAX_PACE) or AS_IT_COMES,
        conversational=arguments.conversational,
    )


def _encoded(value: Any) -> bytes:
    return encodable(json.dumps(value, ensure_ascii=False)).encode()


_ACTIONS: Final = {
    "list": _list,
    "show": _show,
    "search": _search,
    "rename": _rename,
    "delete": _delete,
    "undelete": _undelete,
    "vote": _vote,
    "export": _export,
    "import": _import,
    "path": _path,
}
