"""The demo: label a small model's own chains by six methods, and score them against exact truth.

`python -m examples.demo`, or `make demo`. A use of Waymark as a library, in the order of the files:
`problems`, `methods`, `flow` (with its `panel`), `truth`, `scores`, `page`.
"""
