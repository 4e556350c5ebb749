"""A tree of commands in bash's words."""

from alignscope.commands.completion.tree import NAMES_COMMAND, Command, Value


def script(root: Command) -> str:
    """The script that bash reads."""
    steps, leads = [], []
    for command in root.all():
        where = " ".join(command.path)
        steps += [
            f"            {_either(where, option.flags)}) value={_kind(option.value)} ;;"
            for option in command.options
            if option.value is not None
        ]
        steps += [
            f'            "{where}:{each.path[-1]}") path="{" ".join(each.path)}" ;;' for each in command.commands
        ]
        flags = " ".join(flag for option in command.options for flag in option.flags)
        words = " ".join(below.path[-1] for below in command.commands)
        rest = Value(tuple(words.split())) if words else command.arguments[0] if command.arguments else Value()
        leads.append(f"        \"{where}\") flags='{flags}' rest={_kind(rest)} ;;")
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
            f'            COMPREPLY=($(compgen -W "$({NAMES_COMMAND})" -- "$cur"))',
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


def _kind(value: Value) -> str:
    if value.words:
        return f"'words {' '.join(value.words)}'"
    kinds = [name for name in ("sessions", "files", "directories") if getattr(value, name)]
    return f"'{' '.join(kinds) or 'nothing'}'"


def _either(where: str, flags: tuple[str, ...]) -> str:
    return " | ".join(f'"{where}:{flag}"' for flag in flags)
