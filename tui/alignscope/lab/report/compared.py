"""Two runs as text that fits a terminal."""

from alignscope.lab.report.text import laid_out, paragraph
from alignscope.lab.summary import words
from alignscope.lab.summary.comparison import ArmCompared, Compared, Comparison
from alignscope.text.clean import clean_line
from alignscope.text.wording import counted


def lines(comparison: Comparison, width: int) -> list[str]:
    """Return what differs between two runs, in lines of at most so many cells; at least 40 are needed."""
    said = []
    for place, note in enumerate(_notes(comparison)):
        said += ([""] if place == 1 else []) + paragraph(note, width)
    for arm in comparison.arms:
        said += ["", *paragraph(_heading(arm), width), *laid_out(_table(arm, comparison), width)]
    return said


def _heading(arm: ArmCompared) -> str:
    before, after = (clean_line(", ".join(models)) for models in arm.models)
    return f"{arm.label} · {before}" + ("" if before == after else f" before, {after} now")


def _notes(comparison: Comparison) -> list[str]:
    both = counted(comparison.prompts, "prompt")
    notes = [f"{comparison.second} less {comparison.first} · {both} that both asked"]
    left_out = [
        f"{name} alone has {counted(number, 'prompt')}"
        for name, number in ((comparison.first, comparison.only_first), (comparison.second, comparison.only_second))
        if number
    ]
    if left_out:
        notes.append(f"{'; '.join(left_out)}, which are in its own figures and in no difference.")
    for name, labels in zip((comparison.first, comparison.second), comparison.only, strict=True):
        if labels:
            notes.append(f"{name} alone asked {', '.join(labels)}.")
    if not comparison.arms:
        notes.append("No model was asked in both: they are matched by their names in the lineup.")
    notes.append("Measures at one length are left out: each run cuts replies to the shortest of its own.")
    notes.append("All differences are exploratory, and each p stands for itself.")
    every = (each.difference for arm in comparison.arms for each in arm.measures)
    return [*notes, *filter(None, [words.open_tests(each for each in every if each is not None)])]


def _table(arm: ArmCompared, comparison: Comparison) -> list[list[str]]:
    first, second = comparison.first, comparison.second
    rows = [["", first, second, "difference", "W/T/L", "p", "n"]]
    return rows + [_row(compared) for compared in arm.measures]


def _row(compared: Compared) -> list[str]:
    found = compared.difference
    figures = [words.short(compared.unit, figure) for figure in (compared.before, compared.after)]
    if found is None:
        return [words.label_of(compared), *figures, words.PLACE_HELD, "", "", "0"]
    return [
        words.label_of(compared), *figures, words.short_difference(compared.unit, found), words.outcome(found),
        words.test_of(found), f"{found.prompts:,}",
    ]  # fmt: skip
