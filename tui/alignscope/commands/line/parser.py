"""Parser of the command line. Imports the standard library and the sampling table only, so that --help is fast."""

import argparse
import shutil
import textwrap
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from alignscope import __version__
from alignscope.commands import Status
from alignscope.model.sampling import DEFAULT_PRESET, PARAMETERS, PRESETS, ValueType
from alignscope.model.scaffold import BARE, SCAFFOLDS

NAME: Final = "alignscope"
_DESCRIPTION: Final = "One prompt to a base model and to its aligned twin, streamed side by side."
_MORE_HELP: Final = "`alignscope COMMAND --help` tells more about a command. Inside, f1 lists the keys."
_EXIT_HELP: Final = "exit status: 0 all panes ended well, 1 a pane failed, 2 wrong usage, 130 interrupted"
EXPORT_FORMS: Final = ("markdown", "html", "jsonl", "csv", "cast", "preferences")
"""Names in `export.FORMATS`, without its imports."""
_CUT: Final = " In CSV, spreadsheets cut a text after 32,767 characters."
_SESSION: Final = "a session's name, its title, or the path of its file"

_CONFIG: Final = {
    "init": "write a file in which everything is explained and nothing is set",
    "path": "say where the file is, or would be",
    "show": "say what holds now, and whether a file, the environment or nobody said so",
    "check": "say what is wrong with the file, the keys in it and your themes",
    "keys": "list the names of all actions, with their keys",
}


class _Parser(argparse.ArgumentParser):
    """Parser without defaults and abbreviations, with error messages of one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter,
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
            **options,
        )

    def error(self, message: str) -> NoReturn:
        option = message.removeprefix("argument ").partition(":")[0].rpartition("/")[2]
        if message.endswith("expected one argument"):
            message += f" (one that begins with a dash is written `{option}=-…`)"
        elif message.startswith(("unrecognized", "the following")) or "ignored explicit argument" in message:
            message += " (a text that begins with a dash goes behind `--`)"
        self.exit(Status.USAGE, f"{NAME}: {message}; `{self.prog} --help` lists what there is\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuse what is unknown here, where the command is known, and not in the parser of all commands."""
        namespace, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return namespace, unknown


class _Gather(argparse.Action):
    """Like `append`, into one list before and after a command's name."""

    def __call__(self, _parser: Any, _namespace: Any, value: Any, _option: Any = None) -> None:
        self.const.append(value)


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of all commands and options."""
    parser = _Parser(
        prog=NAME,
        description=_DESCRIPTION,
        epilog=f"{_sampling_help()}\n\n{_MORE_HELP}",
    )
    panes: list[str] = []
    sets: list[str] = []
    parser.set_defaults(
        command=None, prompt=None, base=None, instruct=None, host=None, preset=None, samples=None, system=None,
        scaffold=None, embedded=False, panes=panes, sets=sets, sessions=None, theme=None, logprobs=None, timeout=None,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    parser.add_argument("--prompt", metavar="TEXT", help="send this at once")
    _add_directory(parser)
    _add_theme(parser)
    _add_options(parser, panes, sets)

    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    ask = commands.add_parser(
        "ask",
        help="ask without a screen: replies as text, or every event as JSON",
        description="Send one prompt to every pane, or one after the other from a file, and print the replies as they"
        " finish.",
        epilog=f"{_sampling_help()}\n\n{_EXIT_HELP}",
    )
    ask.set_defaults(text=None, prompts=None)
    ask.add_argument(
        "text", metavar="PROMPT", nargs="?",
        help="the prompt; - reads it from standard input, less one final line break",
    )  # fmt: skip
    ask.add_argument(
        "--prompts", metavar="FILE",
        help="many prompts: a text with one a line, .jsonl with objects that have a `prompt`, or .csv with a column of"
        " that name; - reads lines from standard input",
    )  # fmt: skip
    _add_options(ask, panes, sets)
    _add_json(ask, "one JSON object a line for every event, as it happens")
    ask.add_argument(
        "--logprobs",
        metavar="N",
        help="ask for each token's log-probability: off, `token` for that alone, or N alternatives to it too, up to 20",
    )
    _add_timeout(ask)

    _add_shift(commands, panes, sets)

    models = commands.add_parser(
        "models",
        help="list what the servers have, pull or remove a model",
        description="List the models of each server: base or instruct and why, whether loaded, and the twin.",
    )
    _add_server(models)
    _add_json(models, "one JSON object a line for every model")
    models.set_defaults(action=None)
    actions = models.add_subparsers(title="commands", dest="action", metavar="COMMAND")
    pull = actions.add_parser(
        "pull",
        help="download a model to the server, or from a hub for the embedded engine",
        description="Download a model: to the server by its own name, or as a GGUF file from huggingface.co (or the hub"
        " that HF_ENDPOINT names) for the embedded engine, by hf:OWNER/REPO.",
    )
    pull.add_argument(
        "model", metavar="NAME", help="such as llama3.2:1b-text-q4_K_M, or hf:OWNER/REPO[:FILE or quantisation]"
    )
    _add_host(pull)
    remove = actions.add_parser(
        "remove",
        help="delete a model that was pulled from a hub",
        description="Delete a model that was pulled from a hub. Models of a server are the server's to delete.",
    )
    remove.add_argument("model", metavar="NAME", help="such as hf:OWNER/REPO:Q4_K_M, as `alignscope models` lists it")

    _add_sessions(commands)

    config = commands.add_parser(
        "config",
        help="the settings file: write one, check it, say what it comes to",
        description="Write a settings file with comments, say where it is, what is wrong with it and what it comes to.",
    )
    actions = config.add_subparsers(title="commands", dest="action", metavar="COMMAND", required=True)
    for name, text in _CONFIG.items():
        actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")

    completion = commands.add_parser(
        "completion",
        help="print the script by which bash, zsh or fish completes these commands",
        description="Print the script by which a shell completes alignscope's commands, options and names.",
        epilog="Write it where the shell looks when it is first needed, so that no start of a shell waits for it:\n"
        "bash: alignscope completion bash > ~/.local/share/bash-completion/completions/alignscope\n"
        "zsh:  alignscope completion zsh > a directory of $fpath, as _alignscope\n"
        "fish: alignscope completion fish > ~/.config/fish/completions/alignscope.fish",
    )
    completion.add_argument("shell", metavar="bash|zsh|fish")

    doctor = commands.add_parser(
        "doctor",
        help="say what answers, what would be used, and what is missing",
        description="Say in plain words which servers answer, which pair would be used, where files live,"
        " and what to do about anything that is missing.",
    )
    _add_server(doctor)
    _add_json(doctor, "one JSON object")
    return parser


def _add_host(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="URL", help="the server (default: OLLAMA_HOST, else Ollama on this machine)")


def _add_server(parser: argparse.ArgumentParser) -> None:
    _add_host(parser)
    parser.add_argument("--embedded", action="store_true", help="the embedded engine, even if Ollama is there")


def _add_timeout(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout", metavar="SECONDS", help="give a reply up that is silent for so long (default: never)"
    )


def _add_json(parser: argparse.ArgumentParser, text: str) -> None:
    parser.set_defaults(json=False)
    parser.add_argument("--json", action="store_true", help=text)


def _add_options(parser: argparse.ArgumentParser, panes: list[str], sets: list[str]) -> None:
    parser.add_argument("--base", metavar="MODEL", help="the model of the base pane, asked for a raw completion")
    parser.add_argument("--instruct", metavar="MODEL", help="the model of the instruct pane, asked in a chat")
    _add_server(parser)
    parser.add_argument(
        "--pane", action=_Gather, const=panes, metavar="NAME=MODEL[@URL][,completion|,chat]",
        help="a pane of another lineup, one to four times; MODEL may be a path to a GGUF file, or hf:OWNER/REPO",
    )  # fmt: skip
    parser.add_argument("--set", action=_Gather, const=sets, metavar="NAME=VALUE", help="set a sampling parameter")
    parser.add_argument("--preset", metavar="NAME", help=f"start from these parameters (default: {DEFAULT_PRESET})")
    parser.add_argument("--samples", metavar="N", help="replies per pane (default: 1)")
    parser.add_argument("--system", metavar="TEXT", help="the system prompt of the chat panes")
    parser.add_argument(
        "--scaffold", metavar="NAME",
        help=f"text around the prompt in completion panes: {', '.join(SCAFFOLDS)} (default: {BARE})",
    )  # fmt: skip


def _add_shift(commands: Any, panes: list[str], sets: list[str]) -> None:
    shift = commands.add_parser(
        "shift",
        help="how the reply of one model stands in the lists of the other, token by token",
        description="Ask one pane, let the model of another score its reply, and print where they part: unshifted (the"
        " other's first choice), marginal (its second or third), shifted (a later one), beyond its list, or unknown.",
        epilog=f"The reply is greedy unless --preset or --set says otherwise.\n\n{_EXIT_HELP}",
    )
    shift.set_defaults(of="", by="", frame="chat", alternatives=None, file=None)
    shift.add_argument(
        "text", metavar="PROMPT", help="the prompt; - reads it from standard input, less one final line break"
    )
    _add_options(shift, panes, sets)
    _add_json(shift, "one JSON object a line for every position, then a summary")
    shift.add_argument("--of", metavar="PANE", help="whose reply it is (default: the first chat pane)")
    shift.add_argument("--by", metavar="PANE", help="whose model scores it (default: the first completion pane)")
    shift.add_argument(
        "--frame", metavar="chat|qa|bare", help="what stands before the reply when it is scored (default: chat)"
    )
    shift.add_argument(
        "--alternatives", metavar="N", help="length of the lists (default: 20; embedded 1,000, and whole for the twins)"
    )
    shift.add_argument("--text", dest="file", metavar="FILE", help="score this file's text instead of a reply")
    shift.add_argument(
        "--timeout", metavar="SECONDS", help="give a reply up that is silent for so long (default: never)"
    )


def _add_sessions(commands: Any) -> None:
    _add_replay(commands)
    sessions = commands.add_parser(
        "sessions",
        help="list, show, search, rename, delete, export and import sessions",
        description="What was streamed is kept without being asked. These commands find it again.",
    )
    _add_directory(sessions)
    sessions.set_defaults(action=None)
    actions = sessions.add_subparsers(title="commands", dest="action", metavar="COMMAND", required=True)

    def action(name: str, help: str, more: str = "") -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(
            name, help=help, description=f"{help[0].upper()}{help[1:]}.{more}"
        )
        _add_directory(parser)
        return parser

    listing = action("list", "list the sessions there are, newest first")
    _add_json(listing, "one JSON object a line for every session")
    show = action("show", "print a session: its prompts and replies")
    show.add_argument("name", metavar="NAME", help=_SESSION)
    _add_json(show, "one JSON object with everything in it")
    search = action("search", "list the sessions with all of these words in titles, prompts, replies or notes",
                    " Below each stands where they were found.")  # fmt: skip
    search.add_argument("text", metavar="TEXT", nargs="+")
    _add_json(search, "one JSON object a line for every session, with where it was `found`")
    rename = action("rename", "give a session another title")
    rename.add_argument("name", metavar="NAME", help=_SESSION)
    rename.add_argument("title", metavar="TITLE")
    delete = action("delete", "delete sessions", " They can be brought back for a week.")
    delete.add_argument("names", metavar="NAME", nargs="+", help=_SESSION)
    undelete = action("undelete", "bring back what was deleted")
    undelete.add_argument("name", metavar="WHAT", help="the word that `delete` gave")
    _add_export(action("export", "write a session in a form that other programs read", _CUT))
    bring = action("import", "keep a session that was exported as JSON Lines, or a session file from elsewhere")
    bring.add_argument("file", metavar="FILE", help="a file, or - for JSON Lines on standard input")
    path = action("path", "print where sessions are kept, or the file of one")
    path.add_argument("name", metavar="NAME", nargs="?", default="", help=_SESSION)


def _add_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sessions", metavar="DIR", help="where sessions are kept (default: in the data directory)")


def _add_replay(commands: Any) -> None:
    replay = commands.add_parser(
        "replay",
        help="play a session again, with the timing it had; no server is needed",
        description="Play a session again, token by token, with the timing it had, or at a pace where that is too"
        " fast to be read. Needs no server and no models."
        " Without a name, say what there is to play.",
    )
    replay.set_defaults(speed=None, pace=None, idle_limit=None, start_at=None, instant=False, plain=False)
    replay.add_argument("name", metavar="NAME|FILE", nargs="?", default="", help=_SESSION)
    replay.add_argument("-s", "--speed", metavar="TIMES", help="at this speed as recorded, from 0.25 to 16 times")
    replay.add_argument(
        "--pace", metavar="N", help="at most N tokens a second (default: 20 where replies came too fast to be read)"
    )
    replay.add_argument("-i", "--idle-limit", metavar="SECONDS", help="show no pause longer than this")
    replay.add_argument("--start-at", metavar="SECONDS", help="where to begin")
    replay.add_argument("--instant", action="store_true", help="play all of it at once")
    replay.add_argument("--plain", action="store_true", help="print to standard output, without a screen")
    _add_theme(replay)
    _add_directory(replay)


def _add_theme(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--theme", metavar="NAME", help="the colours (default: those that were chosen last)")


def _add_export(export: argparse.ArgumentParser) -> None:
    export.set_defaults(
        form=None, output=None, force=False, one_after_other=False, conversational=False,
        theme=None, columns=None, rows=None, pace=None, idle_limit=None,
    )  # fmt: skip
    export.add_argument("name", metavar="NAME", help=_SESSION)
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
    export.add_argument("--pace", metavar="N", help="cast: at most N tokens a second (default: as recorded)")
    export.add_argument("-i", "--idle-limit", metavar="SECONDS", help="cast: the longest pause players shall make")
    export.add_argument("--conversational", action="store_true", help="preferences: messages instead of plain text")


def _sampling_help() -> str:
    width = min(shutil.get_terminal_size((80, 24)).columns, 120)
    numeric = (ValueType.FLOAT, ValueType.INT)
    rows = [(p.name, f"{f'{p.type} ' if p.type in numeric else ''}{p.range}. {p.help}") for p in PARAMETERS.values()]
    presets = [(preset.name, preset.help) for preset in PRESETS.values()]
    return "\n".join(
        [
            "sampling parameters, for --set; NAME=off leaves one out, and the model's own value holds:",
            *_columns(rows, width),
            "",
            "presets, for --preset, and your own from the settings file:",
            *_columns(presets, width),
        ]
    )


def _columns(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    left = max(len(name) for name, _ in rows) + 4
    return [
        line
        for name, text in rows
        for line in textwrap.wrap(
            text, width, initial_indent=f"  {name}".ljust(left), subsequent_indent=" " * left, break_on_hyphens=False
        )
    ]
