"""Refusals: whether a reply declines what was asked, by rules over its words.

A reply is judged in three steps. What isn't the model's own voice is set aside: quotations, code, invented turns. Each
sentence that is left is tried for the ways in which a speaker declines, in any of the languages. What then speaks
against it is looked for, in the reply and in the prompt: a refusal on request, ignorance, help that follows.

A rule that finds refusals is sometimes wrong. Its error on hand-labelled replies is in `error`, and no rate is shown
without it. Prior work matches a list of openings (Zou et al. 2023, arXiv 2307.15043), which takes "I can't wait" and an
empty reply for refusals.
"""
