"""Try each entry with one small request, to see that it answers and how fast."""

from contextlib import aclosing
from typing import Final

import msgspec

from alignscope.backends.base import Fault, ServerError
from alignscope.lab.run.asking import Watch, read
from alignscope.lab.run.plan import Count, Plan, Share
from alignscope.lab.run.progress import Speed
from alignscope.run.servers import Servers

_TOKENS: Final = 32
"""Tokens of the request."""
_ENOUGH: Final = 8
"""Tokens from which on a speed can be told."""
_LEAST_SECONDS: Final = 1e-3


async def measure(plan: Plan, counted: Count, servers: Servers) -> list[Speed]:
    """Ask each entry its first prompt for a few tokens, and return how fast it was. Raises ServerError if it fails."""
    async with Watch(plan.spec.timeout) as watch:
        return [await _measure(plan, share, servers, watch) for share in counted.shares if share.rows]


async def _measure(plan: Plan, share: Share, servers: Servers, watch: Watch) -> Speed:
    entry = share.seat.entry
    backend = await servers.get(entry.server or servers.default_host)
    async with aclosing(plan.jobs(share.seat.server)) as jobs:
        async for job in jobs:
            if job.seat is share.seat:
                break
    sampling = job.request.sampling.on("num_predict", min(_TOKENS, job.request.limit or _TOKENS))
    small = msgspec.structs.replace(job.request, sampling=sampling)
    await read(backend, share.seat.server, small, watch)  # loads the model, which is no part of its speed
    reply = await read(backend, share.seat.server, small, watch)
    if reply.fault is not None:
        raise ServerError(f"{entry.name}: {reply.message}", reply.fault or Fault.FAILED)
    first = reply.ended if reply.first is None else reply.first
    tokens = max(1, reply.stats.tokens or len(reply.texts) + len(reply.thoughts))
    # A reply that ended at once shows nothing but the time of a request.
    began = first if tokens >= _ENOUGH else reply.began
    return Speed(share, first - reply.began, tokens / max(reply.ended - began, _LEAST_SECONDS))
