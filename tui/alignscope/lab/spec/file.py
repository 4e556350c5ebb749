"""The spec of a run, read from YAML: lineup, prompts, sampling and measures, checked by line and field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from alignscope.files.settings.reader import server_url
from alignscope.files.yaml_file import Document, FileError, convert, load
from alignscope.lab.claims import claim as claims
from alignscope.lab.row import CHAT, RAW, Role
from alignscope.lab.spec.asked import asked
from alignscope.lab.spec.ladders.ladder import climbing
from alignscope.lab.spec.prompts import Source
from alignscope.lab.spec.scores import Named, Passage, Shifting, passages, shifting
from alignscope.model.lineup.pairing import Nature, default_mode, judge
from alignscope.model.lineup.pane import EMBEDDED, Mode, Model, is_hub, is_name, is_path, is_twin
from alignscope.model.sampling import DEFAULT_PRESET, PARAMETERS, PRESETS, Preset, Sampling, SamplingError
from alignscope.model.scaffold import BARE, SCAFFOLDS
from alignscope.model.turn import MAX_ALTERNATIVES
from alignscope.run.servers import named

MAX_ENTRIES: Final = 16
MAX_SAMPLES: Final = 10_000
MAX_CONCURRENCY: Final = 256
LONG_LIST: Final = 1000
"""Alternatives of a token that the embedded engine is asked for at most."""
_WORDS: Final = {"off": None, "token": 0}
FRAMES: Final = (RAW, *(name for name in SCAFFOLDS if name != BARE))
"""What may stand around a prompt in a completion."""
Names = tuple[str, ...]


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the lineup as it is written."""

    name: str
    model: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    server: str = ""
    mode: Literal["completion", "chat", ""] = ""
    role: Literal["base", "aligned", "other", ""] = ""
    system: str = ""
    frames: str | Names = ()


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """A spec as it is written."""

    name: str = ""
    about: str = ""
    prompts: Any
    lineup: tuple[_Entry, ...]
    samples: Annotated[int, msgspec.Meta(ge=1, le=MAX_SAMPLES)] = 1
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None
    preset: str = DEFAULT_PRESET
    sampling: Any = None
    frames: str | Names = (RAW,)
    logprobs: str | int = "off"
    think: bool = False
    concurrency: Annotated[int, msgspec.Meta(ge=1, le=MAX_CONCURRENCY)] = 4
    timeout: Annotated[float, msgspec.Meta(gt=0, le=1e6)] = 600.0
    tasks: Names = ()
    likelihood: bool = False
    passages: Any = None
    scores: Any = None
    measures: Names = ()
    primary: Names = ()
    margins: dict[str, float] = {}
    ladder: Names = ()
    claim: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the lineup."""

    name: str
    model: str
    server: str
    """A URL, perhaps with name and password, or `embedded`; "" for the default server."""
    mode: Mode
    role: Role
    system: str = ""
    frames: Names
    """What stands around a prompt: names in `FRAMES` for a completion, `chat` alone for a chat."""


class Draws(msgspec.Struct, frozen=True, kw_only=True):
    """A row of sampling parameters."""

    name: str
    sampling: Sampling
    """Without the seed."""
    seed: int | None = None
    """Of the first sample; None sends none."""


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """The spec of a run: lineup, prompts, sampling and measures."""

    name: str
    about: str = ""
    prompts: tuple[Source, ...]
    lineup: tuple[Entry, ...]
    samples: int = 1
    draws: tuple[Draws, ...]
    logprobs: int | None = None
    think: bool = False
    concurrency: int = 4
    """Requests at once to a server."""
    timeout: float = 600.0
    """Seconds for which a reply may be silent."""
    tasks: Names = ()
    """Sets with answers that are asked as well, which stand in `prompts`, too."""
    likelihood: bool = False
    """Whether each entry is asked how likely it finds each choice of the prompts that have some."""
    passages: tuple[Passage, ...] = ()
    """Texts that each entry has to predict."""
    scores: tuple[Shifting, ...] = ()
    """Whose replies are scored by whom."""
    measures: Names = ()
    """Names of what is measured; () for everything that can be."""
    primary: Names = ()
    """Measures that were named as such beforehand: the others are exploratory."""
    margins: Mapping[str, float] = {}
    """How far apart two may lie and still count as the same, by measure: for claims of no difference."""
    ladder: Names = ()
    """Entries that are stages of one model, in order."""
    claim: str = ""
    """Name of what the run is to answer."""
    data: Mapping[str, Any] = {}
    """The file's content, for the manifest, without passwords."""

    @property
    def servers(self) -> tuple[str, ...]:
        """Each server of the lineup, once."""
        return tuple(dict.fromkeys(entry.server for entry in self.lineup))


@dataclass
class _Problems:
    """A list of mistakes."""

    document: Document
    found: list[str]

    def add(self, place: str, reason: str) -> None:
        self.found.append(self.document.problem(place, reason))


def read_spec(
    path: Path,
    servers: Mapping[str, str] | None = None,
    presets: Mapping[str, Preset] = PRESETS,
    rungs: str | None = None,
) -> Spec:
    """Return the spec in a file. Raises FileError with all mistakes; files of prompts aren't read yet.

    Args:
        servers: URLs of the settings' servers, by name.
        presets: all presets, by name.
        rungs: name of a ladder whose stages are asked instead of the lineup that stands there.
    """
    document = load(path, path.name)
    if not isinstance(document.data, dict):
        raise FileError(f"{path.name} is empty or no spec; `alignscope lab init` writes one with comments")
    if rungs is not None:
        document = replace(document, data=climbing(document.data, document.data.get("name") or path.stem, rungs))
    written = convert(document, _File)
    problems = _Problems(document, [])
    name = written.name or path.stem
    if not is_name(name) or name.startswith(".") or set(name) & set("/\\:"):
        problems.add("name", "must be 1 to 40 characters that a folder's name may have, and not begin with a dot")
    sources, wrong = asked(document, written.prompts, written.tasks, name, path.parent)
    problems.found += wrong
    frames = _frames(written.frames, "frames", problems)
    lineup = tuple(_lineup(written, frames, servers or {}, problems))
    draws = tuple(_draws(written, presets, problems))
    logprobs = _logprobs(written.logprobs, lineup, problems)
    known = [Named(entry.name, entry.mode, entry.role) for entry in lineup]
    predicted, wrong = passages(document, written.passages)
    scored, also = shifting(document, written.scores, known, logprobs)
    problems.found += wrong + also
    for number, stage in enumerate(written.ladder, 1):
        if stage not in {entry.name for entry in lineup}:
            problems.add(f"ladder[{number}]", f"no entry of the lineup is called {stage:.40}")
    if written.claim and written.claim not in claims.names():
        problems.add("claim", f"no claim is called {written.claim:.40}; there are {', '.join(claims.names())}")
    elif written.claim:
        seats = [claims.Seat(entry.name, entry.role, entry.frames) for entry in lineup]
        for who in claims.missing(claims.read(written.claim), seats):
            problems.add("claim", f"{written.claim} compares {who}, and no entry of the lineup is that")
    if problems.found:
        raise FileError(*problems.found)
    return Spec(
        name=name, about=written.about, prompts=sources, lineup=lineup, samples=written.samples, draws=draws,
        logprobs=logprobs, think=written.think, concurrency=written.concurrency, timeout=written.timeout,
        tasks=written.tasks, likelihood=written.likelihood, passages=predicted, scores=scored,
        measures=written.measures, primary=written.primary, margins=written.margins, ladder=written.ladder,
        claim=written.claim, data=_public(document.data),
    )  # fmt: skip


def _frames(written: str | Names, place: str, problems: _Problems) -> Names:
    frames = (written,) if isinstance(written, str) else written
    frames = tuple(dict.fromkeys(RAW if frame == BARE else frame for frame in frames))
    for frame in frames:
        if frame not in FRAMES:
            problems.add(place, f"no frame of a completion is called {frame:.40}; there are {', '.join(FRAMES)}")
    return frames


def _lineup(written: _File, frames: Names, servers: Mapping[str, str], problems: _Problems) -> Iterator[Entry]:
    """Yield the lineup's entries. The first completion is the base and the first chat aligned, unless roles say so."""
    if not 1 <= len(written.lineup) <= MAX_ENTRIES:
        problems.add("lineup", f"has 1 to {MAX_ENTRIES} entries, not {len(written.lineup)}")
    modes = [_mode(entry, f"lineup[{number}]", problems) for number, entry in enumerate(written.lineup, 1)]
    names = [entry.name for entry in written.lineup]
    taken: set[str] = {entry.role for entry in written.lineup}
    for number, (entry, mode) in enumerate(zip(written.lineup, modes, strict=True), 1):
        place = f"lineup[{number}]"
        if not is_name(entry.name):
            problems.add(f"{place}.name", "must be 1 to 40 printable characters")
        if names.index(entry.name) < number - 1:
            problems.add(f"{place}.name", f"another entry is called {entry.name:.40}, too")
        usual: Role = "base" if mode is Mode.COMPLETION else "aligned"
        role: Role = entry.role or ("other" if usual in taken else usual)
        taken.add(role)
        if entry.system and mode is Mode.COMPLETION:
            problems.add(f"{place}.system", "reaches chats only, and this is a completion")
        if entry.frames and mode is Mode.CHAT:
            problems.add(f"{place}.frames", "are for completions only, and this is a chat")
        own = _frames(entry.frames, f"{place}.frames", problems) or frames
        yield Entry(
            name=entry.name,
            model=entry.model,
            server=_server(entry, place, servers, problems),
            mode=mode,
            role=role,
            system=entry.system,
            frames=own if mode is Mode.COMPLETION else (CHAT,),
        )


def _mode(entry: _Entry, place: str, problems: _Problems) -> Mode:
    if entry.mode:
        return Mode(entry.mode)
    nature = judge(Model(name=entry.model, server="")).nature
    if nature is Nature.UNKNOWN and not is_twin(entry.model):
        problems.add(f"{place}.mode", "is missing, and the model's name doesn't tell: write completion or chat")
    return default_mode(nature)


def _server(entry: _Entry, place: str, servers: Mapping[str, str], problems: _Problems) -> str:
    if not entry.server:
        return EMBEDDED if is_twin(entry.model) or is_hub(entry.model) or is_path(entry.model) else ""
    if entry.server == EMBEDDED:
        return EMBEDDED
    try:
        return server_url(entry.server, servers)
    except ValueError as error:
        problems.add(f"{place}.server", str(error))
        return ""


def _draws(written: _File, presets: Mapping[str, Preset], problems: _Problems) -> Iterator[Draws]:
    """Yield the rows of sampling parameters."""
    rows: Any = written.sampling if isinstance(written.sampling, list) else [written.sampling or {}]
    taken: set[str] = set()
    for number, row in enumerate(rows, 1):
        place = f"sampling[{number}]" if isinstance(written.sampling, list) else "sampling"
        if not isinstance(row, dict):
            problems.add(place, "must be parameters by name, such as {temperature: 1.0}")
            continue
        values = dict(row)
        preset = values.pop("preset", None) or written.preset
        if preset not in presets:
            at = f"{place}.preset" if "preset" in row else "preset"
            problems.add(at, f"no preset is called {preset!s:.40}; there are {', '.join(presets)}")
            continue
        name = values.pop("name", None) or preset
        if not isinstance(name, str) or not is_name(name):
            problems.add(f"{place}.name", "must be 1 to 40 printable characters")
            continue
        if name in taken:
            problems.add(f"{place}.name", f"another row is called {name}, too; give each a name of its own")
        taken.add(name)
        sampling = presets[preset].sampling
        for parameter, value in values.items():
            try:
                sampling = sampling.off(parameter) if _off(parameter, value) else sampling.on(parameter, value)
            except SamplingError as error:
                problems.add(f"{place}.{parameter}", str(error))
        seed = sampling.get("seed", written.seed)
        first = seed if isinstance(seed, int) else None
        if first is not None and first + written.samples - 1 > PARAMETERS["seed"].high:
            problems.add("seed", "is too large for so many samples: each is sent one more than that before it")
        yield Draws(name=name, sampling=sampling.off("seed"), seed=first)


def _off(parameter: str, value: object) -> bool:
    return parameter in PARAMETERS and value in ("off", None)


def _logprobs(written: str | int, lineup: Sequence[Entry], problems: _Problems) -> int | None:
    if isinstance(written, str) and written in _WORDS:
        return _WORDS[written]
    most = LONG_LIST if all(entry.server == EMBEDDED for entry in lineup) else MAX_ALTERNATIVES
    number = int(written) if str(written).isascii() and str(written)[:9].isdigit() else -1
    if not 0 <= number <= most:
        problems.add("logprobs", f"must be off, token, or a number of alternatives up to {most}, not {written!s:.40}")
        return None
    return number


def _public(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a spec's content without what is left empty, and without names and passwords in URLs."""
    lineup = [
        {**entry, "server": named(entry["server"])} if "@" in (entry.get("server") or "") else entry
        for entry in data["lineup"]
    ]
    return {name: value for name, value in {**data, "lineup": lineup}.items() if value is not None}
