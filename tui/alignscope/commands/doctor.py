"""`alignscope doctor`: report servers, lineup, files and terminal, with advice on problems."""

import asyncio
import os
import platform
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

import msgspec

from alignscope import __version__
from alignscope.backends.base import ServerError
from alignscope.backends.embedded.engine import TWINS
from alignscope.backends.embedded.hub.known import hub_pairs
from alignscope.commands import Status, printing
from alignscope.commands.printing import Printer, table
from alignscope.files import locations, settings
from alignscope.model.launch import Launch
from alignscope.model.lineup.host import is_loopback
from alignscope.model.lineup.pairing import judge
from alignscope.model.lineup.pane import EMBEDDED, Model, Pane
from alignscope.run.catalog import described
from alignscope.run.discovery import Outcome, find_lineup
from alignscope.run.sent.abilities import probed
from alignscope.run.sent.pane import Ability
from alignscope.run.sent.words import ability_rows
from alignscope.run.servers import Servers
from alignscope.text.wording import counted, format_bytes

_SMALLEST = (80, 24)


class Checked(msgspec.Struct):
    """Result of checking one server."""

    server: str
    """Its URL, or `embedded`."""
    label: str = ""
    models: Sequence[Model] = ()
    problem: str = ""
    proxy: str = ""
    """Environment variable that names the proxy in use, "" without one."""
    abilities: Sequence[Ability] = ()
    """What it can tell of likelihoods, tokens and prompts, what it can't, and what isn't known."""


class Report(msgspec.Struct):
    """Results of all checks, as `--json` prints them."""

    version: str
    python: str
    platform: str
    servers: list[Checked] = []
    lineup: tuple[Pane, ...] = ()
    why: str = ""
    keys: dict[str, str] = {}
    """The environment variables whose keys are sent, by server."""
    files: dict[str, str] = {}
    terminal: dict[str, str] = {}
    advice: list[str] = []
    """What to do, the most important first; empty without problems."""


def run(launch: Launch, problem: str = "", *, as_json: bool = False) -> int:
    """Check everything, print the report, and return the exit status.

    Args:
        problem: why the settings file was ignored, if it was.
    """
    report = asyncio.run(_examine(launch))
    if problem:
        report.advice.insert(0, problem)
    if as_json:
        printing.out().json(msgspec.json.encode(report))
    else:
        _print(printing.out(), report)
    return Status.OK


async def _examine(launch: Launch) -> Report:
    report = Report(
        __version__,
        platform.python_version(),
        f"{platform.system()} {platform.machine()}",
        keys={url: variable for url, variable in launch.key_variables.items() if os.environ.get(variable)},
        files=_files(),
        terminal=_terminal(os.environ),
    )
    servers = Servers(launch.host, launch.key_variables)
    try:
        for server in (servers.default_host, EMBEDDED):
            checked = await _check(servers, server)
            report.servers.append(checked)
        try:
            found = await find_lineup(servers, launch)
            report.lineup, report.why = found.lineup, found.why
            if found.outcome is Outcome.EMBEDDED and report.servers[0].problem:
                report.advice.append(_real_pair())
        except ServerError as error:
            report.why = str(error)
    finally:
        await servers.close()
    report.advice[:0] = _advice(report)
    report.advice += _idle_keys(launch.key_variables.values(), os.environ)
    return report


async def _check(servers: Servers, server: str) -> Checked:
    try:
        backend = await servers.get(server)
        models = await described(backend)
        info = backend.info
        return Checked(server, info.label, models, proxy=info.proxy, abilities=await probed(backend, models))
    except ServerError as error:
        return Checked(server, problem=str(error))


def _files() -> dict[str, str]:
    config, state = settings.config_file(), locations.state_dir()
    return {
        "settings": f"{config}{'' if config.exists() else ' (not there, so everything keeps its default)'}",
        "data": str(locations.data_dir()),
        "models": str(locations.models_dir()),
        "state": str(state),
        "engine log": str(state / "engine.log"),
    }


def _terminal(environment: Mapping[str, str]) -> dict[str, str]:
    if sys.stdout is None or not sys.stdout.isatty():
        return {"output": "goes to a file or pipe, so nothing is known of a terminal"}
    columns, rows = shutil.get_terminal_size()
    kind = environment.get("TERM", "")
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        colours = "16 million"
    else:
        colours = "256" if "256" in kind else "none" if kind in ("", "dumb") else "16"
    return {
        "size": f"{columns}x{rows}",
        "kind": kind or "unknown",
        "colours": colours + (", but NO_COLOR is set" if environment.get("NO_COLOR") else ""),
        "characters": sys.stdout.encoding or "unknown",
        "over SSH": "yes" if environment.get("SSH_CONNECTION") else "no",
        "in tmux": "yes" if environment.get("TMUX") else "no",
    }


def _advice(report: Report) -> list[str]:
    advice = [each.problem for each in report.servers if each.problem]
    for each in report.servers:
        missing = TWINS.keys() - {model.name for model in each.models}
        if each.server == EMBEDDED and missing and not each.problem:
            advice.append(f"{', '.join(sorted(missing))} did not come along: install alignscope again.")
    terminal = report.terminal
    if "size" in terminal:
        columns, rows = map(int, terminal["size"].split("x"))
        if columns < _SMALLEST[0] or rows < _SMALLEST[1]:
            advice.append(f"The terminal is small; make it at least {_SMALLEST[0]}x{_SMALLEST[1]}.")
        if terminal["colours"] == "none":
            advice.append("TERM says that this terminal can't do much; set it to what the terminal is.")
        if terminal["characters"].lower().replace("-", "") != "utf8":
            advice.append("The terminal's characters aren't UTF-8; set LANG to a locale that ends in .UTF-8.")
    return advice


def _real_pair() -> str:
    smallest = hub_pairs()[0]
    pulls = " and ".join(f"`alignscope models pull {name}`" for name in smallest.models)
    return f"For a real pair without Ollama ({smallest.title}, {format_bytes(smallest.size)}): {pulls}."


def _idle_keys(used: Collection[str], environment: Mapping[str, str]) -> list[str]:
    """Return what to do about keys that no server gets."""
    general = settings.API_KEY_VARIABLE
    return [
        f"No server gets the key in {name}: name its server "
        + ("with --host, or as `host:` in the settings." if name == general else "under `servers:` in the settings.")
        for name in sorted(environment)
        if name.startswith(general) and environment[name] and name not in used
    ]


def _print(out: Printer, report: Report) -> None:
    out.line(f"alignscope {report.version}, Python {report.python}, {report.platform}")
    out.line()
    out.line("Servers")
    for each in report.servers:
        out.line(f"  {_server_line(each)}")
        for word, what in ability_rows(each.abilities):
            out.line(f"    {word + ':':9}{what}")
    out.line()
    out.line("What would be used")
    known = {(model.server, model.name): model for each in report.servers for model in each.models}
    rows = [
        (pane.name, pane.model, pane.mode, judge(model).why if (model := known.get((pane.server, pane.model))) else "")
        for pane in report.lineup
    ]
    for line in table(rows):
        out.line(f"  {line}")
    out.line(f"  {report.why}")
    out.line()
    keys = {url: f"gets the key in {variable}{_in_the_clear(url)}" for url, variable in report.keys.items()}
    for title, facts in (
        ("Keys", keys or {"none": "no server gets one"}),
        ("Files", report.files),
        ("Terminal", report.terminal),
    ):
        out.line(title)
        for line in table(list(facts.items())):
            out.line(f"  {line}")
        out.line()
    out.line("What to do" if report.advice else "Nothing is missing.")
    for advice in report.advice:
        out.line(f"  - {advice}")


def _server_line(each: Checked) -> str:
    if each.problem:
        return f"× {each.server} can't be used now: see below"
    where = f"{each.label}{_engine_version()}" if each.server == EMBEDDED else f"{each.label} answers at {each.server}"
    where += f", through the proxy in {each.proxy}" if each.proxy else ""
    names = [model.name for model in each.models]
    count = counted(len(names), "model")
    return f"✓ {where}, with {count}{': ' if 0 < len(names) <= 6 else ''}{', '.join(names) if len(names) <= 6 else ''}"


def _in_the_clear(url: str) -> str:
    return ", in the clear over plain http" if url.startswith("http://") and not is_loopback(url) else ""


def _engine_version() -> str:
    try:
        return f" (xllamacpp {version('xllamacpp')})"
    except PackageNotFoundError:
        return ""
