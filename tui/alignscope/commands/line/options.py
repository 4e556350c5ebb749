"""Options that several commands have."""

import argparse
from typing import Any, Final

from alignscope.model.sampling import DEFAULT_PRESET
from alignscope.model.scaffold import BARE, SCAFFOLDS

EXIT_HELP: Final = "exit status: 0 all panes ended well, 1 a pane failed, 2 wrong usage, 130 interrupted"


class _Gather(argparse.Action):
    """Like `append`, into one list before and after a command's name."""

    def __call__(self, _parser: Any, _namespace: Any, value: Any, _option: Any = None) -> None:
        self.const.append(value)


def add_host(parser: argparse.ArgumentParser) -> None:
    """Add the option for the server."""
    parser.add_argument("--host", metavar="URL", help="the server (default: OLLAMA_HOST, else Ollama on this machine)")


def add_server(parser: argparse.ArgumentParser) -> None:
    """Add the options for a server, or none."""
    add_host(parser)
    parser.add_argument("--embedded", action="store_true", help="the embedded engine, even if Ollama is there")


def add_timeout(parser: argparse.ArgumentParser) -> None:
    """Add the option for how long a reply may be silent."""
    parser.add_argument(
        "--timeout", metavar="SECONDS", help="give a reply up that is silent for so long (default: never)"
    )


def add_json(parser: argparse.ArgumentParser, text: str) -> None:
    """Add `--json`, which does what `text` says."""
    parser.set_defaults(json=False)
    parser.add_argument("--json", action="store_true", help=text)


def add_options(parser: argparse.ArgumentParser, panes: list[str], sets: list[str]) -> None:
    """Add the options of all that asks models."""
    parser.add_argument("--base", metavar="MODEL", help="the model of the base pane, asked for a raw completion")
    parser.add_argument("--instruct", metavar="MODEL", help="the model of the instruct pane, asked in a chat")
    add_server(parser)
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


def add_directory(parser: argparse.ArgumentParser) -> None:
    """Add the option for where sessions are kept."""
    parser.add_argument("--sessions", metavar="DIR", help="where sessions are kept (default: in the data directory)")


def add_theme(parser: argparse.ArgumentParser) -> None:
    """Add the option for the colours."""
    parser.add_argument("--theme", metavar="NAME", help="the colours (default: those that were chosen last)")
