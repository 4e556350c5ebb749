"""A tree of commands in zsh's words."""

from collections.abc import Iterator

from alignscope.commands.completion.tree import NAMES_COMMAND, Command, Value


def script(root: Command) -> str:
    """The script that zsh reads."""
    lines = [
        "#compdef alignscope",
        "# zsh completion for alignscope, made by `alignscope completion zsh`.",
        "_alignscope_sessions() {",
        f'    local -a names=(${{(f)"$({NAMES_COMMAND})"}})',
        "    compadd -a names",
        "}",
    ]
    for command in root.all():
        lines += _function(command)
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


def _function(command: Command) -> Iterator[str]:
    yield f"{_name(command)}() {{"
    yield "    local context state state_descr line"
    yield "    typeset -A opt_args"
    specs = []
    for option in command.options:
        end = "" if option.value is None else f":value:{_action(option.value)}"
        specs += [f"'*{flag}[{_text(option.help)}]{end}'" for flag in option.flags]
    if command.commands:
        specs += ["'1: :->command'", "'*:: :->rest'"]
    else:
        specs += [f"'*:argument:{_action(value)}'" for value in command.arguments[:1]]
    yield "    _arguments -C \\"
    for spec in specs[:-1]:
        yield f"        {spec} \\"
    yield f"        {specs[-1]}"
    if command.commands:
        yield '    case "$state" in'
        yield "        command)"
        yield "            local -a commands=("
        for below in command.commands:
            text = _text(below.help).replace("[", "").replace("]", "")
            yield f"                '{below.path[-1]}:{text}'"
        yield "            )"
        yield "            _describe -t commands command commands ;;"
        yield '        rest) case "$line[1]" in'
        for below in command.commands:
            yield f"            {below.path[-1]}) {_name(below)} ;;"
        yield "        esac ;;"
        yield "    esac"
    yield "}"


def _name(command: Command) -> str:
    return "_".join(("_alignscope", *(("", *command.path) if command.path else ())))


def _action(value: Value) -> str:
    if value.words:
        # A word with = behind it goes on.
        ending = "compadd -S '' --" if value.words[0].endswith("=") else "compadd --"
        return f"{{{ending} {' '.join(value.words)}}}".replace("'", "'\\''")
    if value.sessions:
        return "{_alignscope_sessions; _files}" if value.files else "_alignscope_sessions"
    return "_files" if value.files else "_files -/" if value.directories else " "


def _text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:").replace("'", "'\\''")
