"""Questions that have no answer: whether a reply says so, makes one up, or does neither.

A reply is judged by its first sentence, since what a base model writes after it is often another text. The rules are
for English, German, French, Spanish and Japanese, chosen by the question; that something isn't known is found in all of
them and in Chinese, whatever the question is in. They are wrong sometimes: their error on labelled replies is in
`error`, and no share is shown without it.
"""
