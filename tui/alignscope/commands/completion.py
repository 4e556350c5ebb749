"""`alignscope completion`: what a shell needs to complete a command line, made from the parser itself.

One reading of the parser gives a tree of commands, and three writers say it in the shells' words. An option that is
added to the parser is completed without a word here, unless its values can be listed.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from alignscope.commands import Status, UsageError, output
from alignscope.commands.session_options import EXPORT_FORMS
from alignscope.sampling import PARAMETERS, PRESETS

SHELLS: Final = ("bash", "zsh", "fish")
NAMES: Final = "names"
"""What such a script asks for: sessions."""
_NAMES: Final = f"alignscope completion {NAMES} 2>/dev/null"


@dataclass(frozen=True, slots=True)
class Value:
    """What may stand in a place: any of some words, a file, a directory, a session; nothing known unless said."""

    words: tuple[str, ...] = ()
    files: bool = False
    directories: bool = False
    sessions: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """An option."""

    flags: tuple[str, ...]
    help: str
    value: Value | None
    """None where it takes no value."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command with all that may follow it."""

    path: tuple[str, ...]
    """The words that lead to it, without the program's own; empty for the program."""
    help: str
    options: tuple[Option, ...]
    arguments: tuple[Value, ...]
    commands: "tuple[Command, ...]" = field(default=())

    def all(self) -> "Iterator[Command]":
        """This one, and every one below it."""
        yield self
        for command in self.commands:
            yield from command.all()


def run(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    """Print the script for a shell, or the names of sessions that such a script asks for. Returns the exit status.

    Raises UsageError for another shell.
    """
    wanted = arguments.shell
    if wanted not in (*SHELLS, NAMES):
        raise UsageError(f"there is no completion for {wanted:.40}; there is one for {', '.join(SHELLS)}")
    out = output.out()
    if wanted == NAMES:
        from alignscope.commands import choices
        from alignscope.commands.kept import store_in

        for entry in store_in(choices.sessions_directory(arguments, choices.chosen())).list():
            out.line(entry.name)
    else:
        out.write(script(parser, wanted))
    return Status.OK


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script that makes one of SHELLS complete command lines of this parser."""
    return _WRITERS[shell](read(parser))


def read(parser: argparse.ArgumentParser, path: tuple[str, ...] = (), help: str = "") -> Command:
    """What a parser accepts."""
    options, arguments, commands = [], [], []
    # argparse has no public way to ask a parser what it accepts; these names have been the same since Python 2.7.
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest: choice.help or "" for choice in action._choices_actions}
            commands += [read(each, (*path, name), told.get(name, "")) for name, each in action.choices.items()]
        elif action.option_strings:
            value = None if action.nargs == 0 else _value(action)
            options.append(Option(tuple(action.option_strings), _line(action.help), value))
        else:
            arguments.append(_value(action))
    return Command(path, _line(help), tuple(options), tuple(arguments), tuple(commands))


def _value(action: argparse.Action) -> Value:
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    if words := _listed(action.option_strings[-1] if action.option_strings else action.dest):
        return Value(words)
    return Value(
        files="FILE" in metavar,
        directories=metavar == "DIR",
        sessions=not action.option_strings and metavar.startswith("NAME") and action.dest != "model",
    )


def _listed(what: str) -> tuple[str, ...]:
    """The words that may stand behind an option or in a place, where they can be listed."""
    match what:
        case "--set":
            return tuple(f"{name}=" for name in PARAMETERS)
        case "--preset":
            return tuple(PRESETS)
        case "--format":
            return EXPORT_FORMS
        case "--theme":
            from alignscope.locations import bundled

            names = (each.name for each in bundled("themes").iterdir())
            return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))
        case "shell":
            return SHELLS
    return ()


def _line(help: str | None) -> str:
    return " ".join((help or "").replace("%%", "%").split())


# bash


def _bash(root: Command) -> str:
    steps, leads = [], []
    for command in root.all():
        where = " ".join(command.path)
        steps += [
            f"            {_either(where, option.flags)}) value={_bash_kind(option.value)} ;;"
            for option in command.options
            if option.value is not None
        ]
        steps += [
            f'            "{where}:{each.path[-1]}") path="{" ".join(each.path)}" ;;' for each in command.commands
        ]
        flags = " ".join(flag for option in command.options for flag in option.flags)
        words = " ".join(below.path[-1] for below in command.commands)
        rest = Value(tuple(words.split())) if words else command.arguments[0] if command.arguments else Value()
        leads.append(f"        \"{where}\") flags='{flags}' rest={_bash_kind(rest)} ;;")
    return "\n".join(
        [
            "# bash completion for alignscope, made by `alignscope completion bash`.",
            "_alignscope() {",
            "    local word path='' value='' rest='' flags='' i",
            '    local cur="${COMP_WORDS[COMP_CWORD]}"',
            "    COMPREPLY=()",
            "    # Which command this is, and whether an option waits for its value.",
            "    for ((i = 1; i < COMP_CWORD; i++)); do",
            '        word="${COMP_WORDS[i]}"',
            "        [[ $word == '=' ]] && continue",
            "        if [[ -n $value ]]; then value=''; continue; fi",
            '        case "$path:$word" in',
            *steps,
            "        esac",
            "    done",
            "    [[ $cur == '=' ]] && cur=''",
            '    case "$path" in',
            *leads,
            "    esac",
            "    if [[ -z $value && $cur == -* ]]; then",
            '        rest="words $flags"',
            "    elif [[ -n $value ]]; then",
            "        rest=$value",
            "    fi",
            "    local IFS=$' \\t\\n'",
            '    case "$rest" in',
            '        words*) COMPREPLY=($(compgen -W "${rest#words }" -- "$cur")) ;;',
            "        sessions*)",
            f'            COMPREPLY=($(compgen -W "$({_NAMES})" -- "$cur"))',
            "            ;;",
            "    esac",
            "    IFS=$'\\n'",
            '    case "$rest" in',
            '        *files) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$cur")) ;;',
            '        *directories) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "$cur")) ;;',
            "    esac",
            '    [[ ${#COMPREPLY[@]} -eq 1 && "${COMPREPLY[0]}" == *= ]] && compopt -o nospace 2>/dev/null',
            "    return 0",
            "}",
            "complete -F _alignscope alignscope",
            "",
        ]
    )


def _bash_kind(value: Value) -> str:
    if value.words:
        return f"'words {' '.join(value.words)}'"
    kinds = [name for name in ("sessions", "files", "directories") if getattr(value, name)]
    return f"'{' '.join(kinds) or 'nothing'}'"


def _either(where: str, flags: tuple[str, ...]) -> str:
    return " | ".join(f'"{where}:{flag}"' for flag in flags)


# zsh


def _zsh(root: Command) -> str:
    lines = [
        "#compdef alignscope",
        "# zsh completion for alignscope, made by `alignscope completion zsh`.",
        "_alignscope_sessions() {",
        f'    local -a names=(${{(f)"$({_NAMES})"}})',
        "    compadd -a names",
        "}",
    ]
    for command in root.all():
        lines += _zsh_function(command)
    return "\n".join(
        [
            *lines,
            'if [[ "$funcstack[1]" == _alignscope ]]; then',
            '    _alignscope "$@"',
            "else",
            "    compdef _alignscope alignscope",
            "fi",
            "",
        ]
    )


def _zsh_function(command: Command) -> Iterator[str]:
    yield f"{_zsh_name(command)}() {{"
    yield "    local context state state_descr line"
    yield "    typeset -A opt_args"
    specs = []
    for option in command.options:
        end = "" if option.value is None else f":value:{_zsh_action(option.value)}"
        specs += [f"'*{flag}[{_zsh_text(option.help)}]{end}'" for flag in option.flags]
    if command.commands:
        specs += ["'1: :->command'", "'*:: :->rest'"]
    else:
        specs += [f"'*:argument:{_zsh_action(value)}'" for value in command.arguments[:1]]
    yield "    _arguments -C \\"
    for spec in specs[:-1]:
        yield f"        {spec} \\"
    yield f"        {specs[-1]}"
    if command.commands:
        yield '    case "$state" in'
        yield "        command)"
        yield "            local -a commands=("
        for below in command.commands:
            text = _zsh_text(below.help).replace("[", "").replace("]", "")
            yield f"                '{below.path[-1]}:{text}'"
        yield "            )"
        yield "            _describe -t commands command commands ;;"
        yield '        rest) case "$line[1]" in'
        for below in command.commands:
            yield f"            {below.path[-1]}) {_zsh_name(below)} ;;"
        yield "        esac ;;"
        yield "    esac"
    yield "}"


def _zsh_name(command: Command) -> str:
    return "_".join(("_alignscope", *(("", *command.path) if command.path else ())))


def _zsh_action(value: Value) -> str:
    if value.words:
        # A word with = behind it goes on.
        ending = "compadd -S '' --" if value.words[0].endswith("=") else "compadd --"
        return f"{{{ending} {' '.join(value.words)}}}".replace("'", "'\\''")
    if value.sessions:
        return "{_alignscope_sessions; _files}" if value.files else "_alignscope_sessions"
    return "_files" if value.files else "_files -/" if value.directories else " "


def _zsh_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:").replace("'", "'\\''")


# fish


def _fish(root: Command) -> str:
    steps, lines = [], []
    for command in root.all():
        where = " ".join(command.path)
        for option in command.options:
            if option.value is not None:
                flags = " ".join(f"'{where}:{flag}'" for flag in option.flags)
                steps.append(f"            case {flags}\n                set skip 1")
            parts = ["-l " + flag[2:] if flag.startswith("--") else "-s " + flag[1:] for flag in option.flags]
            parts += _fish_value(option.value) if option.value is not None else []
            lines.append(f"complete -c alignscope -n '__alignscope_at {where}' {' '.join(parts)} {_fish_help(option)}")
        for below in command.commands:
            steps.append(
                f"            case '{where}:{below.path[-1]}'\n                set path '{' '.join(below.path)}'"
            )
            text = below.help.replace("\\", "\\\\").replace("'", "\\'")
            lines.append(f"complete -c alignscope -n '__alignscope_at {where}' -f -a '{below.path[-1]}' -d '{text}'")
        if command.arguments and not command.commands:
            parts = [part for part in _fish_value(command.arguments[0]) if part != "-r"]
            lines.append(f"complete -c alignscope -n '__alignscope_at {where}' {' '.join(parts)}")
    return "\n".join(
        [
            "# fish completion for alignscope, made by `alignscope completion fish`.",
            "function __alignscope_at --description 'Whether the command line has come to this command'",
            "    set -l path ''",
            "    set -l skip 0",
            "    for word in (commandline -opc)[2..-1]",
            "        if test $skip = 1",
            "            set skip 0",
            "            continue",
            "        end",
            '        switch "$path:$word"',
            *steps,
            "        end",
            "    end",
            '    test "$path" = "$argv"',
            "end",
            "complete -c alignscope -f",
            *lines,
            "",
        ]
    )


def _fish_value(value: Value) -> list[str]:
    if value.words:
        return ["-x", f"-a '{' '.join(value.words)}'"]
    parts = ["-r" if value.files or value.directories else "-x"]
    if value.sessions:
        parts = ["-r", f"-a '({_NAMES})'"] if value.files else ["-x", f"-a '({_NAMES})'"]
    if value.files:
        parts.append("-F")
    elif value.directories:
        parts = ["-x", "-a '(__fish_complete_directories)'"]
    return parts


def _fish_help(option: Option) -> str:
    return "-d '" + option.help.replace("\\", "\\\\").replace("'", "\\'") + "'"


_WRITERS: Final[Mapping[str, Callable[[Command], str]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
