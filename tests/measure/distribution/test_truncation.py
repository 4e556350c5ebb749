"""What truncation takes away: bounds from cut lists hold what is taken from the whole, in llama.cpp's order."""

import math
from collections.abc import Sequence
from contextlib import aclosing
from itertools import accumulate

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.backends.embedded.engine import engine_problem
from alignscope.measure.distribution.cut_list import FLOAT32_SOFTMAX, CutList, Vocabulary
from alignscope.measure.distribution.truncation import Truncation, truncated_mass
from tests.measure.distribution.made import Whole, cut_from, distributions
from tests.measure.distribution.twins import FIRST, PROMPTS, VOCABULARY, Entry, engine, listed, positions
from tests.waiting import HANGS

SMALL = 1e-9
CHAINS = st.builds(
    Truncation,
    st.integers(0, 45),
    st.sampled_from([0.0, 0.05, 0.5, 0.9, 0.95, 0.999, 1.0]),
    st.sampled_from([0.0, 0.02, 0.1, 0.5, 1.0]),
    st.booleans(),
)


def taken_from(whole: Sequence[float], chain: Truncation) -> float:
    """What the samplers take, one after the other, each from what the one before has left, as llama.cpp does it."""
    left = sorted(whole, reverse=True)
    if chain.greedy:
        return 1 - left[0]
    if chain.top_k > 0:
        left = left[: chain.top_k]
    if chain.top_p < 1:
        total, cumulated, kept = math.fsum(left), 0.0, 0
        for probability in left:
            cumulated += probability / total
            kept += 1
            if cumulated >= chain.top_p:
                break
        left = left[:kept]
    if chain.min_p > 0:
        left = [probability for probability in left if probability >= chain.min_p * left[0]] or left[:1]
    return 1 - math.fsum(left)


def borderline(whole: Sequence[float], chain: Truncation) -> bool:
    """Whether rounding decides which token is the last."""
    ranked = sorted(whole, reverse=True)
    sums = [*accumulate(ranked)]
    total = sums[min(chain.top_k or len(ranked), len(ranked)) - 1]
    near_p = any(math.isclose(each / total, chain.top_p, rel_tol=1e-4) for each in sums)
    near_min = any(math.isclose(each, chain.min_p * ranked[0], rel_tol=1e-4) for each in ranked)
    return near_p or near_min


@given(distributions(), st.integers(1, 40), CHAINS, st.booleans(), st.sampled_from([None, None, 3]))
def test_bounds_hold(whole: Whole, size: int, chain: Truncation, known_size: bool, decimals: int | None) -> None:
    cut = cut_from(whole, size, known_size=known_size, decimals=decimals)
    bounds = truncated_mass(cut, chain)
    exact = taken_from(whole, chain)
    assert 0 <= bounds.lo <= bounds.hi <= 1
    assert bounds.lo - 1e-6 <= exact <= bounds.hi + 1e-6
    if cut.whole and decimals is None and not borderline(whole, chain):
        assert bounds.lo == pytest.approx(exact, abs=1e-6)
        assert bounds.hi == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize(
    ("chain", "lo", "hi"),
    [
        (Truncation(), 0.0, 0.0),
        (Truncation(greedy=True), 0.5, 0.5),
        (Truncation(top_k=2), 0.2, 0.2),
        (Truncation(top_p=0.7), 0.2, 0.2),
        (Truncation(top_k=2, top_p=0.6), 0.5, 0.5),  # 0.5 is 0.625 of what top_k keeps
        (Truncation(min_p=0.5), 0.2, 0.2),
        (Truncation(top_k=4), 0.0, 0.1),  # of the unlisted 0.1 the fourth has something between nothing and all
        (Truncation(top_p=0.95), 0.0, 0.05),
        (Truncation(min_p=0.1), 0.0, 0.1),  # some of the unlisted may have 0.05
        (Truncation(top_p=0.0), 0.5, 0.5),  # the likeliest stays
    ],
)
def test_a_list_of_three(chain: Truncation, lo: float, hi: float) -> None:
    """Of 0.5, 0.3 and 0.1 in a list that leaves 0.1 unseen."""
    cut = cut_from((0.5, 0.3, 0.1, 0.06, 0.04), 3, known_size=False)
    assert tuple(truncated_mass(cut, chain)) == pytest.approx((lo, hi), abs=1e-5)


TRIED = (
    Truncation(40, 0.9),
    Truncation(0, 0.9),
    Truncation(0, 0.8),
    Truncation(5, 0.95, 0.05),
    Truncation(0, 1.0, 0.02),
    Truncation(100),
    Truncation(greedy=True),
)


@pytest.mark.xdist_group("twins' lists")
@pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")
async def test_bounds_hold_on_whole_lists_of_the_twins() -> None:
    widths = dict[int, float]()
    async with engine() as running, aclosing(positions(running, 20)) as places:
        async for position in places:
            entries = [listed(entry) for entry in position.first]
            whole = CutList(entries, vocabulary=Vocabulary(VOCABULARY))
            for chain in TRIED:
                exact = truncated_mass(whole, chain)
                if not borderline(whole.probabilities, chain):
                    assert exact.met(2e-6)
                    assert exact.lo == pytest.approx(taken_from(whole.probabilities, chain), abs=2e-6)
                for size in (1, 5, 20, 100):
                    for vocabulary in (Vocabulary(), Vocabulary(VOCABULARY)):
                        cut = CutList(entries[:size], vocabulary=vocabulary, sum_error=FLOAT32_SOFTMAX)
                        bounds = truncated_mass(cut, chain)
                        assert bounds.lo - 1e-6 <= exact.hi and exact.lo <= bounds.hi + 1e-6
                        widths[size] = widths.get(size, 0.0) + bounds.hi - bounds.lo
    assert widths[1] > widths[5] > widths[20] > widths[100]


class _Survivor(msgspec.Struct):
    id: int
    prob: float = 0.0


class _Place(msgspec.Struct):
    top_probs: list[_Survivor] = []


class _Answer(msgspec.Struct):
    completion_probabilities: list[_Place]


class _Before(msgspec.Struct):
    top_logprobs: list[Entry]


class _Whole(msgspec.Struct):
    completion_probabilities: list[_Before]


@pytest.mark.xdist_group("twins' lists")
@pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")
@pytest.mark.parametrize("temperature", [0.5, 1.7])
async def test_it_is_what_llama_cpp_itself_keeps(temperature: float) -> None:
    """The tokens that its own samplers leave, whatever the temperature, have what is said not to be taken away."""
    async with engine() as running, httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(HANGS)) as client:
        client.headers["Authorization"] = f"Bearer {running.key}"
        url = f"{(await running.url_for(FIRST)).url}/completion"
        for prompt in PROMPTS[:2]:
            for chain in TRIED[:-1]:
                body = {
                    "prompt": prompt, "n_predict": 1, "n_probs": VOCABULARY, "seed": 1, "temperature": temperature,
                    "top_k": chain.top_k, "top_p": chain.top_p, "min_p": chain.min_p, "typical_p": 1.0,
                    "repeat_penalty": 1.0,
                }  # fmt: skip
                before = msgspec.json.decode((await client.post(url, json=body)).content, type=_Whole)
                after = msgspec.json.decode(
                    (await client.post(url, json={**body, "post_sampling_probs": True})).content, type=_Answer
                )
                entries = before.completion_probabilities[0].top_logprobs
                kept = {each.id for each in after.completion_probabilities[0].top_probs if each.prob > 0}
                whole = CutList([listed(entry) for entry in entries], vocabulary=Vocabulary(VOCABULARY))
                chances = {token.id: chance for token, chance in zip(whole.tokens, whole.probabilities, strict=True)}
                bounds = truncated_mass(whole, chain)
                taken = math.fsum(chance for number, chance in chances.items() if number not in kept)
                assert bounds.lo - 1e-5 <= taken <= bounds.hi + 1e-5, (prompt, chain)
