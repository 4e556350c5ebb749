"""`alignscope sessions`: list, search, change, export and import sessions without a screen."""

import argparse
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.arguments import milliseconds, whole
from alignscope.commands.session_args import open_session, run_on_store
from alignscope.export import FORMATS, Format, Options, format_of
from alignscope.export.palette import bundled_palettes
from alignscope.files.whole import write_whole
from alignscope.model.session import SessionError
from alignscope.sessions.library.index import Entry
from alignscope.sessions.library.store import Store
from alignscope.sessions.names import ENDING, name_for
from alignscope.text.clean import encodable, fit

_HEADINGS: Final = ("name", "title", "when", "panes", "turns", "first prompt")
_WIDEST: Final = 40


def run(arguments: argparse.Namespace, directory: Path | None) -> int:
    """Do one of the actions, and return the exit status: 0, or 1 if it fails. Raises UsageError for wrong arguments."""
    return run_on_store(directory, lambda store: _ACTIONS[arguments.action](store, arguments))


def _list(store: Store, arguments: argparse.Namespace) -> int:
    _print(store.list(), as_json=arguments.json, nothing="There are no sessions yet.")
    return Status.OK


def _search(store: Store, arguments: argparse.Namespace) -> int:
    words = " ".join(arguments.text)
    found = list(store.search(words))
    _print(found, as_json=arguments.json, nothing=f"No session has {words} in it.")
    return Status.OK if found else Status.FAILED


def _print(entries: Iterable[Entry], *, as_json: bool, nothing: str) -> None:
    out = printing.out()
    if as_json:
        for entry in entries:
            out.json(_encoded(_row(entry)))
        return
    rows = [_HEADINGS]
    problems = []
    for entry in entries:
        if entry.problem:
            problems.append(entry.problem)
            continue
        title = f"{_short(entry.title)}{' (bundled)' if entry.bundled else ''}"
        panes = ", ".join(pane.name for pane in entry.panes)
        when = f"{entry.created:%Y-%m-%d %H:%M}"
        rows.append((entry.name, title, when, panes, str(entry.turns), _short(entry.prompt)))
    if len(rows) > 1:
        room = shutil.get_terminal_size().columns
        for line in printing.table(rows):
            out.line(fit(line, room) if out.terminal else line)
    elif not problems:
        printing.notes().line(nothing)
    for problem in problems:
        printing.notes().line(f"alignscope: {problem}")


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


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


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
        out = printing.out()
        for part in parts:
            if out.terminal:
                out.write(part)
            else:
                out.raw(part.encode())
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
    "export": _export,
    "import": _import,
    "path": _path,
}
