"""Questions that have no answer: whether a reply says so, makes one up, or does neither.

A reply is judged by its first sentence, since what a base model writes after it is often another text. The rules are
for English; that something isn't known is found in the other languages that refusals are found in, too. They are wrong
sometimes: their error on labelled replies is in `error`, and no share is shown without it.
"""
