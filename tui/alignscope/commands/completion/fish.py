"""A tree of commands in fish's words."""

from alignscope.commands.completion.tree import NAMES_COMMAND, Command, Option, Value


def script(root: Command) -> str:
    """The script that fish reads."""
    steps, lines = [], []
    for command in root.all():
        where = " ".join(command.path)
        for option in command.options:
            if option.value is not None:
                flags = " ".join(f"'{where}:{flag}'" for flag in option.flags)
                steps.append(f"            case {flags}\n                set skip 1")
            parts = ["-l " + flag[2:] if flag.startswith("--") else "-s " + flag[1:] for flag in option.flags]
            parts += _value(option.value) if option.value is not None else []
            lines.append(f"complete -c alignscope -n '__alignscope_at {where}' {' '.join(parts)} {_help(option)}")
        for below in command.commands:
            steps.append(
                f"            case '{where}:{below.path[-1]}'\n                set path '{' '.join(below.path)}'"
            )
            text = below.help.replace("\\", "\\\\").replace("'", "\\'")
            lines.append(f"complete -c alignscope -n '__alignscope_at {where}' -f -a '{below.path[-1]}' -d '{text}'")
        if command.arguments and not command.commands:
            parts = [part for part in _value(command.arguments[0]) if part != "-r"]
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


def _value(value: Value) -> list[str]:
    if value.words:
        return ["-x", f"-a '{' '.join(value.words)}'"]
    parts = ["-r" if value.files or value.directories else "-x"]
    if value.sessions:
        parts = ["-r", f"-a '({NAMES_COMMAND})'"] if value.files else ["-x", f"-a '({NAMES_COMMAND})'"]
    if value.files:
        parts.append("-F")
    elif value.directories:
        parts = ["-x", "-a '(__fish_complete_directories)'"]
    return parts


def _help(option: Option) -> str:
    return "-d '" + option.help.replace("\\", "\\\\").replace("'", "\\'") + "'"
