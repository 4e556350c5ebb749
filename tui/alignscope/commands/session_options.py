"""The options of `alignscope sessions` and `alignscope replay`; from the standard library alone, as --help needs it."""

import argparse
from typing import Any

EXPORT_FORMS = ("markdown", "html", "jsonl", "csv", "cast", "preferences")
"""The names of `session.export.FORMATS`, which would have to be imported for them."""
_NAME = "a session's name, its title, or the path of its file"


def add(commands: Any, **common: Any) -> None:
    """Add both commands.

    Args:
        commands: what `add_subparsers` gave.
        common: what all parsers have in common.
    """
    _add_replay(commands, common)
    sessions = commands.add_parser(
        "sessions",
        help="list, show, search, rename, delete, export and import sessions",
        description="What was streamed is kept without being asked. These commands find it again.",
        **common,
    )
    add_directory(sessions)
    sessions.set_defaults(action=None)
    actions = sessions.add_subparsers(
        title="commands", dest="action", metavar="COMMAND", parser_class=type(sessions), required=True
    )

    def action(name: str, help: str, more: str = "") -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(
            name, help=help, description=f"{help[0].upper()}{help[1:]}.{more}", **common
        )
        add_directory(parser)
        return parser

    listing = action("list", "list the sessions there are, newest first")
    _add_json(listing, "one JSON object a line for every session")
    show = action("show", "print a session: its prompts and replies")
    show.add_argument("name", metavar="NAME", help=_NAME)
    _add_json(show, "one JSON object with everything in it")
    search = action("search", "list the sessions with all of these words in titles, prompts or replies")
    search.add_argument("text", metavar="TEXT", nargs="+")
    _add_json(search, "one JSON object a line for every session")
    rename = action("rename", "give a session another title")
    rename.add_argument("name", metavar="NAME", help=_NAME)
    rename.add_argument("title", metavar="TITLE")
    delete = action("delete", "delete sessions", " They can be brought back for a week.")
    delete.add_argument("names", metavar="NAME", nargs="+", help=_NAME)
    undelete = action("undelete", "bring back what was deleted")
    undelete.add_argument("name", metavar="WHAT", help="the word that `delete` gave")
    _add_export(action("export", "write a session in a form that other programs read"))
    bring = action("import", "keep a session that was exported as JSON Lines, or a session file from elsewhere")
    bring.add_argument("file", metavar="FILE", help="a file, or - for JSON Lines on standard input")
    path = action("path", "print where sessions are kept, or the file of one")
    path.add_argument("name", metavar="NAME", nargs="?", default="", help=_NAME)


def add_directory(parser: argparse.ArgumentParser) -> None:
    """Where sessions are kept, for this command and for the explorer."""
    parser.add_argument("--sessions", metavar="DIR", help="where sessions are kept (default: in the data directory)")


def _add_replay(commands: Any, common: dict[str, Any]) -> None:
    replay = commands.add_parser(
        "replay",
        help="play a session again, with the timing it had; no server is needed",
        description="Play a session again, token by token, with the timing it had. Needs no server and no models."
        " Without a name, say what there is to play.",
        **common,
    )
    replay.set_defaults(speed=None, idle_limit=None, start_at=None, instant=False, plain=False)
    replay.add_argument("name", metavar="NAME|FILE", nargs="?", default="", help=_NAME)
    replay.add_argument("-s", "--speed", metavar="TIMES", help="how fast, from 0.25 to 16 times (default: 1)")
    replay.add_argument("-i", "--idle-limit", metavar="SECONDS", help="show no pause longer than this")
    replay.add_argument("--start-at", metavar="SECONDS", help="where to begin")
    replay.add_argument("--instant", action="store_true", help="play all of it at once")
    replay.add_argument("--plain", action="store_true", help="print to standard output, without a screen")
    add_directory(replay)


def _add_export(export: argparse.ArgumentParser) -> None:
    export.set_defaults(
        form=None, output=None, force=False, one_after_other=False, conversational=False,
        theme=None, columns=None, rows=None, idle_limit=None,
    )  # fmt: skip
    export.add_argument("name", metavar="NAME", help=_NAME)
    export.add_argument(
        "-f", "--format", dest="form", metavar="FORMAT", help=f"{', '.join(EXPORT_FORMS[:-1])} or {EXPORT_FORMS[-1]}"
    )
    export.add_argument("-o", "--output", metavar="FILE", help="write into this file (default: standard output)")
    export.add_argument("--force", action="store_true", help="replace the file if it is there")
    export.add_argument(
        "--one-after-other", action="store_true", help="markdown: replies below one another, exactly as they came"
    )
    export.add_argument("--theme", metavar="NAME", help="html, cast: in whose colours (html: paper, cast: lamp)")
    export.add_argument("--columns", metavar="N", help="cast: how wide the terminal is (default: 100)")
    export.add_argument("--rows", metavar="N", help="cast: how high the terminal is (default: 30)")
    export.add_argument("-i", "--idle-limit", metavar="SECONDS", help="cast: the longest pause players shall make")
    export.add_argument("--conversational", action="store_true", help="preferences: messages instead of plain text")


def _add_json(parser: argparse.ArgumentParser, text: str) -> None:
    parser.set_defaults(json=False)
    parser.add_argument("--json", action="store_true", help=text)
