"""Measures over the words of replies: how alike they are, to themselves and to each other."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from alignscope.lab.summary.measures.measure import Kind, Measure, Replies, Reply, Unit, Values, by_prompt, known
from alignscope.measure.wording.openings import OPENING, openings
from alignscope.measure.wording.repetition import LENGTHS, common_length, distinct, diversity, repetition
from alignscope.measure.wording.spans import LEAST, common_spans, covered

LEAST_WORDS: Final = 8
"""Words that a reply needs for measures at equal length."""
Said = Sequence[Sequence[str]]
"""Replies as words."""


def at_one_length(
    function: Callable[[Said], Iterable[float | None]], *, equally_many: bool = False
) -> Callable[[Replies], Values]:
    """Return a measure of words, for which a prompt's replies are cut to the shortest of all arms.

    Replies of fewer than `LEAST_WORDS` words are left out.

    Args:
        equally_many: whether as many replies of each arm are taken, the first ones, as all have that have any.
    """

    def of(replies: Replies) -> Values:
        long = {arm: [r.words for r in those if len(r.words) >= LEAST_WORDS] for arm, those in replies.items()}
        words = common_length(*long.values())
        number = min(map(len, filter(None, long.values())), default=0) if equally_many else None
        return {arm: known(function([each[:words] for each in those[:number]])) for arm, those in long.items()}

    return of


def _alike(replies: Sequence[Reply]) -> float | None:
    found = openings([reply.words for reply in replies])
    return found.alike if found else None


def _repetition(length: int) -> Callable[[Said], Iterable[float | None]]:
    return lambda replies: (repetition(words, length) for words in replies)


def _distinct(length: int) -> Callable[[Said], Iterable[float | None]]:
    # Of one reply it would be its repetition again.
    return lambda replies: [distinct(replies, length, len(replies[0])) if len(replies) > 1 else None]


def _shared(replies: Said) -> Iterable[float | None]:
    spans = common_spans(replies)
    each = [share for words in replies if (share := covered(words, spans)) is not None]
    # What one of two has is in half of them.
    return [sum(each) / len(each) if len(each) > 2 else None]


_EQUAL: Final = (
    " All replies to a prompt, of every model, are cut to the shortest of them; those of fewer than"
    f" {LEAST_WORDS} words are left out."
)
_WORDS: Final = "Less diverse is not worse: longer and better replies repeat less by themselves, and more on purpose."
_NAMES: Final = {2: "pairs", 3: "threes", 4: "fours"}

MEASURES: Final = (
    Measure(
        name="opens_alike", label="two open alike", kind=Kind.SHARE, unit=Unit.SHARE,
        formula=f"the chance that two samples of a prompt begin with the same {OPENING} words: sum of n(n-1) / N(N-1)",
        source="Simpson 1949",
        caveat="It says nothing of how replies go on. It needs two samples of a prompt.",
        of=by_prompt(_alike), together=True,
    ),
    Measure(
        name="shared", label="in shared spans", kind=Kind.SHARE, unit=Unit.SHARE,
        formula=f"words in runs of {LEAST} or more that at least half of a prompt's samples have / all words, equally"
        " many samples of each model, at least three." + _EQUAL,
        source="after Li et al. 2024, arXiv 2407.02446; half and the length are our own",
        caveat="Set phrases of a language are shared, too. " + _WORDS,
        of=at_one_length(_shared, equally_many=True), together=True, across=True,
    ),
    Measure(
        name="distinct_2", label="distinct pairs", kind=Kind.SHARE, unit=Unit.SHARE,
        formula="different pairs of words / all pairs, over a prompt's samples together, equally many of each model."
        + _EQUAL,
        source="Li et al. 2016, arXiv 1510.03055",
        caveat=_WORDS, of=at_one_length(_distinct(2), equally_many=True), together=True, across=True,
    ),
    *(
        Measure(
            name=f"repetition_{length}", label=f"repeated {_NAMES[length]}", kind=Kind.SHARE, unit=Unit.SHARE,
            formula=f"1 - different runs of {length} words / all of them, within a reply." + _EQUAL,
            source="Welleck et al. 2020, arXiv 1908.04319",
            caveat=_WORDS, of=at_one_length(_repetition(length)), across=True,
        )
        for length in LENGTHS
    ),
    Measure(
        name="diversity", label="diversity", kind=Kind.SHARE, unit=Unit.SHARE,
        formula="product of 1 - repetition over runs of two, three and four words." + _EQUAL,
        source="Su et al. 2022, arXiv 2202.06417",
        caveat=_WORDS, of=at_one_length(lambda replies: map(diversity, replies)), across=True,
    ),
)  # fmt: skip
